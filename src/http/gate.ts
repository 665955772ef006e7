import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { QuestionInput } from '../core/consume.js';
import { decimalText } from '../core/decimal.js';
import { GATE_REASONS, GATE_RULES } from '../core/gate.js';
import { instantText } from '../core/instant.js';
import type { Money as MoneyAmount } from '../core/money.js';
import { Refusal, invalidInput } from '../core/problems.js';
import { checkFeatures, consumeFeature, type GateReading } from '../service/gate.js';
import type { Remedy } from '../service/remedy.js';
import { customerOf, reservedOf } from './answer.js';
import { customerFor } from './auth.js';
import type { HttpContext } from './context.js';
import { limitText } from './entitlement.js';
import { moneyView } from './money.js';
import { CustomerPath, DecimalText, InstantText, Money, Nullable, Words } from './schema.js';

/** Most questions in one call. */
const MAX_CHECKS = 200;

const RemedyView = Type.Object(
  {
    type: Words(['top_up', 'enable_overage', 'add_quantity', 'change_plan', 'subscribe', 'resume']),
    price: { ...Money, description: 'What it costs now, proration and all; below zero when money comes back. Of a top_up: the money to put in' },
    use_cost: { ...Nullable(Money), description: 'What the use costs then, beyond what is included' },
    next_invoice: { ...Nullable(Money), description: 'Total of the next invoice then' },
    subscription: Nullable(Type.String()),
    plan: Nullable(Type.String({ description: 'Code of the plan to change or subscribe to' })),
    quantities: Nullable(Type.Record(Type.String(), Type.String(), { description: 'Quantities to set, by price' })),
  },
  { description: 'Something that would turn the "no" into a "yes" at once' },
);

const ANSWER = {
  allowed: Type.Boolean(),
  reason: { ...Nullable(Words(GATE_REASONS)), description: 'Why not; null when it is allowed. There are no others' },
  rule: Words(GATE_RULES, { description: 'What decided' }),
  detail: Type.String({ description: 'For people' }),
  feature: Type.String(),
  quantity: Type.String({ description: 'How much may be used: what was asked for, less where partial was asked, or 0' }),
  limit: Nullable(Type.String({ description: 'A decimal or "unlimited"; null for a flag and where nothing is granted' })),
  used: Nullable(Type.String({ description: 'Of a check before the use, of a consume after it' })),
  held: Type.String({ description: 'Set aside by open holds' }),
  remaining: Nullable(Type.String()),
  overage_allowed: Type.Boolean(),
  resets_at: { ...Nullable(InstantText), description: 'When what was used starts anew' },
  lifts_at: { ...Nullable(InstantText), description: 'When the same question will be answered yes by the clock alone; null when never, or now' },
  cost: { ...Nullable(Money), description: 'What the use costs, beyond what is included' },
  remedies: Type.Array(RemedyView, { description: 'Of a "no": what would lift it at once, cheapest first; each was tried' }),
};
export const CheckView = Type.Object({ ...ANSWER, revision: Type.Integer() });
const ConsumeView = Type.Object({ id: Type.String(), ...ANSWER, revision: Type.Integer() });

const QUESTION = {
  feature: Type.String({ description: 'Code of the feature' }),
  quantity: Type.Optional({ ...DecimalText, description: '1 unless told' }),
  properties: Type.Optional(Type.Record(Type.String(), Type.Any(), { description: 'What the event of the use says beside the quantity, such as dimensions' })),
};
const Question = Type.Object(QUESTION);
const CheckBody = Type.Object({
  ...QUESTION,
  feature: Type.Optional(QUESTION.feature),
  checks: Type.Optional(Type.Array(Question, { minItems: 1, maxItems: MAX_CHECKS, description: 'In place of feature: several questions, answered from one state' })),
  remedies: Type.Optional(Type.Boolean({ description: 'False leaves remedies out: a "no" is then as cheap as a "yes"' })),
});
const CheckQuery = Type.Object({ feature: QUESTION.feature, quantity: QUESTION.quantity, remedies: CheckBody.properties.remedies });
const ChecksBody = Type.Object({
  checks: Type.Array(Type.Object({ customer: CustomerPath.properties.customer, ...QUESTION }), { minItems: 1, maxItems: MAX_CHECKS }),
  remedies: CheckBody.properties.remedies,
});
const ConsumeBody = Type.Object({
  id: Type.String({ description: 'Yours, unique for the customer for ever: the same id counts once, and is answered as the first time' }),
  ...QUESTION,
  partial: Type.Optional(Type.Boolean({ description: 'Takes what is left where not all is; all or nothing unless told' })),
  remedies: CheckBody.properties.remedies,
});
const ErrorView = Type.Object({ customer: Type.String(), feature: Type.String(), error: Type.Object({ type: Type.String(), detail: Type.String() }) });
const SeveralView = Type.Object({ results: Type.Array(CheckView), revision: Type.Integer() });

interface CheckInput extends QuestionInput {
  readonly remedies?: boolean;
}

interface CheckBodyType extends Partial<QuestionInput> {
  readonly checks?: readonly QuestionInput[];
  readonly remedies?: boolean;
}

/** May this customer do this now? */
export function gateRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const reserved = reservedOf(engine);
  const tags = ['gate'];
  const one = async (customer: string, { remedies = true, ...input }: CheckInput) => {
    const [reading] = await checkFeatures(engine, customer, { inputs: [input], options: { hasRemedies: remedies } });
    if (reading === undefined) throw new Error('a question was not answered');
    return readingView(reading);
  };
  app.get<{ Params: { customer: string }; Querystring: CheckInput }>(
    '/v1/customers/:customer/check',
    { config: { right: 'state:read' }, schema: { tags, summary: 'May the customer use so much of a feature now?', params: CustomerPath, querystring: CheckQuery, response: { 200: CheckView } } },
    (request) => one(customerOf(request), request.query),
  );
  app.post<{ Params: { customer: string }; Body: CheckBodyType }>(
    '/v1/customers/:customer/check',
    { config: { right: 'state:read' }, schema: { tags, summary: 'May the customer use so much of a feature now? One question, or several', params: CustomerPath, body: CheckBody, response: { 200: Type.Union([CheckView, SeveralView]) } } },
    async (request) => {
      const { checks, remedies = true, feature, ...rest } = request.body;
      if ((feature === undefined) === (checks === undefined)) throw invalidInput([{ pointer: '/feature', detail: 'is needed, or "checks"; not both' }]);
      if (feature !== undefined) return one(customerOf(request), { ...rest, feature, remedies });
      const readings = await checkFeatures(engine, customerOf(request), { inputs: checks ?? [], options: { hasRemedies: remedies } });
      return { results: readings.map(readingView), revision: readings[0]?.revision };
    },
  );
  app.post<{ Body: { checks: ReadonlyArray<QuestionInput & { customer: string }>; remedies?: boolean } }>(
    '/v1/checks',
    { config: { right: 'state:read' }, schema: { tags, summary: 'Questions about several customers in one call', body: ChecksBody, response: { 200: Type.Object({ results: Type.Array(Type.Union([Type.Intersect([Type.Object({ customer: Type.String() }), CheckView]), ErrorView])) }) } } },
    async (request) => {
      const { checks, remedies } = request.body;
      return { results: await Promise.all(checks.map((check) => ofCustomer(request, { ...check, remedies: remedies ?? true }))) };
    },
  );
  /** What is wrong with one question leaves the others as they are. */
  const ofCustomer = async (request: FastifyRequest, { customer, ...input }: CheckInput & { customer: string }) => {
    try {
      if (request.principal === null) throw new Error('the route needs a key');
      return { customer, ...(await one(await customerFor(engine, request.principal, customer), input)) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { customer, feature: input.feature, error: { type: `/problems/${error.slug}`, detail: error.message } };
    }
  };
  app.post<{ Params: { customer: string }; Body: QuestionInput & { id: string; remedies?: boolean } }>(
    '/v1/customers/:customer/consume',
    { config: { right: 'events:write' }, schema: { tags, summary: 'Check and record the use in one atomic step', params: CustomerPath, body: ConsumeBody, response: { 200: ConsumeView } } },
    // Safe to send again by its id, so the answer may be kept after its commit.
    (request, reply) =>
      reserved(request, reply, async () => {
        const { remedies = true, ...input } = request.body;
        const reading = await consumeFeature(engine, customerOf(request), { ...input, options: { hasRemedies: remedies } });
        return { status: 200, body: { id: input.id, ...readingView(reading) } };
      }),
  );
}

export function readingView({ answer, revision, remedies }: GateReading) {
  const { isAllowed, reason, rule, detail, feature, quantity, limit, used, held, remaining, resetsAt, liftsAt, cost } = answer;
  return {
    allowed: isAllowed,
    reason,
    rule,
    detail,
    feature,
    quantity: decimalText(quantity),
    limit: limitText(limit),
    used: used === null ? null : decimalText(used),
    held: decimalText(held),
    remaining: remaining === null ? null : decimalText(remaining),
    overage_allowed: answer.isOverageAllowed,
    resets_at: resetsAt === null ? null : instantText(resetsAt),
    lifts_at: liftsAt === null ? null : instantText(liftsAt),
    cost: optionalMoney(cost),
    remedies: remedies.map(remedyView),
    revision,
  };
}

function remedyView({ type, price, useCost, nextInvoice, subscriptionId, plan, quantities }: Remedy) {
  return { type, price: moneyView(price), use_cost: optionalMoney(useCost), next_invoice: optionalMoney(nextInvoice), subscription: subscriptionId, plan, quantities };
}

function optionalMoney(money: MoneyAmount | null) {
  return money === null ? null : moneyView(money);
}
