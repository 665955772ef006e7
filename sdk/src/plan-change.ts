import type { Call, CallOptions, KeylessOptions } from './call.js';
import type { Plan } from './catalog.js';
import type { Decimal, Instant, Money } from './money.js';
import type { Subscription } from './subscription.js';
import type { ChangedSubscription, SubscriptionPreview } from './subscription-command.js';

/** Plan and seats, nothing else: what a customer may ask for by itself. */
export interface PlanChangeInput {
  /** Code of one of the plan options; the plan that it has unless told. */
  plan?: string | undefined;
  /** Whole numbers by code of a price per seat; those that it has unless told. */
  quantities?: Readonly<Record<string, Decimal>> | undefined;
}

/** With both addresses a change that needs a card leads to a page for it. */
export interface PlanChangeRequest extends PlanChangeInput {
  success_url?: string | undefined;
  back_url?: string | undefined;
}

/** What a change comes to. By the price of one whole period; a downgrade begins when the period ends, everything else at once. */
export interface PlanChange {
  /** `keep`: what was scheduled does not come. */
  direction: 'start' | 'upgrade' | 'downgrade' | 'same' | 'keep';
  when: 'now' | 'period_end';
  effective_at: Instant;
}

/** A plan that the customer may take by itself, and what that would come to now. */
export interface PlanOption {
  plan: Plan;
  current: boolean;
  /** Whether it is scheduled to follow. */
  scheduled: boolean;
  /** The seats that it has, or would be taken with. */
  quantities: Record<string, Decimal>;
  /** Of its fixed prices, for one whole period with these seats, before coupons and taxes. */
  price: Money;
  /** Null for the current plan, and where it is refused. */
  change: PlanChange | null;
  /** What would be due at once. */
  due_now: Money | null;
  /** Whether a card has to be put on file first. */
  needs_payment_method: boolean;
  /** The problem that the change would be refused with now. */
  refused: { slug: string; detail: string } | null;
}

export interface PlanOptions {
  as_of: Instant;
  subscription: Subscription | null;
  /** Whether the customer may change what it has by itself. */
  changeable: boolean;
  cancelable: boolean;
  /** Whether it may take back what it has asked for. */
  restorable: boolean;
  options: PlanOption[];
}

/** A change as it was made. */
export interface ChangedPlan {
  status: 'changed';
  change: PlanChange;
  subscription: ChangedSubscription;
}

/** The page for a card: when it is put on file, the change is made. */
export interface AwaitedCard {
  status: 'needs_payment_method';
  url: string;
}

export type PlanChangePreview = SubscriptionPreview & { change: PlanChange };

/** What customers change by themselves. A customer's own key, or a session of the portal, may use all of it. */
export interface PlanChangeOperations {
  /** The plans that the customer may take by itself. Problems: `not_found`. */
  readPlanOptions(customer: string, options?: CallOptions): Promise<PlanOptions>;
  /**
   * Takes a plan, or another number of seats. Problems: `invalid_request`, `not_found`, `payment_method_missing`,
   * `phase_conflict`, `plan_not_offered`, `quantity_below_usage`, `subscription_ended`.
   */
  changePlan(customer: string, change: PlanChangeRequest, options?: CallOptions): Promise<ChangedPlan | AwaitedCard>;
  /** What it would lead to, as if a card were there. Problems: as changePlan. */
  previewChangePlan(customer: string, change: PlanChangeInput, options?: KeylessOptions): Promise<PlanChangePreview>;
  /** Ends the subscription with its period. Problems: `not_found`, `plan_not_offered`, `subscription_ended`. */
  cancelPlan(customer: string, input?: { reason?: string | null | undefined }, options?: CallOptions): Promise<ChangedPlan>;
  previewCancelPlan(customer: string, input?: { reason?: string | null | undefined }, options?: KeylessOptions): Promise<PlanChangePreview>;
  /** Takes back a cancellation or a change that the customer asked for and that has not begun. Problems: `not_found`, `phase_conflict`, `plan_not_offered`, `subscription_ended`. */
  restorePlan(customer: string, options?: CallOptions): Promise<ChangedPlan>;
}

export function planChangeOperations(call: Call): PlanChangeOperations {
  const at = (customer: string, ...rest: string[]): string[] => ['v1', 'customers', customer, 'plan-change', ...rest];
  const command = <Answer>(path: readonly string[], body: unknown, options?: CallOptions): Promise<Answer> => call({ method: 'POST', path, body, options });
  const preview = (path: readonly string[], body: unknown, options?: KeylessOptions): Promise<PlanChangePreview> => call({ method: 'POST', path: [...path, 'preview'], body, repeat: 'by_body', options });
  return {
    readPlanOptions: (customer, options) => call({ method: 'GET', path: ['v1', 'customers', customer, 'plan-options'], options }),
    changePlan: (customer, change, options) => command(at(customer), change, options),
    previewChangePlan: (customer, change, options) => preview(at(customer), change, options),
    cancelPlan: (customer, input = {}, options) => command(at(customer, 'cancel'), input, options),
    previewCancelPlan: (customer, input = {}, options) => preview(at(customer, 'cancel'), input, options),
    restorePlan: (customer, options) => command(at(customer, 'restore'), {}, options),
  };
}
