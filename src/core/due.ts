import { begunPhases, invoicedPrices, isUnbilled, justBefore, pendingChangeDates, type Cursor } from './charge.js';
import { ZERO } from './decimal.js';
import { FOREVER, earliest, latest, type Instant } from './instant.js';
import { periodContaining } from './period.js';
import { hasBounds } from './plan-bound.js';
import { usagePrices, type UsagePrice } from './plan.js';
import { rate } from './rating.js';
import { billingPeriodAt, isServing, phaseAt, usagePriceAt, usageWindowAt, type Phase, type Subscription } from './subscription.js';
import { priceUsage } from './usage.js';
import { isChanged, lateCharges } from './usage-charge.js';
import type { UsageWindow } from './window.js';

/**
 * The next moment after the cursor at which the subscription may have something to invoice: a phase that begins, the
 * end, a turn of the billing period, the close of a window that costs something. FOREVER when nothing will by itself.
 * Moments that cannot bring a line are not named, so that whoever goes from one to the next comes to an end.
 */
export function nextDueAt(subscription: Subscription, after: Cursor | null, rows: readonly UsageWindow[]): Instant {
  const moments = begunPhases(subscription).filter((phase) => isUnbilled(after, phase.startsAt, phase.revision)).map((phase) => phase.startsAt);
  const { ending } = subscription;
  if (ending !== null && isUnbilled(after, ending.endsAt, ending.revision)) moments.push(ending.endsAt);
  moments.push(...pendingChangeDates(subscription, after), ...turns(subscription, after));
  const planned = moments.reduce((first, moment) => earliest(first, moment), FOREVER);
  const next = rowMoments(subscription, { after, before: planned }, rows).reduce((first, moment) => earliest(first, moment), planned);
  return next === FOREVER && after !== null ? lateMoment(subscription, after, rows) : next;
}

/** What comes without any use: turns with fixed prices, a minimum or usage by the period; windows that cost something empty. */
function turns(subscription: Subscription, after: Cursor | null): Instant[] {
  const at = after === null ? subscription.startsAt : latest(after.at, subscription.startsAt);
  if (!isServing(subscription, at)) return [];
  const phase = phaseAt(subscription, at);
  const empty = usagePrices(phase.plan).filter((price) => price.paidFrom === 'invoice' && price.window !== null && costsEmpty(price));
  return [...(hasTurns(phase) ? [billingPeriodAt(subscription, at).endsAt] : []), ...empty.map((price) => usageWindowAt(subscription, price, at).endsAt)];
}

/** Whether every turn of the phase's billing period brings a line. */
function hasTurns(phase: Phase): boolean {
  const { minimum, prices } = phase.plan;
  if (invoicedPrices(phase).length > 0 || minimum?.gt(ZERO) === true) return true;
  return prices.some((price) => price.type === 'usage' && price.paidFrom === 'invoice' && price.window === null && (price.included !== 'unlimited' || costsEmpty(price)));
}

/** Whether a window in which nothing was used costs something: a first tier's flat fee, a minimum. */
function costsEmpty(price: UsagePrice): boolean {
  let costs = emptyCosts.get(price);
  if (costs === undefined) {
    costs = rate(price, [], price.included === 'unlimited' ? 'unlimited' : ZERO).amount.gt(ZERO);
    emptyCosts.set(price, costs);
  }
  return costs;
}

const emptyCosts = new WeakMap<UsagePrice, boolean>();

/**
 * When windows close in which something was used that costs something, and the billing periods that they count toward a
 * bound of; only those that come `before` what is known already, for pricing takes its time.
 */
function rowMoments(subscription: Subscription, span: { after: Cursor | null; before: Instant }, rows: readonly UsageWindow[]): Instant[] {
  const seen = new Set<string>();
  const from = span.after?.at ?? subscription.startsAt;
  return rows.flatMap((row) => {
    if (row.subscriptionId !== subscription.id || row.supersededAt <= from) return [];
    const price = usagePriceAt(subscription, row.priceCode, row.startsAt);
    const key = `${row.priceCode} ${row.startsAt}`;
    if (price === undefined || seen.has(key)) return [];
    seen.add(key);
    const window = usageWindowAt(subscription, price, row.startsAt);
    if (window.endsAt < from || window.endsAt >= span.before) return [];
    const phase = phaseAt(subscription, justBefore(window.endsAt));
    const terms = usagePriceAt(subscription, row.priceCode, justBefore(window.endsAt)) ?? price;
    if (terms.paidFrom !== 'invoice') return [];
    const siblings = rows.filter((other) => other.subscriptionId === subscription.id && other.priceCode === row.priceCode);
    if (priceUsage({ subscription, phase, price: terms, window, rows: siblings }).amount.minor === 0n) return [];
    const period = billingPeriodAt(subscription, justBefore(window.endsAt));
    return [window.endsAt, ...(hasBounds(phase) ? [period.endsAt] : [])].filter((moment) => moment > from);
  });
}

/** Late usage of a subscription that has no turns any more is due when its next turn would have been. */
function lateMoment(subscription: Subscription, after: Cursor, rows: readonly UsageWindow[]): Instant {
  const own = rows.filter((row) => row.subscriptionId === subscription.id && isChanged(row));
  if (own.length === 0) return FOREVER;
  const isCharged = lateCharges(subscription, rows.filter((row) => row.subscriptionId === subscription.id), after).some((charge) => charge.amount.minor !== 0n);
  if (!isCharged) return FOREVER;
  const { schedule } = phaseAt(subscription, justBefore(subscription.endsAt === FOREVER ? after.at : subscription.endsAt));
  return after.at < schedule.startsAt ? FOREVER : periodContaining(schedule, after.at).endsAt;
}
