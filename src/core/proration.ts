import { minorDigits, type Currency } from './currency.js';
import { decimal, divide, multiply, type Decimal } from './decimal.js';
import { earliest, latest, type Instant } from './instant.js';
import { addMoney, roundToMoney, zeroMoney, type Money } from './money.js';
import { localDaysBetween, type Period } from './period.js';

/** How a part of a period is measured: by its time, by the calendar days of the zone, or not at all (a part costs all). */
export type ProrationPolicy = 'by_second' | 'by_day' | 'none';

export const PRORATION_POLICIES = ['by_second', 'by_day', 'none'] as const;

/** `part` of `whole`, in milliseconds or in days; never above the whole, never below zero. */
export interface Share {
  readonly part: number;
  readonly whole: number;
  readonly unit: 'second' | 'day';
}

export const WHOLE: Share = { part: 1, whole: 1, unit: 'second' };

/** The share of `full` that `part` is; what of it lies outside of `full` does not count (a share is at most one). */
export function shareOf(input: { part: Period; full: Period; policy: Exclude<ProrationPolicy, 'none'>; zone: string }): Share {
  const { full, zone } = input;
  const from = latest(input.part.startsAt, full.startsAt);
  const to = earliest(input.part.endsAt, full.endsAt);
  if (from >= to) return { part: 0, whole: 1, unit: 'second' };
  const isByDay = input.policy === 'by_day';
  const length = (start: Instant, end: Instant): number => (isByDay ? localDaysBetween(start, end, zone) : end - start);
  const whole = length(full.startsAt, full.endsAt);
  // A period within one day has no days to count: all of it counts.
  return whole === 0 ? WHOLE : { part: length(from, to), whole, unit: isByDay ? 'day' : 'second' };
}

export function isWhole(share: Share): boolean {
  return share.part === share.whole;
}

/** `amount` (exact, major units) times the share: multiplied before divided, rounded once, half away from zero. */
export function prorate(amount: Decimal, share: Share, currency: Currency): Money {
  if (isWhole(share)) return roundToMoney(amount, currency);
  const dividend = multiply(amount, decimal(share.part));
  return roundToMoney(divide({ dividend, divisor: decimal(share.whole), scale: minorDigits(currency), rounding: 'half_away_from_zero' }), currency);
}

/** What a change within a period costs: the old amount given back for what is left, the new one charged; each leg rounded. */
export function prorateChange(input: {
  currency: Currency;
  policy: ProrationPolicy;
  zone: string;
  period: Period;
  at: Instant;
  oldAmount: Decimal;
  newAmount: Decimal;
}): { credit: Money; charge: Money; net: Money } {
  const { currency, policy, zone, period, at } = input;
  if (policy === 'none') return { credit: zeroMoney(currency), charge: zeroMoney(currency), net: zeroMoney(currency) };
  const share = shareOf({ part: { startsAt: at, endsAt: period.endsAt }, full: period, policy, zone });
  const credit = prorate(multiply(input.oldAmount, decimal(-1)), share, currency);
  const charge = prorate(input.newAmount, share, currency);
  return { credit, charge, net: addMoney(credit, charge) };
}
