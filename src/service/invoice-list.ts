import { OVERDUE_DAYS, type InvoiceAttention } from '../core/attention.js';
import type { Currency } from '../core/currency.js';
import type { Customer } from '../core/customer.js';
import { instant, type Instant } from '../core/instant.js';
import type { InvoiceStatus } from '../core/issued-invoice.js';
import { selectCustomersById } from '../store/customer-list.js';
import { selectInvoices, type InvoicePlace } from '../store/invoice-list.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';
import { withOutcomes, type InvoiceRead } from './invoice.js';

/** Which issued invoices are asked for; what is left out narrows nothing. */
export interface InvoicesAsked {
  /** Id or external id. */
  readonly customer?: string | undefined;
  readonly status?: InvoiceStatus | undefined;
  readonly currency?: Currency | undefined;
  /** By the date on the invoice; `to` is not with it. */
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  readonly attention?: InvoiceAttention | undefined;
  /** For how many days an invoice may be open before it is overdue. */
  readonly overdueDays?: number | undefined;
  /** By date; newest unless told. */
  readonly order?: 'newest' | 'oldest' | undefined;
  readonly after?: InvoicePlace | undefined;
  readonly limit: number;
}

/** The moment before which an open invoice is overdue. */
export function overdueBefore(at: Instant, days: number = OVERDUE_DAYS): Instant {
  return instant(at - days * 86_400_000);
}

/** Issued invoices in order of date. @throws Refusal `not_found` for a customer that is not there. */
export async function listInvoices(engine: Engine, asked: InvoicesAsked): Promise<InvoiceRead[]> {
  const { customer, order = 'newest', after, limit, overdueDays, attention: kind, ...filter } = asked;
  const customerId = customer === undefined ? undefined : await findCustomerId(engine, customer);
  const attention = kind === undefined ? undefined : { kind, before: overdueBefore(engine.clock.now(), overdueDays) };
  return withOutcomes(engine, await selectInvoices(engine.database, { filter: { ...filter, customerId, attention }, order, after, limit }));
}

/** Whose the invoices are, in one read. */
export async function customersOf(engine: Engine, invoices: ReadonlyArray<{ readonly customerId: string }>): Promise<Map<string, Customer>> {
  const stored = await selectCustomersById(engine.database, [...new Set(invoices.map(({ customerId }) => customerId))]);
  return new Map(stored.map(({ customer }) => [customer.id, customer]));
}
