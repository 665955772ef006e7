import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type TSchema } from 'typebox';
import type { Entitlement } from '../core/entitlement.js';
import type { Interval } from '../core/period.js';
import { addMoney, zeroMoney } from '../core/money.js';
import { subscriptionState } from '../core/state.js';
import { performCommand, previewCommand, previewFigures, type Decide, type Outcome, type Performed } from '../service/command.js';
import type { Engine } from '../service/engine.js';
import {
  applyCoupon, cancelSubscription, changeSubscription, clearSchedule, createSubscription, pauseSubscription, reactivateSubscription, removeCoupon, resumeSubscription, scheduleNextPhase,
  type ProrationInput,
} from '../service/subscription.js';
import { commandsOf, customerOf, instantParameter } from './answer.js';
import type { HttpContext } from './context.js';
import { entitlementView } from './entitlement.js';
import { InvoiceView, emptyInvoiceView, invoiceView } from './invoice-view.js';
import { moneyView } from './money.js';
import { CustomerPath, DecimalText, InstantText, Interval as IntervalSchema, Metadata, Money, Nullable, Words } from './schema.js';
import { EntitlementView } from './entitlement.js';
import { SubscriptionPath, SubscriptionView, subscriptionView } from './subscription.js';

/** Every command on a subscription, each with a preview that decides the same and saves nothing. */

const NUMBERS = {
  quantities: Type.Optional(Type.Record(Type.String(), DecimalText, { description: 'By code of a fixed price; 1 unless told' })),
  multipliers: Type.Optional(Type.Record(Type.String(), DecimalText, { description: 'What the amounts of a price are multiplied by; 1 unless told' })),
  overage: Type.Optional(Type.Boolean({ description: 'Whether usage above included and carried goes on; true unless told' })),
};
const PLAN = Type.String({ description: 'Code of the plan; its newest version is taken' });
const PRORATION = Type.Optional(
  Words(['prorate', 'by_second', 'by_day', 'difference', 'none'], {
    description: 'prorate: by the policy of the plan; by_second, by_day: by that one; difference: what is dearer, for the whole period; none: nothing within the period',
  }),
);
const DURATION = Type.Optional({ ...IntervalSchema, description: 'How long the phase lasts; for ever unless told. The subscription ends after the last one that has an end' });
const ENDS_AT = Type.Optional({ ...InstantText, description: 'When the phase ends, in place of a duration' });
const Reason = Type.Optional(Nullable(Type.String({ maxLength: 1000 })));

const CreateBody = Type.Object({
  plan: PLAN,
  ...NUMBERS,
  starts_at: Type.Optional(InstantText),
  trial_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650, description: "In place of the plan's" })),
  billing_anchor: Type.Optional({ ...InstantText, description: "What billing periods are counted from; the trial's end or the start unless told. The first period is short, and prorated" }),
  duration: DURATION,
  ends_at: ENDS_AT,
  phases: Type.Optional(Type.Array(Type.Object({ plan: PLAN, ...NUMBERS, duration: DURATION, ends_at: ENDS_AT }), { maxItems: 100, description: 'What follows, each phase after the one before' })),
  addon_of: Type.Optional(Type.String({ description: 'The subscription that it stands beside: billed on the same days, ended with it' })),
  coupon: Type.Optional(Type.String({ description: 'Code of a coupon' })),
  metadata: Type.Optional(Metadata),
  billed_until: Type.Optional({ ...InstantText, description: 'For who moves here: what fell due from the start up to this moment has been billed elsewhere, and is not invoiced' }),
});
const PhaseBody = Type.Object({ plan: PLAN, ...NUMBERS, starts_at: Type.Optional(InstantText), proration: PRORATION });
const ChangeBody = Type.Object({
  plan: Type.Optional(Type.String({ description: 'Code of the plan; its newest version is taken. The plan and version stay unless told' })),
  ...NUMBERS,
  when: Type.Optional(Words(['now', 'period_end'])),
  proration: PRORATION,
  usage: Type.Optional(Words(['keep', 'restart'], { description: 'Whether windows of prices that go on keep what was used; keep unless told' })),
  invoice: Type.Optional(Words(['now', 'next'], { description: 'Whether what it costs is invoiced at once or with the next turn of the period; now unless told' })),
});
const CancelBody = Type.Object({
  at_period_end: Type.Optional(Type.Boolean({ description: 'True: it goes on until its period ends; false: it ends now' })),
  proration: Type.Optional({ ...PRORATION, description: 'Whether what is left of the period is given back; none unless told' }),
  reason: Reason,
});
const PauseBody = Type.Object({
  when: Type.Optional(Words(['now', 'period_end'])),
  resumes_at: Type.Optional(InstantText),
  proration: Type.Optional({ ...PRORATION, description: 'Whether what is left of the period is given back; none unless told' }),
});
const ReactivateBody = Type.Object({ plan: Type.Optional(PLAN), ...NUMBERS });
const CouponBody = Type.Object({ coupon: Type.String({ description: 'Code of the coupon' }) });

/** What a command answers: the subscription, the revision that the command made, and the invoices it brought at once. */
export const ChangedSubscription = Type.Intersect([SubscriptionView, Type.Object({ revision: Type.Integer(), invoices: Type.Array(Type.String({ description: 'Ids of invoices issued at once' })) })]);

/** What a preview answers. */
export const PreviewView = Type.Object(
  {
    subscription: SubscriptionView,
    current_period: Nullable(Type.Object({ start: InstantText, end: InstantText })),
    due_now: Type.Object({ invoices: Type.Array(InvoiceView), amount: Money }, { description: 'Invoices that it would bring at once' }),
    next_invoice: InvoiceView,
    entitlements: Type.Object({
      gained: Type.Array(EntitlementView),
      lost: Type.Array(EntitlementView),
      changed: Type.Array(Type.Object({ feature: Type.String(), before: EntitlementView, after: EntitlementView })),
    }),
  },
  { description: 'What the command would lead to now; nothing is saved' },
);

interface TermsBody {
  plan: string;
  quantities?: Record<string, string>;
  multipliers?: Record<string, string>;
  overage?: boolean;
}

interface PhaseBodyType extends TermsBody {
  starts_at?: string;
  duration?: Interval;
  ends_at?: string;
  proration?: ProrationInput;
}

interface CreateBodyType extends PhaseBodyType {
  trial_days?: number;
  billing_anchor?: string;
  phases?: PhaseBodyType[];
  addon_of?: string;
  coupon?: string;
  metadata?: Record<string, string>;
  billed_until?: string;
}

interface AskedCommand {
  readonly subscriptionId: string;
  readonly customerId: string;
  readonly decide: Decide;
}

/** A command as a route: where, what it takes, what it decides. */
interface CommandRoute {
  readonly path: string;
  readonly summary: string;
  readonly body: TSchema;
  /** Whether the body may be left out. */
  readonly isBodyOptional: boolean;
  readonly decide: (engine: Engine, subscriptionId: string, body: never) => Decide;
}

const ROUTES: readonly CommandRoute[] = [
  {
    path: 'phases', summary: 'Let another plan follow, by default at the end of the period', body: PhaseBody, isBodyOptional: false,
    decide: (engine, subscriptionId, { starts_at: startsAt, ...terms }: PhaseBodyType) => scheduleNextPhase(engine, { ...terms, subscriptionId, startsAt: instantParameter(startsAt, '/starts_at') }),
  },
  {
    path: 'change', summary: 'Change plan, quantities, multipliers or overage, now or at the end of the period', body: ChangeBody, isBodyOptional: false,
    decide: (engine, subscriptionId, body: Parameters<typeof changeSubscription>[1]) => changeSubscription(engine, { ...body, subscriptionId }),
  },
  {
    path: 'cancel', summary: 'Cancel now or at the end of the period', body: CancelBody, isBodyOptional: true,
    decide: (_engine, subscriptionId, body: { at_period_end?: boolean; proration?: ProrationInput; reason?: string | null } | null) =>
      cancelSubscription({ subscriptionId, atPeriodEnd: body?.at_period_end ?? false, reason: body?.reason ?? null, proration: body?.proration }),
  },
  {
    path: 'pause', summary: 'Give nothing and charge nothing until it is resumed', body: PauseBody, isBodyOptional: true,
    decide: (_engine, subscriptionId, body: { when?: 'now' | 'period_end'; resumes_at?: string; proration?: ProrationInput } | null) =>
      pauseSubscription({ subscriptionId, when: body?.when ?? 'now', resumesAt: instantParameter(body?.resumes_at, '/resumes_at'), proration: body?.proration }),
  },
  {
    path: 'resume', summary: 'End a pause, or take back a pause or a cancellation to come', body: Type.Object({}), isBodyOptional: true,
    decide: (_engine, subscriptionId) => resumeSubscription(subscriptionId),
  },
  {
    path: 'reactivate', summary: 'Begin an ended subscription anew', body: ReactivateBody, isBodyOptional: true,
    decide: (engine, subscriptionId, body: Partial<TermsBody> | null) => reactivateSubscription(engine, { ...body, subscriptionId }),
  },
  {
    path: 'clear-schedule', summary: 'Forget phases that have not begun', body: Type.Object({}), isBodyOptional: true,
    decide: (_engine, subscriptionId) => clearSchedule(subscriptionId),
  },
  {
    path: 'apply-coupon', summary: 'Put a coupon on the subscription, for the periods that begin from now on', body: CouponBody, isBodyOptional: false,
    decide: (engine, subscriptionId, { coupon }: { coupon: string }) => applyCoupon(engine, { subscriptionId, coupon }),
  },
  {
    path: 'remove-coupon', summary: 'Take a coupon off; periods that begin later are not covered', body: CouponBody, isBodyOptional: false,
    decide: (_engine, subscriptionId, { coupon }: { coupon: string }) => removeCoupon({ subscriptionId, coupon }),
  },
];

export function subscriptionCommandRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['subscriptions'];
  const config = { right: 'subscriptions:write' } as const;
  const perform = (request: FastifyRequest, reply: FastifyReply, work: { asked: AskedCommand; status: number }): Promise<FastifyReply> =>
    command(request, reply, async (unit) => ({ status: work.status, body: commandView(await performCommand(engine, unit, work.asked), work.asked.subscriptionId) }));
  const preview = async (asked: AskedCommand) => previewView(await previewCommand(engine, asked), asked.subscriptionId);

  const create = (request: FastifyRequest<{ Body: CreateBodyType }>): AskedCommand => {
    const { starts_at: startsAt, trial_days: trialDays, billing_anchor: anchor, addon_of: addonOf, billed_until: billedUntil, phases, ...first } = request.body;
    const subscriptionId = engine.newId('sub');
    const moments = {
      startsAt: instantParameter(startsAt, '/starts_at'), endsAt: instantParameter(first.ends_at, '/ends_at'), billingAnchor: instantParameter(anchor, '/billing_anchor'), billedUntil: instantParameter(billedUntil, '/billed_until'),
    };
    const input = { ...first, ...moments, phases: phases?.map((phase, index) => ({ ...phase, endsAt: instantParameter(phase.ends_at, `/phases/${index}/ends_at`) })), trialDays, addonOf };
    return { subscriptionId, customerId: customerOf(request), decide: createSubscription(engine, subscriptionId, input) };
  };
  app.post<{ Params: { customer: string }; Body: CreateBodyType }>(
    '/v1/customers/:customer/subscriptions',
    { config, schema: { tags, summary: 'Subscribe the customer to a plan', params: CustomerPath, body: CreateBody, response: { 201: ChangedSubscription } } },
    (request, reply) => perform(request, reply, { asked: create(request), status: 201 }),
  );
  app.post<{ Params: { customer: string }; Body: CreateBodyType }>(
    '/v1/customers/:customer/subscriptions/preview',
    { config: { right: 'state:read' }, schema: { tags, summary: 'What subscribing would lead to', params: CustomerPath, body: CreateBody, response: { 200: PreviewView } } },
    async (request) => preview(create(request)),
  );
  for (const route of ROUTES) {
    const asked = (request: FastifyRequest<{ Params: { subscription: string } }>): AskedCommand => {
      const subscriptionId = request.params.subscription;
      return { subscriptionId, customerId: customerOf(request), decide: route.decide(engine, subscriptionId, (request.body ?? null) as never) };
    };
    const body = route.isBodyOptional ? Nullable(route.body) : route.body;
    app.post<{ Params: { subscription: string } }>(
      `/v1/subscriptions/:subscription/${route.path}`,
      { config, schema: { tags, summary: route.summary, params: SubscriptionPath, body, response: { 200: ChangedSubscription } } },
      (request, reply) => perform(request, reply, { asked: asked(request), status: 200 }),
    );
    app.post<{ Params: { subscription: string } }>(
      `/v1/subscriptions/:subscription/${route.path}/preview`,
      { config: { right: 'state:read' }, schema: { tags, summary: `Preview: ${route.summary.toLowerCase()}`, params: SubscriptionPath, body, response: { 200: PreviewView } } },
      async (request) => preview(asked(request)),
    );
  }
}

/** A subscription as a command left it, with the revision that the command made. */
export function commandView(performed: Performed, subscriptionId: string) {
  const { revision, invoices } = performed;
  return { ...viewOf(performed, subscriptionId), revision, invoices: invoices.map(({ id }) => id) };
}

function viewOf({ facts, at }: Outcome, subscriptionId: string) {
  const subscription = facts.subscriptions.find(({ id }) => id === subscriptionId);
  if (subscription === undefined) throw new Error('a subscription is not among its own facts');
  return subscriptionView(subscriptionState(subscription, at), at);
}

export function previewView(outcome: Outcome, subscriptionId: string) {
  const { before, after, due, next } = previewFigures(outcome);
  const options = { isExplained: true, customerId: outcome.customerId };
  const view = viewOf(outcome, subscriptionId);
  const currency = outcome.facts.subscriptions.find(({ id }) => id === subscriptionId)?.phases[0].plan.currency ?? after.customer.currency;
  const nothing = zeroMoney(currency);
  return {
    subscription: view,
    current_period: view.current_period,
    due_now: {
      invoices: due.map((invoice) => invoiceView(invoice, options)),
      amount: moneyView(due.filter((invoice) => invoice.currency === currency).reduce((total, invoice) => addMoney(total, invoice.amountDue), nothing)),
    },
    next_invoice: next === null ? emptyInvoiceView(nothing) : invoiceView(next, options),
    entitlements: entitlementChanges(before.entitlements, after.entitlements),
  };
}

function entitlementChanges(before: readonly Entitlement[], after: readonly Entitlement[]) {
  const granted = (list: readonly Entitlement[], code: string): Entitlement | undefined => list.find((one) => one.feature.code === code && one.isGranted);
  const codes = [...new Set([...before, ...after].map((one) => one.feature.code))];
  const pairs = codes.map((code) => ({ code, was: granted(before, code), is: granted(after, code) }));
  return {
    gained: pairs.flatMap(({ was, is }) => (was === undefined && is !== undefined ? [entitlementView(is)] : [])),
    lost: pairs.flatMap(({ was, is }) => (was !== undefined && is === undefined ? [entitlementView(was)] : [])),
    changed: pairs.flatMap(({ code, was, is }) => {
      if (was === undefined || is === undefined || JSON.stringify(entitlementView(was)) === JSON.stringify(entitlementView(is))) return [];
      return [{ feature: code, before: entitlementView(was), after: entitlementView(is) }];
    }),
  };
}
