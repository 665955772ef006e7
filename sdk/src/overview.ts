import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, InstantInput, Money } from './money.js';

/** The list that has all of something, and what it is asked for: listCustomers or listInvoices. */
export interface AttentionFilter {
  list: 'customers' | 'invoices';
  query: Record<string, string>;
}

interface Named {
  /** Id of the customer. */
  customer: string;
  external_id: string | null;
  name: string | null;
}

/** Customers that somebody should look at, for one reason. */
export interface CustomersInNeed {
  /**
   * `limit_reached`: all of something is used that is then blocked. `wallet_low`: less is available than the minimum of the
   * top-up settings, or nothing while something is paid from it. `top_up_off`: a decline switched the automatic top-up off.
   */
  kind: 'limit_reached' | 'wallet_low' | 'top_up_off';
  count: number;
  filter: AttentionFilter;
  /** The newest customers. */
  first: Array<Named & { detail: string }>;
}

/** Open invoices that somebody should look at, for one reason. */
export interface InvoicesInNeed {
  /** `payment_failed`: the last charge was declined. `overdue`: others, of an earlier date than `overdue_days` ago. */
  kind: 'payment_failed' | 'overdue';
  count: number;
  due: Money[];
  filter: AttentionFilter;
  /** The oldest invoices. */
  first: Array<Named & { invoice: string; number: string; date: Instant; due: Money; timezone: string | null }>;
}

/** What there is, what it brings in, and what somebody should look at, of all customers. */
export interface Overview {
  as_of: Instant;
  customers: number;
  /** Without add-ons. */
  subscriptions: { active: number; trialing: number; paused: number; scheduled: number };
  /**
   * Recurring revenue per month, by currency: fixed prices of active subscriptions, before coupons and taxes, without
   * usage. A year is twelve months, a month 30.436875 days; exact, the sum rounded once.
   */
  recurring: Money[];
  attention: { customers: CustomersInNeed[]; invoices: InvoicesInNeed[] };
  /** Customers whose last change is not in these figures yet: none, unless a great many have changed at once. */
  behind: number;
}

export interface SpanQuery {
  /** The stretch that holds it is the first one; 30 days, or with longer stretches twelve months, before `to` unless told. */
  from?: InstantInput | undefined;
  /** The stretch that holds the moment before it is the last one; now unless told. */
  to?: InstantInput | undefined;
  /** IANA zone whose calendar is meant; UTC unless told. */
  timezone?: string | undefined;
}

/** What all customers used, by meter. */
export interface AllUsage {
  by: 'hour' | 'day' | 'week' | 'month';
  timezone: string;
  meters: Array<{
    meter: string;
    name: string;
    unit: string | null;
    /** `value` is in the meter's unit, not rounded up; null for `max`, `last` and `unique`: what customers use does not add up. */
    data: Array<{ start: Instant; end: Instant; events: number; value: Decimal | null }>;
  }>;
}

/** What was invoiced and credited: a point for each period and currency. */
export interface Revenue {
  by: 'day' | 'week' | 'month';
  timezone: string;
  data: Array<{
    start: Instant;
    end: Instant;
    invoices: number;
    /** Totals of invoices of that date, taxes with them, without void ones. */
    invoiced: Money;
    /** Totals of credit notes of that date. */
    credited: Money;
  }>;
}

export interface OverviewOperations {
  /** Problems: `forbidden`, `invalid_request`. */
  readOverview(query?: { overdue_days?: number | undefined }, options?: CallOptions): Promise<Overview>;
  /** Usage of all customers over time; `day` unless told. Problems: `forbidden`, `invalid_request`. */
  readAllUsage(query?: SpanQuery & { by?: AllUsage['by'] | undefined }, options?: CallOptions): Promise<AllUsage>;
  /** Revenue over time; `month` unless told. Problems: `forbidden`, `invalid_request`. */
  readRevenue(query?: SpanQuery & { by?: Revenue['by'] | undefined }, options?: CallOptions): Promise<Revenue>;
}

export function overviewOperations(call: Call): OverviewOperations {
  const read = <Answer>(path: readonly string[], query: object | undefined, options?: CallOptions): Promise<Answer> => call({ method: 'GET', path: ['v1', 'overview', ...path], query: { ...query }, options });
  return {
    readOverview: (query, options) => read([], query, options),
    readAllUsage: (query, options) => read(['usage'], query, options),
    readRevenue: (query, options) => read(['revenue'], query, options),
  };
}
