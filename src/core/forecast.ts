import { add, decimal, divide, isPositive, multiply, type Decimal } from './decimal.js';
import { FOREVER, instant, type Instant } from './instant.js';
import type { Period } from './period.js';
import type { PriceUsage } from './usage.js';

/** A forecast is made once this part of a window is over: one tenth. */
const FORECAST_PARTS = 10;

/** From when on a window can be forecast; FOREVER for one without an end. */
export function forecastFrom({ startsAt, endsAt }: Period): Instant {
  return endsAt === FOREVER ? FOREVER : instant(startsAt + Math.ceil((endsAt - startsAt) / FORECAST_PARTS));
}

/** The window's length and how much of it is over; null while that is no base for a forecast, and where the window has no end. */
export function rateAt({ price, window }: PriceUsage, at: Instant): { length: Decimal; elapsed: Decimal } | null {
  if (price.window === 'lifetime' || window.endsAt === FOREVER || at < forecastFrom(window)) return null;
  return { length: decimal(window.endsAt - window.startsAt), elapsed: decimal(at - window.startsAt) };
}

/** Units that will have been used when the window ends if it goes on as it did so far, rounded to two decimal places. */
export function projectedUse(usage: PriceUsage, at: Instant): Decimal | null {
  const rate = rateAt(usage, at);
  return rate === null ? null : divide({ dividend: multiply(usage.figures.used, rate.length), divisor: rate.elapsed, scale: 2, rounding: 'half_away_from_zero' });
}

/**
 * `no_end`: the window never ends. `too_early`: less than a tenth of it is over. `unlimited`: nothing can run out.
 * `used_up`: nothing is left. `runs_out`: at the present rate nothing is left before the window ends. `lasts`: there is.
 */
export type Outlook = 'no_end' | 'too_early' | 'unlimited' | 'used_up' | 'runs_out' | 'lasts';

/** Where the use in one window is going if it goes on at the rate of the window so far. */
export interface Forecast {
  readonly usage: PriceUsage;
  readonly outlook: Outlook;
  /** Units used when the window ends, rounded to two decimal places; null while there is no forecast. */
  readonly projected: Decimal | null;
  /** Included and carried units together; null when nothing is limited. */
  readonly available: Decimal | null;
  /** When these run out, rounded up to the millisecond; null unless `runs_out`. */
  readonly runsOutAt: Instant | null;
}

/** By the rule of forecast alerts: what is used up exactly when the window ends is not used up before. */
export function forecast(usage: PriceUsage, at: Instant): Forecast {
  const { included, carried, used } = usage.figures;
  const available = included === null ? null : add(included, carried);
  const common = { usage, projected: projectedUse(usage, at), available, runsOutAt: null };
  if (available !== null && isPositive(available) && used.gte(available)) return { ...common, outlook: 'used_up' };
  const rate = rateAt(usage, at);
  if (rate === null) return { ...common, outlook: usage.price.window === 'lifetime' || usage.window.endsAt === FOREVER ? 'no_end' : 'too_early' };
  // Of nothing there is no part that could run out.
  if (available === null || !isPositive(available)) return { ...common, outlook: 'unlimited' };
  if (!multiply(used, rate.length).gt(multiply(available, rate.elapsed))) return { ...common, outlook: 'lasts' };
  const after = divide({ dividend: multiply(available, rate.elapsed), divisor: used, scale: 0, rounding: 'away_from_zero' });
  return { ...common, outlook: 'runs_out', runsOutAt: instant(usage.window.startsAt + Number(after.toFixed())) };
}
