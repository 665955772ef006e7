import type { Call, CallOptions, KeylessOptions } from './call.js';
import type { UpcomingInvoice } from './invoice.js';
import type { Decimal, InstantInput, Interval, Metadata, Money, Period } from './money.js';
import type { Entitlement } from './entitlement.js';
import type { Subscription } from './subscription.js';

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

/** Terms for a stretch of time; without an end they last for ever, and no others can follow. */
export interface TimedTerms extends Terms {
  duration?: Interval | undefined;
  /** When the stretch ends, in place of a duration. */
  ends_at?: InstantInput | undefined;
}

/**
 * What a change within a billing period costs or gives back. `prorate`: by the policy of the plan; `by_second`,
 * `by_day`: by that one; `difference`: what is dearer, for the whole period; `none`: nothing within the period.
 */
export type ProrationMode = 'prorate' | 'by_second' | 'by_day' | 'difference' | 'none';

export interface SubscriptionInput extends TimedTerms {
  /** Now unless told. In the past: events that happened since are counted. */
  starts_at?: InstantInput | undefined;
  /** Whole local days of trial in place of the plan's. */
  trial_days?: number | undefined;
  /** What billing periods are counted from; the trial's end or the start unless told. The first period is then short, and prorated. */
  billing_anchor?: InstantInput | undefined;
  /** What follows, each phase after the one before. The subscription ends after the last one if that has an end. */
  phases?: readonly TimedTerms[] | undefined;
  /** The subscription that it stands beside: billed on the same days, ended with it. */
  addon_of?: string | undefined;
  /** Code of a coupon. */
  coupon?: string | undefined;
  metadata?: Metadata | undefined;
  /** For who moves here: what fell due from the start up to this moment has been billed elsewhere, and is not invoiced. Not after now. */
  billed_until?: InstantInput | undefined;
}

export interface PhaseInput extends Terms {
  /** The end of the billing period unless told. */
  starts_at?: InstantInput | undefined;
  /** By the policy of the plan unless told. */
  proration?: ProrationMode | undefined;
}

/** What is to be different; the rest stays as it is. */
export interface ChangeInput extends Partial<Terms> {
  /** `now` unless told. */
  when?: 'now' | 'period_end' | undefined;
  /** By the policy of the plan unless told. */
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

/** A subscription as a command left it. */
export interface ChangedSubscription extends Subscription {
  /** Number of the customer's change that this was. */
  revision: number;
  /** Ids of the invoices that it brought at once. */
  invoices: string[];
}

/** What a command would lead to if it were given now. */
export interface SubscriptionPreview {
  subscription: Subscription;
  current_period: Period | null;
  /** The invoices that it would bring at once, and what would be due on them. */
  due_now: { invoices: UpcomingInvoice[]; amount: Money };
  /** The invoice after those. */
  next_invoice: UpcomingInvoice;
  entitlements: { gained: Entitlement[]; lost: Entitlement[]; changed: Array<{ feature: string; before: Entitlement; after: Entitlement }> };
}

/** Commands, each with a preview that decides the same, refuses the same, and saves nothing. */
export interface SubscriptionCommandOperations {
  /**
   * Subscribes the customer to a plan, from now unless told. Problems: `invalid_request`, `not_found`, `plan_archived`; `coupon_conflict`;
   * `subscription_ended`, `phase_conflict` for an add-on of what cannot have one.
   */
  createSubscription(customer: string, subscription: SubscriptionInput, options?: CallOptions): Promise<ChangedSubscription>;
  previewCreateSubscription(customer: string, subscription: SubscriptionInput, options?: KeylessOptions): Promise<SubscriptionPreview>;
  /** Lets another plan follow, by default at the end of the period. Problems: `invalid_request`, `not_found`, `phase_conflict`, `plan_archived`, `subscription_ended`. */
  schedulePhase(subscription: string, phase: PhaseInput, options?: CallOptions): Promise<ChangedSubscription>;
  previewSchedulePhase(subscription: string, phase: PhaseInput, options?: KeylessOptions): Promise<SubscriptionPreview>;
  /**
   * Changes plan, quantities, multipliers or overage, now or at the end of the period.
   * Problems: `invalid_request`, `not_found`, `phase_conflict`, `plan_archived`, `quantity_below_usage`, `subscription_ended`.
   */
  changeSubscription(subscription: string, change: ChangeInput, options?: CallOptions): Promise<ChangedSubscription>;
  previewChangeSubscription(subscription: string, change: ChangeInput, options?: KeylessOptions): Promise<SubscriptionPreview>;
  /** Cancels now or at the end of the period; its add-ons end with it. Problems: `not_found`, `subscription_ended`. */
  cancelSubscription(subscription: string, input?: CancelInput, options?: CallOptions): Promise<ChangedSubscription>;
  previewCancelSubscription(subscription: string, input?: CancelInput, options?: KeylessOptions): Promise<SubscriptionPreview>;
  /** Gives nothing and charges nothing until it is resumed. Problems: `invalid_request`, `not_found`, `phase_conflict`, `subscription_ended`. */
  pauseSubscription(subscription: string, input?: PauseInput, options?: CallOptions): Promise<ChangedSubscription>;
  previewPauseSubscription(subscription: string, input?: PauseInput, options?: KeylessOptions): Promise<SubscriptionPreview>;
  /** Ends a pause, or takes back a pause or a cancellation to come. Problems: `not_found`, `phase_conflict`, `subscription_ended`. */
  resumeSubscription(subscription: string, options?: CallOptions): Promise<ChangedSubscription>;
  previewResumeSubscription(subscription: string, options?: KeylessOptions): Promise<SubscriptionPreview>;
  /** Begins an ended subscription anew, with its last terms unless a plan is given. Problems: `invalid_request`, `not_found`, `phase_conflict`, `plan_archived`. */
  reactivateSubscription(subscription: string, terms?: Partial<Terms>, options?: CallOptions): Promise<ChangedSubscription>;
  previewReactivateSubscription(subscription: string, terms?: Partial<Terms>, options?: KeylessOptions): Promise<SubscriptionPreview>;
  /** Forgets phases that have not begun. Problems: `not_found`, `phase_conflict`, `subscription_ended`. */
  clearSchedule(subscription: string, options?: CallOptions): Promise<ChangedSubscription>;
  previewClearSchedule(subscription: string, options?: KeylessOptions): Promise<SubscriptionPreview>;
  /** Puts a coupon (named by its code) on the subscription, for the periods that begin from now on. Problems: `coupon_conflict`, `not_found`, `subscription_ended`. */
  applyCoupon(subscription: string, coupon: string, options?: CallOptions): Promise<ChangedSubscription>;
  previewApplyCoupon(subscription: string, coupon: string, options?: KeylessOptions): Promise<SubscriptionPreview>;
  /** Takes the coupon off; periods that begin later are not covered. Problems: `coupon_conflict`, `not_found`. */
  removeCoupon(subscription: string, coupon: string, options?: CallOptions): Promise<ChangedSubscription>;
  previewRemoveCoupon(subscription: string, coupon: string, options?: KeylessOptions): Promise<SubscriptionPreview>;
}

export function subscriptionCommandOperations(call: Call): SubscriptionCommandOperations {
  const ofCustomer = (customer: string): string[] => ['v1', 'customers', customer, 'subscriptions'];
  const perform = (path: readonly string[], body: unknown, options?: CallOptions): Promise<ChangedSubscription> => call({ method: 'POST', path, body, options });
  const preview = (path: readonly string[], body: unknown, options?: KeylessOptions): Promise<SubscriptionPreview> => call({ method: 'POST', path: [...path, 'preview'], body, repeat: 'by_body', options });
  const one = (subscription: string, command: string): string[] => ['v1', 'subscriptions', subscription, command];
  return {
    createSubscription: (customer, subscription, options) => perform(ofCustomer(customer), subscription, options),
    previewCreateSubscription: (customer, subscription, options) => preview(ofCustomer(customer), subscription, options),
    schedulePhase: (subscription, phase, options) => perform(one(subscription, 'phases'), phase, options),
    previewSchedulePhase: (subscription, phase, options) => preview(one(subscription, 'phases'), phase, options),
    changeSubscription: (subscription, change, options) => perform(one(subscription, 'change'), change, options),
    previewChangeSubscription: (subscription, change, options) => preview(one(subscription, 'change'), change, options),
    cancelSubscription: (subscription, input = {}, options) => perform(one(subscription, 'cancel'), input, options),
    previewCancelSubscription: (subscription, input = {}, options) => preview(one(subscription, 'cancel'), input, options),
    pauseSubscription: (subscription, input = {}, options) => perform(one(subscription, 'pause'), input, options),
    previewPauseSubscription: (subscription, input = {}, options) => preview(one(subscription, 'pause'), input, options),
    resumeSubscription: (subscription, options) => perform(one(subscription, 'resume'), {}, options),
    previewResumeSubscription: (subscription, options) => preview(one(subscription, 'resume'), {}, options),
    reactivateSubscription: (subscription, terms = {}, options) => perform(one(subscription, 'reactivate'), terms, options),
    previewReactivateSubscription: (subscription, terms = {}, options) => preview(one(subscription, 'reactivate'), terms, options),
    clearSchedule: (subscription, options) => perform(one(subscription, 'clear-schedule'), {}, options),
    previewClearSchedule: (subscription, options) => preview(one(subscription, 'clear-schedule'), {}, options),
    applyCoupon: (subscription, coupon, options) => perform(one(subscription, 'apply-coupon'), { coupon }, options),
    previewApplyCoupon: (subscription, coupon, options) => preview(one(subscription, 'apply-coupon'), { coupon }, options),
    removeCoupon: (subscription, coupon, options) => perform(one(subscription, 'remove-coupon'), { coupon }, options),
    previewRemoveCoupon: (subscription, coupon, options) => preview(one(subscription, 'remove-coupon'), { coupon }, options),
  };
}
