import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from '../support/app.js';
import { at } from '../support/core.js';
import { fault, faultsOf, invalid, startDocspace, type Json, type Portal } from '../support/docspace.js';

const [SET, ADD] = [0, 1];
const INVALID = fault(400, 'Invalid quantity', 'argument');

describe.each(STORES)('services of DocSpace bought from the wallet, on the %s store', (store) => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace({ store });
  });
  afterAll(() => portal.paidup.stop());

  /** A portal with the plan that costs nothing and so much in its wallet. */
  const funded = async (name: string, amount: number): Promise<string> => {
    const as = await portal.another(name);
    await portal.subscribe(name, 'docspace_startup');
    if (amount > 0) await portal.ask('POST', 'payment/deposit', { as, body: { amount, currency: 'USD' } });
    return as;
  };
  const update = (as: string, quantity: Record<string, unknown>, productQuantityType: unknown = ADD) => portal.ask('PUT', 'payment/updatewallet', { as, body: { quantity, productQuantityType } });
  const storage = async (as: string): Promise<Json> => (await portal.get('tariff', as)).quotas.find((row: Json) => row.id === -11);
  const left = async (as: string): Promise<number> => (await portal.get('payment/customer/balance', as)).subAccounts[0].amount;

  it('Add buys for what is left of the period, at the price that calculatewallet told', async () => {
    const as = await funded('adds', 100);
    const before = portal.paidup.clock.now();
    const price = await portal.ask('PUT', 'payment/calculatewallet', { as, body: { quantity: { storage: 100 }, productQuantityType: ADD } });
    const first = await update(as, { storage: 100 });
    portal.paidup.clock.set(at('2026-12-05T10:00:00Z'));
    const half = await portal.ask('PUT', 'payment/calculatewallet', { as, body: { quantity: { Storage: '50' }, productQuantityType: 'add' } });
    const more = await update(as, { 'disk-storage': 50 });
    const row = await storage(as);
    const rest = await left(as);
    portal.paidup.clock.set(before);

    expect([price.status, price.body.response]).toEqual([200, { operationId: 0, amount: 14, currency: 'USD', quantity: 100 }]);
    expect([first.status, first.body.response, more.status, more.body.response]).toEqual([200, true, 200, true]);
    expect(half.body.response).toEqual({ operationId: 0, amount: 3.5, currency: 'USD', quantity: 50 });
    expect(row).toMatchObject({ id: -11, quantity: 150, wallet: true, dueDate: '2026-12-20T10:00:00', state: 0 });
    expect(rest).toBe(82.5);
  });

  it('Set says how much there is from the next period on, charges nothing, and is taken back by null', async () => {
    const as = await funded('sets', 50);
    await update(as, { storage: 100 });
    const seen: Json[] = [];
    for (const quantity of [200, 0, 150, null, 0, null, 100, null]) {
      const answer = await update(as, { storage: quantity }, SET);
      seen.push([answer.status, (await storage(as)).nextQuantity]);
    }

    expect(seen).toEqual([[200, 200], [200, 0], [200, 150], [200, undefined], [200, 0], [200, undefined], [200, undefined], [200, undefined]]);
    expect(await left(as)).toBe(36);
  });

  it('needs a hundred to begin with, more than nothing, and the money', async () => {
    const as = await funded('refusals', 20);
    const refused = [await update(as, { storage: 99 }), await update(as, { storage: 0 }), await update(as, { storage: null }), await update(as, { storage: 100 }, SET), await update(as, {}), await update(as, { storage: -1 }, SET)];
    const poor = await update(as, { storage: 200 });
    const asked = await portal.ask('PUT', 'payment/calculatewallet', { as, body: { quantity: { storage: 200 }, productQuantityType: ADD } });

    expect(refused.map(({ body }) => body)).toEqual(refused.map(() => INVALID));
    expect([poor.status, poor.body]).toEqual([400, fault(400, 'Insufficient balance', 'argument')]);
    expect(asked.body.response.amount).toBe(28);
    expect(await left(as)).toBe(20);
  });

  it('knows which services there are', async () => {
    const as = await funded('unknown-service', 20);

    expect((await update(as, { nothing: 100 })).body).toEqual(fault(404, 'Service could not be found', 'none'));
    for (const name of ['admin', 'backup']) expect((await update(as, { [name]: 100 })).body).toEqual(fault(400, 'Invalid product', 'argument'));
    expect((await update(await portal.another('nobody', { card: null, email: null }), { storage: 100 })).body).toEqual(fault(404, 'Customer could not be found', 'none'));
  });

  it('refuses the two kinds of quantity that are the vendor\'s own', async () => {
    const as = await funded('kinds', 20);
    const wrong = fault(400, 'Invalid quantity type', 'argument');

    for (const type of [2, 3, 'Sub', 'renew']) expect((await update(as, { storage: 100 }, type)).body).toEqual(wrong);
    expect((await portal.ask('PUT', 'payment/calculatewallet', { as, body: { quantity: { storage: 100 }, productQuantityType: SET } })).body).toEqual(wrong);
    expect(faultsOf(await update(as, { storage: 100 }, 4))).toEqual(invalid({ '$.productQuantityType': ['The JSON value could not be converted to one of Set, Add, Sub, Renew. Path: $.productQuantityType.'] }));
  });

  it('sells nothing to a portal that has not paid', async () => {
    const as = await portal.another('owes', { card: 'card_declines' });
    await portal.subscribe('owes', 'docspace_business', { quantities: { admin: '1' }, starts_at: '2026-09-01T00:00:00Z' });
    await portal.paidup.engine.charges.idle();
    await portal.paidup.call('PUT', '/v1/customers/owes/payment-method', { token: 'card_succeeds' });
    await portal.ask('POST', 'payment/deposit', { as, body: { amount: 50, currency: 'USD' } });
    const [add, set] = [await update(as, { storage: 100 }), await update(as, { storage: 100 }, SET)];

    expect([add.status, add.body]).toEqual([402, { error: { message: 'Tariff is not paid', type: 'ASC.Core.Billing.BillingException', stack: null, hresult: -2146233088 }, status: 1, statusCode: 402 }]);
    expect(set.status).toBe(402);
  });
});
