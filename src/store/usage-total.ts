import { decimal } from '../core/decimal.js';
import type { Instant } from '../core/instant.js';
import type { Period } from '../core/period.js';
import type { CountedValue, UsageTotal } from '../core/usage-total.js';
import type { Queryable } from './database.js';
import { periodColumns } from './overview.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

const lockStatement = statement(
  'lock_usage_totals',
  `
select only_row
from usage_totals_state
for update
`,
);

const hasMarksStatement = statement(
  'has_usage_marks',
  `
select exists (
  select 1
  from usage_marks
) as is_marked
`,
);

const takeMarksStatement = statement(
  'take_usage_marks',
  `
with taken as (
  delete from usage_marks
  where id in (select id from usage_marks order by id limit $1)
  returning starts_at, name
)
select starts_at, name, count(*) as marks
from taken
group by starts_at, name
order by starts_at, name
`,
);

const selectMarksStatement = statement(
  'select_usage_marks',
  `
select distinct starts_at, name
from usage_marks
order by starts_at, name
`,
);

const insertMarksStatement = statement(
  'insert_usage_marks',
  `
insert into usage_marks (starts_at, name)
select starts_at, name
from unnest($1::timestamptz[], $2::text[]) as marked (starts_at, name)
order by starts_at, name
`,
);

const selectSlotsStatement = statement(
  'select_event_slots',
  `
select distinct date_bin('15 minutes', occurred_at, '2000-01-01T00:00:00Z') as starts_at, name
from events
where name = any($1::text[])
order by starts_at, name
`,
);

/**
 * Plain decimals are added up here: there may be as many different ones as there are events. Of properties that hold an
 * escape the whole comes back: of some (NUL, half a surrogate pair) no text can be made, and looking into them is an error.
 * Lateral, so that each stretch is found by the index, whatever the planner believes of a table that was empty a moment ago;
 * `offset 0`, so that what is read of an event is read once.
 */
const selectValuesStatement = statement(
  'select_event_values',
  `
select asked.starts_at, counted.value, counted.whole, counted.added, counted.occurrences, counted.events
from unnest($1::timestamptz[]) as asked (starts_at)
cross join lateral (
  select said.is_decimal, case when not said.is_decimal then said.value end as value, said.whole, said.occurrences, count(*) as events,
    sum(case when said.is_decimal then trim(both '"' from said.value)::numeric end) as added
  from (
    select found.value, found.whole, found.occurrences, coalesce(length(found.value) <= 60 and found.value ~ '^"?-?[0-9]+([.][0-9]+)?"?$', false) as is_decimal
    from (
      select e.occurrences,
        case when strpos(e.properties::text, '\\u') = 0 then (e.properties -> $3::text)::text end as value,
        case when strpos(e.properties::text, '\\u') > 0 then e.properties::text end as whole
      from events e
      where e.occurred_at >= asked.starts_at
        and e.occurred_at < asked.starts_at + interval '15 minutes'
        and e.name = any($2::text[])
      offset 0
    ) found
    offset 0
  ) said
  group by said.is_decimal, case when not said.is_decimal then said.value end, said.whole, said.occurrences
) counted
order by asked.starts_at, counted.is_decimal, counted.value, counted.whole, counted.occurrences
`,
);

const upsertTotalsStatement = statement(
  'upsert_usage_totals',
  `
insert into usage_totals (starts_at, meter_code, events, value)
select starts_at, meter_code, events, value
from unnest($1::timestamptz[], $2::text[], $3::bigint[], $4::numeric[]) as counted (starts_at, meter_code, events, value)
order by starts_at, meter_code collate "C"
on conflict (starts_at, meter_code) do update
set events = excluded.events,
  value = excluded.value
`,
);

const deleteTotalsStatement = statement(
  'delete_usage_totals',
  `
delete from usage_totals
where meter_code = $1
`,
);

const selectTotalsStatement = statement(
  'select_usage_totals',
  `
select starts_at, meter_code, events, value
from usage_totals
where meter_code = $1
order by starts_at
`,
);

const sumTotalsStatement = statement(
  'sum_usage_totals',
  `
select p.position, t.meter_code, t.events, t.value
from unnest($1::timestamptz[], $2::timestamptz[]) with ordinality as p (starts_at, ends_at, position)
cross join lateral (
  select u.meter_code, sum(u.events) as events, sum(u.value) as value
  from usage_totals u
  where u.starts_at >= p.starts_at
    and u.starts_at < p.ends_at
  group by u.meter_code
) t
order by p.position, t.meter_code
`,
);

const selectCountedMetersStatement = statement(
  'select_counted_meters',
  `
select meter_code, counting
from usage_total_meters
order by meter_code
`,
);

const upsertCountedMeterStatement = statement(
  'upsert_counted_meter',
  `
insert into usage_total_meters (meter_code, counting)
values ($1, $2)
on conflict (meter_code) do update
set counting = excluded.counting
`,
);

/** A stretch of fifteen minutes in which events of a name are to be counted again. */
export interface UsageMark {
  readonly startsAt: Instant;
  readonly name: string;
}

interface MarkRow {
  readonly starts_at: string;
  readonly name: string;
}

/** Until the transaction ends nobody else counts totals. */
export async function lockUsageTotals(transaction: Queryable): Promise<void> {
  await transaction.rows(lockStatement, []);
}

export async function hasMarks(queryable: Queryable): Promise<boolean> {
  const [row] = await queryable.rows<{ is_marked: boolean }>(hasMarksStatement, []);
  return row?.is_marked === true;
}

/** Takes up to `limit` marks away and gives what they mark, each once, and how many they were. Their events are visible to what is read next. */
export async function takeMarks(transaction: Queryable, limit: number): Promise<{ readonly marks: UsageMark[]; readonly taken: number }> {
  const rows = await transaction.rows<MarkRow & { marks: string }>(takeMarksStatement, [limit]);
  return { marks: rows.map(fromMarkRow), taken: rows.reduce((sum, row) => sum + Number(row.marks), 0) };
}

export async function selectMarks(queryable: Queryable): Promise<UsageMark[]> {
  return (await queryable.rows<MarkRow>(selectMarksStatement, [])).map(fromMarkRow);
}

export async function insertMarks(transaction: Queryable, marks: readonly UsageMark[]): Promise<void> {
  if (marks.length > 0) await transaction.rows(insertMarksStatement, [marks.map(({ startsAt }) => timestampText(startsAt)), marks.map(({ name }) => name)]);
}

/** All stretches in which there are events of these names. */
export async function selectSlots(queryable: Queryable, names: readonly string[]): Promise<UsageMark[]> {
  return (await queryable.rows<MarkRow>(selectSlotsStatement, [names])).map(fromMarkRow);
}

/** What events of the names say of the property in each of the stretches: alike ones together, and plain decimals added up. */
export async function selectValues(queryable: Queryable, asked: { slots: readonly Instant[]; names: readonly string[]; property: string | null }): Promise<CountedValue[]> {
  const { property } = asked;
  const rows = await queryable.rows<ValueRow>(selectValuesStatement, [asked.slots.map(timestampText), asked.names, property]);
  return rows.map((row) => ({
    startsAt: fromTimestamp(row.starts_at), value: valueIn(row, property), added: row.added === null ? null : decimal(row.added), occurrences: row.occurrences === null ? null : decimal(row.occurrences), events: Number(row.events),
  }));
}

interface ValueRow {
  readonly starts_at: string;
  readonly value: string | null;
  readonly whole: string | null;
  readonly added: string | null;
  readonly occurrences: string | null;
  readonly events: string;
}

function valueIn({ value, whole }: ValueRow, property: string | null): unknown {
  if (whole !== null) return property === null ? undefined : (JSON.parse(whole) as Record<string, unknown>)[property];
  return value === null ? undefined : (JSON.parse(value) as unknown);
}

export async function upsertTotals(transaction: Queryable, meterCode: string, totals: readonly UsageTotal[]): Promise<void> {
  if (totals.length === 0) return;
  await transaction.rows(upsertTotalsStatement, [totals.map(({ startsAt }) => timestampText(startsAt)), totals.map(() => meterCode), totals.map(({ events }) => events), totals.map(({ value }) => value?.toFixed() ?? null)]);
}

export async function deleteTotals(transaction: Queryable, meterCode: string): Promise<void> {
  await transaction.rows(deleteTotalsStatement, [meterCode]);
}

interface TotalRow {
  readonly starts_at: string;
  readonly meter_code: string;
  readonly events: string;
  readonly value: string | null;
}

export async function selectTotals(queryable: Queryable, meterCode: string): Promise<UsageTotal[]> {
  const rows = await queryable.rows<TotalRow>(selectTotalsStatement, [meterCode]);
  return rows.map((row) => ({ startsAt: fromTimestamp(row.starts_at), events: Number(row.events), value: row.value === null ? null : decimal(row.value) }));
}

/** Totals of all meters in each of some periods that begin and end with a stretch; those of nothing are left out. */
export async function sumTotals(queryable: Queryable, periods: readonly Period[]): Promise<Array<{ readonly index: number; readonly meterCode: string; readonly events: number; readonly value: UsageTotal['value'] }>> {
  const rows = await queryable.rows<{ position: string; meter_code: string; events: string; value: string | null }>(sumTotalsStatement, periodColumns(periods));
  return rows.map((row) => ({ index: Number(row.position) - 1, meterCode: row.meter_code, events: Number(row.events), value: row.value === null ? null : decimal(row.value) }));
}

/** The meters that all events have been counted by, with how they counted. */
export async function selectCountedMeters(queryable: Queryable): Promise<Map<string, string>> {
  const rows = await queryable.rows<{ meter_code: string; counting: string }>(selectCountedMetersStatement, []);
  return new Map(rows.map((row) => [row.meter_code, row.counting]));
}

export async function upsertCountedMeter(transaction: Queryable, meterCode: string, counting: string): Promise<void> {
  await transaction.rows(upsertCountedMeterStatement, [meterCode, counting]);
}

function fromMarkRow(row: MarkRow): UsageMark {
  return { startsAt: fromTimestamp(row.starts_at), name: row.name };
}
