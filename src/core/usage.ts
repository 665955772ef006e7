import { ZERO, add, multiply, smaller, type Decimal } from './decimal.js';
import { roundToMoney, type Money } from './money.js';
import type { IndexedPeriod } from './period.js';
import { usagePrices, type UsagePrice } from './plan.js';
import { rate, type CountedQuantity, type Rated } from './rating.js';
import { convert } from './meter.js';
import { isInTrial, isOverageAllowed, multiplierOf, phaseAt, usageWindowAt, type Phase, type Subscription } from './subscription.js';
import { carriedInto, windowUsage, type UsageWindow, type WindowUsage } from './window.js';
import type { Instant } from './instant.js';

/** What one usage price of a subscription says at a moment. */
export interface PriceUsage {
  readonly subscription: Subscription;
  readonly phase: Phase;
  readonly price: UsagePrice;
  readonly window: IndexedPeriod;
  readonly figures: WindowUsage;
  /** Whether use above included and carried goes on now: the price and the phase allow it, and its cap is not reached. */
  readonly isOverageAllowed: boolean;
  readonly isCapReached: boolean;
  /** Used so far by combination of dimension values; empty for a price without dimensions. */
  readonly byDimension: readonly CountedQuantity[];
  readonly rated: Rated;
  /** What the window has cost so far, the multiplier applied, rounded once. */
  readonly amount: Money;
}

/** The usage of each usage price in force at `at`, in the order of the plan. `windows`: the rows in force at `at`. */
export function usageAt(subscription: Subscription, windows: readonly UsageWindow[], at: Instant): PriceUsage[] {
  const phase = phaseAt(subscription, at);
  return usagePrices(phase.plan).map((price) => {
    const window = usageWindowAt(subscription, price, at);
    const rows = windows.filter((row) => row.subscriptionId === subscription.id && row.priceCode === price.code);
    return priceUsage({ subscription, phase, price, window, rows });
  });
}

/** The figures and the cost of one window from its rows (and, for what is carried in, an earlier one). */
export function priceUsage(input: {
  subscription: Subscription;
  phase: Phase;
  price: UsagePrice;
  window: IndexedPeriod;
  rows: readonly UsageWindow[];
}): PriceUsage {
  const { subscription, phase, price, window } = input;
  const current = input.rows.filter((row) => row.startsAt === window.startsAt);
  const carried = current[0]?.carried ?? carriedInto({ subscription, price, window, last: lastBefore(input.rows, window.startsAt) });
  const figures = windowUsage(price, current.map((row) => row.tally), carried);
  const byDimension = price.model.type === 'dimensional' ? current.map((row) => ({ values: dimensionValues(row.dimensionKey), quantity: convert(price.meter, row.tally.used) })) : [];
  const quantities = countedQuantities({ price, byDimension, figures });
  // A window that closes with the trial costs nothing.
  const isFree = isInTrial(subscription, (window.endsAt - 1) as Instant);
  const rated = isFree ? { amount: ZERO, lines: [] } : rate(withCap(price), quantities, freeUnits(figures));
  const amount = roundToMoney(multiply(rated.amount, multiplierOf(phase, price.code)), phase.plan.currency);
  const isCapReached = price.overageCap !== null && rated.amount.gte(price.overageCap);
  return { subscription, phase, price, window, figures, isOverageAllowed: isOverageAllowed(phase, price) && !isCapReached, isCapReached, byDimension, rated, amount };
}

/** Use beyond the cap is blocked; what is reported all the same costs no more than the cap. */
export function withCap(price: UsagePrice): UsagePrice {
  if (price.overageCap === null) return price;
  return { ...price, maximum: price.maximum === null ? price.overageCap : smaller(price.maximum, price.overageCap) };
}

/** The quantities that the window's cost is rated from. */
export function countedQuantities(usage: Pick<PriceUsage, 'price' | 'byDimension' | 'figures'>): readonly CountedQuantity[] {
  return usage.price.model.type === 'dimensional' ? usage.byDimension : [{ values: [], quantity: usage.figures.used }];
}

/** Values of the price's dimensions in a window's key. */
export function dimensionValues(key: string): string[] {
  return key === '' ? [] : (JSON.parse(key) as string[]);
}

export function freeUnits(figures: WindowUsage): Decimal | 'unlimited' {
  return figures.included === null ? 'unlimited' : add(figures.included, figures.carried);
}

function lastBefore(rows: readonly UsageWindow[], startsAt: Instant): UsageWindow | undefined {
  return rows.filter((row) => row.startsAt < startsAt).reduce<UsageWindow | undefined>((last, row) => (last === undefined || row.startsAt > last.startsAt ? row : last), undefined);
}
