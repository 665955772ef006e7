import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { notFound } from '../core/problems.js';
import { paymentMethodStatus, type PaymentMethod } from '../core/payment-method.js';
import type { Instant } from '../core/instant.js';
import { readState } from '../service/state.js';
import { removePaymentMethod, setPaymentMethod } from '../service/payment-method.js';
import { customerOf, reservedOf } from './answer.js';
import type { HttpContext } from './context.js';
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

const MethodBody = Type.Object({ token: Type.String({ description: 'What the provider gave for the card; in the sandbox card_succeeds, card_declines or card_expired' }) });

const ADDRESS = '/v1/customers/:customer/payment-method';

export function paymentMethodRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const reserved = reservedOf(engine);
  const tags = ['wallet'];
  app.get<{ Params: { customer: string } }>(
    ADDRESS,
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'Read the card on file', params: CustomerPath, response: { 200: MethodView } } },
    async (request) => {
      const { paymentMethod, asOf } = await readState(engine, customerOf(request));
      if (paymentMethod === null) throw notFound('payment method of customer', request.params.customer);
      return methodView(paymentMethod, asOf);
    },
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
