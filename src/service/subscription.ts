import { instantText, type Instant } from '../core/instant.js';
import { Refusal, invalidInput, notFound } from '../core/problems.js';
import type { SubscriptionState } from '../core/state.js';
import { withSubscriptionChange, type Standing } from '../core/standing.js';
import { decideCancel, decideCreate, decidePhase, type CreateSubscription, type Subscription, type SubscriptionChange } from '../core/subscription.js';
import { deriveWindows } from '../core/window-book.js';
import type { UsageEvent } from '../core/event.js';
import type { Plan } from '../core/plan.js';
import { updateStanding, type StoredCustomer } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import { hasEvents, selectEvents } from '../store/event.js';
import { standingText } from '../store/standing.js';
import { insertSubscriptionChange, insertSubscriptionOwner, selectSubscriptionOwner } from '../store/subscription.js';
import { deleteWindows, saveCounts } from '../store/window.js';
import { getPlan } from './catalog.js';
import { withPlans } from './catalog-cache.js';
import { lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';
import { readState } from './state.js';
import { storedWindows } from './event.js';

/** Terms as the API takes them. */
export interface TermsInput {
  readonly plan: string;
  readonly quantities?: Readonly<Record<string, string>> | undefined;
  readonly multipliers?: Readonly<Record<string, string>> | undefined;
  readonly overage?: boolean | undefined;
}

export interface CreateSubscriptionInput extends TermsInput {
  readonly customerId: string;
  readonly startsAt?: Instant | undefined;
  readonly trialDays?: number | undefined;
}

/** A subscription as a command left it. */
export interface SubscriptionAtRevision {
  readonly subscription: Subscription;
  readonly customerId: string;
  readonly revision: number;
  readonly at: Instant;
}

/** The span that a start may lie in: calendars and stores agree on all of it. */
const EARLIEST_START = Date.UTC(1970, 0, 1);
const LATEST_START = Date.UTC(2200, 0, 1);

/**
 * Subscribes the customer to the newest version of a plan, by default from now on. A start in the past counts the
 * events that happened since.
 * @throws Refusal `not_found`, `plan_archived`, `invalid_request`.
 */
export async function createSubscription(engine: Engine, unit: Unit, input: CreateSubscriptionInput): Promise<SubscriptionAtRevision> {
  const { customerId } = input;
  const stored = await lockCustomer(unit, customerId);
  const plan = await soldPlan(engine, unit, input.plan);
  const startsAt = input.startsAt ?? unit.at;
  if (startsAt < EARLIEST_START || startsAt > LATEST_START) {
    throw invalidInput([{ pointer: '/starts_at', detail: `must lie between ${instantText(EARLIEST_START as Instant)} and ${instantText(LATEST_START as Instant)}` }]);
  }
  const change = decideCreate({ ...termsOf(plan, input), zone: stored.customer.zone, startsAt, trialDays: input.trialDays });
  const subscriptionId = engine.newId('sub');
  await insertSubscriptionOwner(unit.transaction, subscriptionId, customerId);
  return saveChange(engine, unit, { stored, subscriptionId, change, effectiveAt: startsAt });
}

/** Lets another plan follow, by default at the end of the current period. @throws Refusal as decidePhase does. */
export async function scheduleNextPhase(engine: Engine, unit: Unit, input: TermsInput & { readonly subscriptionId: string; readonly startsAt?: Instant | undefined }): Promise<SubscriptionAtRevision> {
  const { subscriptionId } = input;
  const { stored, subscription } = await lockSubscription(engine, unit, subscriptionId);
  const plan = await soldPlan(engine, unit, input.plan);
  const change = decidePhase(subscription, { ...termsOf(plan, input), startsAt: input.startsAt, at: unit.at });
  return saveChange(engine, unit, { stored, subscriptionId, change, effectiveAt: change.startsAt });
}

/** Ends the subscription now or with its period. @throws Refusal `not_found`, `subscription_ended`. */
export async function cancelSubscription(engine: Engine, unit: Unit, input: { subscriptionId: string; atPeriodEnd: boolean; reason: string | null }): Promise<SubscriptionAtRevision> {
  const { subscriptionId } = input;
  const { stored, subscription } = await lockSubscription(engine, unit, subscriptionId);
  const change = decideCancel(subscription, { at: unit.at, atPeriodEnd: input.atPeriodEnd, reason: input.reason });
  return saveChange(engine, unit, { stored, subscriptionId, change, effectiveAt: change.endsAt });
}

/** The customer that the subscription belongs to. @throws Refusal `not_found`. */
export async function findSubscriptionOwner(engine: Engine, subscriptionId: string, queryable: Queryable = engine.database): Promise<string> {
  const known = engine.aliases.get(subscriptionId) ?? (await selectSubscriptionOwner(queryable, subscriptionId));
  if (known === undefined) throw notFound('subscription', subscriptionId);
  engine.aliases.set(subscriptionId, known);
  return known;
}

/** The subscription as it stands at `at`, which is now. @throws Refusal `not_found`. */
export async function readSubscription(engine: Engine, subscriptionId: string): Promise<{ state: SubscriptionState; at: Instant }> {
  const customerId = await findSubscriptionOwner(engine, subscriptionId);
  const { subscriptions, asOf } = await readState(engine, customerId);
  const state = subscriptions.find((candidate) => candidate.subscription.id === subscriptionId);
  if (state === undefined) throw notFound('subscription', subscriptionId);
  return { state, at: asOf };
}

async function lockSubscription(engine: Engine, unit: Unit, subscriptionId: string): Promise<{ stored: StoredCustomer; subscription: Subscription }> {
  const stored = await lockCustomer(unit, await findSubscriptionOwner(engine, subscriptionId, unit.transaction));
  const { subscriptions } = await withPlans(engine, unit.transaction, (planOf) => engine.standings.resolve(stored.customer.id, stored.standingText, planOf));
  const subscription = subscriptions.find((candidate) => candidate.id === subscriptionId);
  if (subscription === undefined) throw notFound('subscription', subscriptionId);
  return { stored, subscription };
}

async function soldPlan(engine: Engine, unit: Unit, code: string): Promise<Plan> {
  const { plan, isArchived } = await getPlan(engine, code, unit.transaction);
  if (isArchived) throw new Refusal('plan_archived', `The plan "${code}" is not sold any more.`);
  return plan;
}

function termsOf(plan: Plan, input: TermsInput): Pick<CreateSubscription, 'plan' | 'quantities' | 'multipliers' | 'overage'> {
  return { plan, quantities: input.quantities ?? {}, multipliers: input.multipliers ?? {}, overage: input.overage ?? true };
}

async function saveChange(
  engine: Engine,
  unit: Unit,
  input: { stored: StoredCustomer; subscriptionId: string; change: SubscriptionChange; effectiveAt: Instant },
): Promise<SubscriptionAtRevision> {
  const { stored, subscriptionId, change } = input;
  const { customer } = stored;
  const revision = stored.revision + 1;
  const { after, subscriptions } = await withPlans(engine, unit.transaction, (planOf) => {
    const standing = engine.standings.resolve(customer.id, stored.standingText, planOf).standing;
    const changed: Standing = withSubscriptionChange(standing, subscriptionId, change);
    return { after: changed, subscriptions: engine.standings.resolve(customer.id, standingText(changed), planOf).subscriptions };
  });
  const subscription = subscriptions.find((candidate) => candidate.id === subscriptionId);
  if (subscription === undefined) throw new Error('a subscription is not in its own standing');
  await insertSubscriptionChange(unit.transaction, { customerId: customer.id, revision, subscriptionId, change });
  await updateStanding(unit.transaction, { customerId: customer.id, standing: after, revision });
  // What happened after the change took effect counts by the new terms, or no longer.
  const isRetroactive = await hasEvents(unit.transaction, customer.id, input.effectiveAt);
  if (isRetroactive) await recount(unit, { customerId: customer.id, subscription });
  return { subscription, customerId: customer.id, revision, at: unit.at };
}

/** Derives the subscription's windows anew from the events since its start. */
async function recount(unit: Unit, input: { customerId: string; subscription: Subscription }): Promise<void> {
  const { customerId, subscription } = input;
  const events: UsageEvent[] = [];
  for await (const event of selectEvents(unit.transaction, { customerId, from: subscription.startsAt, to: subscription.endsAt })) events.push(event);
  const { windows, members } = deriveWindows([subscription], events);
  await deleteWindows(unit.transaction, customerId, subscription.id);
  await saveCounts(unit.transaction, {
    customerIds: [],
    members: members.map((member) => ({ customerId, member })),
    windows: storedWindows(customerId, [subscription], windows),
  });
}
