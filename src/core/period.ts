import { Temporal } from 'temporal-polyfill';
import { latest, type Instant } from './instant.js';

export type IntervalUnit = 'day' | 'week' | 'month' | 'year';

/** A calendar length, such as three months. `count` is 1 to MAX_INTERVAL_COUNT. */
export interface Interval {
  readonly unit: IntervalUnit;
  readonly count: number;
}

export const MAX_INTERVAL_COUNT = 1000;

/** From `startsAt` (in) to `endsAt` (out). */
export interface Period {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** `anniversary` counts from the anchor; `calendar` from the start of the calendar unit the anchor lies in. */
export type Alignment = 'anniversary' | 'calendar';

/**
 * What the periods of something are counted by. Boundary k is the anchor plus k intervals on the calendar of
 * `zone`, the local time of day kept, the day clamped to the month's last one: always counted from the anchor,
 * never from the boundary before, so 31 January gives 28 February and then 31 March.
 * The first period begins at `startsAt`; it is short or, when the anchor lies ahead, ends at the anchor. With
 * `firstEndsAt` (a trial) it ends there, and the next one goes on to the first boundary after it.
 */
export interface Schedule {
  readonly anchorAt: Instant;
  readonly startsAt: Instant;
  readonly firstEndsAt?: Instant | undefined;
  readonly zone: string;
  readonly interval: Interval;
  readonly alignment: Alignment;
}

/** A period of a schedule. `index` is k of the boundary it begins at (for a first, short period: lies after). */
export interface IndexedPeriod extends Period {
  readonly index: number;
}

const MILLISECONDS_PER_DAY = 86_400_000;
const APPROXIMATE_DAYS: Record<IntervalUnit, number> = { day: 1, week: 7, month: 30.436875, year: 365.2425 };

/** True when `zone` is an IANA time zone name that this machine knows. */
export function isTimeZone(zone: string): boolean {
  // Offsets such as +02:00 are legal for Temporal, but they are not places with a calendar of their own.
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch {
    return false;
  }
}

/** The instant of boundary `index` (any whole number): a function of anchor, zone, interval and index alone. */
export function boundaryAt(schedule: Schedule, index: number): Instant {
  const memory = memoryOf(schedule);
  const known = memory.boundaries.get(index);
  if (known !== undefined) return known;
  const at = boundary(schedule, memory.anchor, index).epochMilliseconds as Instant;
  if (memory.boundaries.size >= MAX_REMEMBERED_BOUNDARIES) memory.boundaries.clear();
  memory.boundaries.set(index, at);
  return at;
}

/** The period that contains `at`. @throws when `at` lies before the schedule starts. */
export function periodContaining(schedule: Schedule, at: Instant): IndexedPeriod {
  if (at < schedule.startsAt) throw new Error('no period before the start of the schedule');
  const memory = memoryOf(schedule);
  const last = memory.last;
  if (last !== undefined && at >= last.startsAt && at < last.endsAt) return last;
  const period = findPeriod(schedule, at);
  memory.last = period;
  return period;
}

/** The period after `period` in its schedule. */
export function nextPeriod(schedule: Schedule, period: Period): IndexedPeriod {
  return periodContaining(schedule, period.endsAt);
}

/** The first `count` periods from the schedule's start. */
export function firstPeriods(schedule: Schedule, count: number): IndexedPeriod[] {
  const periods: IndexedPeriod[] = [];
  let at = schedule.startsAt;
  for (let made = 0; made < count; made += 1) {
    const period = periodContaining(schedule, at);
    periods.push(period);
    at = period.endsAt;
  }
  return periods;
}

/** `days` whole calendar days later in `zone`, at the same local time of day. Used for trials. */
export function plusLocalDays(at: Instant, days: number, zone: string): Instant {
  return zoned(at, zone).add({ days }).epochMilliseconds as Instant;
}

/** One interval later on the calendar of `zone`, the local time of day kept, the day clamped to the month's last one. */
export function plusInterval(at: Instant, interval: Interval, zone: string): Instant {
  return zoned(at, zone).add(intervals(interval, 1)).epochMilliseconds as Instant;
}

/** A length on the calendar; parts that are left out are none. */
export interface CalendarLength {
  readonly years?: number | undefined;
  readonly months?: number | undefined;
  readonly weeks?: number | undefined;
  readonly days?: number | undefined;
  readonly hours?: number | undefined;
  readonly minutes?: number | undefined;
  readonly seconds?: number | undefined;
}

/** So much later on the calendar of UTC. @throws RangeError beyond the calendar's end. */
export function plusLength(at: Instant, length: CalendarLength): Instant {
  const { years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0 } = length;
  return zoned(at, 'UTC').add({ years, months, weeks, days, hours, minutes, seconds }).epochMilliseconds as Instant;
}

/** How many midnights lie between two instants in `zone`; negative when `to` is the earlier. */
export function localDaysBetween(from: Instant, to: Instant, zone: string): number {
  return zoned(from, zone).toPlainDate().until(zoned(to, zone).toPlainDate(), { largestUnit: 'day' }).days;
}

/** The calendar date in `zone`, such as 2026-01-31. */
export function localDateText(at: Instant, zone: string): string {
  return zoned(at, zone).toPlainDate().toString();
}

/** The midnight (or first moment of the day) at or before `at` in `zone`. */
export function startOfLocalDay(at: Instant, zone: string): Instant {
  return zoned(at, zone).startOfDay().epochMilliseconds as Instant;
}

/** What has been worked out for a schedule: a function of it, kept only to spare the calendar's work. */
interface Memory {
  readonly anchor: Temporal.ZonedDateTime;
  readonly boundaries: Map<number, Instant>;
  last: IndexedPeriod | undefined;
}

const MAX_REMEMBERED_BOUNDARIES = 64;
const memories = new WeakMap<Schedule, Memory>();

function memoryOf(schedule: Schedule): Memory {
  let memory = memories.get(schedule);
  if (memory === undefined) {
    memory = { anchor: anchorOf(schedule), boundaries: new Map(), last: undefined };
    memories.set(schedule, memory);
  }
  return memory;
}

function anchorOf(schedule: Schedule): Temporal.ZonedDateTime {
  const anchor = zoned(schedule.anchorAt, schedule.zone);
  if (schedule.alignment === 'anniversary') return anchor;
  const day = anchor.startOfDay();
  const { unit, count } = schedule.interval;
  switch (unit) {
    case 'day':
      return day;
    case 'week':
      return day.subtract({ days: day.dayOfWeek - 1 });
    case 'month':
      // Quarters and half-years begin where the calendar year's do; a count that does not divide 12 begins at the month.
      return day.with({ day: 1 }).subtract({ months: 12 % count === 0 ? (day.month - 1) % count : 0 });
    case 'year':
      return day.with({ month: 1, day: 1 });
  }
}

function findPeriod(schedule: Schedule, at: Instant): IndexedPeriod {
  const first = memoryOf(schedule).anchor.epochMilliseconds;
  // An anchor ahead of the start (a trial's end, a billing day) ends the first period, however long that is.
  const begins = latest(schedule.startsAt, schedule.firstEndsAt ?? schedule.anchorAt);
  if (at < begins) return { startsAt: schedule.startsAt, endsAt: begins, index: -1 };
  const approximate = APPROXIMATE_DAYS[schedule.interval.unit] * schedule.interval.count * MILLISECONDS_PER_DAY;
  let index = Math.floor((at - first) / approximate);
  while (boundaryAt(schedule, index) > at) index -= 1;
  while (boundaryAt(schedule, index + 1) <= at) index += 1;
  return { startsAt: latest(boundaryAt(schedule, index), begins), endsAt: boundaryAt(schedule, index + 1), index };
}

function zoned(at: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

/** The calendar's boundaries are dates: each begins with the first moment of its own day, whatever midnight the anchor's day had. */
function boundary(schedule: Schedule, anchor: Temporal.ZonedDateTime, index: number): Temporal.ZonedDateTime {
  const length = intervals(schedule.interval, index);
  return schedule.alignment === 'calendar' ? anchor.toPlainDate().add(length).toZonedDateTime(schedule.zone) : anchor.add(length);
}

function intervals(interval: Interval, times: number): Temporal.DurationLike {
  const amount = interval.count * times;
  switch (interval.unit) {
    case 'day':
      return { days: amount };
    case 'week':
      return { weeks: amount };
    case 'month':
      return { months: amount };
    case 'year':
      return { years: amount };
  }
}
