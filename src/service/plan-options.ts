import { fixedTotal } from '../core/charge.js';
import type { Decimal } from '../core/decimal.js';
import type { CustomerFacts } from '../core/facts.js';
import { FOREVER, latest, type Instant } from '../core/instant.js';
import { addMoney, roundToMoney, zeroMoney, type Money } from '../core/money.js';
import { isOwnCancellation, isOwnSchedule, seatsFor } from '../core/plan-change.js';
import type { Plan } from '../core/plan.js';
import { Refusal } from '../core/problems.js';
import { subscriptionState, type SubscriptionState } from '../core/state.js';
import { phaseAt, type Subscription } from '../core/subscription.js';
import type { SoldPlan } from './catalog-cache.js';
import { loadForPreview, previewOn, type Outcome, type Previewable } from './command.js';
import type { Engine } from './engine.js';
import { ownOf, planChange, readOffers, type Offers, type PlanChange, type PlanChangeAsked } from './plan-change.js';

/** A plan that a customer may take by itself, and what taking it would come to now, with the seats that it has. */
export interface PlanOption {
  readonly sold: SoldPlan;
  readonly isCurrent: boolean;
  /** Whether it is scheduled to follow. */
  readonly isScheduled: boolean;
  /** Seats that it would be taken with, by price. */
  readonly quantities: Readonly<Record<string, Decimal>>;
  /** Of fixed prices, for one whole period with these seats; before coupons and taxes. */
  readonly price: Money;
  /** Null for the current plan, and where the change is refused. */
  readonly change: PlanChange | null;
  /** What would be invoiced at once; null where `change` is. */
  readonly dueNow: Money | null;
  /** Whether a card has to be put on file first. */
  readonly needsCard: boolean;
  /** What the command would be refused with. */
  readonly refusal: Refusal | null;
}

export interface PlanOptions {
  readonly at: Instant;
  /** What the customer has; null when it has no plan. */
  readonly own: SubscriptionState | null;
  /** Whether the customer may change what it has by itself. */
  readonly isChangeable: boolean;
  readonly isCancelable: boolean;
  /** Whether it may take back what it has asked for. */
  readonly isRestorable: boolean;
  readonly options: readonly PlanOption[];
}

/** What the customer may change its plan to by itself, each tried on what it has now. @throws Refusal `not_found`. */
export async function readPlanOptions(engine: Engine, customerId: string): Promise<PlanOptions> {
  const base = await loadForPreview(engine, customerId);
  const offers = await readOffers(engine);
  const { at, loaded: { facts } } = base;
  const { own, from } = ownOf(facts, at, offers);
  const isChangeable = own !== undefined && offers.isSelfService(phaseAt(own, at).plan);
  const options: PlanOption[] = [];
  for (const plan of plansFor({ facts, offers, own, from, at })) options.push(await optionOf(engine, { base, plan, own }));
  return {
    at,
    own: own === undefined ? null : subscriptionState(own, at),
    isChangeable,
    isCancelable: isChangeable && own.endsAt === FOREVER,
    isRestorable: isChangeable && (isOwnCancellation(own, at) || isOwnSchedule(own, at, (plan) => offers.isOffered(plan, from))),
    options,
  };
}

/** The plan that the customer has comes with them, whether or not it could take it now. */
function plansFor({ facts, offers, own, from, at }: { facts: CustomerFacts; offers: Offers; own: Subscription | undefined; from: Plan | undefined; at: Instant }): Plan[] {
  const currency = own === undefined ? facts.customer.currency : phaseAt(own, at).plan.currency;
  const offered = offers.offered(from).filter((plan) => plan.currency === currency);
  const current = own === undefined ? undefined : phaseAt(own, at).plan;
  return current === undefined || offered.some(({ code }) => code === current.code) ? offered : [current, ...offered];
}

async function optionOf(engine: Engine, { base, plan, own }: { base: Previewable; plan: Plan; own: Subscription | undefined }): Promise<PlanOption> {
  const phase = own === undefined ? undefined : phaseAt(own, latest(base.at, own.startsAt));
  const isCurrent = phase?.plan.code === plan.code;
  const next = own === undefined ? null : subscriptionState(own, base.at).nextPhase;
  const sold = engine.catalog.plans().find((one) => one.plan.code === plan.code);
  if (sold === undefined) throw new Error('a plan that is offered is not in the catalog');
  const quantities = seatsFor(isCurrent ? phase.plan : plan, phase);
  // As a change does: multipliers stay, as far as the plan has the price.
  const priced = isCurrent ? phase : { plan, quantities, multipliers: phase?.multipliers ?? {} };
  const common = { sold, isCurrent, isScheduled: next?.plan.code === plan.code && !isCurrent, quantities, price: roundToMoney(fixedTotal(priced), plan.currency) };
  if (isCurrent) return { ...common, change: null, dueNow: null, needsCard: false, refusal: null };
  return { ...common, ...(await tried(engine, base, { plan: plan.code, newId: engine.newId('sub') })) };
}

type Tried = Pick<PlanOption, 'change' | 'dueNow' | 'needsCard' | 'refusal'>;

/** What the command would do: with the card that it needs, if it needs one. */
async function tried(engine: Engine, base: Previewable, asked: PlanChangeAsked): Promise<Tried> {
  let change: PlanChange | null = null;
  try {
    const outcome = await previewOn(engine, base, planChange(engine, asked, (told) => (change = told)));
    return { change, dueNow: dueNow(outcome), needsCard: asked.awaitsCard === true, refusal: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.slug === 'payment_method_missing' && asked.awaitsCard !== true) return tried(engine, base, { ...asked, awaitsCard: true });
    return { change: null, dueNow: null, needsCard: false, refusal: error };
  }
}

function dueNow({ due, facts }: Outcome): Money {
  const currency = due[0]?.currency ?? facts.customer.currency;
  return due.filter((invoice) => invoice.currency === currency).reduce((total, { amountDue }) => addMoney(total, amountDue), zeroMoney(currency));
}
