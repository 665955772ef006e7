import type { Instant } from '../core/instant.js';
import { periodContaining, type Interval, type Period, type Schedule } from '../core/period.js';

/** A period that somebody else counts, of a subscription that began at `startsAt`. */
export interface CountedPeriod {
  readonly startsAt: Instant;
  readonly period: Period;
  readonly interval: Interval;
  readonly zone: string;
  /** The period may end before its time: the subscription ends with it. */
  readonly isCut: boolean;
}

/**
 * What a subscription has to be counted from so that the period under way is the one given: the start (null), else the
 * beginning or the end of that period. Undefined when no anchor gives it in this zone.
 */
export function anchorFor({ startsAt, period, interval, zone, isCut }: CountedPeriod): { readonly anchorAt: Instant | null } | undefined {
  if (period.startsAt < startsAt) return undefined;
  const found = [null, period.startsAt, period.endsAt].find((anchorAt) => {
    const schedule: Schedule = { anchorAt: anchorAt ?? startsAt, startsAt, ...(anchorAt === null ? {} : { firstEndsAt: startsAt }), zone, interval, alignment: 'anniversary' };
    const counted = periodContaining(schedule, period.startsAt);
    return counted.startsAt === period.startsAt && (isCut ? counted.endsAt >= period.endsAt : counted.endsAt === period.endsAt);
  });
  return found === undefined ? undefined : { anchorAt: found };
}
