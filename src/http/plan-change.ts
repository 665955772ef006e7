import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { decimalText } from '../core/decimal.js';
import { instantText } from '../core/instant.js';
import { Refusal, invalidInput } from '../core/problems.js';
import { openCheckout } from '../service/checkout-link.js';
import { performCommand, previewCommand, type Decide } from '../service/command.js';
import { planCancellation, planChange, planRestoration, type PlanChange, type PlanChangeAsked } from '../service/plan-change.js';
import { readPlanOptions, type PlanOption } from '../service/plan-options.js';
import { commandsOf, customerOf, reservedOf } from './answer.js';
import { PlanView, planView } from './catalog.js';
import type { HttpContext } from './context.js';
import { moneyView } from './money.js';
import { ownUrlOf } from './own-url.js';
import { CustomerPath, InstantText, Money, Nullable, Words } from './schema.js';
import { ChangedSubscription, PreviewView, commandView, previewView } from './subscription-command.js';
import { SubscriptionView, subscriptionView } from './subscription.js';

/** What customers change by themselves: plan and seats, nothing else (ADR 15). */

const ChangeView = Type.Object({
  direction: Words(['start', 'upgrade', 'downgrade', 'same', 'keep'], { description: 'By what one whole period costs; keep: what was scheduled does not come' }),
  when: Words(['now', 'period_end'], { description: 'A downgrade begins when the period ends, everything else at once' }),
  effective_at: InstantText,
});

const OptionView = Type.Object({
  plan: PlanView,
  current: Type.Boolean(),
  scheduled: Type.Boolean({ description: 'Whether it is scheduled to follow' }),
  quantities: Type.Record(Type.String(), Type.String(), { description: 'The seats that it has, or would be taken with' }),
  price: { ...Money, description: 'Of its fixed prices, for one whole period with these seats, before coupons and taxes' },
  change: Nullable(ChangeView),
  due_now: Nullable(Money),
  needs_payment_method: Type.Boolean({ description: 'Whether a card has to be put on file first' }),
  refused: Nullable(Type.Object({ slug: Type.String({ description: 'The problem that the change would be refused with now' }), detail: Type.String() })),
});

const OptionsView = Type.Object({
  as_of: InstantText,
  subscription: Nullable(SubscriptionView),
  changeable: Type.Boolean({ description: 'Whether the customer may change what it has by itself' }),
  cancelable: Type.Boolean(),
  restorable: Type.Boolean({ description: 'Whether the customer may take back what it has asked for' }),
  options: Type.Array(OptionView),
});

const WebAddress = Type.String({ maxLength: 2000, description: 'http or https', examples: ['https://shop.example.com/billing'] });
const TERMS = {
  plan: Type.Optional(Type.String({ description: 'Code of one of the plan options; the plan that it has unless told' })),
  quantities: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'Whole numbers by code of a price per seat; those that it has unless told' })),
};
const PreviewBody = Type.Object(TERMS);
const ChangeBody = Type.Object({
  ...TERMS,
  success_url: Type.Optional({ ...WebAddress, description: 'With back_url: where the browser goes from the page for a card, if one is needed' }),
  back_url: Type.Optional(WebAddress),
});
const CancelBody = Nullable(Type.Object({ reason: Type.Optional(Nullable(Type.String({ maxLength: 900 }))) }));

const DoneView = Type.Object({ status: Type.Literal('changed'), change: ChangeView, subscription: ChangedSubscription });
const WaitingView = Type.Object({ status: Type.Literal('needs_payment_method'), url: Type.String({ description: 'The page for a card: when it is put on file, the change is made' }) });
const ChangePreview = Type.Intersect([PreviewView, Type.Object({ change: ChangeView })]);

interface Terms {
  plan?: string;
  quantities?: Record<string, string>;
}

interface Body extends Terms {
  success_url?: string;
  back_url?: string;
}

/** A command whose outcome says what it comes to. */
type Told = (told: (change: PlanChange) => void) => Decide;

export function planChangeRoutes(app: FastifyInstance, context: HttpContext): void {
  const { engine } = context;
  const tags = ['plan change'];
  const read = { right: 'state:read' } as const;
  const write = { right: 'plan-change:write' } as const;
  const path = '/v1/customers/:customer/plan-change';
  const command = commandsOf(engine);
  const reserved = reservedOf(engine);
  const asked = (body: Terms): PlanChangeAsked => ({ plan: body.plan, quantities: body.quantities, newId: engine.newId('sub') });
  const perform = (request: FastifyRequest, told: Told) => performed(context, customerOf(request), told);
  const preview = (request: FastifyRequest, told: Told) => previewed(context, customerOf(request), told);

  app.get<{ Params: { customer: string } }>(
    '/v1/customers/:customer/plan-options',
    { config: read, schema: { tags, summary: 'The plans that the customer may take by itself, each with what that would come to now', params: CustomerPath, response: { 200: OptionsView } } },
    async (request) => {
      const { at, own, isChangeable, isCancelable, isRestorable, options } = await readPlanOptions(engine, customerOf(request));
      return { as_of: instantText(at), subscription: own === null ? null : subscriptionView(own, at), changeable: isChangeable, cancelable: isCancelable, restorable: isRestorable, options: options.map(optionView) };
    },
  );
  app.post<{ Params: { customer: string }; Body: Body }>(
    path,
    { config: write, schema: { tags, summary: 'Take a plan, or another number of seats, as the customer itself', params: CustomerPath, body: ChangeBody, response: { 200: Type.Union([DoneView, WaitingView]) } } },
    async (request, reply) => {
      const customerId = customerOf(request);
      const { success_url: successUrl, back_url: backUrl, ...terms } = request.body;
      if ((successUrl === undefined) !== (backUrl === undefined)) throw invalidInput([{ pointer: successUrl === undefined ? '/success_url' : '/back_url', detail: 'is needed with the other one' }]);
      const change = asked(terms);
      if (successUrl === undefined || backUrl === undefined || !(await lacksCard(context, customerId, change))) return command(request, reply, perform(request, (told) => planChange(engine, change, told)));
      const order = { type: 'plan_change', subscriptionId: change.newId, asked: terms } as const;
      return reserved(request, reply, async () => ({ status: 200, body: { status: 'needs_payment_method', url: await openCheckout(engine, { customerId, order, returns: { successUrl, backUrl, ownUrl: ownUrlOf(request) } }) } }));
    },
  );
  app.post<{ Params: { customer: string }; Body: Terms }>(
    `${path}/preview`,
    { config: read, schema: { tags, summary: 'What taking the plan or the seats would lead to', params: CustomerPath, body: PreviewBody, response: { 200: ChangePreview } } },
    (request) => preview(request, (told) => planChange(engine, { ...asked(request.body), awaitsCard: true }, told)),
  );
  const cancel = (request: FastifyRequest<{ Body: { reason?: string | null } | null }>): Told => (told) => planCancellation(engine, request.body?.reason ?? null, told);
  const restore: Told = (told) => planRestoration(engine, told);
  app.post<{ Params: { customer: string }; Body: { reason?: string | null } | null }>(
    `${path}/cancel`,
    { config: write, schema: { tags, summary: 'End the subscription with its period, as the customer itself', params: CustomerPath, body: CancelBody, response: { 200: DoneView } } },
    (request, reply) => command(request, reply, perform(request, cancel(request))),
  );
  app.post<{ Params: { customer: string }; Body: { reason?: string | null } | null }>(
    `${path}/cancel/preview`,
    { config: read, schema: { tags, summary: 'What ending the subscription with its period would lead to', params: CustomerPath, body: CancelBody, response: { 200: ChangePreview } } },
    (request) => preview(request, cancel(request)),
  );
  app.post<{ Params: { customer: string } }>(
    `${path}/restore`,
    { config: write, schema: { tags, summary: 'Take back a cancellation or a change that the customer asked for and that has not begun', params: CustomerPath, body: Nullable(Type.Object({})), response: { 200: DoneView } } },
    (request, reply) => command(request, reply, perform(request, restore)),
  );
}

/** The change, carried out in a unit under its customer's lock. */
function performed({ engine }: HttpContext, customerId: string, asked: Told) {
  return async (unit: Parameters<Parameters<ReturnType<typeof commandsOf>>[2]>[0]) => {
    let change: PlanChange | undefined;
    const done = await performCommand(engine, unit, { customerId, decide: asked((told) => (change = told)) });
    if (change === undefined) throw new Error('a change was made that was not told');
    return { status: 200, body: { status: 'changed', change: changeView(change), subscription: commandView(done, change.subscriptionId) } };
  };
}

async function previewed({ engine }: HttpContext, customerId: string, asked: Told) {
  let change: PlanChange | undefined;
  const outcome = await previewCommand(engine, { customerId, decide: asked((told) => (change = told)) });
  if (change === undefined) throw new Error('a change was decided that was not told');
  return { ...previewView(outcome, change.subscriptionId), change: changeView(change) };
}

/** Whether a card is all that the change lacks. What else it lacks the command says, unless it has answered the same before. */
async function lacksCard({ engine }: HttpContext, customerId: string, asked: PlanChangeAsked): Promise<boolean> {
  try {
    await previewCommand(engine, { customerId, decide: planChange(engine, asked) });
    return false;
  } catch (error) {
    if (error instanceof Refusal) return error.slug === 'payment_method_missing';
    throw error;
  }
}

function changeView({ direction, when, effectiveAt }: PlanChange) {
  return { direction, when, effective_at: instantText(effectiveAt) };
}

function optionView({ sold, isCurrent, isScheduled, quantities, price, change, dueNow, needsCard, refusal }: PlanOption) {
  return {
    plan: planView(sold),
    current: isCurrent,
    scheduled: isScheduled,
    quantities: Object.fromEntries(Object.entries(quantities).map(([code, quantity]) => [code, decimalText(quantity)])),
    price: moneyView(price),
    change: change === null ? null : changeView(change),
    due_now: dueNow === null ? null : moneyView(dueNow),
    needs_payment_method: needsCard,
    refused: refusal === null ? null : { slug: refusal.slug, detail: refusal.message },
  };
}
