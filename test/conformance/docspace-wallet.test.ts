import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from '../support/app.js';
import { DOCSPACE_NOW, fault, faultsOf, invalid, startDocspace, type Json, type Portal } from '../support/docspace.js';

const LINK = (path: string, action: string) => [{ href: `http://portal.example.com/api/2.0/portal/${path}`, action }];
const RANGE = invalid({ Amount: ['The field Amount must be between 1 and 999999.'] });
const SETTINGS = { enabled: true, minBalance: 20, upToBalance: 200, currency: 'USD' };

describe.each(STORES)('the DocSpace wallet on the %s store', (store) => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace({ store });
  });
  afterAll(() => portal.paidup.stop());

  const deposit = (body: unknown, as?: string, headers: Record<string, string> = {}) => portal.ask('POST', 'payment/deposit', { body, headers, ...(as === undefined ? {} : { as }) });
  const balance = async (as: string): Promise<Json> => (await portal.get('payment/customer/balance', as))?.subAccounts;

  it('takes a deposit from the card, and answers when it is in the balance', async () => {
    const as = await portal.another('deposits');
    const answer = await deposit({ amount: 50, currency: 'USD' }, as);

    expect([answer.status, answer.body]).toEqual([200, { response: true, count: 1, links: LINK('payment/deposit', 'POST'), status: 0, statusCode: 200 }]);
    expect(await balance(as)).toEqual([{ currency: 'USD', amount: 50 }]);
  });

  it('takes each as often as it is asked, but once under one Idempotency-Key', async () => {
    const as = await portal.another('twice');
    for (const headers of [{}, {}, { 'Idempotency-Key': 'one' }, { 'Idempotency-Key': 'one' }] as Array<Record<string, string>>) expect((await deposit({ amount: 5, currency: 'USD' }, as, headers)).body.response).toBe(true);

    expect(await balance(as)).toEqual([{ currency: 'USD', amount: 15 }]);
  });

  it('says false when the card is declined, and books nothing', async () => {
    const as = await portal.another('declined', { card: 'card_declines' });
    const answer = await deposit({ amount: 50, currency: 'USD' }, as);

    expect([answer.status, answer.body.response]).toEqual([200, false]);
    expect(await portal.get('payment/customer/balance', as)).toBeUndefined();
  });

  it('refuses without a usable card, without a customer, and in a currency that no wallet is kept in', async () => {
    const missing = fault(403, 'Customer payment method is not set', 'operation');

    expect((await deposit({ amount: 50, currency: 'USD' }, await portal.another('cardless', { card: null }))).body).toEqual(missing);
    expect((await deposit({ amount: 50, currency: 'USD' }, await portal.another('expired', { card: 'card_expired' }))).body).toEqual(missing);
    expect((await deposit({ amount: 50, currency: 'USD' }, await portal.another('unknown', { card: null, email: null }))).body).toEqual(fault(404, 'Customer could not be found', 'none'));
    for (const currency of ['EUR', 'XXX', 'dollars', undefined, null, '']) expect((await deposit({ amount: 50, currency })).body).toEqual(fault(400, 'Unsupported currency', 'argument'));
    expect(await balance(portal.key)).toEqual([{ currency: 'USD', amount: 186.42 }]);
  });

  it('saves when the wallet fills itself, in its wrapper or without', async () => {
    const as = await portal.another('saves');
    await deposit({ amount: 5, currency: 'USD' }, as);
    const wrapped = await portal.ask('POST', 'payment/topupsettings', { as, body: { settings: SETTINGS } });
    const bare = await portal.ask('POST', 'payment/topupsettings', { as, body: { Enabled: false, MINBALANCE: '25', uptobalance: 300, lowBalanceThreshold: 'ignored' } });
    const kept = await portal.ask('GET', 'payment/topupsettings', { as });
    const reset = await portal.ask('POST', 'payment/topupsettings', { as, body: {} });
    const native = await portal.paidup.call('GET', '/v1/customers/saves/top-up-settings');

    const stored = { ...SETTINGS, lastModified: DOCSPACE_NOW };
    expect(wrapped.body).toEqual({ response: stored, count: 1, links: LINK('payment/topupsettings', 'POST'), status: 0, statusCode: 200, settings: stored });
    const second = { enabled: false, minBalance: 25, upToBalance: 300, currency: 'USD', lastModified: DOCSPACE_NOW };
    expect([bare.body.response, bare.body.settings, kept.body.response]).toEqual([second, second, second]);
    expect(reset.body).toMatchObject({ response: { enabled: false, minBalance: 0, upToBalance: 0 }, settings: { enabled: false } });
    expect(reset.body.settings).not.toHaveProperty('minBalance');
    expect(native.status).toBe(404);
  });
});

describe('what the DocSpace wallet refuses', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  const unreadable = (path: string, kind: string) => invalid({ [path]: [`The JSON value could not be converted to ${kind}. Path: ${path}.`] });
  /** Each under a key of its own: ten a minute are taken of one. */
  const ask = async (path: string, body: unknown, headers: Record<string, string> = {}) => portal.ask('POST', path, { body, headers, as: await portal.paidup.customerKey(portal.id) });

  it.each([
    [{ amount: 0, currency: 'USD' }, RANGE],
    [{ amount: 1_000_000, currency: 'USD' }, RANGE],
    [{ amount: -5, currency: 'USD' }, RANGE],
    [{ currency: 'USD' }, RANGE],
    [{}, RANGE],
    [{ Amount: '0', currency: 'USD' }, RANGE],
    [{ amount: 1.5, currency: 'USD' }, unreadable('$.amount', 'System.Int32')],
    [{ amount: null, currency: 'USD' }, unreadable('$.amount', 'System.Int32')],
    [{ amount: 'ten', currency: 'USD' }, unreadable('$.amount', 'System.Int32')],
    [{ amount: '1e3', currency: 'USD' }, unreadable('$.amount', 'System.Int32')],
    [{ amount: 3e9, currency: 'USD' }, unreadable('$.amount', 'System.Int32')],
    [{ amount: true, currency: 'USD' }, unreadable('$.amount', 'System.Int32')],
    [{ amount: [5], currency: 'USD' }, unreadable('$.amount', 'System.Int32')],
    [{ AMOUNT: {}, currency: 'USD' }, unreadable('$.AMOUNT', 'System.Int32')],
    [{ amount: 5, currency: 7 }, unreadable('$.currency', 'System.String')],
    [[], unreadable('$', 'an object')],
    ['"5"', unreadable('$', 'an object')],
    ['null', invalid({ '': ['A non-empty request body is required.'] })],
    ['', invalid({ '': ['A non-empty request body is required.'] })],
    ['{"amount": 5,', invalid({ $: ['The body is not valid JSON. Path: $.'] })],
    ['{"__proto__": {"amount": 5}, "currency": "USD"}', RANGE],
  ])('a deposit of %j', async (body, expected) => {
    expect(faultsOf(await ask('payment/deposit', body))).toEqual(expected);
  });

  it('takes numbers as text, names in any letter case, and what else JSON is called', async () => {
    const types = ['application/json', 'Application/JSON; charset=utf-8', 'text/json', 'application/vnd.api+json'];
    for (const type of types) expect([type, (await ask('payment/deposit', { AMOUNT: '1', Currency: 'usd', extra: { deep: [1] } }, { 'content-type': type })).body.response]).toEqual([type, true]);
    const other = await ask('payment/deposit', 'amount=5', { 'content-type': 'application/x-www-form-urlencoded' });

    expect([other.status, other.body]).toEqual([415, fault(415, expect.any(String) as unknown as string, 'none')]);
  });

  const least = 'The field MinBalance must be between 5 and 1000.';
  const most = 'The field UpToBalance must be between 6 and 5000.';

  it.each([
    [{ ...SETTINGS, minBalance: 4 }, { 'Settings.MinBalance': [least] }],
    [{ ...SETTINGS, minBalance: 1001, upToBalance: 5001 }, { 'Settings.MinBalance': [least], 'Settings.UpToBalance': [most] }],
    [{ enabled: false }, { 'Settings.MinBalance': [least], 'Settings.UpToBalance': [most] }],
    [{}, { 'Settings.MinBalance': [least], 'Settings.UpToBalance': [most] }],
    [{ ...SETTINGS, minBalance: 100, upToBalance: 100 }, { 'Settings.UpToBalance': ['The field UpToBalance must be between 101 and 5000.'] }],
    [{ ...SETTINGS, minBalance: 10.5 }, { '$.settings.minBalance': ['The JSON value could not be converted to System.Int32. Path: $.settings.minBalance.'] }],
    [{ ...SETTINGS, enabled: 'true' }, { '$.settings.enabled': ['The JSON value could not be converted to System.Boolean. Path: $.settings.enabled.'] }],
    [7, { '$.settings': ['The JSON value could not be converted to an object. Path: $.settings.'] }],
  ])('settings of %j', async (settings, errors) => {
    expect(faultsOf(await ask('payment/topupsettings', { settings }))).toEqual(invalid(errors));
  });

  it('settings of a portal without customer or balance, and in another currency', async () => {
    const save = async (as: string, body: unknown) => (await portal.ask('POST', 'payment/topupsettings', { as, body })).body;

    expect(await save(await portal.another('nobody', { card: null, email: null }), { settings: SETTINGS })).toEqual(fault(404, 'Customer could not be found', 'none'));
    expect(await save(await portal.another('empty'), { settings: SETTINGS })).toEqual(fault(404, 'Balance could not be found', 'none'));
    expect(await save(portal.key, { settings: { ...SETTINGS, currency: 'EUR' } })).toEqual(fault(400, 'Unsupported currency', 'argument'));
    expect((await portal.get('payment/topupsettings')).minBalance).toBe(10);
  });

  it('nothing of a body that is empty or null: the settings are taken back', async () => {
    for (const [index, body] of ['', 'null', '{"settings":null}', '{"foo":1}'].entries()) {
      const as = await portal.another(`resets-${index}`);
      await portal.paidup.call('PUT', `/v1/customers/resets-${index}/top-up-settings`, { enabled: true, min_balance: '10', up_to_balance: '100' });
      expect([body, (await portal.ask('POST', 'payment/topupsettings', { as, body })).body.response]).toEqual([body, { enabled: false, minBalance: 0, upToBalance: 0, lastModified: DOCSPACE_NOW }]);
    }
  });
});

describe('DocSpace\'s accounting', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  it('keeps what is prepaid for AI apart, with one account always', async () => {
    const { response: wallet } = (await portal.ask('GET', 'payment/customer/balance')).body;

    expect(await portal.get('payment/customer/aibalance?refresh=true')).toEqual({
      accountNumber: wallet.accountNumber, subAccountNumber: 2, accountName: 'docspace.io12345', accountCurrency: 'USD', subAccounts: [{ currency: 'USD', amount: 0 }],
    });
    expect(await portal.get('payment/customer/aibalance', await portal.another('none', { card: null, email: null }))).toBeUndefined();
  });

  it('lists the currencies that wallets are kept in', async () => {
    expect(await portal.get('payment/accounting/currencies')).toEqual([{ id: 1, code: 'USD' }]);
    expect(await portal.get('payment/accounting/currencies', await portal.another('euros', { currency: 'EUR' }))).toEqual([{ id: 1, code: 'EUR' }, { id: 2, code: 'USD' }]);
  });

  it('tells what a service costs, by either of its names, and nothing of what is not sold', async () => {
    const one = (price: number, serviceId: number) => [expect.objectContaining({ serviceId, servicePrice: price, costPrice: price, extraCharge: 0 })];

    expect(await portal.get('payment/accounting/prices/backup')).toEqual(one(10, -12));
    expect(await portal.get('payment/accounting/prices/disk-storage?active=true')).toEqual(one(0.14, -11));
    expect(await portal.get('payment/accounting/prices/Storage/')).toEqual(one(0.14, -11));
    expect(await portal.get('payment/accounting/prices/nothing')).toEqual([]);
  });
});
