import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

describe.each(STORES)('an invoice of a plan that is charged, on the %s store', (store) => {
  let paidup: TestPaidup;
  let made = 0;

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-03-10T12:00:00Z') });
    await paidup.call('PUT', '/v1/plans/charged', { currency: 'USD', interval: { unit: 'month', count: 1 }, collection: 'charge', prices: [{ code: 'seat', type: 'fixed', amount: '20.00', per_seat: true }] });
  });
  afterAll(async () => {
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    await paidup.stop();
  });

  async function customer(token: string | null): Promise<string> {
    made += 1;
    const { body } = await paidup.call('POST', '/v1/customers', { external_id: `c-${made}`, currency: 'USD' });
    const url = `/v1/customers/${String(body.id)}`;
    if (token !== null) await paidup.call('PUT', `${url}/payment-method`, { token });
    return url;
  }

  const statuses = async (url: string): Promise<string[]> => (await paidup.call('GET', `${url}/invoices`)).body.data.map((invoice: { status: string }) => invoice.status);

  it('is paid as it is issued, by a command and by the worker', async () => {
    const url = await customer('card_succeeds');
    const { body: bought } = await paidup.call('POST', `${url}/subscriptions`, { plan: 'charged', quantities: { seat: '2' } });
    await paidup.call('POST', `/v1/subscriptions/${String(bought.id)}/change`, { quantities: { seat: '3' } });
    await paidup.engine.charges.idle();
    const { body: payments } = await paidup.call('GET', `${url}/payments`);

    expect(await statuses(url)).toEqual(['paid', 'paid']);
    expect(payments.data.map((payment: { purpose: string; amount: { amount: string } }) => `${payment.purpose} ${payment.amount.amount}`)).toEqual(['invoice 40.00', 'invoice 20.00']);
    expect((await paidup.call('GET', `${url}/state`)).body.owed.amount).toBe('0.00');
  });

  it('stays open without a card or when it is declined, and can be charged again', async () => {
    const none = await customer(null);
    await paidup.call('POST', `${none}/subscriptions`, { plan: 'charged' });
    const url = await customer('card_declines');
    const { body: bought } = await paidup.call('POST', `${url}/subscriptions`, { plan: 'charged' });
    await paidup.engine.charges.idle();
    const declined = await statuses(url);
    await paidup.call('PUT', `${url}/payment-method`, { token: 'card_succeeds' });
    await paidup.call('POST', `/v1/invoices/${String(bought.invoices[0])}/charge`);
    await paidup.engine.charges.idle();

    expect([await statuses(none), declined, await statuses(url)]).toEqual([['open'], ['open'], ['paid']]);
  });

  it('gives to the wallet what it does not claim any more', async () => {
    const url = await customer('card_succeeds');
    const { body: bought } = await paidup.call('POST', `${url}/subscriptions`, { plan: 'charged' });
    // Paid outside in the moment before the card's answer is written down, or after it: the money is there once.
    await paidup.call('POST', `/v1/invoices/${String(bought.invoices[0])}/pay`);
    await paidup.engine.charges.idle();
    const { body: state } = await paidup.call('GET', `${url}/state`);
    const paidTwice = state.wallet[0].balance;

    expect(['0.00', '20.00']).toContain(paidTwice);
    expect(state.owed.amount).toBe('0.00');
  });
});
