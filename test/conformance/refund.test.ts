import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChargeResult, PaymentProvider } from '../../src/provider/port.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import type { Engine } from '../../src/service/engine.js';
import { createCustomer } from '../../src/service/customer.js';
import { inUnit } from '../../src/service/engine.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { depositToWallet, settleOpenPayments } from '../../src/service/payment.js';
import { setPaymentMethod } from '../../src/service/payment-method.js';
import { refundPayment } from '../../src/service/refund.js';
import { readState } from '../../src/service/state.js';
import { readStatement } from '../../src/service/statement.js';
import { verifyStore } from '../../src/service/verify.js';
import { startSettling } from '../../src/worker/settle.js';
import { STORES, TestClock, openStore } from '../support/app.js';
import { at } from '../support/core.js';
import { moneyText } from '../../src/core/money.js';

/** A provider that gives back once per key, can lose its answers, and can decline. */
function refunding(): PaymentProvider & { given: Map<string, bigint>; mode: 'answers' | 'loses' | 'declines' } {
  const given = new Map<string, bigint>();
  const provider = {
    ...sandboxProvider,
    given,
    mode: 'answers' as 'answers' | 'loses' | 'declines',
    refund: async ({ idempotencyKey, money }: Parameters<PaymentProvider['refund']>[0]): Promise<ChargeResult> => {
      if (provider.mode === 'declines') return { outcome: 'declined', reason: 'card_closed' };
      given.set(idempotencyKey, money.minor);
      if (provider.mode === 'loses') throw new Error('the connection broke after the refund');
      return { outcome: 'succeeded', reference: `re_${idempotencyKey}` };
    },
  };
  return provider;
}

describe.each(STORES)('a refund on the %s store', (store) => {
  const provider = refunding();
  let engine: Engine;
  let made = 0;

  beforeAll(async () => {
    engine = await openEngine({ database: await openStore(store), provider, clock: new TestClock(at('2026-03-10T12:00:00Z')) });
  });
  afterAll(async () => {
    expect((await verifyStore(engine, { isRepair: false })).differences).toEqual([]);
    await closeEngine(engine);
  });

  async function payer(): Promise<{ id: string; paymentId: string }> {
    made += 1;
    const { customer } = await inUnit(engine, (unit) => createCustomer(engine, unit, { externalId: `r-${made}`, currency: 'USD' }));
    await setPaymentMethod(engine, customer.id, 'card_succeeds');
    const { payment } = await depositToWallet(engine, customer.id, { amount: '20.00', currency: 'USD', idempotency: undefined });
    provider.mode = 'answers';
    return { id: customer.id, paymentId: payment.id };
  }

  const refund = (id: string, paymentId: string, amount?: string, key?: string) =>
    refundPayment(engine, id, { paymentId, amount, reason: null, idempotency: key === undefined ? undefined : { scope: 'k', key, fingerprint: key } });
  const balance = async (id: string): Promise<string> => moneyText((await readState(engine, id)).wallets[0]?.balance ?? { minor: -1n, currency: 'USD' as never });

  it('leaves the wallet when it is asked for, and comes back when it is declined', async () => {
    const { id, paymentId } = await payer();
    provider.mode = 'declines';
    await expect(refund(id, paymentId, '5.00')).rejects.toMatchObject({ slug: 'payment_declined' });
    const { rows } = await readStatement(engine, id, {});

    expect(rows.map(({ kind, balance: after }) => `${kind} ${moneyText(after)}`)).toEqual(['deposit 20.00', 'refund 15.00', 'refund_failed 20.00']);
    provider.mode = 'answers';
    await refund(id, paymentId);
    expect(await balance(id)).toBe('0.00');
  });

  it('is found again when its answer was lost, by asking again or by the worker, and made once', async () => {
    const { id, paymentId } = await payer();
    provider.mode = 'loses';
    await expect(refund(id, paymentId, '5.00', 'a')).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    await expect(refund(id, paymentId, '6.00', 'b')).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    const waiting = await balance(id);
    provider.mode = 'answers';
    await refund(id, paymentId, '5.00', 'a');
    await settleOpenPayments(engine);

    expect([waiting, await balance(id)]).toEqual(['9.00', '9.00']);
    expect([...provider.given.values()].slice(-2)).toEqual([500n, 600n]);
    expect((await readState(engine, id)).owed.minor).toBe(0n);
  });

  it('is settled by the worker without anybody asking', async () => {
    const { id, paymentId } = await payer();
    provider.mode = 'loses';
    await expect(refund(id, paymentId, '5.00')).rejects.toThrow();
    provider.mode = 'answers';
    const quiet = { info: () => undefined, error: () => undefined };
    const worker = startSettling(engine, quiet, { restMs: 5, firstTryMs: 10 });
    await expect.poll(async () => (await readStatement(engine, id, {})).rows.map(({ kind }) => kind), { timeout: 10_000 }).toEqual(['deposit', 'refund']);
    await expect.poll(async () => (await settleOpenPayments(engine)).settled, { timeout: 10_000 }).toBe(0);
    await worker.stop();

    expect(await balance(id)).toBe('15.00');
  });

  it.each([
    ['20.01', 'refund_conflict'], ['0', 'invalid_request'], ['-1', 'invalid_request'], ['0.001', 'invalid_request'], ['all', 'invalid_request'],
  ])('of %s is refused with %s', async (amount, slug) => {
    const { id, paymentId } = await payer();

    await expect(refund(id, paymentId, amount)).rejects.toMatchObject({ slug });
  });

  it('is refused of what is not there, not paid, or spent', async () => {
    const { id, paymentId } = await payer();
    const { adjustWallet } = await import('../../src/service/wallet.js');
    await inUnit(engine, (unit) => adjustWallet(engine, unit, { customerId: id, amount: '-15.00', reason: 'spent' }));

    await expect(refund(id, 'pay_none')).rejects.toMatchObject({ slug: 'not_found' });
    await expect(refund(id, paymentId)).rejects.toMatchObject({ slug: 'insufficient_funds' });
    const { id: given } = await refund(id, paymentId, '5.00');
    await expect(refund(id, given)).rejects.toMatchObject({ slug: 'refund_conflict' });
  });
});
