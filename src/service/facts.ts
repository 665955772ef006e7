import type { CustomerFacts } from '../core/facts.js';
import { factsOfStanding } from '../core/history.js';
import type { Plan } from '../core/plan.js';
import type { Standing } from '../core/standing.js';
import { resolveSubscription, type Subscription } from '../core/subscription.js';
import type { UsageWindow } from '../core/window.js';
import type { StoredCustomer } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import { selectCustomerWindows } from '../store/window.js';
import { withPlans } from './catalog-cache.js';
import type { Engine } from './engine.js';

/** A customer as it is kept, with all its windows and the plans of its subscriptions looked up. */
export interface LoadedCustomer {
  readonly stored: StoredCustomer;
  readonly standing: Standing;
  readonly facts: CustomerFacts;
}

/** Everything that deciding about a customer needs. Inside a unit `queryable` is its transaction and the customer is locked. */
export async function loadCustomer(engine: Engine, queryable: Queryable, stored: StoredCustomer): Promise<LoadedCustomer> {
  const { id } = stored.customer;
  const { standing, subscriptions } = await withPlans(engine, queryable, (planOf) => engine.standings.resolve(id, stored.standingText, planOf));
  const windows = (await selectCustomerWindows(queryable, id)).map(({ window }) => window);
  return { stored, standing, facts: factsOf({ stored, standing, subscriptions, windows }) };
}

export function factsOf(input: { stored: StoredCustomer; standing: Standing; subscriptions: readonly Subscription[]; windows: readonly UsageWindow[] }): CustomerFacts {
  const { stored, standing, subscriptions, windows } = input;
  return { ...factsOfStanding(standing), customer: stored.customer, revision: stored.revision, subscriptions, windows };
}

/** The subscriptions of a standing that is not kept yet. */
export async function resolveAll(engine: Engine, queryable: Queryable, standing: Standing): Promise<Subscription[]> {
  return withPlans(engine, queryable, (planOf: (versionId: string) => Plan) => standing.subscriptions.map((record) => resolveSubscription(record, planOf)));
}
