import { begunPhases, isUnbilled, justBefore, pendingChangeDates, type Cursor } from './charge.js';
import { ZERO } from './decimal.js';
import { FOREVER, earliest, latest, type Instant } from './instant.js';
import { periodContaining } from './period.js';
import { hasBounds } from './plan-bound.js';
import { fixedPrices, usagePrices, type UsagePrice } from './plan.js';
import { rate } from './rating.js';
import { billingPeriodAt, isServing, phaseAt, usagePriceAt, usageWindowAt, type Phase, type Subscription } from './subscription.js';
import { priceUsage } from './usage.js';
import { isChanged, lateCharges } from './usage-charge.js';
import type { UsageWindow } from './window.js';

/** The next moment after the cursor at which the subscription may have something to invoice: of its own, or late usage. */
export function nextDueAt(subscription: Subscription, after: Cursor | null, rows: readonly UsageWindow[]): Instant {
  const own = ownDueAt(subscription, after, rows);
  // Where every turn brings a line, late usage is not looked for: that takes its time.
  if (after === null || own <= turnAfter(subscription, after)) return own;
  return earliest(own, lateDueAt(subscription, after, rows));
}

/**
 * The next moment after the cursor at which the subscription may have something to invoice: a phase that begins, the
 * end, a turn of the billing period, the close of a window that costs something. FOREVER when nothing will by itself.
 * Moments that cannot bring a line are not named, so that whoever goes from one to the next comes to an end.
 */
export function ownDueAt(subscription: Subscription, after: Cursor | null, rows: readonly UsageWindow[]): Instant {
  const moments = begunPhases(subscription).filter((phase, index, all) => isUnbilled(after, phase.startsAt, phase.revision) && !isSilent(phase, all[index - 1])).map((phase) => phase.startsAt);
  const { ending } = subscription;
  if (ending !== null && isUnbilled(after, ending.endsAt, ending.revision)) moments.push(ending.endsAt);
  moments.push(...pendingChangeDates(subscription, after), ...turns(subscription, after));
  const planned = moments.reduce((first, moment) => earliest(first, moment), FOREVER);
  return rowMoment(subscription, { after, before: planned }, rows);
}

/** Whether nothing can fall due by the beginning of the phase: other quantities of the same plan, invoiced with a later turn. */
function isSilent(phase: Phase, before: Phase | undefined): boolean {
  return phase.invoice === 'next' && phase.usage === 'keep' && !phase.isAnchor && !phase.isPaused && phase.plan.versionId === before?.plan.versionId;
}

/** What comes without any use: turns with fixed prices, a minimum or usage by the period; windows that cost something empty. */
function turns(subscription: Subscription, after: Cursor | null): Instant[] {
  const at = after === null ? subscription.startsAt : latest(after.at, subscription.startsAt);
  if (!isServing(subscription, at)) return [];
  const phase = phaseAt(subscription, at);
  const empty = usagePrices(phase.plan).filter((price) => price.window !== null && costsEmpty(price));
  return [...(hasTurns(phase) ? [billingPeriodAt(subscription, at).endsAt] : []), ...empty.map((price) => usageWindowAt(subscription, price, at).endsAt)];
}

/** Whether every turn of the phase's billing period brings a line. */
function hasTurns(phase: Phase): boolean {
  const { minimum, prices } = phase.plan;
  if (fixedPrices(phase.plan).length > 0 || minimum?.gt(ZERO) === true) return true;
  return prices.some((price) => price.type === 'usage' && price.window === null && ((price.paidFrom === 'invoice' && price.included !== 'unlimited') || costsEmpty(price)));
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
 * When the first window closes in which something was used that costs something, or a billing period that it counts
 * toward a bound of; `before` when none does sooner. Rows are looked at in the order of their beginnings, and only
 * those that can come before what is known already, for pricing takes its time.
 */
function rowMoment(subscription: Subscription, span: { after: Cursor | null; before: Instant }, rows: readonly UsageWindow[]): Instant {
  const from = span.after?.at ?? subscription.startsAt;
  const open = rows.filter((row) => row.startsAt < span.before && row.supersededAt > from && row.subscriptionId === subscription.id).sort((left, right) => left.startsAt - right.startsAt);
  const seen = new Set<string>();
  let first = span.before;
  for (const row of open) {
    if (row.startsAt >= first) break;
    const key = `${row.priceCode} ${row.startsAt}`;
    if (seen.has(key)) continue;
    seen.add(key);
    first = earliest(first, windowMoment(subscription, from, open.filter((other) => other.startsAt === row.startsAt && other.priceCode === row.priceCode)));
  }
  return first;
}

/** The first moment after `from` that the rows of one window bring; FOREVER when they bring none. */
function windowMoment(subscription: Subscription, from: Instant, rows: readonly UsageWindow[]): Instant {
  const [row] = rows;
  const price = row === undefined ? undefined : usagePriceAt(subscription, row.priceCode, row.startsAt);
  if (row === undefined || price === undefined) return FOREVER;
  const window = usageWindowAt(subscription, price, row.startsAt);
  if (window.endsAt === FOREVER) return FOREVER;
  const phase = phaseAt(subscription, justBefore(window.endsAt));
  const terms = usagePriceAt(subscription, row.priceCode, justBefore(window.endsAt)) ?? price;
  if (window.endsAt > from && priceUsage({ subscription, phase, price: terms, window, rows }).amount.minor !== 0n) return window.endsAt;
  const period = billingPeriodAt(subscription, justBefore(window.endsAt));
  return period.endsAt > from && hasBounds(phaseAt(subscription, justBefore(period.endsAt))) ? period.endsAt : FOREVER;
}

/**
 * When late usage is invoiced, unless something else is invoiced sooner: at the next turn, also of a subscription that has
 * stopped (ended, paused) and would have had it. Whether that goes on some day makes no difference, for a worker may have
 * written the invoice before it was known.
 */
export function lateDueAt(subscription: Subscription, after: Cursor | null, rows: readonly UsageWindow[]): Instant {
  if (after === null) return FOREVER;
  const own = rows.filter((row) => row.subscriptionId === subscription.id);
  const isCharged = own.some(isChanged) && lateCharges(subscription, own, after).some((charge) => charge.amount.minor !== 0n);
  return isCharged ? turnAfter(subscription, after) : FOREVER;
}

/** The first turn after the cursor; a pause has none, those before it go on. */
function turnAfter(subscription: Subscription, after: Cursor): Instant {
  const last = begunPhases(subscription).findLast((phase) => !phase.isPaused && !isUnbilled(after, phase.startsAt, phase.revision));
  const { schedule } = last ?? subscription.phases[0];
  return periodContaining(schedule, latest(after.at, schedule.startsAt)).endsAt;
}
