import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { decimalText, type Decimal } from '../core/decimal.js';
import { FOREVER, instantText, type Instant } from '../core/instant.js';
import { zeroMoney } from '../core/money.js';
import { paymentMethodStatus } from '../core/payment-method.js';
import type { BillingState } from '../core/state.js';
import type { PriceUsage } from '../core/usage.js';
import { invoiceIdOf } from '../service/booking.js';
import type { DerivedState } from '../service/derived-state.js';
import { readPastState } from '../service/history.js';
import { waitForRevision } from '../service/revision.js';
import { readDerivedState } from '../service/state.js';
import { alertView } from './alert.js';
import { customerOf, instantParameter } from './answer.js';
import type { HttpContext } from './context.js';
import { requireRight } from './auth.js';
import { allowPages, answerPreflight } from './cors.js';
import { customerView } from './customer.js';
import { endingOf } from './ending.js';
import { entitlementView } from './entitlement.js';
import { entityTag, isUnchanged } from './entity-tag.js';
import { explainedView } from './explain.js';
import { InvoiceView, draftView, emptyInvoiceView, invoiceView } from './invoice-view.js';
import { moneyView } from './money.js';
import { StateView } from './state-schema.js';
import { CustomerPath, InstantText, Unchanged } from './schema.js';
import { subscriptionView } from './subscription.js';
import { topUpStateView } from './top-up.js';
import { walletView } from './wallet.js';

const MAX_WAIT_MS = 30_000;

const StateQuery = Type.Object({
  at: Type.Optional({ ...InstantText, description: 'The moment asked for, past or future; now unless told. A later one assumes no further usage, payments or changes.' }),
  known_at_revision: Type.Optional(Type.Integer({ minimum: 0, description: "By what was known when the customer's change of this number had been made" })),
  explain: Type.Optional(Type.Boolean({ description: 'Adds to each figure why it is what it is' })),
  min_revision: Type.Optional(Type.Integer({ minimum: 0, description: "Waits until the customer's change of this number has been made" })),
  wait_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_WAIT_MS, default: 5_000, description: 'How long to wait for min_revision at most' })),
});
const UpcomingQuery = Type.Object({ at: StateQuery.properties.at, explain: StateQuery.properties.explain });

interface StateParameters {
  at?: string;
  known_at_revision?: number;
  explain?: boolean;
  min_revision?: number;
  wait_ms: number;
}

export function stateRoutes(app: FastifyInstance, { engine, closing }: HttpContext): void {
  app.options('/v1/customers/:customer/state', { config: { right: 'open' }, schema: { hide: true } }, answerPreflight);
  app.get<{ Params: { customer: string }; Querystring: StateParameters }>(
    '/v1/customers/:customer/state',
    {
      // A publishable key may read the part that holds no person and no money, from any page.
      config: { right: 'billing-state:read' },
      onSend: allowPages,
      schema: { tags: ['state'], summary: 'What the customer has, has used, owes and may do', params: CustomerPath, querystring: StateQuery, response: { 200: StateView, 304: Unchanged } },
    },
    async (request, reply) => {
      const { explain: isExplained = false, known_at_revision: revision, min_revision: least, wait_ms: waitMs } = request.query;
      const moment = instantParameter(request.query.at, 'querystring:/at');
      const isOpen = isPublic(request);
      if (least !== undefined) await waitForRevision(engine, customerOf(request), { revision: least, waitMs, signal: endingOf(reply, closing).signal });
      const read = await (revision === undefined ? readDerivedState(engine, customerOf(request), moment) : readPastState(engine, customerOf(request), { at: moment ?? engine.clock.now(), revision }));
      const assumptions = moment === undefined ? NOTHING_ASSUMED : assumptionsAt(moment, engine.clock.now());
      const view = `${isOpen ? 'p' : ''}${isExplained ? 'x' : ''}${assumptions.length > 0 ? 'f' : ''}`;
      if (isUnchanged(request, reply, entityTag(read.stamp, view))) return reply.send();
      if (isExplained && !isOpen) {
        const state = { ...read.derived, asOf: read.at };
        return explainedView({ ...stateView(state), assumptions: [...assumptions] }, state);
      }
      return reply.type('application/json; charset=utf-8').send(stateBytes(read, { assumptions, isOpen }));
    },
  );
  app.get<{ Params: { customer: string }; Querystring: { explain?: boolean; at?: string } }>(
    '/v1/customers/:customer/upcoming-invoice',
    { config: { right: 'state:read' }, schema: { tags: ['invoices'], summary: 'The next invoice if nothing more were used', params: CustomerPath, querystring: UpcomingQuery, response: { 200: InvoiceView, 304: Unchanged } } },
    async (request, reply) => {
      const { explain: isExplained = false, at } = request.query;
      const { derived, stamp } = await readDerivedState(engine, customerOf(request), instantParameter(at, 'querystring:/at'));
      if (isUnchanged(request, reply, entityTag(stamp, isExplained ? 'x' : ''))) return reply.send();
      return upcomingView(derived, isExplained) ?? emptyInvoiceView(zeroMoney(derived.customer.currency));
    },
  );
}

const NOTHING_ASSUMED: readonly string[] = [];
const FUTURE = ['no further usage', 'no payments', 'no changes'];

/** What a state of the future takes for granted. */
function assumptionsAt(at: Instant, now: Instant): readonly string[] {
  return at > now ? FUTURE : NOTHING_ASSUMED;
}

/** The state as the native API writes it: a function of the state alone. */
export function stateView(state: BillingState) {
  return { as_of: instantText(state.asOf), assumptions: [] as string[], ...timelessView(state) };
}

function timelessView(state: BillingState) {
  return {
    ...publicView(state),
    customer: customerView(state),
    wallet: state.wallets.map(walletView),
    top_up: state.topUp === null || state.topUpStatus === null ? null : topUpStateView(state.topUp, state.topUpStatus),
    alerts: state.alerts.map(alertView),
    payment_method: { status: paymentMethodStatus(state.paymentMethod, state.asOf) },
    upcoming_invoice: upcomingView(state, false),
    draft_invoices: state.drafts.map((draft) => draftView(draft, invoiceIdOf(state.customer.id, draft), { isExplained: false, customerId: state.customer.id })),
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

/** The JSON of a state's view. All after `as_of` and `assumptions` does not change with the moment, so its bytes are kept with the state. */
export function stateBytes({ derived, at }: DerivedState, { assumptions, isOpen }: { assumptions: readonly string[]; isOpen: boolean }): Buffer {
  const start = Buffer.from(`{"as_of":"${instantText(at)}","assumptions":${JSON.stringify(assumptions)},`, 'latin1');
  return Buffer.concat([start, restOf(derived, isOpen)]);
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

function upcomingView({ upcomingInvoice, customer }: BillingState, isExplained: boolean) {
  return upcomingInvoice === null ? null : invoiceView(upcomingInvoice, { isExplained, customerId: customer.id });
}

export function usageView(usage: PriceUsage) {
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
