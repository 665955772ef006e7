import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { INVOICE_ATTENTIONS, OVERDUE_DAYS, type InvoiceAttention } from '../core/attention.js';
import { parseCurrency, type Currency } from '../core/currency.js';
import { instantText, parseInstant, type Instant } from '../core/instant.js';
import type { InvoiceStatus } from '../core/issued-invoice.js';
import { invalidInput } from '../core/problems.js';
import { listDrafts, type DraftRead } from '../service/invoice.js';
import { customersOf, listInvoices, type InvoicesAsked } from '../service/invoice-list.js';
import { customerOf, instantParameter, page, readCursor } from './answer.js';
import type { HttpContext } from './context.js';
import { readView } from './invoice.js';
import { IssuedInvoiceView } from './invoice-view.js';
import { CustomerPath, InstantText, Nullable, PageOf, PageQuery, Words } from './schema.js';

const STATUSES = ['draft', 'open', 'paid', 'uncollectible', 'void'] as const;

const FILTERS = {
  status: Type.Optional(Words(STATUSES)),
  currency: Type.Optional(Type.String({ description: 'ISO 4217' })),
  from: Type.Optional({ ...InstantText, description: 'By the date on the invoice' }),
  to: Type.Optional({ ...InstantText, description: 'Not with it' }),
  order: Type.Optional(Words(['newest', 'oldest'], { description: 'By the date on the invoice; newest unless told' })),
};
const ListQuery = Type.Intersect([PageQuery, Type.Object(FILTERS)]);
const AllQuery = Type.Intersect([
  PageQuery,
  Type.Object({
    ...FILTERS,
    customer: Type.Optional(Type.String({ description: 'Id or external id' })),
    attention: Type.Optional(Words(INVOICE_ATTENTIONS, { description: 'Open invoices: payment_failed: their last charge was declined; overdue: others, of an earlier date than overdue_days ago' })),
    overdue_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650, default: OVERDUE_DAYS })),
  }),
]);

const NAMES = { customer_external_id: Nullable(Type.String()), customer_name: Nullable(Type.String()), customer_timezone: Nullable(Type.String({ description: 'IANA' })) };

interface Query extends Static<typeof PageQuery> {
  customer?: string;
  status?: InvoiceStatus;
  currency?: string;
  from?: string;
  to?: string;
  order?: 'newest' | 'oldest';
  attention?: InvoiceAttention;
  overdue_days?: number;
}

export function invoiceListRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const tags = ['invoices'];
  app.get<{ Querystring: Query }>(
    '/v1/invoices',
    {
      config: { right: 'invoices:write' },
      schema: { tags, summary: 'List invoices, newest first; drafts of a customer with them', querystring: AllQuery, response: { 200: PageOf(Type.Intersect([IssuedInvoiceView, Type.Object(NAMES)]), 'Invoices') } },
    },
    async (request) => {
      const { items, nextCursor } = await list(engine, request.query);
      const customers = await customersOf(engine, items);
      const data = items.map((found) => {
        const customer = customers.get(found.customerId);
        return { ...readView(found, false), customer_external_id: customer?.externalId ?? null, customer_name: customer?.name ?? null, customer_timezone: customer?.zone ?? null };
      });
      return { data, next_cursor: nextCursor };
    },
  );
  app.get<{ Params: { customer: string }; Querystring: Query }>(
    '/v1/customers/:customer/invoices',
    { config: { right: 'state:read' }, schema: { tags, summary: "List a customer's invoices, newest first, drafts with them", params: CustomerPath, querystring: ListQuery, response: { 200: PageOf(IssuedInvoiceView, 'Invoices') } } },
    async (request) => {
      const { items, nextCursor } = await list(engine, { ...request.query, customer: customerOf(request) });
      return { data: items.map((found) => readView(found, false)), next_cursor: nextCursor };
    },
  );
}

async function list(engine: HttpContext['engine'], query: Query) {
  const { limit = 50, status } = query;
  const asked = askedOf(query);
  const issued = status === 'draft' ? [] : await listInvoices(engine, { ...asked, limit: limit + 1 });
  const { items, nextCursor } = page(issued, limit, ({ invoice }) => `${instantText(invoice.date)} ${invoice.id}`);
  // Drafts are derived, and newer than what is issued: they stand at that end of the list.
  const isTheirs = asked.order === 'oldest' ? nextCursor === null : asked.after === undefined;
  const drafts = isTheirs ? await draftsOf(engine, asked) : [];
  return { items: asked.order === 'oldest' ? [...items, ...drafts] : [...drafts.reverse(), ...items], nextCursor };
}

/** The drafts that are asked for, oldest first: of one customer only. */
async function draftsOf(engine: HttpContext['engine'], asked: Omit<InvoicesAsked, 'limit'>): Promise<DraftRead[]> {
  const { customer, status, attention, currency, from, to } = asked;
  if (customer === undefined || (status !== undefined && status !== 'draft') || attention !== undefined) return [];
  const drafts = await listDrafts(engine, customer);
  return drafts.filter(({ draft }) => (currency === undefined || draft.currency === currency) && (from === undefined || draft.date >= from) && (to === undefined || draft.date < to));
}

function askedOf({ customer, status, currency, from, to, order, attention, overdue_days: overdueDays, cursor }: Query): Omit<InvoicesAsked, 'limit'> {
  return {
    customer, status, order, attention, overdueDays,
    currency: currency === undefined ? undefined : readCurrency(currency),
    from: instantParameter(from, 'querystring:/from'),
    to: instantParameter(to, 'querystring:/to'),
    after: readPlace(cursor),
  };
}

function readCurrency(text: string): Currency {
  const currency = parseCurrency(text);
  if (currency === undefined) throw invalidInput([{ pointer: 'querystring:/currency', detail: `"${text}" is not an ISO 4217 currency` }]);
  return currency;
}

function readPlace(cursor: string | undefined): { date: Instant; id: string } | undefined {
  const text = readCursor(cursor);
  if (text === undefined) return undefined;
  const [dateText = '', id = ''] = text.split(' ');
  const date = parseInstant(dateText);
  if (date === undefined) throw invalidInput([{ pointer: 'querystring:/cursor', detail: 'is not a cursor of this list' }]);
  return { date, id };
}
