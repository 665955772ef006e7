import type { Call, CallOptions } from './call.js';
import type { Instant, Metadata } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';
import type { Subscription } from './subscription.js';

/** Where a customer is; it stands on its invoices. */
export interface Address {
  line1: string | null;
  line2: string | null;
  city: string | null;
  postal_code: string | null;
  /** State, province or region. */
  state: string | null;
  /** ISO 3166-1, two letters. */
  country: string | null;
}

/** What is known of a customer; what is left out stays as it is, or takes its default. */
export interface CustomerProfile {
  name?: string | null | undefined;
  email?: string | null | undefined;
  phone?: string | null | undefined;
  /** Taken as a whole: parts that are not named are not kept; null for none. */
  address?: Partial<Address> | null | undefined;
  /** ISO 4217; USD unless told. */
  currency?: string | undefined;
  /** IANA zone in which the customer's days are counted; UTC unless told. */
  timezone?: string | undefined;
  metadata?: Metadata | undefined;
}

export interface CustomerInput extends CustomerProfile {
  /** Your own name for the customer; unique, for ever. It may stand wherever an id may. */
  external_id?: string | null | undefined;
}

/** Who owes and uses. */
export interface Customer {
  id: string;
  external_id: string | null;
  name: string | null;
  email: string | null;
  phone: string | null;
  address: Address | null;
  currency: string;
  timezone: string;
  metadata: Metadata;
  account_number: number;
  created_at: Instant;
  /** Number of the customer's last change. */
  revision: number;
}

/** A customer in a list, with what it has. */
export interface ListedCustomer extends Customer {
  /** The first of these that one of its subscriptions has; `none` without any. */
  status: 'active' | 'trialing' | 'paused' | 'scheduled' | 'canceled' | 'none';
  /** Those that are not canceled. */
  subscriptions: Array<{ id: string; plan: { code: string; name: string }; status: Subscription['status'] }>;
}

export interface CustomerQuery extends PageQuery {
  /** Part of a name, e-mail or external id. */
  query?: string | undefined;
  /** Code of a plan that a subscription is on now. */
  plan?: string | undefined;
  /** Of a subscription now, on the plan if one is named. `canceled`: it has had one, and none is left; `none`: it never had one. */
  status?: Subscription['status'] | 'none' | undefined;
  /** Those that somebody should look at, as the overview says. */
  attention?: 'limit_reached' | 'wallet_low' | 'top_up_off' | 'payment_failed' | 'overdue' | undefined;
  /** 14 unless told. */
  overdue_days?: number | undefined;
  /** ISO 4217. */
  currency?: string | undefined;
  /** `newest` unless told; `name`: in any letter case, those without one by external id. */
  sort?: 'newest' | 'oldest' | 'name' | undefined;
}

/** `customer` is the id or your own external id, everywhere. */
export interface CustomerOperations {
  /** Problems: `invalid_request`; `already_exists` when the external id was ever taken. */
  createCustomer(customer: CustomerInput, options?: CallOptions): Promise<Customer>;
  /** Makes the customer with this external id, or sets its profile. Problems: `invalid_request`. */
  putCustomer(customer: string, profile: CustomerProfile, options?: CallOptions): Promise<Customer>;
  /** Changes what the profile names. Problems: `invalid_request`, `not_found`. */
  updateCustomer(customer: string, profile: CustomerProfile, options?: CallOptions): Promise<Customer>;
  /** Problems: `not_found`. */
  getCustomer(customer: string, options?: CallOptions): Promise<Customer>;
  /** The customer is not found any more; its facts are kept, and its names stay taken. Problems: `not_found`. */
  deleteCustomer(customer: string, options?: CallOptions): Promise<void>;
  /** A page of the customers, newest first unless told. Problems: `invalid_request`. */
  listCustomers(query?: CustomerQuery, options?: CallOptions): Promise<Page<ListedCustomer>>;
  /**
   * Every customer, newest first unless told.
   * @example
   * for await (const customer of client.customers({ query: 'acme' })) console.log(customer.id);
   */
  customers(query?: CustomerQuery, options?: CallOptions): AsyncGenerator<ListedCustomer, void, undefined>;
}

export function customerOperations(call: Call): CustomerOperations {
  const listCustomers = (query?: CustomerQuery, options?: CallOptions): Promise<Page<ListedCustomer>> => call({ method: 'GET', path: ['v1', 'customers'], query: { ...query }, options });
  return {
    createCustomer: (customer, options) => call({ method: 'POST', path: ['v1', 'customers'], body: customer, options }),
    putCustomer: (customer, profile, options) => call({ method: 'PUT', path: ['v1', 'customers', customer], body: profile, options }),
    updateCustomer: (customer, profile, options) => call({ method: 'PATCH', path: ['v1', 'customers', customer], body: profile, options }),
    getCustomer: (customer, options) => call({ method: 'GET', path: ['v1', 'customers', customer], options }),
    deleteCustomer: (customer, options) => call({ method: 'DELETE', path: ['v1', 'customers', customer], options }),
    listCustomers,
    customers: (query, options) => everyItem((page) => listCustomers({ ...query, ...page }, options), query),
  };
}
