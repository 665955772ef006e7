import type { Attention } from '../core/attention.js';
import type { Currency } from '../core/currency.js';
import { bucketOf } from '../core/customer.js';
import { decimal } from '../core/decimal.js';
import type { Instant } from '../core/instant.js';
import type { Outline, SubscriptionSpan } from '../core/outline.js';
import type { IntervalUnit } from '../core/period.js';
import type { SubscriptionStatus } from '../core/subscription.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** A part of a statement whose `changed` are customers' rows: what was outlined of them holds no more. */
export function outdateChanged(): string {
  return `outdated as (
  insert into customer_outlines (bucket, customer_id, until)
  select bucket, id, '-infinity'
  from changed
  on conflict (bucket, customer_id) do update
  set until = excluded.until
)`;
}

const outdateStatement = statement(
  'outdate_outlines',
  `
insert into customer_outlines (bucket, customer_id, until)
select bucket, customer_id, '-infinity'
from unnest($1::smallint[], $2::text[]) as turned (bucket, customer_id)
order by bucket, customer_id collate "C"
on conflict (bucket, customer_id) do update
set until = excluded.until
`,
);

const lockStaleStatement = statement(
  'lock_stale_outlines',
  `
select o.customer_id, c.account_number
from customer_outlines o
join customers c on c.bucket = o.bucket and c.id = o.customer_id
where o.until <= $1
order by o.until, o.bucket, o.customer_id
limit $2
for update of o skip locked
`,
);

const awaitStaleStatement = statement(
  'await_stale_outline',
  `
select customer_id
from customer_outlines
where until <= $1
order by until, bucket, customer_id
limit 1
for update
`,
);

const outdatePlansStatement = statement(
  'outdate_outlines_of_plans',
  `
update customer_outlines o
set until = '-infinity'
from (
  select held.bucket, held.customer_id
  from customer_outlines held
  where held.until > '-infinity'
    and exists (
      select 1
      from subscription_spans s
      where s.bucket = held.bucket
        and s.customer_id = held.customer_id
        and s.plan_code = any($1::text[])
    )
  order by held.bucket, held.customer_id
  for update of held
) found
where o.bucket = found.bucket
  and o.customer_id = found.customer_id
`,
);

const hasStaleStatement = statement(
  'has_stale_outlines',
  `
select exists (
  select 1
  from customer_outlines
  where until <= $1
) as is_stale
`,
);

const countStaleStatement = statement(
  'count_stale_outlines',
  `
select count(*) as outlines
from customer_outlines
where until <= $1
`,
);

const deleteSpansStatement = statement(
  'delete_subscription_spans',
  `
delete from subscription_spans s
using unnest($1::smallint[], $2::text[]) as asked (bucket, customer_id)
where s.bucket = asked.bucket
  and s.customer_id = asked.customer_id
`,
);

const deleteAttentionsStatement = statement(
  'delete_customer_attentions',
  `
delete from customer_attentions a
using unnest($1::smallint[], $2::text[]) as asked (bucket, customer_id)
where a.bucket = asked.bucket
  and a.customer_id = asked.customer_id
`,
);

const insertSpansStatement = statement(
  'insert_subscription_spans',
  `
insert into subscription_spans (bucket, customer_id, subscription_id, starts_at, ends_at, status, is_addon, plan_code, currency, interval_unit, interval_count, amount)
select bucket, customer_id, subscription_id, starts_at, ends_at, status, is_addon, plan_code, currency, interval_unit, interval_count, amount
from unnest($1::smallint[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::boolean[], $8::text[], $9::text[], $10::text[], $11::integer[], $12::numeric[])
  as added (bucket, customer_id, subscription_id, starts_at, ends_at, status, is_addon, plan_code, currency, interval_unit, interval_count, amount)
order by bucket, customer_id collate "C", subscription_id collate "C", starts_at
`,
);

const insertAttentionsStatement = statement(
  'insert_customer_attentions',
  `
insert into customer_attentions (bucket, customer_id, kind, detail, account_number)
select bucket, customer_id, kind, detail, account_number
from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[]) as added (bucket, customer_id, kind, detail, account_number)
order by bucket, customer_id collate "C", kind collate "C"
`,
);

const updateOutlinesStatement = statement(
  'update_customer_outlines',
  `
update customer_outlines o
set until = made.until
from unnest($1::smallint[], $2::text[], $3::timestamptz[]) as made (bucket, customer_id, until)
where o.bucket = made.bucket
  and o.customer_id = made.customer_id
`,
);

const selectOutlineStatement = statement(
  'select_customer_outline',
  `
select until > $3::timestamptz as holds
from customer_outlines
where bucket = $1
  and customer_id = $2
`,
);

const selectSpansStatement = statement(
  'select_customer_spans',
  `
select subscription_id, starts_at, ends_at, status, is_addon, plan_code, currency, interval_unit, interval_count, amount
from subscription_spans
where bucket = $1
  and customer_id = $2
order by subscription_id, starts_at
`,
);

const selectAttentionsStatement = statement(
  'select_customer_attentions',
  `
select kind, detail
from customer_attentions
where bucket = $1
  and customer_id = $2
order by kind
`,
);

/** A customer whose outline does not hold any more. */
export interface StaleOutline {
  readonly customerId: string;
  readonly accountNumber: number;
}

/** The customers' outlines do not hold any more; the customers must be locked. */
export async function outdateOutlines(transaction: Queryable, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return;
  await transaction.rows(outdateStatement, [customerIds.map(bucketOf), customerIds]);
}

/** Outlines that do not hold at `at`, what has changed first; locked, so that whoever changes one of the customers waits to say so. */
export async function lockStaleOutlines(transaction: Queryable, at: Instant, limit: number): Promise<StaleOutline[]> {
  const rows = await transaction.rows<{ customer_id: string; account_number: string }>(lockStaleStatement, [timestampText(at), limit]);
  return rows.map((row) => ({ customerId: row.customer_id, accountNumber: Number(row.account_number) }));
}

/** The outlines of all customers that have, had or will have one of the plans do not hold any more. Nobody must be outlining meanwhile: see shareCatalog. */
export async function outdateOutlinesOfPlans(transaction: Queryable, planCodes: readonly string[]): Promise<void> {
  if (planCodes.length > 0) await transaction.rows(outdatePlansStatement, [planCodes]);
}

/** Waits until nobody else is at work on the first of the outlines that do not hold at `at`. */
export async function awaitStaleOutline(transaction: Queryable, at: Instant): Promise<void> {
  await transaction.rows(awaitStaleStatement, [timestampText(at)]);
}

export async function hasStaleOutlines(queryable: Queryable, at: Instant): Promise<boolean> {
  const [row] = await queryable.rows<{ is_stale: boolean }>(hasStaleStatement, [timestampText(at)]);
  return row?.is_stale === true;
}

export async function countStaleOutlines(queryable: Queryable, at: Instant): Promise<number> {
  const [row] = await queryable.rows<{ outlines: string }>(countStaleStatement, [timestampText(at)]);
  return Number(row?.outlines ?? 0);
}

/** Writes the outlines in the place of what was there. */
export async function replaceOutlines(transaction: Queryable, outlines: ReadonlyArray<StaleOutline & { readonly outline: Outline }>): Promise<void> {
  const ids = outlines.map(({ customerId }) => customerId);
  const key = [ids.map(bucketOf), ids];
  await transaction.rows(deleteSpansStatement, key);
  await transaction.rows(deleteAttentionsStatement, key);
  const spans = outlines.flatMap(({ customerId, outline }) => outline.spans.map((span) => ({ customerId, ...span })));
  if (spans.length > 0) await transaction.rows(insertSpansStatement, spanColumns(spans));
  const attentions = outlines.flatMap(({ customerId, accountNumber, outline }) => outline.attentions.map((attention) => ({ customerId, accountNumber, ...attention })));
  if (attentions.length > 0) {
    await transaction.rows(insertAttentionsStatement, [
      attentions.map(({ customerId }) => bucketOf(customerId)), attentions.map(({ customerId }) => customerId), attentions.map(({ kind }) => kind), attentions.map(({ detail }) => detail), attentions.map(({ accountNumber }) => accountNumber),
    ]);
  }
  await transaction.rows(updateOutlinesStatement, [...key, outlines.map(({ outline }) => timestampText(outline.until))]);
}

/** What is kept of the customers stands until then, for want of better. */
export async function postponeOutlines(transaction: Queryable, customerIds: readonly string[], until: Instant): Promise<void> {
  if (customerIds.length > 0) await transaction.rows(updateOutlinesStatement, [customerIds.map(bucketOf), customerIds, customerIds.map(() => timestampText(until))]);
}

/** What is kept of a customer: `stale` when it does not hold at `at`, undefined when there is no outline, which nobody would ever make. */
export async function selectOutline(queryable: Queryable, customerId: string, at: Instant): Promise<Omit<Outline, 'until'> | 'stale' | undefined> {
  const key = [bucketOf(customerId), customerId];
  const [row] = await queryable.rows<{ holds: boolean }>(selectOutlineStatement, [...key, timestampText(at)]);
  if (row === undefined) return undefined;
  if (!row.holds) return 'stale';
  const spans = await queryable.rows<SpanRow>(selectSpansStatement, key);
  return { spans: spans.map(fromSpanRow), attentions: await queryable.rows<Attention>(selectAttentionsStatement, key) };
}

interface SpanRow {
  readonly subscription_id: string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly status: SubscriptionStatus;
  readonly is_addon: boolean;
  readonly plan_code: string;
  readonly currency: Currency;
  readonly interval_unit: IntervalUnit;
  readonly interval_count: number;
  readonly amount: string;
}

function fromSpanRow(row: SpanRow): SubscriptionSpan {
  return {
    subscriptionId: row.subscription_id, startsAt: fromTimestamp(row.starts_at), endsAt: fromTimestamp(row.ends_at), status: row.status, isAddon: row.is_addon, planCode: row.plan_code,
    currency: row.currency, interval: { unit: row.interval_unit, count: row.interval_count }, amount: decimal(row.amount),
  };
}

function spanColumns(spans: ReadonlyArray<SubscriptionSpan & { readonly customerId: string }>): unknown[] {
  return [
    spans.map(({ customerId }) => bucketOf(customerId)), spans.map(({ customerId }) => customerId), spans.map(({ subscriptionId }) => subscriptionId),
    spans.map(({ startsAt }) => timestampText(startsAt)), spans.map(({ endsAt }) => timestampText(endsAt)), spans.map(({ status }) => status), spans.map(({ isAddon }) => isAddon),
    spans.map(({ planCode }) => planCode), spans.map(({ currency }) => currency), spans.map(({ interval }) => interval.unit), spans.map(({ interval }) => interval.count), spans.map(({ amount }) => amount.toFixed()),
  ];
}
