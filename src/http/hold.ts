import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Hold } from '../core/hold.js';
import { instantText, type Instant } from '../core/instant.js';
import { readHold, readHolds } from '../service/hold.js';
import { extendHold, openHold, releaseHold, settleHold } from '../service/wallet.js';
import { commandsOf, customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { moneyView } from './money.js';
import { CustomerPath, DecimalText, InstantText, Money, Nullable, Words } from './schema.js';

const HoldView = Type.Object({
  id: Type.String(),
  status: Words(['open', 'settled', 'released', 'expired']),
  amount: Money,
  service: Nullable(Type.Object({ price: Type.String(), subscription: Type.String(), quantity: Type.String() })),
  settled: Nullable(Money),
  description: Type.String(),
  reference: Nullable(Type.String()),
  opened_at: InstantText,
  expires_at: InstantText,
});

const Seconds = Type.Integer({ minimum: 1, maximum: 604_800, description: 'Seconds from now' });
const HoldBody = Type.Object({
  amount: Type.Optional({ ...DecimalText, description: 'Money to set aside; or send a service with a quantity' }),
  service: Type.Optional(Type.String({ description: 'Code of a usage price that the wallet pays: what its use will cost is set aside, and settling reports the use' })),
  quantity: Type.Optional({ ...DecimalText, description: 'How much of the service; 1 unless told' }),
  subscription: Type.Optional(Type.String({ description: 'Needed where several subscriptions have the price' })),
  currency: Type.Optional(Type.String({ description: "The customer's own unless told" })),
  expires_in: Seconds,
  description: Type.Optional(Type.String({ maxLength: 200, description: 'What stands on the statement once it is settled' })),
  reference: Type.Optional(Nullable(Type.String({ maxLength: 200, description: 'Your own name for it' }))),
});

const HoldPath = Type.Object({ customer: CustomerPath.properties.customer, hold: Type.String() });
type Named = { Params: { customer: string; hold: string } };

const ADDRESS = '/v1/customers/:customer/holds';

/** Money set aside until it is settled, released, or its time is over. */
export function holdRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['wallet'];
  const shown = async (request: FastifyRequest<Named>, holdId: string) => holdView(await readHold(engine.database, customerOf(request), holdId), engine.clock.now());
  app.post<{ Params: { customer: string }; Body: { amount?: string; service?: string; quantity?: string; subscription?: string; currency?: string; expires_in: number; description?: string; reference?: string | null } }>(
    ADDRESS,
    { config: { right: 'events:write' }, schema: { tags, summary: 'Set money aside', params: CustomerPath, body: HoldBody, response: { 201: HoldView } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const { expires_in: expiresIn, service, quantity = '1', subscription, ...body } = request.body;
        const use = service === undefined ? undefined : { service, quantity, subscription };
        const { decision } = await openHold(engine, unit, { customerId: customerOf(request), ...body, use, expiresIn });
        const [change] = decision.holds;
        if (change?.type !== 'opened') throw new Error('a hold was opened');
        return { status: 201, body: holdView({ hold: change.hold, ending: null }, unit.at) };
      }),
  );
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

function holdView({ hold, ending }: { hold: Hold; ending: { type: 'settled' | 'released'; money: Hold['money'] | null } | null }, at: Instant) {
  const status = ending?.type ?? (hold.expiresAt > at ? 'open' : 'expired');
  return {
    id: hold.id,
    status,
    amount: moneyView(hold.money),
    service: hold.usage === null ? null : { price: hold.usage.priceCode, subscription: hold.usage.subscriptionId, quantity: hold.usage.quantity },
    settled: ending?.money == null ? null : moneyView(ending.money),
    description: hold.description,
    reference: hold.reference,
    opened_at: instantText(hold.openedAt),
    expires_at: instantText(hold.expiresAt),
  };
}
