import { bucketOf } from '../core/customer.js';
import type { UsageEvent } from '../core/event.js';
import { FOREVER, type Instant } from '../core/instant.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

export interface CustomerEvent {
  readonly customerId: string;
  readonly event: UsageEvent;
}

interface EventRow {
  readonly customer_id: string;
  readonly id: string;
  readonly name: string;
  readonly occurred_at: string;
  readonly properties: string;
}

const selectKnownEventsStatement = statement(
  'select_known_events',
  `
select e.customer_id, e.id
from unnest($1::smallint[], $2::text[], $3::text[]) as asked (bucket, customer_id, id)
join events e on e.bucket = asked.bucket and e.customer_id = asked.customer_id and e.id = asked.id
order by e.customer_id, e.id
`,
);

const insertEventsStatement = statement(
  'insert_events',
  `
insert into events (bucket, customer_id, id, name, occurred_at, properties, revision)
select bucket, customer_id, id, name, occurred_at, properties, revision
from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::json[], $7::bigint[])
  as added (bucket, customer_id, id, name, occurred_at, properties, revision)
order by bucket, customer_id collate "C", id collate "C"
`,
);

const selectEventsStatement = statement(
  'select_events',
  `
select customer_id, id, name, occurred_at, properties
from events
where bucket = $1
  and customer_id = $2
  and occurred_at >= $3
  and occurred_at < $4
  and ($5::text[] is null or name = any($5::text[]))
  and (occurred_at, id) > ($6::timestamptz, $7::text)
order by occurred_at, id
limit $8
`,
);

const selectHasEventsStatement = statement(
  'select_has_events',
  `
select id
from events
where bucket = $1
  and customer_id = $2
  and occurred_at >= $3
order by occurred_at, id
limit 1
`,
);

/** Whether the customer has an event at or after `from`. */
export async function hasEvents(queryable: Queryable, customerId: string, from: Instant): Promise<boolean> {
  return (await queryable.rows(selectHasEventsStatement, [bucketOf(customerId), customerId, timestampText(from)])).length > 0;
}

/** The keys, as eventKey makes them, of those events that the store already has. */
export async function selectKnownEvents(transaction: Queryable, events: ReadonlyArray<{ customerId: string; eventId: string }>): Promise<Set<string>> {
  const rows = await transaction.rows<{ customer_id: string; id: string }>(selectKnownEventsStatement, [
    events.map((event) => bucketOf(event.customerId)),
    events.map((event) => event.customerId),
    events.map((event) => event.eventId),
  ]);
  return new Set(rows.map((row) => eventKey(row.customer_id, row.id)));
}

export function eventKey(customerId: string, eventId: string): string {
  return `${customerId}\n${eventId}`;
}

/** Inserts events that are known to be new, each under the revision of its customer. */
export async function insertEvents(transaction: Queryable, events: ReadonlyArray<CustomerEvent & { revision: number }>): Promise<void> {
  await transaction.rows(insertEventsStatement, [
    events.map(({ customerId }) => bucketOf(customerId)),
    events.map(({ customerId }) => customerId),
    events.map(({ event }) => event.id),
    events.map(({ event }) => event.name),
    events.map(({ event }) => timestampText(event.occurredAt)),
    events.map(({ event }) => JSON.stringify(event.properties)),
    events.map(({ revision }) => revision),
  ]);
}

const PAGE = 10_000;
const LONG_AGO = '0001-01-01T00:00:00Z';

/** A customer's events from `from` (in) to `to` (out) in order of time and id, read page by page. */
export async function* selectEvents(
  queryable: Queryable,
  input: { customerId: string; from?: Instant; to?: Instant; names?: readonly string[] },
): AsyncGenerator<UsageEvent> {
  let after: readonly [at: string, id: string] = [LONG_AGO, ''];
  for (;;) {
    const rows = await queryable.rows<EventRow>(selectEventsStatement, [
      bucketOf(input.customerId),
      input.customerId,
      input.from === undefined ? LONG_AGO : timestampText(input.from),
      timestampText(input.to ?? FOREVER),
      input.names ?? null,
      ...after,
      PAGE,
    ]);
    yield* rows.map(fromEventRow);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = [last.occurred_at, last.id];
  }
}

function fromEventRow(row: EventRow): UsageEvent {
  return { id: row.id, name: row.name, occurredAt: fromTimestamp(row.occurred_at), properties: JSON.parse(row.properties) as Record<string, unknown> };
}
