import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const NOW = '2026-03-10T12:00:00Z';

describe.each(STORES)('the wallet of a customer on the %s store', (store) => {
  let paidup: TestPaidup;
  let made = 0;

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at(NOW) });
    await paidup.call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'sum', property: 'n' });
    const month = { unit: 'month', count: 1 };
    await paidup.call('PUT', '/v1/plans/metered', { currency: 'USD', interval: month, prices: [{ code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '0.001' }, paid_from: 'wallet' }] });
    await paidup.call('PUT', '/v1/meters/backups', { event_name: 'backup', aggregation: 'count' });
    await paidup.call('PUT', '/v1/plans/backup', { currency: 'USD', interval: month, prices: [{ code: 'backup', name: 'Backup', type: 'usage', meter: 'backups', included: '1', model: { type: 'per_unit', amount: '10.00' }, paid_from: 'wallet' }] });
    await paidup.call('PUT', '/v1/plans/storage', { currency: 'USD', interval: month, prices: [{ code: 'gb', type: 'fixed', amount: '0.14', per_seat: true, paid_from: 'wallet' }] });
  });
  afterAll(async () => {
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    await paidup.stop();
  });

  async function customer(): Promise<string> {
    made += 1;
    const { body } = await paidup.call('POST', '/v1/customers', { external_id: `c-${made}`, currency: 'USD' });
    return `/v1/customers/${String(body.id)}`;
  }

  async function wallet(url: string): Promise<Record<string, string>> {
    const { currency: _currency, last_credit: _last, ...figures } = (await paidup.call('GET', `${url}/wallet`)).body.data[0];
    return figures;
  }

  const use = (url: string, id: string, n: string, timestamp?: string) =>
    paidup.call('POST', '/v1/events', { events: [{ id, customer: url.split('/')[3], name: 'call', properties: { n }, ...(timestamp === undefined ? {} : { timestamp }) }] });

  describe('credit', () => {
    it('is used up in order and told with its expiry', async () => {
      const url = await customer();
      await paidup.call('POST', `${url}/credits`, { amount: '10.00', kind: 'purchased', reason: 'wire' });
      await paidup.call('POST', `${url}/credits`, { amount: '5.00', expires_at: '2026-12-31T00:00:00Z', reason: 'gift' });
      await paidup.call('POST', `${url}/adjustments`, { amount: '-6.00', reason: 'used elsewhere' });
      const { data } = (await paidup.call('GET', `${url}/credits`)).body;

      expect(data).toMatchObject([{ kind: 'purchased', remaining: { amount: '9.00', currency: 'USD' }, priority: 50, expires_at: null }]);
      expect(await wallet(url)).toMatchObject({ balance: '9.00', available: '9.00' });
      const { body: state } = await paidup.call('GET', `${url}/state?explain=true`);
      expect(state.explanations['wallet/USD'].steps).toEqual(['balance = the sum of the ledger entries of the wallet, without what has expired', '9.00 USD is left of credit that is purchased, priority 50', 'available = 9.00 - 0.00 held - 0.00 accrued = 9.00 USD']);
    });

    it.each([
      [{ amount: '0', reason: 'x' }, '/amount'],
      [{ amount: '-1', reason: 'x' }, '/amount'],
      [{ amount: '0.001', reason: 'x' }, '/amount'],
      [{ amount: '1000000', reason: 'x' }, '/amount'],
      [{ amount: '1', reason: '  ' }, '/reason'],
      [{ amount: '1', priority: 101, reason: 'x' }, '/priority'],
      [{ amount: '1', priority: -1, reason: 'x' }, '/priority'],
      [{ amount: '1', expires_at: NOW, reason: 'x' }, '/expires_at'],
      [{ amount: '1', expires_at: 'soon', reason: 'x' }, '/expires_at'],
      [{ amount: '1', currency: 'XXX', reason: 'x' }, '/currency'],
    ])('is refused with %j', async (body, pointer) => {
      const { status, body: problem } = await paidup.call('POST', `${await customer()}/credits`, body);

      expect([status, problem.errors.map((error: { pointer: string }) => error.pointer)]).toEqual([400, [pointer]]);
    });

    it('cannot be given by the customer', async () => {
      const url = await customer();
      const { body } = await paidup.call('POST', '/v1/api-keys', { kind: 'customer', customer: url.split('/')[3], name: 'own' });
      const own = { authorization: `Bearer ${String(body.key)}` };
      const answers = await Promise.all(['credits', 'adjustments'].map((noun) => paidup.call('POST', `${url}/${noun}`, { amount: '1', reason: 'mine' }, own)));

      expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    });
  });

  describe('a hold', () => {
    it('sets money aside until its time is over, by the clock alone', async () => {
      const url = await customer();
      await paidup.call('POST', `${url}/credits`, { amount: '10.00', reason: 'gift' });
      const { body: hold } = await paidup.call('POST', `${url}/holds`, { amount: '4.00', expires_in: 60 });
      const held = await wallet(url);
      paidup.clock.advance(60_000);
      const after = await wallet(url);
      const late = await paidup.call('POST', `${url}/holds/${String(hold.id)}/settle`);

      expect([held['held'], held['available'], after['held'], after['available']]).toEqual(['4.00', '6.00', '0.00', '10.00']);
      expect([late.status, late.body.type]).toEqual([409, '/problems/hold_conflict']);
      expect((await paidup.call('GET', `${url}/holds/${String(hold.id)}`)).body.status).toBe('expired');
      paidup.clock.set(at(NOW));
    });

    it('takes less, equal, or more as far as money is available', async () => {
      const url = await customer();
      await paidup.call('POST', `${url}/credits`, { amount: '10.00', reason: 'gift' });
      const open = async (): Promise<string> => String((await paidup.call('POST', `${url}/holds`, { amount: '4.00', expires_in: 60 })).body.id);
      const less = await paidup.call('POST', `${url}/holds/${await open()}/settle`, { amount: '1.00' });
      const more = await open();
      const tooMuch = await paidup.call('POST', `${url}/holds/${more}/settle`, { amount: '9.01' });
      const rest = await paidup.call('POST', `${url}/holds/${more}/settle`, { amount: '9.00' });

      expect([less.body.settled.amount, tooMuch.status, rest.body.status]).toEqual(['1.00', 402, 'settled']);
      expect(await wallet(url)).toMatchObject({ balance: '0.00', held: '0.00' });
    });

    it('never takes together more than is there, however many ask at once', async () => {
      const url = await customer();
      await paidup.call('POST', `${url}/credits`, { amount: '10.00', reason: 'gift' });
      const answers = await Promise.all(Array.from({ length: 30 }, () => paidup.call('POST', `${url}/holds`, { amount: '1.00', expires_in: 60 })));

      expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
      expect(await wallet(url)).toMatchObject({ held: '10.00', available: '0.00' });
    });
  });

  describe('a hold of a service', () => {
    async function backups(money: string): Promise<{ url: string; hold: (quantity?: string) => Promise<{ status: number; body: { id: string; amount: { amount: string } } }>; used: () => Promise<string> }> {
      const url = await customer();
      await paidup.call('POST', `${url}/credits`, { amount: money, reason: 'gift' });
      await paidup.call('POST', `${url}/subscriptions`, { plan: 'backup' });
      return {
        url,
        hold: (quantity) => paidup.call('POST', `${url}/holds`, { service: 'backup', expires_in: 600, ...(quantity === undefined ? {} : { quantity }) }),
        used: async () => (await paidup.call('GET', `${url}/state`)).body.usage[0].used,
      };
    }

    it('sets aside what the use will cost, and settling reports it: the included one is free', async () => {
      const { url, hold, used } = await backups('25.00');
      const free = await hold();
      await paidup.call('POST', `${url}/holds/${free.body.id}/settle`);
      const paid = await hold();
      const held = await wallet(url);
      const settled = await paidup.call('POST', `${url}/holds/${paid.body.id}/settle`);

      expect([free.body.amount.amount, paid.body.amount.amount, held['held'], held['available']]).toEqual(['0.00', '10.00', '10.00', '15.00']);
      expect(settled.body).toMatchObject({ status: 'settled', settled: { amount: '10.00' }, service: { price: 'backup', quantity: '1' } });
      expect(await used()).toBe('2');
      expect(await wallet(url)).toMatchObject({ balance: '25.00', held: '0.00', accrued: '10.00', available: '15.00' });
    });

    it('takes less, none, or more as far as money goes, and once', async () => {
      const { url, hold, used } = await backups('25.00');
      const { id } = (await hold('2')).body;
      const tooMuch = await paidup.call('POST', `${url}/holds/${id}/settle`, { quantity: '4' });
      const more = await paidup.call('POST', `${url}/holds/${id}/settle`, { quantity: '3' });
      const again = await paidup.call('POST', `${url}/holds/${id}/settle`, { quantity: '3' });
      const nothing = await hold('0');
      await paidup.call('POST', `${url}/holds/${nothing.body.id}/settle`);

      expect([tooMuch.status, more.status, again.status, nothing.body.amount.amount]).toEqual([402, 200, 404, '0.00']);
      expect(await used()).toBe('3');
      expect((await hold()).status).toBe(402);
    });

    it.each([
      [{ service: 'backup', amount: '1.00' }, '/amount'], [{}, '/amount'], [{ service: 'nothing' }, '/service'], [{ service: 'backup', quantity: '0.5' }, '/quantity'],
      [{ service: 'backup', quantity: '-1' }, '/quantity'], [{ service: 'backup', quantity: 'many' }, '/quantity'],
    ])('is refused with %j', async (body, pointer) => {
      const { url } = await backups('25.00');
      const { status, body: problem } = await paidup.call('POST', `${url}/holds`, { ...body, expires_in: 60 });

      expect([status, problem.errors.map((error: { pointer: string }) => error.pointer)]).toEqual([400, [pointer]]);
    });
  });

  describe('the automatic top-up', () => {
    async function low(token: string): Promise<string> {
      const url = await customer();
      await paidup.call('POST', `${url}/credits`, { amount: '10.00', reason: 'gift' });
      await paidup.call('POST', `${url}/subscriptions`, { plan: 'metered' });
      await paidup.call('PUT', `${url}/payment-method`, { token });
      await paidup.call('PUT', `${url}/top-up-settings`, { enabled: true, min_balance: '10', up_to_balance: '100' });
      return url;
    }

    it('fires on the event that takes the wallet below the minimum: 9.999 charges 90.01, 10 nothing', async () => {
      const url = await low('card_succeeds');
      await paidup.engine.charges.idle();
      const exactly = await wallet(url);
      await use(url, 'a', '1');
      await paidup.engine.charges.idle();
      const { body: statement } = await paidup.call('GET', `${url}/statement?kind=top_up`);

      expect(exactly['available']).toBe('10.00');
      expect(statement.data).toMatchObject([{ description: 'Automatic top-up', credit: '90.01' }]);
      expect((await paidup.call('GET', `${url}/top-up-settings`)).body).toMatchObject({ enabled: true, topped_up_today: '90.01', charging: null, halted: null });
    });

    it('fires once for any number of events at once', async () => {
      const url = await low('card_succeeds');
      await Promise.all(Array.from({ length: 40 }, (_, index) => use(url, `e-${index}`, '1')));
      await paidup.engine.charges.idle();

      expect((await paidup.call('GET', `${url}/statement?kind=top_up`)).body.data).toHaveLength(1);
    });

    it('is switched off by a decline, says why, and waits when it is switched on again with the same card', async () => {
      const url = await low('card_declines');
      await use(url, 'a', '1');
      await paidup.engine.charges.idle();
      const off = (await paidup.call('GET', `${url}/state`)).body.top_up;
      await paidup.call('PUT', `${url}/top-up-settings`, { enabled: true, min_balance: '10', up_to_balance: '100' });
      await paidup.engine.charges.idle();
      const waiting = (await paidup.call('GET', `${url}/top-up-settings`)).body;
      await paidup.call('PUT', `${url}/payment-method`, { token: 'card_succeeds' });
      await use(url, 'b', '1');
      await paidup.engine.charges.idle();

      expect(off).toMatchObject({ enabled: false, switched_off: 'insufficient_funds', charging: null });
      expect(waiting).toMatchObject({ enabled: true, switched_off: null, halted: { reason: 'cool_off', until: '2026-03-10T13:00:00Z' } });
      // 9.998 is left: what is missing is 100 - 9.99.
      expect((await paidup.call('GET', `${url}/statement?kind=top_up`)).body.data).toMatchObject([{ credit: '90.01' }]);
    });
  });

  describe('what is bought from the wallet', () => {
    it('is refused without the money, and pro rata with it', async () => {
      const url = await customer();
      const poor = await paidup.call('POST', `${url}/subscriptions`, { plan: 'storage', quantities: { gb: '100' } });
      await paidup.call('POST', `${url}/credits`, { amount: '20.00', reason: 'gift' });
      const { body: bought } = await paidup.call('POST', `${url}/subscriptions`, { plan: 'storage', quantities: { gb: '100' } });
      const change = { quantities: { gb: '140' } };
      const preview = await paidup.call('POST', `/v1/subscriptions/${String(bought.id)}/change/preview`, change);
      await paidup.call('POST', `/v1/subscriptions/${String(bought.id)}/change`, change);
      const tooMuch = await paidup.call('POST', `/v1/subscriptions/${String(bought.id)}/change`, { quantities: { gb: '1000' } });

      expect([poor.status, poor.body.type, tooMuch.status]).toEqual([402, '/problems/insufficient_funds', 402]);
      expect(preview.status).toBe(200);
      // 20 less 14.00 for the period and 5.60 for 40 more of it.
      expect(await wallet(url)).toMatchObject({ balance: '0.40' });
    });
  });

  describe('the statement', () => {
    it('adds up, is filtered, and comes as a file', async () => {
      const url = await customer();
      await paidup.call('POST', `${url}/credits`, { amount: '10.00', reason: '=1+1' });
      paidup.clock.advance(86_400_000);
      await paidup.call('POST', `${url}/adjustments`, { amount: '-3.00', reason: 'typing error' });
      const { body: all } = await paidup.call('GET', `${url}/statement`);
      const { body: later } = await paidup.call('GET', `${url}/statement?from=2026-03-11T00:00:00Z`);
      const csv = await paidup.app.inject({ url: `${url}/statement.csv`, headers: { authorization: `Bearer ${paidup.secretKey}` } });
      const xlsx = await paidup.app.inject({ url: `${url}/statement.xlsx`, headers: { authorization: `Bearer ${paidup.secretKey}` } });

      expect([all.opening_balance, all.credits, all.debits, all.closing_balance, all.data.map((row: { balance: string }) => row.balance)]).toEqual(['0.00', '10.00', '3.00', '7.00', ['10.00', '7.00']]);
      expect([later.opening_balance, later.data.length, later.closing_balance]).toEqual(['10.00', 1, '7.00']);
      expect(csv.body.split('\r\n')).toEqual([
        'Date (UTC),Kind,Description,Service,Quantity,Unit,Participant,Reason,Credit,Debit,Balance,Currency',
        "2026-03-10T12:00:00Z,grant,Credit,,,,,'=1+1,10.00,,10.00,USD",
        '2026-03-11T12:00:00Z,adjustment,Adjustment,,,,,typing error,,3.00,7.00,USD',
        '',
      ]);
      expect([xlsx.statusCode, xlsx.rawPayload.subarray(0, 2).toString()]).toEqual([200, 'PK']);
      paidup.clock.set(at(NOW));
    });
  });
});
