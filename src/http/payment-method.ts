import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { notFound } from '../core/problems.js';
import { paymentMethodStatus, type PaymentMethod } from '../core/payment-method.js';
import type { Instant } from '../core/instant.js';
import { readState } from '../service/state.js';
import { createSetupLink, refreshPaymentMethod, removePaymentMethod, setPaymentMethod } from '../service/payment-method.js';
import { customerOf, reservedOf } from './answer.js';
import type { HttpContext } from './context.js';
import { ownUrlOf } from './own-url.js';
import { CustomerPath, Done, Words } from './schema.js';

const MethodView = Type.Object({
  id: Type.String(),
  provider: Type.String(),
  brand: Type.String(),
  last4: Type.String(),
  expiry_month: Type.Integer(),
  expiry_year: Type.Integer(),
  status: Words(['set', 'expired']),
});

const MethodBody = Type.Object({ token: Type.String({ description: 'What the provider gave for the card: at Stripe the id of a payment method (pm_…), in the sandbox the name of a card, such as card_succeeds, or its id' }) });

const RefreshQuery = Type.Object({ refresh: Type.Optional(Type.Boolean({ description: 'Read again from the provider first' })) });

const WebAddress = Type.String({ maxLength: 2000, description: 'http or https', examples: ['https://shop.example.com/billing'] });
const SetupLinkBody = Type.Object({ success_url: WebAddress, back_url: WebAddress }, { description: 'Where the browser goes once the card is on file, and where it goes without' });
const SetupLinkView = Type.Object({ url: Type.String({ description: "The provider's page; it is good for a day at most" }) });

const ADDRESS = '/v1/customers/:customer/payment-method';

export function paymentMethodRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const reserved = reservedOf(engine);
  const tags = ['wallet'];
  app.get<{ Params: { customer: string }; Querystring: { refresh?: boolean } }>(
    ADDRESS,
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'Read the card on file', params: CustomerPath, querystring: RefreshQuery, response: { 200: MethodView } } },
    async (request) => {
      if (request.query.refresh === true) await refreshPaymentMethod(engine, customerOf(request));
      const { paymentMethod, asOf } = await readState(engine, customerOf(request));
      if (paymentMethod === null) throw notFound('payment method of customer', request.params.customer);
      return methodView(paymentMethod, asOf);
    },
  );
  app.post<{ Params: { customer: string }; Body: { success_url: string; back_url: string } }>(
    `${ADDRESS}/setup-link`,
    { config: { right: 'wallet:write' }, schema: { tags, summary: 'Make the address of a page on which the customer puts a card on file', params: CustomerPath, body: SetupLinkBody, response: { 201: SetupLinkView } } },
    (request, reply) =>
      reserved(request, reply, async () => {
        const { success_url: successUrl, back_url: backUrl } = request.body;
        return { status: 201, body: { url: await createSetupLink(engine, customerOf(request), { successUrl, backUrl, ownUrl: ownUrlOf(request) }) } };
      }),
  );
  app.put<{ Params: { customer: string }; Body: { token: string } }>(
    ADDRESS,
    { config: { right: 'wallet:write' }, schema: { tags, summary: 'Put a card on file', params: CustomerPath, body: MethodBody, response: { 200: MethodView } } },
    (request, reply) =>
      reserved(request, reply, async () => {
        const { method } = await setPaymentMethod(engine, customerOf(request), request.body.token);
        return { status: 200, body: methodView(method, engine.clock.now()) };
      }),
  );
  app.delete<{ Params: { customer: string } }>(
    ADDRESS,
    { config: { right: 'wallet:write' }, schema: { tags, summary: 'Forget the card on file', params: CustomerPath, response: { 204: Done } } },
    (request, reply) =>
      reserved(request, reply, async () => {
        await removePaymentMethod(engine, customerOf(request));
        return { status: 204, body: null };
      }),
  );
}

function methodView(method: PaymentMethod, at: Instant) {
  const { id, provider, brand, last4, expiryMonth, expiryYear } = method;
  return { id, provider, brand, last4, expiry_month: expiryMonth, expiry_year: expiryYear, status: paymentMethodStatus(method, at) };
}
