import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STAND_IN_KEY, STAND_IN_WEBHOOK_SECRET, StripeStandIn, type CardBehaviour, type Fault } from '../../test/support/stripe-stand-in.js';
import type { Currency } from '../core/currency.js';
import { instant } from '../core/instant.js';
import { Refusal } from '../core/problems.js';
import { ProviderUnavailable, type ChargeInput, type PaymentProvider } from './port.js';
import { createStripe } from './stripe.js';

const HOUR_MS = 3_600_000;
const CREATE: Fault['on'] = /^POST \/v1\/payment_intents$/;

let standIn: StripeStandIn;
let stripe: PaymentProvider;

function connect(over: { secretKey?: string; timeoutMs?: number } = {}): PaymentProvider {
  return createStripe({ secretKey: STAND_IN_KEY, webhookSecret: STAND_IN_WEBHOOK_SECRET, url: standIn.url, maxRetries: 0, now: () => standIn.now, ...over });
}

beforeEach(async () => {
  standIn = await StripeStandIn.start();
  stripe = connect();
});
afterEach(() => standIn.stop());

/** A charge of a customer with such a card. */
async function chargeOf(behaviour: CardBehaviour = 'succeeds', over: Partial<ChargeInput> = {}): Promise<ChargeInput> {
  const customerReference = await stripe.createCustomer({ customerId: 'cus_1', name: null, email: null });
  const { id } = await stripe.attachPaymentMethod({ customerReference, customerId: 'cus_1', token: standIn.card(behaviour) });
  const money = { minor: 1099n, currency: 'EUR' as Currency };
  return { idempotencyKey: 'pay_1', customerReference, customerId: 'cus_1', paymentMethodId: id, money, description: 'Balance top-up', requestedAt: instant(standIn.now), ...over };
}

function fail(what: Fault['what'], on = CREATE, times = 1): void {
  for (let time = 0; time < times; time += 1) standIn.faults.push({ on, what });
}

const creations = () => standIn.seen.filter(({ method, path }) => CREATE.test(`${method} ${path}`));

describe('a customer at Stripe', () => {
  it('is the same one however often it is asked for, whatever the profile says by then', async () => {
    const first = await stripe.createCustomer({ customerId: 'cus_1', name: 'Acme', email: 'a@example.com' });
    expect(await stripe.createCustomer({ customerId: 'cus_1', name: 'Acme & Sons', email: 'b@example.com' })).toBe(first);
    expect(standIn.customers.size).toBe(1);
    expect(standIn.customers.get(first)).toMatchObject({ name: 'Acme & Sons', email: 'b@example.com', 'metadata[paidup_customer]': 'cus_1' });
    expect(standIn.seen[0]).toMatchObject({ idempotencyKey: 'paidup_customer_cus_1', version: '2026-10-28.endive' });
    expect(await stripe.createCustomer({ customerId: 'cus_2', name: null, email: null })).not.toBe(first);
  });

  it('gets a page to put a card on file, which is then listed first', async () => {
    const { customerReference } = await chargeOf();
    standIn.now += 1000;
    const { url } = await stripe.createSetupLink({ customerReference, customerId: 'cus_1', successUrl: 'https://shop.example.com/ok?s={CHECKOUT_SESSION_ID}', backUrl: 'https://shop.example.com/back', ownUrl: 'http://localhost', at: instant(standIn.now) });
    expect(url).toMatch(/^https:\/\/checkout\.stripe\.com\//);
    expect([...standIn.sessions.values()][0]).toMatchObject({
      mode: 'setup', customer: customerReference, success_url: 'https://shop.example.com/ok?s={CHECKOUT_SESSION_ID}', cancel_url: 'https://shop.example.com/back',
      'metadata[paidup_customer]': 'cus_1', 'setup_intent_data[metadata][paidup_customer]': 'cus_1',
    });
    const card = standIn.card('succeeds', { brand: 'mastercard', last4: '4444', exp_month: 3, exp_year: 2031 });
    standIn.completeSetup(url, card);
    const [first, ...rest] = await stripe.listPaymentMethods(customerReference);
    expect(first).toEqual({ id: card, provider: 'stripe', brand: 'mastercard', last4: '4444', expiryMonth: 3, expiryYear: 2031 });
    expect(rest).toHaveLength(1);
    await stripe.removePaymentMethods(customerReference);
    expect(await stripe.listPaymentMethods(customerReference)).toEqual([]);
  });

  it('gets no page when Stripe does not take the addresses to go on to; the caller is told which', async () => {
    const { customerReference } = await chargeOf();
    const link = (urls: { successUrl: string; backUrl: string }) => stripe.createSetupLink({ customerReference, customerId: 'cus_1', ...urls, ownUrl: 'http://localhost', at: instant(standIn.now) });
    await expect(link({ successUrl: 'https://x', backUrl: 'http://x' })).rejects.toMatchObject({ slug: 'invalid_request', errors: [{ pointer: '/back_url' }] });
    await expect(link({ successUrl: 'http://x', backUrl: 'https://x' })).rejects.toMatchObject({ slug: 'invalid_request', errors: [{ pointer: '/success_url' }] });
    standIn.customers.clear();
    await expect(link({ successUrl: 'https://x', backUrl: 'https://x' })).rejects.toBeInstanceOf(ProviderUnavailable);
  });

  it('that was deleted there has no cards', async () => {
    const { customerReference } = await chargeOf();
    standIn.customers.delete(customerReference);
    expect(await stripe.listPaymentMethods(customerReference)).toEqual([]);
  });

  it.each(['pm_nobody', 'tok_visa', 'pm_1/../../v1/customers', ''])('does not get the card %j', async (token) => {
    const { customerReference } = await chargeOf();
    const refused = stripe.attachPaymentMethod({ customerReference, customerId: 'cus_1', token });
    await expect(refused).rejects.toMatchObject({ slug: 'invalid_request', errors: [{ pointer: '/token' }] });
  });
});

describe('a charge by Stripe', () => {
  it('is sent once, off session, in minor units, under its key', async () => {
    const input = await chargeOf();
    const result = await stripe.charge(input);
    expect(result).toEqual({ outcome: 'succeeded', reference: [...standIn.intents.keys()][0] });
    expect(creations()).toEqual([
      expect.objectContaining({
        idempotencyKey: 'pay_1',
        form: {
          amount: '1099', currency: 'eur', customer: input.customerReference, payment_method: input.paymentMethodId, 'allowed_payment_method_types[0]': 'card', off_session: 'true', confirm: 'true',
          description: 'Balance top-up', 'metadata[paidup_payment]': 'pay_1', 'metadata[paidup_customer]': 'cus_1',
        },
      }),
    ]);
    expect(await stripe.charge(input)).toEqual(result);
    expect(standIn.takenFrom(input.customerReference)).toBe(1099);
  });

  it.each<[CardBehaviour, string]>([['declines', 'insufficient_funds'], ['needs_authentication', 'authentication_required'], ['stays_requiring_action', 'authentication_required'], ['is_never_confirmed', 'authentication_required']])('with a card that %s is declined as %s, then and later', async (behaviour, reason) => {
    const input = await chargeOf(behaviour);
    expect(await stripe.charge(input)).toEqual({ outcome: 'declined', reason });
    expect((await stripe.charge(input)).outcome).toBe('declined');
    standIn.forgetKeys();
    standIn.now += 30 * HOUR_MS;
    expect((await stripe.charge(input)).outcome).toBe('declined');
    expect(standIn.intents.size).toBe(1);
    const [intent] = standIn.intents.values();
    expect(intent?.['status'] === 'canceled' || intent?.['last_payment_error'] !== null, 'nobody can complete it').toBe(true);
  });

  it('that is still being processed is not known yet; later it is', async () => {
    const input = await chargeOf('stays_processing');
    await expect(stripe.charge(input)).rejects.toBeInstanceOf(ProviderUnavailable);
    Object.assign([...standIn.intents.values()][0] ?? {}, { status: 'succeeded' });
    // Stripe repeats its first answer, "processing", under the key.
    expect((await stripe.charge(input)).outcome).toBe('succeeded');
    expect(standIn.intents.size).toBe(1);
  });

  it.each<Fault['what']>(['drop_after', 'hang_after', 'error_after'])('whose answer was lost (%s) is found again by its key, not repeated', async (what) => {
    stripe = connect({ timeoutMs: 300 });
    const input = await chargeOf();
    // A closed connection is tried once more by the library itself.
    fail(what, CREATE, what === 'drop_after' ? 2 : 1);
    if (what === 'error_after') expect((await stripe.charge(input)).outcome, 'found among the intents at once').toBe('succeeded');
    else await expect(stripe.charge(input)).rejects.toBeInstanceOf(ProviderUnavailable);
    expect((await stripe.charge(input)).outcome).toBe('succeeded');
    expect(standIn.takenFrom(input.customerReference)).toBe(1099);
    expect(standIn.intents.size).toBe(1);
  });

  it('that was lost is found again after Stripe has forgotten the key, however many came after it', async () => {
    const input = await chargeOf();
    fail('drop_after', CREATE, 2);
    await expect(stripe.charge(input)).rejects.toBeInstanceOf(ProviderUnavailable);
    for (let index = 2; index < 130; index += 1) await stripe.charge({ ...input, idempotencyKey: `pay_${index}` });
    standIn.forgetKeys();
    standIn.now += 25 * HOUR_MS;
    const before = standIn.takenFrom(input.customerReference);
    expect(await stripe.charge(input)).toEqual({ outcome: 'succeeded', reference: [...standIn.intents.keys()][0] });
    expect(standIn.takenFrom(input.customerReference)).toBe(before);
    const listed = standIn.seen.findLast(({ method, path }) => method === 'GET' && path === '/v1/payment_intents');
    expect(Number(listed?.form['created[gte]'])).toBeLessThan(input.requestedAt / 1000);
  });

  it('that was never sent is charged once, however late', async () => {
    const input = await chargeOf();
    standIn.now += 48 * HOUR_MS;
    expect((await stripe.charge(input)).outcome).toBe('succeeded');
    standIn.forgetKeys();
    expect((await stripe.charge(input)).outcome).toBe('succeeded');
    expect(standIn.takenFrom(input.customerReference)).toBe(1099);
  });

  it.each<Fault['what']>(['error_before', 'drop_before', 'rate_limit', 'in_use'])('is not known when Stripe does not answer (%s), and is made when it does', async (what) => {
    const input = await chargeOf();
    fail(what, CREATE, what === 'drop_before' ? 2 : 1);
    await expect(stripe.charge(input)).rejects.toBeInstanceOf(ProviderUnavailable);
    expect(standIn.takenFrom(input.customerReference)).toBe(0);
    expect((await stripe.charge(input)).outcome).toBe('succeeded');
  });

  it('is not known with a wrong secret key, nor when Stripe cannot be looked through, and no error tells secrets', async () => {
    const input = await chargeOf();
    const error = await connect({ secretKey: 'sk_test_wrongwrongwrong' }).charge(input).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProviderUnavailable);
    fail('error_after');
    fail('error_before', /^GET \/v1\/payment_intents$/);
    const lost = await stripe.charge(input).catch((thrown: unknown) => thrown);
    expect(lost).toBeInstanceOf(ProviderUnavailable);
    for (const each of [error, lost]) expect(JSON.stringify(Object.getOwnPropertyNames(each).map((name) => String((each as Record<string, unknown>)[name])))).not.toMatch(/sk_test_(wrong|standIn)|client_secret|pi_secret/);
    expect((await stripe.charge(input)).outcome).toBe('succeeded');
    expect(standIn.intents.size).toBe(1);
  });

  it('under a key that came with another amount before is neither made nor answered from the first', async () => {
    const input = await chargeOf();
    await stripe.charge(input);
    const other = { ...input, money: { ...input.money, minor: 5000n } };
    await expect(stripe.charge(other)).rejects.toBeInstanceOf(ProviderUnavailable);
    standIn.forgetKeys();
    standIn.now += 25 * HOUR_MS;
    await expect(stripe.charge(other)).rejects.toBeInstanceOf(ProviderUnavailable);
    expect(standIn.takenFrom(input.customerReference)).toBe(1099);
  });

  it('of what Stripe knows nothing of, or cannot take, is declined without a charge', async () => {
    const input = await chargeOf();
    expect(await stripe.charge({ ...input, paymentMethodId: 'pm_gone' })).toEqual({ outcome: 'declined', reason: 'resource_missing' });
    const asked = creations().length;
    expect(await stripe.charge({ ...input, money: { minor: 5124n, currency: 'KWD' as Currency } })).toEqual({ outcome: 'declined', reason: 'amount_not_chargeable' });
    expect(creations()).toHaveLength(asked);
    expect(await stripe.charge({ ...input, idempotencyKey: 'pay_isk', money: { minor: 5n, currency: 'ISK' as Currency } })).toMatchObject({ outcome: 'succeeded' });
    expect(creations().at(-1)?.form).toMatchObject({ amount: '500', currency: 'isk' });
  });

  it('is tried again by the library under the same key', async () => {
    stripe = createStripe({ secretKey: STAND_IN_KEY, webhookSecret: STAND_IN_WEBHOOK_SECRET, url: standIn.url, maxRetries: 2 });
    const input = await chargeOf();
    fail('error_before');
    fail('in_use');
    expect((await stripe.charge(input)).outcome).toBe('succeeded');
    expect(creations().map(({ idempotencyKey }) => idempotencyKey)).toEqual(['pay_1', 'pay_1', 'pay_1']);
  });
});

describe('a refund by Stripe', () => {
  const refundOf = (chargeReference: string, minor = 500n) => ({ idempotencyKey: 'refund_1', chargeReference, money: { minor, currency: 'EUR' as Currency } });

  async function charged(): Promise<string> {
    const result = await stripe.charge(await chargeOf());
    return result.outcome === 'succeeded' ? result.reference : '';
  }

  it('gives back once per key, though the key is forgotten', async () => {
    const reference = await charged();
    const first = await stripe.refund(refundOf(reference));
    expect(first).toEqual({ outcome: 'succeeded', reference: [...standIn.refunds.keys()][0] });
    expect(standIn.seen.findLast(({ method }) => method === 'POST')).toMatchObject({ idempotencyKey: 'refund_1', form: { payment_intent: reference, amount: '500', 'metadata[paidup_refund]': 'refund_1' } });
    standIn.forgetKeys();
    expect(await stripe.refund(refundOf(reference))).toEqual(first);
    expect(standIn.refunds.size).toBe(1);
  });

  it('of more than was taken is declined; of nothing that is known, too', async () => {
    expect(await stripe.refund(refundOf(await charged(), 1100n))).toEqual({ outcome: 'declined', reason: 'charge_already_refunded' });
    expect(await stripe.refund(refundOf('pi_nobody'))).toEqual({ outcome: 'declined', reason: 'resource_missing' });
  });

  it('whose answer was lost, or that is under way, is not known yet', async () => {
    const reference = await charged();
    fail('drop_after', /^POST \/v1\/refunds$/, 2);
    standIn.refundStatus = 'pending';
    await expect(stripe.refund(refundOf(reference))).rejects.toBeInstanceOf(ProviderUnavailable);
    await expect(stripe.refund(refundOf(reference))).rejects.toBeInstanceOf(ProviderUnavailable);
    Object.assign([...standIn.refunds.values()][0] ?? {}, { status: 'succeeded' });
    expect((await stripe.refund(refundOf(reference))).outcome).toBe('succeeded');
    expect(standIn.refunds.size).toBe(1);
  });
});

describe('a webhook of Stripe', () => {
  const read = ({ payload, headers }: { payload: string; headers: Record<string, string> }) => stripe.parseWebhook({ rawBody: Buffer.from(payload), headers });
  const metadata = { paidup_payment: 'pay_1', paidup_customer: 'cus_1' };

  it.each<[type: string, object: object, event: object]>([
    ['payment_intent.succeeded', { id: 'pi_1', metadata }, { type: 'payment_changed', customerId: 'cus_1', paymentId: 'pay_1' }],
    ['payment_intent.payment_failed', { id: 'pi_1', metadata }, { type: 'payment_changed', customerId: 'cus_1', paymentId: 'pay_1' }],
    ['payment_intent.succeeded', { id: 'pi_1', metadata: {} }, { type: 'ignored' }],
    ['payment_method.attached', { id: 'pm_1', customer: 'cus_at_stripe' }, { type: 'customer_changed', customerReference: 'cus_at_stripe' }],
    ['checkout.session.completed', { id: 'cs_1', customer: { id: 'cus_at_stripe' } }, { type: 'customer_changed', customerReference: 'cus_at_stripe' }],
    ['setup_intent.succeeded', { id: 'seti_1', customer: null }, { type: 'ignored' }],
    ['customer.updated', { id: 'cus_at_stripe' }, { type: 'customer_changed', customerReference: 'cus_at_stripe' }],
    ['invoice.paid', { id: 'in_1', customer: 'cus_at_stripe' }, { type: 'ignored' }],
  ])('%s of %j hints at %j', async (type, object, event) => {
    expect(await read(standIn.webhook(type, object))).toEqual(event);
  });

  it('about a card that was taken off says whose it was', async () => {
    expect(await read(standIn.webhook('payment_method.detached', { id: 'pm_1', customer: null }, { previous: { customer: 'cus_at_stripe' } }))).toEqual({ type: 'customer_changed', customerReference: 'cus_at_stripe' });
  });

  it('is refused with another secret, a changed body, an old signature, or none', async () => {
    const refused = async (webhook: { payload: string; headers: Record<string, string> }) => {
      const error = await read(webhook).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Refusal);
      expect(error).toMatchObject({ slug: 'invalid_request', errors: [{ pointer: 'header:/stripe-signature' }] });
      expect((error as Refusal).message).not.toContain('whsec');
    };
    const right = standIn.webhook('customer.updated', { id: 'cus_1' });
    await refused(standIn.webhook('customer.updated', { id: 'cus_1' }, { secret: 'whsec_other' }));
    await refused({ ...right, payload: right.payload.replace('cus_1', 'cus_2') });
    await refused(standIn.webhook('customer.updated', { id: 'cus_1' }, { at: standIn.now - 10 * 60_000 }));
    await refused({ ...right, headers: {} });
    await refused({ ...right, headers: { 'stripe-signature': 'nonsense' } });
    await refused({ payload: '', headers: right.headers });
  });
});
