import { CUSTOMER_ATTENTIONS, INVOICE_ATTENTIONS, OVERDUE_DAYS, type CustomerAttention, type InvoiceAttention } from '../core/attention.js';
import type { Customer } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import { addMoney, zeroMoney, type Money } from '../core/money.js';
import { plusInterval, startOfLocalDay, type Period } from '../core/period.js';
import { monthlyRevenue } from '../core/recurring.js';
import type { Granularity } from '../core/series.js';
import type { SubscriptionStatus } from '../core/subscription.js';
import { countCustomers, selectAttentionTotals, selectCredited, selectOpenInvoiceTotals, selectRevenue, selectSpanTotals, type AttentionTotal, type OpenInvoiceTotal, type RevenueTotal, type SpanTotal } from '../store/overview.js';
import type { Engine } from './engine.js';
import type { InvoiceRead } from './invoice.js';
import { customersOf, listInvoices, overdueBefore } from './invoice-list.js';
import { freshOutlines } from './outline.js';
import { askedPeriods } from './series.js';

/** How many of each kind are named. */
const FIRST = 5;

/** Customers that need attention for one reason: how many, and the newest of them. */
export interface CustomersInNeed {
  readonly kind: CustomerAttention;
  readonly total: number;
  readonly first: readonly AttentionTotal[];
}

/** Open invoices that need attention for one reason: how many, what is due, and the oldest of them. */
export interface InvoicesInNeed {
  readonly kind: InvoiceAttention;
  readonly total: number;
  readonly due: readonly Money[];
  readonly first: ReadonlyArray<{ readonly read: InvoiceRead; readonly customer: Customer | undefined }>;
}

export interface Overview {
  readonly at: Instant;
  readonly customers: number;
  /** Without add-ons. */
  readonly subscriptions: Readonly<Record<Exclude<SubscriptionStatus, 'canceled'>, number>>;
  /** One per currency in which anything is active. See monthlyRevenue. */
  readonly recurring: readonly Money[];
  readonly customersInNeed: readonly CustomersInNeed[];
  readonly invoicesInNeed: readonly InvoicesInNeed[];
  /** Customers whose last change is not in these figures yet: none, unless a great many have changed at once. */
  readonly behind: number;
}

/** What there is, what it brings in, and what somebody should look at, of all customers. */
export async function readOverview(engine: Engine, { overdueDays = OVERDUE_DAYS }: { overdueDays?: number | undefined } = {}): Promise<Overview> {
  const behind = await freshOutlines(engine);
  const at = engine.clock.now();
  const { database } = engine;
  const [customers, spans, attentions, open] = await Promise.all([countCustomers(database), selectSpanTotals(database, at), selectAttentionTotals(database, FIRST), selectOpenInvoiceTotals(database, overdueBefore(at, overdueDays))]);
  return {
    at,
    customers,
    subscriptions: { active: countOf(spans, 'active'), trialing: countOf(spans, 'trialing'), paused: countOf(spans, 'paused'), scheduled: countOf(spans, 'scheduled') },
    recurring: recurringOf(spans),
    customersInNeed: CUSTOMER_ATTENTIONS.map((kind) => {
      const first = attentions.filter((each) => each.kind === kind);
      return { kind, total: first[0]?.total ?? 0, first };
    }),
    invoicesInNeed: await invoicesInNeed(engine, { open, overdueDays }),
    behind,
  };
}

async function invoicesInNeed(engine: Engine, { open, overdueDays }: { open: readonly OpenInvoiceTotal[]; overdueDays: number }): Promise<InvoicesInNeed[]> {
  return Promise.all(
    INVOICE_ATTENTIONS.map(async (kind) => {
      const totals = open.map(({ failed, overdue }) => (kind === 'payment_failed' ? failed : overdue)).filter(({ invoices }) => invoices > 0);
      const first = totals.length === 0 ? [] : await listInvoices(engine, { attention: kind, overdueDays, order: 'oldest', limit: FIRST });
      const customers = await customersOf(engine, first);
      return { kind, total: totals.reduce((sum, { invoices }) => sum + invoices, 0), due: totals.map(({ due }) => due), first: first.map((read) => ({ read, customer: customers.get(read.customerId) })) };
    }),
  );
}

function countOf(spans: readonly SpanTotal[], status: SubscriptionStatus): number {
  return spans.filter((span) => span.status === status).reduce((sum, { subscriptions }) => sum + subscriptions, 0);
}

function recurringOf(spans: readonly SpanTotal[]): Money[] {
  const active = spans.filter(({ status }) => status === 'active');
  return [...new Set(active.map(({ currency }) => currency))].sort().map((currency) => monthlyRevenue(active.filter((span) => span.currency === currency), currency));
}

/** A stretch of the calendar that is asked about. */
export interface SpanAsked {
  readonly from: Instant | undefined;
  readonly to: Instant | undefined;
  readonly granularity: Granularity;
  /** IANA. */
  readonly zone: string;
}

/** How far back a series begins unless told: days in days, everything longer in months. */
const DEFAULT_DAYS = 30;
const DEFAULT_MONTHS = 12;

/** Calendar stretches of a zone that cover what is asked for. @throws Refusal `invalid_request`: see askedPeriods. */
export function spanPeriods({ from, to, granularity, zone }: SpanAsked, now: Instant): Period[] {
  const until = to ?? now;
  const isShort = granularity === 'hour' || granularity === 'day';
  const start = from ?? startOfLocalDay(plusInterval(until, isShort ? { unit: 'day', count: 1 - DEFAULT_DAYS } : { unit: 'month', count: 1 - DEFAULT_MONTHS }, zone), zone);
  return askedPeriods({ from: start, to: until, granularity, zone });
}

/** What was invoiced in a stretch of time, in one currency. */
export interface RevenuePoint extends Period {
  readonly currency: Money['currency'];
  readonly invoices: number;
  /** Totals of invoices of that date, taxes with them; those taken back are left out. */
  readonly invoiced: Money;
  /** Totals of credit notes of that date. */
  readonly credited: Money;
}

/** What was invoiced over time, by currency: a point for each currency that anything was invoiced or credited in, in any of the periods. @throws Refusal `invalid_request`. */
export async function readRevenue(engine: Engine, asked: SpanAsked): Promise<RevenuePoint[]> {
  const periods = spanPeriods(asked, engine.clock.now());
  const [invoiced, credited] = await Promise.all([selectRevenue(engine.database, periods), selectCredited(engine.database, periods)]);
  const currencies = [...new Set([...invoiced, ...credited].map(({ total }) => total.currency))].sort();
  const totalIn = (totals: readonly RevenueTotal[], index: number, currency: Money['currency']): Money =>
    totals.filter((each) => each.index === index && each.total.currency === currency).reduce((sum, { total }) => addMoney(sum, total), zeroMoney(currency));
  return periods.flatMap((period, index) =>
    currencies.map((currency) => ({
      ...period,
      currency,
      invoices: invoiced.find((each) => each.index === index && each.total.currency === currency)?.documents ?? 0,
      invoiced: totalIn(invoiced, index, currency),
      credited: totalIn(credited, index, currency),
    })),
  );
}
