import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { instantText, type Instant } from '../core/instant.js';
import type { Unit } from '../service/engine.js';
import { readHold, readHolds, type HoldRead } from '../service/hold.js';
import type { Answer } from '../service/idempotency.js';
import { extendHold, openHold, openUnitsHold, releaseHold, settleHold } from '../service/wallet.js';
import { invalidInput } from '../core/problems.js';
import { commandsOf, customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { CheckView, readingView } from './gate.js';
import { moneyView } from './money.js';
import { CustomerPath, DecimalText, InstantText, Money, Nullable, Words } from './schema.js';

const HoldView = Type.Object({
  allowed: Type.Optional(Type.Boolean({ description: 'True, of a hold of a feature that was just opened' })),
  id: Type.String(),
  status: Words(['open', 'settled', 'released', 'expired']),
  amount: { ...Money, description: 'Money set aside; zero for units that no wallet pays' },
  feature: Nullable(Type.Object({ feature: Type.String(), quantity: Type.String({ description: 'Units set aside' }), settled: Nullable(Type.String({ description: 'Units used in the end' })) })),
  service: Nullable(Type.Object({ price: Type.String(), subscription: Type.String(), quantity: Type.String() })),
  settled: Nullable(Money),
  description: Type.String(),
  reference: Nullable(Type.String()),
  opened_at: InstantText,
  expires_at: InstantText,
});

const Seconds = Type.Integer({ minimum: 1, maximum: 604_800, description: 'Seconds from now' });
const HoldBody = Type.Object({
  amount: Type.Optional({ ...DecimalText, description: 'Money to set aside; or send a feature or a service with a quantity' }),
  feature: Type.Optional(Type.String({ description: 'Code of a feature: units of it are set aside if the gate allows their use, and settling reports the use' })),
  properties: Type.Optional(Type.Record(Type.String(), Type.Any(), { description: 'Of a feature: what the event of the use will say beside the quantity' })),
  service: Type.Optional(Type.String({ description: 'Code of a usage price that the wallet pays: what its use will cost is set aside, and settling reports the use' })),
  quantity: Type.Optional({ ...DecimalText, description: 'How much of the feature or service; 1 unless told' }),
  subscription: Type.Optional(Type.String({ description: 'Needed where several subscriptions have the price' })),
  currency: Type.Optional(Type.String({ description: "The customer's own unless told" })),
  expires_in: Seconds,
  description: Type.Optional(Type.String({ maxLength: 200, description: 'What stands on the statement once it is settled' })),
  reference: Type.Optional(Nullable(Type.String({ maxLength: 200, description: 'Your own name for it' }))),
});

/** A "no" is an answer: nothing was set aside. */
const RefusedView = { ...CheckView, description: 'Nothing is set aside: the gate does not allow the use' };

interface HoldBodyType {
  amount?: string;
  feature?: string;
  properties?: Record<string, unknown>;
  service?: string;
  quantity?: string;
  subscription?: string;
  currency?: string;
  expires_in: number;
  description?: string;
  reference?: string | null;
}

const HoldPath = Type.Object({ customer: CustomerPath.properties.customer, hold: Type.String() });
type Named = { Params: { customer: string; hold: string } };

const ADDRESS = '/v1/customers/:customer/holds';

/** Money set aside until it is settled, released, or its time is over. */
export function holdRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['wallet'];
  const shown = async (request: FastifyRequest<Named>, holdId: string) => holdView(await readHold(engine.database, customerOf(request), holdId), engine.clock.now());
  app.post<{ Params: { customer: string }; Body: HoldBodyType }>(
    ADDRESS,
    { config: { right: 'events:write' }, schema: { tags, summary: 'Set money or units of a feature aside', params: CustomerPath, body: HoldBody, response: { 201: HoldView, 200: RefusedView } } },
    (request, reply) => command(request, reply, (unit) => (request.body.feature === undefined ? openMoney(request, unit) : openUnits(request, unit))),
  );
  const openMoney = async (request: FastifyRequest<{ Body: HoldBodyType }>, unit: Unit): Promise<Answer> => {
    const { expires_in: expiresIn, service, quantity = '1', subscription, properties, ...body } = request.body;
    if (properties !== undefined) throw invalidInput([{ pointer: '/properties', detail: 'are for holds of a feature' }]);
    const use = service === undefined ? undefined : { service, quantity, subscription };
    const { decision } = await openHold(engine, unit, { customerId: customerOf(request), ...body, use, expiresIn });
    const [change] = decision.holds;
    if (change?.type !== 'opened') throw new Error('a hold was opened');
    return { status: 201, body: holdView({ hold: change.hold, ending: null }, unit.at) };
  };
  const openUnits = async (request: FastifyRequest<{ Body: HoldBodyType }>, unit: Unit): Promise<Answer> => {
    const { expires_in: expiresIn, feature = '', quantity, properties, description, reference, ...others } = request.body;
    const wrong = (['amount', 'service', 'subscription', 'currency'] as const).filter((field) => others[field] !== undefined);
    if (wrong.length > 0) throw invalidInput(wrong.map((field) => ({ pointer: `/${field}`, detail: 'does not go with a feature' })));
    const { answer, revision, hold } = await openUnitsHold(engine, unit, { customerId: customerOf(request), feature, quantity, properties, description, reference, expiresIn });
    if (hold === null) return { status: 200, body: { ...readingView({ answer, revision, remedies: [] }) } };
    return { status: 201, body: { allowed: true, ...holdView({ hold, ending: null }, unit.at) } };
  };
  app.get<{ Params: { customer: string } }>(
    ADDRESS,
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'Holds that are open', params: CustomerPath, response: { 200: Type.Object({ data: Type.Array(HoldView) }) } } },
    async (request) => {
      const now = engine.clock.now();
      return { data: (await readHolds(engine, customerOf(request))).map((hold) => holdView({ hold, ending: null }, now)).filter(({ status }) => status === 'open') };
    },
  );
  app.get<Named>(`${ADDRESS}/:hold`, { config: { right: 'wallet:read' }, schema: { tags, summary: 'Read a hold', params: HoldPath, response: { 200: HoldView } } }, (request) => shown(request, request.params.hold));
  const ending = (verb: string, summary: string, options: { body?: object; work: (request: FastifyRequest<Named>, unit: Parameters<Parameters<typeof command>[2]>[0]) => Promise<unknown> }): void => {
    app.post<Named>(
      `${ADDRESS}/:hold/${verb}`,
      { config: { right: 'events:write' }, schema: { tags, summary, params: HoldPath, ...(options.body === undefined ? {} : { body: options.body }), response: { 200: HoldView } } },
      async (request, reply) =>
        command(request, reply, async (unit) => {
          await options.work(request, unit);
          return { status: 200, body: holdView(await readHold(unit.transaction, customerOf(request), request.params.hold), unit.at) };
        }),
    );
  };
  ending('settle', 'Take what it came to out of the wallet and free the rest', {
    body: Nullable(Type.Object({ amount: Type.Optional({ ...DecimalText, description: 'Of a hold of an amount: all of it unless told; more as far as money is available' }), quantity: Type.Optional({ ...DecimalText, description: 'Of a hold of a service: all of it unless told' }) })),
    work: (request, unit) => settleHold(engine, unit, { customerId: customerOf(request), holdId: request.params.hold, ...(request.body as { amount?: string; quantity?: string } | null) }),
  });
  ending('extend', 'Let it last longer', {
    body: Type.Object({ expires_in: Seconds }),
    work: (request, unit) => extendHold(engine, unit, { customerId: customerOf(request), holdId: request.params.hold, expiresIn: (request.body as { expires_in: number }).expires_in }),
  });
  ending('release', 'Free what it set aside', { work: (request, unit) => releaseHold(engine, unit, { customerId: customerOf(request), holdId: request.params.hold }) });
}

function holdView({ hold, ending }: HoldRead, at: Instant) {
  const status = ending?.type ?? (hold.expiresAt > at ? 'open' : 'expired');
  return {
    id: hold.id,
    status,
    amount: moneyView(hold.money),
    feature: hold.usage === null || hold.usage.feature === null ? null : { feature: hold.usage.feature, quantity: hold.usage.quantity, settled: ending?.quantity ?? null },
    service: hold.usage === null || hold.usage.feature !== null ? null : { price: hold.usage.priceCode, subscription: hold.usage.subscriptionId, quantity: hold.usage.quantity },
    settled: ending?.money == null ? null : moneyView(ending.money),
    description: hold.description,
    reference: hold.reference,
    opened_at: instantText(hold.openedAt),
    expires_at: instantText(hold.expiresAt),
  };
}
