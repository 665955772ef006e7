import { factsOfStanding } from '../../../core/history.js';
import { latest, type Instant } from '../../../core/instant.js';
import type { IndexedPeriod } from '../../../core/period.js';
import type { Plan } from '../../../core/plan.js';
import { EMPTY_STANDING } from '../../../core/standing.js';
import { billingState, type BillingState, type SubscriptionState } from '../../../core/state.js';
import { evolveSubscription, resolveSubscription, type Phase, type Subscription } from '../../../core/subscription.js';
import type { PriceUsage } from '../../../core/usage.js';

/*
 * What the vendor takes for granted of a project: one subscription, and a free plan below it. Source:
 * contracts/diga.md, whose sections the rules name.
 */

/** Metadata that mark the plan of those who pay nothing. */
const FREE_PLAN_MARK = 'diga.free';

/** The one subscription that the vendor knows of, with what is asked of it again and again. */
export interface Main {
  readonly state: BillingState;
  readonly subscription: Subscription;
  readonly phase: Phase;
  readonly nextPhase: Phase | null;
  /** The billing period of the base plan. */
  readonly period: IndexedPeriod;
  /** The usage of the price that counts minutes; undefined when the plan has none. */
  readonly minutes: PriceUsage | undefined;
}

/** The newest plan that is marked as the free one. */
export function findFreePlan(plans: readonly Plan[]): Plan | undefined {
  return plans.find(isFreePlan);
}

/** Whether the plan is the one of those who pay nothing. */
export function isFreePlan(plan: Plan): boolean {
  return plan.metadata[FREE_PLAN_MARK] === 'true';
}

/** Whether the answer depends on the free plan: nothing is live, or what is live ends and nothing follows. */
export function needsFreePlan(state: BillingState): boolean {
  const main = mainOf(state);
  return main === undefined || (isEnding(main) && main.nextPhase === null);
}

/** The project's subscription: its own, else the free plan; undefined when there is neither. */
export function projectOf(state: BillingState, freePlan: Plan | undefined): Main | undefined {
  return mainOf(state) ?? (freePlan === undefined ? undefined : mainOf(onFreePlan(state, freePlan)));
}

/** The meter of the project's minutes; undefined when none of its plans counts any. */
export function minutesMeter(state: BillingState, freePlan: Plan | undefined): string | undefined {
  return projectOf(state, freePlan)?.minutes?.price.meter.code;
}

/** Of several live subscriptions the one that counts minutes; else the one made first. */
export function mainOf(state: BillingState): Main | undefined {
  const live = state.subscriptions.filter((one) => one.currentPeriod !== null);
  const usageOf = ({ subscription }: SubscriptionState): PriceUsage[] => state.usage.filter((usage) => usage.subscription.id === subscription.id);
  const main = live.find((one) => namedMinutes(usageOf(one)) !== undefined) ?? live[0];
  if (main === undefined || main.currentPeriod === null) return undefined;
  const { subscription, phase, nextPhase, currentPeriod: period } = main;
  const usage = usageOf(main);
  return { state, subscription, phase, nextPhase, period, minutes: namedMinutes(usage) ?? (usage.length === 1 ? usage[0] : undefined) };
}

/** The price that counts minutes: the one with the code `minutes`, else the first whose meter's unit is the minute. */
function namedMinutes(usage: readonly PriceUsage[]): PriceUsage | undefined {
  return usage.find(({ price }) => price.code === 'minutes') ?? usage.find(({ price }) => /^minutes?$/i.test(price.meter.unit ?? ''));
}

/**
 * Section 4: every project has a subscription, Free by default, and falls back to it when another ends. The state
 * of a customer who has none, as if on the free plan from that moment on, without any use.
 */
function onFreePlan({ customer, revision, subscriptions, asOf }: BillingState, plan: Plan): BillingState {
  const ends = subscriptions.map(({ subscription }) => subscription.endsAt).filter((endsAt) => endsAt <= asOf);
  const startsAt = ends.reduce((last, endsAt) => latest(last, endsAt), customer.createdAt);
  const subscription = freeSubscription({ plan, startsAt, zone: customer.zone });
  return billingState({ ...factsOfStanding(EMPTY_STANDING), customer, revision, subscriptions: [subscription], windows: [] }, asOf);
}

export function freeSubscription(input: { plan: Plan; startsAt: Instant; zone: string }): Subscription {
  const { plan, startsAt, zone } = input;
  const terms = { planVersionId: plan.versionId, quantities: {}, multipliers: {}, overage: true };
  const created = { type: 'created', madeAt: startsAt, startsAt, trialEndsAt: null, anchorAt: null, zone, alignment: plan.alignment, addonOf: null, terms } as const;
  return resolveSubscription(evolveSubscription(undefined, { id: 'free', revision: 0 }, created), () => plan);
}

/** Section 2, next_invoice_date: "the plan has been cancelled: it will not renew". */
export function isEnding({ subscription, period }: Main): boolean {
  return subscription.endsAt <= period.endsAt;
}
