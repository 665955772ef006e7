import type { CustomerFacts } from '../core/facts.js';
import { FOREVER, latest, type Instant } from '../core/instant.js';
import { paymentMethodStatus } from '../core/payment-method.js';
import type { Plan } from '../core/plan.js';
import { CANCELED_BY_CUSTOMER, checkSeats, directionOf, isOwnCancellation, isOwnSchedule, lastSubscription, outgrown, ownSubscription, refuseOutgrown, whenOf, type Direction } from '../core/plan-change.js';
import { isFreePlan } from '../core/plan-cost.js';
import { Refusal } from '../core/problems.js';
import { billingPeriodAt, isInTrial, phaseAt, type Phase, type Subscription } from '../core/subscription.js';
import type { SoldPlan } from './catalog-cache.js';
import type { Decide, DecidedChange, Situation } from './command.js';
import type { Engine } from './engine.js';
import { cancelSubscription, changeSubscription, clearSchedule, createSubscription, resumeSubscription } from './subscription.js';

/** Plan and seats, nothing else: what a customer may ask for by itself. */
export interface PlanChangeAsked {
  /** Code of the plan; the one that it has unless told. */
  readonly plan?: string | undefined;
  /** Whole numbers by code of a price per seat; those that it has unless told. */
  readonly quantities?: Readonly<Record<string, string>> | undefined;
  /** The id that a subscription which it begins gets. */
  readonly newId: string;
  /** Whether a card is about to be put on file for it. */
  readonly awaitsCard?: boolean | undefined;
}

/** What a change comes to, beside what the command itself answers. */
export interface PlanChange {
  readonly subscriptionId: string;
  readonly direction: Direction;
  readonly when: 'now' | 'period_end';
  readonly effectiveAt: Instant;
}

/** What is decided, and what it comes to. */
export interface DecidedPlanChange {
  readonly changes: readonly DecidedChange[];
  readonly change: PlanChange;
}

/** What plans say of themselves now: also of older versions of them. */
export class Offers {
  readonly #sold: ReadonlyMap<string, SoldPlan>;

  constructor(plans: readonly SoldPlan[]) {
    this.#sold = new Map(plans.map((sold) => [sold.plan.code, sold]));
  }

  /** Whether a customer who has the plan may change it by itself. */
  isSelfService(plan: Plan): boolean {
    return this.#sold.get(plan.code)?.plan.isSelfService === true;
  }

  /** Whether a customer may take the plan who has, or had, `from`. */
  isOffered(plan: Plan, from: Plan | undefined): boolean {
    const sold = this.#sold.get(plan.code);
    if (sold === undefined || sold.isArchived || !sold.plan.isSelfService) return false;
    return from === undefined || sold.plan.family === (this.#sold.get(from.code) ?? { plan: from }).plan.family;
  }

  /** The newest versions of the plans that may be taken, by code. */
  offered(from: Plan | undefined): Plan[] {
    return [...this.#sold.values()].map(({ plan }) => plan).filter((plan) => this.isOffered(plan, from)).sort((left, right) => (left.code < right.code ? -1 : 1));
  }
}

/** The catalog as it is sold now. Inside a unit the catalog is read through its transaction. */
export async function readOffers(engine: Engine, queryable = engine.database as Situation['queryable']): Promise<Offers> {
  await engine.catalog.refresh(queryable);
  return new Offers(engine.catalog.plans());
}

/** What a customer has of its own, and comes from. */
export function ownOf(facts: CustomerFacts, at: Instant, offers: Offers): { own: Subscription | undefined; from: Plan | undefined } {
  const own = ownSubscription(facts.subscriptions, at, (plan) => offers.isSelfService(plan));
  const last = own ?? lastSubscription(facts.subscriptions, at);
  return { own, from: last === undefined ? undefined : phaseAt(last, at).plan };
}

/**
 * Takes a plan, or another number of seats. What costs more begins at once, by the plan's own proration; what costs less
 * when the period ends. Asked for what it has while something else is scheduled, the customer keeps it.
 * @throws Refusal `plan_not_offered`, `quantity_below_usage`, `payment_method_missing`, and as changeSubscription.
 */
export async function decidePlanChange(engine: Engine, situation: Situation, asked: PlanChangeAsked): Promise<DecidedPlanChange> {
  const { at, loaded, queryable } = situation;
  const offers = await readOffers(engine, queryable);
  const { own, from } = ownOf(loaded.facts, at, offers);
  if (own === undefined) return start(engine, situation, { asked, offers, from });
  const phase = phaseAt(own, at);
  if (!offers.isSelfService(phase.plan)) throw new Refusal('plan_not_offered', `The plan "${phase.plan.code}" is changed by whoever runs the service only.`);
  const plan = asked.plan === undefined || asked.plan === phase.plan.code ? undefined : offeredPlan(offers, { code: asked.plan, from: phase.plan });
  checkSeats(plan ?? phase.plan, asked.quantities ?? {});
  if (isWhatItHas(phase, { plan, quantities: asked.quantities ?? {} }) && isOwnSchedule(own, at, (later) => offers.isOffered(later, phase.plan))) {
    const changes = await clearSchedule(own.id)(situation);
    return { changes, change: { subscriptionId: own.id, direction: 'keep', when: 'now', effectiveAt: at } };
  }
  return change(engine, situation, { asked, own, plan });
}

/** The same as a command decides it; what it comes to is told to `told`. */
export function planChange(engine: Engine, asked: PlanChangeAsked, told: (change: PlanChange) => void = () => undefined): Decide {
  return async (situation) => {
    const { changes, change: decided } = await decidePlanChange(engine, situation, asked);
    told(decided);
    return changes;
  };
}

/** Ends the customer's subscription with its period. @throws Refusal `plan_not_offered`, `subscription_ended`. */
export function planCancellation(engine: Engine, reason: string | null, told: (change: PlanChange) => void = () => undefined): Decide {
  return async (situation) => {
    const { at, own } = await ownOrRefuse(engine, situation);
    const words = reason === null || reason === '' ? CANCELED_BY_CUSTOMER : `${CANCELED_BY_CUSTOMER}: ${reason}`;
    const changes = await cancelSubscription({ subscriptionId: own.id, atPeriodEnd: true, reason: words })(situation);
    const { endsAt } = await situation.after(changes, own.id);
    told({ subscriptionId: own.id, direction: 'downgrade', when: 'period_end', effectiveAt: endsAt === FOREVER ? at : endsAt });
    return changes;
  };
}

/** Takes back a cancellation or a change that the customer asked for and that has not begun. @throws Refusal `plan_not_offered`, `phase_conflict`. */
export function planRestoration(engine: Engine, told: (change: PlanChange) => void = () => undefined): Decide {
  return async (situation) => {
    const { at, own, offers } = await ownOrRefuse(engine, situation);
    const { plan } = phaseAt(own, at);
    told({ subscriptionId: own.id, direction: 'keep', when: 'now', effectiveAt: at });
    if (isOwnCancellation(own, at)) return resumeSubscription(own.id)(situation);
    if (isOwnSchedule(own, at, (later) => offers.isOffered(later, plan))) return clearSchedule(own.id)(situation);
    if (own.endsAt !== FOREVER) throw new Refusal('plan_not_offered', 'The end of the subscription was not asked for by the customer: only whoever runs the service takes it back.');
    throw new Refusal('phase_conflict', 'Nothing is to come that could be taken back.');
  };
}

async function ownOrRefuse(engine: Engine, { loaded, at, queryable }: Situation): Promise<{ at: Instant; own: Subscription; offers: Offers }> {
  const offers = await readOffers(engine, queryable);
  const { own } = ownOf(loaded.facts, at, offers);
  if (own === undefined) throw new Refusal('subscription_ended', 'The customer has no subscription.');
  const { plan } = phaseAt(own, at);
  if (!offers.isSelfService(plan)) throw new Refusal('plan_not_offered', `The plan "${plan.code}" is changed by whoever runs the service only.`);
  return { at, own, offers };
}

async function start(engine: Engine, situation: Situation, { asked, offers, from }: { asked: PlanChangeAsked; offers: Offers; from: Plan | undefined }): Promise<DecidedPlanChange> {
  const { at, loaded: { facts } } = situation;
  if (asked.plan === undefined) throw new Refusal('subscription_ended', 'The customer has no subscription: name the plan that it takes.');
  const plan = offeredPlan(offers, { code: asked.plan, from });
  if (plan.currency !== facts.customer.currency) throw notOffered(plan.code);
  checkSeats(plan, asked.quantities ?? {});
  // Whoever has had a subscription has had its trial.
  const isFirst = facts.subscriptions.every(({ addonOf }) => addonOf !== null);
  const hasTrial = isFirst && plan.trialDays > 0;
  if (!hasTrial) refuseWithoutCard(facts, plan, asked, at);
  const changes = await createSubscription(engine, asked.newId, { plan: plan.code, quantities: asked.quantities, ...(isFirst ? {} : { trialDays: 0 }) })(situation);
  return { changes, change: { subscriptionId: asked.newId, direction: 'start', when: 'now', effectiveAt: at } };
}

async function change(engine: Engine, situation: Situation, { asked, own, plan }: { asked: PlanChangeAsked; own: Subscription; plan: Plan | undefined }): Promise<DecidedPlanChange> {
  const { at, loaded: { facts } } = situation;
  // What has not begun is changed as it will begin.
  const begun = latest(at, own.startsAt);
  const before = phaseAt(own, begun);
  const terms = { subscriptionId: own.id, ...(plan === undefined ? {} : { plan: plan.code }), ...(asked.quantities === undefined ? {} : { quantities: asked.quantities }) };
  const decide = (when: 'now' | 'period_end'): Promise<readonly DecidedChange[]> => changeSubscription(engine, { ...terms, when })(situation);
  // As if it began at once, to see what it costs.
  const tried = await decide('now');
  const direction = directionOf(before, phaseAt(await situation.after(tried, own.id), begun));
  const when = begun > at || isInTrial(own, at) ? 'now' : whenOf(direction);
  const changes = when === 'now' ? tried : await decide(when);
  const effectiveAt = when === 'now' ? begun : billingPeriodAt(own, at).endsAt;
  const after = await situation.after(changes, own.id);
  const subscriptions = facts.subscriptions.map((subscription) => (subscription.id === own.id ? after : subscription));
  const wanted = phaseAt(after, effectiveAt).plan;
  refuseOutgrown(outgrown(facts, { ...facts, subscriptions }, effectiveAt), wanted);
  if (direction !== 'downgrade' && isFreePlan(before.plan) && !isInTrial(own, at)) refuseWithoutCard(facts, wanted, asked, at);
  return { changes, change: { subscriptionId: own.id, direction, when, effectiveAt } };
}

/** @throws Refusal `plan_not_offered`. */
function offeredPlan(offers: Offers, { code, from }: { code: string; from: Plan | undefined }): Plan {
  const plan = offers.offered(from).find((one) => one.code === code);
  if (plan === undefined) throw notOffered(code);
  return plan;
}

/** A plan that is not there is not told from one that is not offered. */
function notOffered(code: string): Refusal {
  return new Refusal('plan_not_offered', `The plan "${code}" is not one that the customer may take by itself.`);
}

function isWhatItHas(phase: Phase, { plan, quantities }: { plan: Plan | undefined; quantities: Readonly<Record<string, string>> }): boolean {
  return plan === undefined && Object.entries(quantities).every(([code, text]) => (phase.quantities[code]?.toFixed() ?? '1') === text);
}

/** @throws Refusal `payment_method_missing` for a plan that costs something, or may. */
function refuseWithoutCard(facts: CustomerFacts, plan: Plan, asked: PlanChangeAsked, at: Instant): void {
  if (asked.awaitsCard === true || isFreePlan(plan) || paymentMethodStatus(facts.paymentMethod, at) === 'set') return;
  throw new Refusal('payment_method_missing', `"${plan.name}" needs a card on file: put one there first, or name success_url and back_url to be led to a page for it.`);
}
