import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docspaceEvent } from '../../src/cli/demo/docspace-catalog.js';
import { STORES } from '../support/app.js';
import { at } from '../support/core.js';
import { faultsOf, invalid, startDocspace, type Json, type Portal } from '../support/docspace.js';

const PAYER = '9924256a-739c-462b-af15-e652a3b1b6eb';
const ZERO_PAGE = { collection: [], offset: 0, limit: 25, totalQuantity: 0, totalPage: 0, currentPage: 1 };

describe.each(STORES)('operations of a DocSpace wallet on the %s store', (store) => {
  let portal: Portal;
  let as: string;
  beforeAll(async () => {
    portal = await startDocspace({ store });
    as = await movements(portal);
  });
  afterAll(() => portal.paidup.stop());

  const ask = (query = '') => portal.ask('GET', `payment/customer/operations${query === '' ? '' : `?${query}`}`, { as });
  const list = async (query = ''): Promise<Json[]> => {
    const { status, body } = await ask(query);
    if (status !== 200) throw new Error(JSON.stringify(body));
    return body.response.collection;
  };
  const types = async (query: string): Promise<string[]> => (await list(query)).map((one) => `${one.type} ${one.credit - one.debit}`);

  it('tells what moved the wallet, the newest first, in the portal\'s zone', async () => {
    const { status, body } = await ask();

    expect(status).toBe(200);
    expect(body.response).toMatchObject({ offset: 0, limit: 25, totalQuantity: 6, totalPage: 1, currentPage: 1 });
    expect(body.response.collection).toEqual([
      { date: '2026-11-05T11:00:00.0000000+01:00', service: 'backup', description: 'Backup', details: '', serviceUnit: 'Backup', quantity: 3, currency: 'USD', credit: 0, debit: 30, type: 'ServicePayment' },
      { date: '2026-11-05T11:00:00.0000000+01:00', description: 'Adjustment', details: 'a mistake', quantity: 0, currency: 'USD', credit: 0, debit: 1.5, type: 'GoodwillCredit' },
      { date: '2026-11-04T11:00:00.0000000+01:00', description: 'Credit', details: 'sorry', quantity: 0, currency: 'USD', credit: 5, debit: 0, type: 'GoodwillCredit' },
      { date: '2026-11-03T11:00:00.0000000+01:00', service: 'disk-storage', description: 'Disk space', details: '', serviceUnit: 'GB', quantity: 50, currency: 'USD', credit: 0, debit: expect.any(Number), type: 'ServicePayment' },
      { date: '2026-11-02T11:00:00.0000000+01:00', service: 'disk-storage', description: 'Disk space', details: '', serviceUnit: 'GB', quantity: 100, currency: 'USD', credit: 0, debit: 14, type: 'ServicePayment' },
      { date: '2026-11-01T11:00:00.0000000+01:00', description: 'Balance top-up', details: '', quantity: 0, currency: 'USD', credit: 100, debit: 0, participantName: PAYER, participantDisplayName: 'Mike Zanyatski', type: 'Deposit' },
    ]);
  });

  it('adds up to the balance', async () => {
    const cents = (value: number): number => Math.round(value * 100);
    const { subAccounts } = await portal.get('payment/customer/balance', as);

    expect((await list()).reduce((sum, one) => sum + cents(one.credit) - cents(one.debit), 0)).toBe(cents(subAccounts[0].amount));
  });

  it('leaves out by direction, kind, service, participant, time and status', async () => {
    expect(await types('credit=true')).toEqual(['GoodwillCredit 5', 'Deposit 100']);
    expect(await types('CREDIT=True&debit=false&OrderType=ascending')).toEqual(['Deposit 100', 'GoodwillCredit 5']);
    expect(await list('debit=true')).toHaveLength(4);
    for (const query of ['credit=true&debit=true', 'credit=false&debit=false']) expect(await list(query)).toHaveLength(6);
    expect(await types('type=deposit')).toEqual(['Deposit 100']);
    expect(await list('type=AiServicePayment')).toEqual([]);
    for (const name of ['backup', 'Backup']) expect(await types(`servicename=${name}`)).toEqual(['ServicePayment -30']);
    expect(await list('ServiceName=storage')).toHaveLength(2);
    expect(await types(`participantName=${PAYER.toUpperCase()}`)).toEqual(['Deposit 100']);
    expect(await types('startDate=2026-11-04&endDate=2026-11-04')).toEqual(['GoodwillCredit 5']);
    expect(await types('StartDate=2026-11-04T11:00:00&EndDate=2026-11-04T10:00:00Z')).toEqual(['GoodwillCredit 5']);
    expect(await list('startDate=2026-11-06')).toEqual([]);
    expect(await types('status=pending')).toEqual(['ServicePayment -30']);
    expect(await list('status=Completed')).toHaveLength(5);
    expect(await types('status=Rejected')).toEqual(['Deposit 70']);
    expect(await list('status=canceled')).toEqual([]);
  });

  it('comes in pages, ordered by any field', async () => {
    const { body } = await ask('offset=4&limit=2&orderBy=DEBIT&orderType=Ascending');
    const { collection, ...page } = body.response;

    expect(page).toEqual({ offset: 4, limit: 2, totalQuantity: 6, totalPage: 3, currentPage: 3 });
    expect(collection.map((one: Json) => one.debit)).toEqual([14, 30]);
    expect((await list('limit=1')).map((one) => one.type)).toEqual(['ServicePayment']);
    expect((await ask('offset=100')).body.response.collection).toEqual([]);
  });

  it.each([
    ['offset=-1', { Offset: ['The field Offset must be between 0 and 2147483647.'] }],
    ['limit=0', { Limit: ['The field Limit must be between 1 and 2147483647.'] }],
    ['limit=ten', { Limit: ["The value 'ten' is not valid."] }],
    ['startDate=yesterday', { StartDate: ["The value 'yesterday' is not valid."] }],
    ['endDate=2026-13-01', { EndDate: ["The value '2026-13-01' is not valid."] }],
    ['status=Lost', { Status: ["The value 'Lost' is not valid."] }],
    ['credit=yes', { Credit: ["The value 'yes' is not valid."] }],
    ['orderType=up', { OrderType: ["The value 'up' is not valid."] }],
  ])('refuses %s', async (query, errors) => {
    expect(faultsOf(await ask(query))).toEqual(invalid(errors));
  });

  it('tells nothing of a portal that billing does not know, and an empty report of one without movements', async () => {
    const unknown = await portal.ask('GET', 'payment/customer/operations', { as: await portal.another('unknown-here', { card: null, email: null }) });
    const still = await portal.get('payment/customer/operations', await portal.another('still'));

    expect(unknown.body).toMatchObject({ count: 0, status: 0 });
    expect(unknown.body).not.toHaveProperty('response');
    expect(still).toEqual(ZERO_PAGE);
  });

  it('tells what the demo\'s portal paid and bought', async () => {
    const { collection } = await portal.get('payment/customer/operations');

    expect(collection.map((one: Json) => [one.description, one.details, one.quantity, one.credit, one.debit])).toEqual([
      ['Disk space', 'Automatic renewal', 100, 0, 14],
      ['Balance top-up', '', 0, 100, 0],
      ['Disk space', '', 100, 0, 14],
      ['Balance top-up', '', 0, 114.42, 0],
    ]);
  });
});

describe('operations of usage that was reported late', () => {
  it('add up to the balance before and after they are settled', async () => {
    const portal = await startDocspace({ isSandbox: true });
    const as = await portal.another('late');
    const to = (set: string) => portal.paidup.call('POST', '/v1/sandbox/clock', { set });
    const used = (id: string, timestamp: string) => portal.paidup.call('POST', '/v1/events', { events: [{ id, customer: 'late', name: docspaceEvent('paid_backup'), timestamp }] });
    const figures = async (): Promise<Json> => {
      const { collection } = await portal.get('payment/customer/operations?debit=true', as);
      return [collection.map((one: Json) => one.debit), (await portal.get('payment/customer/balance', as)).subAccounts[0].amount];
    };
    await portal.subscribe('late', 'docspace_backup_service');
    await portal.ask('POST', 'payment/deposit', { as, body: { amount: 100, currency: 'USD' } });
    await used('early', '2026-11-20T10:00:00Z');
    await to('2026-12-20T10:00:00Z');
    const closed = await figures();
    await used('late', '2026-11-20T10:00:00Z');
    await used('new', '2026-12-20T10:00:00Z');
    const late = await figures();
    await to('2027-01-20T10:00:00Z');
    const settled = await figures();
    await portal.paidup.stop();

    expect(closed).toEqual([[10], 90]);
    expect([late[0].reduce((sum: number, debit: number) => sum + debit, 0), late[1]]).toEqual([30, 70]);
    expect([settled[0].reduce((sum: number, debit: number) => sum + debit, 0), settled[1]]).toEqual([30, 70]);
  });
});

/** A portal in Berlin: a deposit, storage, more of it, a grant, a correction, three paid backups, a declined deposit; its key. */
async function movements(portal: Portal): Promise<string> {
  const { paidup } = portal;
  const metadata = { 'docspace.payer_id': PAYER, 'docspace.payer_name': 'Mike Zanyatski' };
  paidup.clock.set(at('2026-11-01T10:00:00Z'));
  const as = await portal.another('moves', { timezone: 'Europe/Berlin', metadata });
  const buy = (quantity: number) => portal.ask('PUT', 'payment/updatewallet', { as, body: { quantity: { storage: quantity }, productQuantityType: 1 } });
  const native = async (path: string, body: unknown): Promise<void> => {
    const { status, body: answer } = await paidup.call('POST', path, body);
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  };
  await portal.subscribe('moves', 'docspace_startup');
  await portal.subscribe('moves', 'docspace_backup_service');
  await portal.ask('POST', 'payment/deposit', { as, body: { amount: 100, currency: 'USD' } });
  paidup.clock.set(at('2026-11-02T10:00:00Z'));
  await buy(100);
  paidup.clock.set(at('2026-11-03T10:00:00Z'));
  await buy(50);
  paidup.clock.set(at('2026-11-04T10:00:00Z'));
  await native('/v1/customers/moves/credits', { amount: '5.00', reason: 'sorry' });
  paidup.clock.set(at('2026-11-05T10:00:00Z'));
  await native('/v1/customers/moves/adjustments', { amount: '-1.50', reason: 'a mistake' });
  await native('/v1/events', { events: [1, 2, 3].map((count) => ({ id: `backup-${count}`, customer: 'moves', name: docspaceEvent('paid_backup'), timestamp: '2026-11-04T12:00:00Z' })) });
  await paidup.call('PUT', '/v1/customers/moves/payment-method', { token: 'card_declines' });
  await portal.ask('POST', 'payment/deposit', { as, body: { amount: 70, currency: 'USD' } });
  return as;
}
