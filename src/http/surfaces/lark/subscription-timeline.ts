import { Type, type Static } from 'typebox';
import { FOREVER, instant, instantText, type Instant } from '../../../core/instant.js';
import type { Plan } from '../../../core/plan.js';
import { Refusal } from '../../../core/problems.js';
import type { Timeline, TimelineItem, TimelineItemAsked } from '../../../core/timeline.js';
import { getPlan } from '../../../service/catalog.js';
import { performOrder, type Order } from '../../../service/checkout.js';
import type { Engine, Unit } from '../../../service/engine.js';
import { addTimelineItems, createTimeline, getTimeline, listTimelineItems, listTimelines, readTimeline, startedTimeline, type ReadTimeline } from '../../../service/timeline.js';
import { Nullable, Words } from '../../schema.js';
import { Callbacks, CheckoutAction, CreateCheckoutSession, checkout, needsCard, requiresAction } from './checkout.js';
import { toRateCardId, toSubjectId } from './id.js';
import { readInstant } from './pricing-metric.js';
import { findRateCard } from './rate-card.js';
import { ListOf, ListQuery, listOf, sliceOf, type Call, type Route } from './route.js';
import { asSubject } from './subject.js';
import { Figures, figures } from './terms.js';

/** Scheduled phases of a subscription to be, in Lark's words. Source: contracts/lark.md sections 3 and 4. */

const TimelineBody = Type.Object({ rate_card_id: Type.String(), subject_id: Type.String() });

const StartBody = Type.Object({
  checkout_callback_urls: Callbacks,
  create_checkout_session: CreateCheckoutSession,
  effective_at: Type.Optional(Nullable(Type.String({ description: 'When the subscription begins; now unless told' }))),
});

const ItemBody = Type.Object({
  period: Type.Object({ start: Type.String(), end: Nullable(Type.String()), inclusive_start: Type.Optional(Type.Boolean()), inclusive_end: Type.Optional(Type.Boolean()) }),
  subscription_input: Type.Object({ rate_card_id: Type.String(), fixed_rate_quantities: Figures, rate_price_multipliers: Figures }),
});
const ItemsBody = Type.Object({ items: Type.Array(ItemBody, { minItems: 1, maxItems: 100 }) });

const SubscriptionTimeline = Type.Object({
  id: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  rate_card_id: Type.String(),
  subject_id: Type.String(),
  subscription_id: Nullable(Type.String()),
  status: Words(['draft', 'pending', 'active', 'completed']),
});

const Item = Type.Object({
  id: Type.String(),
  created_at: Type.String(),
  updated_at: Type.String(),
  subscription_timeline_id: Type.String(),
  period: Type.Object({ start: Type.String(), end: Nullable(Type.String()), inclusive_start: Type.Boolean(), inclusive_end: Type.Boolean() }),
  subscription_input: Type.Object({ rate_card_id: Type.String(), fixed_rate_quantities: Type.Record(Type.String(), Type.String()), rate_price_multipliers: Type.Record(Type.String(), Type.String()) }),
});

const Result = Type.Object({ result: Type.Object({ result_type: Words(['success', 'requires_action']), subscription_timeline: Type.Optional(SubscriptionTimeline), action: Type.Optional(CheckoutAction) }) });

const [read, write] = ['state:read', 'subscriptions:write'] as const;
const ALL = '/subscription-timelines';
const ONE = `${ALL}/:subscription_timeline_id`;

export const SUBSCRIPTION_TIMELINE_ROUTES: readonly Route[] = [
  { method: 'POST', path: ALL, right: write, summary: 'Draft a timeline', body: TimelineBody, result: SubscriptionTimeline, work: { change: draft } },
  { method: 'GET', path: ALL, right: read, summary: 'List timelines, newest first', query: ListQuery, result: ListOf('subscription_timelines', SubscriptionTimeline), work: { read: list } },
  { method: 'GET', path: ONE, right: read, summary: 'Read a timeline', result: SubscriptionTimeline, work: { read: async ({ engine, parameter }) => toTimeline(await readTimeline(engine, parameter('subscription_timeline_id')).catch(asTimeline)) } },
  { method: 'POST', path: `${ONE}/start`, right: write, summary: 'Subscribe the subject to what the timeline says, or lead it to the checkout', body: StartBody, result: Result, work: { change: start } },
  { method: 'POST', path: `${ONE}/items`, right: write, summary: 'Let items follow those of the timeline', body: ItemsBody, result: Type.Array(Item), work: { change: addItems } },
  { method: 'GET', path: `${ONE}/items`, right: read, summary: "List a timeline's items, in the order of time", query: ListQuery, result: ListOf('items', Item), work: { read: listItems } },
];

/** @throws Refusal `not_found`. */
export async function findTimeline(engine: Engine, id: string): Promise<Timeline> {
  return getTimeline(engine.database, id).catch(asTimeline);
}

/** What is billed by the timeline's items from a moment on. @throws Refusal `not_found`. */
export async function timelineTerms(engine: Engine, id: string, from: Instant): Promise<Array<{ plan: Plan; multipliers: TimelineItem['multipliers'] }>> {
  const items = await listTimelineItems(engine, id).catch(asTimeline);
  return Promise.all(items.filter(({ endsAt }) => endsAt > from).map(async ({ planId, multipliers }) => ({ plan: (await getPlan(engine, planId)).plan, multipliers })));
}

async function draft(call: Call): Promise<(unit: Unit) => Promise<Static<typeof SubscriptionTimeline>>> {
  const { engine, request } = call;
  const body = request.body as Static<typeof TimelineBody>;
  const customerId = await call.subject(body.subject_id);
  const { plan } = await findRateCard(engine, body.rate_card_id);
  return async (unit) => toTimeline(await createTimeline(engine, unit, { customerId, planId: plan.id }).catch(asSubject));
}

async function list(call: Call): Promise<Record<string, unknown>> {
  const { limit, offset } = sliceOf(call);
  return listOf('subscription_timelines', await listTimelines(call.engine, { limit: limit + 1, offset }), { limit, view: toTimeline });
}

async function start(call: Call): Promise<(unit: Unit) => Promise<unknown>> {
  const { engine, request } = call;
  const body = request.body as Static<typeof StartBody>;
  const { id, customerId } = await found(call);
  const effectiveAt = body.effective_at == null ? null : readInstant(body.effective_at, '/effective_at');
  const order: Order = { type: 'timeline', subscriptionId: engine.newId('sub'), timelineId: id, effectiveAt };
  if (body.create_checkout_session === 'always' || (await needsCard(engine, customerId, await timelineTerms(engine, id, effectiveAt ?? engine.clock.now())))) {
    const checkoutUrl = await checkout(call, { customerId, order, callbacks: body.checkout_callback_urls }).catch(asEffectiveAt);
    return async () => requiresAction(checkoutUrl);
  }
  return async (unit) => {
    const performed = await performOrder(engine, unit, { customerId, order }).catch(asSubject).catch(asEffectiveAt);
    return { result: { result_type: 'success', subscription_timeline: toTimeline(await startedTimeline(unit, id, performed)) } };
  };
}

async function addItems(call: Call): Promise<(unit: Unit) => Promise<Array<Static<typeof Item>>>> {
  const { engine, request } = call;
  const timeline = await found(call);
  const { items: asked } = request.body as Static<typeof ItemsBody>;
  const items: TimelineItemAsked[] = [];
  for (const [index, item] of asked.entries()) items.push(await readItem(engine, item, `/items/${index}`));
  return async (unit) => (await addTimelineItems(engine, unit, { timeline, items }).catch(asTimeline).catch(asItems)).map((item) => toItem(timeline.id, item));
}

/** Half-open unless it says otherwise, as periods are everywhere. */
async function readItem(engine: Engine, { period, subscription_input: input }: Static<typeof ItemBody>, pointer: string): Promise<TimelineItemAsked> {
  const { inclusive_start: inclusiveStart = true, inclusive_end: inclusiveEnd = false } = period;
  const startsAt = instant(readInstant(period.start, `${pointer}/period/start`) + (inclusiveStart ? 0 : 1));
  const endsAt = period.end === null ? FOREVER : instant(readInstant(period.end, `${pointer}/period/end`) + (inclusiveEnd ? 1 : 0));
  const { plan } = await findRateCard(engine, input.rate_card_id);
  const inputs = `${pointer}/subscription_input`;
  return { startsAt, endsAt, plan, quantities: figures(input.fixed_rate_quantities, `${inputs}/fixed_rate_quantities`), multipliers: figures(input.rate_price_multipliers, `${inputs}/rate_price_multipliers`) };
}

async function listItems(call: Call): Promise<Record<string, unknown>> {
  const { limit, offset } = sliceOf(call);
  const id = call.parameter('subscription_timeline_id');
  const items = await listTimelineItems(call.engine, id).catch(asTimeline);
  return listOf('items', items.slice(offset, offset + limit + 1), { limit, view: (item) => toItem(id, item) });
}

/** The timeline that the path names; commands on its subject take turns. */
async function found({ engine, parameter, request }: Call): Promise<Timeline> {
  const timeline = await findTimeline(engine, parameter('subscription_timeline_id'));
  request.customerId = timeline.customerId;
  return timeline;
}

function toTimeline({ timeline, status }: ReadTimeline): Static<typeof SubscriptionTimeline> {
  const { id, customerId, planId, subscriptionId, createdAt, updatedAt } = timeline;
  return { id, created_at: instantText(createdAt), updated_at: instantText(updatedAt), rate_card_id: toRateCardId(planId), subject_id: toSubjectId(customerId), subscription_id: subscriptionId, status };
}

function toItem(timelineId: string, { id, createdAt, startsAt, endsAt, planId, quantities, multipliers }: TimelineItem): Static<typeof Item> {
  return {
    id,
    created_at: instantText(createdAt),
    updated_at: instantText(createdAt),
    subscription_timeline_id: timelineId,
    period: { start: instantText(startsAt), end: endsAt === FOREVER ? null : instantText(endsAt), inclusive_start: true, inclusive_end: false },
    subscription_input: { rate_card_id: toRateCardId(planId), fixed_rate_quantities: { ...quantities }, rate_price_multipliers: { ...multipliers } },
  };
}

/** What is not there is told in Lark's word for it. */
function asTimeline(error: unknown): never {
  throw error instanceof Refusal && error.slug === 'not_found' ? new Refusal('not_found', 'Subscription timeline not found') : error;
}

function asEffectiveAt(error: unknown): never {
  throw withPointers(error, (pointer) => pointer.replace(/^\/starts_at$/, '/effective_at'));
}

function asItems(error: unknown): never {
  const fields = { starts_at: 'period/start', ends_at: 'period/end', plan: 'subscription_input/rate_card_id', quantities: 'subscription_input/fixed_rate_quantities', multipliers: 'subscription_input/rate_price_multipliers' };
  throw withPointers(error, (pointer) => Object.entries(fields).reduce((text, [own, theirs]) => text.replace(new RegExp(`^(/items/\\d+)/${own}(?=/|$)`), `$1/${theirs}`), pointer));
}

function withPointers(error: unknown, renamed: (pointer: string) => string): unknown {
  if (!(error instanceof Refusal)) return error;
  return new Refusal(error.slug, error.message, error.errors.map(({ pointer, detail }) => ({ pointer: renamed(pointer), detail })));
}
