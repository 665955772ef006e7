import { Type, type Static } from 'typebox';
import { ZERO, decimalFromJson, decimalText } from '../../../core/decimal.js';
import { FOREVER, instantText, type Instant } from '../../../core/instant.js';
import { paymentMethodStatus } from '../../../core/payment-method.js';
import { fixedPrices, type Plan, type Price } from '../../../core/plan.js';
import { Refusal, invalidInput, pointerToken } from '../../../core/problems.js';
import { subscriptionState, type SubscriptionState } from '../../../core/state.js';
import { multiplierOf, quantityOf, type SubscriptionStatus } from '../../../core/subscription.js';
import { decideOrder, type Order } from '../../../service/checkout.js';
import { openCheckout } from '../../../service/checkout-link.js';
import { performCommand, type Decide } from '../../../service/command.js';
import type { Engine, Unit } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { cancelSubscription, findSubscriptionOwner, readSubscription } from '../../../service/subscription.js';
import { listSubscriptions, subscriptionsOf } from '../../../service/subscription-list.js';
import { ownUrlOf } from '../../own-url.js';
import { Metadata, Nullable, Words } from '../../schema.js';
import { toRateCardId, toSubjectId } from './id.js';
import { findRateCard } from './rate-card.js';
import { ListOf, ListQuery, listOf, sliceOf, type Call, type Route } from './route.js';
import { asSubject } from './subject.js';

/** A subscription in Lark's words. Source: contracts/lark.md sections 3 and 4. */

const Figures = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), { description: 'By rate code' });
const Callbacks = Type.Optional(Nullable(Type.Object({ success_url: Type.String({ minLength: 1 }), cancelled_url: Type.String({ minLength: 1 }) })));

const CreateBody = Type.Object({
  rate_card_id: Type.String(),
  subject_id: Type.String(),
  checkout_callback_urls: Callbacks,
  create_checkout_session: Type.Optional(Type.Union([Type.Literal('when_required'), Type.Literal('always')])),
  fixed_rate_quantities: Type.Optional(Nullable(Figures)),
  rate_price_multipliers: Type.Optional(Nullable(Figures)),
  metadata: Type.Optional(Nullable(Metadata)),
  subscription_timeline_id: Type.Optional(Nullable(Type.String())),
});

const ChangeBody = Type.Object({
  rate_card_id: Type.String(),
  checkout_callback_urls: Callbacks,
  upgrade_behavior: Type.Optional(Nullable(Type.Union([Type.Literal('prorate'), Type.Literal('rate_difference')]))),
});

const CancelBody = Nullable(Type.Object({ cancel_at_end_of_cycle: Type.Optional(Nullable(Type.Boolean())), reason: Type.Optional(Nullable(Type.String({ maxLength: 1000 }))) }));

const Subscription = Type.Object({
  id: Type.String(),
  subject_id: Type.String(),
  rate_card_id: Type.String(),
  status: Words(['active', 'cancelled', 'paused']),
  cancels_at_end_of_cycle: Type.Boolean(),
  current_period: Nullable(Type.Object({ start: Type.String(), end: Type.String(), inclusive_start: Type.Boolean(), inclusive_end: Type.Boolean() })),
  cycles_next_at: Nullable(Type.String()),
  effective_at: Type.String(),
  fixed_rate_quantities: Type.Record(Type.String(), Type.String()),
  rate_price_multipliers: Type.Record(Type.String(), Type.String()),
  metadata: Metadata,
});

/** Told apart by `result_type` where one is made, by `type` where it is changed. */
const Result = Type.Object({ result: Type.Object({ result_type: Words(['success', 'requires_action']), subscription: Type.Optional(Subscription), action: Type.Optional(Type.Object({ checkout_url: Type.String(), requires_action_type: Words(['checkout']) })) }) });
const SubscriptionsQuery = Type.Intersect([ListQuery, Type.Object({ rate_card_id: Type.Optional(Type.String()), subject_id: Type.Optional(Type.String()) })]);

const write = 'subscriptions:write';

export const SUBSCRIPTION_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/subscriptions', right: write, summary: 'Subscribe a subject to a rate card, or lead it to the checkout', body: CreateBody, result: Result, work: { change: subscribeSubject } },
  { method: 'GET', path: '/subscriptions', right: 'state:read', summary: 'List subscriptions, of a rate card, of a subject, or all', query: SubscriptionsQuery, result: ListOf('subscriptions', Subscription), work: { read: list } },
  { method: 'GET', path: '/subscriptions/:subscription_id', right: 'state:read', summary: 'Read a subscription', result: Subscription, work: { read: async (call) => (await found(call)).view } },
  { method: 'POST', path: '/subscriptions/:subscription_id/cancel', right: write, summary: 'Cancel now or at the end of the cycle', body: CancelBody, result: Subscription, work: { change: cancel } },
  { method: 'POST', path: '/subscriptions/:subscription_id/change-rate-card', right: write, summary: 'Go over to another rate card', body: ChangeBody, result: Result, work: { change: changeRateCard } },
];

type View = Static<typeof Subscription>;

async function subscribeSubject(call: Call): Promise<(unit: Unit) => Promise<unknown>> {
  const { engine, request } = call;
  const body = request.body as Static<typeof CreateBody>;
  if (body.subscription_timeline_id != null) throw new Refusal('not_found', 'Subscription timeline not found');
  const customerId = await call.subject(body.subject_id);
  const { plan } = await findRateCard(engine, body.rate_card_id);
  const terms = { plan: plan.code, quantities: figures(body.fixed_rate_quantities, 'fixed_rate_quantities'), multipliers: figures(body.rate_price_multipliers, 'rate_price_multipliers'), metadata: body.metadata ?? {} };
  const order: Order = { type: 'subscribe', subscriptionId: engine.newId('sub'), terms };
  const isPaid = !isFree(plan, terms.multipliers) && !(await hasCard(engine, customerId));
  if (isPaid || body.create_checkout_session === 'always') {
    const checkoutUrl = await checkout(call, { customerId, order, callbacks: body.checkout_callback_urls });
    return async () => ({ result: { result_type: 'requires_action', action: { checkout_url: checkoutUrl, requires_action_type: 'checkout' } } });
  }
  return async (unit) => ({ result: { result_type: 'success', subscription: await perform(engine, unit, { customerId, subscriptionId: order.subscriptionId, decide: decideOrder(engine, order) }).catch(asRates) } });
}

async function changeRateCard(call: Call): Promise<(unit: Unit) => Promise<unknown>> {
  const { engine, request } = call;
  const body = request.body as Static<typeof ChangeBody>;
  const { view, customerId, state } = await found(call);
  const { plan } = await findRateCard(engine, body.rate_card_id);
  const order: Order = { type: 'change', subscriptionId: view.id, terms: { plan: plan.code, proration: body.upgrade_behavior === 'rate_difference' ? 'difference' : 'prorate' } };
  const multipliers = Object.fromEntries(plan.prices.map(({ code }) => [code, decimalText(multiplierOf(state.phase, code))]));
  if (!isFree(plan, multipliers) && !(await hasCard(engine, customerId))) {
    const checkoutUrl = await checkout(call, { customerId, order, callbacks: body.checkout_callback_urls });
    return async () => changed('requires_action', { action: { checkout_url: checkoutUrl, requires_action_type: 'checkout', type: 'checkout' } });
  }
  return async (unit) => changed('success', { subscription: await perform(engine, unit, { customerId, subscriptionId: view.id, decide: decideOrder(engine, order) }) });
}

/** The client tells answers to a change apart by `type`; better-auth's plugin looks for `result_type`, so both are there. */
function changed(type: 'success' | 'requires_action', rest: object): { result: object } {
  return { result: { type, result_type: type, ...rest } };
}

async function cancel(call: Call): Promise<(unit: Unit) => Promise<View>> {
  const body = call.request.body as Static<typeof CancelBody>;
  const { view, customerId } = await found(call);
  const decide = cancelSubscription({ subscriptionId: view.id, atPeriodEnd: body?.cancel_at_end_of_cycle === true, reason: body?.reason ?? null });
  return (unit) => perform(call.engine, unit, { customerId, subscriptionId: view.id, decide });
}

async function perform(engine: Engine, unit: Unit, asked: { customerId: string; subscriptionId: string; decide: Decide }): Promise<View> {
  const { facts, at } = await performCommand(engine, unit, asked).catch(asSubject);
  const subscription = facts.subscriptions.find(({ id }) => id === asked.subscriptionId);
  if (subscription === undefined) throw new Error('a subscription is not among its own facts');
  return toSubscription(asked.customerId, subscriptionState(subscription, at), at);
}

async function checkout({ engine, request }: Call, asked: { customerId: string; order: Order; callbacks: Static<typeof Callbacks> | undefined }): Promise<string> {
  const ownUrl = ownUrlOf(request);
  const { success_url: successUrl, cancelled_url: backUrl } = asked.callbacks ?? { success_url: ownUrl, cancelled_url: ownUrl };
  return openCheckout(engine, { ...asked, returns: { successUrl, backUrl, ownUrl } }).catch(asSubject).catch(asRates);
}

/** A usable card is on file. @throws Refusal `not_found` for a subject that is not there. */
async function hasCard(engine: Engine, customerId: string): Promise<boolean> {
  const { paymentMethod, asOf } = await readState(engine, customerId).catch(asSubject);
  return paymentMethod !== null && paymentMethodStatus(paymentMethod, asOf) === 'set';
}

/** Nothing of it can ever cost anything. */
function isFree(plan: Plan, multipliers: Readonly<Record<string, string>>): boolean {
  return plan.minimum === null && plan.prices.every((price) => isFreePrice(price) || decimalFromJson(multipliers[price.code])?.eq(ZERO) === true);
}

function isFreePrice(price: Price): boolean {
  if (price.type === 'fixed') return price.amount.eq(ZERO);
  if (price.included === 'unlimited') return price.minimum === null;
  const models = price.model.type === 'dimensional' ? price.model.cells.map(({ model }) => model) : [price.model];
  return price.minimum === null && models.every((model) => ('tiers' in model ? model.tiers.every((tier) => tier.unitAmount.eq(ZERO) && tier.flatAmount.eq(ZERO)) : model.amount.eq(ZERO)));
}

/** Numbers or texts as decimal texts. @throws Refusal `invalid_request`. */
function figures(given: Static<typeof Figures> | null | undefined, field: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given ?? {}).map(([code, value]) => {
      const figure = decimalFromJson(value);
      if (figure === undefined) throw invalidInput([{ pointer: `/${field}/${pointerToken(code)}`, detail: 'must be a decimal' }]);
      return [code, decimalText(figure)];
    }),
  );
}

/** What does not fit the plan is told of the fields that it came in. */
function asRates(error: unknown): never {
  if (!(error instanceof Refusal)) throw error;
  const renamed = (pointer: string): string => pointer.replace(/^\/quantities/, '/fixed_rate_quantities').replace(/^\/multipliers/, '/rate_price_multipliers').replace(/^\/success_url/, '/checkout_callback_urls/success_url').replace(/^\/back_url/, '/checkout_callback_urls/cancelled_url');
  throw new Refusal(error.slug, error.message, error.errors.map(({ pointer, detail }) => ({ pointer: renamed(pointer), detail })));
}

async function found({ engine, parameter, request }: Call): Promise<{ view: View; customerId: string; state: SubscriptionState }> {
  const id = parameter('subscription_id');
  try {
    const { state, at } = await readSubscription(engine, id);
    const customerId = await findSubscriptionOwner(engine, id);
    request.customerId = customerId;
    return { view: toSubscription(customerId, state, at), customerId, state };
  } catch (error) {
    throw error instanceof Refusal && error.slug === 'not_found' ? new Refusal('not_found', 'Subscription not found') : error;
  }
}

async function list(call: Call): Promise<Record<string, unknown>> {
  const { engine, request } = call;
  const { limit, offset } = sliceOf(call);
  const { rate_card_id: rateCardId, subject_id: subjectId } = request.query as { rate_card_id?: string; subject_id?: string };
  if (rateCardId !== undefined && subjectId !== undefined) throw invalidInput([{ pointer: 'querystring:/subject_id', detail: 'must not stand beside rate_card_id' }]);
  const at = engine.clock.now();
  const planId = rateCardId === undefined ? undefined : (await findRateCard(engine, rateCardId)).plan.id;
  const listed = subjectId === undefined
    ? await listSubscriptions(engine, { planId, limit: limit + 1, offset })
    : subscriptionsOf(await readState(engine, await call.subject(subjectId)).catch(asSubject)).slice(offset, offset + limit + 1);
  return listOf('subscriptions', listed, { limit, view: ({ customerId, state }) => toSubscription(customerId, state, at) });
}

/** Lark knows no trial and nothing that has not begun: the first gives what the plan grants, the second nothing yet. */
const STATUSES: Record<SubscriptionStatus, View['status']> = { active: 'active', trialing: 'active', paused: 'paused', scheduled: 'paused', canceled: 'cancelled' };

export function toSubscription(customerId: string, { subscription, phase, status, currentPeriod }: SubscriptionState, at: Instant): View {
  const period = currentPeriod === null ? null : { start: instantText(currentPeriod.startsAt), end: instantText(currentPeriod.endsAt), inclusive_start: true, inclusive_end: false };
  return {
    id: subscription.id,
    subject_id: toSubjectId(customerId),
    rate_card_id: toRateCardId(phase.plan.id),
    status: STATUSES[status],
    cancels_at_end_of_cycle: subscription.endsAt !== FOREVER && subscription.endsAt > at,
    current_period: period,
    cycles_next_at: period?.end ?? null,
    effective_at: instantText(subscription.startsAt),
    fixed_rate_quantities: Object.fromEntries(fixedPrices(phase.plan).map(({ code }) => [code, decimalText(quantityOf(phase, code))])),
    rate_price_multipliers: Object.fromEntries(Object.entries(phase.multipliers).map(([code, multiplier]) => [code, decimalText(multiplier)])),
    metadata: subscription.metadata,
  };
}
