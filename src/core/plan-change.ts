import { fixedTotal } from './charge.js';
import { ONE, decimalText, type Decimal } from './decimal.js';
import { besideOf, entitlements, type Entitlement } from './entitlement.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, type Instant } from './instant.js';
import { fixedPrices, type Plan } from './plan.js';
import { isPaidFromWalletOnly } from './plan-cost.js';
import { Refusal, invalidInput, pointerToken, type InputError } from './problems.js';
import { isLive, isServing, phaseAt, type Phase, type Subscription } from './subscription.js';
import { usageAt } from './usage.js';

/**
 * Where a change that a customer makes by itself leads. `start`: a first subscription, or one after the last has ended.
 * `upgrade`, `downgrade`: one whole period costs more or less than before; `same`: as much. `keep`: what was scheduled
 * does not come.
 */
export type Direction = 'start' | 'upgrade' | 'downgrade' | 'same' | 'keep';

/** Why a cancellation was made, at the beginning of its reason: one made like this can be taken back by the customer. */
export const CANCELED_BY_CUSTOMER = 'canceled by the customer';

/** By the price of one whole period, before coupons and taxes. */
export function directionOf(before: Phase, after: Phase): Exclude<Direction, 'start' | 'keep'> {
  const [was, is] = [fixedTotal(before), fixedTotal(after)];
  return is.gt(was) ? 'upgrade' : is.lt(was) ? 'downgrade' : 'same';
}

/** What costs less begins when what was paid for is over; everything else at once. */
export function whenOf(direction: Direction): 'now' | 'period_end' {
  return direction === 'downgrade' ? 'period_end' : 'now';
}

/**
 * The subscription whose plan a customer has: the oldest that is live or to come, no add-on, and not paid from the wallet
 * alone; one of a plan that it may change by itself before others. Undefined when there is none.
 */
export function ownSubscription(subscriptions: readonly Subscription[], at: Instant, isSelfService: (plan: Plan) => boolean): Subscription | undefined {
  const held = subscriptions.filter((subscription) => subscription.addonOf === null && subscription.endsAt > at && (isLive(subscription, at) || subscription.startsAt > at));
  const main = held.filter((subscription) => !isPaidFromWalletOnly(phaseAt(subscription, at).plan));
  return main.find((subscription) => isSelfService(phaseAt(subscription, at).plan)) ?? main[0];
}

/** The subscription that ended last, to tell what the customer had. */
export function lastSubscription(subscriptions: readonly Subscription[], at: Instant): Subscription | undefined {
  return subscriptions.filter(({ addonOf, endsAt }) => addonOf === null && endsAt <= at).reduce<Subscription | undefined>((last, one) => (last === undefined || one.endsAt >= last.endsAt ? one : last), undefined);
}

/** @throws Refusal `invalid_request` for quantities that only whoever runs the service may give: parts, and none at all. */
export function checkSeats(plan: Plan, quantities: Readonly<Record<string, string>>): void {
  const errors: InputError[] = [];
  for (const [code, text] of Object.entries(quantities)) {
    const pointer = `/quantities/${pointerToken(code)}`;
    if (!fixedPrices(plan).some((price) => price.code === code && price.perSeat)) errors.push({ pointer, detail: `the plan "${plan.code}" has no price per seat "${code}"` });
    else if (!/^[1-9]\d{0,8}$/.test(text)) errors.push({ pointer, detail: 'must be a whole number from 1 on, as a string' });
  }
  if (errors.length > 0) throw invalidInput(errors);
}

/** Something of which more is in use than there would be. */
export interface Outgrown {
  readonly entitlement: Entitlement;
  readonly used: Decimal;
  readonly limit: Decimal;
  /** Null while there is no limit, or no right to it. */
  readonly limitBefore: Decimal | null;
}

/**
 * Features of which more is used at `at` than the facts after a change then allow, and that does not go on as overage.
 * `at` is when the change begins: what is counted anew by then is not in use any more.
 */
export function outgrown(before: CustomerFacts, after: CustomerFacts, at: Instant): Outgrown[] {
  const earlier = entitlementsAt(before, at);
  return entitlementsAt(after, at).flatMap((entitlement) => {
    const { used, limit, isOverageAllowed, isGranted, feature } = entitlement;
    if (!isGranted || used === null || limit === null || limit === 'unlimited' || isOverageAllowed || !used.gt(limit)) return [];
    const was = earlier.find((one) => one.feature.code === feature.code && one.isGranted)?.limit ?? null;
    return [{ entitlement, used, limit, limitBefore: was === 'unlimited' ? null : was }];
  });
}

/** @throws Refusal `quantity_below_usage` when the change leaves less of something than is in use of it. */
export function refuseOutgrown(found: readonly Outgrown[], plan: Plan): void {
  const less = found.find(({ limit, limitBefore }) => limitBefore === null || limit.lt(limitBefore));
  if (less === undefined) return;
  const { used, limit, entitlement } = less;
  throw new Refusal('quantity_below_usage', `${decimalText(used)} of "${entitlement.feature.name}" are in use; with "${plan.name}" there would be ${decimalText(limit)}. Use less first.`);
}

function entitlementsAt(facts: CustomerFacts, at: Instant): Entitlement[] {
  const serving = facts.subscriptions.filter((subscription) => isServing(subscription, at));
  return entitlements(serving.map((subscription) => ({ subscription, phase: phaseAt(subscription, at), usage: usageAt(subscription, facts.windows, at) })), besideOf(facts, at));
}

/** Whether a customer may take back what is scheduled: plans that it might have chosen, and no pause. */
export function isOwnSchedule(subscription: Subscription, at: Instant, isChoosable: (plan: Plan) => boolean): boolean {
  const later = subscription.phases.filter((phase, index) => index > 0 && phase.startsAt > at && phase.startsAt < subscription.endsAt);
  return later.length > 0 && later.every((phase) => !phase.isPaused && isChoosable(phase.plan));
}

/** Whether the subscription's end, still to come, was asked for by the customer. */
export function isOwnCancellation({ ending, endsAt }: Subscription, at: Instant): boolean {
  return ending !== null && endsAt !== FOREVER && at < endsAt && ending.reason?.startsWith(CANCELED_BY_CUSTOMER) === true;
}

/** Quantities of the per-seat prices that a phase has, for the plan `plan` as far as it knows them; one of the others. */
export function seatsFor(plan: Plan, phase: Phase | undefined): Record<string, Decimal> {
  return Object.fromEntries(fixedPrices(plan).filter(({ perSeat }) => perSeat).map(({ code }) => [code, phase?.quantities[code] ?? ONE]));
}
