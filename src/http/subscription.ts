import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { decimalText, type Decimal } from '../core/decimal.js';
import { FOREVER, instantText, type Instant } from '../core/instant.js';
import { subscriptionState, type SubscriptionState } from '../core/state.js';
import type { Phase } from '../core/subscription.js';
import { cancelSubscription, createSubscription, readSubscription, scheduleNextPhase, type SubscriptionAtRevision } from '../service/subscription.js';
import { readState } from '../service/state.js';
import { commandsOf, customerOf, instantParameter, pageOfAll } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, DecimalText, InstantText, Nullable, PageOf, PageQuery, Words } from './schema.js';

const TERMS = {
  plan: Type.String({ description: 'Code of the plan; its newest version is taken' }),
  quantities: Type.Optional(Type.Record(Type.String(), DecimalText, { description: 'By code of a fixed price; 1 unless told' })),
  multipliers: Type.Optional(Type.Record(Type.String(), DecimalText, { description: 'What the amounts of a price are multiplied by; 1 unless told' })),
  overage: Type.Optional(Type.Boolean({ description: 'Whether usage above included and carried goes on; true unless told' })),
};

const CreateBody = Type.Object({
  ...TERMS,
  starts_at: Type.Optional(InstantText),
  trial_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650, description: "In place of the plan's" })),
});
const PhaseBody = Type.Object({ ...TERMS, starts_at: Type.Optional(InstantText) });
const CancelBody = Type.Object({
  at_period_end: Type.Optional(Type.Boolean({ description: 'True: it goes on until its period ends; false: it ends now' })),
  reason: Type.Optional(Nullable(Type.String({ maxLength: 1000 }))),
});

const PlanName = Type.Object({ code: Type.String(), name: Type.String(), version: Type.Integer() });
const PeriodView = Type.Object({ start: InstantText, end: InstantText }, { description: 'From start (in) to end (out)' });

export const SubscriptionView = Type.Object({
  id: Type.String(),
  plan: PlanName,
  status: Words(['scheduled', 'trialing', 'active', 'canceled']),
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
  next_phase: Nullable(Type.Object({ plan: PlanName, starts_at: InstantText })),
});

/** What a command answers: the subscription, and the revision that the command made. */
const ChangedSubscription = Type.Intersect([SubscriptionView, Type.Object({ revision: Type.Integer() })]);

const SubscriptionPath = Type.Object({ subscription: Type.String() });

interface TermsBody {
  plan: string;
  quantities?: Record<string, string>;
  multipliers?: Record<string, string>;
  overage?: boolean;
  starts_at?: string;
}

export function subscriptionRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['subscriptions'];
  const write = { right: 'subscriptions:write' } as const;
  const read = { right: 'state:read' } as const;

  app.post<{ Params: { customer: string }; Body: TermsBody & { trial_days?: number } }>(
    '/v1/customers/:customer/subscriptions',
    { config: write, schema: { tags, summary: 'Subscribe the customer to a plan', params: CustomerPath, body: CreateBody, response: { 201: ChangedSubscription } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const { starts_at: startsAt, trial_days: trialDays, ...terms } = request.body;
        const made = await createSubscription(engine, unit, { ...terms, customerId: customerOf(request), trialDays, startsAt: instantParameter(startsAt, '/starts_at') });
        return { status: 201, body: commandView(made) };
      }),
  );
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
  app.post<{ Params: { subscription: string }; Body: { at_period_end?: boolean; reason?: string | null } | undefined }>(
    '/v1/subscriptions/:subscription/cancel',
    { config: write, schema: { tags, summary: 'Cancel now or at the end of the period', params: SubscriptionPath, body: Nullable(CancelBody), response: { 200: ChangedSubscription } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const input = { subscriptionId: request.params.subscription, atPeriodEnd: request.body?.at_period_end ?? false, reason: request.body?.reason ?? null };
        return { status: 200, body: commandView(await cancelSubscription(engine, unit, input)) };
      }),
  );
  app.post<{ Params: { subscription: string }; Body: TermsBody }>(
    '/v1/subscriptions/:subscription/phases',
    { config: write, schema: { tags, summary: 'Let another plan follow, by default at the end of the period', params: SubscriptionPath, body: PhaseBody, response: { 200: ChangedSubscription } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const { starts_at: startsAt, ...terms } = request.body;
        const changed = await scheduleNextPhase(engine, unit, { ...terms, subscriptionId: request.params.subscription, startsAt: instantParameter(startsAt, '/starts_at') });
        return { status: 200, body: commandView(changed) };
      }),
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
    canceled_at: optionalInstant(subscription.canceledAt),
    ends_at: endsAt,
    cancels_at_period_end: endsAt !== null && subscription.endsAt > at,
    cancel_reason: subscription.cancelReason,
    quantities: texts(phase.quantities),
    multipliers: texts(phase.multipliers),
    overage: phase.overage,
    next_phase: nextPhase === null ? null : { plan: planName(nextPhase), starts_at: instantText(nextPhase.startsAt) },
  };
}

/** A subscription as a command left it, with the revision that the command made. */
function commandView({ subscription, revision, at }: SubscriptionAtRevision) {
  return { ...subscriptionView(subscriptionState(subscription, at), at), revision };
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
