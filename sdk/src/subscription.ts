import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, Metadata, Period } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

export interface PlanName {
  code: string;
  name: string;
  version: number;
}

/** A stretch of a subscription with fixed terms. */
export interface Phase {
  plan: PlanName;
  starts_at: Instant;
  /** Null for one that never ends. */
  ends_at: Instant | null;
  paused: boolean;
}

/** A coupon on a subscription: it covers the billing periods that begin from `applied_at` on. */
export interface AppliedCoupon {
  code: string;
  name: string;
  applied_at: Instant;
  removed_at: Instant | null;
}

/** A customer's schedule of phases, as it is at one moment. */
export interface Subscription {
  id: string;
  plan: PlanName;
  status: 'scheduled' | 'trialing' | 'active' | 'paused' | 'canceled';
  /** The billing period; null while there is none. */
  current_period: Period | null;
  starts_at: Instant;
  trial_ends_at: Instant | null;
  /** When the cancelling was asked for. */
  canceled_at: Instant | null;
  /** When it ends, or ended; null while it goes on. */
  ends_at: Instant | null;
  cancels_at_period_end: boolean;
  cancel_reason: string | null;
  quantities: Record<string, Decimal>;
  multipliers: Record<string, Decimal>;
  overage: boolean;
  metadata: Metadata;
  /** The subscription that it stands beside, and ends with. */
  addon_of: string | null;
  /** All that were ever applied, in order. */
  coupons: AppliedCoupon[];
  next_phase: { plan: PlanName; starts_at: Instant; paused: boolean } | null;
  /** All phases, past and to come, in order. */
  phases: Phase[];
}

export interface SubscriptionOperations {
  /** A page of the customer's subscriptions, oldest first. Problems: `not_found`. */
  listSubscriptions(customer: string, query?: PageQuery, options?: CallOptions): Promise<Page<Subscription>>;
  /** Every subscription of the customer, oldest first. */
  subscriptions(customer: string, query?: PageQuery, options?: CallOptions): AsyncGenerator<Subscription, void, undefined>;
  /** Problems: `not_found`. */
  getSubscription(subscription: string, options?: CallOptions): Promise<Subscription>;
}

export function subscriptionOperations(call: Call): SubscriptionOperations {
  const listSubscriptions = (customer: string, query?: PageQuery, options?: CallOptions): Promise<Page<Subscription>> =>
    call({ method: 'GET', path: ['v1', 'customers', customer, 'subscriptions'], query: { ...query }, options });
  return {
    listSubscriptions,
    subscriptions: (customer, query, options) => everyItem((page) => listSubscriptions(customer, page, options), query),
    getSubscription: (subscription, options) => call({ method: 'GET', path: ['v1', 'subscriptions', subscription], options }),
  };
}
