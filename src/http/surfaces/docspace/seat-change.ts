import { decimalText } from '../../../core/decimal.js';
import { outgrown, type Outgrown } from '../../../core/plan-change.js';
import type { Plan } from '../../../core/plan.js';
import { billingState, type BillingState, type SubscriptionState } from '../../../core/state.js';
import { performCommand, type Decide } from '../../../service/command.js';
import type { Engine } from '../../../service/engine.js';
import { perform } from '../../../service/idempotency.js';
import { changeSubscription, createSubscription } from '../../../service/subscription.js';
import { idempotencyKeyOf } from '../../answer.js';
import { readNeededBody } from './body.js';
import { oneQuantity } from './checkout.js';
import { toCustomerInfo } from './customer-info.js';
import { absenceFault, argumentFault, quotaFault } from './fault.js';
import { featureIdOf } from './feature.js';
import { isFree, isPaidFromWallet, planNameOf, planNamed, seatPriceOf, seatsOf } from './plan.js';
import { planSubscription } from './quota.js';
import type { Call } from './route.js';

/** What the vendor says of a figure that would be exceeded, by the name of its feature. */
const EXCEEDED: Readonly<Record<string, string>> = { manager: 'The number of admins', users: 'The number of users', room: 'The number of rooms', total_size: 'The size of the storage', aiagent: 'The number of AI agents' };

/**
 * Buys another number of seats of the portal's plan from now on; a portal whose plan costs nothing, or that has none,
 * takes the plan. Contracts/docspace.md section 3, `PUT update`.
 */
export async function changeSeats(call: Call): Promise<boolean> {
  const { engine, customerId, request } = call;
  const body = readNeededBody(request.body);
  const quantities = body.quantities('quantity');
  body.done();
  const [name, quantity] = oneQuantity(quantities);
  if (quantity < 1) throw argumentFault('Invalid quantity');
  const decide = seatChange(engine, { name, quantity, plans: await call.plans() });
  await perform(engine, idempotencyKeyOf(request), async (unit) => {
    await performCommand(engine, unit, { customerId, decide });
    return { status: 200, body: true };
  });
  return true;
}

/** Decided under the customer's lock, so that nothing comes between the look at what is used and the change. */
function seatChange(engine: Engine, asked: { name: string; quantity: number; plans: readonly Plan[] }): Decide {
  return async (situation) => {
    const state = billingState(situation.loaded.facts, situation.at);
    if (toCustomerInfo(state) === undefined) throw absenceFault('Customer');
    const current = currentPlan(state);
    const isPriced = current !== undefined && !isFree(current.phase.plan);
    if (isPriced && planNameOf(current.phase.plan).toLowerCase() !== asked.name.toLowerCase()) throw argumentFault('Invalid product');
    const plan = isPriced ? current.phase.plan : planNamed(asked.plans, asked.name, state.customer.currency);
    const seat = plan === undefined ? undefined : seatPriceOf(plan);
    if (plan === undefined || seat === undefined || isPaidFromWallet(plan)) throw argumentFault('Invalid product');
    const quantities = { [seat.code]: String(asked.quantity) };
    if (current === undefined) return createSubscription(engine, engine.newId('sub'), { plan: plan.code, quantities })(situation);
    if (isPriced && seatsOf(current.phase) === asked.quantity) throw argumentFault('Invalid quantity');
    const { id } = current.subscription;
    const changes = await changeSubscription(engine, { subscriptionId: id, ...(isPriced ? {} : { plan: plan.code }), quantities })(situation);
    const { facts } = situation.loaded;
    const after = await situation.after(changes, id);
    const subscriptions = facts.subscriptions.map((subscription) => (subscription.id === id ? after : subscription));
    refuseBelowUsage(outgrown(facts, { ...facts, subscriptions }, situation.at), { plan, seat: seat.code });
    return changes;
  };
}

/** The portal's plan itself, not an add-on that stands in for it; one that is paused or begins later rather than none. */
function currentPlan(state: BillingState): SubscriptionState | undefined {
  const current = planSubscription(state);
  if (current !== undefined && !isPaidFromWallet(current.phase.plan)) return current;
  return state.subscriptions.find(({ status, phase }) => (status === 'paused' || status === 'scheduled') && !isPaidFromWallet(phase.plan));
}

/** @throws Fault 402 when more is in use of what the seats multiply than there would be, add-ons counted. */
function refuseBelowUsage(found: readonly Outgrown[], change: { plan: Plan; seat: string }): void {
  for (const { entitlement: { feature }, limit } of found) {
    const grant = change.plan.grants.find((candidate) => candidate.feature.code === feature.code);
    if (grant?.perQuantityOf === change.seat) throw quotaFault(`${EXCEEDED[featureIdOf(feature)] ?? feature.name} should not exceed ${decimalText(limit)}`);
  }
}
