import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from '../support/app.js';
import { fault, faultsOf, invalid, startDocspace, type Json, type Portal } from '../support/docspace.js';

const URLS = { backUrl: 'https://a.example/back', successUrl: 'https://a.example/done' };
const ASKED = 'backUrl=https%3A%2F%2Fa.example%2Fback&successUrl=https%3A%2F%2Fa.example%2Fdone';
const NOT_URL = (name: string) => `The ${name} field is not a valid fully-qualified http, https, or ftp URL.`;

describe.each(STORES)('seats on the %s store', (store) => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace({ store });
  });
  afterAll(() => portal.paidup.stop());

  const update = (as: string, quantity: unknown, headers: Record<string, string> = {}) => portal.ask('PUT', 'payment/update', { as, body: { quantity }, headers });
  const invoices = async (customer: string): Promise<Json[]> => (await portal.paidup.call('GET', `/v1/customers/${customer}/invoices`)).body.data;

  it('are bought and given back within the period, with what the engine prorates', async () => {
    const as = await portal.another('seats');
    await portal.subscribe('seats', 'docspace_business', { quantities: { admin: '2' } });
    const more = await update(as, { admin: 5 });
    const limit = (await portal.get('payment/quota', as)).features[0].value;
    const fewer = await update(as, { ADMIN: '3' });

    expect([more.status, more.body]).toEqual([200, { response: true, count: 1, links: [{ href: 'http://portal.example.com/api/2.0/portal/payment/update', action: 'PUT' }], status: 0, statusCode: 200 }]);
    expect([limit, fewer.body.response, (await portal.get('payment/quota', as)).price]).toEqual([5, true, { value: 60 }]);
    expect((await invoices('seats')).map((invoice): string => invoice.total.amount).sort()).toEqual(['-40.00', '40.00', '60.00']);
  });

  it('are changed once under one Idempotency-Key', async () => {
    const as = await portal.another('once');
    await portal.subscribe('once', 'docspace_business');
    const answers = [];
    for (const _ of [1, 2]) answers.push((await update(as, { admin: 4 }, { 'Idempotency-Key': 'k' })).body.response);

    expect(answers).toEqual([true, true]);
    expect(await invoices('once')).toHaveLength(2);
  });

  it('are not fewer than what is used of what they give', async () => {
    const before = (await portal.get('payment/quota')).price;
    const admins = await update(portal.key, { admin: 3 });
    await portal.paidup.call('POST', '/v1/events', { events: [{ id: 'full', customer: portal.id, name: 'docspace.total_size', properties: { value: String(6 * 268435456000 + 107374182400) } }] });
    const storage = await update(portal.key, { admin: 5 });
    const fits = await update(portal.key, { admin: 6 });

    expect([admins.status, admins.body]).toEqual([402, fault(402, 'The number of admins should not exceed 3', 'quota')]);
    // The 100 GB beside the plan count too.
    expect([storage.status, storage.body]).toEqual([402, fault(402, `The size of the storage should not exceed ${5 * 268435456000 + 107374182400}`, 'quota')]);
    expect([before, fits.body.response, (await portal.get('payment/quota')).price]).toEqual([{ value: 200 }, true, { value: 120 }]);
  });

  it('can be bought by a portal that pays nothing yet, or has no plan', async () => {
    for (const name of ['free', 'new']) {
      const as = await portal.another(name);
      if (name === 'free') await portal.subscribe(name, 'docspace_startup');
      expect([name, (await update(as, { admin: 2 })).body.response]).toEqual([name, true]);
      expect(await portal.get('payment/quota', as)).toMatchObject({ id: -9, price: { value: 40 } });
      expect((await invoices(name)).filter((invoice) => invoice.total.amount === '40.00')).toHaveLength(1);
    }
  });
});

describe('what a change of seats refuses', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  it('a plan that is not on offer', async () => {
    await portal.paidup.call('PUT', '/v1/plans/charity', {
      currency: 'USD', interval: { unit: 'month', count: 1 }, prices: [{ code: 'seat', type: 'fixed', amount: '0', per_seat: true }], metadata: { 'docspace.quota_id': '-7', 'docspace.visible': 'false' },
    });
    const as = await portal.another('wants');
    const answers = [await portal.ask('PUT', 'payment/update', { as, body: { quantity: { nonprofit: 5 } } }), await portal.ask('PUT', 'payment/url', { as, body: { ...URLS, quantity: { nonprofit: 5 } } })];

    expect(answers.map(({ body }) => body)).toEqual([fault(400, 'Invalid product', 'argument'), fault(400, 'Invalid product', 'argument')]);
    expect(await portal.get('payment/quota', as)).toBeUndefined();
  });

  it.each([
    [{ admin: 10 }, 'Invalid quantity'],
    [{ admin: 0 }, 'Invalid quantity'],
    [{ admin: -1 }, 'Invalid quantity'],
    [{ admin: null }, 'Invalid quantity'],
    [{}, 'Invalid quantity'],
    [null, 'Invalid quantity'],
    [undefined, 'Invalid quantity'],
    [{ admin: 11, storage: 1 }, 'Invalid quantity'],
    [{ adminyear: 11 }, 'Invalid product'],
    [{ storage: 200 }, 'Invalid product'],
    [{ nothing: 11 }, 'Invalid product'],
    [{ constructor: 11 }, 'Invalid product'],
  ])('quantity %j', async (quantity, message) => {
    const answer = await portal.ask('PUT', 'payment/update', { as: await portal.paidup.customerKey(portal.id), body: { quantity } });
    expect([answer.status, answer.body]).toEqual([400, fault(400, message, 'argument')]);
  });

  it('what is no number, nothing at all, and a portal that billing does not know', async () => {
    const ask = async (body: unknown, as?: string) => portal.ask('PUT', 'payment/update', { as: as ?? (await portal.paidup.customerKey(portal.id)), body });

    expect(faultsOf(await ask({ Quantity: { admin: 'many' } }))).toEqual(invalid({ '$.Quantity.admin': ['The JSON value could not be converted to System.Int32. Path: $.Quantity.admin.'] }));
    expect(faultsOf(await ask({ quantity: [5] }))).toMatchObject({ status: 400, errors: { '$.quantity': [expect.any(String)] } });
    expect(faultsOf(await ask(''))).toEqual(invalid({ '': ['A non-empty request body is required.'] }));
    expect((await ask({ quantity: { admin: 2 } }, await portal.another('nobody', { card: null, email: null }))).body).toEqual(fault(404, 'Customer could not be found', 'none'));
  });

  it('what the schedule forbids, as an invalid operation', async () => {
    const as = await portal.another('paused');
    const { id } = await portal.subscribe('paused', 'docspace_business');
    await portal.paidup.call('POST', `/v1/subscriptions/${id}/pause`, {});
    const answer = await portal.ask('PUT', 'payment/update', { as, body: { quantity: { admin: 2 } } });
    const { body: state } = await portal.paidup.call('GET', '/v1/customers/paused/state');

    expect([answer.status, answer.body]).toEqual([403, fault(403, 'The subscription is paused: resume it, then change it.', 'operation')]);
    expect(state.subscriptions).toHaveLength(1);
  });
});

describe('where DocSpace\'s portals are sent', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  const url = (as: string, body: unknown) => portal.ask('PUT', 'payment/url', { as, body });

  it('to buy a plan, unless it has one that is paid', async () => {
    const free = await portal.another('free');
    await portal.subscribe('free', 'docspace_startup');
    const owes = await portal.another('owes');
    await portal.subscribe('owes', 'docspace_business');
    const body = { ...URLS, quantity: { admin: 3 } };

    expect((await url(free, body)).body.response).toMatch(/^https?:\/\//);
    expect((await url(await portal.another('new'), body)).body.response).toMatch(/^https?:\/\//);
    expect((await url(portal.key, body)).body).toEqual({ count: 0, links: [{ href: 'http://portal.example.com/api/2.0/portal/payment/url', action: 'PUT' }], status: 0, statusCode: 200 });
    expect((await url(owes, body)).body).not.toHaveProperty('error');
  });

  it('to buy a plan: by the month, not from the wallet, one and only one', async () => {
    const refused = async (quantity: unknown): Promise<string> => (await url(portal.key, { ...URLS, quantity })).body.error?.message;

    expect([await refused({ adminyear: 1 }), await refused({ storage: 100 }), await refused({ nothing: 1 })]).toEqual(['Invalid product', 'Invalid product', 'Invalid product']);
    expect([await refused({ admin: 0 }), await refused({}), await refused(undefined), await refused({ admin: 1, adminyear: 1 })]).toEqual(['Invalid quantity', 'Invalid quantity', 'Invalid quantity', 'Invalid quantity']);
    expect(faultsOf(await url(portal.key, { backUrl: 'nowhere', quantity: { admin: 1 } }))).toEqual(invalid({ BackUrl: [NOT_URL('BackUrl')], SuccessUrl: ['The SuccessUrl field is required.'] }));
    expect(faultsOf(await url(portal.key, { ...URLS, backUrl: 'javascript:alert(1)', quantity: { admin: 1 } })).errors).toEqual({ BackUrl: [NOT_URL('BackUrl')] });
  });

  it('to leave a card, by either spelling, unless one is set', async () => {
    const as = await portal.another('cardless', { card: null });
    for (const path of ['checkoutsetupurl', 'chechoutsetupurl']) {
      expect((await portal.ask('GET', `payment/${path}?${ASKED}`, { as })).body.response).toMatch(/^https?:\/\//);
      expect((await portal.ask('GET', `payment/${path}?${ASKED}`)).body).toMatchObject({ count: 0, statusCode: 200 });
      expect(faultsOf(await portal.ask('GET', `payment/${path}?BACKURL=x`, { as }))).toEqual(invalid({ BackUrl: [NOT_URL('BackUrl')], SuccessUrl: ['The SuccessUrl field is required.'] }));
    }
    expect((await portal.ask('GET', `payment/checkoutsetupurl?${ASKED}`, { as: await portal.another('expired', { card: 'card_expired' }) })).body.response).toMatch(/^https?:\/\//);
  });

  it('to the payer\'s account, unless billing knows nobody', async () => {
    expect(await portal.get('payment/account?backUrl=https://a.example/?x=1%26y')).toBe('payment.ashx?backUrl=https%3A%2F%2Fa.example%2F%3Fx%3D1%26y');
    expect(await portal.get('payment/account', await portal.another('nobody', { card: null, email: null }))).toBeUndefined();
  });

  it('to sales, ten times in two minutes, with nothing of what they wrote kept', async () => {
    const ask = (body: unknown) => portal.ask('POST', 'payment/request', { body });
    const first = await ask({ userName: 'Mike', email: 'mike@example.com', message: 'More than 999 admins' });
    const wrong = await ask({ email: 'mike' });
    const rest = [];
    for (let count = 3; count <= 12; count += 1) rest.push((await ask({ userName: 'M', email: 'm@e.example', message: 'x' })).status);

    expect(first.body).toEqual({ count: 0, links: [{ href: 'http://portal.example.com/api/2.0/portal/payment/request', action: 'POST' }], status: 0, statusCode: 200 });
    expect(faultsOf(wrong)).toEqual(invalid({ UserName: ['The UserName field is required.'], Email: ['The Email field is not a valid e-mail address.'], Message: ['The Message field is required.'] }));
    expect(rest).toEqual([200, 200, 200, 200, 200, 200, 200, 200, 429, 429]);
  });
});

describe('what DocSpace sells', () => {
  let portal: Portal;
  beforeAll(async () => {
    portal = await startDocspace();
  });
  afterAll(() => portal.paidup.stop());

  it('has a price for each plan by its name', async () => {
    expect((await portal.ask('GET', 'payment/prices')).body).toMatchObject({ response: { admin: 20, adminyear: 220 }, count: 1 });
  });

  it('is divided by who pays and by what stands beside a plan', async () => {
    const ids = async (query: string) => (await portal.get(`payment/quotas${query}`)).map((quota: Json) => quota.id);

    expect(await ids('')).toEqual([-9, -10]);
    expect(await ids('?additional=true')).toEqual([-11, -12]);
    expect(await ids('?additional=false')).toEqual([-9, -10]);
    expect(await ids('?wallet=true&additional=true')).toEqual([-11, -12]);
    expect(await ids('?wallet=true&additional=false')).toEqual([]);
    expect((await portal.ask('GET', 'payment/quotas?additional=2')).status).toBe(400);
  });

  it('is services too, with their variants inside the one that is shown', async () => {
    const quotas = await portal.get('payment/quotas?wallet=true');
    const services = await portal.get('payment/walletservices');
    for (const [code, id, over] of [['ai_search', -18, {}], ['ai_hidden', -19, { 'docspace.visible': 'false' }]] as const) {
      await portal.paidup.call('PUT', `/v1/plans/${code}`, {
        name: code, currency: 'USD', interval: { unit: 'month', count: 1 }, prices: [{ code: 'unit', type: 'fixed', amount: '1', paid_from: 'wallet' }],
        metadata: { 'docspace.quota_id': String(id), 'docspace.service_group': 'ai', 'docspace.service_name': code.replace('_', '-'), ...over },
      });
    }
    const grouped = await portal.get('payment/walletservices');

    expect(services).toEqual([{ ...quotas[0], serviceName: 'disk-storage' }, { ...quotas[1], serviceName: 'backup' }]);
    expect(grouped.map((one: Json) => [one.id, one.serviceName, one.innerServices?.map((inner: Json) => [inner.id, inner.serviceName])])).toEqual([[-11, 'disk-storage', undefined], [-12, 'backup', undefined], [-18, 'ai-search', [[-19, 'ai-hidden']]]]);
    for (const name of ['Storage', 'storage', '-11']) expect(await portal.get(`payment/walletservice?service=${name}`)).toEqual(services[0]);
    expect((await portal.ask('GET', 'payment/walletservice?service=AITools')).body).toEqual(fault(404, 'Service could not be found', 'none'));
    expect(faultsOf(await portal.ask('GET', 'payment/walletservice?service=Nothing'))).toEqual(invalid({ service: ["The value 'Nothing' is not valid."] }));
    expect((await portal.ask('GET', 'payment/walletservice')).status).toBe(400);
  });
});
