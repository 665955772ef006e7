import { fixedCharges, isUnbilled, justBefore, type Cursor, type Span } from './charge.js';
import type { Decimal } from './decimal.js';
import { FOREVER, latest } from './instant.js';
import { subtractMoney, sumMoney, type Money } from './money.js';
import { boundaryAt, type IndexedPeriod, type Period } from './period.js';
import { prorate, shareOf, WHOLE, type Share } from './proration.js';
import { billingPeriodAt, isInTrial, phaseAt, turnAt, usagePriceAt, type Phase, type Subscription, type Turn } from './subscription.js';
import { isChanged, usageCharges } from './usage-charge.js';
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
  /** The windows' rows that were looked at. */
  readonly rows: readonly UsageWindow[];
}

/** Charges of the plans' bounds for the billing periods that close in the span. */
export function boundCharges(subscription: Subscription, rows: readonly UsageWindow[], span: Span): BoundCharge[] {
  if (!subscription.phases.some((phase) => hasBounds(phase))) return [];
  const charges: BoundCharge[] = [];
  let at = latest(subscription.startsAt, span.after === null ? subscription.startsAt : justBefore(span.after.at));
  while (at < span.upTo && at < subscription.endsAt) {
    const period = billingPeriodAt(subscription, at);
    if (period.endsAt > span.upTo || period.endsAt === FOREVER) break;
    const revision = subscription.phases.findLast((phase) => phase.startsAt === period.endsAt && phase.madeAt >= period.endsAt)?.revision ?? 0;
    if (isUnbilled(span.after, period.endsAt, revision)) charges.push(...boundsOf(subscription, rows, period));
    at = period.endsAt;
  }
  return charges;
}

export function hasBounds(phase: Phase): boolean {
  return phase.plan.minimum !== null || phase.plan.maximum !== null;
}

function boundsOf(subscription: Subscription, rows: readonly UsageWindow[], period: IndexedPeriod): BoundCharge[] {
  const phase = phaseAt(subscription, justBefore(period.endsAt));
  if (!hasBounds(phase) || phase.isPaused || isInTrial(subscription, period.startsAt)) return [];
  const { currency, proration } = phase.plan;
  const full = { startsAt: boundaryAt(phase.schedule, period.index), endsAt: boundaryAt(phase.schedule, period.index + 1) };
  const share = proration === 'none' ? WHOLE : shareOf({ part: period, full, policy: proration, zone: subscription.zone });
  const turn = turnAt(subscription, phase, justBefore(period.endsAt));
  const before = { at: justBefore(period.startsAt), revision: 0 };
  const fixed = fixedCharges(subscription, { after: before, upTo: period.endsAt }).filter((charge) => charge.turn.startsAt === period.startsAt);
  const used = usageCharges(subscription, rows, { after: { at: period.startsAt, revision: Number.MAX_SAFE_INTEGER }, upTo: period.endsAt }).filter((charge) => charge.kind === 'usage');
  const billed = sumMoney([...fixed, ...used].map((charge) => charge.amount), currency);
  const common = { phase, turn, period, share, billed, rows: used.flatMap((charge) => charge.rows) };
  const difference = (bound: Decimal): Money => subtractMoney(prorate(bound, share, currency), billed);
  const { minimum, maximum } = phase.plan;
  if (minimum !== null && difference(minimum).minor > 0n) return [{ ...common, kind: 'minimum', bound: minimum, amount: difference(minimum) }];
  if (maximum !== null && difference(maximum).minor < 0n) return [{ ...common, kind: 'maximum', bound: maximum, amount: difference(maximum) }];
  return [];
}

/**
 * Whether a row still has to be looked at: its window is open or was never invoiced, it has changed since, it is paid
 * from the wallet, or it counts toward a bound of a billing period that is not closed. Kept with the row, so that a
 * state reads old rows only when they matter.
 */
export function isUnsettledRow(subscription: Subscription, row: UsageWindow, cursor: Cursor | null): boolean {
  const price = usagePriceAt(subscription, row.priceCode, row.startsAt);
  if (price === undefined) return false;
  if (price.paidFrom === 'wallet' || row.settled === null || isChanged(row)) return true;
  const period = billingPeriodAt(subscription, row.startsAt);
  return period.endsAt > (cursor?.at ?? subscription.startsAt) && hasBounds(phaseAt(subscription, justBefore(period.endsAt)));
}
