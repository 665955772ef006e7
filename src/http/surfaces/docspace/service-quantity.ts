import type { Plan } from '../../../core/plan.js';
import type { BillingState, SubscriptionState } from '../../../core/state.js';
import { billingState } from '../../../core/state.js';
import type { Subscription } from '../../../core/subscription.js';
import { performCommand, type DecidedChange, type Decide, type Situation } from '../../../service/command.js';
import type { Engine } from '../../../service/engine.js';
import { perform } from '../../../service/idempotency.js';
import { previewPurchase } from '../../../service/purchase.js';
import { cancelSubscription, changeSubscription, clearSchedule, createSubscription, resumeSubscription } from '../../../service/subscription.js';
import { listUnpaid } from '../../../service/unpaid.js';
import { idempotencyKeyOf } from '../../answer.js';
import { moneyNumber } from './balance.js';
import { readNeededBody, type BodyReader } from './body.js';
import { toCustomerInfo } from './customer-info.js';
import { absenceFault, argumentFault, billingFault } from './fault.js';
import { isPaidFromWallet, planNameOf, quotaIdOf, seatPriceOf, seatsOf } from './plan.js';
import type { Call } from './route.js';
import { TARIFF_STATES, standingOf } from './tariff.js';
import { isServiceNamed } from './wallet-service.js';

/** How a quantity is meant: contracts/docspace.md section 3, `PUT updatewallet`. The last two are the vendor's own. */
const QUANTITY_TYPES = ['Set', 'Add', 'Sub', 'Renew'] as const;

/** The least of a service that a portal without it can buy. */
const LEAST_FIRST = 100;

interface Asked {
  readonly name: string;
  readonly quantity: number | null;
  readonly isAdded: boolean;
}

/**
 * A service that is bought from the wallet by quantity: `Add` buys more of it now, for what is left of the period;
 * `Set` says how much there will be from the next period on, 0 to let it end, null to take back what was said.
 */
export async function changeService(call: Call): Promise<boolean> {
  const { engine, customerId, request } = call;
  const asked = readAsked(readNeededBody(request.body));
  const state = await call.state();
  if (toCustomerInfo(state) === undefined) throw absenceFault('Customer');
  const plan = serviceOf(await call.plans(), state, asked.name);
  await refuseUnpaid(call);
  const decide = serviceChange(engine, plan, asked);
  await perform(engine, idempotencyKeyOf(request), async (unit) => {
    await performCommand(engine, unit, { customerId, decide });
    return { status: 200, body: true };
  });
  return true;
}

/** What more of a service would cost now, whether or not the wallet has the money. Nothing is booked, so there is no number of an operation. */
export async function previewService(call: Call): Promise<{ operationId: number; amount: number; currency: string; quantity: number }> {
  const { engine, customerId, request } = call;
  const asked = readAsked(readNeededBody(request.body));
  if (!asked.isAdded) throw argumentFault('Invalid quantity type');
  const state = await call.state();
  if (toCustomerInfo(state) === undefined) throw absenceFault('Customer');
  const plan = serviceOf(await call.plans(), state, asked.name);
  const { cost } = await previewPurchase(engine, { customerId, decide: serviceChange(engine, plan, asked) });
  return { operationId: 0, amount: moneyNumber(cost), currency: cost.currency, quantity: asked.quantity ?? 0 };
}

function readAsked(body: BodyReader): Asked {
  const quantities = body.quantities('quantity');
  const type = body.choice('productQuantityType', QUANTITY_TYPES);
  body.done();
  const [first, ...more] = quantities;
  if (first === undefined || more.length > 0) throw argumentFault('Invalid quantity');
  if (type === 'Sub' || type === 'Renew') throw argumentFault('Invalid quantity type');
  return { name: first[0], quantity: first[1], isAdded: type === 'Add' };
}

/** The plan of the service, in the portal's currency where it is sold in that. @throws Fault 404; 400 for what is not bought from the wallet by quantity. */
function serviceOf(plans: readonly Plan[], state: BillingState, name: string): Plan {
  const named = plans.filter((plan) => isServiceNamed(plan, name));
  const plan = named.find(({ currency }) => currency === state.customer.currency) ?? named[0];
  if (plan === undefined) throw plans.some((other) => planNameOf(other).toLowerCase() === name.toLowerCase()) ? argumentFault('Invalid product') : absenceFault('Service');
  if (seatPriceOf(plan) === undefined) throw argumentFault('Invalid product');
  return plan;
}

/** @throws Fault 402 while the portal has not paid for its plan. */
async function refuseUnpaid(call: Call): Promise<void> {
  const [state, unpaid] = await Promise.all([call.state(), listUnpaid(call.engine, call.customerId)]);
  if (standingOf(state, unpaid).state === TARIFF_STATES.notPaid) throw billingFault('Tariff is not paid');
}

/** Decided under the customer's lock, so that two that add something add both. */
function serviceChange(engine: Engine, plan: Plan, asked: Asked): Decide {
  return async (situation) => {
    const state = billingState(situation.loaded.facts, situation.at);
    const current = liveService(state, plan);
    if (asked.isAdded) return addition(engine, { situation, current, plan, quantity: asked.quantity ?? 0 });
    if (current === undefined || (asked.quantity ?? 0) < 0) throw argumentFault('Invalid quantity');
    return nextQuantity(engine, situation, { current, quantity: asked.quantity });
  };
}

function liveService(state: BillingState, plan: Plan): SubscriptionState | undefined {
  return state.subscriptions.find(({ currentPeriod, phase }) => currentPeriod !== null && isPaidFromWallet(phase.plan) && quotaIdOf(phase.plan) === quotaIdOf(plan));
}

async function addition(engine: Engine, change: { situation: Situation; current: SubscriptionState | undefined; plan: Plan; quantity: number }): Promise<readonly DecidedChange[]> {
  const { situation, current, plan, quantity } = change;
  if (quantity < 1 || (current === undefined && quantity < LEAST_FIRST)) throw argumentFault('Invalid quantity');
  const seat = seatPriceOf(current?.phase.plan ?? plan);
  if (seat === undefined) throw argumentFault('Invalid product');
  if (current === undefined) return createSubscription(engine, engine.newId('sub'), { plan: plan.code, quantities: { [seat.code]: String(quantity) } })(situation);
  const { phase, subscription } = current;
  // More is never had for nothing, whatever the plan says of changes within a period.
  const proration = phase.plan.proration === 'none' ? 'by_second' : undefined;
  return changeSubscription(engine, { subscriptionId: subscription.id, quantities: { [seat.code]: String(seatsOf(phase) + quantity) }, proration })(situation);
}

/** First everything that was said before about the next period is taken back, then it is said anew. */
async function nextQuantity(engine: Engine, situation: Situation, asked: { current: SubscriptionState; quantity: number | null }): Promise<readonly DecidedChange[]> {
  const { subscription: { id }, phase } = asked.current;
  const steps: Decide[] = [];
  const { at } = situation;
  const before = situation.subscription(id);
  if (before.ending !== null) steps.push(resumeSubscription(id));
  if (before.phases.some((later, index) => index > 0 && later.startsAt > at)) steps.push(clearSchedule(id));
  const seat = seatPriceOf(phase.plan);
  if (asked.quantity === 0) steps.push(cancelSubscription({ subscriptionId: id, atPeriodEnd: true, reason: null }));
  else if (asked.quantity !== null && asked.quantity !== seatsOf(phase) && seat !== undefined) {
    steps.push(changeSubscription(engine, { subscriptionId: id, quantities: { [seat.code]: String(asked.quantity) }, when: 'period_end' }));
  }
  return inSteps(situation, id, steps);
}

/** Several decisions about one subscription, each on what the ones before leave. */
async function inSteps(situation: Situation, id: string, steps: readonly Decide[]): Promise<readonly DecidedChange[]> {
  let changes: readonly DecidedChange[] = [];
  for (const decide of steps) {
    const left: Subscription = changes.length === 0 ? situation.subscription(id) : await situation.after(changes, id);
    const made = await decide({ ...situation, subscription: (name) => (name === id ? left : situation.subscription(name)) });
    changes = [...changes, ...made];
  }
  return changes;
}
