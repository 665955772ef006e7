import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, Money } from './money.js';

/** Why the gate says no: all there is. */
export type GateReason = 'no_active_subscription' | 'subscription_paused' | 'feature_not_granted' | 'limit_reached' | 'overage_cap_reached' | 'insufficient_funds';

/** Something that would turn the "no" into a "yes" at once; it was tried. */
export interface Remedy {
  type: 'top_up' | 'enable_overage' | 'add_quantity' | 'change_plan' | 'subscribe' | 'resume';
  /** What it costs now, proration and all; below zero when money comes back. Of a top-up: the money to put in. */
  price: Money;
  /** What the use costs then, beyond what is included. */
  use_cost: Money | null;
  /** Total of the next invoice then. */
  next_invoice: Money | null;
  subscription: string | null;
  /** Code of the plan to change or subscribe to. */
  plan: string | null;
  quantities: Record<string, Decimal> | null;
}

export interface GateAnswer {
  allowed: boolean;
  /** Null when it is allowed. */
  reason: GateReason | null;
  /** What decided. */
  rule: 'subscription' | 'grant' | 'flag' | 'unlimited' | 'included' | 'limit' | 'override' | 'overage' | 'overage_cap' | 'wallet';
  /** For people. */
  detail: string;
  feature: string;
  /** How much may be used: what was asked for, less where partial was asked, or 0. */
  quantity: Decimal;
  /** A decimal or "unlimited"; null for a flag and where nothing is granted. */
  limit: Decimal | null;
  /** Of a check before the use, of a consume after it. */
  used: Decimal | null;
  /** Set aside by open holds. */
  held: Decimal;
  remaining: Decimal | null;
  overage_allowed: boolean;
  resets_at: Instant | null;
  /** When the same question will be answered yes by the clock alone; null when never, or now. */
  lifts_at: Instant | null;
  cost: Money | null;
  /** Of a "no": what would lift it at once, cheapest first. */
  remedies: Remedy[];
  /** The customer's revision that the answer belongs to. */
  revision: number;
}

export interface GateQuestion {
  /** Code of the feature. */
  feature: string;
  /** 1 unless told. */
  quantity?: Decimal | undefined;
  /** What the event of the use says beside the quantity, such as dimensions. */
  properties?: Readonly<Record<string, unknown>> | undefined;
}

/** How to answer. */
export interface GateOptions {
  /** False leaves remedies out: a "no" is then as cheap as a "yes". */
  remedies?: boolean | undefined;
}

export interface ConsumeInput extends GateQuestion, GateOptions {
  /** Yours, unique for the customer for ever: the same id counts once, and is answered as the first time. */
  id: string;
  /** Takes what is left where not all is; all or nothing unless told. */
  partial?: boolean | undefined;
}

/** What is wrong with one question of several. */
export interface GateError {
  customer: string;
  feature: string;
  error: { type: string; detail: string };
}

export interface GateOperations {
  /** May the customer use so much now? Nothing is recorded. Problems: `invalid_request`, `not_found`. */
  check(customer: string, question: GateQuestion & GateOptions, options?: CallOptions): Promise<GateAnswer>;
  /** Several questions, answered from one state; at most 200. Problems: `invalid_request`, `not_found`. */
  checkSeveral(customer: string, questions: readonly GateQuestion[], how?: GateOptions, options?: CallOptions): Promise<{ results: GateAnswer[]; revision: number }>;
  /** Questions about several customers, at most 200; what is wrong with one leaves the others as they are. Problems: `invalid_request`. */
  checkCustomers(questions: ReadonlyArray<GateQuestion & { customer: string }>, how?: GateOptions, options?: CallOptions): Promise<{ results: Array<(GateAnswer & { customer: string }) | GateError> }>;
  /** Checks and records in one atomic step; a "no" records nothing. Safe to send again. Problems: `invalid_request`, `not_found`. */
  consume(customer: string, use: ConsumeInput, options?: CallOptions): Promise<GateAnswer & { id: string }>;
}

export function gateOperations(call: Call): GateOperations {
  const path = (customer: string, verb: string): string[] => ['v1', 'customers', customer, verb];
  return {
    check: (customer, question, options) => call({ method: 'POST', path: path(customer, 'check'), body: question, repeat: 'by_body', options }),
    checkSeveral: (customer, checks, how, options) => call({ method: 'POST', path: path(customer, 'check'), body: { checks, ...how }, repeat: 'by_body', options }),
    checkCustomers: (checks, how, options) => call({ method: 'POST', path: ['v1', 'checks'], body: { checks, ...how }, repeat: 'by_body', options }),
    // No idempotency key: the id of the use does its work.
    consume: (customer, use, options) => call({ method: 'POST', path: path(customer, 'consume'), body: use, repeat: 'by_body', options }),
  };
}
