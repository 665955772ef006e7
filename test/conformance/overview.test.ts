import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bucketOf } from '../../src/core/customer.js';
import { instant } from '../../src/core/instant.js';
import { findCustomerId } from '../../src/service/customer.js';
import { refreshOutlines } from '../../src/service/outline.js';
import { verifyStore } from '../../src/service/verify.js';
import { statement } from '../../src/store/statement.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const MONTH = { unit: 'month', count: 1 } as const;
const NOW = '2026-03-20T00:00:00Z';
const spoilSpan = statement('test_spoil_span', `update subscription_spans set amount = amount + 1 where bucket = $1 and customer_id = $2`);
const spoilAttention = statement('test_spoil_attention', `insert into customer_attentions (bucket, customer_id, kind, detail, account_number) values ($1, $2, 'wallet_low', 'nothing', 1)`);
const spoilTotal = statement('test_spoil_total', `update usage_totals set value = value + 1 where meter_code = 'hours' and starts_at = (select min(starts_at) from usage_totals where meter_code = 'hours')`);
const dropOutline = statement('test_drop_outline', `with gone as (delete from subscription_spans where bucket = $1 and customer_id = $2) delete from customer_outlines where bucket = $1 and customer_id = $2`);
const spoilStanding = statement('test_spoil_whole_standing', `with spoiled as (update customers set standing = standing || 'x' where bucket = $1 and id = $2) update customer_outlines set until = '-infinity' where bucket = $1 and customer_id = $2`);
const mendStanding = statement('test_mend_whole_standing', `update customers set standing = left(standing, -1) where bucket = $1 and id = $2`);
const markOften = statement('test_mark_often', `insert into usage_marks (starts_at, name) select '2026-03-10T00:30:00Z', 'compute' from generate_series(1, 25000)`);
const addTotal = statement('test_add_total', `insert into usage_totals (starts_at, meter_code, events, value) values ('2020-01-01T00:00:00Z', 'hours', 1, 1)`);

describe.each(STORES)('the overview on %s', (store) => {
  let paidup: TestPaidup;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- bodies of every shape
  const read = async (path: string): Promise<any> => {
    const { status, body } = await paidup.call('GET', path);
    expect(status, JSON.stringify(body)).toBe(200);
    return body;
  };

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-03-01T00:00:00Z') });
    const { call, clock } = paidup;
    await call('PUT', '/v1/meters/hours', { name: 'Hours', event_name: 'compute', aggregation: 'sum', property: 'seconds', unit: 'hour', conversion: { divide_by: '3600', round: 'up' } });
    await call('PUT', '/v1/meters/peak', { event_name: 'compute', aggregation: 'max', property: 'seconds' });
    await call('PUT', '/v1/meters/quiet', { event_name: 'nothing', aggregation: 'count' });
    const plan = (code: string, over: object, amount = '10') => call('PUT', `/v1/plans/${code}`, { currency: 'EUR', interval: MONTH, prices: [{ code: 'base', type: 'fixed', amount, per_seat: true }], ...over });
    await plan('pro', { collection: 'charge' });
    await plan('yearly', { interval: { unit: 'year', count: 1 } }, '100');
    await plan('dollars', { currency: 'USD' });
    await plan('tried', { trial_days: 30 });
    await plan('limited', { prices: [{ code: 'hours', type: 'usage', meter: 'hours', included: '2', overage: 'blocked', model: { type: 'per_unit', amount: '0' } }] });
    await plan('wallet', { prices: [{ code: 'hours', type: 'usage', meter: 'hours', paid_from: 'wallet', model: { type: 'per_unit', amount: '1' } }] });
    const begin = async (name: string, code: string, { card, over = {} }: { card?: string; over?: object } = {}): Promise<void> => {
      await call('PUT', `/v1/customers/${name}`, { currency: code === 'dollars' ? 'USD' : 'EUR', name: name.toUpperCase() });
      if (card !== undefined) await call('PUT', `/v1/customers/${name}/payment-method`, { token: card });
      await call('POST', `/v1/customers/${name}/subscriptions`, { plan: code, ...over });
      await paidup.engine.charges.idle();
    };
    await begin('one', 'pro', { card: 'card_succeeds', over: { quantities: { base: '3' }, coupon: undefined } });
    await begin('two', 'pro', { card: 'card_declines' });
    await begin('yearly', 'yearly');
    await begin('dollar', 'dollars');
    await begin('tried', 'tried');
    await begin('limited', 'limited');
    await begin('poor', 'wallet');
    await begin('ended', 'dollars');
    const { data } = await read('/v1/customers/ended/subscriptions');
    await call('POST', `/v1/subscriptions/${String(data[0].id)}/cancel`, {});
    const [invoice] = (await read('/v1/customers/ended/invoices')).data;
    await call('POST', `/v1/invoices/${String(invoice.id)}/void`, {});
    const [dollar] = (await read('/v1/customers/dollar/invoices')).data;
    await call('POST', `/v1/invoices/${String(dollar.id)}/credit-notes`, { amount: '4.00' });
    const event = (id: string, customer: string, timestamp: string, seconds: unknown) => ({ id, customer, name: 'compute', timestamp, properties: { seconds } });
    clock.set(at(NOW));
    await call('POST', '/v1/events', { events: [
      event('a', 'one', '2026-03-09T23:30:00Z', '1800'), event('b', 'one', '2026-03-10T00:30:00Z', 900), event('c', 'limited', '2026-03-10T10:00:00Z', '7200'), event('c', 'limited', '2026-03-10T10:00:00Z', '7200'),
      event('d', 'two', '2026-03-10T10:05:00Z', '0.5'), event('e', 'poor', '2026-03-11T00:00:00Z', '3600'),
    ] });
  });
  afterAll(() => paidup.stop());

  it('counts what there is, and what it brings in by month and currency', async () => {
    const { customers, subscriptions, recurring, behind } = await read('/v1/overview');

    expect({ customers, subscriptions, behind }).toEqual({ customers: 8, subscriptions: { active: 6, trialing: 1, paused: 0, scheduled: 0 }, behind: 0 });
    // 3 x 10 and 10 a month, 100 / 12 of the year; nothing of the trial.
    expect(recurring).toEqual([{ amount: '48.33', currency: 'EUR' }, { amount: '10.00', currency: 'USD' }]);
  });

  it('says what somebody should look at, with the list that has all of it', async () => {
    const { attention } = await read('/v1/overview');

    expect(attention.customers.map(({ kind, count, first }: { kind: string; count: number; first: Array<{ external_id: string; detail: string }> }) => [kind, count, first.map((each) => [each.external_id, each.detail])])).toEqual([
      ['limit_reached', 1, [['limited', 'Nothing is left of "hours" in this window.']]],
      ['wallet_low', 1, [['poor', 'Nothing is available in EUR.']]],
      ['top_up_off', 0, []],
    ]);
    expect(attention.invoices.map(({ kind, count, due, first }: { kind: string; count: number; due: unknown; first: Array<{ external_id: string; name: string }> }) => [kind, count, due, first.map((each) => [each.external_id, each.name])])).toEqual([
      ['payment_failed', 1, [{ amount: '10.00', currency: 'EUR' }], [['two', 'TWO']]],
      ['overdue', 2, [{ amount: '100.00', currency: 'EUR' }, { amount: '6.00', currency: 'USD' }], [expect.anything(), expect.anything()]],
    ]);
    for (const { filter, count } of [...attention.customers, ...attention.invoices] as Array<{ filter: { list: string; query: Record<string, string> }; count: number }>) {
      expect((await read(`/v1/${filter.list}?${new URLSearchParams(filter.query).toString()}`)).data).toHaveLength(count);
    }
    expect((await read('/v1/overview?overdue_days=30')).attention.invoices[1]).toMatchObject({ count: 0, due: [], filter: { list: 'invoices', query: { attention: 'overdue', overdue_days: '30' } } });
  });

  it('adds usage of everybody up, by the calendar of a zone', async () => {
    const days = await read('/v1/overview/usage?from=2026-03-09T00:00:00Z&to=2026-03-12T00:00:00Z');
    const inMadrid = await read('/v1/overview/usage?from=2026-03-08T23:00:00Z&to=2026-03-10T23:00:00Z&timezone=Europe/Madrid');
    const [hours] = days.meters;

    expect(hours).toMatchObject({ meter: 'hours', name: 'Hours', unit: 'hour' });
    // Not rounded up: half an hour; 8,100.5 seconds; an hour.
    expect(hours.data.map(({ start, value, events }: { start: string; value: string; events: number }) => [start, value, events])).toEqual([
      ['2026-03-09T00:00:00Z', '0.5', 1], ['2026-03-10T00:00:00Z', '2.2501388888888889', 3], ['2026-03-11T00:00:00Z', '1', 1],
    ]);
    expect(inMadrid.meters[0].data.map(({ start, value }: { start: string; value: string }) => [start, value])).toEqual([['2026-03-08T23:00:00Z', '0'], ['2026-03-09T23:00:00Z', '2.7501388888888889']]);
    expect(days.meters.slice(1).map(({ meter, data }: { meter: string; data: Array<{ value: string | null; events: number }> }) => [meter, data.map(({ value, events }) => [value, events])])).toEqual([
      ['peak', [[null, 1], [null, 3], [null, 1]]],
      ['quiet', [['0', 0], ['0', 0], ['0', 0]]],
    ]);
  });

  it('takes late usage in, and what a meter counts that is new', async () => {
    const month = async (): Promise<Record<string, string>> => {
      const { meters } = await read('/v1/overview/usage?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z&by=month');
      return Object.fromEntries(meters.map(({ meter, data }: { meter: string; data: Array<{ value: string }> }) => [meter, data[0]?.value]));
    };
    const before = await month();
    await paidup.call('POST', '/v1/events', { events: [{ id: 'late', customer: 'one', name: 'compute', timestamp: '2026-03-02T00:00:00Z', properties: { seconds: '3600' } }] });
    await paidup.call('PUT', '/v1/meters/runs', { event_name: 'compute', aggregation: 'count' });
    await paidup.call('PUT', '/v1/meters/quiet', { event_name: 'compute', aggregation: 'count' });
    const after = await month();

    expect([before['hours'], after['hours'], after['runs'], after['quiet']]).toEqual(['3.7501388888888889', '4.7501388888888889', '6', '6']);
  });

  it('counts what no text can hold, and every way to write a number', async () => {
    await paidup.call('PUT', '/v1/meters/odd', { event_name: 'odd', aggregation: 'sum', property: 'n' });
    await paidup.call('PUT', '/v1/meters/kinds', { event_name: 'odd', aggregation: 'count' });
    const odd: object[] = [
      { n: '1', note: 'a\u0000b' }, { n: 2, note: 'half \ud83d' }, { n: '4', 'a\u0000': 1 }, { n: '8', note: '\\u0000' }, { n: ' 1 ' }, { n: 16 }, { n: '+32' }, { n: '.5' }, { n: 1e21 }, { n: 1e-7 }, { n: '-64' }, { n: `0.${'0'.repeat(61)}1` }, { n: '64', note: '\u0007' },
    ];
    const { body } = await paidup.call<{ results: Array<{ status: string }> }>('POST', '/v1/events', { events: odd.map((properties, index) => ({ id: `odd-${index}`, customer: 'one', name: 'odd', timestamp: `2026-03-15T00:${10 + index}:00Z`, occurrences: '3', properties })) });
    const { meters } = await read('/v1/overview/usage?from=2026-03-15T00:00:00Z&to=2026-03-16T00:00:00Z');
    const told = Object.fromEntries(meters.map(({ meter, data }: { meter: string; data: Array<{ value: string; events: number }> }) => [meter, [data[0]?.value, data[0]?.events]]));

    // One says no number, and was refused.
    expect(body.results.filter(({ status }) => status === 'refused')).toHaveLength(1);
    expect(told['odd']).toEqual([`1000000000000000000063.5000001${'0'.repeat(54)}1`, 12]);
    expect(told['kinds']).toEqual(['36', 12]);
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
  });

  it('counts all that is marked, however often a stretch was', async () => {
    await paidup.engine.database.rows(markOften, []);
    await paidup.call('POST', '/v1/events', { events: [{ id: 'behind', customer: 'one', name: 'compute', timestamp: '2026-03-16T12:00:00Z', properties: { seconds: '3600' } }] });
    const { meters } = await read('/v1/overview/usage?from=2026-03-16T00:00:00Z&to=2026-03-17T00:00:00Z');

    expect(meters.find(({ meter }: { meter: string }) => meter === 'hours').data[0].value).toBe('1');
  });

  it('knows days that begin at a quarter, and are longer or shorter than others', async () => {
    const moments = ['2026-03-17T18:14:59.999Z', '2026-03-17T18:15:00Z', '2026-03-07T04:59:59Z', '2026-03-08T04:59:59Z', '2026-03-08T05:00:00Z', '2026-03-09T03:59:59.999Z', '2026-03-09T04:00:00Z'];
    await paidup.call('PUT', '/v1/meters/days', { event_name: 'day', aggregation: 'count' });
    await paidup.call('POST', '/v1/events', { events: moments.map((timestamp, index) => ({ id: `day-${index}`, customer: 'one', name: 'day', timestamp })) });
    const counted = async (query: string): Promise<unknown[]> => {
      const { meters } = await read(`/v1/overview/usage?${query}`);
      return meters.find(({ meter }: { meter: string }) => meter === 'days').data.map(({ start, value }: { start: string; value: string }) => [start, value]);
    };

    expect(await counted('from=2026-03-17T12:00:00Z&to=2026-03-18T12:00:00Z&timezone=Asia/Kathmandu')).toEqual([['2026-03-16T18:15:00Z', '1'], ['2026-03-17T18:15:00Z', '1']]);
    // The clock goes forward on the 8th: a day of 23 hours.
    expect(await counted('from=2026-03-07T05:00:00Z&to=2026-03-10T03:00:00Z&timezone=America/New_York')).toEqual([['2026-03-07T05:00:00Z', '1'], ['2026-03-08T05:00:00Z', '2'], ['2026-03-09T04:00:00Z', '1']]);
    expect(await counted('from=2026-03-09T03:00:00Z&to=2026-03-09T05:00:00Z&by=week&timezone=America/New_York')).toEqual([['2026-03-02T05:00:00Z', '4'], ['2026-03-09T04:00:00Z', '1']]);
    expect(await counted('from=2026-03-17T18:00:00Z&to=2026-03-17T19:00:00Z&by=hour&timezone=Asia/Kathmandu')).toEqual([['2026-03-17T17:15:00Z', '1'], ['2026-03-17T18:15:00Z', '1']]);
  });

  it('speaks of features as they are named and joined now', async () => {
    const { call } = paidup;
    const define = (name: string, combine: string) => call('PUT', '/v1/features/seats', { name, type: 'metered', meter: 'seats', combine });
    const reached = async () => (await read('/v1/overview')).attention.customers[0].first.filter(({ external_id: id }: { external_id: string }) => id === 'renamed').map(({ detail }: { detail: string }) => detail);
    await call('PUT', '/v1/meters/seats', { event_name: 'seat', aggregation: 'count' });
    await define('Seats', 'add');
    await call('PUT', '/v1/plans/seats', { currency: 'EUR', interval: MONTH, prices: [{ code: 'seats', type: 'usage', meter: 'seats', included: '2', overage: 'blocked', model: { type: 'per_unit', amount: '0' } }], features: [{ feature: 'seats', price: 'seats' }] });
    await call('PUT', '/v1/customers/renamed', { currency: 'EUR' });
    for (let times = 0; times < 2; times += 1) await call('POST', '/v1/customers/renamed/subscriptions', { plan: 'seats' });
    await call('POST', '/v1/events', { events: [1, 2].map((index) => ({ id: `seat-${index}`, customer: 'renamed', name: 'seat', timestamp: '2026-03-20T00:00:00Z' })) });
    const before = await reached();
    await define('Seats', 'max');
    const joined = await reached();
    await define('Chairs', 'max');

    expect([before, joined, await reached()]).toEqual([[], ['Nothing is left of "Seats".'], ['Nothing is left of "Chairs".']]);
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
  });

  it('tells what was invoiced and credited, by month and currency', async () => {
    const { data } = await read('/v1/overview/revenue?from=2026-02-15T00:00:00Z&to=2026-03-20T00:00:00Z');

    expect(data.map(({ start, invoices, invoiced, credited }: { start: string; invoices: number; invoiced: { amount: string; currency: string }; credited: { amount: string } }) => [start, invoiced.currency, invoices, invoiced.amount, credited.amount])).toEqual([
      ['2026-02-01T00:00:00Z', 'EUR', 0, '0.00', '0.00'], ['2026-02-01T00:00:00Z', 'USD', 0, '0.00', '0.00'],
      ['2026-03-01T00:00:00Z', 'EUR', 3, '140.00', '0.00'], ['2026-03-01T00:00:00Z', 'USD', 1, '10.00', '4.00'],
    ]);
    expect((await read('/v1/overview/revenue')).data).toHaveLength(24);
  });

  it('refuses what makes no sense, and customers', async () => {
    const status = async (path: string, key = paidup.secretKey): Promise<number> => (await paidup.call('GET', path, undefined, { authorization: `Bearer ${key}` })).status;
    const reading = (await paidup.call<{ key: string }>('POST', '/v1/api-keys', { kind: 'secret', scopes: ['*:read'] })).body.key;

    const ends = ['usage?from=9999-12-01T00:00:00Z&to=9999-12-31T23:59:59Z', 'revenue?to=9999-12-31T23:59:59Z', 'usage?by=month&to=0000-01-01T00:00:00Z', 'revenue?from=1899-12-31T00:00:00Z&to=1900-01-02T00:00:00Z'];
    expect(await Promise.all(ends.map((path) => status(`/v1/overview/${path}`)))).toEqual([400, 400, 400, 400]);
    expect([await status('/v1/events?from=0000-06-01T00:00:00Z'), await status('/v1/invoices?from=0000-06-01T00:00:00Z'), await status('/v1/customers/one/state?at=0000-06-01T00:00:00Z')]).toEqual([400, 400, 400]);
    expect(await status('/v1/overview/revenue?from=9998-12-01T00:00:00Z&to=9999-01-01T00:00:00Z&timezone=America/New_York')).toBe(200);
    expect([await status('/v1/overview/usage?timezone=Mars'), await status('/v1/overview/usage?by=hour&from=2020-01-01T00:00:00Z'), await status('/v1/overview/revenue?by=hour'), await status('/v1/overview?overdue_days=-1')]).toEqual([400, 400, 400, 400]);
    expect([await status('/v1/overview', await paidup.customerKey('one')), await status('/v1/overview', reading)]).toEqual([403, 200]);
  });

  it('is proven by verify, which finds and mends what is wrong', async () => {
    const { engine } = paidup;
    const before = [await read('/v1/overview'), await read('/v1/overview/usage')];
    expect((await verifyStore(engine, { isRepair: false })).differences).toEqual([]);
    const id = await findCustomerId(engine, 'one');
    for (const spoil of [spoilSpan, spoilAttention]) await engine.database.rows(spoil, spoil === spoilSpan ? [bucketOf(id), id] : [bucketOf(id), id]);
    await engine.database.rows(spoilTotal, []);
    await engine.database.rows(addTotal, []);
    const { differences } = await verifyStore(engine, { isRepair: true });

    expect(differences.map(({ what, customerId }) => [what, customerId]).sort(([left], [right]) => ((left ?? '') < (right ?? '') ? -1 : 1))).toEqual([['outline', id], ['outline', id], ['outline', id], ['total', null], ['total', null]]);
    expect([await read('/v1/overview'), await read('/v1/overview/usage')]).toEqual(before);
    expect((await verifyStore(engine, { isRepair: false })).differences).toEqual([]);
  });

  it('makes an outline that was not there once verify has found that', async () => {
    const { engine } = paidup;
    const id = await findCustomerId(engine, 'two');
    const before = await read('/v1/overview');
    await engine.database.rows(dropOutline, [bucketOf(id), id]);

    expect((await verifyStore(engine, { isRepair: true })).differences.map(({ what, customerId }) => [what, customerId])).toEqual([['outline', id]]);
    expect((await verifyStore(engine, { isRepair: false })).differences).toEqual([]);
    expect(await read('/v1/overview')).toEqual(before);
  });

  it('goes on without a customer whose facts make no state, tells of it, and tries it again', async () => {
    const { engine, clock } = paidup;
    const id = await findCustomerId(engine, 'two');
    const { customers } = await read('/v1/overview');
    await engine.database.rows(spoilStanding, [bucketOf(id), id]);
    await paidup.call('PUT', '/v1/customers/three', { currency: 'EUR' });
    const failed: string[] = [];
    await refreshOutlines(engine, (customerId) => failed.push(customerId));

    expect(failed).toEqual([id]);
    expect(await read('/v1/overview')).toMatchObject({ customers: customers + 1, behind: 0 });
    await engine.database.rows(mendStanding, [bucketOf(id), id]);
    clock.set(instant(clock.now() + 60_000));
    expect(await refreshOutlines(engine, (customerId) => failed.push(customerId))).toBe(1);
    expect(failed).toEqual([id]);
  });
});
