import { bucketOf } from '../core/customer.js';
import { decimal } from '../core/decimal.js';
import type { Instant } from '../core/instant.js';
import type { Member } from '../core/window-book.js';
import type { UsageWindow } from '../core/window.js';
import type { Queryable } from './database.js';
import { feedChanges } from './feed.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';
import { noteTasks } from './webhook-task.js';

/** A window with whose it is and whether it still weighs on the wallet. */
export interface StoredWindow {
  readonly customerId: string;
  readonly window: UsageWindow;
  readonly isUnsettled: boolean;
}

/** All windows of one price that lie at or after a moment are asked for by this. */
export interface WindowRange {
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly priceCode: string;
  readonly from: Instant;
}

export interface WindowRow {
  readonly customer_id: string;
  readonly subscription_id: string;
  readonly price_code: string;
  readonly dimension_key: string;
  readonly starts_at: string;
  readonly superseded_at: string;
  readonly used: string;
  readonly events: string;
  readonly last_at: string | null;
  readonly last_event_id: string | null;
  readonly carried: string;
  readonly is_unsettled: boolean;
  readonly settled_used: string | null;
  readonly settled_carried: string | null;
}

const selectWindowsFromStatement = statement(
  'select_windows_from',
  `
select w.customer_id, w.subscription_id, w.price_code, w.dimension_key, w.starts_at, w.superseded_at,
  w.used, w.events, w.last_at, w.last_event_id, w.carried, w.is_unsettled,
  w.settled_used, w.settled_carried
from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
  as asked (bucket, customer_id, subscription_id, price_code, from_at)
join usage_windows w on w.bucket = asked.bucket
  and w.customer_id = asked.customer_id
  and w.superseded_at > asked.from_at
  and w.subscription_id = asked.subscription_id
  and w.price_code = asked.price_code
order by w.customer_id, w.subscription_id, w.price_code, w.dimension_key, w.starts_at
`,
);

const selectCustomerWindowsStatement = statement(
  'select_customer_windows',
  `
select customer_id, subscription_id, price_code, dimension_key, starts_at, superseded_at,
  used, events, last_at, last_event_id, carried, is_unsettled, settled_used, settled_carried
from usage_windows
where bucket = $1
  and customer_id = $2
order by subscription_id, price_code, dimension_key, starts_at
`,
);

const selectOpenWindowsStatement = statement(
  'select_open_windows',
  `
select w.customer_id, w.subscription_id, w.price_code, w.dimension_key, w.starts_at, w.superseded_at,
  w.used, w.events, w.last_at, w.last_event_id, w.carried, w.is_unsettled,
  w.settled_used, w.settled_carried
from unnest($1::smallint[], $2::text[]) as asked (bucket, customer_id)
join usage_windows w on w.bucket = asked.bucket and w.customer_id = asked.customer_id
where w.is_unsettled
union
select w.customer_id, w.subscription_id, w.price_code, w.dimension_key, w.starts_at, w.superseded_at,
  w.used, w.events, w.last_at, w.last_event_id, w.carried, w.is_unsettled,
  w.settled_used, w.settled_carried
from unnest($1::smallint[], $2::text[]) as asked (bucket, customer_id)
join usage_windows w on w.bucket = asked.bucket and w.customer_id = asked.customer_id
where w.superseded_at > $3::timestamptz
order by customer_id, subscription_id, price_code, dimension_key, starts_at
`,
);

/** One round trip: the customers' revisions, who must hear of them, the members seen, the windows counted in. */
const saveCountsStatement = statement(
  'save_counts',
  `
with changed as (
  update customers c
  set revision = c.revision + 1, due_at = least(c.due_at, counted.due_at)
  from unnest($1::smallint[], $2::text[], $23::timestamptz[]) as counted (bucket, id, due_at)
  where c.bucket = counted.bucket
    and c.id = counted.id
  returning c.bucket, c.id, c.revision
),
${noteTasks('e.is_enabled and e.hears_usage')},
${feedChanges()},
seen as (
  insert into usage_window_members (bucket, customer_id, subscription_id, price_code, dimension_key, starts_at, member)
  select bucket, customer_id, subscription_id, price_code, dimension_key, starts_at, member
  from unnest($3::smallint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::text[])
    as added (bucket, customer_id, subscription_id, price_code, dimension_key, starts_at, member)
  order by bucket, customer_id collate "C", subscription_id collate "C", price_code collate "C", dimension_key collate "C", starts_at, member collate "C"
)
insert into usage_windows (bucket, customer_id, subscription_id, price_code, dimension_key, starts_at,
  superseded_at, used, events, last_at, last_event_id, carried, is_unsettled, settled_used, settled_carried)
select bucket, customer_id, subscription_id, price_code, dimension_key, starts_at,
  superseded_at, used, events, last_at, last_event_id, carried, is_unsettled, settled_used, settled_carried
from unnest($10::smallint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::timestamptz[],
    $16::timestamptz[], $17::numeric[], $18::bigint[], $19::timestamptz[], $20::text[], $21::numeric[], $22::boolean[],
    $24::numeric[], $25::numeric[])
  as counted (bucket, customer_id, subscription_id, price_code, dimension_key, starts_at,
    superseded_at, used, events, last_at, last_event_id, carried, is_unsettled, settled_used, settled_carried)
order by bucket, customer_id collate "C", subscription_id collate "C", price_code collate "C", dimension_key collate "C", starts_at
on conflict (bucket, customer_id, subscription_id, price_code, dimension_key, starts_at) do update
set superseded_at = excluded.superseded_at,
  used = excluded.used,
  events = excluded.events,
  last_at = excluded.last_at,
  last_event_id = excluded.last_event_id,
  carried = excluded.carried,
  is_unsettled = excluded.is_unsettled,
  settled_used = excluded.settled_used,
  settled_carried = excluded.settled_carried
`,
);

const deleteWindowsStatement = statement(
  'delete_customer_windows',
  `
delete from usage_windows
where bucket = $1
  and customer_id = $2
  and ($3::text is null or subscription_id = $3)
`,
);

const selectMembersStatement = statement(
  'select_window_members',
  `
select m.customer_id, m.subscription_id, m.price_code, m.dimension_key, m.starts_at, m.member
from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[])
  as asked (bucket, customer_id, subscription_id, price_code, dimension_key, starts_at, member)
join usage_window_members m on m.bucket = asked.bucket
  and m.customer_id = asked.customer_id
  and m.subscription_id = asked.subscription_id
  and m.price_code = asked.price_code
  and m.dimension_key = asked.dimension_key
  and m.starts_at = asked.starts_at
  and m.member = asked.member
order by m.customer_id, m.subscription_id, m.price_code, m.dimension_key, m.starts_at, m.member
`,
);

const selectCustomerMembersStatement = statement(
  'select_customer_members',
  `
select customer_id, subscription_id, price_code, dimension_key, starts_at, member
from usage_window_members
where bucket = $1
  and customer_id = $2
order by subscription_id, price_code, dimension_key, starts_at, member
`,
);

const deleteMembersStatement = statement(
  'delete_customer_members',
  `
delete from usage_window_members
where bucket = $1
  and customer_id = $2
  and ($3::text is null or subscription_id = $3)
`,
);

/** Of each price asked for, the rows in force at `from` and all later ones, of every combination of dimension values. */
export async function selectWindowsFrom(transaction: Queryable, ranges: readonly WindowRange[]): Promise<StoredWindow[]> {
  if (ranges.length === 0) return [];
  const rows = await transaction.rows<WindowRow>(selectWindowsFromStatement, [
    ranges.map((range) => bucketOf(range.customerId)),
    ranges.map((range) => range.customerId),
    ranges.map((range) => range.subscriptionId),
    ranges.map((range) => range.priceCode),
    ranges.map((range) => timestampText(range.from)),
  ]);
  return rows.map(fromWindowRow);
}

/** Of several customers, the rows in force at a moment and later, and those that are not settled. */
export async function selectOpenWindows(transaction: Queryable, customerIds: readonly string[], at: Instant): Promise<StoredWindow[]> {
  return (await transaction.rows<WindowRow>(selectOpenWindowsStatement, [customerIds.map(bucketOf), customerIds, timestampText(at)])).map(fromWindowRow);
}

export async function selectCustomerWindows(queryable: Queryable, customerId: string): Promise<StoredWindow[]> {
  const rows = await queryable.rows<WindowRow>(selectCustomerWindowsStatement, [bucketOf(customerId), customerId]);
  return rows.map(fromWindowRow);
}

/** A customer whose revision counts up; the worker looks at it by `dueAt` at the latest (FOREVER: as before). */
export interface CountedCustomer {
  readonly id: string;
  readonly dueAt: Instant;
}

/**
 * Writes windows as they now are and members that are new, sorted by key whatever order they come in, and counts up the
 * revision of each customer named; these must be locked.
 */
export async function saveCounts(
  transaction: Queryable,
  counts: { readonly customers: readonly CountedCustomer[]; readonly members: readonly StoredMember[]; readonly windows: readonly StoredWindow[] },
): Promise<void> {
  const { customers, members, windows } = counts;
  const ids = customers.map((customer) => customer.id);
  const dueAt = customers.map((customer) => timestampText(customer.dueAt));
  await transaction.rows(saveCountsStatement, [ids.map(bucketOf), ids, ...memberColumns(members), ...windowColumns(windows), dueAt, ...settledColumns(windows)]);
}

/** Removes a customer's windows and members, of one subscription or of all; to be derived anew. */
export async function deleteWindows(transaction: Queryable, customerId: string, subscriptionId: string | null): Promise<void> {
  await transaction.rows(deleteMembersStatement, [bucketOf(customerId), customerId, subscriptionId]);
  await transaction.rows(deleteWindowsStatement, [bucketOf(customerId), customerId, subscriptionId]);
}

export interface StoredMember {
  readonly customerId: string;
  readonly member: Member;
}

/** Those of the members asked for that were seen before. */
export async function selectMembers(transaction: Queryable, members: readonly StoredMember[]): Promise<StoredMember[]> {
  if (members.length === 0) return [];
  return (await transaction.rows<MemberRow>(selectMembersStatement, memberColumns(members))).map(fromMemberRow);
}

export async function selectCustomerMembers(queryable: Queryable, customerId: string): Promise<StoredMember[]> {
  return (await queryable.rows<MemberRow>(selectCustomerMembersStatement, [bucketOf(customerId), customerId])).map(fromMemberRow);
}

interface MemberRow {
  readonly customer_id: string;
  readonly subscription_id: string;
  readonly price_code: string;
  readonly dimension_key: string;
  readonly starts_at: string;
  readonly member: string;
}

export function fromWindowRow(row: WindowRow): StoredWindow {
  return {
    customerId: row.customer_id,
    isUnsettled: row.is_unsettled,
    window: {
      subscriptionId: row.subscription_id,
      priceCode: row.price_code,
      dimensionKey: row.dimension_key,
      startsAt: fromTimestamp(row.starts_at),
      supersededAt: fromTimestamp(row.superseded_at),
      tally: {
        used: decimal(row.used),
        events: Number(row.events),
        last: row.last_at === null || row.last_event_id === null ? null : { at: fromTimestamp(row.last_at), eventId: row.last_event_id },
      },
      carried: decimal(row.carried),
      settled: row.settled_used === null || row.settled_carried === null ? null : { used: decimal(row.settled_used), carried: decimal(row.settled_carried) },
    },
  };
}

function windowColumns(windows: readonly StoredWindow[]): unknown[] {
  return [
    windows.map(({ customerId }) => bucketOf(customerId)),
    windows.map(({ customerId }) => customerId),
    windows.map(({ window }) => window.subscriptionId),
    windows.map(({ window }) => window.priceCode),
    windows.map(({ window }) => window.dimensionKey),
    windows.map(({ window }) => timestampText(window.startsAt)),
    windows.map(({ window }) => timestampText(window.supersededAt)),
    windows.map(({ window }) => window.tally.used.toFixed()),
    windows.map(({ window }) => window.tally.events),
    windows.map(({ window }) => (window.tally.last === null ? null : timestampText(window.tally.last.at))),
    windows.map(({ window }) => window.tally.last?.eventId ?? null),
    windows.map(({ window }) => window.carried.toFixed()),
    windows.map(({ isUnsettled }) => isUnsettled),
  ];
}

function settledColumns(windows: readonly StoredWindow[]): unknown[] {
  return [windows.map(({ window }) => window.settled?.used.toFixed() ?? null), windows.map(({ window }) => window.settled?.carried.toFixed() ?? null)];
}

function memberColumns(members: readonly StoredMember[]): unknown[] {
  return [
    members.map(({ customerId }) => bucketOf(customerId)),
    members.map(({ customerId }) => customerId),
    members.map(({ member }) => member.subscriptionId),
    members.map(({ member }) => member.priceCode),
    members.map(({ member }) => member.dimensionKey),
    members.map(({ member }) => timestampText(member.startsAt)),
    members.map(({ member }) => member.member),
  ];
}

function fromMemberRow(row: MemberRow): StoredMember {
  return {
    customerId: row.customer_id,
    member: {
      subscriptionId: row.subscription_id,
      priceCode: row.price_code,
      dimensionKey: row.dimension_key,
      startsAt: fromTimestamp(row.starts_at),
      member: row.member,
    },
  };
}
