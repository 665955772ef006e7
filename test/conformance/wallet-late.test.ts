import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bookDueCustomers } from '../../src/service/booking.js';
import { findCustomerId } from '../../src/service/customer.js';
import { settleOpenPayments } from '../../src/service/payment.js';
import { verifyStore } from '../../src/service/verify.js';
import { selectDue } from '../../src/store/customer.js';
import { selectCustomerPayments } from '../../src/store/payment.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const NOW = '2026-01-01T00:00:00Z';

/** Faults that were found once: what a wallet came to depended on when a worker or an answer came. */
describe('a wallet whose worker or whose answers come late', () => {
  let paidup: TestPaidup;
  let name = '';
  let made = 0;

  const call = (method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown) => paidup.call(method, `/v1/customers/${name}${path}`, body);
  const use = (n: string) => paidup.call('POST', '/v1/events', { events: [{ id: `e${(made += 1)}`, customer: name, name: 'call', properties: { n } }] });
  const credit = (amount: string, over: object = {}) => call('POST', '/credits', { amount, reason: 'gift', ...over });
  const fillBetween = (over: object = {}) => call('PUT', '/top-up-settings', { enabled: true, min_balance: '10', up_to_balance: '20', ...over });
  const dueAt = async (): Promise<number> => selectDue(paidup.engine.database, await findCustomerId(paidup.engine, name));
  const state = async (moment?: string) => {
    const { revision: _revision, customer: _customer, ...rest } = (await call('GET', `/state${moment === undefined ? '' : `?at=${moment}`}`)).body;
    return rest;
  };
  const work = () =>
    bookDueCustomers(paidup.engine, (customer, error) => {
      throw new Error(customer, { cause: error });
    });

  beforeAll(async () => {
    paidup = await startPaidup({ now: at(NOW) });
    await paidup.call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'sum', property: 'n' });
    const common = { currency: 'USD', interval: { unit: 'month', count: 1 } };
    const calls = { code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '1' }, paid_from: 'wallet' };
    const base = { code: 'base', type: 'fixed', amount: '10' };
    await paidup.call('PUT', '/v1/plans/metered', { ...common, prices: [calls] });
    await paidup.call('PUT', '/v1/plans/daily', { ...common, prices: [{ ...calls, window: { unit: 'day' } }] });
    await paidup.call('PUT', '/v1/plans/bought', { ...common, prices: [{ ...base, paid_from: 'wallet' }, calls] });
    await paidup.call('PUT', '/v1/plans/graceful', { ...common, invoice_grace_hours: 24, prices: [{ ...base, paid_from: 'wallet' }, calls] });
    await paidup.call('PUT', '/v1/plans/invoiced', { ...common, prices: [base, calls] });
  });
  beforeEach(async () => {
    name = `c${(made += 1)}`;
    paidup.clock.set(at(NOW));
    await paidup.call('POST', '/v1/customers', { external_id: name, currency: 'USD' });
  });
  afterAll(async () => {
    paidup.clock.set(at('2026-03-01T00:00:00Z'));
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    await paidup.stop();
  });

  describe.each([true, false])('with a worker that was there on time: %s', (isOnTime) => {
    async function turn(plan: string, given: string, used: string) {
      await credit(given);
      await call('POST', '/subscriptions', { plan });
      paidup.clock.set(at('2026-02-01T00:00:00Z'));
      if (isOnTime) await work();
      paidup.clock.set(at('2026-02-01T01:00:00Z'));
      await use(used);
      const before = await state();
      await work();
      const after = await state();
      expect(after).toEqual(before);
      return [after.subscriptions[0].status, after.wallet[0].balance, after.wallet[0].accrued, after.owed.amount];
    }

    it('nothing counts in a subscription that the wallet could not pay for at its turn', async () => {
      expect(await turn('bought', '12.00', '1')).toEqual(['canceled', '2.00', '0.00', '0.00']);
    });

    it('a turn is paid for by what was there, not by what later use left', async () => {
      expect(await turn('bought', '25.00', '8')).toEqual(['active', '5.00', '8.00', '0.00']);
      name = `c${(made += 1)}`;
      paidup.clock.set(at(NOW));
      await paidup.call('POST', '/v1/customers', { external_id: name, currency: 'USD' });
      expect(await turn('invoiced', '25.00', '8')).toEqual(['active', '5.00', '8.00', '0.00']);
    });

    it('credit expires before later use, however much there is to be booked before it', async () => {
      await credit('100.00', { expires_at: '2026-02-09T12:00:00Z' });
      await call('POST', '/subscriptions', { plan: 'daily' });
      for (let day = 1; day <= 31; day += 1) {
        await use('1');
        paidup.clock.advance(86_400_000);
      }
      if (isOnTime) await work();
      paidup.clock.set(at('2026-02-09T12:00:00Z'));
      if (isOnTime) await work();
      paidup.clock.advance(3_600_000);
      await use('5');
      await work();

      expect((await call('GET', '/wallet')).body.data[0]).toMatchObject({ balance: '0.00', accrued: '5.00', available: '-5.00' });
    });
  });

  it.each([['13.00', 'canceled', '2.00'], ['23.00', 'active', '2.00']])('pays for a turn at once, whatever its invoices wait for: of %s', async (given, status, left) => {
    await credit(given);
    await call('POST', '/subscriptions', { plan: 'graceful' });
    await use('1');
    paidup.clock.set(at('2026-02-01T01:00:00Z'));
    await work();
    const then = await state();
    await use('1');
    paidup.clock.set(at('2026-02-02T01:00:00Z'));
    await work();

    expect([then.subscriptions[0].status, then.wallet[0].balance, (await state()).subscriptions[0].status]).toEqual([status, left, status]);
  });

  it('is looked at again when the cool-off is over, also if it was switched on in it', async () => {
    await credit('9.00');
    await call('PUT', '/payment-method', { token: 'card_declines' });
    for (let times = 0; times < 2; times += 1) {
      await fillBetween();
      await paidup.engine.charges.idle();
    }

    expect(await dueAt()).toBe(at('2026-01-01T01:00:00Z'));
  });

  it('is looked at again after the day whose ceiling a late answer met', async () => {
    await credit('11.00');
    await call('POST', '/subscriptions', { plan: 'metered' });
    await call('PUT', '/payment-method', { token: 'card_times_out' });
    await fillBetween({ daily_ceiling: '20' });
    await use('2');
    await paidup.engine.charges.idle();
    await use('15');
    await settleOpenPayments(paidup.engine);

    expect((await call('GET', '/top-up-settings')).body).toMatchObject({ topped_up_today: '11.00', halted: { reason: 'daily_ceiling' } });
    expect(await dueAt()).toBe(at('2026-01-02T00:00:00Z'));
  });

  it('has in no state of the past what had not been answered by then', async () => {
    await call('PUT', '/payment-method', { token: 'card_times_out' });
    await call('POST', '/top-ups', { amount: '50' });
    paidup.clock.set(at('2026-01-03T00:00:00Z'));
    const then = await state();
    paidup.clock.set(at('2026-01-04T00:00:00Z'));
    await settleOpenPayments(paidup.engine);
    paidup.clock.set(at('2026-01-05T00:00:00Z'));

    expect(await state('2026-01-03T00:00:00Z')).toEqual(then);
    expect((await state('2026-01-04T00:00:00Z')).wallet[0].balance).toBe('50.00');
  });

  it('of a customer who has gone is filled by no new charge', async () => {
    const id = await findCustomerId(paidup.engine, name);
    await credit('11.00');
    await call('POST', '/subscriptions', { plan: 'metered' });
    await call('PUT', '/payment-method', { token: 'card_times_out' });
    await fillBetween();
    await use('2');
    await paidup.engine.charges.idle();
    await use('15');
    await call('DELETE', '');
    await settleOpenPayments(paidup.engine);
    await paidup.engine.charges.idle();

    expect((await selectCustomerPayments(paidup.engine.database, id)).map(({ result }) => result?.outcome)).toEqual(['succeeded']);
  });
});
