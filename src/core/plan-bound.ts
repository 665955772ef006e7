import { chargesForPeriod, isUnbilled, justBefore, type Cursor, type Span } from './charge.js';
import type { Decimal } from './decimal.js';
import { discountTotal } from './discount.js';
import { FOREVER, latest, type Instant } from './instant.js';
import { addMoney, subtractMoney, sumMoney, type Money } from './money.js';
import { boundaryAt, type IndexedPeriod, type Period } from './period.js';
import { prorate, shareOf, WHOLE, type Share } from './proration.js';
import { billingPeriodAt, isInTrial, phaseAt, turnAt, usagePriceAt, usageWindowAt, type Phase, type Subscription, type Turn } from './subscription.js';
import { asSettled, closedCharges, isChanged, type UsageCharge } from './usage-charge.js';
import type { UsageWindow } from './window.js';

/** What raises a billing period to the plan's minimum or cuts it to the maximum, when the period closes. */
export interface BoundCharge {
  readonly kind: 'minimum' | 'maximum';
  readonly phase: Phase;
  readonly turn: Turn;
  readonly period: Period;
  readonly share: Share;
  /** The bound for a whole interval, major units. */
  readonly bound: Decimal;
  /** Fixed prices and usage of the period together, as invoiced. */
  readonly billed: Money;
  readonly amount: Money;
  /** What was charged for the bound before late usage came; null when nothing was. */
  readonly invoiced: Money | null;
  /** The windows' rows that were looked at. */
  readonly rows: readonly UsageWindow[];
}

/** Charges of the plans' bounds for the billing periods that close in the span, and what late usage changes in those that closed before. */
export function boundCharges(subscription: Subscription, rows: readonly UsageWindow[], span: Span): BoundCharge[] {
  if (!subscription.phases.some((phase) => hasBounds(phase))) return [];
  const own = rows.filter((row) => row.subscriptionId === subscription.id);
  const charges: BoundCharge[] = [];
  let at = latest(subscription.startsAt, span.after === null ? subscription.startsAt : justBefore(span.after.at));
  while (at < span.upTo && at < subscription.endsAt) {
    const period = billingPeriodAt(subscription, at);
    if (period.endsAt > span.upTo || period.endsAt === FOREVER) break;
    if (isUnbilled(span.after, period.endsAt, closedBy(subscription, period))) charges.push(...boundOf(subscription, own, period));
    at = period.endsAt;
  }
  return span.after === null ? charges : [...charges, ...lateBounds(subscription, own, span.after)];
}

/** Number of the first change that ended the period early; 0 when its time had come. */
function closedBy(subscription: Subscription, period: IndexedPeriod): number {
  const { schedule } = phaseAt(subscription, justBefore(period.endsAt));
  if (boundaryAt(schedule, period.index + 1) === period.endsAt) return 0;
  const cuts = subscription.phases.filter((phase) => phase.startsAt === period.endsAt && phase.isAnchor).map((phase) => phase.revision);
  if (period.endsAt === subscription.endsAt && subscription.ending !== null) cuts.push(subscription.ending.revision);
  return cuts.length === 0 ? 0 : Math.min(...cuts);
}

/** Late usage fills a minimum that was charged before it costs anything, and stays within the maximum. */
function lateBounds(subscription: Subscription, rows: readonly UsageWindow[], after: Cursor): BoundCharge[] {
  const periods = new Map<Instant, IndexedPeriod>();
  for (const row of rows.filter((one) => one.startsAt < after.at && isChanged(one))) {
    const period = closingPeriod(subscription, row);
    if (period !== undefined && period.endsAt <= after.at && !isUnbilled(after, period.endsAt, closedBy(subscription, period))) periods.set(period.startsAt, period);
  }
  return [...periods.values()].flatMap((period) => {
    const [now] = boundOf(subscription, rows, period);
    const [before] = boundOf(subscription, rows.map(asSettled), period);
    const charge = now ?? before;
    if (charge === undefined) return [];
    const zero = { ...charge.amount, minor: 0n };
    const amount = subtractMoney(now?.amount ?? zero, before?.amount ?? zero);
    return amount.minor === 0n ? [] : [{ ...charge, amount, invoiced: before?.amount ?? zero }];
  });
}

/** The billing period in which the row's window closes, which need not be the one in which it began; undefined when it never will. */
export function closingPeriod(subscription: Subscription, row: UsageWindow): IndexedPeriod | undefined {
  const price = usagePriceAt(subscription, row.priceCode, row.startsAt);
  const endsAt = price === undefined ? FOREVER : usageWindowAt(subscription, price, row.startsAt).endsAt;
  return endsAt === FOREVER ? undefined : billingPeriodAt(subscription, justBefore(endsAt));
}

export function hasBounds(phase: Phase): boolean {
  return phase.plan.minimum !== null || phase.plan.maximum !== null;
}

function boundOf(subscription: Subscription, rows: readonly UsageWindow[], period: IndexedPeriod): BoundCharge[] {
  const phase = phaseAt(subscription, justBefore(period.endsAt));
  if (!hasBounds(phase) || phase.isPaused || isInTrial(subscription, period.startsAt)) return [];
  const { currency, proration } = phase.plan;
  const full = { startsAt: boundaryAt(phase.schedule, period.index), endsAt: boundaryAt(phase.schedule, period.index + 1) };
  const share = proration === 'none' ? WHOLE : shareOf({ part: period, full, policy: proration, zone: subscription.zone });
  const turn = turnAt(subscription, phase, justBefore(period.endsAt));
  const fixed = chargesForPeriod(subscription, period).filter(({ price }) => price.paidFrom === 'invoice');
  const used = windowsWithin(subscription, rows, period);
  const gross = sumMoney([...fixed, ...used].map((charge) => charge.amount), currency);
  const billed = addMoney(gross, discountTotal(subscription, { fixed, used }, currency));
  const common = { phase, turn, period, share, billed, invoiced: null, rows: used.flatMap((charge) => charge.rows) };
  const difference = (bound: Decimal): Money => subtractMoney(prorate(bound, share, currency), billed);
  const { minimum, maximum } = phase.plan;
  if (minimum !== null && difference(minimum).minor > 0n) return [{ ...common, kind: 'minimum', bound: minimum, amount: difference(minimum) }];
  if (maximum !== null && difference(maximum).minor < 0n) return [{ ...common, kind: 'maximum', bound: maximum, amount: difference(maximum) }];
  return [];
}

/** What the windows cost that closed within the period, whether or not they were invoiced. */
function windowsWithin(subscription: Subscription, rows: readonly UsageWindow[], period: IndexedPeriod): UsageCharge[] {
  const fresh = rows.map((row) => ({ ...row, settled: null }));
  return closedCharges(subscription, fresh, { after: { at: period.startsAt, revision: Number.MAX_SAFE_INTEGER }, upTo: period.endsAt }).filter(({ usage }) => usage.price.paidFrom === 'invoice');
}

/**
 * Whether a row still has to be looked at: its window is open or was never invoiced or settled, it has changed since, or
 * its plan bounds what a period costs. Kept with the row, so that a state reads old rows only when
 * they matter.
 */
export function isUnsettledRow(subscription: Subscription, row: UsageWindow): boolean {
  const price = usagePriceAt(subscription, row.priceCode, row.startsAt);
  if (price === undefined) return false;
  if (row.settled === null || isChanged(row)) return true;
  if (price.paidFrom === 'wallet') return false;
  const period = closingPeriod(subscription, row);
  return period !== undefined && hasBounds(phaseAt(subscription, justBefore(period.endsAt)));
}
