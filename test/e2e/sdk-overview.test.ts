import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../sdk/src/index.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { all, problemOf, recordedClient, type RecordedClient, uncalledOperations } from '../support/sdk.js';

const MONTH = { unit: 'month', count: 1 } as const;

let paidup: TestPaidup;
let recording: RecordedClient;
let client: Client;
let asked: readonly string[];

beforeAll(async () => {
  paidup = await startPaidup({ now: at('2026-03-11T00:00:00Z') });
  recording = await recordedClient(paidup);
  ({ client, asked } = recording);
  await client.putMeter('calls', { event_name: 'call', aggregation: 'count' });
  await client.putPlan('basic', { currency: 'EUR', interval: MONTH, prices: [{ code: 'calls', type: 'usage', meter: 'calls', included: '10', model: { type: 'per_unit', amount: '0' } }] });
  await client.putCustomer('acme', { currency: 'EUR' });
  await client.createSubscription('acme', { plan: 'basic', starts_at: '2026-03-01T00:00:00Z' });
  await client.ingestEvents(['e-1', 'e-2', 'e-3', 'e-4'].map((id) => ({ id, customer: 'acme', name: 'call', timestamp: '2026-03-05T00:00:00Z' })));
});
afterAll(() => paidup.stop());

describe('what the pages show, through the SDK', () => {
  it('forecasts where each window is going', async () => {
    const { as_of: asOf, data } = await client.readForecast('acme');

    expect(asOf).toBe('2026-03-11T00:00:00Z');
    expect(data).toEqual([
      {
        subscription: expect.any(String), price: 'calls', name: 'calls', meter: 'calls', unit: null, window: { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' },
        // Four in 10 days: ten are used after 25 days, and 12.4 in 31.
        used: '4', available: '10', projected: '12.4', runs_out_at: '2026-03-26T00:00:00Z', outlook: 'runs_out',
      },
    ]);
  });

  it('lists the events of everybody, newest first, with what each counts in', async () => {
    const { data, next_cursor: next } = await client.listAllEvents({ limit: 3, meter: 'calls' });

    expect(data.map(({ id, customer, windows, uncounted }) => [id, customer.external_id, windows[0]?.price, uncounted])).toEqual(['e-4', 'e-3', 'e-2'].map((id) => [id, 'acme', 'calls', null]));
    expect(next).not.toBeNull();
    expect((await all(client.allEvents({ limit: 3 }))).map(({ id }) => id)).toEqual(['e-4', 'e-3', 'e-2', 'e-1']);
    expect((await all(client.events('acme', { order: 'newest', limit: 1 }))).map(({ id }) => id)).toEqual(['e-4', 'e-3', 'e-2', 'e-1']);
  });

  it('lets a customer change its own plan, by its own key', async () => {
    const prices = (amount: string) => [{ code: 'base', type: 'fixed', amount, per_seat: true }] as const;
    for (const [code, amount] of [['low', '10'], ['high', '30']] as const) await client.putPlan(code, { currency: 'EUR', interval: MONTH, self_service: true, family: 'chosen', prices: prices(amount) });
    await client.putCustomer('chooser', { currency: 'EUR' });
    const { key } = await client.createApiKey({ kind: 'customer', customer: 'chooser', name: 'own', scopes: ['state:read', 'plan-change:write'] });
    const own = recording.with(key);
    const waiting = await own.changePlan('chooser', { plan: 'low', success_url: 'https://shop.example.com/ok', back_url: 'https://shop.example.com/back' });
    const refused = await problemOf(own.changePlan('chooser', { plan: 'low' }));
    await client.setPaymentMethod('chooser', { token: 'card_succeeds' });
    const { options, subscription, changeable } = await own.readPlanOptions('chooser');
    const previewed = await own.previewChangePlan('chooser', { plan: 'high' });
    const changed = await own.changePlan('chooser', { plan: 'high', quantities: { base: '2' } });

    // The card that was waited for bought what waited for it.
    expect([waiting.status, refused.slug, subscription?.plan.code, changeable]).toEqual(['needs_payment_method', 'payment_method_missing', 'low', true]);
    expect(options.map(({ plan, current, change, due_now: due }) => [plan.code, current, change?.direction, due?.amount])).toEqual([['high', false, 'upgrade', '20.00'], ['low', true, undefined, undefined]]);
    expect(previewed).toMatchObject({ change: { direction: 'upgrade' }, due_now: { amount: { amount: '20.00' } } });
    expect(changed).toMatchObject({ status: 'changed', change: { direction: 'upgrade', when: 'now' }, subscription: { plan: { code: 'high' }, quantities: { base: '2' } } });
    expect((await own.previewCancelPlan('chooser')).change).toEqual({ direction: 'downgrade', when: 'period_end', effective_at: '2026-04-11T00:00:00Z' });
    expect((await own.cancelPlan('chooser', { reason: 'moved' })).subscription).toMatchObject({ cancels_at_period_end: true, ends_at: '2026-04-11T00:00:00Z' });
    expect((await own.restorePlan('chooser')).subscription.ends_at).toBeNull();
    expect((await problemOf(own.changePlan('chooser', { plan: 'basic' }))).slug).toBe('plan_not_offered');
  });

  it('reads the overview, usage and revenue, and lists customers by what they have', async () => {
    const { customers, subscriptions, recurring, attention } = await client.readOverview({ overdue_days: 1 });
    const { meters } = await client.readAllUsage({ by: 'month', from: '2026-03-01T00:00:00Z' });
    const { data } = await client.readRevenue({ from: new Date('2026-03-01T00:00:00Z') });
    const listed = await all(client.customers({ plan: 'high', status: 'active', sort: 'name', limit: 1 }));

    expect([customers, subscriptions.active, recurring]).toEqual([2, 2, [{ amount: '60.00', currency: 'EUR' }]]);
    expect([...attention.customers, ...attention.invoices].map(({ kind, count }) => [kind, count])).toEqual([['limit_reached', 0], ['wallet_low', 0], ['top_up_off', 0], ['payment_failed', 0], ['overdue', 0]]);
    expect(meters).toEqual([{ meter: 'calls', name: 'calls', unit: null, data: [{ start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z', events: 4, value: '4' }] }]);
    expect(data).toMatchObject([{ invoices: 2, invoiced: { amount: '60.00', currency: 'EUR' }, credited: { amount: '0.00' } }]);
    expect(listed.map(({ external_id: id, status, subscriptions: held }) => [id, status, held.map(({ plan }) => plan.code)])).toEqual([['chooser', 'active', ['high']]]);
    expect((await problemOf(recording.with((await client.createApiKey({ kind: 'customer', customer: 'acme', name: 'own' })).key).readOverview())).slug).toBe('forbidden');
  });

  it('has a method for each of these operations', async () => {
    const { known, uncalled } = await uncalledOperations(paidup, asked, 'overview');

    expect(known).toBeGreaterThan(0);
    expect(uncalled).toEqual([]);
  });
});
