import type { CustomerAttention } from '../core/attention.js';
import type { Currency } from '../core/currency.js';
import { decimal, type Decimal } from '../core/decimal.js';
import type { Instant } from '../core/instant.js';
import type { Money } from '../core/money.js';
import type { Interval, IntervalUnit, Period } from '../core/period.js';
import type { SubscriptionStatus } from '../core/subscription.js';
import type { Queryable } from './database.js';
import { LAST_CHARGE } from './invoice-list.js';
import { statement } from './statement.js';
import { timestampText } from './timestamp.js';

const countCustomersStatement = statement(
  'count_customers',
  `
select count(*) as customers
from customers
where deleted_at is null
`,
);

const selectSpanTotalsStatement = statement(
  'select_span_totals',
  `
select status, currency, interval_unit, interval_count, count(*) filter (where not is_addon) as subscriptions, sum(amount) as amount
from subscription_spans
where status in ('scheduled', 'trialing', 'active', 'paused')
  and ends_at > $1
  and starts_at <= $1
group by status, currency, interval_unit, interval_count
order by status, currency, interval_unit, interval_count
`,
);

const selectAttentionTotalsStatement = statement(
  'select_attention_totals',
  `
select a.kind, a.total, a.detail, c.id, c.external_id, c.name
from (
  select kind, bucket, customer_id, detail, account_number, count(*) over (partition by kind) as total,
    row_number() over (partition by kind order by account_number desc) as place
  from customer_attentions
) a
join customers c on c.bucket = a.bucket and c.id = a.customer_id
where a.place <= $1
order by a.kind, a.account_number desc
`,
);

/** Materialized: else the last charge of each invoice is looked up once for every sum. */
const selectOpenInvoiceTotalsStatement = statement(
  'select_open_invoice_totals',
  `
with charged as materialized (
  select i.currency, i.dated_at, i.due_minor, ${LAST_CHARGE} as outcome
  from invoices i
  where i.status = 'open'
)
select currency,
  count(*) filter (where outcome = 'declined') as failed,
  coalesce(sum(due_minor) filter (where outcome = 'declined'), 0) as failed_minor,
  count(*) filter (where dated_at < $1 and outcome is distinct from 'declined') as overdue,
  coalesce(sum(due_minor) filter (where dated_at < $1 and outcome is distinct from 'declined'), 0) as overdue_minor
from charged
group by currency
order by currency
`,
);

/** Lateral, as the one below: each period is found by the index, whatever the planner believes of the table. */
const selectRevenueStatement = statement(
  'select_revenue',
  `
select p.position, t.currency, t.invoices, t.total_minor
from unnest($1::timestamptz[], $2::timestamptz[]) with ordinality as p (starts_at, ends_at, position)
cross join lateral (
  select i.currency, count(*) as invoices, sum(i.total_minor) as total_minor
  from invoices i
  where i.dated_at >= p.starts_at
    and i.dated_at < p.ends_at
    and i.status <> 'void'
  group by i.currency
) t
order by p.position, t.currency
`,
);

const selectCreditedStatement = statement(
  'select_credited',
  `
select p.position, t.currency, t.invoices, t.total_minor
from unnest($1::timestamptz[], $2::timestamptz[]) with ordinality as p (starts_at, ends_at, position)
cross join lateral (
  select n.body -> 'total' ->> 'currency' as currency, count(*) as invoices, sum((n.body -> 'total' ->> 'minor')::numeric) as total_minor
  from credit_notes n
  where n.made_at >= p.starts_at
    and n.made_at < p.ends_at
  group by n.body -> 'total' ->> 'currency'
) t
order by p.position, t.currency
`,
);

export async function countCustomers(queryable: Queryable): Promise<number> {
  const [row] = await queryable.rows<{ customers: string }>(countCustomersStatement, []);
  return Number(row?.customers ?? 0);
}

/** Subscriptions in force or to come that are alike; add-ons are in the amount, not in the number. */
export interface SpanTotal {
  readonly status: SubscriptionStatus;
  readonly currency: Currency;
  readonly interval: Interval;
  readonly subscriptions: number;
  readonly amount: Decimal;
}

export async function selectSpanTotals(queryable: Queryable, at: Instant): Promise<SpanTotal[]> {
  const rows = await queryable.rows<{ status: SubscriptionStatus; currency: Currency; interval_unit: IntervalUnit; interval_count: number; subscriptions: string; amount: string }>(selectSpanTotalsStatement, [timestampText(at)]);
  return rows.map((row) => ({ status: row.status, currency: row.currency, interval: { unit: row.interval_unit, count: row.interval_count }, subscriptions: Number(row.subscriptions), amount: decimal(row.amount) }));
}

/** How many customers there are of one kind, and one of the first. */
export interface AttentionTotal {
  readonly kind: CustomerAttention;
  readonly total: number;
  readonly detail: string;
  readonly customer: { readonly id: string; readonly externalId: string | null; readonly name: string | null };
}

/** Of each kind the `first` newest customers. */
export async function selectAttentionTotals(queryable: Queryable, first: number): Promise<AttentionTotal[]> {
  const rows = await queryable.rows<{ kind: CustomerAttention; total: string; detail: string; id: string; external_id: string | null; name: string | null }>(selectAttentionTotalsStatement, [first]);
  return rows.map(({ kind, total, detail, id, external_id: externalId, name }) => ({ kind, total: Number(total), detail, customer: { id, externalId, name } }));
}

/** Open invoices of one currency that need attention, and what is due on them. */
export interface OpenInvoiceTotal {
  readonly failed: { readonly invoices: number; readonly due: Money };
  readonly overdue: { readonly invoices: number; readonly due: Money };
}

/** By currency; overdue is what is dated before the moment. */
export async function selectOpenInvoiceTotals(queryable: Queryable, overdueBefore: Instant): Promise<OpenInvoiceTotal[]> {
  const rows = await queryable.rows<{ currency: Currency; failed: string; failed_minor: string; overdue: string; overdue_minor: string }>(selectOpenInvoiceTotalsStatement, [timestampText(overdueBefore)]);
  return rows.map(({ currency, failed, failed_minor: failedMinor, overdue, overdue_minor: overdueMinor }) => ({
    failed: { invoices: Number(failed), due: { minor: BigInt(failedMinor), currency } },
    overdue: { invoices: Number(overdue), due: { minor: BigInt(overdueMinor), currency } },
  }));
}

/** What documents of one currency, dated in one of the periods asked for, come to. */
export interface RevenueTotal {
  /** Which of the periods, from 0. */
  readonly index: number;
  readonly documents: number;
  readonly total: Money;
}

/** Invoices that were issued and not taken back, wallets' with them. */
export async function selectRevenue(queryable: Queryable, periods: readonly Period[]): Promise<RevenueTotal[]> {
  return (await queryable.rows<RevenueRow>(selectRevenueStatement, periodColumns(periods))).map(fromRevenueRow);
}

/** Credit notes. */
export async function selectCredited(queryable: Queryable, periods: readonly Period[]): Promise<RevenueTotal[]> {
  return (await queryable.rows<RevenueRow>(selectCreditedStatement, periodColumns(periods))).map(fromRevenueRow);
}

interface RevenueRow {
  readonly position: string;
  readonly currency: Currency;
  readonly invoices: string;
  readonly total_minor: string;
}

function fromRevenueRow({ position, currency, invoices, total_minor: minor }: RevenueRow): RevenueTotal {
  return { index: Number(position) - 1, documents: Number(invoices), total: { minor: BigInt(minor), currency } };
}

export function periodColumns(periods: readonly Period[]): unknown[] {
  return [periods.map(({ startsAt }) => timestampText(startsAt)), periods.map(({ endsAt }) => timestampText(endsAt))];
}
