import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { instantText } from '../core/instant.js';
import { listPayments, refundPayment, type PaymentWithResult } from '../service/refund.js';
import { customerOf, pageOfAll, reservedOf } from './answer.js';
import type { HttpContext } from './context.js';
import { moneyView } from './money.js';
import { CustomerPath, DecimalText, InstantText, Money, Nullable, PageOf, PageQuery, Words } from './schema.js';

const PaymentView = Type.Object({
  id: Type.String(),
  purpose: Words(['deposit', 'top_up', 'refund', 'invoice']),
  status: Words(['open', 'succeeded', 'declined'], { description: 'open: the provider has not answered yet' }),
  amount: Money,
  description: Type.String(),
  decline_reason: Nullable(Type.String()),
  refund_of: Nullable(Type.String({ description: 'The payment that this gives back' })),
  created_at: InstantText,
});

const RefundBody = Type.Object({
  amount: Type.Optional({ ...DecimalText, description: 'All that is left of the payment unless told' }),
  reason: Type.Optional(Nullable(Type.String({ maxLength: 500 }))),
});

/** What the provider was asked for: charges, and what was given back. */
export function paymentRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const reserved = reservedOf(engine);
  const tags = ['wallet'];
  app.get<{ Params: { customer: string }; Querystring: { limit?: number; cursor?: string } }>(
    '/v1/customers/:customer/payments',
    { config: { right: 'wallet:read' }, schema: { tags, summary: 'Charges and refunds, oldest first', params: CustomerPath, querystring: PageQuery, response: { 200: PageOf(PaymentView, 'Payments') } } },
    async (request) => {
      const { items, nextCursor } = pageOfAll(await listPayments(engine, customerOf(request)), request.query);
      return { data: items.map(paymentView), next_cursor: nextCursor };
    },
  );
  app.post<{ Params: { customer: string; payment: string }; Body: { amount?: string; reason?: string | null } | null }>(
    '/v1/customers/:customer/payments/:payment/refunds',
    {
      config: { right: 'credits:write' },
      schema: { tags, summary: 'Give money of the wallet back to the card that it came from', params: Type.Object({ ...CustomerPath.properties, payment: Type.String() }), body: Nullable(RefundBody), response: { 201: PaymentView } },
    },
    // The refund bears the key itself, so the answer may be kept after it.
    (request, reply) =>
      reserved(request, reply, async (key) => {
        const { amount, reason } = request.body ?? {};
        const payment = await refundPayment(engine, customerOf(request), { paymentId: request.params.payment, amount, reason: reason ?? null, idempotency: key });
        return { status: 201, body: paymentView({ payment, result: { outcome: 'succeeded', reference: null, reason: null } }) };
      }),
  );
}

function paymentView({ payment, result }: PaymentWithResult) {
  const { id, purpose, money, description, about, requestedAt } = payment;
  return {
    id,
    purpose,
    status: result?.outcome ?? ('open' as const),
    amount: moneyView(money),
    description,
    decline_reason: result?.reason ?? null,
    refund_of: purpose === 'refund' ? about : null,
    created_at: instantText(requestedAt),
  };
}
