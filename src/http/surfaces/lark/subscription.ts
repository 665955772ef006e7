import { Type, type Static } from 'typebox';
import { decimalText } from '../../../core/decimal.js';
import { instantText } from '../../../core/instant.js';
import { fixedPrices } from '../../../core/plan.js';
import { Refusal, invalidInput } from '../../../core/problems.js';
import { subscriptionState, type SubscriptionState } from '../../../core/state.js';
import { multiplierOf, quantityOf, type SubscriptionStatus } from '../../../core/subscription.js';
import type { Timeline } from '../../../core/timeline.js';
import { performOrder, type Order } from '../../../service/checkout.js';
import { performCommand, type Performed } from '../../../service/command.js';
import type { Engine, Unit } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { cancelSubscription, findSubscriptionOwner, readSubscription } from '../../../service/subscription.js';
import { listSubscriptions, subscriptionsOf } from '../../../service/subscription-list.js';
import { Metadata, Nullable, Words } from '../../schema.js';
import { Callbacks, CheckoutAction, CreateCheckoutSession, checkout, needsCard, requiresAction } from './checkout.js';
import { toRateCardId, toSubjectId } from './id.js';
import { findRateCard } from './rate-card.js';
import { ListOf, ListQuery, listOf, sliceOf, type Call, type Route } from './route.js';
import { asSubject } from './subject.js';
import { findTimeline, timelineTerms } from './subscription-timeline.js';
import { Figures, asRates, figures } from './terms.js';

/** A subscription in Lark's words. Source: contracts/lark.md sections 3 and 4. */

const CreateBody = Type.Object({
  rate_card_id: Type.String(),
  subject_id: Type.String(),
  checkout_callback_urls: Type.Optional(Nullable(Callbacks)),
  create_checkout_session: CreateCheckoutSession,
  fixed_rate_quantities: Type.Optional(Nullable(Figures)),
  rate_price_multipliers: Type.Optional(Nullable(Figures)),
  metadata: Type.Optional(Nullable(Metadata)),
  subscription_timeline_id: Type.Optional(Nullable(Type.String())),
});

const ChangeBody = Type.Object({
  rate_card_id: Type.String(),
  checkout_callback_urls: Type.Optional(Nullable(Callbacks)),
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
const Result = Type.Object({ result: Type.Object({ result_type: Words(['success', 'requires_action']), subscription: Type.Optional(Subscription), action: Type.Optional(CheckoutAction) }) });
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
  const customerId = await call.subject(body.subject_id);
  const { plan } = await findRateCard(engine, body.rate_card_id);
  const terms = { plan: plan.code, quantities: figures(body.fixed_rate_quantities, '/fixed_rate_quantities'), multipliers: figures(body.rate_price_multipliers, '/rate_price_multipliers'), metadata: body.metadata ?? {} };
  const timeline = body.subscription_timeline_id == null ? undefined : await timelineOf(engine, body.subscription_timeline_id, customerId);
  const order: Order = { type: 'subscribe', subscriptionId: engine.newId('sub'), terms, ...(timeline === undefined ? {} : { timelineId: timeline.id }) };
  const bought = [{ plan, multipliers: terms.multipliers }, ...(timeline === undefined ? [] : await timelineTerms(engine, timeline.id, engine.clock.now()))];
  if (body.create_checkout_session === 'always' || (await needsCard(engine, customerId, bought))) {
    const checkoutUrl = await checkout(call, { customerId, order, callbacks: body.checkout_callback_urls });
    return async () => requiresAction(checkoutUrl);
  }
  return async (unit) => ({ result: { result_type: 'success', subscription: await buy(engine, unit, { customerId, order }).catch(asRates) } });
}

/** The timeline that the subscription is to go on with. @throws Refusal `not_found`, `invalid_request` for one of another subject. */
async function timelineOf(engine: Engine, id: string, customerId: string): Promise<Timeline> {
  const timeline = await findTimeline(engine, id);
  if (timeline.customerId !== customerId) throw invalidInput([{ pointer: '/subscription_timeline_id', detail: 'is a timeline of another subject' }]);
  return timeline;
}

async function buy(engine: Engine, unit: Unit, asked: { customerId: string; order: Order }): Promise<View> {
  return changedView(await performOrder(engine, unit, asked).catch(asSubject), asked.order.subscriptionId);
}

async function changeRateCard(call: Call): Promise<(unit: Unit) => Promise<unknown>> {
  const { engine, request } = call;
  const body = request.body as Static<typeof ChangeBody>;
  const { view, customerId, state } = await found(call);
  const { plan } = await findRateCard(engine, body.rate_card_id);
  const order: Order = { type: 'change', subscriptionId: view.id, terms: { plan: plan.code, proration: body.upgrade_behavior === 'rate_difference' ? 'difference' : 'prorate' } };
  const multipliers = Object.fromEntries(plan.prices.map(({ code }) => [code, decimalText(multiplierOf(state.phase, code))]));
  if (await needsCard(engine, customerId, [{ plan, multipliers }])) {
    const checkoutUrl = await checkout(call, { customerId, order, callbacks: body.checkout_callback_urls });
    return async () => changed('requires_action', { action: { checkout_url: checkoutUrl, requires_action_type: 'checkout', type: 'checkout' } });
  }
  return async (unit) => changed('success', { subscription: await buy(engine, unit, { customerId, order }) });
}

/** The client tells answers to a change apart by `type`; better-auth's plugin looks for `result_type`, so both are there. */
function changed(type: 'success' | 'requires_action', rest: object): { result: object } {
  return { result: { type, result_type: type, ...rest } };
}

async function cancel(call: Call): Promise<(unit: Unit) => Promise<View>> {
  const body = call.request.body as Static<typeof CancelBody>;
  const { view, customerId } = await found(call);
  const decide = cancelSubscription({ subscriptionId: view.id, atPeriodEnd: body?.cancel_at_end_of_cycle === true, reason: body?.reason ?? null });
  return async (unit) => changedView(await performCommand(call.engine, unit, { customerId, decide }).catch(asSubject), view.id);
}

function changedView({ customerId, facts, at }: Performed, subscriptionId: string): View {
  const subscription = facts.subscriptions.find(({ id }) => id === subscriptionId);
  if (subscription === undefined) throw new Error('a subscription is not among its own facts');
  return toSubscription(customerId, subscriptionState(subscription, at));
}

async function found({ engine, parameter, request }: Call): Promise<{ view: View; customerId: string; state: SubscriptionState }> {
  const id = parameter('subscription_id');
  try {
    const { state } = await readSubscription(engine, id);
    const customerId = await findSubscriptionOwner(engine, id);
    request.customerId = customerId;
    return { view: toSubscription(customerId, state), customerId, state };
  } catch (error) {
    throw error instanceof Refusal && error.slug === 'not_found' ? new Refusal('not_found', 'Subscription not found') : error;
  }
}

async function list(call: Call): Promise<Record<string, unknown>> {
  const { engine, request } = call;
  const { limit, offset } = sliceOf(call);
  const { rate_card_id: rateCardId, subject_id: subjectId } = request.query as { rate_card_id?: string; subject_id?: string };
  if (rateCardId !== undefined && subjectId !== undefined) throw invalidInput([{ pointer: 'querystring:/subject_id', detail: 'must not stand beside rate_card_id' }]);
  const planId = rateCardId === undefined ? undefined : (await findRateCard(engine, rateCardId)).plan.id;
  const listed = subjectId === undefined
    ? await listSubscriptions(engine, { planId, limit: limit + 1, offset })
    : subscriptionsOf(await readState(engine, await call.subject(subjectId)).catch(asSubject)).slice(offset, offset + limit + 1);
  return listOf('subscriptions', listed, { limit, view: ({ customerId, state }) => toSubscription(customerId, state) });
}

/** Lark knows no trial and nothing that has not begun: the first gives what the plan grants, the second nothing yet. */
const STATUSES: Record<SubscriptionStatus, View['status']> = { active: 'active', trialing: 'active', paused: 'paused', scheduled: 'paused', canceled: 'cancelled' };

export function toSubscription(customerId: string, { subscription, phase, status, currentPeriod }: SubscriptionState): View {
  const period = currentPeriod === null ? null : { start: instantText(currentPeriod.startsAt), end: instantText(currentPeriod.endsAt), inclusive_start: true, inclusive_end: false };
  return {
    id: subscription.id,
    subject_id: toSubjectId(customerId),
    rate_card_id: toRateCardId(phase.plan.id),
    status: STATUSES[status],
    // A term that ends with a later cycle is no cancellation yet.
    cancels_at_end_of_cycle: currentPeriod === null ? status === 'paused' && subscription.ending !== null : currentPeriod.endsAt === subscription.endsAt,
    current_period: period,
    cycles_next_at: period?.end ?? null,
    effective_at: instantText(subscription.startsAt),
    fixed_rate_quantities: Object.fromEntries(fixedPrices(phase.plan).map(({ code }) => [code, decimalText(quantityOf(phase, code))])),
    rate_price_multipliers: Object.fromEntries(Object.entries(phase.multipliers).map(([code, multiplier]) => [code, decimalText(multiplier)])),
    metadata: subscription.metadata,
  };
}
