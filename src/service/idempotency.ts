import { createHash } from 'node:crypto';
import { Refusal } from '../core/problems.js';
import { deleteIdempotencyKey, insertIdempotencyKey, keepFirstResponse, selectIdempotencyKey, updateIdempotencyResponse, type IdempotencyKey } from '../store/idempotency.js';
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

/** How long a request waits for the first one under its key before it does the work itself: the first may have died. */
const PATIENCE_MS = 5_000;
const GLANCE_MS = 25;

/**
 * Carries out work whose effect lies outside of one transaction and is safe to repeat (events by their ids, payments by
 * their own). The key is reserved before; who comes second under it waits and hears the first one's answer. A refusal
 * gives the key back.
 * @throws Refusal `idempotency_key_reused` when another request came under the key.
 */
export async function performReserved(engine: Engine, key: IdempotencyKey | undefined, work: () => Promise<Answer>): Promise<Answer> {
  if (key === undefined) return work();
  const isFirst = await insertIdempotencyKey(engine.database, key, engine.clock.now());
  const earlier = isFirst ? undefined : await waitForAnswer(engine, key);
  if (earlier !== undefined) return earlier;
  try {
    await keepFirstResponse(engine.database, key, JSON.stringify(await work()));
  } catch (error) {
    await deleteIdempotencyKey(engine.database, key).catch(() => undefined);
    throw error;
  }
  const kept = await selectIdempotencyKey(engine.database, key);
  const answer = kept === undefined ? undefined : readAnswer(kept, key);
  if (answer === undefined) throw new Error('an idempotency key has no answer');
  return answer;
}

async function waitForAnswer(engine: Engine, key: IdempotencyKey): Promise<Answer | undefined> {
  for (let waited = 0; waited <= PATIENCE_MS; waited += GLANCE_MS) {
    const kept = await selectIdempotencyKey(engine.database, key);
    const answer = kept === undefined ? undefined : readAnswer(kept, key);
    // A key that is gone was given back after a refusal: this request is then the first.
    if (answer !== undefined || kept === undefined) return answer;
    await new Promise((resolve) => {
      setTimeout(resolve, GLANCE_MS);
    });
  }
  return undefined;
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
