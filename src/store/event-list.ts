import { bucketOf } from '../core/customer.js';
import type { UsageEvent } from '../core/event.js';
import { FOREVER, type Instant } from '../core/instant.js';
import type { Queryable } from './database.js';
import { fromEventRow, type EventRow } from './event.js';
import { statement } from './statement.js';
import { timestampText } from './timestamp.js';

const selectNewestEventsStatement = statement(
  'select_newest_events',
  `
select customer_id, id, name, occurred_at, properties, occurrences, revision
from events
where occurred_at >= $1
  and occurred_at < $2
  and ($3::text[] is null or name = any($3::text[]))
  and (occurred_at, customer_id, id) < ($4::timestamptz, $5::text, $6::text)
order by occurred_at desc, customer_id desc, id desc
limit $7
`,
);

const selectNewestCustomerEventsStatement = statement(
  'select_newest_customer_events',
  `
select customer_id, id, name, occurred_at, properties, occurrences, revision
from events
where bucket = $8
  and customer_id = $9
  and occurred_at >= $1
  and occurred_at < $2
  and ($3::text[] is null or name = any($3::text[]))
  and (occurred_at, customer_id, id) < ($4::timestamptz, $5::text, $6::text)
order by occurred_at desc, customer_id desc, id desc
limit $7
`,
);

/** An event with whose it is and the change that brought it. */
export interface EventEntry {
  readonly customerId: string;
  readonly revision: number;
  readonly event: UsageEvent;
}

/** Which event a page goes on behind. */
export interface EventPlace {
  readonly at: Instant;
  readonly customerId: string;
  readonly id: string;
}

const LONG_AGO = '0001-01-01T00:00:00Z';

/** Newest first by their own time, then customer and id downwards; of one customer or, with null, of all. `names` null: of every name. */
export async function selectNewestEvents(
  queryable: Queryable,
  input: { customerId: string | null; names: readonly string[] | null; from: Instant | undefined; to: Instant | undefined; before: EventPlace | undefined; limit: number },
): Promise<EventEntry[]> {
  const { customerId, names, from, to, before, limit } = input;
  const values = [from === undefined ? LONG_AGO : timestampText(from), timestampText(to ?? FOREVER), names, timestampText(before?.at ?? FOREVER), before?.customerId ?? '', before?.id ?? '', limit];
  const rows = customerId === null
    ? await queryable.rows<EventRow>(selectNewestEventsStatement, values)
    : await queryable.rows<EventRow>(selectNewestCustomerEventsStatement, [...values, bucketOf(customerId), customerId]);
  return rows.map((row) => ({ customerId: row.customer_id, revision: Number(row.revision), event: fromEventRow(row) }));
}
