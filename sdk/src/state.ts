import type { UsageAlert } from './alert.js';
import type { Call, CallOptions, Request, Tagged } from './call.js';
import type { Customer } from './customer.js';
import type { Entitlement } from './entitlement.js';
import type { ExplainQuery, Explanation } from './explain.js';
import type { Invoice, UpcomingInvoice } from './invoice.js';
import type { Decimal, Instant, InstantInput, Money, OpenPeriod } from './money.js';
import type { Subscription } from './subscription.js';
import type { TopUpStatus } from './top-up.js';
import type { Wallet } from './wallet.js';

/** What one price of a subscription counts in its usage window. Quantities are in the meter's unit. */
export interface PriceUsage {
  subscription: string;
  /** Code of the price. */
  price: string;
  name: string;
  /** Code of the meter. */
  meter: string;
  unit: string | null;
  window: OpenPeriod;
  /** Null when usage is only counted. */
  included: Decimal | null;
  /** Units carried in from the window before. */
  carried: Decimal;
  used: Decimal;
  /** included + carried - used, not below zero; null when usage is only counted. */
  remaining: Decimal | null;
  overage: Decimal;
  overage_allowed: boolean;
  paid_from: 'invoice' | 'wallet';
  /** What the usage of this window costs so far. */
  amount: Money;
  /** Null when the window never ends. */
  resets_at: Instant | null;
  /** For a price by dimension: what was used of each combination. */
  by_dimension?: Array<{ dimensions: Record<string, string>; used: Decimal }>;
  /** When asked for. */
  explanation?: Explanation;
}

/** The part of the state that holds no person and no balance: what a publishable key reads. */
export interface PublicState {
  customer: { id: string; external_id: string | null };
  /** The moment it is true for. */
  as_of: Instant;
  /** What a state of the future takes for granted; empty for now and the past. */
  assumptions: string[];
  /** Number of the customer's last change. */
  revision: number;
  subscriptions: Subscription[];
  usage: PriceUsage[];
  entitlements: Entitlement[];
  /** Whether the customer may go on, and why not. */
  access: { allowed: boolean; reasons: Array<{ code: string; detail: string }> };
}

/** What the customer has, has used, owes and may do. */
export interface State extends PublicState {
  customer: Customer;
  /** One per currency; the customer's own first. */
  wallet: Wallet[];
  /** Null when the automatic top-up was never set. */
  top_up: TopUpStatus | null;
  /** In order of creation. */
  alerts: UsageAlert[];
  payment_method: { status: 'none' | 'set' | 'expired' };
  upcoming_invoice: UpcomingInvoice | null;
  /** Due, and open to late usage until they become final. */
  draft_invoices: Invoice[];
  /** What invoices claim that is not paid. */
  owed: Money;
  /** When asked for: why the figures are what they are that have no place of their own for it, such as `wallet/EUR`, `owed`, `access`, `entitlements/seats`. */
  explanations?: Record<string, Explanation>;
}

/** Which moment is asked for. */
export interface MomentQuery extends ExplainQuery {
  /** Past or future; now unless told. A later one assumes no further usage, payments or changes. */
  at?: InstantInput | undefined;
}

export interface StateQuery extends MomentQuery {
  /** By what was known when the customer's change of this number had been made. */
  known_at_revision?: number | undefined;
  /** Waits until the customer's change of this number has been made. Problem when the time is over: `revision_not_reached`. */
  min_revision?: number | undefined;
  /** How long to wait for it at most: up to 30,000; 5,000 unless told. Comes on top of the time-out of the call. */
  wait_ms?: number | undefined;
}

export interface StateOperations {
  /** The whole state, for a secret key or the customer's own. Problems: `forbidden`, `invalid_request`, `not_found`. */
  readState(customer: string, query?: StateQuery, options?: CallOptions): Promise<State>;
  /**
   * The same call for whoever has read before: the state with its tag, or undefined when the state is still the one of
   * `tag`. Without a tag, the state comes in any case.
   */
  readStateUnless(customer: string, tag: string | undefined, query?: StateQuery, options?: CallOptions): Promise<Tagged<State> | undefined>;
  /** The same call for a publishable key, as a browser shows it: only the public part is promised, and nothing is explained. Problems: `invalid_request`, `not_found`. */
  readPublicState(customer: string, query?: Omit<StateQuery, 'explain'>, options?: CallOptions): Promise<PublicState>;
  /** The next invoice if nothing more were used. Problems: `invalid_request`, `not_found`. */
  readUpcomingInvoice(customer: string, query?: MomentQuery, options?: CallOptions): Promise<UpcomingInvoice>;
}

export function stateOperations(call: Call): StateOperations {
  const read = <Answer>(customer: string, query: StateQuery = {}, rest: Partial<Request> = {}): Promise<Answer> => {
    const waitMs = query.min_revision === undefined ? 0 : (query.wait_ms ?? DEFAULT_WAIT_MS);
    return call({ method: 'GET', path: ['v1', 'customers', customer, 'state'], query: { ...query }, waitMs, ...rest });
  };
  return {
    readState: (customer, query, options) => read<State>(customer, query, { options }),
    readStateUnless: (customer, tag, query, options) => read<Tagged<State> | undefined>(customer, query, { options, tagged: { known: tag } }),
    readPublicState: (customer, query, options) => read<PublicState>(customer, query, { options }),
    readUpcomingInvoice: (customer, query, options) => call({ method: 'GET', path: ['v1', 'customers', customer, 'upcoming-invoice'], query: { ...query }, options }),
  };
}

/** What the server waits for a revision unless told. */
const DEFAULT_WAIT_MS = 5_000;
