import { ZERO, add, multiply, sum } from './decimal.js';
import type { CustomerFacts } from './facts.js';
import type { Instant } from './instant.js';
import { convert } from './meter.js';
import { moneyToDecimal } from './money.js';
import { usagePrices, type UsagePrice } from './plan.js';
import type { PriceModel } from './price.js';
import type { Standing } from './standing.js';
import { isOverageAllowed, isServing, phaseAt, quantityOf, usagePriceAt, usageWindowAt, type Phase, type Subscription } from './subscription.js';
import { availableIn } from './wallet.js';
import { seriesText, windowText, type UsageWindow } from './window.js';

/** What is known of a customer while its usage is counted. */
export interface CountedUse {
  readonly standing: Pick<Standing, 'overrides' | 'holds'>;
  readonly subscriptions: readonly Subscription[];
  /** Of each price that was counted in, the rows that were there. */
  readonly before: readonly UsageWindow[];
  /** The rows that are new, or not as they were. */
  readonly after: readonly UsageWindow[];
}

/**
 * Whether the use that was just counted may have changed what an outline says of limits: asked of every batch, so it may
 * say yes without need - it does wherever limits join or are not the plan's own - but not no.
 */
export function mayTurnLimits({ standing, subscriptions, before, after }: CountedUse, at: Instant): boolean {
  // What falls - a gauge, or use that is taken back - may lift a limit, and fill a wallet.
  if (after.some((row) => before.some((was) => was.startsAt === row.startsAt && was.tally.used.gt(row.tally.used) && seriesText(was) === seriesText(row)))) return true;
  const limiting = subscriptions.filter((subscription) => isServing(subscription, at) && isLimiting(phaseAt(subscription, at)));
  if (limiting.length === 0 && standing.overrides.length === 0) return false;
  if (limiting.length > 1 || standing.overrides.length > 0 || standing.holds.some(({ usage }) => usage !== null)) return true;
  const known = new Map(before.map((row) => [windowText(row), row]));
  for (const row of after) known.set(windowText(row), row);
  return after.some(({ subscriptionId, priceCode }) => {
    const subscription = limiting.find(({ id }) => id === subscriptionId);
    const price = subscription === undefined ? undefined : usagePriceAt(subscription, priceCode, at);
    return subscription !== undefined && price !== undefined && isReached({ phase: phaseAt(subscription, at), price, rows: rowsInForce([...known.values()], { subscription, price, at }) });
  });
}

function isLimiting(phase: Phase): boolean {
  return phase.plan.grants.some(({ limit, price }) => price !== null && limit !== null && limit !== 'unlimited') || usagePrices(phase.plan).some((price) => price.overageCap !== null || (price.included !== 'unlimited' && !isOverageAllowed(phase, price)));
}

function rowsInForce(rows: readonly UsageWindow[], { subscription, price, at }: { subscription: Subscription; price: UsagePrice; at: Instant }): UsageWindow[] {
  const { startsAt } = usageWindowAt(subscription, price, at);
  return rows.filter((row) => row.subscriptionId === subscription.id && row.priceCode === price.code && row.startsAt === startsAt);
}

function isReached({ phase, price, rows }: { phase: Phase; price: UsagePrice; rows: readonly UsageWindow[] }): boolean {
  const used = sum(rows.map(({ tally }) => convert(price.meter, tally.used)));
  const own = phase.plan.grants.some(({ price: code, limit, perQuantityOf }) => {
    if (code !== price.code || limit === null || limit === 'unlimited') return false;
    return used.gte(perQuantityOf === null ? limit : multiply(limit, quantityOf(phase, perQuantityOf)));
  });
  if (own || price.included === 'unlimited') return own;
  const available = add(price.included, rows[0]?.carried ?? ZERO);
  return price.overageCap === null ? !isOverageAllowed(phase, price) && used.gte(available) : used.gte(available);
}

/** Whether the use that was just counted, which gave the rows `after`, may have changed what an outline says of wallets: yes without need now and then, but never no. */
export function mayTurnWallets(facts: CustomerFacts, after: readonly UsageWindow[], at: Instant): boolean {
  return isLow(facts, at) || after.some((row) => mayGetCheaper(facts.subscriptions, row));
}

/** By volume, more may cost less than it did before: a wallet that was low need not be so any more. */
function mayGetCheaper(subscriptions: readonly Subscription[], { subscriptionId, priceCode }: UsageWindow): boolean {
  const phases = subscriptions.find(({ id }) => id === subscriptionId)?.phases ?? [];
  return phases.some(({ plan }) => usagePrices(plan).some(({ code, paidFrom, model }) => code === priceCode && paidFrom === 'wallet' && isByVolume(model)));
}

function isByVolume(model: PriceModel): boolean {
  return model.type === 'dimensional' ? model.cells.some((cell) => cell.model.type === 'volume') : model.type === 'volume';
}

/** Whether the wallet that use is paid from is low, counted as an outline does: see CUSTOMER_ATTENTIONS. */
function isLow(facts: CustomerFacts, at: Instant): boolean {
  const { topUp } = facts;
  if (topUp !== null) return moneyToDecimal(availableIn(facts, topUp.currency, at)).lt(topUp.minBalance);
  const paid = facts.subscriptions.filter((subscription) => isServing(subscription, at)).map((subscription) => phaseAt(subscription, at).plan).filter((plan) => plan.prices.some(({ paidFrom }) => paidFrom === 'wallet'));
  return [...new Set(paid.map(({ currency }) => currency))].some((currency) => availableIn(facts, currency, at).minor <= 0n);
}
