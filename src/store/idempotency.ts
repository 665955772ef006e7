import type { Instant } from '../core/instant.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { timestampText } from './timestamp.js';

/** A request that names itself, so that it is carried out once. */
export interface IdempotencyKey {
  /** Who asks: keys of different askers do not meet. */
  readonly scope: string;
  readonly key: string;
  /** What is asked, hashed. */
  readonly fingerprint: string;
}

const insertIdempotencyKeyStatement = statement(
  'insert_idempotency_key',
  `
insert into idempotency_keys (scope, key, fingerprint, created_at)
values ($1, $2, $3, $4)
on conflict (scope, key) do nothing
returning key
`,
);

const selectIdempotencyKeyStatement = statement(
  'select_idempotency_key',
  `
select fingerprint, response
from idempotency_keys
where scope = $1
  and key = $2
`,
);

const updateIdempotencyResponseStatement = statement(
  'update_idempotency_response',
  `
update idempotency_keys
set response = $3
where scope = $1
  and key = $2
`,
);

/** True when the key is new. Waits for a first request with the same key that is still under way. */
export async function insertIdempotencyKey(transaction: Queryable, key: IdempotencyKey, at: Instant): Promise<boolean> {
  return (await transaction.rows(insertIdempotencyKeyStatement, [key.scope, key.key, key.fingerprint, timestampText(at)])).length > 0;
}

export async function selectIdempotencyKey(queryable: Queryable, key: Pick<IdempotencyKey, 'scope' | 'key'>): Promise<{ fingerprint: string; response: string | null } | undefined> {
  const [row] = await queryable.rows<{ fingerprint: string; response: string | null }>(selectIdempotencyKeyStatement, [key.scope, key.key]);
  return row;
}

export async function updateIdempotencyResponse(transaction: Queryable, key: IdempotencyKey, response: string): Promise<void> {
  await transaction.rows(updateIdempotencyResponseStatement, [key.scope, key.key, response]);
}

const keepFirstResponseStatement = statement(
  'keep_first_response',
  `
insert into idempotency_keys (scope, key, fingerprint, response, created_at)
values ($1, $2, $3, $4, now())
on conflict (scope, key) do update
set response = coalesce(idempotency_keys.response, excluded.response)
`,
);

const deleteIdempotencyKeyStatement = statement(
  'delete_unanswered_idempotency_key',
  `
delete from idempotency_keys
where scope = $1
  and key = $2
  and response is null
`,
);

/** Keeps the response unless one is kept already. */
export async function keepFirstResponse(queryable: Queryable, key: IdempotencyKey, response: string): Promise<void> {
  await queryable.rows(keepFirstResponseStatement, [key.scope, key.key, key.fingerprint, response]);
}

/** Gives a key back that was reserved and not answered. */
export async function deleteIdempotencyKey(queryable: Queryable, key: IdempotencyKey): Promise<void> {
  await queryable.rows(deleteIdempotencyKeyStatement, [key.scope, key.key]);
}
