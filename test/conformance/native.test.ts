import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { parseInstant } from '../../src/core/instant.js';

describe.each(STORES)('the native API on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    const now = parseInstant('2026-03-10T12:00:00Z');
    paidup = await startPaidup(now === undefined ? { store } : { store, now });
    await paidup.call('PUT', '/v1/meters/compute_hours', { name: 'Compute hours', event_name: 'compute', aggregation: 'sum', property: 'hours', unit: 'hour', dimensions: ['region'] });
    await paidup.call('PUT', '/v1/features/sso', { name: 'SSO', type: 'flag' });
    await paidup.call('PUT', '/v1/features/seats', { name: 'Seats', type: 'limit' });
    await paidup.call('PUT', '/v1/plans/pro', {
      name: 'Pro',
      currency: 'EUR',
      interval: { unit: 'month', count: 1 },
      trial_days: 0,
      features: [
        { feature: 'sso', granted: true },
        { feature: 'seats', limit: '10' },
      ],
      prices: [
        { code: 'base', type: 'fixed', amount: '99.00', per_seat: false },
        { code: 'hours', type: 'usage', meter: 'compute_hours', included: '300', model: { type: 'per_unit', amount: '0.07' }, overage: 'allowed', paid_from: 'invoice' },
      ],
    });
  });
  afterAll(() => paidup.stop());

  it('takes a customer from creation over usage to its state', async () => {
    const made = await paidup.call('POST', '/v1/customers', { external_id: 'acme', name: 'Acme', email: 'a@b.c', currency: 'EUR', timezone: 'Europe/Madrid', metadata: {} });
    expect(made.status).toBe(201);
    const subscribed = await paidup.call('POST', '/v1/customers/acme/subscriptions', { plan: 'pro', starts_at: '2026-03-01T00:00:00Z', quantities: { base: '1' }, multipliers: {}, overage: true });
    expect(subscribed.status).toBe(201);

    const answer = await paidup.call('POST', '/v1/events', {
      events: [
        { id: 'e-1', customer: 'acme', name: 'compute', timestamp: '2026-03-09T10:00:00Z', properties: { hours: '1.5', region: 'eu' } },
        { id: 'e-1', customer: 'acme', name: 'compute', timestamp: '2026-03-09T10:00:00Z', properties: { hours: '1.5', region: 'eu' } },
        { id: 'e-2', customer: 'acme', name: 'compute', timestamp: '2026-02-01T10:00:00Z', properties: { hours: '7', region: 'eu' } },
        { id: 'e-3', customer: 'nobody', name: 'compute', properties: { hours: '7' } },
      ],
    });
    const { body } = await paidup.call('GET', '/v1/customers/acme/state');

    expect(answer.body.results.map((result: { status: string }) => result.status)).toEqual(['accepted', 'duplicate', 'accepted', 'refused']);
    expect(answer.body.results[0].windows[0]).toMatchObject({ price: 'hours', meter: 'compute_hours', used: '1.5', remaining: '298.5' });
    expect(answer.body.results[2]).toMatchObject({ windows: [], reason: expect.stringContaining('stored') });
    expect(answer.body.results[3]).toMatchObject({ pointer: '/events/3/customer' });
    expect(body.usage[0]).toMatchObject({ price: 'hours', included: '300', carried: '0', used: '1.5', remaining: '298.5', overage: '0', overage_allowed: true });
    expect(body.upcoming_invoice).toMatchObject({ date: '2026-03-31T23:00:00Z', total: { amount: '99.00', currency: 'EUR' } });
    expect(body.subscriptions[0]).toMatchObject({ status: 'active', plan: { code: 'pro', version: 1 }, current_period: { start: '2026-03-01T00:00:00Z' } });
    expect(body.access).toEqual({ allowed: true, reasons: [] });
  });

  it('lists the versions of a plan, newest first, and apart from each other the plans that are sold and those that are not', async () => {
    const plan = { currency: 'EUR', interval: { unit: 'month', count: 1 } };
    await paidup.call('PUT', '/v1/plans/solo', { ...plan, name: 'Solo' });
    await paidup.call('PUT', '/v1/plans/solo', { ...plan, name: 'Solo', prices: [{ code: 'base', type: 'fixed', amount: '9.00' }] });

    const first = (await paidup.call('GET', '/v1/plans/solo/versions?limit=1')).body;
    const second = (await paidup.call('GET', `/v1/plans/solo/versions?limit=1&cursor=${first.next_cursor}`)).body;

    expect(first.data).toMatchObject([{ code: 'solo', version: 2, prices: [{ amount: '9.00' }], created_at: expect.stringMatching(/^2026-03-10T12:/) }]);
    expect(second).toMatchObject({ data: [{ version: 1, prices: [] }], next_cursor: null });
    expect((await paidup.call('GET', '/v1/plans/nothing/versions')).status).toBe(404);

    const codes = async (query: string) => (await paidup.call('GET', `/v1/plans${query}`)).body.data.map(({ code }: { code: string }) => code);
    expect(await codes('?archived=true')).toEqual([]);
    await paidup.call('DELETE', '/v1/plans/solo');
    expect(await codes('?archived=true')).toEqual(['solo']);
    expect(await codes('')).toEqual(['pro']);
    expect((await paidup.call('GET', '/v1/plans/solo/versions')).body.data.map(({ archived }: { archived: boolean }) => archived)).toEqual([true, true]);
  });
});
