import { bucketOf } from '../core/customer.js';
import { decimal } from '../core/decimal.js';
import type { UsageEvent } from '../core/event.js';
import type { GateAnswer } from '../core/gate.js';
import { FOREVER, type Instant } from '../core/instant.js';
import type { Queryable } from './database.js';
import { fromAnswerText, toAnswerText } from './gate-answer.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

export interface CustomerEvent {
  readonly customerId: string;
  readonly event: UsageEvent;
}

/** A row as the statements that read events give it. */
export interface EventRow {
  readonly customer_id: string;
  readonly id: string;
  readonly name: string;
  readonly occurred_at: string;
  readonly properties: string;
  readonly occurrences: string | null;
  readonly revision: string;
}

/**
 * The events are new or known by one look into the primary key; asking first would be a second look, and a slower one.
 * Where they lie is marked, for the totals of all customers.
 */
const insertNewEventsStatement = statement(
  'insert_new_events',
  `
with inserted as (
  insert into events (bucket, customer_id, id, name, occurred_at, properties, revision, occurrences, answer)
  select bucket, customer_id, id, name, occurred_at, properties, revision, occurrences, answer
  from unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::json[], $7::bigint[], $8::numeric[], $9::json[])
    as added (bucket, customer_id, id, name, occurred_at, properties, revision, occurrences, answer)
  order by bucket, customer_id collate "C", id collate "C"
  on conflict (bucket, customer_id, id) do nothing
  returning customer_id, id, name, occurred_at
),
marked as (
  insert into usage_marks (starts_at, name)
  select distinct date_bin('15 minutes', occurred_at, '2000-01-01T00:00:00Z'), name
  from inserted
)
select customer_id, id
from inserted
`,
);

const selectEventsStatement = statement(
  'select_events',
  `
select customer_id, id, name, occurred_at, properties, occurrences, revision
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

const selectKnownEventsStatement = statement(
  'select_known_events',
  `
select e.customer_id, e.id, e.answer, e.revision
from unnest($1::smallint[], $2::text[], $3::text[]) as asked (bucket, customer_id, id)
join events e on e.bucket = asked.bucket
  and e.customer_id = asked.customer_id
  and e.id = asked.id
order by e.customer_id, e.id
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

export function eventKey(customerId: string, eventId: string): string {
  return `${customerId}\n${eventId}`;
}

/** An event on its way into the store, under the revision of its customer. */
export interface EventToInsert extends CustomerEvent {
  readonly revision: number;
  /** Of an event that a consume made: what it was answered. */
  readonly answer?: GateAnswer | undefined;
}

/** An event that is there: the change that brought it, and what the gate had answered, null for one that was reported. */
export interface KnownEvent {
  readonly revision: number;
  readonly answer: GateAnswer | null;
}

/** Of the ids asked for, those that there is an event of, by eventKey. */
export async function selectKnownEvents(queryable: Queryable, asked: ReadonlyArray<{ readonly customerId: string; readonly id: string }>): Promise<Map<string, KnownEvent>> {
  if (asked.length === 0) return new Map();
  const rows = await queryable.rows<{ customer_id: string; id: string; answer: string | null; revision: string }>(selectKnownEventsStatement, [asked.map(({ customerId }) => bucketOf(customerId)), asked.map(({ customerId }) => customerId), asked.map(({ id }) => id)]);
  return new Map(rows.map((row) => [eventKey(row.customer_id, row.id), { revision: Number(row.revision), answer: row.answer === null ? null : fromAnswerText(row.answer) }]));
}

/**
 * Inserts those events that the store does not have, each under the revision of its customer, and gives their keys as
 * eventKey makes them. No two of the events may share a key.
 */
export async function insertNewEvents(transaction: Queryable, events: readonly EventToInsert[]): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const columns: [number[], string[], string[], string[], string[], string[], number[], Array<string | null>, Array<string | null>] = [[], [], [], [], [], [], [], [], []];
  for (const { customerId, event, revision, answer } of events) {
    columns[0].push(bucketOf(customerId));
    columns[1].push(customerId);
    columns[2].push(event.id);
    columns[3].push(event.name);
    columns[4].push(timestampText(event.occurredAt));
    columns[5].push(JSON.stringify(event.properties));
    columns[6].push(revision);
    columns[7].push(event.occurrences?.toFixed() ?? null);
    columns[8].push(answer === undefined ? null : toAnswerText(answer));
  }
  const rows = await transaction.rows<{ customer_id: string; id: string }>(insertNewEventsStatement, columns);
  return new Set(rows.map((row) => eventKey(row.customer_id, row.id)));
}

const PAGE = 10_000;
const LONG_AGO = '0001-01-01T00:00:00Z';

/** A customer's events from `from` (in) to `to` (out) in order of time and id, read page by page. */
export async function* selectEvents(
  queryable: Queryable,
  input: { customerId: string; from?: Instant; to?: Instant; names?: readonly string[] },
): AsyncGenerator<UsageEvent> {
  for await (const { event } of selectEventEntries(queryable, input)) yield event;
}

/** As selectEvents, each with the number of the change that brought it. */
export async function* selectEventEntries(
  queryable: Queryable,
  input: { customerId: string; from?: Instant; to?: Instant; names?: readonly string[] },
): AsyncGenerator<{ readonly revision: number; readonly event: UsageEvent }> {
  let after: { at: Instant; id: string } | undefined;
  for (;;) {
    const entries = await selectEventPage(queryable, { ...input, after, limit: PAGE });
    yield* entries;
    const last = entries.at(-1)?.event;
    if (last === undefined || entries.length < PAGE) return;
    after = { at: last.occurredAt, id: last.id };
  }
}

/** At most `limit` events behind the one that `after` names, in order of time and id. */
export async function selectEventPage(
  queryable: Queryable,
  input: { customerId: string; from?: Instant | undefined; to?: Instant | undefined; names?: readonly string[] | undefined; after: { at: Instant; id: string } | undefined; limit: number },
): Promise<Array<{ readonly revision: number; readonly event: UsageEvent }>> {
  const { customerId, from, to, names, after, limit } = input;
  const rows = await queryable.rows<EventRow>(selectEventsStatement, [
    bucketOf(customerId),
    customerId,
    from === undefined ? LONG_AGO : timestampText(from),
    timestampText(to ?? FOREVER),
    names ?? null,
    after === undefined ? LONG_AGO : timestampText(after.at),
    after?.id ?? '',
    limit,
  ]);
  return rows.map((row) => ({ revision: Number(row.revision), event: fromEventRow(row) }));
}

export function fromEventRow(row: EventRow): UsageEvent {
  const event = { id: row.id, name: row.name, occurredAt: fromTimestamp(row.occurred_at), properties: JSON.parse(row.properties) as Record<string, unknown> };
  return row.occurrences === null ? event : { ...event, occurrences: decimal(row.occurrences) };
}
