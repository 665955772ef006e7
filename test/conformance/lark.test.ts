import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventLarkUse, loadLarkDemo } from '../../src/cli/demo/lark.js';
import { instant, parseInstant, type Instant } from '../../src/core/instant.js';
import { BillingStateSchema } from '../../src/http/surfaces/lark/billing-state.js';
import { createApiKey } from '../../src/service/api-key.js';
import { Overloaded } from '../../src/store/batcher.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';

/** Whatever came as JSON: the tests say what must be in it. */
type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-07-15T10:00:00Z';
const MONTH = { unit: 'month', count: 1 };
const ORIGIN = 'https://shop.example.com';
const NOT_FOUND = { detail: 'Subject not found' };

const validate = new Ajv({ strict: false }).compile(BillingStateSchema);

function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new Error(`not an instant: ${text}`);
  return parsed;
}

const hours = (over: object = {}) => ({ code: 'hours', name: 'Compute Hours', type: 'usage', meter: 'hours', included: '300', model: { type: 'per_unit', amount: '0.1' }, ...over });

const PLANS: Record<string, object> = {
  compute: { currency: 'USD', interval: MONTH, prices: [{ code: 'base', type: 'fixed', amount: '25' }, hours()] },
  carrying: { currency: 'USD', interval: MONTH, prices: [hours({ included: '10', rollover: { cap: null } })] },
  two_rates: { currency: 'USD', interval: MONTH, prices: [hours({ code: 'b', name: 'B', included: '5.9' }), hours({ code: 'a', name: 'A', included: 'unlimited' })] },
  payg: { currency: 'USD', interval: MONTH, prices: [hours({ included: '0' })] },
  payg_ignored: { currency: 'USD', interval: MONTH, prices: [hours({ included: '0' }), hours({ code: 'more', name: 'More', included: '2' })], metadata: { 'lark.ignore_payg_overage': 'true' } },
  regional: {
    currency: 'USD', interval: MONTH,
    prices: [hours({ included: '10', model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: { type: 'per_unit', amount: '1' } }, { values: { region: 'us' }, model: { type: 'per_unit', amount: '2' } }] } })],
  },
  fixed_only: { currency: 'USD', interval: MONTH, prices: [{ code: 'base', type: 'fixed', amount: '9' }] },
};

async function defineCatalog(paidup: TestPaidup): Promise<void> {
  await paidup.call('PUT', '/v1/meters/hours', { event_name: 'compute', aggregation: 'sum', property: 'hours', dimensions: ['region'] });
  for (const [code, plan] of Object.entries(PLANS)) expect((await paidup.call('PUT', `/v1/plans/${code}`, { name: code, ...plan })).status).toBeLessThan(300);
}

const path = (name: string): string => `/customer-access/${encodeURIComponent(name)}/billing-state`;

let subjects = 0;

/** A subject of its own, and what can be done with it. */
async function startSubject(paidup: TestPaidup, externalId?: string) {
  subjects += 1;
  const name = externalId ?? `subject-${subjects}`;
  const made = await paidup.call('POST', '/v1/customers', { external_id: name });
  expect(made.status).toBe(201);
  let events = 0;
  return {
    name,
    id: made.body.id as string,
    lark: (made.body.id as string).replace('cus_', 'subj_'),
    subscribe: async (plan: string, terms: object = {}): Promise<string> => {
      const { status, body } = await paidup.call('POST', `/v1/customers/${made.body.id}/subscriptions`, { plan, starts_at: '2026-07-01T00:00:00Z', ...terms });
      expect(status).toBe(201);
      return body.id;
    },
    use: async (amount: string | number, timestamp = '2026-07-10T00:00:00Z', region = 'eu'): Promise<void> => {
      events += 1;
      const { body } = await paidup.call('POST', '/v1/events', { events: [{ id: `e-${events}`, customer: name, name: 'compute', timestamp, properties: { hours: amount, region } }] });
      expect(body.results[0].status).toBe('accepted');
    },
    read: async (): Promise<Json> => {
      const response = await paidup.inject({ url: path(name), headers: { 'x-api-key': paidup.secretKey } });
      expect(response.statusCode).toBe(200);
      const body = response.json();
      expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
      return body;
    },
  };
}

describe.each(STORES)('the billing state of Lark on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at(NOW) });
    await defineCatalog(paidup);
  });
  afterAll(() => paidup.stop());

  it('answers the example of the documentation, field by field, with ids that are Paidup\'s under other prefixes', async () => {
    const subject = await startSubject(paidup);
    const subscription = await subject.subscribe('compute');
    await subject.use('100.0');
    const { body: plan } = await paidup.call('GET', '/v1/plans/compute');
    const { body: meter } = await paidup.call('GET', '/v1/meters/hours');

    const body = await subject.read();

    expect(body).toEqual({
      active_subscriptions: [{ rate_card_id: plan.id.replace('plan_', 'rc_'), subscription_id: subscription }],
      has_active_subscription: true,
      has_overage_for_usage: false,
      usage_data: [{ included_units: 300, pricing_metric_id: meter.id.replace('mtr_', 'pmtr_'), rate_name: 'Compute Hours', used_units: '100' }],
    });
    expect(body.active_subscriptions[0]).toEqual({ rate_card_id: expect.stringMatching(/^rc_[0-9A-Za-z]{24}$/), subscription_id: expect.stringMatching(/^sub_[0-9A-Za-z]{24}$/) });
    expect(body.usage_data[0].pricing_metric_id).toMatch(/^pmtr_[0-9A-Za-z]{24}$/);
  });

  it('answers a subject without a subscription with empty lists', async () => {
    const subject = await startSubject(paidup);
    expect(await subject.read()).toEqual({ active_subscriptions: [], has_active_subscription: false, has_overage_for_usage: false, usage_data: [] });
  });

  it('has overage with strictly more used than included, not at it', async () => {
    const subject = await startSubject(paidup);
    await subject.subscribe('compute');
    expect(await subject.read()).toMatchObject({ has_overage_for_usage: false, usage_data: [{ used_units: '0' }] });
    await subject.use(300);
    expect(await subject.read()).toMatchObject({ has_overage_for_usage: false, usage_data: [{ used_units: '300' }] });
    await subject.use('0.001');
    expect(await subject.read()).toMatchObject({ has_overage_for_usage: true, usage_data: [{ used_units: '300.001' }] });
  });

  it('counts carried units as included', async () => {
    const subject = await startSubject(paidup);
    await subject.subscribe('carrying', { starts_at: '2026-06-01T00:00:00Z' });
    await subject.use(4, '2026-06-10T00:00:00Z');
    await subject.use(16);
    expect(await subject.read()).toMatchObject({ has_overage_for_usage: false, usage_data: [{ included_units: 16, used_units: '16' }] });
    await subject.use(1);
    expect((await subject.read()).has_overage_for_usage).toBe(true);
  });

  it.each([[['5.25'], '5.25'], [['0.0000001'], '0.0000001'], [[1e6, '1000000000000000000000'], '1000000000000001000000'], [[0.1, 0.2], '0.3'], [['2.50', '2.50'], '5']])('writes what %j add up to as %s', async (amounts, text) => {
    const subject = await startSubject(paidup);
    await subject.subscribe('compute');
    for (const amount of amounts) await subject.use(amount);
    expect((await subject.read()).usage_data[0].used_units).toBe(text);
  });

  it('has one entry per active subscription and rate, in the order of creation and of the rate card', async () => {
    const subject = await startSubject(paidup);
    const first = await subject.subscribe('two_rates');
    const second = await subject.subscribe('two_rates');
    await subject.subscribe('fixed_only');
    await subject.use(7);
    const body = await subject.read();
    expect(body.active_subscriptions.map((one: Json) => one.subscription_id).slice(0, 2)).toEqual([first, second]);
    expect(body.active_subscriptions).toHaveLength(3);
    expect(body.usage_data.map((one: Json) => [one.rate_name, one.included_units, one.used_units])).toEqual([
      ['B', 5, '7'], ['A', 9007199254740991, '7'], ['B', 5, '7'], ['A', 9007199254740991, '7'],
    ]);
    expect(body.has_overage_for_usage).toBe(true);
  });

  it('adds up dimensions, and pays no heed to the window before', async () => {
    const subject = await startSubject(paidup);
    await subject.subscribe('regional', { starts_at: '2026-06-01T00:00:00Z' });
    await subject.use(50, '2026-06-30T23:59:59Z');
    await subject.use(4);
    await subject.use(6, '2026-07-11T00:00:00Z', 'us');
    expect(await subject.read()).toMatchObject({ has_overage_for_usage: false, usage_data: [{ included_units: 10, used_units: '10' }] });
  });

  it('counts trials and subscriptions about to end as active, scheduled and ended ones not', async () => {
    const subject = await startSubject(paidup);
    const trial = await subject.subscribe('compute', { trial_days: 60 });
    const ending = await subject.subscribe('compute');
    await paidup.call('POST', `/v1/subscriptions/${ending}/cancel`, { at_period_end: true });
    const ended = await subject.subscribe('compute');
    await paidup.call('POST', `/v1/subscriptions/${ended}/cancel`, { at_period_end: false });
    await subject.subscribe('compute', { starts_at: '2026-08-01T00:00:00Z' });
    const body = await subject.read();
    expect(body.active_subscriptions.map((one: Json) => one.subscription_id)).toEqual([trial, ending]);
    expect(body.usage_data).toHaveLength(2);
  });

  it('follows a change of the rate card', async () => {
    const subject = await startSubject(paidup);
    const subscription = await subject.subscribe('compute');
    await paidup.call('POST', `/v1/subscriptions/${subscription}/phases`, { plan: 'payg', starts_at: '2026-07-16T00:00:00Z' });
    const before = await subject.read();
    paidup.clock.set(at('2026-07-17T00:00:00Z'));
    const after = await subject.read();
    paidup.clock.set(at(NOW));
    expect(after.active_subscriptions[0].subscription_id).toBe(subscription);
    expect(after.active_subscriptions[0].rate_card_id).not.toBe(before.active_subscriptions[0].rate_card_id);
    expect([before.usage_data[0].included_units, after.usage_data[0].included_units]).toEqual([300, 0]);
  });

  it('takes the first unit of a pay-as-you-go rate for overage, unless the plan says otherwise', async () => {
    const strict = await startSubject(paidup);
    await strict.subscribe('payg');
    await strict.use(1);
    expect((await strict.read()).has_overage_for_usage).toBe(true);
    const lenient = await startSubject(paidup);
    await lenient.subscribe('payg_ignored');
    await lenient.use(2);
    expect((await lenient.read()).has_overage_for_usage).toBe(false);
    await lenient.use(1);
    expect((await lenient.read()).has_overage_for_usage).toBe(true);
  });

  it.each(['user@example.com', 'team/eu/7', 'a b', 'ключ-鍵-🔑', '50%', 'a%2Fb', 'x+y&z=1;2,3:4!$\'()*', 'what?', '#1', 'subj_short', '..x', `long-${'字'.repeat(200)}`])('finds the external id %s', async (externalId) => {
    const subject = await startSubject(paidup, externalId);
    const raw = path(externalId).replace(/%(40|3A|2B|21|24|26|27|28|29|2A|2C|3B|3D)/g, (code) => decodeURIComponent(code));
    for (const url of [path(externalId), raw]) {
      const response = await paidup.inject({ url, headers: { 'x-api-key': paidup.secretKey } });
      expect([url, response.statusCode, response.json().has_active_subscription]).toEqual([url, 200, false]);
    }
    await subject.subscribe('compute');
    expect((await subject.read()).has_active_subscription).toBe(true);
  });

  it('finds a subject by its Lark id, by Paidup\'s, and by a Lark id that the merchant brought along as external id', async () => {
    const subject = await startSubject(paidup);
    const brought = await startSubject(paidup, `subj_${'A'.repeat(24)}`);
    await subject.subscribe('compute');
    for (const name of [subject.lark, subject.id, subject.name, brought.name, brought.lark]) {
      const response = await paidup.inject({ url: path(name), headers: { 'x-api-key': paidup.secretKey } });
      expect([response.statusCode, response.json().has_active_subscription]).toEqual([200, name !== brought.name && name !== brought.lark]);
    }
  });
});

describe('the manners of Lark', () => {
  let paidup: TestPaidup;
  let subject: Awaited<ReturnType<typeof startSubject>>;
  beforeAll(async () => {
    paidup = await startPaidup({ now: at(NOW) });
    await defineCatalog(paidup);
    subject = await startSubject(paidup);
    await subject.subscribe('compute');
  });
  afterAll(() => paidup.stop());

  const ask = async (name: string, headers: Record<string, string>): Promise<[number, Json]> => {
    const response = await paidup.inject({ url: path(name), headers });
    return [response.statusCode, response.json()];
  };

  it.each([[{}], [{ 'x-api-key': '' }], [{ 'x-api-key': 'nobody' }]])('refuses %j with 401', async (headers) => {
    expect(await ask(subject.name, headers)).toEqual([401, { detail: 'Invalid or missing API key' }]);
  });

  it('takes the key from X-API-Key only', async () => {
    expect((await ask(subject.name, { authorization: `Bearer ${paidup.secretKey}` }))[0]).toBe(401);
  });

  it('lets publishable keys read, and keys without the right not', async () => {
    const { key } = await createApiKey(paidup.engine, { kind: 'publishable', name: 'p', scopes: [] });
    const narrow = await createApiKey(paidup.engine, { kind: 'secret', name: 's', scopes: ['events:write'] });
    expect((await ask(subject.name, { 'x-api-key': key }))[0]).toBe(200);
    expect(await ask(subject.name, { 'x-api-key': narrow.key })).toEqual([403, { detail: 'Not enough permissions' }]);
  });

  it('shows a customer key its own subject only: another looks absent', async () => {
    const other = await startSubject(paidup);
    const key = await paidup.customerKey(other.name);
    for (const own of [other.name, other.id, other.lark]) expect((await ask(own, { 'x-api-key': key }))[0]).toBe(200);
    for (const foreign of [subject.name, subject.id, subject.lark, 'nobody']) expect(await ask(foreign, { 'x-api-key': key })).toEqual([404, NOT_FOUND]);
  });

  it.each(['nobody', `subj_${'0'.repeat(24)}`, `cus_${'0'.repeat(24)}`, `sub_${'0'.repeat(24)}`, 'a\u0000b', '\u0085', 'x'.repeat(300), '__proto__'])('answers for the unknown subject %j with 404', async (name) => {
    expect(await ask(name, { 'x-api-key': paidup.secretKey })).toEqual([404, NOT_FOUND]);
  });

  it('answers for a deleted subject with 404', async () => {
    const gone = await startSubject(paidup);
    await paidup.call('DELETE', `/v1/customers/${gone.name}`);
    for (const name of [gone.name, gone.lark]) expect(await ask(name, { 'x-api-key': paidup.secretKey })).toEqual([404, NOT_FOUND]);
  });

  it('answers other methods with 405 and unknown addresses with 404, in the vendor\'s manner', async () => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      const response = await paidup.inject({ method, url: path(subject.name), payload: '{', headers: { 'content-type': 'application/json' } });
      expect([response.statusCode, response.headers.allow, response.json()]).toEqual([405, 'GET, HEAD, OPTIONS', { detail: 'Method Not Allowed' }]);
    }
    for (const url of ['/customer-access', '/customer-access/', '/customer-access/x', `/customer-access/${subject.name}/billing-states`, '/customer-access//billing-state']) {
      const response = await paidup.inject({ url, headers: { 'x-api-key': paidup.secretKey } });
      expect([url, response.statusCode, Object.keys(response.json())]).toEqual([url, 404, ['detail']]);
    }
    expect((await paidup.inject({ url: '/subject/x' })).json()).toHaveProperty('type');
  });

  it('answers what goes wrong inside with 500, too much work with 503, and neither with the cause', async () => {
    const { states } = paidup.engine;
    const submit = states.submit.bind(states);
    const answers: Json[] = [];
    for (const wrong of [new Error('select secret from table'), new Overloaded('full')]) {
      states.submit = () => Promise.reject(wrong);
      const response = await paidup.inject({ url: path(subject.name), headers: { 'x-api-key': paidup.secretKey } });
      answers.push([response.statusCode, response.headers['retry-after'], response.json()]);
    }
    states.submit = submit;
    expect(answers).toEqual([[500, undefined, { detail: 'Internal Server Error' }], [503, '1', { detail: expect.any(String) }]]);
  });

  it('lets pages of every origin read, with whatever headers the vendor\'s client sends', async () => {
    const asked = 'x-api-key,x-stainless-lang,x-stainless-retry-count,content-type';
    const preflight = await paidup.inject({ method: 'OPTIONS', url: path('user@example.com'), headers: { origin: ORIGIN, 'access-control-request-method': 'GET', 'access-control-request-headers': asked } });
    expect([preflight.statusCode, preflight.headers]).toMatchObject([204, {
      'access-control-allow-origin': '*', 'access-control-allow-methods': 'GET, OPTIONS', 'access-control-allow-headers': asked, vary: 'Origin, Access-Control-Request-Headers',
    }]);
    for (const key of [paidup.secretKey, 'wrong']) {
      const response = await paidup.inject({ url: path(subject.name), headers: { origin: ORIGIN, 'x-api-key': key } });
      expect(response.headers).toMatchObject({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After', vary: 'Origin' });
      expect(response.headers).not.toHaveProperty('access-control-allow-credentials');
    }
    const plain = await paidup.inject({ url: path(subject.name), headers: { 'x-api-key': paidup.secretKey } });
    expect(plain.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('stands in the OpenAPI file', async () => {
    const { body } = await paidup.call('GET', '/openapi.json');
    expect(body.paths['/customer-access/{subject_id}/billing-state'].get.responses[200]).toBeDefined();
  });
});

describe('the demo subject of Lark', () => {
  const DAY = 86_400_000;

  it.each(['2026-03-01T00:00:00Z', '2028-02-29T23:59:59.999Z', '2026-12-31T12:00:00Z'])('answers as in the documentation when loaded at %s', async (now) => {
    const paidup = await startPaidup({ now: at(now) });
    const { id, externalId } = await loadLarkDemo(paidup.engine);
    const response = await paidup.inject({ url: path(externalId), headers: { 'x-api-key': paidup.secretKey } });
    const same = await paidup.inject({ url: path(id.replace('cus_', 'subj_')), headers: { 'x-api-key': paidup.secretKey } });
    await paidup.stop();
    expect(externalId).toBe('user_1234567890');
    expect(response.json()).toEqual({
      active_subscriptions: [{ rate_card_id: expect.stringMatching(/^rc_/), subscription_id: expect.stringMatching(/^sub_/) }],
      has_active_subscription: true,
      has_overage_for_usage: false,
      usage_data: [{ included_units: 300, pricing_metric_id: expect.stringMatching(/^pmtr_/), rate_name: 'Compute Hours', used_units: '100' }],
    });
    expect(same.body).toBe(response.body);
  });

  it('has run 100 hours in its first month, never in the future, on any day of five years', () => {
    for (let now = at('2026-01-01T00:00:00Z'); now < at('2031-01-01T00:00:00Z'); now = instant(now + DAY * 0.97)) {
      const { startsAt, events } = inventLarkUse('x', now);
      const times = events.map((event) => at(event.timestamp ?? ''));
      expect(Math.min(...times)).toBeGreaterThanOrEqual(startsAt);
      expect(Math.max(...times)).toBeLessThanOrEqual(now);
      expect(now - startsAt).toBeLessThan(28 * DAY);
      expect(events.reduce((sum, event) => sum + Number(event.properties?.['hours']), 0)).toBe(100);
    }
  });

  it('is printed by the documentation\'s example script', async () => {
    const paidup = await startPaidup();
    const { externalId } = await loadLarkDemo(paidup.engine);
    const url = await paidup.app.listen({ host: '127.0.0.1', port: 0 });
    const { key } = await createApiKey(paidup.engine, { kind: 'publishable', name: 'p', scopes: [] });
    const env = { ...process.env, LARK_BASE_URL: url, LARK_API_KEY: key, SUBJECT_ID: externalId };
    const { stdout } = await promisify(execFile)(process.execPath, ['test/conformance/scripts/lark.mjs'], { env });
    await paidup.stop();
    expect(stdout.trim().split('\n')).toEqual([
      'has_active_subscription: true',
      'has_overage_for_usage: false',
      expect.stringMatching(/^subscription: sub_\w{24} on rc_\w{24}$/),
      expect.stringMatching(/^Compute Hours: 100 of 300 \(pmtr_\w{24}\)$/),
      'feature_access_allowed: true',
    ]);
  });
});
