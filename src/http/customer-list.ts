import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CUSTOMER_ATTENTIONS, INVOICE_ATTENTIONS, OVERDUE_DAYS, type CustomerAttention, type InvoiceAttention } from '../core/attention.js';
import { parseCurrency } from '../core/currency.js';
import { invalidInput } from '../core/problems.js';
import type { SubscriptionStatus } from '../core/subscription.js';
import type { SubscriptionState } from '../core/state.js';
import { listCustomers, type CustomersAsked, type ListedCustomer } from '../service/customer-list.js';
import { page, readCursor } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerView, customerView } from './customer.js';
import { PageOf, PageQuery, Words } from './schema.js';

/** What lives comes first: the status of a customer is the first of these that one of its subscriptions has. */
const STATUSES = ['active', 'trialing', 'paused', 'scheduled', 'canceled'] as const satisfies readonly SubscriptionStatus[];
const ORDERS = ['newest', 'oldest', 'name'] as const;
type CustomerOrder = (typeof ORDERS)[number];

const ListQuery = Type.Intersect([
  PageQuery,
  Type.Object({
    query: Type.Optional(Type.String({ description: 'Part of a name, e-mail or external id' })),
    plan: Type.Optional(Type.String({ description: 'Code of a plan that a subscription is on now' })),
    status: Type.Optional(Words([...STATUSES, 'none'], { description: 'Of a subscription now, on the plan if one is named. canceled: it has had one, and none is left; none: it never had one' })),
    attention: Type.Optional(Words([...CUSTOMER_ATTENTIONS, ...INVOICE_ATTENTIONS], { description: 'Those that somebody should look at, as the overview says' })),
    overdue_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650, default: OVERDUE_DAYS })),
    currency: Type.Optional(Type.String({ description: 'ISO 4217' })),
    sort: Type.Optional(Words(ORDERS, { description: 'newest unless told; name: in any letter case, those without one by external id' })),
  }),
]);

const ListedView = Type.Intersect([
  CustomerView,
  Type.Object({
    status: Words([...STATUSES, 'none'], { description: 'The first of active, trialing, paused, scheduled, canceled that one of its subscriptions has; none without any' }),
    subscriptions: Type.Array(Type.Object({ id: Type.String(), plan: Type.Object({ code: Type.String(), name: Type.String() }), status: Words(STATUSES) }), { description: 'Those that are not canceled' }),
  }),
]);

interface Query {
  limit?: number;
  cursor?: string;
  query?: string;
  plan?: string;
  status?: SubscriptionStatus | 'none';
  attention?: CustomerAttention | InvoiceAttention;
  overdue_days?: number;
  currency?: string;
  sort?: CustomerOrder;
}

export function customerListRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  app.get<{ Querystring: Query }>(
    '/v1/customers',
    { config: { right: 'customers:write' }, schema: { tags: ['customers'], summary: 'List customers, newest first unless told', querystring: ListQuery, response: { 200: PageOf(ListedView, 'Customers') } } },
    async (request) => {
      const { limit = 50, sort = 'newest' } = request.query;
      const found = await listCustomers(engine, { ...askedOf(request.query), limit: limit + 1 });
      const { items, nextCursor } = page(found, limit, ({ place }) => `${sort} ${place.accountNumber} ${place.sortName}`);
      return { data: items.map(listedView), next_cursor: nextCursor };
    },
  );
}

function askedOf({ query: matching, plan, status, attention, overdue_days: overdueDays, currency: code, sort: order = 'newest', cursor }: Query): Omit<CustomersAsked, 'limit'> {
  const currency = code === undefined ? undefined : parseCurrency(code);
  if (code !== undefined && currency === undefined) throw invalidInput([{ pointer: 'querystring:/currency', detail: `"${code}" is not an ISO 4217 currency` }]);
  return { matching, plan, status, attention, overdueDays, currency, order, after: placeIn(cursor, order) };
}

/** A place in another order is none in this one. */
function placeIn(cursor: string | undefined, order: CustomerOrder): CustomersAsked['after'] {
  const text = readCursor(cursor);
  if (text === undefined) return undefined;
  const [, sort, number, sortName] = /^([a-z]+) (\d{1,15}) ([\s\S]*)$/.exec(text) ?? [];
  if (sort !== order || number === undefined || sortName === undefined) throw invalidInput([{ pointer: 'querystring:/cursor', detail: 'is not a cursor of this list in this order' }]);
  return { accountNumber: Number(number), sortName };
}

function listedView(listed: ListedCustomer) {
  const { subscriptions } = listed;
  return {
    ...customerView(listed),
    status: STATUSES.find((one) => subscriptions.some(({ status }) => status === one)) ?? ('none' as const),
    subscriptions: subscriptions.filter(({ status }) => status !== 'canceled').map(subscriptionView),
  };
}

function subscriptionView({ subscription, phase, status }: SubscriptionState) {
  return { id: subscription.id, plan: { code: phase.plan.code, name: phase.plan.name }, status };
}
