import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { decimalText, type Decimal } from '../core/decimal.js';
import type { Entitlement } from '../core/entitlement.js';
import { FOREVER, instantText, type Instant } from '../core/instant.js';
import type { InvoicePreview } from '../core/invoice.js';
import { paymentMethodStatus } from '../core/payment-method.js';
import type { BillingState } from '../core/state.js';
import type { PriceUsage } from '../core/usage.js';
import { readDerivedState, readState } from '../service/state.js';
import { customerOf, instantParameter } from './answer.js';
import type { HttpContext } from './context.js';
import { requireRight } from './auth.js';
import { customerView } from './customer.js';
import { moneyView } from './money.js';
import { InvoiceView, StateView } from './state-schema.js';
import { CustomerPath, InstantText } from './schema.js';
import { subscriptionView } from './subscription.js';
import { topUpView } from './top-up.js';
import { walletView } from './wallet.js';

const StateQuery = Type.Object({
  at: Type.Optional({ ...InstantText, description: 'The moment asked for; now unless told. A later one assumes no further usage.' }),
});

export function stateRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  app.get<{ Params: { customer: string }; Querystring: { at?: string } }>(
    '/v1/customers/:customer/state',
    {
      // A publishable key may read the part that holds no person and no money.
      config: { right: 'billing-state:read' },
      schema: { tags: ['state'], summary: 'What the customer has, has used, owes and may do', params: CustomerPath, querystring: StateQuery, response: { 200: StateView } },
    },
    async (request, reply) => {
      const { derived, at } = await readDerivedState(engine, customerOf(request), instantParameter(request.query.at, 'querystring:/at'));
      tag(reply, derived);
      // The rest of the answer does not change with the moment, so its bytes are kept with the state.
      const start = Buffer.from(`{"as_of":"${instantText(at)}",`, 'latin1');
      return reply.type('application/json; charset=utf-8').send(Buffer.concat([start, restOf(derived, isPublic(request))]));
    },
  );
  app.get<{ Params: { customer: string } }>(
    '/v1/customers/:customer/upcoming-invoice',
    { config: { right: 'state:read' }, schema: { tags: ['invoices'], summary: 'The next invoice if nothing more were used', params: CustomerPath, response: { 200: InvoiceView } } },
    async (request, reply) => {
      const state = await readState(engine, customerOf(request));
      tag(reply, state);
      return state.upcomingInvoice === null ? emptyInvoiceView(state) : invoiceView(state.upcomingInvoice);
    },
  );
}

/** The state as the native API writes it: a function of the state alone. */
export function stateView(state: BillingState) {
  return { as_of: instantText(state.asOf), ...timelessView(state) };
}

function timelessView(state: BillingState) {
  return {
    ...publicView(state),
    customer: customerView(state),
    wallet: state.wallets.map(walletView),
    top_up: state.topUp === null ? null : topUpView(state.topUp),
    payment_method: { status: paymentMethodStatus(state.paymentMethod, state.asOf) },
    upcoming_invoice: state.upcomingInvoice === null ? null : invoiceView(state.upcomingInvoice),
    owed: moneyView(state.owed),
  };
}

/** What a publishable key sees: no e-mail, no money but the cost of usage. */
function publicView(state: BillingState) {
  const { id, externalId } = state.customer;
  return {
    customer: { id, external_id: externalId },
    revision: state.revision,
    subscriptions: state.subscriptions.map((subscription) => subscriptionView(subscription, state.asOf)),
    usage: state.usage.map(usageView),
    entitlements: state.entitlements.map(entitlementView),
    access: { allowed: state.access.isAllowed, reasons: state.access.reasons },
  };
}

const bytes = new WeakMap<BillingState, { own?: Buffer; open?: Buffer }>();

/** The JSON of a state's view after its `as_of`, closing brace and all; kept as long as the state is. */
function restOf(derived: BillingState, isOpen: boolean): Buffer {
  const kept = bytes.get(derived) ?? {};
  bytes.set(derived, kept);
  if (isOpen) return (kept.open ??= jsonAfterBrace(publicView(derived)));
  return (kept.own ??= jsonAfterBrace(timelessView(derived)));
}

function jsonAfterBrace(view: object): Buffer {
  return Buffer.from(JSON.stringify(view).slice(1));
}

export function invoiceView(invoice: InvoicePreview) {
  return {
    date: instantText(invoice.date),
    currency: invoice.currency,
    lines: invoice.lines.map((line) => ({
      kind: line.kind,
      subscription: line.subscriptionId,
      price: line.priceCode,
      description: line.description,
      period: { start: instantText(line.period.startsAt), end: line.period.endsAt === FOREVER ? null : instantText(line.period.endsAt) },
      quantity: decimalText(line.quantity),
      unit_amount: line.unitAmount === null ? null : decimalText(line.unitAmount),
      amount: moneyView(line.amount),
    })),
    subtotal: moneyView(invoice.subtotal),
    tax: moneyView(invoice.tax),
    total: moneyView(invoice.total),
    amount_due: moneyView(invoice.amountDue),
  };
}

/** Nothing will be billed: an invoice without a date and without lines. */
function emptyInvoiceView({ customer }: BillingState) {
  const nothing = moneyView({ minor: 0n, currency: customer.currency });
  return { date: null, currency: customer.currency, lines: [], subtotal: nothing, tax: nothing, total: nothing, amount_due: nothing };
}

function usageView(usage: PriceUsage) {
  const { subscription, price, window, figures } = usage;
  return {
    subscription: subscription.id,
    price: price.code,
    name: price.name,
    meter: price.meter.code,
    unit: price.meter.unit,
    window: { start: instantText(window.startsAt), end: ending(window.endsAt) },
    included: optional(figures.included),
    carried: decimalText(figures.carried),
    used: decimalText(figures.used),
    remaining: optional(figures.remaining),
    overage: decimalText(figures.overage),
    overage_allowed: usage.isOverageAllowed,
    paid_from: price.paidFrom,
    amount: moneyView(usage.amount),
    resets_at: ending(window.endsAt),
    ...(price.model.type === 'dimensional' ? { by_dimension: dimensionsView(usage, price.model.dimensions) } : {}),
  };
}

function dimensionsView(usage: PriceUsage, dimensions: readonly string[]) {
  return usage.byDimension.map(({ values, quantity }) => ({
    dimensions: Object.fromEntries(dimensions.map((name, index) => [name, values[index] ?? ''])),
    used: decimalText(quantity),
  }));
}

function entitlementView({ feature, isGranted, limit, used, remaining, resetsAt }: Entitlement) {
  return {
    feature: feature.code,
    name: feature.name,
    type: feature.type,
    granted: isGranted,
    limit: limit === 'unlimited' ? limit : optional(limit),
    used: optional(used),
    remaining: optional(remaining),
    resets_at: resetsAt === null ? null : instantText(resetsAt),
  };
}

function tag(reply: FastifyReply, state: BillingState): void {
  void reply.header('etag', `W/"${state.revision}"`);
}

/** Publishable keys and keys narrowed to the billing state see the public part. */
function isPublic(request: FastifyRequest): boolean {
  const { principal } = request;
  if (principal === null || principal.kind === 'publishable') return true;
  requireRight(principal, 'state:read');
  return false;
}

function ending(at: Instant): string | null {
  return at === FOREVER ? null : instantText(at);
}

function optional(value: Decimal | null): string | null {
  return value === null ? null : decimalText(value);
}
