import type { Call } from './call.js';
import type { Entitlement } from './entitlement.js';
import type { UpcomingInvoice } from './invoice.js';
import type { Decimal, Instant, InstantInput, Interval, Money, OpenPeriod, Period } from './money.js';

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
}

/** Terms for a while; without a duration they last for ever, and nothing can follow. */
export interface TermsForAWhile extends Terms {
  duration?: Interval | undefined;
}

/**
 * How a change within a billing period is charged. `prorate`: by the plan's policy, as is left out; `by_second`,
 * `by_day`: by that one; `difference`: what is dearer, for the whole period; `none`: nothing within the period.
 */
export type ProrationMode = 'prorate' | 'by_second' | 'by_day' | 'difference' | 'none';

export interface SubscriptionInput extends TermsForAWhile {
  /** Now unless told; in the past it counts the events since. */
  starts_at?: InstantInput | undefined;
  /** Whole local days of trial in place of the plan's. */
  trial_days?: number | undefined;
  /** What billing periods are counted from; the trial's end or the start unless told. The first period is short then, and prorated. */
  billing_anchor?: InstantInput | undefined;
  /** What follows the first phase, each after the one before; the subscription ends after the last one that has a duration. */
  phases?: readonly TermsForAWhile[] | undefined;
  /** The subscription that it stands beside: billed on the same days, ended with it. */
  addon_of?: string | undefined;
  /** Code of a coupon. */
  coupon?: string | undefined;
}

export interface PhaseInput extends Terms {
  /** The end of the billing period unless told. */
  starts_at?: InstantInput | undefined;
  proration?: ProrationMode | undefined;
}

/** Other terms; what is left out stays as it is. */
export interface ChangeInput extends Partial<Terms> {
  /** `now` unless told. */
  when?: 'now' | 'period_end' | undefined;
  proration?: ProrationMode | undefined;
  /** Whether usage windows of prices that go on keep what was used; `keep` unless told. */
  usage?: 'keep' | 'restart' | undefined;
  /** Whether what it costs is invoiced at once or with the next turn of the period; `now` unless told. */
  invoice?: 'now' | 'next' | undefined;
}

export interface CancelInput {
  /** True: it goes on until its period ends; false, unless told: it ends now. */
  at_period_end?: boolean | undefined;
  /** Whether what is left of the period is given back; `none` unless told. */
  proration?: ProrationMode | undefined;
  reason?: string | null | undefined;
}

export interface PauseInput {
  /** `now` unless told. */
  when?: 'now' | 'period_end' | undefined;
  /** When it goes on by itself; never unless told. */
  resumes_at?: InstantInput | undefined;
  /** Whether what is left of the period is given back; `none` unless told. */
  proration?: ProrationMode | undefined;
}

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

/** A coupon on a subscription; it covers the periods that begin from `applied_at` on. */
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
  /** The subscription that it stands beside and ends with. */
  addon_of: string | null;
  /** All that were ever applied, in order. */
  coupons: AppliedCoupon[];
  next_phase: { plan: PlanName; starts_at: Instant; paused: boolean } | null;
  /** Past and to come, in order. */
  phases: Phase[];
}

/** A subscription as a command left it. */
export interface ChangedSubscription extends Subscription {
  /** Number of the customer's change that this was. */
  revision: number;
  /** Ids of the invoices issued at once. */
  invoices: string[];
}

/** What a command would lead to now. Nothing is saved. */
export interface SubscriptionPreview {
  subscription: Subscription;
  current_period: Period | null;
  /** Invoices that it would bring at once, and what would be due on them together. */
  due_now: { invoices: UpcomingInvoice[]; amount: Money };
  /** The invoice after those. */
  next_invoice: UpcomingInvoice;
  entitlements: {
    gained: Entitlement[];
    lost: Entitlement[];
    changed: Array<{ feature: string; before: Entitlement; after: Entitlement }>;
  };
}
