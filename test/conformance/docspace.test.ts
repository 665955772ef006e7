import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDocspaceDemo } from '../../src/cli/demo/docspace.js';
import { instantText, parseInstant, type Instant } from '../../src/core/instant.js';
import { sendFailure } from '../../src/http/surfaces/docspace/envelope.js';
import { createApiKey } from '../../src/service/api-key.js';
import { Overloaded } from '../../src/store/batcher.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';

/** Whatever came as JSON: the tests say what must be in it. */
type Json = ReturnType<typeof JSON.parse>;

/** The examples of contracts/docspace.md section 5, as the reader's tests keep them. */
const examples = JSON.parse(readFileSync(new URL('../../src/reader/docspace.examples.json', import.meta.url), 'utf8')) as Record<string, Json>;
const PAYMENT = '/api/2.0/portal/payment';
const NOW = '2026-11-20T10:00:00Z';
/** When the demo's portal put its last money in: 18 days before. */
const DEPOSITED = '2026-11-02T10:00:00Z';
const EMPTY = (path: string) => ({ count: 0, links: [{ href: `http://portal.example.com${PAYMENT}/${path}`, action: 'GET' }], status: 0, statusCode: 200 });
const DENIED = { error: { message: 'Access denied', type: 'System.Security.SecurityException', stack: null, hresult: -2146233078 }, status: 1, statusCode: 403 };
const UNAUTHORIZED = { error: { message: 'Unauthorized', type: null, stack: null, hresult: 0 }, status: 1, statusCode: 401 };

function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new Error(`not an instant: ${text}`);
  return parsed;
}

/** A Paidup with the demo's portal; `get` reads as that portal unless told another key. */
async function startPortal(options: { store?: (typeof STORES)[number]; now?: string } = {}) {
  const paidup = await startPaidup({ store: options.store ?? 'embedded', now: at(options.now ?? NOW) });
  const { id, externalId } = await loadDocspaceDemo(paidup.engine);
  const key = await paidup.customerKey(id);
  const ask = (path: string, headers: Record<string, string>, method: 'GET' | 'POST' | 'PUT' | 'DELETE' = 'GET') =>
    paidup.app.inject({ method, url: `${PAYMENT}/${path}`, headers: { host: 'portal.example.com', ...headers } });
  const get = async (path: string, as = key): Promise<Json> => (await ask(path, { authorization: as })).json();
  return { paidup, id, externalId, key, ask, get };
}

type Portal = Awaited<ReturnType<typeof startPortal>>;

/** Another customer of the same Paidup, with what `profile` says, and its key. */
async function anotherPortal(paidup: TestPaidup, externalId: string, profile: Record<string, unknown> = {}): Promise<string> {
  await paidup.call('POST', '/v1/customers', { external_id: externalId, ...profile });
  return paidup.customerKey(externalId);
}

function feature(quota: Json, id: string): Json {
  return quota.features.find((one: Json) => one.id === id);
}

async function report(paidup: TestPaidup, events: object[]): Promise<void> {
  const { body } = await paidup.call('POST', '/v1/events', { events });
  expect(body.results.map((result: { status: string }) => result.status)).toEqual(events.map(() => 'accepted'));
}

/** Whether null stands anywhere inside. */
function hasNull(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.values(value).some(hasNull));
}

describe.each(STORES)('the DocSpace surface on the %s store', (store) => {
  let portal: Portal;
  let accountNumber: number;
  beforeAll(async () => {
    portal = await startPortal({ store });
    accountNumber = (await portal.paidup.call('GET', `/v1/customers/${portal.id}`)).body.account_number;
  });
  afterAll(() => portal.paidup.stop());

  it('answers customerinfo as the contract\'s example', async () => {
    expect(await portal.get('customerinfo')).toEqual(examples['/payment/customerinfo']);
  });

  it('answers the balance as the contract\'s example, with the account and the last credit of this portal', async () => {
    const balance = await portal.get('customer/balance');

    const expected = structuredClone(examples['/payment/customer/balance']);
    Object.assign(expected.response, { accountNumber, subAccountNumber: 1, lastCredit: { date: DEPOSITED, currency: 'USD', amount: 100 } });
    expect(balance).toEqual(expected);
    expect(Number.isInteger(balance.response.accountNumber)).toBe(true);
  });

  it('answers the current plan as the contract\'s example, due when its storage is', async () => {
    const { body: state } = await portal.paidup.call('GET', `/v1/customers/${portal.id}/state`);
    const storage = state.subscriptions.find((one: Json) => one.plan.code === 'docspace_storage');

    const expected = structuredClone(examples['/payment/quota']);
    expected.response.dueDate = storage.current_period.end.replace('Z', '');
    expect(await portal.get('quota')).toEqual(expected);
  });

  it('answers the catalogue as the contract\'s examples', async () => {
    expect(await portal.get('quotas')).toEqual(examples['/payment/quotas']);
    expect(await portal.get('quotas?wallet=true')).toEqual(examples['/payment/quotas?wallet=true']);
    expect((await portal.get('quotas?wallet=false')).response).toEqual(examples['/payment/quotas'].response);
  });

  it('answers the top-up settings as the contract\'s example, with the alias beside them', async () => {
    const expected = structuredClone(examples['/payment/topupsettings']);
    expected.response.lastModified = NOW;
    expect(await portal.get('topupsettings')).toEqual({ ...expected, settings: expected.response });
  });

  it('answers the currencies as the contract\'s example', async () => {
    expect(await portal.get('currencies')).toEqual(examples['/payment/currencies']);
  });

  it('answers with the same terms as the native state', async () => {
    const { body: state } = await portal.paidup.call('GET', `/v1/customers/${portal.id}/state`);
    const quota = (await portal.get('quota')).response;

    for (const entitlement of state.entitlements) {
      const id = entitlement.feature.replace('docspace_', '');
      const { value, used } = feature(quota, id);
      const limit = entitlement.limit === null ? entitlement.granted : entitlement.limit === 'unlimited' ? -1 : Number(entitlement.limit);
      expect([id, value, used?.value]).toEqual([id, limit, entitlement.used === null ? undefined : Number(entitlement.used)]);
    }
    expect((await portal.get('customer/balance')).response.subAccounts[0].amount).toBe(Number(state.wallet[0].balance));
  });
});

describe('the demo portal', () => {
  it.each(['2024-02-29T00:00:00Z', '2026-03-31T23:59:59.999Z', '2027-01-01T00:00:00Z'])('is true when loaded at %s', async (now) => {
    const { paidup, get } = await startPortal({ now });
    const { response: quota } = await get('quota');

    expect(['manager', 'total_size', 'users', 'room', 'free_backup'].map((id) => feature(quota, id).used.value)).toEqual([4, 14745767926, 37, 148, 1]);
    expect(quota.dueDate > now.slice(0, 19)).toBe(true);
    expect((await get('customer/balance')).response.subAccounts).toEqual([{ currency: 'USD', amount: 186.42 }]);
    await paidup.stop();
  });
});

describe('the facts behind the DocSpace surface', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.paidup.stop());

  it('multiplies counts and sizes by the seats, and neither the largest file nor the free backups', async () => {
    const key = await anotherPortal(portal.paidup, 'ten-seats');
    await portal.paidup.call('POST', '/v1/customers/ten-seats/subscriptions', { plan: 'docspace_business', quantities: { admin: '10' } });
    const before = (await portal.get('quota', key)).response;
    await portal.paidup.call('POST', '/v1/customers/ten-seats/credits', { amount: '14.00', currency: 'USD', reason: 'storage' });
    await portal.paidup.call('POST', '/v1/customers/ten-seats/subscriptions', { plan: 'docspace_storage', quantities: { storage: '100' } });
    const after = (await portal.get('quota', key)).response;

    const values = (quota: Json) => ['manager', 'total_size', 'file_size', 'free_backup'].map((id) => feature(quota, id).value);
    expect(before.price).toEqual({ value: 200 });
    expect(values(before)).toEqual([10, 2684354560000, 1073741824, 2]);
    expect(feature(before, 'total_size').title).toBe('2.44 TB per admin and ability to add space on request');
    expect(after.price).toEqual({ value: 200 });
    expect(values(after)).toEqual([10, 2791728742400, 1073741824, 2]);
    // Without an add-on the plan's own period tells when it is due.
    expect(before.dueDate).toBe('2026-12-20T10:00:00');
  });

  it('follows the terms of the phase in force', async () => {
    const key = await anotherPortal(portal.paidup, 'grows');
    const { body: created } = await portal.paidup.call('POST', '/v1/customers/grows/subscriptions', { plan: 'docspace_business', quantities: { admin: '3' } });
    await portal.paidup.call('POST', `/v1/subscriptions/${created.id}/phases`, { plan: 'docspace_business_year', quantities: { admin: '4' } });
    const before = (await portal.get('quota', key)).response;
    portal.paidup.clock.set(at('2026-12-20T10:00:00Z'));
    const after = (await portal.get('quota', key)).response;
    portal.paidup.clock.set(at(NOW));

    expect([before.id, before.price.value, feature(before, 'manager').value, feature(before, 'year').value]).toEqual([-9, 60, 3, false]);
    expect([after.id, after.price.value, feature(after, 'manager').value, feature(after, 'year').value]).toEqual([-10, 880, 4, true]);
    expect(after.dueDate).toBe('2027-12-20T10:00:00');
  });

  it('counts what is reported', async () => {
    await report(portal.paidup, [
      { id: 'r-1', customer: portal.externalId, name: 'docspace.room', properties: { value: 151 } },
      { id: 'b-1', customer: portal.externalId, name: 'docspace.free_backup' },
      { id: 'f-1', customer: portal.externalId, name: 'docspace.file_size', properties: { value: 1048576 } },
    ]);
    const { response: quota } = await portal.get('quota');

    expect(['room', 'free_backup', 'file_size'].map((id) => feature(quota, id).used.value)).toEqual([151, 2, 1048576]);
  });

  it('tells deposits, and what usage paid from the wallet has cost', async () => {
    const key = await anotherPortal(portal.paidup, 'pays');
    await portal.paidup.call('PUT', '/v1/customers/pays/payment-method', { token: 'card_succeeds' });
    const before = await portal.get('customer/balance', key);
    await portal.paidup.call('POST', '/v1/customers/pays/top-ups', { amount: '50.25', currency: 'USD' });
    await portal.paidup.call('POST', '/v1/customers/pays/subscriptions', { plan: 'docspace_backup_service' });
    const deposited = (await portal.get('customer/balance', key)).response;
    await report(portal.paidup, [{ id: 'paid', customer: 'pays', name: 'docspace.paid_backup' }]);
    const used = (await portal.get('customer/balance', key)).response;

    expect(before).toEqual(EMPTY('customer/balance'));
    expect(deposited).toMatchObject({ accountName: 'pays', subAccounts: [{ currency: 'USD', amount: 50.25 }], lastCredit: { date: NOW, currency: 'USD', amount: 50.25 } });
    expect(used.subAccounts).toEqual([{ currency: 'USD', amount: 40.25 }]);
    expect((await portal.get('customerinfo', key)).response).toEqual({ portalId: 'pays', paymentMethodStatus: 1 });
  });

  it('tells each wallet that is open', async () => {
    const key = await anotherPortal(portal.paidup, 'two-wallets', { currency: 'EUR' });
    await portal.paidup.call('PUT', '/v1/customers/two-wallets/payment-method', { token: 'card_succeeds' });
    for (const currency of ['EUR', 'USD']) await portal.paidup.call('POST', '/v1/customers/two-wallets/top-ups', { amount: '7', currency });

    const { response } = await portal.get('customer/balance', key);
    expect(response.accountCurrency).toBe('EUR');
    expect(response.subAccounts).toEqual([{ currency: 'EUR', amount: 7 }, { currency: 'USD', amount: 7 }]);
  });

  it('tells a trial, a free plan and an expired card', async () => {
    const key = await anotherPortal(portal.paidup, 'tries', { email: 'Some.One@Example.com', name: 'A & B', metadata: { 'docspace.payer_id': '4c65a238-ca50-4374-b904-0d51d4c1822b' } });
    await portal.paidup.call('PUT', '/v1/customers/tries/payment-method', { token: 'card_expired' });
    await portal.paidup.call('POST', '/v1/customers/tries/subscriptions', { plan: 'docspace_startup', trial_days: 30 });
    const { response: quota } = await portal.get('quota', key);

    expect(quota).toMatchObject({ id: -3, title: 'Startup', price: { value: 0 }, free: true, trial: true, dueDate: '2026-12-20T10:00:00' });
    expect(feature(quota, 'total_size').title).toBe('2 GB of storage');
    expect(feature(quota, 'room')).toMatchObject({ value: 12, title: '12 active rooms' });
    // Without the feature that brings them, no storage quotas.
    expect(quota).not.toHaveProperty('usersQuota');
    expect((await portal.get('customerinfo', key)).response).toEqual({
      portalId: 'tries',
      paymentMethodStatus: 2,
      email: 'some.one@example.com',
      payer: { id: '4c65a238-ca50-4374-b904-0d51d4c1822b', displayName: 'A &amp; B', hasAvatar: false, isAnonim: false },
    });
  });

  it('tells a customer that billing knows nothing of by an answer without response', async () => {
    const key = await anotherPortal(portal.paidup, 'nobody');

    for (const path of ['customerinfo', 'customer/balance', 'quota']) expect(await portal.get(path, key)).toEqual(EMPTY(path));
  });

  it('tells settings never made, and leaves their zeros out of the alias', async () => {
    const key = await anotherPortal(portal.paidup, 'unset');
    const never = await portal.get('topupsettings', key);
    await portal.paidup.call('PUT', '/v1/customers/unset/top-up-settings', { enabled: false, min_balance: '25', up_to_balance: '60', currency: 'EUR' });
    const set = await portal.get('topupsettings', key);

    expect(never).toMatchObject({ response: { enabled: false, minBalance: 0, upToBalance: 0, lastModified: NOW }, count: 1 });
    expect(never.response).not.toHaveProperty('currency');
    expect(never.settings).toEqual({ enabled: false, lastModified: NOW });
    expect(set.response).toEqual({ enabled: false, minBalance: 25, upToBalance: 60, currency: 'EUR', lastModified: NOW });
    expect(set.settings).toEqual(set.response);
  });

  it('shows prices in the currency of the portal', async () => {
    const key = await anotherPortal(portal.paidup, 'euros', { currency: 'EUR' });

    const { response } = await portal.get('quotas', key);
    expect(response.map((quota: Json) => [quota.id, quota.price])).toEqual([
      [-9, { value: 20, currencySymbol: '€', isoCurrencySymbol: 'EUR' }],
      [-10, { value: 220, currencySymbol: '€', isoCurrencySymbol: 'EUR' }],
    ]);
  });

  it('shows the region of the country asked for when something is sold in its currency', async () => {
    const countries = async (query: string) => (await portal.get(`currencies${query}`)).response.map((one: Json) => `${one.isoCountryCode}/${one.isoCurrencySymbol}`);

    expect(await countries('?country=')).toEqual(['US/USD', 'ES/EUR']);
    expect(await countries('?country=pl')).toEqual(['US/USD', 'ES/EUR']);
    expect(await countries('?country=US')).toEqual(['US/USD']);
    expect(await countries('?country=JP')).toEqual(['US/USD']);
    expect((await portal.ask('currencies?country=Spain', { authorization: portal.key })).statusCode).toBe(400);
  });

  it('offers no region whose plans are not sold any more, and no plan that is hidden', async () => {
    const { paidup, get } = await startPortal();
    const { body: plan } = await paidup.call('GET', '/v1/plans/docspace_business_year');
    for (const code of ['docspace_business_eur', 'docspace_business_year_eur', 'docspace_business_year']) await paidup.call('DELETE', `/v1/plans/${code}`);

    expect(plan.metadata).toEqual({ 'docspace.quota_id': '-10' });
    expect((await get('currencies')).response).toEqual([examples['/payment/currencies'].response[0]]);
    expect((await get('quotas')).response.map((quota: Json) => quota.id)).toEqual([-9]);
    await paidup.stop();
  });

  it('tells a plan that was not made for it by a number that follows from its code', async () => {
    await portal.paidup.call('PUT', '/v1/plans/native', { name: 'Native', currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [{ code: 'base', type: 'fixed', amount: '9.90' }] });
    const key = await anotherPortal(portal.paidup, 'native-only');
    await portal.paidup.call('POST', '/v1/customers/native-only/subscriptions', { plan: 'native' });
    const first = (await portal.get('quota', key)).response;

    expect(first).toEqual({ id: expect.any(Number), title: 'Native', price: { value: 9.9 }, nonProfit: false, free: false, trial: false, features: [], dueDate: '2026-12-20T10:00:00' });
    expect(Number.isInteger(first.id) && first.id > 0 && first.id < 2 ** 31).toBe(true);
    expect((await portal.get('quotas', key)).response.some((quota: Json) => quota.title === 'Native')).toBe(false);
  });

  it('keeps the portal\'s storage quotas', async () => {
    const key = await anotherPortal(portal.paidup, 'quotas', { metadata: { 'docspace.users_quota': '1073741824', 'docspace.tenant_quota': '0', 'docspace.tenant_quota_changed_at': '2026-05-01T00:00:00Z' } });
    await portal.paidup.call('POST', '/v1/customers/quotas/subscriptions', { plan: 'docspace_business' });

    expect((await portal.get('quota', key)).response).toMatchObject({
      usersQuota: { enableQuota: true, defaultQuota: 1073741824 },
      roomsQuota: { enableQuota: false, defaultQuota: -2 },
      tenantCustomQuota: { enableQuota: true, quota: 0, lastModified: '2026-05-01T00:00:00Z' },
    });
  });
});

describe('HTTP on the DocSpace surface', () => {
  let portal: Portal;
  const PATHS = ['customerinfo', 'customer/balance', 'quota', 'quotas', 'quotas?wallet=true', 'topupsettings', 'currencies'];
  beforeAll(async () => {
    portal = await startPortal();
  });
  afterAll(() => portal.paidup.stop());

  it('takes the key in five forms', async () => {
    const { key, ask } = portal;
    const forms: Record<string, string>[] = [
      { authorization: `Bearer ${key}` },
      { authorization: key },
      { authorization: `Basic ${Buffer.from(`owner@example.com:${key}`).toString('base64')}` },
      { cookie: `theme=dark; asc_auth_key=${key}; x=y` },
      { ApiKeyBearer: key },
    ];
    for (const headers of forms) expect([headers, (await ask('customerinfo', headers)).json().response?.portalId]).toEqual([headers, 'docspace.io12345']);
  });

  it('refuses whoever it does not know with 401 in each form', async () => {
    const bad = `sk-${'0'.repeat(64)}`;
    const forms: Record<string, string>[] = [{}, { authorization: '' }, { authorization: `Bearer ${bad}` }, { authorization: bad }, { authorization: 'Basic nonsense' }, { cookie: `asc_auth_key=${bad}` }, { ApiKeyBearer: bad }];
    for (const headers of forms) {
      const response = await portal.ask('quota', headers);
      expect([response.statusCode, response.json()]).toEqual([401, UNAUTHORIZED]);
    }
    const basic = await portal.ask('quota', { authorization: `Basic ${Buffer.from(`a@b.c:${bad}`).toString('base64')}` });
    expect(basic.headers['www-authenticate']).toBe('Basic');
  });

  it('denies keys that are no portal\'s, and keys without the right', async () => {
    const { paidup, ask, id } = portal;
    const { key: publishable } = await createApiKey(paidup.engine, { kind: 'publishable', name: 'test', scopes: [] });
    const walletOnly = await paidup.customerKey(id, ['wallet:read']);
    const reader = await paidup.customerKey(id, ['*:read']);
    for (const [key, path, status] of [
      [paidup.secretKey, 'quota', 403],
      [publishable, 'quota', 403],
      [walletOnly, 'customerinfo', 403],
      [walletOnly, 'quota', 403],
      [walletOnly, 'quotas', 403],
      [walletOnly, 'currencies', 403],
      [walletOnly, 'customer/balance', 200],
      [walletOnly, 'topupsettings', 200],
      [reader, 'quota', 200],
    ] as const) {
      const response = await ask(path, { authorization: key });
      expect([path, response.statusCode]).toEqual([path, status]);
      if (status === 403) expect(response.json()).toEqual(DENIED);
    }
  });

  it('shows each portal only itself', async () => {
    const key = await anotherPortal(portal.paidup, 'stranger', { email: 'stranger@example.com' });

    expect((await portal.get(`customerinfo?portalId=docspace.io12345&customer=${portal.id}`, key)).response).toEqual({ portalId: 'stranger', paymentMethodStatus: 0, email: 'stranger@example.com' });
  });

  it('answers in the vendor\'s envelope, with its header, and never with null', async () => {
    const keys = [portal.key, await anotherPortal(portal.paidup, 'empty')];
    for (const key of keys) {
      for (const path of PATHS) {
        const response = await portal.ask(path, { authorization: key });
        const body = response.json();
        expect([path, response.statusCode, response.headers['content-type'], response.headers['api-supported-versions']]).toEqual([path, 200, 'application/json; charset=utf-8', '2.0']);
        expect(hasNull(body)).toBe(false);
        expect(body.links).toEqual([{ href: `http://portal.example.com${PAYMENT}/${path}`, action: 'GET' }]);
        expect(Object.keys(body).filter((name) => name !== 'response')).toEqual(['count', 'links', 'status', 'statusCode', ...(path === 'topupsettings' ? ['settings'] : [])]);
        expect(body.count).toBe(body.response === undefined ? 0 : Array.isArray(body.response) ? body.response.length : 1);
      }
    }
  });

  it('reads flags in any letter case, empty or absent as false, and refuses what is neither', async () => {
    for (const query of ['', '?refresh=', '?refresh', '?refresh=true', '?refresh=False', '?Refresh=TRUE', '?other=1']) {
      const { response } = await portal.get(`quota${query}`);
      expect([query, response.id, feature(response, 'manager').used.value]).toEqual([query, -9, 4]);
    }
    for (const path of ['quota?refresh=1', 'customerinfo?refresh=yes', 'customer/balance?refresh=null', 'quotas?wallet=2']) {
      const response = await portal.ask(path, { authorization: portal.key });
      const [name = '', value = ''] = path.slice(path.indexOf('?') + 1).split('=');
      expect(response.statusCode).toBe(400);
      expect(response.json()).toEqual({
        response: {
          type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
          title: 'One or more validation errors occurred.',
          status: 400,
          errors: { [name]: [`The value '${value}' is not valid.`] },
          traceId: expect.stringMatching(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/),
        },
        count: 1,
        links: [{ href: `http://portal.example.com${PAYMENT}/${path}`, action: 'GET' }],
        status: 1,
        statusCode: 400,
      });
    }
  });

  it('trims what is not asked for', async () => {
    expect((await portal.get('quota?fields=id,price.value,features.id')).response.features[0]).toEqual({ id: 'manager' });
    expect((await portal.get('quotas?fields=ID,price.isoCurrencySymbol')).response).toEqual([
      { id: -9, price: { isoCurrencySymbol: 'USD' } },
      { id: -10, price: { isoCurrencySymbol: 'USD' } },
    ]);
  });

  it('answers unknown addresses and other methods without a body', async () => {
    for (const path of ['nothing', 'quota/1', '../nothing']) {
      const response = await portal.ask(path, { authorization: portal.key });
      expect([path, response.statusCode, response.body]).toEqual([path, 404, '']);
    }
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const response = await portal.ask('quota', {}, method);
      expect([method, response.statusCode, response.body, response.headers.allow]).toEqual([method, 405, '', 'GET, HEAD']);
    }
  });

  it('answers a portal that is not there any more with the vendor\'s 404', async () => {
    const key = await anotherPortal(portal.paidup, 'gone', { email: 'gone@example.com' });
    await portal.paidup.call('DELETE', '/v1/customers/gone');
    const response = await portal.ask('customerinfo', { authorization: key });

    expect([response.statusCode, response.json()]).toEqual([404, { error: { message: 'Customer could not be found', type: null, stack: null, hresult: 0 }, status: 1, statusCode: 404 }]);
  });

  it.each([
    [new Overloaded('full'), 503, '1'],
    [new Error('secret detail'), 500, undefined],
  ])('answers %s in the vendor\'s shape, without what happened inside', async (error, status, retryAfter) => {
    const app = Fastify();
    app.setErrorHandler(sendFailure);
    app.get('/', () => Promise.reject(error));
    const response = await app.inject('/');

    expect([response.statusCode, response.headers['retry-after']]).toEqual([status, retryAfter]);
    expect(response.json()).toEqual({ error: { message: expect.any(String), type: null, stack: null, hresult: 0 }, status: 1, statusCode: status });
    expect(response.body).not.toContain('secret detail');
    await app.close();
  });
});

describe('the documentation\'s own scripts', () => {
  let portal: Portal;
  let url: string;
  beforeAll(async () => {
    portal = await startPortal();
    url = await portal.paidup.app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => portal.paidup.stop());

  const run = promisify(execFile);
  const script = (name: string): string => new URL(`./scripts/${name}`, import.meta.url).pathname;
  const python = ['python3', 'python'].find((name) => (process.env.PATH ?? '').split(':').some((folder) => existsSync(`${folder}/${name}`)));
  const print = async (command: string, name: string): Promise<string[]> => {
    const { stdout } = await run(command, [script(name)], { env: { ...process.env, PORTAL_URL: url, API_KEY: portal.key } });
    return stdout.trimEnd().split('\n');
  };
  const steps = async (isPython: boolean): Promise<string[]> => {
    const dueDate: string = (await portal.get('quota')).response.dueDate;
    return [
      '== 1. customer info', 'portalId: docspace.io12345', 'paymentMethodStatus: 1', 'email: owner@example.com', 'payer: Mike Zanyatski',
      '== 2. balance', 'USD: 186.42',
      '== 3. quota', 'title: Business', `trial: ${isPython ? 'False' : 'false'}`, `dueDate: ${dueDate}`,
      '== 4. quotas', 'id: -9', 'title: Business', 'price: 20 USD', 'id: -10', 'title: Business', 'price: 220 USD',
      '== 5. top-up settings', `enabled: ${isPython ? 'True' : 'true'}`, 'minBalance: 10', 'upToBalance: 100', 'currency: USD', `lastModified: ${instantText(at(NOW))}`,
      '== 6. currencies', 'US: USD US Dollar', 'ES: EUR euro',
    ];
  };

  it('print the demo\'s figures in Node.js', async () => {
    expect(await print(process.execPath, 'docspace.mjs')).toEqual(await steps(false));
  });

  it.skipIf(python === undefined)('print the demo\'s figures in Python', async () => {
    expect(await print(python ?? '', 'docspace.py')).toEqual(await steps(true));
  });

  it('print the current plan, refreshed or not', async () => {
    const lines = await print(process.execPath, 'docspace-quota.mjs');
    const second = lines.indexOf('== quota?refresh=true');

    expect(lines.slice(0, 5)).toEqual(['== quota', 'id: -9', 'title: Business', 'price: 200', 'free: false']);
    expect(lines).toContain('manager: 10 (used 4)');
    expect(lines).toContain('total_size: 2791728742400 (used 14745767926)');
    expect(lines).toContain('free_backup: 2 (used 1)');
    expect(lines.slice(second + 1)).toEqual(lines.slice(1, second));
  });
});
