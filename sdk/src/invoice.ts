import type { Call, CallOptions } from './call.js';
import type { ExplainQuery, Explanation } from './explain.js';
import type { Decimal, Instant, InstantInput, Money, OpenPeriod } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

export interface InvoiceLine {
  /**
   * `fixed`: a whole period in advance; `proration`: part of a period, given back below zero; `usage`: in arrears;
   * `adjustment`: usage that came after its window was invoiced; `minimum`, `maximum`: what the plan costs at least or
   * at most; `discount`: by a coupon.
   */
  kind: 'fixed' | 'proration' | 'usage' | 'adjustment' | 'minimum' | 'maximum' | 'discount';
  subscription: string;
  /** Code of the price; null for what concerns the plan as a whole. */
  price: string | null;
  description: string;
  period: OpenPeriod;
  quantity: Decimal;
  /** Major units; null where quantity times it is not the amount, as with tiers. */
  unit_amount: Decimal | null;
  amount: Money;
  /** When asked for. */
  explanation?: Explanation;
}

/** One tax on an invoice. */
export interface InvoiceTax {
  name: string;
  percent: Decimal;
  /** Whether the prices held it already. */
  inclusive: boolean;
  amount: Money;
  /** When asked for. */
  explanation?: string;
}

/** Figures that every invoice has: subtotal + tax = total, total - wallet_credit = what is due on issue. */
export interface InvoiceTotals {
  currency: string;
  lines: InvoiceLine[];
  /** Without tax, also without what prices held already. */
  subtotal: Money;
  taxes: InvoiceTax[];
  tax: Money;
  total: Money;
  /** Paid by the wallet; below zero when the invoice gives money back to it. */
  wallet_credit: Money;
  /** Of an issued invoice: what is still to be paid now. */
  amount_due: Money;
}

/** An invoice that is not issued. */
export interface UpcomingInvoice extends InvoiceTotals {
  /** When it will be issued; null when nothing will be billed. */
  date: Instant | null;
}

/** Part of an invoice given back, with its tax. */
export interface CreditNote {
  id: string;
  /** Its own series: CN-000001. */
  number: string;
  date: Instant;
  reason: string | null;
  subtotal: Money;
  tax: Money;
  total: Money;
  /** What went to the wallet, because it had been paid. */
  to_wallet: Money;
}

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';

/** An invoice, issued or in draft. */
export interface Invoice extends InvoiceTotals {
  id: string;
  /** Id of the customer. */
  customer: string;
  /** Such as INV-000042; null for a draft. */
  number: string | null;
  status: InvoiceStatus;
  date: Instant;
  /** Null for a draft. */
  issued_at: Instant | null;
  /** When a draft becomes final: until then late usage changes it. Null for an issued invoice. */
  finalizes_at: Instant | null;
  paid: Money;
  credited: Money;
  credit_notes: CreditNote[];
}

/** An invoice in the list of all, with whose it is. */
export interface ListedInvoice extends Invoice {
  customer_external_id: string | null;
  customer_name: string | null;
  /** IANA. */
  customer_timezone: string | null;
}

export interface InvoiceQuery extends PageQuery {
  status?: InvoiceStatus | undefined;
  /** ISO 4217. */
  currency?: string | undefined;
  /** By the date on the invoice. */
  from?: InstantInput | undefined;
  /** Not with it. */
  to?: InstantInput | undefined;
  /** By the date on the invoice; `newest` unless told. */
  order?: 'newest' | 'oldest' | undefined;
}

export interface AllInvoicesQuery extends InvoiceQuery {
  /** Id or external id. Drafts are listed of one customer only. */
  customer?: string | undefined;
  /** Open invoices. `payment_failed`: their last charge was declined. `overdue`: others, of an earlier date than `overdue_days` ago. */
  attention?: 'payment_failed' | 'overdue' | undefined;
  /** 14 unless told. */
  overdue_days?: number | undefined;
}

export interface CreditInput {
  /** Major units, without tax; its part of the tax is added. All that is left unless told. */
  amount?: Decimal | undefined;
  reason?: string | null | undefined;
}

export interface InvoiceOperations {
  /** A page of the invoices of all customers or of one, newest first. Needs a key that may write invoices. Problems: `not_found`. */
  listInvoices(query?: AllInvoicesQuery, options?: CallOptions): Promise<Page<ListedInvoice>>;
  /** Every invoice of all customers or of one, newest first. */
  invoices(query?: AllInvoicesQuery, options?: CallOptions): AsyncGenerator<ListedInvoice, void, undefined>;
  /** A page of a customer's invoices, newest first, drafts on the first page. Problems: `not_found`. */
  listCustomerInvoices(customer: string, query?: InvoiceQuery, options?: CallOptions): Promise<Page<Invoice>>;
  /** Every invoice of a customer, newest first, drafts with them. */
  customerInvoices(customer: string, query?: InvoiceQuery, options?: CallOptions): AsyncGenerator<Invoice, void, undefined>;
  /** Problems: `not_found`. */
  getInvoice(invoice: string, query?: ExplainQuery, options?: CallOptions): Promise<Invoice>;
  /** A page of HTML that needs nothing from elsewhere. Problems: `not_found`. */
  getInvoiceHtml(invoice: string, options?: CallOptions): Promise<string>;
  /** The bytes of a PDF. Problems: `not_found`. */
  getInvoicePdf(invoice: string, options?: CallOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Charges what is open to the card on file; the answer does not wait for it. Problems: `invoice_conflict`, `not_found`, `payment_method_missing`. */
  chargeInvoice(invoice: string, options?: CallOptions): Promise<Invoice>;
  /** Records that what is open was paid outside of Paidup; `reference` is your name for the payment. Problems: `invoice_conflict`, `not_found`. */
  recordPayment(invoice: string, payment?: { reference?: string | null | undefined }, options?: CallOptions): Promise<Invoice>;
  /** Takes an open invoice back, as if it had not been issued. Problems: `invoice_conflict`, `not_found`. */
  voidInvoice(invoice: string, input?: { reason?: string | null | undefined }, options?: CallOptions): Promise<Invoice>;
  /** Gives up on an open invoice being paid. Problems: `invoice_conflict`, `not_found`. */
  writeOffInvoice(invoice: string, input?: { reason?: string | null | undefined }, options?: CallOptions): Promise<Invoice>;
  /** Gives part of an invoice back, or all that is left: it lowers what is due first; what was paid goes to the wallet. Problems: `invalid_request`, `invoice_conflict`, `not_found`. */
  creditInvoice(invoice: string, credit?: CreditInput, options?: CallOptions): Promise<CreditNote>;
}

export function invoiceOperations(call: Call): InvoiceOperations {
  const one = (invoice: string, ...rest: string[]): string[] => ['v1', 'invoices', invoice, ...rest];
  const command = <Answer>(path: readonly string[], body: unknown, options?: CallOptions): Promise<Answer> => call({ method: 'POST', path, body, options });
  const listInvoices = (query?: AllInvoicesQuery, options?: CallOptions): Promise<Page<ListedInvoice>> => call({ method: 'GET', path: ['v1', 'invoices'], query: { ...query }, options });
  const listCustomerInvoices = (customer: string, query?: InvoiceQuery, options?: CallOptions): Promise<Page<Invoice>> =>
    call({ method: 'GET', path: ['v1', 'customers', customer, 'invoices'], query: { ...query }, options });
  return {
    listInvoices,
    invoices: (query, options) => everyItem((page) => listInvoices({ ...query, ...page }, options), query),
    listCustomerInvoices,
    customerInvoices: (customer, query, options) => everyItem((page) => listCustomerInvoices(customer, { ...query, ...page }, options), query),
    getInvoice: (invoice, query, options) => call({ method: 'GET', path: one(invoice), query: { ...query }, options }),
    getInvoiceHtml: (invoice, options) => call({ method: 'GET', path: one(invoice, 'html'), answer: 'text/html', options }),
    getInvoicePdf: (invoice, options) => call({ method: 'GET', path: one(invoice, 'pdf'), answer: 'application/pdf', options }),
    chargeInvoice: (invoice, options) => command(one(invoice, 'charge'), undefined, options),
    recordPayment: (invoice, payment = {}, options) => command(one(invoice, 'pay'), payment, options),
    voidInvoice: (invoice, input = {}, options) => command(one(invoice, 'void'), input, options),
    writeOffInvoice: (invoice, input = {}, options) => command(one(invoice, 'write-off'), input, options),
    creditInvoice: (invoice, credit = {}, options) => command(one(invoice, 'credit-notes'), credit, options),
  };
}
