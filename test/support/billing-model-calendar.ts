import { Temporal } from 'temporal-polyfill';

/** The calendar and the rounding of the billing model, by the calendar library alone: nothing of src/core. */

export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** How stretches of time are counted: intervals of the calendar from an anchor, the first one from `startsAt`. */
export interface Count {
  readonly anchor: number;
  readonly startsAt: number;
  /** Where the first stretch ends when the anchor does not say so: a trial's end, or no stretch before the first at all. */
  readonly firstEndsAt: number | null;
  readonly zone: string;
  readonly unit: 'week' | 'month' | 'year';
  readonly times: number;
  readonly isCalendar: boolean;
}

const DAY_MS = 86_400_000;
const DAYS = { week: 7, month: 30.4, year: 365.2 };

function zoned(at: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
}

/** Boundary k: counted from the anchor, never from the boundary before. */
function boundary({ anchor, zone, unit, times, isCalendar }: Count, k: number): number {
  const from = zoned(anchor, zone);
  const length = { [`${unit}s`]: k * times };
  if (!isCalendar) return from.add(length).epochMilliseconds;
  const date = from.toPlainDate();
  // Quarters begin where the calendar year's do.
  const month = date.month - ((date.month - 1) % times);
  const first = unit === 'week' ? date.subtract({ days: date.dayOfWeek - 1 }) : date.with({ day: 1, month: unit === 'month' ? month : 1 });
  return first.add(length).toZonedDateTime(zone).epochMilliseconds;
}

/** The stretch that holds the moment, and the whole interval of which it may be a part. */
export function stretchAt(count: Count, at: number): Stretch & { readonly full: Stretch } {
  const begins = Math.max(count.startsAt, count.firstEndsAt ?? count.anchor);
  if (at < begins) return { from: count.startsAt, to: begins, full: { from: count.startsAt, to: begins } };
  let k = Math.floor((at - count.anchor) / (DAYS[count.unit] * count.times * DAY_MS)) - 1;
  while (boundary(count, k + 1) <= at) k += 1;
  while (boundary(count, k) > at) k -= 1;
  const full = { from: boundary(count, k), to: boundary(count, k + 1) };
  return { from: Math.max(full.from, begins), to: full.to, full };
}

export function plusDays(at: number, days: number, zone: string): number {
  return zoned(at, zone).add({ days }).epochMilliseconds;
}

/** A part of a whole, as counted numbers. */
export interface Part {
  readonly part: bigint;
  readonly whole: bigint;
}

export const ALL: Part = { part: 1n, whole: 1n };

/** What of the full stretch lies from `from` on (up to its end): by its time, or by the dates in the zone. */
export function partOf(input: { from: number; full: Stretch; policy: 'by_second' | 'by_day'; zone: string }): Part {
  const { full, policy, zone } = input;
  const length = (from: number, to: number): bigint =>
    BigInt(policy === 'by_second' ? to - from : zoned(from, zone).toPlainDate().until(zoned(to, zone).toPlainDate(), { largestUnit: 'day' }).days);
  return { part: length(input.from, full.to), whole: length(full.from, full.to) };
}

/** The fraction as a whole number, half away from zero. */
export function rounded(numerator: bigint, denominator: bigint): bigint {
  const size = numerator < 0n ? -numerator : numerator;
  const whole = (2n * size + denominator) / (2n * denominator);
  return numerator < 0n ? -whole : whole;
}
