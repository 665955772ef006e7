import { createHash, randomBytes } from 'node:crypto';
import { nameFault } from '../core/name.js';
import { invalidInput, notFound } from '../core/problems.js';
import { insertApiKey, revokeApiKey as revokeApiKeyRow, selectApiKeyByHash, selectApiKeys, type ApiKey, type ApiKeyKind } from '../store/api-key.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';
import { readState } from './state.js';

/** What a key may be narrowed to. A key without scopes may do all that its kind may. */
export const SCOPES = [
  'catalog:read', 'catalog:write', 'customers:read', 'customers:write', 'subscriptions:write', 'plan-change:write', 'overview:read', 'events:read', 'events:write', 'usage:read', 'state:read',
  'wallet:read', 'wallet:write', 'credits:write', 'invoices:write', 'sandbox:write', 'settings:write', 'keys:write', 'webhooks:read', 'webhooks:write', 'billing.view', 'billing.update', 'notifications.view', 'notifications.update', '*:read', '*:write', '*',
  // What the key's user is on the DocSpace surface; there they narrow nothing, elsewhere they allow nothing.
  'docspace:owner', 'docspace:admin', 'docspace:payer', 'docspace:user', 'docspace:guest',
] as const;

/** A key just made: the only moment in which it can be seen. */
export interface NewApiKey {
  readonly apiKey: ApiKey;
  readonly key: string;
}

/** How long a key read from the store is believed, so that one revoked in another process stops within this. */
const BELIEVED_MS = 5_000;
const PREFIXES: Record<ApiKeyKind, string> = { secret: 'paidup-secret-', publishable: 'paidup-publishable-', customer: 'sk-' };

/**
 * Makes a key. Customer keys are `sk-` and 64 lower-case hex digits, as the clients of DocSpace and Diga know them.
 * `material` (64 hex digits) takes the place of chance, for the demo's keys only.
 * @throws Refusal `invalid_request`, `not_found`.
 */
export async function createApiKey(
  engine: Engine,
  input: { kind: ApiKeyKind; customer?: string | undefined; name: string; scopes: readonly string[]; material?: string },
): Promise<NewApiKey> {
  const wrong = nameFault(input.name);
  if (wrong !== undefined) throw invalidInput([{ pointer: '/name', detail: wrong }]);
  if ((input.kind === 'customer') !== (input.customer !== undefined)) {
    throw invalidInput([{ pointer: '/customer', detail: input.kind === 'customer' ? 'is needed for a customer key' : 'is for customer keys only' }]);
  }
  const customerId = input.customer === undefined ? null : await presentCustomerId(engine, input.customer);
  const key = `${PREFIXES[input.kind]}${input.material ?? randomBytes(32).toString('hex')}`;
  const apiKey: ApiKey = {
    id: engine.newId('key'),
    kind: input.kind,
    customerId,
    name: input.name,
    scopes: input.scopes,
    last4: key.slice(-4),
    createdAt: engine.clock.now(),
    revokedAt: null,
  };
  await insertApiKey(engine.database, apiKey, hashOf(key));
  engine.keys.delete(key);
  return { apiKey, key };
}

/** Keys above the id `after`, revoked ones too, of one customer or of all. */
export async function listApiKeys(engine: Engine, input: { after?: string | undefined; customer?: string | undefined; limit: number }): Promise<ApiKey[]> {
  const customerId = input.customer === undefined ? null : await findCustomerId(engine, input.customer);
  return selectApiKeys(engine.database, { after: input.after ?? '', customerId, limit: input.limit });
}

/** The key stops working: here at once, in other processes within five seconds. @throws Refusal `not_found`. */
export async function revokeApiKey(engine: Engine, id: string): Promise<ApiKey> {
  const key = await revokeApiKeyRow(engine.database, id, engine.clock.now());
  if (key === undefined) throw notFound('API key', id);
  engine.keys.clear();
  engine.sessions.clear();
  return key;
}

/** Who shows this key, or undefined when it is not known or revoked. */
export async function authenticate(engine: Engine, key: string): Promise<ApiKey | undefined> {
  // The process's own clock: how long to believe is no matter of billing time.
  const readAt = performance.now();
  const known = engine.keys.get(key);
  if (known !== undefined && readAt - known.readAt < BELIEVED_MS) return known.key;
  const found = await selectApiKeyByHash(engine.database, hashOf(key));
  engine.keys.set(key, { key: found, readAt });
  return found;
}

/** The id of a customer that is there. @throws Refusal `not_found`. */
async function presentCustomerId(engine: Engine, name: string): Promise<string> {
  return (await readState(engine, name)).customer.id;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
