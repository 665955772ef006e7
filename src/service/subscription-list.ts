import { Refusal } from '../core/problems.js';
import type { BillingState, SubscriptionState } from '../core/state.js';
import { selectStandingsLike } from '../store/customer-list.js';
import type { Engine } from './engine.js';
import { readState } from './state.js';

/** A subscription of any customer. */
export interface ListedSubscription {
  readonly customerId: string;
  readonly state: SubscriptionState;
}

/** How many customers are looked at together. */
const PAGE = 100;

/** Subscriptions of all customers, or those whose terms in force are of one plan, behind the first `offset`: oldest customers first, each customer's in the order of their creation. */
export async function listSubscriptions(engine: Engine, input: { planId: string | undefined; limit: number; offset: number }): Promise<ListedSubscription[]> {
  const texts = await standingTexts(engine, input.planId);
  const found: ListedSubscription[] = [];
  for (let after = 0; texts.length > 0 && found.length < input.offset + input.limit; ) {
    const customers = await selectStandingsLike(engine.database, { texts, after, limit: PAGE });
    const states = await Promise.all(customers.map(({ id }) => readState(engine, id).catch(deleted)));
    found.push(...states.flatMap((state) => (state === undefined ? [] : subscriptionsOf(state, input.planId))));
    if (customers.length < PAGE) break;
    after = customers.at(-1)?.accountNumber ?? after;
  }
  return found.slice(input.offset, input.offset + input.limit);
}

/** A customer's subscriptions, in the order of their creation. */
export function subscriptionsOf({ customer, subscriptions }: BillingState, planId?: string): ListedSubscription[] {
  return subscriptions.filter(({ phase }) => planId === undefined || phase.plan.id === planId).map((state) => ({ customerId: customer.id, state }));
}

/** What stands in the standing of every customer that may be meant. */
async function standingTexts(engine: Engine, planId: string | undefined): Promise<string[]> {
  if (planId === undefined) return ['"planVersionId"'];
  await engine.catalog.refresh();
  return engine.catalog.versions().filter((plan) => plan.id === planId).map((plan) => plan.versionId);
}

/** A customer that was deleted meanwhile has none. */
function deleted(error: unknown): undefined {
  if (error instanceof Refusal && error.slug === 'not_found') return undefined;
  throw error;
}
