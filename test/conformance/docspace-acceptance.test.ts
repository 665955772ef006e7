import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docspaceEvent } from '../../src/cli/demo/docspace-catalog.js';
import { TARIFF_STATES, tariffStanding } from '../../src/http/surfaces/docspace/tariff.js';
import { at } from '../support/core.js';
import { DENIED, PORTAL_ROOT, fault, faultsOf, invalid, startDocspace, type Json, type Portal } from '../support/docspace.js';
import { READS, TOP_UP_ALIAS, faultsIn } from '../support/docspace-sdk.js';

const GIGABYTE = 1024 ** 3;
const PYTHON = ['python3', 'python'].find((name) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${name}`)));
const ENVELOPE: Json = { 'response?': 'anything', count: 'integer', links: [{ href: 'string', action: 'string' }], status: 'integer', statusCode: 'integer' };

/** The list of contracts/docspace.md section 10, point by point. */
describe('acceptance of the DocSpace surface', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  const deposit = (as: string, amount: unknown, currency = 'USD') => portal.ask('POST', 'payment/deposit', { as, body: { amount, currency } });
  const storage = (as: string, quantity: number | null, productQuantityType: number) => portal.ask('PUT', 'payment/updatewallet', { as, body: { quantity: { storage: quantity }, productQuantityType } });
  const amountOf = async (as: string): Promise<number> => (await portal.get('payment/customer/balance', as)).subAccounts[0].amount;
  const feature = async (as: string, id: string): Promise<Json> => (await portal.get('payment/quota', as)).features.find((one: Json) => one.id === id);
  const used = (customer: string, name: string, events: ReadonlyArray<readonly [id: string, timestamp: string, value?: string]>) =>
    portal.paidup.call('POST', '/v1/events', { events: events.map(([id, timestamp, value]) => ({ id, customer, name, timestamp, ...(value === undefined ? {} : { properties: { value } }) })) });

  it('1. the seed scripts run but for address and key; the Python one prints real top-up values', async () => {
    const url = await portal.paidup.app.listen({ port: 0, host: '127.0.0.1' });
    const run = async (command: string, name: string): Promise<string> =>
      (await promisify(execFile)(command, [new URL(`./scripts/${name}`, import.meta.url).pathname], { env: { ...process.env, PORTAL_URL: url, API_KEY: portal.key } })).stdout;
    const printed = [await run(process.execPath, 'docspace.mjs'), await run(process.execPath, 'docspace-quota.mjs'), ...(PYTHON === undefined ? [] : [await run(PYTHON, 'docspace.py')])];

    for (const text of printed) expect(text).not.toMatch(/failed|undefined|None\b/);
    for (const text of [printed[0], ...printed.slice(2)]) expect(text).toMatch(/minBalance: 10\nupToBalance: 100\ncurrency: USD/);
  });

  it.each(['set', 'unset'])('2. the SDKs parse every answer, with top-up %s', async (topUp) => {
    const as = topUp === 'set' ? portal.key : await portal.another('sdk');
    if (topUp === 'unset') {
      await portal.subscribe('sdk', 'docspace_startup');
      await deposit(as, 12);
    }
    const wrong: Record<string, string[]> = {};
    for (const [path, kind] of Object.entries(READS)) {
      const { status, body } = await portal.ask('GET', path, { as });
      const faults = status === 200 ? faultsIn(body.response, kind) : [`${status}`];
      if (path === 'payment/topupsettings') faults.push(...faultsIn(body.settings, TOP_UP_ALIAS), ...(topUp === 'unset' && (body.settings.minBalance ?? body.settings.upToBalance) !== undefined ? ['zeros'] : []));
      if (faults.length > 0) wrong[path] = faults;
    }

    expect(wrong).toEqual({});
  });

  it('3. all five forms of credentials are taken; a bad key gets 401', async () => {
    const forms = (key: string): Array<Record<string, string>> => [
      { authorization: `Bearer ${key}` }, { authorization: key }, { authorization: `Basic ${Buffer.from(`any:${key}`).toString('base64')}` }, { apikeybearer: key }, { cookie: `asc_auth_key=${key}` },
    ];
    const statusOf = async (headers: Record<string, string>) => (await portal.paidup.app.inject({ url: `${PORTAL_ROOT}/payment/customerinfo`, headers })).statusCode;

    expect(await Promise.all(forms(portal.key).map(statusOf))).toEqual([200, 200, 200, 200, 200]);
    expect(await Promise.all(forms(`sk-${'0'.repeat(64)}`).map(statusOf))).toEqual([401, 401, 401, 401, 401]);
  });

  it('4. a key without rights gets 403 "Access denied"; a guest gets 403 on quota', async () => {
    const narrowed = await portal.paidup.customerKey(portal.id, ['files:read']);
    const guest = await portal.paidup.customerKey(portal.id, ['docspace:guest']);
    const answers = [await portal.ask('GET', 'payment/customerinfo', { as: narrowed }), await portal.ask('GET', 'payment/quota', { as: guest })];

    expect(answers.map(({ status, body }) => [status, body])).toEqual([[403, DENIED], [403, DENIED]]);
  });

  it('5. without a customer record: 200 without `response`', async () => {
    const as = await portal.another('nobody', { card: null, email: null });
    for (const path of ['payment/customerinfo', 'payment/customer/balance', 'payment/customer/operations', 'payment/customer/usage']) {
      const { status, body } = await portal.ask('GET', path, { as });
      expect([path, status, Object.keys(body).sort(), body.count]).toEqual([path, 200, ['count', 'links', 'status', 'statusCode'], 0]);
    }
  });

  it('6. ten seats of Business give the vendor\'s figures, and 2791728742400 bytes with 100 GB of storage', async () => {
    const as = await portal.another('figures');
    await portal.subscribe('figures', 'docspace_business', { quantities: { admin: '10' } });
    await portal.payAll('figures');
    const quota = await portal.get('payment/quota', as);
    const value = (id: string): Json => quota.features.find((one: Json) => one.id === id).value;
    await deposit(as, 50);
    await storage(as, 100, 1);

    expect([quota.price.value, value('total_size'), value('manager'), value('file_size'), value('free_backup')]).toEqual([200, 2684354560000, 10, 1073741824, 2]);
    expect((await feature(as, 'total_size')).value).toBe(2791728742400);
    expect(await portal.get('payment/quota', as)).toMatchObject({ price: { value: 200 } });
  });

  it('7. refresh may serve the same or a fresher figure: both are fresh here', async () => {
    const as = await portal.another('fresh');
    await deposit(as, 10);
    const cached = await portal.get('payment/customer/balance?refresh=false', as);
    await deposit(as, 5);
    const reads = [await portal.get('payment/customer/balance?refresh=true', as), await portal.get('payment/customer/balance?refresh=false', as)];

    expect([cached, ...reads].map(({ subAccounts }) => subAccounts[0].amount)).toEqual([10, 15, 15]);
  });

  it('8. auto top-up: 9.999 of 10 to 100 charges 90.01, exactly 10 nothing, and a failing card switches it off', async () => {
    await portal.paidup.call('PUT', '/v1/meters/mills', { name: 'Mills', event_name: 'mill', aggregation: 'sum', property: 'value' });
    await portal.paidup.call('PUT', '/v1/plans/mills', { name: 'Mills', currency: 'USD', interval: { unit: 'month', count: 1 }, prices: [{ code: 'mill', name: 'Mill', type: 'usage', meter: 'mills', model: { type: 'per_unit', amount: '0.001' }, paid_from: 'wallet' }] });
    const settings = { enabled: true, minBalance: 10, upToBalance: 100, currency: 'USD' };
    const spend = async (name: string, card: string, mills: string): Promise<Json> => {
      const as = await portal.another(name);
      await portal.subscribe(name, 'mills');
      await deposit(as, 20);
      await portal.paidup.call('PUT', `/v1/customers/${name}/payment-method`, { token: card });
      await portal.ask('POST', 'payment/topupsettings', { as, body: { settings } });
      await used(name, 'mill', [[`${name}-1`, '2026-11-20T10:00:00Z', mills]]);
      await portal.paidup.engine.charges.idle();
      const credits = (await portal.get('payment/customer/operations?credit=true', as)).collection.map((one: Json) => [one.details, one.credit]);
      return { credits, enabled: (await portal.get('payment/topupsettings', as)).enabled };
    };
    const deposited = ['', 20];

    expect(await spend('below', 'card_succeeds', '10001')).toEqual({ credits: [['Automatic top up', 90.01], deposited], enabled: true });
    expect(await spend('exactly', 'card_succeeds', '10000')).toEqual({ credits: [deposited], enabled: true });
    expect(await spend('fails', 'card_declines', '10001')).toEqual({ credits: [deposited], enabled: false });
  });

  it('9. at due, due+1, due+grace, due+grace+1 days: Paid, Delay, Delay, NotPaid; a trial has no grace', () => {
    const dueAt = at('2026-12-14T08:30:00Z');
    const on = (day: string, isTrial = false) => tariffStanding({ isTrial, dueAt, graceDays: 10, at: at(`${day}T12:00:00Z`) }).state;
    const { trial, paid, delay, notPaid } = TARIFF_STATES;

    expect(['2026-12-14', '2026-12-15', '2026-12-24', '2026-12-25'].map((day) => on(day))).toEqual([paid, delay, delay, notPaid]);
    expect([on('2026-12-14', true), on('2026-12-15', true)]).toEqual([trial, notPaid]);
  });

  it('10. storage Set 0 lapses at its due date, usage above the limit rounds the renewal up; Add 99 gives 400, NotPaid 402', async () => {
    const { clock } = portal.paidup;
    const now = clock.now();
    const [lapses, grows] = [await portal.another('set-zero'), await portal.another('grows')];
    for (const [name, as] of [['set-zero', lapses], ['grows', grows]] as const) {
      await portal.subscribe(name, 'docspace_startup');
      await deposit(as, 100);
    }
    const tooFew = await storage(lapses, 99, 1);
    await storage(lapses, 100, 1);
    await storage(lapses, 0, 0);
    await storage(grows, 100, 1);
    await storage(grows, 50, 0);
    // 2 GB are the plan's: 118.5 more are needed for what is used.
    await used('grows', docspaceEvent('total_size'), [['size', '2026-11-20T10:00:00Z', String(120.5 * GIGABYTE)]]);
    await portal.another('late', { card: 'card_declines' });
    await portal.subscribe('late', 'docspace_business', { quantities: { admin: '1' }, starts_at: '2026-09-01T00:00:00Z' });
    const late = await storage(await portal.paidup.customerKey('late'), 100, 1);
    clock.set(at('2026-12-20T09:59:59Z'));
    const before = (await feature(lapses, 'total_size')).value;
    clock.set(at('2026-12-20T10:00:00Z'));
    const after = [(await feature(lapses, 'total_size')).value, (await portal.get('tariff', lapses)).quotas.filter((row: Json) => row.wallet), await amountOf(lapses)];
    const renewed = [(await portal.get('tariff', grows)).quotas.find((row: Json) => row.wallet).quantity, await amountOf(grows)];
    clock.set(now);

    expect([tooFew.status, late.status, late.body.error.message]).toEqual([400, 402, 'Tariff is not paid']);
    expect([before, after]).toEqual([102 * GIGABYTE, [2 * GIGABYTE, [], 86]]);
    expect(renewed).toEqual([119, 100 - 14 - 16.66]);
  });

  it('11. a deposit of 0 or 1000000 is 400 in the validation shape, another currency 400, no card 403', async () => {
    const as = await portal.another('deposits', { card: null });
    const range = invalid({ Amount: ['The field Amount must be between 1 and 999999.'] });

    expect([faultsOf(await deposit(as, 0)), faultsOf(await deposit(as, 1_000_000))]).toEqual([range, range]);
    expect((await deposit(as, 5, 'EUR')).body).toEqual(fault(400, 'Unsupported currency', 'argument'));
    expect((await deposit(as, 5)).body).toEqual(fault(403, 'Customer payment method is not set', 'operation'));
  });

  it('12. envelopes have their keys exactly, with `settings` on top-up alone, and nothing is null', async () => {
    for (const path of Object.keys(READS)) {
      const { body } = await portal.ask('GET', path);
      const { response: _response, settings, ...rest } = body;
      const { 'response?': _any, ...keys } = ENVELOPE;
      expect([path, faultsIn(rest, keys), settings !== undefined]).toEqual([path, [], path === 'payment/topupsettings']);
      expect([path, JSON.stringify(body).includes('null')]).toEqual([path, false]);
    }
  });
});
