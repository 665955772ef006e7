import type Stripe from 'stripe';
import { ProviderUnavailable, type ChargeInput, type ChargeResult, type RefundInput, type RefundResult } from './port.js';
import { toStripeAmount } from './stripe-amount.js';
import { asked, hasAnswered, refusalOf, unavailable } from './stripe-error.js';

/** Stripe forgets idempotency keys after "at least 24 hours" (docs.stripe.com/api/idempotent_requests); well before, we do not trust them. */
const KEY_TRUSTED_MS = 20 * 3_600_000;
/** How much our clock and Stripe's may differ, generously: an intent that is not looked at would be charged again. */
const CLOCK_MARGIN_MS = 24 * 3_600_000;
const PAGE = 100;

/** Charges once per key: by Stripe's own memory of keys while it is fresh, by the mark on the payment intent afterwards. */
export async function chargeByStripe(stripe: Stripe, input: ChargeInput, nowMs: number): Promise<ChargeResult> {
  const amount = toStripeAmount(input.money);
  if (amount === undefined) return { outcome: 'declined', reason: 'amount_not_chargeable' };
  if (nowMs - input.requestedAt > KEY_TRUSTED_MS) {
    const known = await asked(() => findIntent(stripe, { ...input, amount }));
    if (known !== undefined) return resultOf(stripe, known);
  }
  return createIntent(stripe, { ...input, amount });
}

async function createIntent(stripe: Stripe, input: ChargeInput & { amount: number }): Promise<ChargeResult> {
  const { idempotencyKey, customerReference, customerId, paymentMethodId, money, amount, description } = input;
  try {
    const intent = await stripe.paymentIntents.create(
      {
        amount,
        currency: money.currency.toLowerCase(),
        customer: customerReference,
        payment_method: paymentMethodId,
        allowed_payment_method_types: ['card'],
        off_session: true,
        confirm: true,
        description,
        metadata: { paidup_payment: idempotencyKey, paidup_customer: customerId },
      },
      { idempotencyKey },
    );
    if (intent.status === 'succeeded') return { outcome: 'succeeded', reference: intent.id };
    // Under a known key Stripe repeats its first answer: how the intent stands now is asked of the intent.
    return await resultOf(stripe, await asked(() => stripe.paymentIntents.retrieve(intent.id)));
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== undefined) return { outcome: 'declined', reason: refusal.reason };
    // A fault of Stripe's own is remembered under the key like any answer, though the money may have been taken.
    const known = hasAnswered(error) ? await asked(() => findIntent(stripe, input)) : undefined;
    if (known === undefined) throw unavailable(error);
    return resultOf(stripe, known);
  }
}

/** The customer's intent that bears the key. Listed, not searched: Stripe's search lags behind. @throws when it is over another amount. */
async function findIntent(stripe: Stripe, { idempotencyKey, customerReference, requestedAt, money, amount }: ChargeInput & { amount: number }): Promise<Stripe.PaymentIntent | undefined> {
  const since = Math.floor((requestedAt - CLOCK_MARGIN_MS) / 1000);
  for await (const intent of stripe.paymentIntents.list({ customer: customerReference, created: { gte: since }, limit: PAGE })) {
    if (intent.metadata['paidup_payment'] !== idempotencyKey) continue;
    if (intent.amount === amount && intent.currency === money.currency.toLowerCase()) return intent;
    throw new Error(`payment intent ${intent.id} is over another amount than what is asked under its key`);
  }
  return undefined;
}

async function resultOf(stripe: Stripe, intent: Stripe.PaymentIntent): Promise<ChargeResult> {
  switch (intent.status) {
    case 'succeeded':
      return { outcome: 'succeeded', reference: intent.id };
    case 'processing':
      throw new ProviderUnavailable(`payment intent ${intent.id} is still being processed`);
    case 'canceled':
      return { outcome: 'declined', reason: intent.last_payment_error?.code ?? 'canceled' };
    case 'requires_action':
    case 'requires_capture':
    case 'requires_confirmation':
    case 'requires_payment_method': {
      const { decline_code: declineCode, code } = intent.last_payment_error ?? {};
      // Declined is for ever: what is not over, because it waits for the customer or another request is just at it, is ended.
      if (intent.status !== 'requires_payment_method' || intent.last_payment_error === null) await asked(() => stripe.paymentIntents.cancel(intent.id));
      return { outcome: 'declined', reason: declineCode ?? code ?? 'authentication_required' };
    }
    default:
      throw new ProviderUnavailable(`payment intent ${intent.id} is in a state that is not known here`);
  }
}

/** Refunds once per key: the refunds of a charge are few, so they are looked through before another is made. */
export async function refundByStripe(stripe: Stripe, { idempotencyKey, chargeReference, money }: RefundInput): Promise<RefundResult> {
  const amount = toStripeAmount(money);
  if (amount === undefined) return { outcome: 'declined', reason: 'amount_not_refundable' };
  try {
    const known = await findRefund(stripe, { idempotencyKey, chargeReference });
    const made = known ?? (await stripe.refunds.create({ payment_intent: chargeReference, amount, metadata: { paidup_refund: idempotencyKey } }, { idempotencyKey }));
    return refundResult(made.status === 'succeeded' || known !== undefined ? made : await stripe.refunds.retrieve(made.id));
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal !== undefined) return { outcome: 'declined', reason: refusal.reason };
    throw unavailable(error);
  }
}

async function findRefund(stripe: Stripe, { idempotencyKey, chargeReference }: Omit<RefundInput, 'money'>): Promise<Stripe.Refund | undefined> {
  for await (const refund of stripe.refunds.list({ payment_intent: chargeReference, limit: PAGE })) {
    if (refund.metadata?.['paidup_refund'] === idempotencyKey) return refund;
  }
  return undefined;
}

function refundResult(refund: Stripe.Refund): RefundResult {
  if (refund.status === 'succeeded') return { outcome: 'succeeded', reference: refund.id };
  if (refund.status === 'failed' || refund.status === 'canceled') return { outcome: 'declined', reason: refund.failure_reason ?? refund.status };
  throw new ProviderUnavailable(`refund ${refund.id} is still under way`);
}
