import type { Currency } from './currency.js';
import { ZERO, add, larger, multiply, subtract, type Decimal } from './decimal.js';
import type { UsageEvent } from './event.js';
import { FOREVER } from './instant.js';
import { EMPTY_TALLY, tallyEvent } from './meter.js';
import { rate } from './rating.js';
import { multiplierOf, phaseAt, type Subscription } from './subscription.js';
import { countedQuantities, freeUnits, priceUsage, workOutUsage, type PriceUsage } from './usage.js';
import { carriedInto, matchEvent, type Match, type UsageWindow } from './window.js';

/** What one event would do to the window of one price. */
export interface UseEffect {
  readonly before: PriceUsage;
  readonly after: PriceUsage;
}

/** What the event would do wherever it counts; nothing is counted. A value that a `unique` price may know is taken for new. */
export function effectsOf(facts: { readonly subscriptions: readonly Subscription[]; readonly windows: readonly UsageWindow[] }, event: UsageEvent): UseEffect[] {
  return matchEvent(facts.subscriptions, event).map((match) => {
    const { subscription, price, window } = match;
    const rows = facts.windows.filter((row) => row.subscriptionId === subscription.id && row.priceCode === price.code);
    const asked = { subscription, phase: phaseAt(subscription, event.occurredAt), price, window };
    return { before: priceUsage({ ...asked, rows }), after: workOutUsage({ ...asked, rows: counted(match, rows) }) };
  });
}

/** The rows of the match's window with the event in them. */
function counted(match: Match, rows: readonly UsageWindow[]): UsageWindow[] {
  const { series, window, price, subscription, measurement } = match;
  const current = rows.filter((row) => row.startsAt === window.startsAt);
  const own = current.find((row) => row.dimensionKey === series.dimensionKey) ?? opened(match, rows);
  const tally = tallyEvent({ aggregation: price.meter.aggregation, tally: own.tally, measurement, isNewMember: true });
  const after = { ...own, subscriptionId: subscription.id, tally };
  return [...current.filter((row) => row !== own), after];
}

function opened({ series, window, price, subscription }: Match, rows: readonly UsageWindow[]): UsageWindow {
  const last = rows.filter((row) => row.startsAt < window.startsAt && row.dimensionKey === series.dimensionKey).reduce<UsageWindow | undefined>((latest, row) => (latest === undefined || row.startsAt > latest.startsAt ? row : latest), undefined);
  return { ...series, startsAt: window.startsAt, supersededAt: FOREVER, tally: EMPTY_TALLY, carried: carriedInto({ subscription, price, window, last }), settled: null };
}

/** The first of the windows that would cost more than the cap of their price allows, and more than they do. */
export function cappedEffect(effects: readonly UseEffect[]): UseEffect | undefined {
  return effects.find(({ before, after }) => {
    const cap = after.price.overageCap;
    return cap !== null && grossOf(after).gt(cap) && grossOf(after).gt(grossOf(before));
  });
}

/** What the window would cost if its overage had no cap. */
function grossOf(usage: PriceUsage): Decimal {
  return rate(usage.price, countedQuantities(usage), freeUnits(usage.figures)).amount;
}

/** What effects cost more, exactly, in major units: all of them, and of those that the wallet pays. */
export interface UseCost {
  readonly currency: Currency;
  readonly all: Decimal;
  readonly fromWallet: Decimal;
}

/** Of two costs of one use in each currency, the larger. */
export function dearerCosts(one: readonly UseCost[], other: readonly UseCost[]): UseCost[] {
  return one.map((cost) => {
    const beside = other.find(({ currency }) => currency === cost.currency) ?? cost;
    return { currency: cost.currency, all: larger(cost.all, beside.all), fromWallet: larger(cost.fromWallet, beside.fromWallet) };
  });
}

/** By currency. */
export function costsOf(effects: readonly UseEffect[]): UseCost[] {
  const costs = new Map<Currency, { all: Decimal; fromWallet: Decimal }>();
  for (const { before, after } of effects) {
    const { currency } = after.phase.plan;
    const more = multiply(subtract(after.rated.amount, before.rated.amount), multiplierOf(after.phase, after.price.code));
    const known = costs.get(currency) ?? { all: ZERO, fromWallet: ZERO };
    costs.set(currency, { all: add(known.all, more), fromWallet: after.price.paidFrom === 'wallet' ? add(known.fromWallet, more) : known.fromWallet });
  }
  return [...costs].map(([currency, cost]) => ({ currency, ...cost }));
}
