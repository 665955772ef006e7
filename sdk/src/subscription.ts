import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, InstantInput, Period } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

/** What a phase of a subscription is on. */
export interface Terms {
  /** Code of the plan; its newest version is taken. */
  plan: string;
  /** By code of a fixed price that is per seat; "1" unless told. */
  quantities?: Readonly<Record<string, Decimal>> | undefined;
  /** What the amounts of a price are multiplied by, by its code; "1" unless told. */
  multipliers?: Readonly<Record<string, Decimal>> | undefined;
  /** Whether usage above included and carried goes on; true unless told. */
  overage?: boolean | undefined;
  starts_at?: InstantInput | undefined;
}

export interface SubscriptionInput extends Terms {
  /** Whole local days of trial in place of the plan's. */
  trial_days?: number | undefined;
}

export interface CancelInput {
  /** True: it goes on until its period ends; false, unless told: it ends now. */
  at_period_end?: boolean | undefined;
  reason?: string | null | undefined;
}

export interface PlanName {
  code: string;
  name: string;
  version: number;
}

/** A customer's schedule of phases, as it is at one moment. */
export interface Subscription {
  id: string;
  plan: PlanName;
  status: 'scheduled' | 'trialing' | 'active' | 'canceled';
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
  next_phase: { plan: PlanName; starts_at: Instant } | null;
}

/** A subscription as a command left it. */
export interface ChangedSubscription extends Subscription {
  /** Number of the customer's change that this was. */
  revision: number;
}

export interface SubscriptionOperations {
  /** Subscribes the customer to a plan, from now unless told. Problems: `invalid_request`, `not_found`, `plan_archived`. */
  createSubscription(customer: string, subscription: SubscriptionInput, options?: CallOptions): Promise<ChangedSubscription>;
  /** A page of the customer's subscriptions, oldest first. Problems: `not_found`. */
  listSubscriptions(customer: string, query?: PageQuery, options?: CallOptions): Promise<Page<Subscription>>;
  /** Every subscription of the customer, oldest first. */
  subscriptions(customer: string, query?: PageQuery, options?: CallOptions): AsyncGenerator<Subscription, void, undefined>;
  /** Problems: `not_found`. */
  getSubscription(subscription: string, options?: CallOptions): Promise<Subscription>;
  /** Cancels now or at the end of the period. Problems: `not_found`, `subscription_ended`. */
  cancelSubscription(subscription: string, input?: CancelInput, options?: CallOptions): Promise<ChangedSubscription>;
  /** Lets another plan follow, by default at the end of the period. Problems: `invalid_request`, `not_found`, `phase_conflict`, `plan_archived`, `subscription_ended`. */
  schedulePhase(subscription: string, phase: Terms, options?: CallOptions): Promise<ChangedSubscription>;
}

export function subscriptionOperations(call: Call): SubscriptionOperations {
  const ofCustomer = (customer: string): string[] => ['v1', 'customers', customer, 'subscriptions'];
  const one = (subscription: string, ...rest: string[]): string[] => ['v1', 'subscriptions', subscription, ...rest];
  const list = (customer: string, query?: PageQuery, options?: CallOptions): Promise<Page<Subscription>> => call({ method: 'GET', path: ofCustomer(customer), query: { ...query }, options });
  return {
    createSubscription: (customer, subscription, options) => call({ method: 'POST', path: ofCustomer(customer), body: subscription, options }),
    listSubscriptions: list,
    subscriptions: (customer, query, options) => everyItem((page) => list(customer, page, options), query),
    getSubscription: (subscription, options) => call({ method: 'GET', path: one(subscription), options }),
    cancelSubscription: (subscription, input, options) => call({ method: 'POST', path: one(subscription, 'cancel'), body: input ?? {}, options }),
    schedulePhase: (subscription, phase, options) => call({ method: 'POST', path: one(subscription, 'phases'), body: phase, options }),
  };
}
