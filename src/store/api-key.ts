import type { Instant } from '../core/instant.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

export type ApiKeyKind = 'secret' | 'publishable' | 'customer';

/** A key as it is kept: its hash, never itself. */
export interface ApiKey {
  readonly id: string;
  readonly kind: ApiKeyKind;
  /** Whose key it is, for `customer` keys; null for the others. */
  readonly customerId: string | null;
  readonly name: string;
  /** What the key may do; empty means all that its kind may. */
  readonly scopes: readonly string[];
  readonly last4: string;
  readonly createdAt: Instant;
  readonly revokedAt: Instant | null;
}

interface ApiKeyRow {
  readonly id: string;
  readonly kind: ApiKeyKind;
  readonly customer_id: string | null;
  readonly name: string;
  readonly scopes: string;
  readonly last4: string;
  readonly created_at: string;
  readonly revoked_at: string | null;
}

const insertApiKeyStatement = statement(
  'insert_api_key',
  `
insert into api_keys (id, kind, customer_id, name, scopes, hash, last4, created_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (hash) do nothing
`,
);

const selectApiKeyByHashStatement = statement(
  'select_api_key_by_hash',
  `
select id, kind, customer_id, name, scopes, last4, created_at, revoked_at
from api_keys
where hash = $1
  and revoked_at is null
`,
);

const selectApiKeysStatement = statement(
  'select_api_keys',
  `
select id, kind, customer_id, name, scopes, last4, created_at, revoked_at
from api_keys
where id > $1
  and ($2::text is null or customer_id = $2)
order by id
limit $3
`,
);

const revokeApiKeyStatement = statement(
  'revoke_api_key',
  `
update api_keys
set revoked_at = coalesce(revoked_at, $2)
where id = $1
returning id, kind, customer_id, name, scopes, last4, created_at, revoked_at
`,
);

/** Inserts the key; one with the same hash is left as it is. */
export async function insertApiKey(queryable: Queryable, key: ApiKey, hash: string): Promise<void> {
  await queryable.rows(insertApiKeyStatement, [key.id, key.kind, key.customerId, key.name, JSON.stringify(key.scopes), hash, key.last4, timestampText(key.createdAt)]);
}

/** The key with this hash that is not revoked. */
export async function selectApiKeyByHash(queryable: Queryable, hash: string): Promise<ApiKey | undefined> {
  const [row] = await queryable.rows<ApiKeyRow>(selectApiKeyByHashStatement, [hash]);
  return row === undefined ? undefined : fromApiKeyRow(row);
}

/** Keys above the id `after`, revoked ones too, of one customer or of all. */
export async function selectApiKeys(queryable: Queryable, input: { after: string; customerId: string | null; limit: number }): Promise<ApiKey[]> {
  return (await queryable.rows<ApiKeyRow>(selectApiKeysStatement, [input.after, input.customerId, input.limit])).map(fromApiKeyRow);
}

/** The key, revoked now or earlier; undefined when there is none. */
export async function revokeApiKey(queryable: Queryable, id: string, at: Instant): Promise<ApiKey | undefined> {
  const [row] = await queryable.rows<ApiKeyRow>(revokeApiKeyStatement, [id, timestampText(at)]);
  return row === undefined ? undefined : fromApiKeyRow(row);
}

function fromApiKeyRow(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    kind: row.kind,
    customerId: row.customer_id,
    name: row.name,
    scopes: JSON.parse(row.scopes) as string[],
    last4: row.last4,
    createdAt: fromTimestamp(row.created_at),
    revokedAt: row.revoked_at === null ? null : fromTimestamp(row.revoked_at),
  };
}
