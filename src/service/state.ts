import type { Instant } from '../core/instant.js';
import { notFound } from '../core/problems.js';
import { billingState, type BillingState, type CustomerFacts } from '../core/state.js';
import type { StateRows } from '../store/state.js';
import { withPlans } from './catalog.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';

/** The billing state of a customer, by id or external id, at a moment (now unless told). @throws Refusal `not_found`. */
export async function readState(engine: Engine, name: string, moment?: Instant): Promise<BillingState> {
  const customerId = await findCustomerId(engine, name);
  const at = moment ?? engine.clock.now();
  const [rows] = await engine.states.submit([{ customerId, at }]);
  if (rows === undefined) throw notFound('customer', name);
  return billingState(await factsOf(engine, rows), at);
}

async function factsOf(engine: Engine, rows: StateRows): Promise<CustomerFacts> {
  const { stored, windows } = rows;
  const { standing, subscriptions } = await withPlans(engine, engine.database, (planOf) => engine.standings.resolve(stored.customer.id, stored.standingText, planOf));
  return {
    customer: stored.customer,
    revision: stored.revision,
    subscriptions,
    windows,
    balances: standing.balances,
    topUp: standing.topUp,
    paymentMethod: standing.paymentMethod,
  };
}
