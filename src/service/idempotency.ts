import { createHash } from 'node:crypto';
import { Refusal } from '../core/problems.js';
import { insertIdempotencyKey, selectIdempotencyKey, updateIdempotencyResponse, type IdempotencyKey } from '../store/idempotency.js';
import { inUnit, type Engine, type Unit } from './engine.js';

export type { IdempotencyKey } from '../store/idempotency.js';

/** A JSON answer with the status it goes out under. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** What tells one request from another under the same key. */
export function fingerprintOf(request: { method: string; path: string; body: unknown }): string {
  return createHash('sha256').update(JSON.stringify([request.method, request.path, request.body ?? null])).digest('hex');
}

/**
 * Carries a command out as one transaction. With an idempotency key the answer is kept in the same transaction, and
 * given again to whoever asks the same under the same key; a refusal is not kept.
 * @throws Refusal `idempotency_key_reused` when another request came under the key.
 */
export async function perform(engine: Engine, key: IdempotencyKey | undefined, work: (unit: Unit) => Promise<Answer>): Promise<Answer> {
  return inUnit(engine, async (unit) => {
    if (key === undefined) return work(unit);
    const isFirst = await insertIdempotencyKey(unit.transaction, key, unit.at);
    if (!isFirst) return earlierAnswer(unit, key);
    const answer = await work(unit);
    await updateIdempotencyResponse(unit.transaction, key, JSON.stringify(answer));
    return answer;
  });
}

/** The kept answer of a request, or undefined when it was not carried out. @throws Refusal `idempotency_key_reused`. */
export async function keptAnswer(engine: Engine, key: IdempotencyKey | undefined): Promise<Answer | undefined> {
  if (key === undefined) return undefined;
  const kept = await selectIdempotencyKey(engine.database, key);
  return kept === undefined ? undefined : readAnswer(kept, key);
}

/**
 * Keeps the answer of a request whose effect is already in the store and safe to repeat (events, payments): the
 * first one kept holds.
 */
export async function keepAnswer(engine: Engine, key: IdempotencyKey | undefined, answer: Answer): Promise<void> {
  if (key !== undefined) await perform(engine, key, () => Promise.resolve(answer));
}

async function earlierAnswer(unit: Unit, key: IdempotencyKey): Promise<Answer> {
  const kept = await selectIdempotencyKey(unit.transaction, key);
  const answer = kept === undefined ? undefined : readAnswer(kept, key);
  if (answer === undefined) throw new Error('an idempotency key has no answer');
  return answer;
}

function readAnswer(kept: { fingerprint: string; response: string | null }, key: IdempotencyKey): Answer | undefined {
  if (kept.fingerprint !== key.fingerprint) {
    throw new Refusal('idempotency_key_reused', 'This idempotency key came with another request before. Send a new key with a new request.');
  }
  return kept.response === null ? undefined : (JSON.parse(kept.response) as Answer);
}
