import type { Instant } from '../core/instant.js';
import type { ApiKeyKind } from './api-key.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** A browser's session: it stands for a key, or for a customer whose portal link was followed. */
export interface Session {
  readonly id: string;
  /** Null for one that a link opened. */
  readonly apiKeyId: string | null;
  readonly kind: ApiKeyKind;
  readonly customerId: string | null;
  readonly scopes: readonly string[];
  /** Where the portal's way back leads; null for none. */
  readonly returnUrl: string | null;
  /** From here on it counts no more, by the real clock. */
  readonly endsAt: Instant;
}

interface SessionRow {
  readonly id: string;
  readonly api_key_id: string | null;
  readonly kind: ApiKeyKind;
  readonly customer_id: string | null;
  readonly scopes: string;
  readonly return_url: string | null;
  readonly ends_at: string;
}

const insertSessionStatement = statement(
  'insert_session',
  `
insert into sessions (hash, id, api_key_id, customer_id, scopes, return_url, ends_at)
values ($1, $2, $3, $4, $5, $6, $7)
`,
);

const selectSessionStatement = statement(
  'select_session',
  `
select
  session.id,
  session.api_key_id,
  coalesce(key.kind, 'customer') as kind,
  coalesce(key.customer_id, session.customer_id) as customer_id,
  coalesce(key.scopes, session.scopes) as scopes,
  session.return_url,
  session.ends_at
from sessions as session
left join api_keys as key
  on key.id = session.api_key_id
where session.hash = $1
  and key.revoked_at is null
`,
);

const deleteSessionStatement = statement(
  'delete_session',
  `
delete from sessions
where hash = $1
`,
);

const deleteEndedSessionsStatement = statement(
  'delete_ended_sessions',
  `
delete from sessions
where ends_at <= $1
`,
);

/** Of a session of a key, `customerId` and `scopes` are the key's and not kept twice. */
export async function insertSession(queryable: Queryable, session: Session, hash: string): Promise<void> {
  const own = session.apiKeyId === null;
  await queryable.rows(insertSessionStatement, [hash, session.id, session.apiKeyId, own ? session.customerId : null, JSON.stringify(own ? session.scopes : []), session.returnUrl, timestampText(session.endsAt)]);
}

/** The session with this hash, ended or not; undefined when there is none or its key was revoked. */
export async function selectSession(queryable: Queryable, hash: string): Promise<Session | undefined> {
  const [row] = await queryable.rows<SessionRow>(selectSessionStatement, [hash]);
  if (row === undefined) return undefined;
  return { id: row.id, apiKeyId: row.api_key_id, kind: row.kind, customerId: row.customer_id, scopes: JSON.parse(row.scopes) as string[], returnUrl: row.return_url, endsAt: fromTimestamp(row.ends_at) };
}

export async function deleteSession(queryable: Queryable, hash: string): Promise<void> {
  await queryable.rows(deleteSessionStatement, [hash]);
}

/** Forgets the sessions that have ended by then. */
export async function deleteEndedSessions(queryable: Queryable, at: Instant): Promise<void> {
  await queryable.rows(deleteEndedSessionsStatement, [timestampText(at)]);
}
