import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDigaDemo } from '../../src/cli/demo/diga.js';
import { loadDocspaceDemo } from '../../src/cli/demo/docspace.js';
import { verifyStore } from '../../src/service/verify.js';
import { importDiga } from '../../src/transfer/diga-import.js';
import { importDocspace } from '../../src/transfer/docspace-import.js';
import type { SingleImport } from '../../src/transfer/single.js';
import { isWhole, type Outcome } from '../../src/transfer/tally.js';
import { openTarget } from '../../src/transfer/target.js';
import { at } from '../support/core.js';
import { listening, type Listening } from '../support/lark-source.js';

/** The projects and portals that the vendors' documents describe, from one Paidup's surfaces into an empty Paidup. */

type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-11-26T10:00:00Z';

let source: Listening;
let target: Listening;
beforeAll(async () => {
  source = await listening(NOW);
  target = await listening(NOW);
});
afterAll(() => Promise.all([source.paidup.stop(), target.paidup.stop()]));

const workOf = (key: string, over: Partial<SingleImport> = {}): SingleImport => ({
  source: { url: source.url, key }, target: openTarget({ url: target.url, key: target.paidup.secretKey, waitsMs: [] }), customer: 'acme', isDry: false, zone: 'UTC', onProgress: () => undefined, ...over,
});
const read = async (side: Listening, path: string, key: string): Promise<Json> => (await side.paidup.inject({ method: 'GET', url: path, headers: { authorization: `Bearer ${key}` } })).json();
const kinds = ({ made }: Outcome): Record<string, number> => Object.fromEntries([...new Set(made.map(({ kind }) => kind))].map((kind) => [kind, made.filter((one) => one.kind === kind).length]));
const lost = ({ left }: Outcome): string[] => left.filter(({ weight }) => weight === 'lost').map(({ kind, source: of, field }) => `${kind} ${of} ${field ?? '*'}`);

describe('a Diga project', () => {
  let key: string;
  beforeAll(async () => {
    const { id } = await loadDigaDemo(source.paidup.engine);
    key = await source.paidup.customerKey(id);
  });
  const run = (over: Partial<SingleImport> = {}) => importDiga(workOf(key, { customer: 'aurora', zone: 'Europe/Madrid', ...over }));

  test('is told beforehand what would be made of it, and nothing is made', async () => {
    const outcome = await run({ isDry: true });
    expect(kinds(outcome)).toEqual({ meter: 5, feature: 5, plan: 1, customer: 1, subscription: 1, usage: 5 });
    expect((await target.paidup.call('GET', '/v1/customers')).body.data).toEqual([]);
  });

  test('has the same plan, dates, limits, use and rollover afterwards, and is not billed again', async () => {
    const outcome = await run();
    expect(lost(outcome)).toEqual(['subscription aurora next_phase']);
    const [there, here] = [await read(source, '/v1/billing/subscription/', key), await read(target, '/v1/billing/subscription/', await target.paidup.customerKey('aurora'))];
    const { next_phase: next, next_invoice_amount: amount, ...same } = there;
    expect(here).toMatchObject(same);
    expect({ next: next.name, amount, minutes: here.minutes_count, carried: here.rollover_minutes_count }).toEqual({ next: 'Basic', amount: 29, minutes: 450, carried: 350 });
    // The next phase is not carried: Pro goes on.
    expect([here.next_phase, here.next_invoice_amount]).toEqual([null, 99]);
    expect((await target.paidup.call('GET', '/v1/customers/aurora/invoices')).body.data).toEqual([]);
  });

  test('is left alone by a second run, and brought up by a later one', async () => {
    expect((await run()).made).toEqual([]);
    await source.paidup.call('POST', '/v1/events', { events: [{ id: 'later', customer: 'diga-project', name: 'call.ended', properties: { seconds: '600' } }, { id: 'later-2', customer: 'diga-project', name: 'knowledge.measured', properties: { bytes: '50000000', items: '24' } }] });
    expect(kinds(await run())).toEqual({ usage: 3 });
    const here = await read(target, '/v1/billing/subscription/', await target.paidup.customerKey('aurora'));
    // 449 minutes and 33 seconds, shown as 450, and 600 seconds more.
    expect(here).toMatchObject({ minutes_count: 460, knowledge_items_count: 24, knowledge_storage_used_bytes: 50_000_000 });
    await target.paidup.call('POST', '/v1/events', { events: [{ id: 'own', customer: 'aurora', name: 'call.ended', properties: { seconds: '60' } }] });
    expect(lost(await run())).toContain('usage aurora, minutes_count *');
  });

  test('of the same plan shares it', async () => {
    const outcome = await run({ customer: 'second' });
    expect(kinds(outcome)).toEqual({ customer: 1, subscription: 1, usage: 6 });
  });

  test.each([
    ['canceled', { next_invoice_date: null, next_invoice_amount: null, next_phase: { name: 'Free', period: 'month', price: 0 } }, []],
    ['canceled, as newer versions tell it', { next_invoice_date: undefined, next_phase: { name: 'Free', period: 'month', price: 0 } }, []],
    ['by the year', { period: 'year', active_since: '2026-03-01T00:00:00Z', period_start: '2026-03-01T00:00:00Z', period_end: '2027-03-01T00:00:00Z', rollover_minutes_count: 2000, minutes_count: 12 }, []],
    ['with more rollover than there can be', { active_since: '2026-11-20T00:00:00Z', period_start: '2026-11-20T00:00:00Z', period_end: '2026-12-20T00:00:00Z', rollover_minutes_count: 100 }, ['rollover_minutes_count']],
    ['of a period that no day gives', { period_end: '2026-12-11T01:00:00Z' }, ['period_start, period_end']],
    ['free, of an old version', { name: 'Free', price: 0, included_minutes: 30, usage_based_billing_enabled: false, overage_price_per_minute: null, max_concurrent_calls: undefined }, []],
  ])('that is %s', async (name, over, fields) => {
    const body = {
      name: 'Pro', price: 49.9, currency: 'EUR', period: 'month', included_minutes: 1400, minutes_count: 100, rollover_minutes_count: 0, overage_price_per_minute: 0.07, usage_based_billing_enabled: true, max_concurrent_calls: 3,
      active_since: '2026-11-10T00:00:00Z', period_start: '2026-11-10T00:00:00Z', period_end: '2026-12-10T00:00:00Z', next_payment_date: '2026-12-10T00:00:00Z', next_invoice_date: '2026-12-10T00:00:00Z', next_invoice_amount: 49.9, next_phase: null, ...over,
    };
    const fetch: typeof globalThis.fetch = async (address) => {
      const isSubscription = new URL(address instanceof Request ? address.url : address).pathname === '/v1/billing/subscription/';
      return new Response(JSON.stringify(isSubscription ? body : { status: 'error', error_code: 'X', message: 'no' }), { status: isSubscription ? 200 : 404 });
    };
    const customer = `diga-${name.replaceAll(/\W+/g, '-')}`;
    const outcome = await run({ customer, zone: 'UTC', source: { url: 'http://127.0.0.1:9', key: 'sk-stand-in', fetch } });
    const here = await read(target, '/v1/billing/subscription/', await target.paidup.customerKey(customer));
    expect(outcome.stopped).toBeNull();
    expect(outcome.left.filter(({ weight }) => weight === 'lost').map(({ source: of, field }) => field ?? of.split(', ')[1])).toEqual(fields);
    expect(here).toMatchObject({ name: body.name, price: body.price, period: body.period, period_end: body.period_end, included_minutes: body.included_minutes, minutes_count: body.minutes_count, usage_based_billing_enabled: body.usage_based_billing_enabled });
    if (fields.length === 0) expect(here).toMatchObject({ period_start: body.period_start, active_since: body.active_since, rollover_minutes_count: body.rollover_minutes_count });
    if (name.startsWith('canceled')) expect(here).toMatchObject({ next_invoice_date: null, next_phase: { price: 0 } });
  });

  test('stops at a wrong key, without telling it', async () => {
    const wrong = `sk-${'0badc0de'.repeat(8)}`;
    const outcome = await importDiga(workOf(wrong, { customer: 'nobody' }));
    expect(outcome.stopped).toMatch(/^stopped: 401 /);
    expect(JSON.stringify(outcome)).not.toContain(wrong);
  });
});

describe('a DocSpace portal', () => {
  let key: string;
  beforeAll(async () => {
    const { id } = await loadDocspaceDemo(source.paidup.engine);
    key = await source.paidup.customerKey(id);
  });
  const run = (over: Partial<SingleImport> = {}) => importDocspace(workOf(key, { customer: 'portal', ...over }));
  const portal = async (path: string): Promise<[Json, Json]> => {
    const full = `/api/2.0/portal/${path}`;
    return [(await read(source, full, key)).response, (await read(target, full, await target.paidup.customerKey('portal'))).response];
  };

  test('is told beforehand what would be made of it, and nothing is made', async () => {
    const outcome = await run({ isDry: true });
    expect(kinds(outcome)).toMatchObject({ customer: 1, plan: 2, subscription: 2, credit: 1, 'top-up settings': 1 });
    expect((await target.paidup.call('GET', '/v1/customers?query=portal')).body.data).toEqual([]);
  });

  test('has the same profile, plan, features with their use, seats, dates, balance and settings afterwards', async () => {
    const outcome = await run();
    expect(lost(outcome)).toEqual(['payment method portal *']);

    const [thereQuota, hereQuota] = await portal('payment/quota');
    const figures = ({ id, title, price, features, dueDate }: Json) => ({ id, title, price, dueDate, features: features.map((feature: Json) => [feature.id, feature.value, feature.used?.value ?? 0]) });
    expect(figures(hereQuota)).toEqual(figures(thereQuota));
    const [thereTariff, hereTariff] = await portal('tariff');
    expect([hereTariff.state, hereTariff.dueDate, hereTariff.quotas]).toEqual([thereTariff.state, thereTariff.dueDate, thereTariff.quotas]);
    const [thereBalance, hereBalance] = await portal('payment/customer/balance');
    expect(hereBalance.subAccounts).toEqual(thereBalance.subAccounts);
    const [thereTopUp, hereTopUp] = await portal('payment/topupsettings');
    expect({ ...hereTopUp, lastModified: '' }).toEqual({ ...thereTopUp, lastModified: '' });
    const [thereInfo, hereInfo] = await portal('payment/customerinfo');
    expect(hereInfo).toMatchObject({ portalId: thereInfo.portalId, email: thereInfo.email, payer: { id: thereInfo.payer.id, displayName: thereInfo.payer.displayName }, paymentMethodStatus: 0 });
    const { data } = (await target.paidup.call('GET', '/v1/customers/portal/ledger')).body;
    expect(data).toMatchObject([{ kind: 'grant', reason: 'imported', entries: [{ account: 'wallet', amount: { amount: '186.42', currency: 'USD' } }, {}] }]);
  });

  test('is left alone by a second run, and more balance is brought by a later one', async () => {
    expect((await run()).made).toEqual([]);
    await source.paidup.call('POST', '/v1/customers/docspace-portal/credits', { amount: '13.58', reason: 'more' });
    expect(kinds(await run())).toEqual({ credit: 1 });
    expect((await portal('payment/customer/balance'))[1].subAccounts).toEqual([{ currency: 'USD', amount: 200 }]);
    await source.paidup.call('POST', '/v1/customers/docspace-portal/adjustments', { amount: '-50', reason: 'less' });
    const less = await run();
    expect([isWhole(less), less.made]).toEqual([false, []]);
    expect(lost(less)).toContain('credit portal, 150 USD *');
  });

  test('stops where the key is not one', async () => {
    expect((await importDocspace(workOf('sk-nothing', { customer: 'nobody' }))).stopped).toMatch(/^stopped: 401/);
  });
});

test('what was brought follows from its facts, and renews as at the source', async () => {
  target.paidup.clock.set(at('2027-01-31T00:00:00Z'));
  const { data } = (await target.paidup.call('GET', '/v1/invoices?customer=portal')).body;
  expect(data).toEqual([]);
  await target.paidup.call('POST', '/v1/customers/portal/credits', { amount: '1', reason: 'books what is due' });
  await target.paidup.call('POST', '/v1/customers/aurora/credits', { amount: '1', reason: 'books what is due' });
  expect((await target.paidup.call('GET', '/v1/customers/portal/invoices')).body.data.length).toBeGreaterThan(0);
  expect((await verifyStore(target.paidup.engine, { isRepair: false })).differences).toEqual([]);
});
