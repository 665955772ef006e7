import { minorDigits, type Currency } from './currency.js';
import { ONE, ZERO, add, decimal, divide, multiply, type Decimal } from './decimal.js';
import { roundToMoney, type Money } from './money.js';
import type { Interval } from './period.js';

/** Money per interval, exact, in major units: what subscriptions of one currency that are billed by it cost together. */
export interface Recurring {
  readonly interval: Interval;
  readonly amount: Decimal;
}

/** Days of a month on average over the 400 years after which the Gregorian calendar repeats: 146,097 days in 4,800 months. */
const DAYS = decimal('30.436875');
/** The same in weeks: a seventh of it, exactly. */
const WEEKS = decimal('4.348125');

/**
 * Recurring revenue per month: what subscriptions in force ask by fixed prices, whether an invoice or the wallet pays them,
 * quantities, packages and multipliers applied; before coupons and taxes, without usage, and nothing while in trial or
 * paused. A year counts as twelve months, a month has 30.436875 days. Exact until the sum of all is rounded once, half
 * away from zero, to the currency's minor unit.
 */
export function monthlyRevenue(recurring: readonly Recurring[], currency: Currency): Money {
  const parts = recurring.map(({ interval, amount }) => ({ ...perMonth(interval), amount }));
  const divisors = [...new Set(parts.map(({ over }) => over))];
  const common = divisors.reduce((product, over) => multiply(product, decimal(over)), ONE);
  const dividend = parts.reduce((total, { times, over, amount }) => {
    const rest = divisors.filter((other) => other !== over).reduce((product, other) => multiply(product, decimal(other)), ONE);
    return add(total, multiply(multiply(amount, times), rest));
  }, ZERO);
  return roundToMoney(divide({ dividend, divisor: common, scale: minorDigits(currency), rounding: 'half_away_from_zero' }), currency);
}

/** An amount per interval is `times` / `over` of it per month. */
function perMonth({ unit, count }: Interval): { times: Decimal; over: number } {
  switch (unit) {
    case 'day':
      return { times: DAYS, over: count };
    case 'week':
      return { times: WEEKS, over: count };
    case 'month':
      return { times: ONE, over: count };
    case 'year':
      return { times: ONE, over: count * 12 };
  }
}
