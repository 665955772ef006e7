import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { decimalText, type Decimal } from '../core/decimal.js';
import { FOREVER, earliest, instantText, type Instant } from '../core/instant.js';
import type { SubscriptionState } from '../core/state.js';
import type { Phase, Subscription } from '../core/subscription.js';
import { readSubscription } from '../service/subscription.js';
import { readState } from '../service/state.js';
import { customerOf, pageOfAll } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, InstantText, Metadata, Nullable, PageOf, PageQuery, Words } from './schema.js';

const PlanName = Type.Object({ code: Type.String(), name: Type.String(), version: Type.Integer() });
const PeriodView = Type.Object({ start: InstantText, end: InstantText }, { description: 'From start (in) to end (out)' });

export const SubscriptionView = Type.Object({
  id: Type.String(),
  plan: PlanName,
  status: Words(['scheduled', 'trialing', 'active', 'paused', 'canceled']),
  current_period: Nullable(PeriodView),
  starts_at: InstantText,
  trial_ends_at: Nullable(InstantText),
  canceled_at: Nullable(InstantText),
  ends_at: Nullable(InstantText),
  cancels_at_period_end: Type.Boolean(),
  cancel_reason: Nullable(Type.String()),
  quantities: Type.Record(Type.String(), Type.String()),
  multipliers: Type.Record(Type.String(), Type.String()),
  overage: Type.Boolean(),
  metadata: Metadata,
  addon_of: Nullable(Type.String({ description: 'The subscription that it stands beside and ends with' })),
  coupons: Type.Array(Type.Object({ code: Type.String(), name: Type.String(), applied_at: InstantText, removed_at: Nullable(InstantText) })),
  next_phase: Nullable(Type.Object({ plan: PlanName, starts_at: InstantText, paused: Type.Boolean() })),
  phases: Type.Array(Type.Object({ plan: PlanName, starts_at: InstantText, ends_at: Nullable(InstantText), paused: Type.Boolean() }), { description: 'All phases, past and to come, in order' }),
});

export const SubscriptionPath = Type.Object({ subscription: Type.String() });

export function subscriptionRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const tags = ['subscriptions'];
  const read = { right: 'state:read' } as const;
  app.get<{ Params: { customer: string }; Querystring: { limit?: number; cursor?: string } }>(
    '/v1/customers/:customer/subscriptions',
    { config: read, schema: { tags, summary: "List a customer's subscriptions, oldest first", params: CustomerPath, querystring: PageQuery, response: { 200: PageOf(SubscriptionView, 'Subscriptions') } } },
    async (request) => {
      const { subscriptions, asOf } = await readState(engine, customerOf(request));
      const { items, nextCursor } = pageOfAll(subscriptions, request.query);
      return { data: items.map((state) => subscriptionView(state, asOf)), next_cursor: nextCursor };
    },
  );
  app.get<{ Params: { subscription: string } }>(
    '/v1/subscriptions/:subscription',
    { config: read, schema: { tags, summary: 'Read a subscription', params: SubscriptionPath, response: { 200: SubscriptionView } } },
    async (request) => {
      const { state, at } = await readSubscription(engine, request.params.subscription);
      return subscriptionView(state, at);
    },
  );
}

export function subscriptionView(state: SubscriptionState, at: Instant) {
  const { subscription, phase, currentPeriod, nextPhase } = state;
  const endsAt = subscription.endsAt === FOREVER ? null : instantText(subscription.endsAt);
  return {
    id: subscription.id,
    plan: planName(phase),
    status: state.status,
    current_period: currentPeriod === null ? null : { start: instantText(currentPeriod.startsAt), end: instantText(currentPeriod.endsAt) },
    starts_at: instantText(subscription.startsAt),
    trial_ends_at: optionalInstant(subscription.trialEndsAt),
    canceled_at: optionalInstant(subscription.ending?.requestedAt ?? null),
    ends_at: endsAt,
    cancels_at_period_end: endsAt !== null && subscription.endsAt > at,
    cancel_reason: subscription.ending?.reason ?? null,
    quantities: texts(phase.quantities),
    multipliers: texts(phase.multipliers),
    overage: phase.overage,
    metadata: subscription.metadata,
    addon_of: subscription.addonOf,
    coupons: subscription.coupons.map(({ code, name, appliedAt, removedAt }) => ({ code, name, applied_at: instantText(appliedAt), removed_at: optionalInstant(removedAt) })),
    next_phase: nextPhase === null ? null : { plan: planName(nextPhase), starts_at: instantText(nextPhase.startsAt), paused: nextPhase.isPaused },
    phases: lastingPhases(subscription).map((one) => ({ plan: planName(one), starts_at: instantText(one.startsAt), ends_at: one.endsAt === FOREVER ? null : instantText(one.endsAt), paused: one.isPaused })),
  };
}

/** Phases that last: one that gave way at the moment it began is of no interest to people. */
function lastingPhases({ phases, endsAt }: Subscription): Array<Phase & { readonly endsAt: Instant }> {
  return phases.map((phase) => ({ ...phase, endsAt: earliest(phase.endsAt, endsAt) })).filter((phase) => phase.startsAt < phase.endsAt);
}

function planName({ plan }: Phase): { code: string; name: string; version: number } {
  return { code: plan.code, name: plan.name, version: plan.version };
}

function optionalInstant(at: Instant | null): string | null {
  return at === null ? null : instantText(at);
}

function texts(decimals: Readonly<Record<string, Decimal>>): Record<string, string> {
  return Object.fromEntries(Object.entries(decimals).map(([code, value]) => [code, decimalText(value)]));
}
