import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const ADDRESS = { line1: 'Gran Via 1', line2: '3 B', city: 'Madrid', postal_code: '28013', state: null, country: 'ES' };

describe.each(STORES)("a customer's phone and address on the %s store", (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-07-15T10:00:00Z') });
    await paidup.call('PUT', '/v1/plans/pro', { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [{ code: 'base', type: 'fixed', amount: '99.00' }] });
  });
  afterAll(() => paidup.stop());

  it('are kept, shown wherever the customer is, and replaced as a whole', async () => {
    const made = await paidup.call('POST', '/v1/customers', { external_id: 'acme', currency: 'EUR', phone: '+34 600 000 000', address: { ...ADDRESS, country: 'es' } });
    expect([made.status, made.body]).toMatchObject([201, { phone: '+34 600 000 000', address: ADDRESS }]);
    expect((await paidup.call('GET', '/v1/customers/acme')).body).toEqual(made.body);
    expect((await paidup.call('GET', '/v1/customers/acme/state')).body.customer).toMatchObject({ phone: '+34 600 000 000', address: ADDRESS });

    expect((await paidup.call('PATCH', '/v1/customers/acme', { name: 'Acme' })).body).toMatchObject({ name: 'Acme', address: ADDRESS });
    const moved = await paidup.call('PATCH', '/v1/customers/acme', { address: { city: 'Bilbao' }, phone: null });
    expect(moved.body).toMatchObject({ phone: null, address: { line1: null, line2: null, city: 'Bilbao', postal_code: null, state: null, country: null } });
    expect((await paidup.call('PUT', '/v1/customers/acme', { address: null })).body.address).toBeNull();
    expect((await paidup.call('GET', '/v1/customers?query=acme')).body.data[0]).toMatchObject({ phone: null, address: null });
  });

  it('are refused where they cannot be', async () => {
    const { status, body } = await paidup.call('POST', '/v1/customers', { phone: '', address: { country: 'Spain', city: 'a\u0000b' } });
    expect([status, body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()]).toEqual([400, ['/address/city', '/address/country', '/phone']]);
  });

  it('stand on an invoice: the address below the name', async () => {
    await paidup.call('POST', '/v1/customers', { external_id: 'billed', name: 'Billed SL', email: 'billing@billed.example', currency: 'EUR', address: ADDRESS });
    const { body } = await paidup.call('POST', '/v1/customers/billed/subscriptions', { plan: 'pro' });
    const html = (await paidup.call<string>('GET', `/v1/invoices/${body.invoices[0]}/html`)).body;
    const positions = ['Billed SL', 'Gran Via 1', '3 B', '28013 Madrid', 'Spain', 'billing@billed.example'].map((text) => html.lastIndexOf(text));
    expect(positions).toEqual([...positions].sort((left, right) => left - right));
    expect(positions[0]).toBeGreaterThan(0);
  });
});
