import type { Database, Queryable } from './database.js';
import { statement } from './statement.js';

/** A place in the feed. Transactions are ordered by number, what one of them changed by its own count. */
export interface FeedPosition {
  readonly xid: bigint;
  readonly seq: bigint;
}

/** That a customer's revision was counted up. */
export interface FeedChange {
  readonly position: FeedPosition;
  readonly customerId: string;
  readonly externalId: string | null;
  readonly revision: number;
}

/** The feed after a position, all of it as one moment saw it. */
export interface FeedPage {
  /** Everything after it is kept. */
  readonly start: FeedPosition;
  /** The oldest transaction under way: nothing comes into the feed before it any more. */
  readonly horizon: bigint;
  readonly catalogRevision: number;
  readonly changes: readonly FeedChange[];
}

/**
 * The part of a statement that records the changed customers as long as anybody listens. `changed` holds the rows that
 * were counted up: bucket, id and their new revision. While nobody listens, it looks into an empty table.
 */
export function feedChanges(): string {
  return `fed as (
  insert into change_feed (bucket, customer_id, revision)
  select bucket, id, revision
  from changed
  where exists (select 1 from stream_listeners where listens_until > now())
  order by bucket, id
)`;
}

const extendListenerStatement = statement(
  'extend_stream_listener',
  `
update stream_listeners
set listens_until = now() + interval '5 minutes'
where process_id = $1
  and listens_until > now()
returning process_id
`,
);

/** Beside somebody who listens for another minute at least: there is no gap then. */
const joinListenersStatement = statement(
  'join_stream_listeners',
  `
insert into stream_listeners (process_id, listens_until)
select $1, now() + interval '5 minutes'
where exists (select 1 from stream_listeners where listens_until > now() + interval '1 minute')
on conflict (process_id) do update
set listens_until = excluded.listens_until
returning process_id
`,
);

const limitLockStatement = statement('limit_feed_lock', `select set_config('lock_timeout', '2s', true)`);

const lockFeedStatement = statement('lock_change_feed', 'lock table change_feed in access exclusive mode');

const emptyFeedStatement = statement('empty_change_feed', 'truncate change_feed');

const deleteListenersStatement = statement('delete_stream_listeners', 'delete from stream_listeners');

const insertListenerStatement = statement(
  'insert_stream_listener',
  `
insert into stream_listeners (process_id, listens_until)
values ($1, now() + interval '5 minutes')
`,
);

/** The count goes on too, so that no position of an earlier feed is at or after this start. */
const startFeedStatement = statement(
  'start_change_feed',
  `
update change_feed_start
set xid = pg_snapshot_xmin(pg_current_snapshot()), seq = nextval(pg_get_serial_sequence('change_feed', 'seq'))
`,
);

const selectFeedStatement = statement(
  'select_change_feed',
  `
select s.xid as start_xid, s.seq as start_seq, pg_snapshot_xmin(pg_current_snapshot()) as horizon, k.revision as catalog_revision,
  f.xid, f.seq, f.customer_id, f.external_id, f.revision
from change_feed_start s
cross join catalog k
left join lateral (
  select f.xid, f.seq, f.customer_id, c.external_id, f.revision
  from change_feed f
  join customers c on c.bucket = f.bucket and c.id = f.customer_id
  where (f.xid, f.seq) > ($1::xid8, $2::bigint)
    and f.xid < pg_snapshot_xmin(pg_current_snapshot())
  order by f.xid, f.seq
  limit $3
) f on true
order by f.xid, f.seq
`,
);

/** The oldest part of what may go, and the new start with it. */
const pruneFeedStatement = statement(
  'prune_change_feed',
  `
with gone as (
  delete from change_feed
  where (xid, seq) in (
    select xid, seq
    from change_feed
    where (xid, seq) <= ($1::xid8, $2::bigint)
    order by xid, seq
    limit $3
  )
  returning xid, seq
),
latest as (
  select xid, seq
  from gone
  order by xid desc, seq desc
  limit 1
),
moved as (
  update change_feed_start s
  set xid = latest.xid, seq = latest.seq
  from latest
  where (s.xid, s.seq) < (latest.xid, latest.seq)
)
select count(*) as rows
from gone
`,
);

/** The process listens for five more minutes; false when its time had run out, so that changes may be missing. */
export async function extendListener(queryable: Queryable, processId: string): Promise<boolean> {
  return (await queryable.rows(extendListenerStatement, [processId])).length > 0;
}

/** The process listens beside others from now on; false when there are none. */
export async function joinListeners(queryable: Queryable, processId: string): Promise<boolean> {
  return (await queryable.rows(joinListenersStatement, [processId])).length > 0;
}

/**
 * The process listens, and the feed begins anew unless others listen already. The lock waits for every transaction that
 * did not see a listener, and makes all later ones see this one: no change that is committed after it is missed.
 */
export async function startFeed(database: Database, processId: string): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.rows(limitLockStatement, []);
    await transaction.rows(lockFeedStatement, []);
    if (await joinListeners(transaction, processId)) return;
    await transaction.rows(emptyFeedStatement, []);
    await transaction.rows(deleteListenersStatement, []);
    await transaction.rows(insertListenerStatement, [processId]);
    await transaction.rows(startFeedStatement, []);
  });
}

interface FeedRow {
  readonly start_xid: string;
  readonly start_seq: string;
  readonly horizon: string;
  readonly catalog_revision: string;
  readonly xid: string | null;
  readonly seq: string;
  readonly customer_id: string;
  readonly external_id: string | null;
  readonly revision: string;
}

/** What came after a position, in order, `limit` at most. */
export async function selectFeed(queryable: Queryable, after: FeedPosition, limit: number): Promise<FeedPage> {
  const rows = await queryable.rows<FeedRow>(selectFeedStatement, [String(after.xid), String(after.seq), limit]);
  const [first] = rows;
  if (first === undefined) throw new Error('the feed has no start');
  return {
    start: { xid: BigInt(first.start_xid), seq: BigInt(first.start_seq) },
    horizon: BigInt(first.horizon),
    catalogRevision: Number(first.catalog_revision),
    changes: rows.flatMap((row) => (row.xid === null ? [] : [fromFeedRow({ ...row, xid: row.xid })])),
  };
}

/** Deletes up to a position (in), the oldest first, `limit` at most; gives how many went. */
export async function pruneFeed(queryable: Queryable, to: FeedPosition, limit: number): Promise<number> {
  const [row] = await queryable.rows<{ rows: string }>(pruneFeedStatement, [String(to.xid), String(to.seq), limit]);
  return Number(row?.rows ?? 0);
}

function fromFeedRow(row: FeedRow & { xid: string }): FeedChange {
  return { position: { xid: BigInt(row.xid), seq: BigInt(row.seq) }, customerId: row.customer_id, externalId: row.external_id, revision: Number(row.revision) };
}
