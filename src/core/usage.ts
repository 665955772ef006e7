import { ZERO, add, multiply, smaller, type Decimal } from './decimal.js';
import { roundToMoney, type Money } from './money.js';
import type { IndexedPeriod } from './period.js';
import { usagePrices, type UsagePrice } from './plan.js';
import { rate, type CountedQuantity, type Rated } from './rating.js';
import { convert } from './meter.js';
import { isInTrial, isOverageAllowed, isServing, multiplierOf, phaseAt, usageWindowAt, type Phase, type Subscription } from './subscription.js';
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

/** The usage of every usage price in force at `at`, subscription by subscription. `windows`: the rows in force at `at`. */
export function servingUsage(facts: { readonly subscriptions: readonly Subscription[]; readonly windows: readonly UsageWindow[] }, at: Instant): PriceUsage[] {
  return facts.subscriptions.filter((subscription) => isServing(subscription, at)).flatMap((subscription) => usageAt(subscription, facts.windows, at));
}

/** The usage of each usage price in force at `at`, in the order of the plan. `windows`: the rows in force at `at`. */
export function usageAt(subscription: Subscription, windows: readonly UsageWindow[], at: Instant): PriceUsage[] {
  return usagePrices(phaseAt(subscription, at).plan).map((price) => usageOf({ subscription, price, windows, at }));
}

/** The usage of one price that is in force at `at`. */
export function usageOf({ subscription, price, windows, at }: { subscription: Subscription; price: UsagePrice; windows: readonly UsageWindow[]; at: Instant }): PriceUsage {
  const rows = windows.filter((row) => row.subscriptionId === subscription.id && row.priceCode === price.code);
  return priceUsage({ subscription, phase: phaseAt(subscription, at), price, window: usageWindowAt(subscription, price, at), rows });
}

export interface WindowAsked {
  readonly subscription: Subscription;
  readonly phase: Phase;
  readonly price: UsagePrice;
  readonly window: IndexedPeriod;
  readonly rows: readonly UsageWindow[];
}

/** The figures and the cost of one window from its rows (and, for what is carried in, an earlier one). */
export function priceUsage(asked: WindowAsked): PriceUsage {
  const { subscription, phase, price, window } = asked;
  const current = asked.rows.filter((row) => row.startsAt === window.startsAt);
  const last = current.length > 0 ? undefined : lastBefore(asked.rows, window.startsAt);
  const key = `${price.code} ${window.startsAt}`;
  const known = rememberedOf(subscription).get(key);
  const isSame = known?.usage.phase === phase && known.usage.price === price && known.usage.window.endsAt === window.endsAt && known.last === last && isSameRows(known.current, current);
  if (isSame) return known.usage;
  const usage = workOutUsage({ ...asked, rows: current }, last);
  remember(subscription, key, { current, last, usage });
  return usage;
}

/** A window is asked for several times while a state is worked out: by usage, what is due, and the upcoming invoice. */
interface Remembered {
  readonly current: readonly UsageWindow[];
  readonly last: UsageWindow | undefined;
  readonly usage: PriceUsage;
}

const MAX_REMEMBERED_WINDOWS = 64;
const remembered = new WeakMap<Subscription, Map<string, Remembered>>();

function rememberedOf(subscription: Subscription): ReadonlyMap<string, Remembered> {
  return remembered.get(subscription) ?? NOTHING;
}

const NOTHING: ReadonlyMap<string, Remembered> = new Map();

function remember(subscription: Subscription, key: string, entry: Remembered): void {
  const entries = remembered.get(subscription) ?? new Map<string, Remembered>();
  if (entries.size >= MAX_REMEMBERED_WINDOWS) entries.clear();
  remembered.set(subscription, entries.set(key, entry));
}

function isSameRows(left: readonly UsageWindow[], right: readonly UsageWindow[]): boolean {
  return left.length === right.length && left.every((row, index) => row === right[index]);
}

/** The same from the window's own rows, not kept: for what is only supposed. `last`: the latest row before, where it has none. */
export function workOutUsage({ subscription, phase, price, window, rows }: WindowAsked, last?: UsageWindow): PriceUsage {
  const carried = rows[0]?.carried ?? carriedInto({ subscription, price, window, last });
  const figures = windowUsage(price, rows.map((row) => row.tally), carried);
  const byDimension = price.model.type === 'dimensional' ? rows.map((row) => ({ values: dimensionValues(row.dimensionKey), quantity: convert(price.meter, row.tally.used) })) : [];
  // A window that closes with the trial costs nothing.
  const isFree = isInTrial(subscription, (window.endsAt - 1) as Instant);
  const rated = isFree ? { amount: ZERO, lines: [] } : rate(withCap(price), countedQuantities({ price, byDimension, figures }), freeUnits(figures));
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
