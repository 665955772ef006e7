import { instantText } from '../core/instant.js';
import { SCOPES, createApiKey, listApiKeys, revokeApiKey } from '../service/api-key.js';
import type { ApiKey } from '../store/api-key.js';
import { Misuse } from './exit.js';
import { withEngine, type StoreFlags, type StoreNeeds } from './store.js';
import { tableText } from './table.js';

const KINDS = ['secret', 'publishable', 'customer'] as const;

/** Flags of `paidup keys create`, as they were written. */
export interface KeysCreateFlags extends StoreFlags {
  readonly kind?: string;
  readonly customer?: string;
  readonly name?: string;
  readonly scope?: readonly string[];
  readonly json?: true;
}

/** Flags of `paidup keys list`, as they were written. */
export interface KeysListFlags extends StoreFlags {
  readonly customer?: string;
  readonly json?: true;
}

/** Flags of `paidup keys revoke`, as they were written. */
export interface KeysRevokeFlags extends StoreFlags {
  readonly json?: true;
}

const PAGE = 200;

/** Makes a key and prints it, this once. @throws Misuse, Refusal `invalid_request`, `not_found`, and what openStore throws. */
export async function createKey(flags: KeysCreateFlags): Promise<void> {
  const kind = KINDS.find((word) => word === flags.kind);
  if (kind === undefined) throw new Misuse(`--kind must be one of ${KINDS.join(', ')}`);
  if (kind === 'customer' && flags.customer === undefined) throw new Misuse('--customer must say whose key it is');
  if (kind !== 'customer' && flags.customer !== undefined) throw new Misuse(`--customer is for customer keys, not for a ${kind} one`);
  const scopes = scopesOf(flags.scope ?? []);
  const made = await withEngine(flags, lockedHint('POST /v1/api-keys'), (engine) =>
    createApiKey(engine, { kind, customer: flags.customer, name: flags.name ?? kind, scopes }),
  );
  const { apiKey, key } = made;
  if (flags.json === true) print({ ...keyJson(apiKey), key });
  else process.stdout.write(`${key}\n\nThis ${kind} key (${apiKey.id}) is shown this once: keep it now.\n`);
}

/** Prints every key of the store or of a customer, revoked ones too; the keys themselves are not kept anywhere. */
export async function listKeys(flags: KeysListFlags): Promise<void> {
  const keys = await withEngine(flags, { isExisting: true, ...lockedHint('GET /v1/api-keys') }, async (engine) => {
    const all: ApiKey[] = [];
    for (;;) {
      const page = await listApiKeys(engine, { after: all.at(-1)?.id, customer: flags.customer, limit: PAGE });
      all.push(...page);
      if (page.length < PAGE) return all;
    }
  });
  if (flags.json === true) print({ data: keys.map(keyJson) });
  else if (keys.length === 0) process.stdout.write('no keys\n');
  else process.stdout.write(tableText(['ID', 'KIND', 'CUSTOMER', 'NAME', 'ENDS IN', 'SCOPES', 'CREATED', 'REVOKED'], keys.map(keyCells)));
}

/** Revokes a key, or tells when it was. @throws Refusal `not_found`, and what openStore throws. */
export async function revokeKey(id: string, flags: KeysRevokeFlags): Promise<void> {
  const key = await withEngine(flags, { isExisting: true, ...lockedHint(`DELETE /v1/api-keys/${id}`) }, (engine) => revokeApiKey(engine, id));
  if (flags.json === true) print(keyJson(key));
  else process.stdout.write(`${key.id} is revoked since ${timeText(key.revokedAt)}; other processes on the same database stop taking it within five seconds\n`);
}

function scopesOf(given: readonly string[]): string[] {
  const unknown = given.find((scope) => !SCOPES.some((known) => known === scope));
  if (unknown !== undefined) throw new Misuse(`--scope: there is no scope "${unknown}"; there are ${SCOPES.join(', ')}`);
  return [...given];
}

function lockedHint(call: string): StoreNeeds {
  return { whenLocked: `while a server has it open, use its API: ${call}` };
}

function keyJson(key: ApiKey): object {
  return {
    id: key.id,
    kind: key.kind,
    customer: key.customerId,
    name: key.name,
    scopes: key.scopes,
    last4: key.last4,
    created_at: instantText(key.createdAt),
    revoked_at: key.revokedAt === null ? null : instantText(key.revokedAt),
  };
}

function keyCells(key: ApiKey): string[] {
  return [key.id, key.kind, key.customerId ?? '-', key.name, key.last4, key.scopes.join(',') || 'all', timeText(key.createdAt), timeText(key.revokedAt)];
}

function timeText(at: ApiKey['revokedAt']): string {
  return at === null ? '-' : instantText(at);
}

function print(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
