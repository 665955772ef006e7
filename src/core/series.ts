import type { Decimal } from './decimal.js';
import type { UsageEvent } from './event.js';
import type { Instant } from './instant.js';
import { EMPTY_TALLY, convert, coordinates, measure, tallyEvent, type Meter, type Tally } from './meter.js';
import { boundaryAt, startOfLocalDay, type Interval, type Period, type Schedule } from './period.js';
import { dimensionKey } from './price.js';

export type Granularity = 'hour' | 'day' | 'week' | 'month';

/** What a meter counted from `startsAt` (in) to `endsAt` (out), in sold units. */
export interface SeriesPoint extends Period {
  readonly value: Decimal;
  readonly events: number;
  /** By combination of dimension values; empty when not asked for. */
  readonly groups: ReadonlyArray<{ readonly values: readonly string[]; readonly value: Decimal }>;
}

/** The most points that one series may have. */
export const MAX_SERIES_POINTS = 2000;

const HOUR_MS = 3_600_000;

/** Calendar stretches of `zone` that cover `from` (in) to `to` (out); undefined when they are too many. */
export function seriesPeriods(input: { from: Instant; to: Instant; granularity: Granularity; zone: string }): Period[] | undefined {
  const { from, to, granularity, zone } = input;
  const periods: Period[] = [];
  const boundary = granularity === 'hour' ? hourBoundaries(from, zone) : calendarBoundaries(from, granularity, zone);
  for (let index = 0; ; index += 1) {
    const startsAt = boundary(index);
    if (startsAt >= to) return periods;
    if (periods.length === MAX_SERIES_POINTS) return undefined;
    periods.push({ startsAt, endsAt: boundary(index + 1) });
  }
}

/** The series of a meter over events sorted by time; each point is a count of its own. */
export function usageSeries(input: { meter: Meter; events: readonly UsageEvent[]; periods: readonly Period[]; dimensions: readonly string[] }): SeriesPoint[] {
  const { meter, dimensions } = input;
  let next = 0;
  return input.periods.map((period) => {
    const groups = new Map<string, { values: string[]; tally: Tally; members: Set<string> }>();
    const all = { tally: EMPTY_TALLY, members: new Set<string>() };
    for (; next < input.events.length; next += 1) {
      const event = input.events[next] as UsageEvent;
      if (event.occurredAt >= period.endsAt) break;
      if (event.occurredAt < period.startsAt) continue;
      count(meter, all, event);
      if (dimensions.length === 0) continue;
      const values = coordinates(dimensions, event.properties);
      const key = dimensionKey(values);
      const group = groups.get(key) ?? { values, tally: EMPTY_TALLY, members: new Set<string>() };
      groups.set(key, group);
      count(meter, group, event);
    }
    const sorted = [...groups.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, group]) => group);
    return {
      ...period,
      value: convert(meter, all.tally.used),
      events: all.tally.events,
      groups: sorted.map((group) => ({ values: group.values, value: convert(meter, group.tally.used) })),
    };
  });
}

function count(meter: Meter, group: { tally: Tally; members: Set<string> }, event: UsageEvent): void {
  const measurement = measure(meter, event);
  if ('fault' in measurement) return;
  const isNewMember = measurement.member === null || !group.members.has(measurement.member);
  if (measurement.member !== null) group.members.add(measurement.member);
  group.tally = tallyEvent({ aggregation: meter.aggregation, tally: group.tally, measurement, isNewMember });
}

/** Hours since the start of the local day, so that a zone off by half an hour has its own hours. */
function hourBoundaries(from: Instant, zone: string): (index: number) => Instant {
  const day = startOfLocalDay(from, zone);
  const first = day + Math.floor((from - day) / HOUR_MS) * HOUR_MS;
  return (index) => (first + index * HOUR_MS) as Instant;
}

function calendarBoundaries(from: Instant, unit: 'day' | 'week' | 'month', zone: string): (index: number) => Instant {
  const interval: Interval = { unit, count: 1 };
  const schedule: Schedule = { anchorAt: from, startsAt: from, zone, interval, alignment: 'calendar' };
  return (index) => boundaryAt(schedule, index);
}
