import type { Instant } from '../core/instant.js';
import { invalidInput, notFound } from '../core/problems.js';
import { billingState, type BillingState, type CustomerFacts } from '../core/state.js';
import type { StateRows } from '../store/state.js';
import { withPlans } from './catalog-cache.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';

/** How far ahead a state may be asked for: ten years, of which every window may have to be walked. */
const MAX_FUTURE_MS = 10 * 366 * 86_400_000;

/** The billing state of a customer, by id or external id, now or at a later moment if nothing more were used. @throws Refusal `not_found`. */
export async function readState(engine: Engine, name: string, moment?: Instant): Promise<BillingState> {
  const customerId = await findCustomerId(engine, name);
  const now = engine.clock.now();
  const at = moment ?? now;
  if (at < now || at > now + MAX_FUTURE_MS) throw invalidInput([{ pointer: 'querystring:/at', detail: 'must lie between now and ten years from now: states of the past are not offered yet' }]);
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
