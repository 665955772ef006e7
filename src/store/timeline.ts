import { bucketOf } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import type { Timeline, TimelineItem } from '../core/timeline.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

const insertTimelineStatement = statement(
  'insert_timeline',
  `
insert into subscription_timelines (bucket, customer_id, id, plan_id, created_at, updated_at)
values ($1, $2, $3, $4, $5, $6)
`,
);

const selectTimelinesStatement = statement(
  'select_timelines',
  `
select t.customer_id, t.id, t.plan_id, t.subscription_id, t.created_at, t.updated_at
from subscription_timelines t
join customers c on c.bucket = t.bucket and c.id = t.customer_id
where c.deleted_at is null
  and ($1::text is null or t.id = $1)
order by t.position desc
limit $2
offset $3
`,
);

const updateTimelineStatement = statement(
  'update_timeline',
  `
update subscription_timelines
set subscription_id = $4, updated_at = $5
where bucket = $1
  and customer_id = $2
  and id = $3
`,
);

const insertTimelineItemsStatement = statement(
  'insert_timeline_items',
  `
insert into subscription_timeline_items (bucket, customer_id, timeline_id, starts_at, ends_at, id, plan_id, quantities, multipliers, created_at)
select $1::smallint, $2::text, $3::text, starts_at, ends_at, id, plan_id, quantities, multipliers, created_at
from unnest($4::timestamptz[], $5::timestamptz[], $6::text[], $7::text[], $8::json[], $9::json[], $10::timestamptz[])
  as added (starts_at, ends_at, id, plan_id, quantities, multipliers, created_at)
order by starts_at
`,
);

const selectTimelineItemsStatement = statement(
  'select_timeline_items',
  `
select starts_at, ends_at, id, plan_id, quantities, multipliers, created_at
from subscription_timeline_items
where bucket = $1
  and customer_id = $2
  and timeline_id = $3
order by starts_at
`,
);

/** A new timeline is a draft. */
export async function insertTimeline(transaction: Queryable, { customerId, id, planId, createdAt, updatedAt }: Omit<Timeline, 'subscriptionId'>): Promise<void> {
  await transaction.rows(insertTimelineStatement, [bucketOf(customerId), customerId, id, planId, timestampText(createdAt), timestampText(updatedAt)]);
}

interface TimelineRow {
  readonly customer_id: string;
  readonly id: string;
  readonly plan_id: string;
  readonly subscription_id: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Newest first, behind the first `offset`, but those of customers that were deleted; the one of the id, if one is named. */
export async function selectTimelines(queryable: Queryable, input: { id: string | null; limit: number; offset: number }): Promise<Timeline[]> {
  const rows = await queryable.rows<TimelineRow>(selectTimelinesStatement, [input.id, input.limit, input.offset]);
  return rows.map(fromTimelineRow);
}

function fromTimelineRow(row: TimelineRow): Timeline {
  return { id: row.id, customerId: row.customer_id, planId: row.plan_id, subscriptionId: row.subscription_id, createdAt: fromTimestamp(row.created_at), updatedAt: fromTimestamp(row.updated_at) };
}

/** Keeps what it was started as, and when it was changed. */
export async function updateTimeline(transaction: Queryable, { customerId, id, subscriptionId, updatedAt }: Pick<Timeline, 'customerId' | 'id' | 'subscriptionId' | 'updatedAt'>): Promise<void> {
  await transaction.rows(updateTimelineStatement, [bucketOf(customerId), customerId, id, subscriptionId, timestampText(updatedAt)]);
}

export async function insertTimelineItems(transaction: Queryable, { customerId, id }: Pick<Timeline, 'customerId' | 'id'>, items: readonly TimelineItem[]): Promise<void> {
  const times = (of: (item: TimelineItem) => Instant): string[] => items.map((item) => timestampText(of(item)));
  await transaction.rows(insertTimelineItemsStatement, [
    bucketOf(customerId),
    customerId,
    id,
    times((item) => item.startsAt),
    times((item) => item.endsAt),
    items.map((item) => item.id),
    items.map((item) => item.planId),
    items.map((item) => JSON.stringify(item.quantities)),
    items.map((item) => JSON.stringify(item.multipliers)),
    times((item) => item.createdAt),
  ]);
}

interface TimelineItemRow {
  readonly starts_at: string;
  readonly ends_at: string;
  readonly id: string;
  readonly plan_id: string;
  readonly quantities: string;
  readonly multipliers: string;
  readonly created_at: string;
}

/** In the order of time. */
export async function selectTimelineItems(queryable: Queryable, { customerId, id }: Pick<Timeline, 'customerId' | 'id'>): Promise<TimelineItem[]> {
  const rows = await queryable.rows<TimelineItemRow>(selectTimelineItemsStatement, [bucketOf(customerId), customerId, id]);
  return rows.map((row) => ({
    id: row.id,
    startsAt: fromTimestamp(row.starts_at),
    endsAt: fromTimestamp(row.ends_at),
    planId: row.plan_id,
    quantities: JSON.parse(row.quantities) as TimelineItem['quantities'],
    multipliers: JSON.parse(row.multipliers) as TimelineItem['multipliers'],
    createdAt: fromTimestamp(row.created_at),
  }));
}
