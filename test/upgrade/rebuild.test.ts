import { expect, it, describe } from 'vitest';
import { ensureProjections } from '../../src/service/rebuild.js';
import { verifyStore } from '../../src/service/verify.js';
import { statement } from '../../src/store/statement.js';
import { STORES, startPaidup } from '../support/app.js';
import { at } from '../support/core.js';

/** Standings as they were kept before there were credits, holds and payments in them. */
const forgetStatement = statement('test_forget', `update customers set standing = ((standing::jsonb) - 'credits' - 'holds' - 'payments' - 'services')::text`);
const forgetVersionStatement = statement('test_forget_version', `delete from store_facts where name = 'projections'`);

describe.each(STORES)('a %s store that an older version kept', (store) => {
  it('is derived anew once, and says what it said', async () => {
    const paidup = await startPaidup({ store, now: at('2026-03-10T12:00:00Z') });
    const month = { unit: 'month', count: 1 };
    await paidup.call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
    await paidup.call('PUT', '/v1/plans/metered', { currency: 'USD', interval: month, prices: [{ code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '1.50' }, paid_from: 'wallet' }] });
    await paidup.call('POST', '/v1/customers', { external_id: 'old', currency: 'USD' });
    await paidup.call('PUT', '/v1/customers/old/payment-method', { token: 'card_succeeds' });
    await paidup.call('POST', '/v1/customers/old/top-ups', { amount: '25.00' });
    await paidup.call('POST', '/v1/customers/old/subscriptions', { plan: 'metered' });
    await paidup.call('POST', '/v1/customers/old/holds', { amount: '4.00', expires_in: 600 });
    await paidup.call('POST', '/v1/events', { events: [{ id: 'a', customer: 'old', name: 'call' }] });
    const before = (await paidup.call('GET', '/v1/customers/old/state')).body;

    await paidup.engine.database.rows(forgetStatement, []);
    await paidup.engine.database.rows(forgetVersionStatement, []);
    const first = await ensureProjections(paidup.engine);
    const second = await ensureProjections(paidup.engine);
    const after = (await paidup.call('GET', '/v1/customers/old/state')).body;
    const { differences } = await verifyStore(paidup.engine, { isRepair: false });
    await paidup.stop();

    expect([first, second, differences]).toEqual([1, 0, []]);
    expect(after.wallet).toEqual(before.wallet);
    expect(after.wallet[0]).toMatchObject({ balance: '25.00', held: '4.00', accrued: '1.50', available: '19.50' });
  });
});
