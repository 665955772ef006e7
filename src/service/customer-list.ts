import type { CustomerAttention, InvoiceAttention } from '../core/attention.js';
import type { Currency } from '../core/currency.js';
import { subscriptionState, type SubscriptionState } from '../core/state.js';
import type { SubscriptionStatus } from '../core/subscription.js';
import { selectCustomers, type CustomerOrder, type CustomerPlace } from '../store/customer-list.js';
import type { StoredCustomer } from '../store/customer.js';
import { withPlans } from './catalog-cache.js';
import type { Engine } from './engine.js';
import { overdueBefore } from './invoice-list.js';
import { freshOutlines } from './outline.js';

/** Which customers are asked for; what is left out narrows nothing. */
export interface CustomersAsked {
  readonly matching?: string | undefined;
  readonly currency?: Currency | undefined;
  readonly plan?: string | undefined;
  readonly status?: SubscriptionStatus | 'none' | undefined;
  readonly attention?: CustomerAttention | InvoiceAttention | undefined;
  readonly overdueDays?: number | undefined;
  /** Newest unless told. */
  readonly order?: CustomerOrder | undefined;
  readonly after?: CustomerPlace | undefined;
  readonly limit: number;
}

/** A customer with its subscriptions as they are now. */
export interface ListedCustomer extends StoredCustomer {
  readonly place: CustomerPlace;
  readonly subscriptions: readonly SubscriptionState[];
}

/** Customers that are not deleted, in an order that is total, with what a list shows of each: two reads, however many they are. */
export async function listCustomers(engine: Engine, asked: CustomersAsked): Promise<ListedCustomer[]> {
  const { order = 'newest', after, limit, overdueDays, ...filter } = asked;
  const isOutlined = filter.plan !== undefined || filter.status !== undefined || filter.attention !== undefined;
  if (isOutlined) await freshOutlines(engine);
  const at = engine.clock.now();
  const found = await selectCustomers(engine.database, { filter: { ...filter, at, overdueBefore: overdueBefore(at, overdueDays) }, order, after, limit });
  return withPlans(engine, engine.database, (planOf) =>
    found.map((stored) => {
      const { subscriptions } = engine.standings.resolve(stored.customer.id, stored.standingText, planOf);
      return { ...stored, subscriptions: subscriptions.map((subscription) => subscriptionState(subscription, at)) };
    }),
  );
}
