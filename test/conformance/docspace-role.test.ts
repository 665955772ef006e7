import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DENIED, startDocspace, type Json, type Portal } from '../support/docspace.js';

const URLS = 'backUrl=https://a.example/back&successUrl=https://a.example/done';

/** Who may ask what, as contracts/docspace.md section 3 has it: o owner, a admin, p payer, u user, g guest. */
const MAY: ReadonlyArray<readonly [method: 'GET' | 'POST' | 'PUT', path: string, who: string]> = [
  ['PUT', 'payment/url', 'oa'],
  ['PUT', 'payment/update', 'p'],
  ['GET', 'payment/account', 'op'],
  ['GET', 'payment/prices', 'oa'],
  ['GET', 'payment/currencies', 'oa'],
  ['GET', 'payment/quotas', 'oa'],
  ['GET', 'payment/walletservices', 'oa'],
  ['GET', 'payment/walletservice?service=Storage', 'oa'],
  ['GET', 'payment/quota', 'oapu'],
  ['POST', 'payment/request', 'oa'],
  ['GET', 'payment/customerinfo', 'oa'],
  ['POST', 'payment/deposit', 'p'],
  ['GET', 'payment/customer/balance', 'oa'],
  ['GET', 'payment/customer/aibalance', 'oa'],
  ['GET', 'payment/accounting/currencies', 'oa'],
  ['GET', 'payment/accounting/prices/backup', 'oa'],
  ['GET', 'payment/topupsettings', 'oa'],
  ['POST', 'payment/topupsettings', 'p'],
  ['PUT', 'payment/updatewallet', 'p'],
  ['PUT', 'payment/calculatewallet', 'p'],
  ['GET', 'payment/customer/operations', 'oa'],
  ['POST', 'payment/customer/operationsreport', 'oa'],
  ['GET', 'payment/customer/operationsreport', 'oa'],
  ['GET', 'payment/customer/usage', 'oa'],
  ['POST', 'payment/customer/usage/report', 'oa'],
  ['GET', 'payment/customer/usage/monthly', 'oa'],
  ['POST', 'payment/customer/usage/monthly/report', 'oa'],
  ['GET', 'payment/servicessettings', 'oa'],
  ['POST', 'payment/servicestate', ''],
  ['GET', 'payment/activeservices', 'oa'],
  ['POST', 'payment/creditaibalance', 'p'],
  ['GET', 'payment/ai-prices', 'oa'],
  ['PUT', 'payment/ai-model/restrictions', 'p'],
  ['GET', 'payment/subscription/balance', 'oa'],
  ['GET', 'tariff', 'oapug'],
  ['GET', 'tariff/upcoming', 'oa'],
  ['GET', 'quota', 'oa'],
  ['GET', 'quota/right', 'oa'],
  ['GET', 'usedspace', 'oa'],
];

const ROLES: Readonly<Record<string, string>> = { o: 'owner', a: 'admin', p: 'payer', u: 'user', g: 'guest' };

describe('roles on the DocSpace surface', () => {
  let portal: Portal;
  const keys: Record<string, string> = {};
  const keyOf = async (...scopes: string[]): Promise<string> => (keys[scopes.join()] ??= await portal.paidup.customerKey(portal.id, scopes));
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  it.each(MAY)('%s %s is for %s', async (method, path, who) => {
    const seen: Json[] = [];
    for (const [letter, role] of Object.entries(ROLES)) {
      // An empty body gets past the role, and no further.
      const answer = await portal.ask(method, path, { as: await keyOf(`docspace:${role}`), ...(method === 'GET' ? {} : { body: 'nonsense' }) });
      seen.push([role, answer.status]);
      if (!who.includes(letter)) expect([role, answer.body]).toEqual([role, DENIED]);
    }
    const fine = method === 'GET' ? 200 : 400;
    expect(seen).toEqual(Object.entries(ROLES).map(([letter, role]) => [role, who.includes(letter) ? fine : 403]));
  });

  it('adds up: an admin who pays may do what either may', async () => {
    const as = await keyOf('docspace:admin', 'docspace:payer');

    expect((await portal.ask('GET', 'payment/customer/balance', { as })).status).toBe(200);
    expect((await portal.ask('POST', 'payment/deposit', { as, body: { amount: 0 } })).status).toBe(400);
  });

  it('takes a key that says nothing for the owner\'s, who pays', async () => {
    expect((await portal.ask('POST', 'payment/deposit', { body: { amount: 0 } })).status).toBe(400);
    expect((await portal.ask('GET', 'payment/account')).body.response).toBe('payment.ashx');
    expect((await portal.ask('GET', 'payment/account', { as: await keyOf('*') })).status).toBe(200);
  });

  it('narrows a key beside its role: *:read reads, *:write does all, anything else nothing', async () => {
    const status = async (method: 'GET' | 'POST', ...scopes: string[]): Promise<number> =>
      (await portal.ask(method, 'payment/topupsettings', { as: await keyOf(...scopes), ...(method === 'GET' ? {} : { body: 'nonsense' }) })).status;

    expect([await status('GET', '*:read'), await status('POST', '*:read')]).toEqual([200, 403]);
    expect([await status('GET', '*:write'), await status('POST', '*:write')]).toEqual([200, 400]);
    expect([await status('GET', 'events:write'), await status('POST', 'events:write')]).toEqual([403, 403]);
    expect([await status('GET', 'docspace:admin', '*:read'), await status('GET', 'docspace:user', '*:read'), await status('GET', 'docspace:admin', 'usage:read')]).toEqual([200, 403, 403]);
    expect((await portal.ask('GET', 'payment/customerinfo', { as: await keyOf('usage:read') })).body).toEqual(DENIED);
  });

  it('gives a key with a role nothing elsewhere', async () => {
    const headers = { authorization: `Bearer ${await keyOf('docspace:owner')}` };

    expect((await portal.paidup.call('GET', `/v1/customers/${portal.id}/state`, undefined, headers)).status).toBe(403);
    expect((await portal.paidup.call('GET', '/v1/billing/subscription/', undefined, headers)).status).toBe(403);
  });

  it('shows plain users neither what is for administrators nor how much is used, but of storage', async () => {
    const seen: Json = await portal.get('payment/quota', await keyOf('docspace:user'));
    const all: Json = await portal.get('payment/quota');

    expect(seen.features.map((one: Json) => one.id)).toEqual(['manager', 'total_size', 'file_size', 'oauth', 'users', 'room', 'statistic', 'aiagent', 'automationapi']);
    expect(seen.features.flatMap((one: Json) => (one.used?.value === undefined ? [] : [[one.id, one.used.value]]))).toEqual([['total_size', 14745767926]]);
    expect(seen.features[0]).toEqual({ id: 'manager', title: '', value: 10, type: 'count', used: { title: 'Admins added:' }, priceTitle: 'Number of admins' });
    expect(all.features).toHaveLength(20);
    expect({ ...seen, features: [] }).toEqual({ ...all, features: [] });
  });

  it('lets an administrator set up a card only until billing knows the portal, then the payer', async () => {
    const card = async (as: string) => (await portal.ask('GET', `payment/checkoutsetupurl?${URLS}`, { as })).status;
    const fresh = async (...scopes: string[]) => portal.paidup.customerKey('fresh', scopes);
    await portal.another('fresh', { card: null, email: null });

    expect([await card(await fresh('docspace:admin')), await card(await fresh('docspace:payer')), await card(await fresh('docspace:user'))]).toEqual([200, 403, 403]);
    expect([await card(await keyOf('docspace:admin')), await card(await keyOf('docspace:admin', 'docspace:payer'))]).toEqual([403, 200]);
  });
});
