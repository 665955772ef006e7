import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseInstant, type Instant } from '../core/instant.js';
import { nameFault } from '../core/name.js';
import { invalidInput } from '../core/problems.js';
import type { Engine, Unit } from '../service/engine.js';
import { fingerprintOf, perform, performReserved, type Answer, type IdempotencyKey } from '../service/idempotency.js';

/** The request's idempotency key with what it guards, or undefined when it has none. @throws Refusal `invalid_request`. */
export function idempotencyKeyOf(request: FastifyRequest): IdempotencyKey | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  const wrong = typeof key === 'string' ? nameFault(key) : 'must stand once';
  if (typeof key !== 'string' || wrong !== undefined) throw invalidInput([{ pointer: 'header:/idempotency-key', detail: wrong ?? 'is not valid' }]);
  return { scope: request.principal?.keyId ?? '', key, fingerprint: fingerprintOf({ method: request.method, path: request.url, body: request.body }) };
}

/** What carries a command out under its request's idempotency key, and answers with its view. */
export function commandsOf(engine: Engine) {
  return async (request: FastifyRequest, reply: FastifyReply, work: (unit: Unit) => Promise<Answer>): Promise<FastifyReply> => {
    const key = idempotencyKeyOf(request);
    const answer = (): Promise<Answer> => perform(engine, key, work);
    return send(reply, await (request.customerId === null ? answer() : engine.turns.take(request.customerId, answer)));
  };
}

/** What carries out a write that is no single transaction, under its request's idempotency key. */
export function reservedOf(engine: Engine) {
  return async (request: FastifyRequest, reply: FastifyReply, work: (key: IdempotencyKey | undefined) => Promise<Answer>): Promise<FastifyReply> => {
    const key = idempotencyKeyOf(request);
    return send(reply, await performReserved(engine, key, () => work(key)));
  };
}

export function send(reply: FastifyReply, answer: Answer): FastifyReply {
  return answer.status === 204 ? reply.status(204).send() : reply.status(answer.status).send(answer.body);
}

/** The instant in a parameter, or undefined when it is not there. @throws Refusal `invalid_request`. */
export function instantParameter(text: string | undefined, pointer: string): Instant | undefined {
  if (text === undefined) return undefined;
  const at = parseInstant(text);
  if (at === undefined) throw invalidInput([{ pointer, detail: 'must be an RFC 3339 date-time, such as 2026-01-31T09:30:00Z' }]);
  return at;
}

/** The id of the customer that the path names: set by the hook of the native API. */
export function customerOf(request: FastifyRequest): string {
  if (request.customerId === null) throw new Error('the route names no customer');
  return request.customerId;
}

/** The page `items` (one more than `limit` were asked for) with the cursor of the next. */
export function page<Item>(items: readonly Item[], limit: number, cursorOf: (item: Item) => string): { items: Item[]; nextCursor: string | null } {
  const shown = items.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown, nextCursor: items.length > limit && last !== undefined ? Buffer.from(cursorOf(last)).toString('base64url') : null };
}

/** What a cursor holds. */
export function readCursor(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString();
}

/** All of a short list, cut into pages by position. */
export function pageOfAll<Item>(all: readonly Item[], query: { limit?: number | undefined; cursor?: string | undefined }): { items: Item[]; nextCursor: string | null } {
  const from = Number(readCursor(query.cursor) ?? '0');
  const limit = query.limit ?? 50;
  if (!Number.isSafeInteger(from) || from < 0) throw invalidInput([{ pointer: 'querystring:/cursor', detail: 'is not a cursor of this list' }]);
  const items = all.slice(from, from + limit);
  return { items, nextCursor: from + limit < all.length ? Buffer.from(String(from + limit)).toString('base64url') : null };
}
