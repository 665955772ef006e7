import { describe, expect, it } from 'vitest';
import { docspaceEvent } from '../../src/cli/demo/docspace-catalog.js';
import { verifyStore } from '../../src/service/verify.js';
import { STORES } from '../support/app.js';
import { startDocspace, type Json } from '../support/docspace.js';

const SETTINGS = { settings: { enabled: true, minBalance: 10, upToBalance: 50, currency: 'USD' } };
const cents = (value: number): number => Math.round(value * 100);

/** A portal in a sandbox, and what it does by the surface alone but for cards, usage and the invoices of its plan. */
async function startMonth(store: (typeof STORES)[number]) {
  const portal = await startDocspace({ store, isSandbox: true });
  const as = await portal.another('month');
  const { paidup } = portal;
  let backups = 0;
  const put = async (method: 'POST' | 'PUT', path: string, body: unknown): Promise<Json> => {
    // Ten calls a minute are taken of a key: another one each time.
    const answer = await portal.ask(method, `payment/${path}`, { as: await paidup.customerKey('month'), body });
    return answer.status === 200 ? answer.body.response : [answer.status, answer.body.error.message];
  };
  return {
    portal,
    as,
    put,
    on: async (moment: string) => {
      const { status, body } = await paidup.call('POST', '/v1/sandbox/clock', { set: `${moment}:00:00Z` });
      if (status >= 300) throw new Error(JSON.stringify(body));
      await paidup.engine.charges.idle();
    },
    card: (token: string) => paidup.call('PUT', '/v1/customers/month/payment-method', { token }),
    backUp: async (count: number, timestamp: string) => {
      const events = Array.from({ length: count }, () => ({ id: `backup-${(backups += 1)}`, customer: 'month', name: docspaceEvent('paid_backup'), timestamp: `${timestamp}:00:00Z` }));
      await paidup.call('POST', '/v1/events', { events });
      await paidup.engine.charges.idle();
    },
    buy: (quantity: number) => put('PUT', 'updatewallet', { quantity: { storage: quantity }, productQuantityType: 1 }),
    balance: async (): Promise<number> => (await portal.get('payment/customer/balance', as)).subAccounts[0].amount,
    operations: async (query = ''): Promise<Json[]> => (await portal.get(`payment/customer/operations?limit=100${query}`, as)).collection,
  };
}

type Month = Awaited<ReturnType<typeof startMonth>>;

/** From the first deposit to the wallet that a declined card leaves empty. */
async function spendItAll(month: Month): Promise<void> {
  const { portal, put, on, card, backUp, buy, balance } = month;
  await portal.subscribe('month', 'docspace_business', { quantities: { admin: '2' } });
  await portal.payAll('month');
  expect(await put('POST', 'deposit', { amount: 60, currency: 'USD' })).toBe(true);
  expect((await put('POST', 'servicestate', { service: 'Backup', enabled: true })).enabledServices).toEqual([-12]);
  await put('POST', 'topupsettings', SETTINGS);
  await on('2026-11-22T10');
  expect(await buy(100)).toBe(true);
  await on('2026-11-24T10');
  await backUp(3, '2026-11-24T09');
  expect(await balance()).toBe(16);
  await on('2026-11-25T10');
  await backUp(1, '2026-11-25T10');
  // 6 are left, so 44 are charged.
  expect(await balance()).toBe(50);
  await on('2026-11-28T10');
  await card('card_declines');
  await backUp(5, '2026-11-28T10');
  expect([await balance(), (await portal.get('payment/topupsettings', month.as)).enabled]).toEqual([0, false]);
  expect((await month.operations('&status=Rejected')).map(({ credit, details }) => [credit, details])).toEqual([[50, 'Automatic top up']]);
}

/** A new card, more storage from now and again from the next period, an invoice that is not paid for two days. */
async function goOn(month: Month): Promise<void> {
  const { portal, put, on, card, buy, balance } = month;
  expect(await buy(50)).toEqual([400, 'Insufficient balance']);
  await on('2026-11-29T10');
  await card('card_succeeds');
  expect(await put('POST', 'deposit', { amount: 100, currency: 'USD' })).toBe(true);
  expect((await put('POST', 'topupsettings', SETTINGS)).enabled).toBe(true);
  await on('2026-11-30T10');
  // 22 of 30 days: 10.27 given back for a hundred, 15.40 for a hundred and fifty.
  expect((await put('PUT', 'calculatewallet', { quantity: { storage: 50 }, productQuantityType: 1 })).amount).toBe(5.13);
  expect(await buy(50)).toBe(true);
  expect(await balance()).toBe(94.87);
  expect(await put('PUT', 'updatewallet', { quantity: { storage: 200 }, productQuantityType: 0 })).toBe(true);
  expect(await balance()).toBe(94.87);
  // The plan's next invoice is charged to a card that declines.
  await card('card_declines');
  await on('2026-12-21T10');
  expect((await portal.get('tariff', month.as)).state).toBe(3);
  expect(await buy(10)).toEqual([402, 'Tariff is not paid']);
  await card('card_succeeds');
  await portal.payAll('month');
  expect((await portal.get('tariff', month.as)).state).toBe(1);
  await on('2026-12-22T10');
  expect((await portal.get('tariff', month.as)).quotas.find((row: Json) => row.wallet)).toMatchObject({ quantity: 200, state: 0, dueDate: '2027-01-22T10:00:00' });
  expect(await balance()).toBe(66.87);
  await giveBack(month, '20.00');
  expect(await balance()).toBe(46.87);
}

/** The merchant gives a part of the second deposit back to the card. */
async function giveBack({ portal }: Month, amount: string): Promise<void> {
  const { body } = await portal.paidup.call('GET', '/v1/customers/month/payments');
  const deposit = body.data.find((payment: Json) => payment.purpose === 'deposit' && payment.amount.amount === '100.00');
  const { status } = await portal.paidup.call('POST', `/v1/customers/month/payments/${deposit.id}/refunds`, { amount, reason: 'courtesy' });
  expect(status).toBe(201);
}

describe.each(STORES)('a month of a DocSpace portal on the %s store', (store) => {
  it('ends with operations that add up to the balance, and a store without a difference', async () => {
    const month = await startMonth(store);
    const { portal, as } = month;
    await spendItAll(month);
    await goOn(month);
    const operations = await month.operations('&orderType=ascending');
    const file = (await month.put('POST', 'customer/operationsreport', {}));
    const usage = await portal.get('payment/customer/usage', as);
    const monthly = await portal.get('payment/customer/usage/monthly', as);
    const { differences } = await verifyStore(portal.paidup.engine, { isRepair: false });
    await portal.paidup.stop();

    expect(operations.map(({ description, details, quantity, credit, debit }) => [description, details, quantity, credit - debit])).toEqual([
      ['Balance top-up', '', 0, 60],
      ['Disk space', '', 100, -14],
      ['Balance top-up', 'Automatic top up', 0, 44],
      ['Balance top-up', '', 0, 100],
      ['Disk space', '', 50, -5.13],
      ['Backup', '', 9, -90],
      ['Disk space', 'Automatic renewal', 200, -28],
      ['Refund', 'courtesy', 0, -20],
    ]);
    expect(operations.reduce((sum, { credit, debit }) => sum + cents(credit) - cents(debit), 0)).toBe(4687);
    expect(file).toMatchObject({ isCompleted: true, resultFileName: 'Operations.xlsx' });
    expect(usage.collection.map((one: Json) => [one.service, one.totalQuantity, one.totalAmount])).toEqual([['backup', 9, 90], ['disk-storage', 350, 47.13]]);
    expect(monthly.map((one: Json) => [one.year, one.month, one.totalAmount])).toEqual([[2026, 11, 19.13], [2026, 12, 118]]);
    expect(differences).toEqual([]);
  });
});
