import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { DIGA_NOW, defineDigaCatalog, startDigaProject, type Json } from '../support/diga.js';

const UPCOMING = '/v1/billing/subscription/upcoming-invoice';
const METHODS = '/v1/billing/payment_method/';
const KNOWLEDGE = '/v1/knowledge/usage';
const SUBSCRIPTION = '/v1/billing/subscription/';
const error = (code: string, message: unknown) => ({ status: 'error', error_code: code, message });
const NOT_PAID = { status: 404, body: error('PAID_SUBSCRIPTION_NOT_FOUND', 'Error: Paid Subscription Not Found') };

/** What the native upcoming invoice says, in the vendor's words. */
function fromNative(invoice: Json): Json {
  const sum = (...kinds: string[]): number => {
    const cents = invoice.lines.filter((line: Json) => kinds.includes(line.kind)).map((line: Json) => Math.round(Number(line.amount.amount) * 100));
    return cents.reduce((total: number, cent: number) => total + cent, 0) / 100;
  };
  return {
    plan_amount: sum('fixed', 'proration'), extra_usage_amount: sum('usage', 'adjustment'), total_due: Number(invoice.amount_due.amount), currency: invoice.total.currency, next_payment_date: invoice.date,
  };
}

describe.each(STORES)('the upcoming invoice of Diga on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
  });
  afterAll(() => paidup.stop());

  /** Asks both APIs; they must say the same. */
  async function read(project: Awaited<ReturnType<typeof startDigaProject>>): Promise<Json> {
    const { status, body } = await project.ask('GET', UPCOMING);
    expect(status).toBe(200);
    const native = await project.native('/upcoming-invoice');
    expect(body).toEqual(fromNative(native));
    return body;
  }

  it('has what the plan costs and no extra as long as no overage was used', async () => {
    const project = await startDigaProject(paidup, 'pro');
    await project.talk(1400);
    expect(await read(project)).toEqual({ plan_amount: 99, extra_usage_amount: 0, total_due: 99, currency: 'EUR', next_payment_date: '2026-08-03T00:00:00Z' });
  });

  it('adds overage to the cent, and is what the subscription says of the next invoice', async () => {
    const project = await startDigaProject(paidup, 'pro');
    await project.talk(1411);
    const invoice = await read(project);
    expect(invoice).toEqual({ plan_amount: 99, extra_usage_amount: 0.77, total_due: 99.77, currency: 'EUR', next_payment_date: '2026-08-03T00:00:00Z' });
    const { body: subscription } = await project.ask('GET', SUBSCRIPTION);
    expect([subscription.next_invoice_amount, subscription.next_payment_date]).toEqual([invoice.total_due, invoice.next_payment_date]);
  });

  it('of a yearly plan with metered minutes carries the month\'s overage alone, but for the renewal', async () => {
    const project = await startDigaProject(paidup, 'pro_year');
    await project.talk(1500);
    expect(await read(project)).toEqual({ plan_amount: 0, extra_usage_amount: 7, total_due: 7, currency: 'EUR', next_payment_date: '2026-08-03T00:00:00Z' });
    paidup.clock.set(at('2027-06-20T00:00:00Z'));
    const renewal = await read(project);
    paidup.clock.set(at(DIGA_NOW));
    expect(renewal).toEqual({ plan_amount: 950.5, extra_usage_amount: 0, total_due: 950.5, currency: 'EUR', next_payment_date: '2027-07-03T00:00:00Z' });
  });

  it('of a yearly plan without metered minutes is the renewal', async () => {
    const project = await startDigaProject(paidup, 'pro_year', { overage: false });
    expect(await read(project)).toMatchObject({ plan_amount: 950.5, extra_usage_amount: 0, next_payment_date: '2027-07-03T00:00:00Z' });
  });

  it('has the overage that is owed after a cancellation, which the subscription does not show', async () => {
    const project = await startDigaProject(paidup, 'pro');
    await project.talk(1410);
    await project.change('cancel', { at_period_end: true });
    expect(await read(project)).toEqual({ plan_amount: 0, extra_usage_amount: 0.7, total_due: 0.7, currency: 'EUR', next_payment_date: '2026-08-03T00:00:00Z' });
    expect((await project.ask('GET', SUBSCRIPTION)).body).toMatchObject({ next_invoice_date: null, next_invoice_amount: null });
    paidup.clock.set(at('2026-08-10T00:00:00Z'));
    const after = await project.ask('GET', UPCOMING);
    paidup.clock.set(at(DIGA_NOW));
    expect(after).toEqual(NOT_PAID);
  });

  it('is over nothing where nothing will be billed', async () => {
    const project = await startDigaProject(paidup, 'pro', { overage: false });
    await project.change('cancel', { at_period_end: true });
    expect((await project.ask('GET', UPCOMING)).body).toMatchObject({ plan_amount: 0, extra_usage_amount: 0, total_due: 0, currency: 'EUR', next_payment_date: '2026-08-03T00:00:00Z' });
  });

  it('tells what will be charged: with taxes, which are part of neither amount', async () => {
    const project = await startDigaProject(paidup, 'pro');
    await paidup.call('PUT', `/v1/customers/${project.name}/tax`, { rates: [{ name: 'IVA', percent: '21' }] });
    await project.talk(1410);
    expect(await read(project)).toMatchObject({ plan_amount: 99, extra_usage_amount: 0.7, total_due: 120.64 });
  });

  it('tells what will be charged: less what the wallet pays', async () => {
    const project = await startDigaProject(paidup, 'pro');
    await paidup.call('POST', `/v1/customers/${project.name}/credits`, { amount: '20.00', reason: 'welcome' });
    expect(await read(project)).toMatchObject({ plan_amount: 99, total_due: 79 });
    expect((await project.ask('GET', SUBSCRIPTION)).body.next_invoice_amount).toBe(99);
  });

  it('is that of the plan that follows', async () => {
    const project = await startDigaProject(paidup, 'pro');
    await project.change('phases', { plan: 'vast' });
    await project.talk(1410);
    expect(await read(project)).toMatchObject({ plan_amount: 10, extra_usage_amount: 0.7, total_due: 10.7 });
  });

  it('writes the currency\'s own places', async () => {
    expect(await read(await startDigaProject(paidup, 'weekly'))).toEqual({ plan_amount: 900, extra_usage_amount: 0, total_due: 900, currency: 'JPY', next_payment_date: '2026-07-17T00:00:00Z' });
  });

  it('is not there on the free plan, subscribed to or fallen back to', async () => {
    expect(await (await startDigaProject(paidup)).ask('GET', UPCOMING)).toEqual(NOT_PAID);
    expect(await (await startDigaProject(paidup, 'free')).ask('GET', UPCOMING)).toEqual(NOT_PAID);
  });
});

describe.each(STORES)('payment methods and stored knowledge of Diga on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
  });
  afterAll(() => paidup.stop());

  it('lists the card on file as the default, bare, and nothing without one', async () => {
    const project = await startDigaProject(paidup, 'pro');
    expect(await project.ask('GET', METHODS)).toEqual({ status: 200, body: [] });
    await project.putCard('card_succeeds');
    const native = await project.native('/payment-method');
    expect(await project.ask('GET', METHODS)).toEqual({
      status: 200,
      body: [{ id: native.id, type: 'card', card: { brand: 'visa', last4: '4242', exp_month: 12, exp_year: 2099 }, link: null, is_default: true }],
    });
  });

  it('lists a card that has expired', async () => {
    const project = await startDigaProject(paidup);
    await project.putCard('card_expired');
    expect((await project.native('/payment-method')).status).toBe('expired');
    expect((await project.ask('GET', METHODS)).body).toMatchObject([{ card: { brand: 'mastercard', last4: '0069', exp_month: 1, exp_year: 2020 }, is_default: true }]);
  });

  it('tells what is stored as the subscription does', async () => {
    const project = await startDigaProject(paidup, 'pro');
    await project.report('knowledge', { bytes: 44_302_336, items: 23 });
    const { body } = await project.ask('GET', KNOWLEDGE);
    const { body: subscription } = await project.ask('GET', SUBSCRIPTION);
    expect(body).toEqual({ used_bytes: 44_302_336, limit_bytes: 104_857_600, item_count: 23 });
    expect([subscription.knowledge_storage_used_bytes, subscription.knowledge_storage_limit_bytes, subscription.knowledge_items_count]).toEqual([body.used_bytes, body.limit_bytes, body.item_count]);
    const { entitlements } = await project.native('/state');
    expect(entitlements.find((one: Json) => one.feature === 'knowledge_storage')).toMatchObject({ used: '44302336', limit: '104857600' });
  });

  it('has the limit of the free plan, none where the plan has none, and none where nothing is granted', async () => {
    expect((await (await startDigaProject(paidup)).ask('GET', KNOWLEDGE)).body).toEqual({ used_bytes: 0, limit_bytes: 2_097_152, item_count: 0 });
    expect((await (await startDigaProject(paidup, 'vast')).ask('GET', KNOWLEDGE)).body).toEqual({ used_bytes: 0, limit_bytes: null, item_count: 0 });
    expect((await (await startDigaProject(paidup, 'weekly')).ask('GET', KNOWLEDGE)).body).toEqual({ used_bytes: 0, limit_bytes: null, item_count: 0 });
  });
});

describe('without a free plan', () => {
  it('no upcoming invoice is there for who never subscribed, and nothing is stored', async () => {
    const paidup = await startPaidup({ now: at(DIGA_NOW) });
    await defineDigaCatalog(paidup);
    await paidup.call('DELETE', '/v1/plans/free');
    const project = await startDigaProject(paidup);
    const answers = [await project.ask('GET', UPCOMING), await project.ask('GET', KNOWLEDGE)];
    await paidup.stop();
    expect(answers).toEqual([NOT_PAID, { status: 200, body: { used_bytes: 0, limit_bytes: null, item_count: 0 } }]);
  });
});
