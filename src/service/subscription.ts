import type { CouponTerms } from '../core/coupon.js';
import { divide, type Decimal } from '../core/decimal.js';
import { FOREVER, instantText, latest, type Instant } from '../core/instant.js';
import { plusInterval, type Interval } from '../core/period.js';
import type { Plan } from '../core/plan.js';
import { Refusal, invalidInput, notFound } from '../core/problems.js';
import type { ProrationPolicy } from '../core/proration.js';
import type { SubscriptionState } from '../core/state.js';
import {
  decideCancel, decideChange, decideClearSchedule, decideCoupon, decideCouponRemoval, decideCreate, decidePause, decidePhase, decideReactivate, decideResume, decideTrialEnding, decideTrialGain, decideTrialLoss,
  type TermsAsked,
} from '../core/subscription-change.js';
import { EARLIEST_START, LATEST_START, NO_PRORATION, phaseAt, type Proration, type Subscription, type SubscriptionChange } from '../core/subscription.js';
import { usageAt } from '../core/usage.js';
import type { Queryable } from '../store/database.js';
import { selectSubscriptionOwner } from '../store/subscription.js';
import { getPlan } from './catalog.js';
import type { DecidedChange, Decide, Situation } from './command.js';
import { getCoupon } from './coupon.js';
import type { Engine } from './engine.js';
import { readState } from './state.js';

/** Each command decides here; command.ts carries it out, or previews it. */

/** Terms as the API takes them. */
export interface TermsInput {
  readonly plan: string;
  readonly quantities?: Readonly<Record<string, string>> | undefined;
  readonly multipliers?: Readonly<Record<string, string>> | undefined;
  readonly overage?: boolean | undefined;
}

/** How a change is prorated: a mode, or `prorate` by a named policy. The plan's own policy when left out. */
export type ProrationInput = Proration['mode'] | Exclude<ProrationPolicy, 'none'> | undefined;

export interface PhaseInput extends TermsInput {
  /** How long the phase lasts from its start (the first one's trial not counted); for ever when left out. */
  readonly duration?: Interval | undefined;
  /** When the phase ends, in place of a duration. */
  readonly endsAt?: Instant | undefined;
}

export interface CreateSubscriptionInput extends PhaseInput {
  readonly startsAt?: Instant | undefined;
  readonly trialDays?: number | undefined;
  readonly billingAnchor?: Instant | undefined;
  readonly addonOf?: string | undefined;
  readonly coupon?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** What fell due up to this moment has been billed elsewhere: nothing of it is invoiced. */
  readonly billedUntil?: Instant | undefined;
  /** What follows the first phase, each after the one before. */
  readonly phases?: readonly PhaseInput[] | undefined;
}

export interface ChangeInput extends Partial<TermsInput> {
  readonly when?: 'now' | 'period_end' | undefined;
  readonly proration?: ProrationInput;
  readonly usage?: 'keep' | 'restart' | undefined;
  readonly invoice?: 'now' | 'next' | undefined;
}

/**
 * Subscribes the customer to the newest version of a plan, by default from now on. A start in the past counts the
 * events that happened since.
 * @throws Refusal `not_found`, `plan_archived`, `invalid_request`.
 */
export function createSubscription(engine: Engine, subscriptionId: string, input: CreateSubscriptionInput): Decide {
  return async (situation) => {
    const { at, loaded, queryable } = situation;
    const plan = await soldPlan(engine, queryable, input.plan);
    const startsAt = input.startsAt ?? at;
    if (startsAt < EARLIEST_START || startsAt > LATEST_START) {
      throw invalidInput([{ pointer: '/starts_at', detail: `must lie between ${instantText(EARLIEST_START)} and ${instantText(LATEST_START)}` }]);
    }
    const addonOf = input.addonOf === undefined ? undefined : situation.subscription(input.addonOf);
    const created = decideCreate({
      ...termsOf(plan, input), zone: loaded.stored.customer.zone, madeAt: at, startsAt, trialDays: input.trialDays, anchorAt: input.billingAnchor, addonOf, metadata: input.metadata, billedUntil: input.billedUntil,
    });
    const changes: DecidedChange[] = [{ subscriptionId, change: created, effectiveAt: startsAt }];
    const add = (change: SubscriptionChange): number => changes.push({ subscriptionId, change, effectiveAt: startsAt });
    const ending = loaded.facts.paymentMethod === null ? decideTrialEnding(created, plan) : undefined;
    if (ending !== undefined) add(ending);
    if (input.coupon !== undefined) {
      const coupon = await soldCoupon(engine, queryable, input.coupon);
      add(decideCoupon(await situation.after(changes, subscriptionId), { at, from: startsAt, coupon }));
    }
    await addPhases(engine, situation, { input, changes, subscriptionId, from: created.trialEndsAt ?? startsAt });
    return changes;
  };
}

/** The phases that follow the first, each where the one before ends; after the last one with an end the subscription ends. */
async function addPhases(engine: Engine, situation: Situation, work: { input: CreateSubscriptionInput; changes: DecidedChange[]; subscriptionId: string; from: Instant }): Promise<void> {
  const { input, changes, subscriptionId } = work;
  const { at, queryable } = situation;
  const all: readonly PhaseInput[] = [input, ...(input.phases ?? [])];
  const hasEnd = (phase: PhaseInput | undefined): boolean => phase?.duration !== undefined || phase?.endsAt !== undefined;
  const endless = all.slice(0, -1).findIndex((phase) => !hasEnd(phase));
  if (endless !== -1) throw invalidInput([{ pointer: `${phasePointer(endless)}/duration`, detail: 'is needed where another phase follows, or ends_at' }]);
  let startsAt = work.from;
  for (const [index, phase] of all.entries()) {
    if (index > 0) {
      const plan = await soldPlan(engine, queryable, phase.plan);
      const subscription = await situation.after(changes, subscriptionId);
      const change = decidePhase(subscription, { ...termsOf(plan, phase), startsAt, proration: prorationOf(plan, undefined), at, mayLieInPast: true });
      changes.push({ subscriptionId, change, effectiveAt: startsAt });
    }
    if (!hasEnd(phase)) continue;
    const begun = index === 0 ? (changes[0]?.effectiveAt ?? startsAt) : startsAt;
    startsAt = endOfPhase(phase, { begun, counted: startsAt, pointer: phasePointer(index), zone: situation.loaded.stored.customer.zone });
  }
  if (!hasEnd(all.at(-1))) return;
  changes.push({ subscriptionId, change: { type: 'canceled', madeAt: at, endsAt: startsAt, reason: 'end of the term', proration: NO_PRORATION }, effectiveAt: startsAt });
}

/** Where a phase that has an end ends; a duration is `counted` from the end of the trial. @throws Refusal `invalid_request`. */
function endOfPhase({ duration, endsAt }: PhaseInput, from: { begun: Instant; counted: Instant; pointer: string; zone: string }): Instant {
  const { begun, counted, pointer, zone } = from;
  if (duration !== undefined && endsAt !== undefined) throw invalidInput([{ pointer: `${pointer}/ends_at`, detail: 'must not stand beside a duration' }]);
  if (endsAt !== undefined && endsAt <= begun) throw invalidInput([{ pointer: `${pointer}/ends_at`, detail: `must lie after the phase begins at ${instantText(begun)}` }]);
  const end = duration === undefined ? (endsAt ?? FOREVER) : plusInterval(counted, duration, zone);
  if (end > LATEST_START) throw invalidInput([{ pointer: `${pointer}/${duration === undefined ? 'ends_at' : 'duration'}`, detail: `must end before ${instantText(LATEST_START)}` }]);
  return end;
}

function phasePointer(index: number): string {
  return index === 0 ? '' : `/phases/${index - 1}`;
}

/** Lets another plan follow, by default at the end of the current period. @throws Refusal as decidePhase does. */
export function scheduleNextPhase(engine: Engine, input: TermsInput & { readonly subscriptionId: string; readonly startsAt?: Instant | undefined; readonly proration?: ProrationInput }): Decide {
  return async (situation) => {
    const plan = await soldPlan(engine, situation.queryable, input.plan);
    const subscription = situation.subscription(input.subscriptionId);
    return one(subscription, decidePhase(subscription, { ...termsOf(plan, input), startsAt: input.startsAt, proration: prorationOf(plan, input.proration), at: situation.at }));
  };
}

/** Other terms, now or from the end of the period. @throws Refusal as decideChange does; `plan_archived`. */
export function changeSubscription(engine: Engine, input: ChangeInput & { readonly subscriptionId: string }): Decide {
  return async (situation) => {
    const { at, loaded } = situation;
    const subscription = situation.subscription(input.subscriptionId);
    const plan = input.plan === undefined ? undefined : await soldPlan(engine, situation.queryable, input.plan);
    const change = decideChange(subscription, {
      plan,
      quantities: input.quantities ?? {},
      multipliers: input.multipliers ?? {},
      overage: input.overage,
      when: input.when ?? 'now',
      proration: prorationOf(plan ?? phaseAt(subscription, latest(at, subscription.startsAt)).plan, input.proration),
      usage: input.usage ?? 'keep',
      invoice: input.invoice ?? 'now',
      at,
      usedPerSeat: (ofPlan, code) => usedPerSeat({ subscription, plan: ofPlan, code, windows: loaded.facts.windows, at }),
    });
    return one(subscription, change);
  };
}

/** Ends the subscription and its add-ons now or with its period. @throws Refusal `not_found`, `subscription_ended`. */
export function cancelSubscription(input: { subscriptionId: string; atPeriodEnd: boolean; reason: string | null; proration?: ProrationInput }): Decide {
  return async ({ at, loaded, subscription: find }) => {
    const subscription = find(input.subscriptionId);
    const { plan } = phaseAt(subscription, latest(at, subscription.startsAt));
    const change = decideCancel(subscription, { at, atPeriodEnd: input.atPeriodEnd, reason: input.reason, proration: input.proration === undefined ? NO_PRORATION : prorationOf(plan, input.proration) });
    const addons = loaded.facts.subscriptions.filter((other) => other.addonOf === subscription.id && other.endsAt > change.endsAt);
    return [...one(subscription, change), ...addons.map((addon): DecidedChange => ({ subscriptionId: addon.id, change: { ...change, endsAt: latest(change.endsAt, addon.startsAt) }, effectiveAt: change.endsAt }))];
  };
}

/** Nothing given, nothing charged until it is resumed. @throws Refusal as decidePause does. */
export function pauseSubscription(input: { subscriptionId: string; when: 'now' | 'period_end'; resumesAt: Instant | undefined; proration?: ProrationInput }): Decide {
  return async ({ at, subscription: find }) => {
    const subscription = find(input.subscriptionId);
    const { plan } = phaseAt(subscription, latest(at, subscription.startsAt));
    const proration = input.proration === undefined ? NO_PRORATION : prorationOf(plan, input.proration);
    return decidePause(subscription, { at, when: input.when, resumesAt: input.resumesAt, proration }).map((change) => ({ subscriptionId: subscription.id, change, effectiveAt: change.startsAt }));
  };
}

/** Ends a pause, or takes back a pause or cancellation to come; of the add-ons too that would end with it. @throws Refusal as decideResume does. */
export function resumeSubscription(subscriptionId: string): Decide {
  return async ({ at, loaded, subscription: find }) => {
    const subscription = find(subscriptionId);
    const change = decideResume(subscription, at);
    const addons = change.type !== 'cancel_undone' ? [] : loaded.facts.subscriptions.filter((other) => other.addonOf === subscriptionId && other.ending?.revision === subscription.ending?.revision);
    return [...one(subscription, change), ...addons.map((addon) => ({ subscriptionId: addon.id, change, effectiveAt: at }))];
  };
}

/** Begins an ended subscription anew. @throws Refusal as decideReactivate does; `plan_archived`. */
export function reactivateSubscription(engine: Engine, input: Partial<TermsInput> & { readonly subscriptionId: string }): Decide {
  return async (situation) => {
    const subscription = situation.subscription(input.subscriptionId);
    const plan = input.plan === undefined ? undefined : await soldPlan(engine, situation.queryable, input.plan);
    const { quantities = {}, multipliers = {}, overage } = input;
    return one(subscription, decideReactivate(subscription, { at: situation.at, asked: { plan, quantities, multipliers, overage } }));
  };
}

/** Forgets what is scheduled for later. @throws Refusal as decideClearSchedule does. */
export function clearSchedule(subscriptionId: string): Decide {
  return async ({ at, subscription: find }) => {
    const subscription = find(subscriptionId);
    return one(subscription, decideClearSchedule(subscription, at));
  };
}

/** Puts a coupon on the subscription; it covers the billing periods that begin from now on. @throws Refusal as decideCoupon does. */
export function applyCoupon(engine: Engine, input: { subscriptionId: string; coupon: string }): Decide {
  return async ({ at, queryable, subscription: find }) => {
    const subscription = find(input.subscriptionId);
    return one(subscription, decideCoupon(subscription, { at, coupon: await soldCoupon(engine, queryable, input.coupon) }));
  };
}

/** Takes a coupon off: periods that begin later are not covered. @throws Refusal as decideCouponRemoval does. */
export function removeCoupon(input: { subscriptionId: string; coupon: string }): Decide {
  return async ({ at, subscription: find }) => {
    const subscription = find(input.subscriptionId);
    return one(subscription, decideCouponRemoval(subscription, { at, code: input.coupon }));
  };
}

/** What a card on file, or its loss, means for trials that need one. */
export function trialsAwaiting(method: object | null): Decide {
  return async ({ at, loaded }) =>
    loaded.facts.subscriptions.flatMap((subscription) => {
      const change = method === null ? decideTrialLoss(subscription, at) : decideTrialGain(subscription, at);
      return change === undefined ? [] : [{ subscriptionId: subscription.id, change, effectiveAt: subscription.trialEndsAt ?? at }];
    });
}

/** The customer that the subscription belongs to. @throws Refusal `not_found`. */
export async function findSubscriptionOwner(engine: Engine, subscriptionId: string, queryable: Queryable = engine.database): Promise<string> {
  const known = engine.aliases.get(subscriptionId) ?? (await selectSubscriptionOwner(queryable, subscriptionId));
  if (known === undefined) throw notFound('subscription', subscriptionId);
  engine.aliases.set(subscriptionId, known);
  return known;
}

/** The subscription as it stands at `at`, which is now. @throws Refusal `not_found`. */
export async function readSubscription(engine: Engine, subscriptionId: string): Promise<{ state: SubscriptionState; at: Instant }> {
  const customerId = await findSubscriptionOwner(engine, subscriptionId);
  const { subscriptions, asOf } = await readState(engine, customerId);
  const state = subscriptions.find((candidate) => candidate.subscription.id === subscriptionId);
  if (state === undefined) throw notFound('subscription', subscriptionId);
  return { state, at: asOf };
}

function one(subscription: Subscription, change: SubscriptionChange): DecidedChange[] {
  const effectiveAt = change.type === 'phase_scheduled' || change.type === 'reactivated' ? change.startsAt : change.type === 'canceled' ? change.endsAt : change.madeAt;
  // Taking an end or a pause back lets count again what happened since it would have begun.
  return [{ subscriptionId: subscription.id, change, effectiveAt: change.type === 'reactivated' ? subscription.endsAt : effectiveAt }];
}

/** How a change on the plan is prorated. */
function prorationOf(plan: Plan, asked: ProrationInput): Proration {
  if (asked === 'by_second' || asked === 'by_day') return { mode: 'prorate', policy: asked };
  const policy = plan.proration === 'none' ? 'by_second' : plan.proration;
  return { mode: asked ?? (plan.proration === 'none' ? 'none' : 'prorate'), policy };
}

/** How many of a fixed price are needed for what is used of the limits that it multiplies. */
function usedPerSeat(input: { subscription: Subscription; plan: Plan; code: string; windows: Parameters<typeof usageAt>[1]; at: Instant }): Decimal | undefined {
  const { subscription, plan, code, windows, at } = input;
  const usage = usageAt(subscription, windows, latest(at, subscription.startsAt));
  const needs = plan.grants.flatMap((grant) => {
    if (grant.perQuantityOf !== code || grant.limit === null || grant.limit === 'unlimited' || !grant.limit.gt(0)) return [];
    const used = usage.find((one) => one.price.code === grant.price)?.figures.used;
    return used === undefined ? [] : [divide({ dividend: used, divisor: grant.limit, scale: 0, rounding: 'away_from_zero' })];
  });
  return needs.reduce<Decimal | undefined>((most, need) => (most === undefined || need.gt(most) ? need : most), undefined);
}

async function soldPlan(engine: Engine, queryable: Queryable, code: string): Promise<Plan> {
  const { plan, isArchived } = await getPlan(engine, code, queryable);
  if (isArchived) throw new Refusal('plan_archived', `The plan "${code}" is not sold any more.`);
  return plan;
}

async function soldCoupon(engine: Engine, queryable: Queryable, code: string): Promise<CouponTerms> {
  const { terms, isArchived } = await getCoupon(engine, code, queryable);
  if (isArchived) throw new Refusal('coupon_conflict', `The coupon "${code}" is not given any more.`);
  return terms;
}

function termsOf(plan: Plan, input: TermsInput | Partial<TermsInput>): TermsAsked {
  return { plan, quantities: input.quantities ?? {}, multipliers: input.multipliers ?? {}, overage: input.overage ?? true };
}

