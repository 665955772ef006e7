import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docspaceCode, docspaceEvent, docspacePlans } from '../../src/cli/demo/docspace-catalog.js';
import { verifyStore } from '../../src/service/verify.js';
import { STORES } from '../support/app.js';
import { at } from '../support/core.js';
import { fault, faultsOf, invalid, startDocspace, type Json, type Portal } from '../support/docspace.js';

const RANGE = invalid({ Amount: ['The field Amount must be between 0.01 and 999999.'] });

describe.each(STORES)('what a DocSpace portal prepays for AI, on the %s store', (store) => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace({ store });
    const backup = docspacePlans()[docspaceCode('backup_service')];
    await portal.paidup.call('PUT', '/v1/plans/ai', { ...backup, name: 'AI tools', metadata: { 'docspace.quota_id': '-13' } });
  });
  afterAll(() => portal.paidup.stop());

  const credit = async (as: string, body: unknown, headers: Record<string, string> = {}) => portal.ask('POST', 'payment/creditaibalance', { as, body, headers });
  const amounts = async (as: string): Promise<Json> => [(await portal.get('payment/customer/balance', as)).subAccounts[0].amount, (await portal.get('payment/customer/aibalance', as)).subAccounts];
  const funded = async (name: string): Promise<string> => {
    const as = await portal.another(name);
    await portal.ask('POST', 'payment/deposit', { as, body: { amount: 50, currency: 'USD' } });
    return as;
  };

  it('moves from the wallet to an account of its own, once under one Idempotency-Key', async () => {
    const as = await funded('moves-ai');
    const before = await amounts(as);
    const first = await credit(as, { amount: 12.5 }, { 'Idempotency-Key': 'ai' });
    const again = await credit(as, { amount: 12.5 }, { 'Idempotency-Key': 'ai' });
    await credit(as, { amount: '0.01', currency: 'usd' });
    const { collection } = await portal.get('payment/customer/operations?debit=true', as);

    expect(before).toEqual([50, [{ currency: 'USD', amount: 0 }]]);
    expect(first.body.response).toEqual({ operationId: expect.any(Number), amount: 12.5, currency: 'USD', quantity: 1 });
    expect(again.body.response).toEqual(first.body.response);
    expect(await amounts(as)).toEqual([37.49, [{ currency: 'USD', amount: 12.51 }]]);
    expect(collection.map((one: Json) => [one.type, one.description, one.debit])).toEqual([['AiCredit', 'AI credit', 0.01], ['AiCredit', 'AI credit', 12.5]]);
    expect((await verifyStore(portal.paidup.engine, { isRepair: false })).differences).toEqual([]);
  });

  it('is used up by what is reported for that account', async () => {
    const as = await funded('uses-ai');
    await credit(as, { amount: 25 });
    const { id } = (await portal.paidup.call('GET', '/v1/customers/uses-ai')).body;
    await portal.subscribe(`${id}.ai`, 'ai');
    await portal.paidup.call('POST', '/v1/events', { events: [{ id: 'ai-1', customer: `${id}.ai`, name: docspaceEvent('paid_backup'), timestamp: '2026-11-20T10:00:00Z' }] });

    expect(await amounts(as)).toEqual([25, [{ currency: 'USD', amount: 15 }]]);
  });

  it('is refused beyond the wallet, out of bounds, and in other currencies', async () => {
    const as = await funded('refused-ai');
    expect((await credit(as, { amount: 50.01 })).body).toEqual(fault(400, 'Insufficient balance', 'argument'));
    for (const body of [{ amount: 0 }, { amount: 1_000_000 }, {}]) expect(faultsOf(await credit(as, body))).toEqual(RANGE);
    expect((await credit(as, { amount: 1, currency: 'EUR' })).body).toEqual(fault(400, 'Unsupported currency', 'argument'));
    expect((await credit(await portal.another('penniless'), { amount: 1 })).body).toEqual(fault(404, 'Balance could not be found', 'none'));
    expect((await amounts(as))[0]).toBe(50);
  });

  it('knows what AI costs and which models may be used', async () => {
    const as = await funded('models');
    const put = (models: unknown) => portal.ask('PUT', 'payment/ai-model/restrictions', { as, body: { models } });
    const read = () => portal.get('payment/ai-model/restrictions', as);
    await portal.ask('POST', 'payment/servicestate', { as, body: { service: 'AITools', enabled: true } });

    expect(await portal.get('payment/ai-prices', as)).toEqual([{ service: 'ai-tools', unit: 'Tokens', price: 10, currency: 'USD' }]);
    expect(await read()).toEqual({ models: [] });
    expect((await put(['small', 'large', 'small'])).body.response).toEqual({ models: ['small', 'large'] });
    expect(await read()).toEqual({ models: ['small', 'large'] });
    expect((await portal.get('payment/servicessettings', as)).enabledServices).toEqual([-13]);
    expect((await put([])).body.response).toEqual({ models: [] });
    expect(faultsOf(await put('small')).status).toBe(400);
  });

  it('is told what is left of a plan, which can be moved to the wallet', async () => {
    const { clock } = portal.paidup;
    const now = clock.now();
    const as = await portal.another('moves-plan', { card: 'card_declines' });
    await portal.subscribe('moves-plan', 'docspace_business', { quantities: { admin: '3' } });
    const unpaid = [await portal.get('payment/subscription/balance', as), await portal.ask('POST', 'payment/subscription/movetowallet', { as })] as const;
    await portal.payAll('moves-plan');
    clock.set(at('2026-11-30T10:00:00Z'));
    const left = await portal.get('payment/subscription/balance', as);
    const moved = await portal.ask('POST', 'payment/subscription/movetowallet', { as });
    const after = [(await portal.get('payment/customer/balance', as)).subAccounts, await portal.ask('GET', 'payment/subscription/balance', { as })] as const;
    const { collection } = await portal.get('payment/customer/operations', as);
    const again = await portal.ask('POST', 'payment/subscription/movetowallet', { as });
    clock.set(now);

    expect([unpaid[0].remainingBalance, unpaid[1].status, unpaid[1].body.error.message]).toEqual([0, 402, 'Tariff is not paid']);
    expect(left).toEqual({ totalCost: 60, currency: 'USD', periodStart: '2026-11-20T10:00:00Z', periodEnd: '2026-12-20T10:00:00Z', periodUsedUntil: '2026-11-30T10:00:00Z', daysElapsed: 10, remainingBalance: 40, remainingBalanceInWalletCurrency: 40, walletCurrency: 'USD' });
    expect([moved.status, moved.body.response, after[0], after[1].body.count]).toEqual([200, true, [{ currency: 'USD', amount: 40 }], 0]);
    expect(collection).toMatchObject([{ type: 'Refund', credit: 40, debit: 0 }]);
    expect(again.status).toBe(403);
  });
});

describe('a DocSpace catalogue without AI', () => {
  it('has no prices of it, and nothing to restrict', async () => {
    const portal = await startDocspace();
    const answers = [await portal.ask('GET', 'payment/ai-prices'), await portal.ask('GET', 'payment/ai-model/restrictions')];
    await portal.paidup.stop();

    expect(answers.map(({ status, body }) => [status, body.response ?? body.error.message])).toEqual([[200, []], [404, 'Service could not be found']]);
  });
});
