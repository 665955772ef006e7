import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CUSTOMER_ATTENTIONS, INVOICE_ATTENTIONS, OVERDUE_DAYS } from '../core/attention.js';
import { decimalText } from '../core/decimal.js';
import { instantText } from '../core/instant.js';
import { isTimeZone } from '../core/period.js';
import { invalidInput } from '../core/problems.js';
import type { Granularity } from '../core/series.js';
import { readOverview, readRevenue, type CustomersInNeed, type InvoicesInNeed, type Overview, type RevenuePoint, type SpanAsked } from '../service/overview.js';
import { readAllUsage, type AllUsage } from '../service/usage-total.js';
import { instantParameter } from './answer.js';
import type { HttpContext } from './context.js';
import { moneyView } from './money.js';
import { InstantText, Money, Nullable, Words } from './schema.js';

const Filter = Type.Object({ list: Words(['customers', 'invoices']), query: Type.Record(Type.String(), Type.String()) }, { description: 'The list that has all of them, and what it is asked for' });
const Named = { customer: Type.String(), external_id: Nullable(Type.String()), name: Nullable(Type.String()) };

const OverviewView = Type.Object({
  as_of: InstantText,
  customers: Type.Integer(),
  subscriptions: Type.Object({ active: Type.Integer(), trialing: Type.Integer(), paused: Type.Integer(), scheduled: Type.Integer() }, { description: 'Without add-ons' }),
  recurring: Type.Array(Money, {
    description: 'Recurring revenue per month, by currency: fixed prices of active subscriptions, before coupons and taxes, without usage; a year is twelve months, a month 30.436875 days; exact, the sum rounded once',
  }),
  attention: Type.Object({
    customers: Type.Array(
      Type.Object({ kind: Words(CUSTOMER_ATTENTIONS), count: Type.Integer(), filter: Filter, first: Type.Array(Type.Object({ ...Named, detail: Type.String() }), { description: 'The newest customers' }) }),
      { description: 'limit_reached: all of something is used that is then blocked; wallet_low: less is available than the minimum of the top-up settings, or nothing while something is paid from it; top_up_off: a decline switched the automatic top-up off' },
    ),
    invoices: Type.Array(
      Type.Object({
        kind: Words(INVOICE_ATTENTIONS), count: Type.Integer(), due: Type.Array(Money), filter: Filter,
        first: Type.Array(Type.Object({ invoice: Type.String(), number: Type.String(), date: InstantText, due: Money, ...Named, timezone: Nullable(Type.String({ description: 'IANA' })) }), { description: 'The oldest invoices' }),
      }),
      { description: 'Open invoices. payment_failed: the last charge was declined; overdue: others, of an earlier date than overdue_days ago' },
    ),
  }),
  behind: Type.Integer({ description: 'Customers whose last change is not in these figures yet: none, unless a great many have changed at once' }),
});

const SPAN = {
  from: Type.Optional({ ...InstantText, description: 'The stretch that holds it is the first one; 30 days, or with longer stretches twelve months, before to unless told' }),
  to: Type.Optional({ ...InstantText, description: 'The stretch that holds the moment before it is the last one; now unless told' }),
  timezone: Type.Optional(Type.String({ description: 'IANA zone whose calendar is meant; UTC unless told' })),
};
const UsageQuery = Type.Object({ ...SPAN, by: Type.Optional(Words(['hour', 'day', 'week', 'month'], { description: 'day unless told' })) });
const RevenueQuery = Type.Object({ ...SPAN, by: Type.Optional(Words(['day', 'week', 'month'], { description: 'month unless told' })) });

const UsageView = Type.Object({
  by: Type.String(),
  timezone: Type.String(),
  meters: Type.Array(
    Type.Object({
      meter: Type.String(),
      name: Type.String(),
      unit: Nullable(Type.String()),
      data: Type.Array(Type.Object({ start: InstantText, end: InstantText, events: Type.Integer({ description: 'Events that the meter could measure' }), value: Nullable(Type.String({ description: "In the meter's unit, not rounded up; null for max, last and unique: what customers use does not add up" })) })),
    }),
  ),
});
const RevenueView = Type.Object({
  by: Type.String(),
  timezone: Type.String(),
  data: Type.Array(
    Type.Object({ start: InstantText, end: InstantText, invoices: Type.Integer(), invoiced: Type.Object({ ...Money.properties }, { description: 'Totals of invoices of that date, taxes with them, without void ones' }), credited: Money }),
    { description: 'A point for each period and currency; exact' },
  ),
});

interface Span {
  from?: string;
  to?: string;
  timezone?: string;
  by?: Granularity;
}

export function overviewRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const config = { right: 'overview:read' } as const;
  const tags = ['overview'];
  app.get<{ Querystring: { overdue_days?: number } }>(
    '/v1/overview',
    { config, schema: { tags, summary: 'What there is, what it brings in, and what somebody should look at', querystring: Type.Object({ overdue_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650, default: OVERDUE_DAYS })) }), response: { 200: OverviewView } } },
    async (request) => overviewView(await readOverview(engine, { overdueDays: request.query.overdue_days }), request.query.overdue_days),
  );
  app.get<{ Querystring: Span }>('/v1/overview/usage', { config, schema: { tags, summary: 'Usage of all customers over time, by meter', querystring: UsageQuery, response: { 200: UsageView } } }, async (request) => {
    const { by = 'day' } = request.query;
    const span = spanOf(request.query, by);
    return { by, timezone: span.zone, meters: (await readAllUsage(engine, span)).map(usageView) };
  });
  app.get<{ Querystring: Span }>('/v1/overview/revenue', { config, schema: { tags, summary: 'What was invoiced over time, by currency', querystring: RevenueQuery, response: { 200: RevenueView } } }, async (request) => {
    const { by = 'month' } = request.query;
    const span = spanOf(request.query, by);
    return { by, timezone: span.zone, data: (await readRevenue(engine, span)).map(revenueView) };
  });
}

function spanOf({ from, to, timezone: zone = 'UTC' }: Span, granularity: Granularity): SpanAsked {
  if (!isTimeZone(zone)) throw invalidInput([{ pointer: 'querystring:/timezone', detail: `"${zone}" is not an IANA time zone` }]);
  return { from: instantParameter(from, 'querystring:/from'), to: instantParameter(to, 'querystring:/to'), granularity, zone };
}

function overviewView({ at, customers, subscriptions, recurring, customersInNeed, invoicesInNeed, behind }: Overview, overdueDays: number = OVERDUE_DAYS) {
  return {
    as_of: instantText(at), customers, subscriptions, behind,
    recurring: recurring.map(moneyView),
    attention: { customers: customersInNeed.map(customersView), invoices: invoicesInNeed.map((each) => invoicesView(each, overdueDays)) },
  };
}

function customersView({ kind, total, first }: CustomersInNeed) {
  return { kind, count: total, filter: { list: 'customers', query: { attention: kind } }, first: first.map(({ customer, detail }) => ({ customer: customer.id, external_id: customer.externalId, name: customer.name, detail })) };
}

function invoicesView({ kind, total, due, first }: InvoicesInNeed, overdueDays: number) {
  return {
    kind, count: total, due: due.map(moneyView),
    filter: { list: 'invoices', query: { attention: kind, ...(kind === 'overdue' ? { overdue_days: String(overdueDays) } : {}) } },
    first: first.map(({ read, customer }) => ({
      invoice: read.invoice.id, number: read.invoice.number, date: instantText(read.invoice.date), due: moneyView(read.standing.due), customer: read.customerId, external_id: customer?.externalId ?? null, name: customer?.name ?? null, timezone: customer?.zone ?? null,
    })),
  };
}

function usageView({ meter, points }: AllUsage) {
  return { meter: meter.code, name: meter.name, unit: meter.unit, data: points.map(({ startsAt, endsAt, events, value }) => ({ start: instantText(startsAt), end: instantText(endsAt), events, value: value === null ? null : decimalText(value) })) };
}

function revenueView({ startsAt, endsAt, invoices, invoiced, credited }: RevenuePoint) {
  return { start: instantText(startsAt), end: instantText(endsAt), invoices, invoiced: moneyView(invoiced), credited: moneyView(credited) };
}
