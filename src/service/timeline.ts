import { FOREVER, type Instant } from '../core/instant.js';
import { Refusal, notFound } from '../core/problems.js';
import { subscriptionState } from '../core/state.js';
import { checkItems, itemsAfter, itemsFrom, timelineStatus, type Timeline, type TimelineItem, type TimelineItemAsked, type TimelineStart, type TimelineStatus } from '../core/timeline.js';
import type { Queryable } from '../store/database.js';
import { insertTimeline, insertTimelineItems, selectTimelineItems, selectTimelines, updateTimeline } from '../store/timeline.js';
import { getPlan } from './catalog.js';
import type { Decide, Performed, Situation } from './command.js';
import { lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';
import { readState } from './state.js';
import { createSubscription, type CreateSubscriptionInput, type PhaseInput } from './subscription.js';

/** A timeline with what has become of it. */
export interface ReadTimeline {
  readonly timeline: Timeline;
  readonly status: TimelineStatus;
}

/** @throws Refusal `not_found` for a customer that is not there. */
export async function createTimeline(engine: Engine, unit: Unit, input: { customerId: string; planId: string }): Promise<ReadTimeline> {
  await lockCustomer(unit, input.customerId);
  const timeline = { ...input, id: engine.newId('stl'), subscriptionId: null, createdAt: unit.at, updatedAt: unit.at };
  await insertTimeline(unit.transaction, timeline);
  return { timeline, status: 'draft' };
}

/** @throws Refusal `not_found`. */
export async function getTimeline(queryable: Queryable, id: string): Promise<Timeline> {
  const [timeline] = await selectTimelines(queryable, { id, limit: 1, offset: 0 });
  if (timeline === undefined) throw notFound('subscription timeline', id);
  return timeline;
}

/** @throws Refusal `not_found`. */
export async function readTimeline(engine: Engine, id: string): Promise<ReadTimeline> {
  return withStatus(engine, await getTimeline(engine.database, id));
}

/** Newest first, behind the first `offset`. */
export async function listTimelines(engine: Engine, slice: { limit: number; offset: number }): Promise<ReadTimeline[]> {
  const timelines = await selectTimelines(engine.database, { id: null, ...slice });
  const read = await Promise.all(timelines.map((timeline) => withStatus(engine, timeline).catch(deleted)));
  return read.filter((one) => one !== undefined);
}

/** Of a customer that was deleted meanwhile there is nothing to tell. */
function deleted(error: unknown): undefined {
  if (error instanceof Refusal && error.slug === 'not_found') return undefined;
  throw error;
}

/** In the order of time. @throws Refusal `not_found`. */
export async function listTimelineItems(engine: Engine, id: string): Promise<TimelineItem[]> {
  return selectTimelineItems(engine.database, await getTimeline(engine.database, id));
}

/** @throws Refusal `not_found`, `plan_archived`, and as checkItems. */
export async function addTimelineItems(engine: Engine, unit: Unit, input: { timeline: Pick<Timeline, 'id' | 'customerId'>; items: readonly TimelineItemAsked[] }): Promise<TimelineItem[]> {
  await lockCustomer(unit, input.timeline.customerId);
  const { timeline, items: existing } = await loadTimeline(unit.transaction, input.timeline.id);
  const [first] = existing;
  const currency = first === undefined ? undefined : (await getPlan(engine, first.planId, unit.transaction)).plan.currency;
  checkItems({ timeline, existing, currency, added: input.items });
  const items = input.items.map(({ plan, ...item }) => ({ ...item, id: engine.newId('stli'), planId: plan.id, createdAt: unit.at }));
  await insertTimelineItems(unit.transaction, timeline, items);
  await updateTimeline(unit.transaction, { ...timeline, updatedAt: unit.at });
  return items;
}

/** Subscribes the customer to what the timeline says, from a moment on: now unless told. */
export function startTimeline(engine: Engine, input: { timelineId: string; subscriptionId: string; effectiveAt: Instant | null }): Decide {
  return async (situation) => {
    const [first, ...rest] = itemsFrom(await startOf(situation, input.timelineId, input.effectiveAt ?? situation.at));
    return createSubscription(engine, input.subscriptionId, { ...toPhase(first), startsAt: first.startsAt, phases: rest.map(toPhase) })(situation);
  };
}

/** Subscribes the customer to terms of its own, which give way to the timeline's from where the next item of it begins. */
export function followTimeline(engine: Engine, input: { timelineId: string; subscriptionId: string; terms: CreateSubscriptionInput }): Decide {
  return async (situation) => {
    const { endsAt, items } = itemsAfter(await startOf(situation, input.timelineId, situation.at));
    return createSubscription(engine, input.subscriptionId, { ...input.terms, endsAt: endOf(endsAt), phases: items.map(toPhase) })(situation);
  };
}

/** Keeps, in the transaction that made the subscription, that the timeline was started as it. */
export async function keepStart(unit: Unit, input: { timelineId: string; subscriptionId: string }): Promise<void> {
  const timeline = await getTimeline(unit.transaction, input.timelineId);
  await updateTimeline(unit.transaction, { ...timeline, subscriptionId: input.subscriptionId, updatedAt: unit.at });
}

/** The timeline as the command that started it left it. */
export async function startedTimeline(unit: Unit, id: string, { facts, at }: Performed): Promise<ReadTimeline> {
  const timeline = await getTimeline(unit.transaction, id);
  const subscription = facts.subscriptions.find((candidate) => candidate.id === timeline.subscriptionId);
  return { timeline, status: timelineStatus(timeline, subscription === undefined ? undefined : subscriptionState(subscription, at).status) };
}

async function loadTimeline(queryable: Queryable, id: string): Promise<{ timeline: Timeline; items: TimelineItem[] }> {
  const timeline = await getTimeline(queryable, id);
  return { timeline, items: await selectTimelineItems(queryable, timeline) };
}

async function startOf({ queryable, loaded }: Situation, id: string, from: Instant): Promise<TimelineStart> {
  const { timeline, items } = await loadTimeline(queryable, id);
  if (timeline.customerId !== loaded.stored.customer.id) throw new Refusal('phase_conflict', 'The timeline is of another customer.');
  return { timeline, items, from };
}

function toPhase({ planId, quantities, multipliers, endsAt }: TimelineItem): PhaseInput {
  return { plan: planId, quantities, multipliers, endsAt: endOf(endsAt) };
}

function endOf(endsAt: Instant): Instant | undefined {
  return endsAt === FOREVER ? undefined : endsAt;
}

async function withStatus(engine: Engine, timeline: Timeline): Promise<ReadTimeline> {
  const { subscriptionId, customerId } = timeline;
  if (subscriptionId === null) return { timeline, status: 'draft' };
  const { subscriptions } = await readState(engine, customerId);
  return { timeline, status: timelineStatus(timeline, subscriptions.find(({ subscription }) => subscription.id === subscriptionId)?.status) };
}
