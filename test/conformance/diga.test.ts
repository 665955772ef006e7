import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inventDigaUse, loadDigaDemo } from '../../src/cli/demo/diga.js';
import { instant, parseInstant, type Instant } from '../../src/core/instant.js';
import { periodContaining, type Schedule } from '../../src/core/period.js';
import { buildApp } from '../../src/http/app.js';
import { SubscriptionSchema } from '../../src/http/surfaces/diga/schema.js';
import { createApiKey } from '../../src/service/api-key.js';
import { Overloaded } from '../../src/store/batcher.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';

/** Whatever came as JSON: the tests say what must be in it. */
type Json = ReturnType<typeof JSON.parse>;

const PATH = '/v1/billing/subscription/';
const NOW = '2026-07-15T10:00:00Z';
const MONTH = { unit: 'month', count: 1 };
const YEAR = { unit: 'year', count: 1 };
const ORIGIN = 'https://app.example.com';

const validate = new Ajv({ strict: false }).compile(SubscriptionSchema);

/** Fields by the versions of the vendor's schema that require them (contracts/diga.md section 2). */
const EVERY_FIELD = [
  'active_since', 'copilot_usage_percent', 'currency', 'included_minutes', 'included_workflows', 'knowledge_items_count', 'knowledge_storage_limit_bytes',
  'knowledge_storage_used_bytes', 'max_concurrent_calls', 'minutes_count', 'name', 'next_invoice_amount', 'next_invoice_date', 'next_payment_date',
  'next_phase', 'overage_price_per_minute', 'period', 'period_end', 'period_start', 'price', 'rollover_minutes_count', 'usage_based_billing_enabled',
  'workflows_count',
];

function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed === undefined) throw new Error(`not an instant: ${text}`);
  return parsed;
}

const minutes = (over: object = {}) => ({
  code: 'minutes', type: 'usage', meter: 'call_minutes', included: '1000', model: { type: 'per_unit', amount: '0.05' }, window: MONTH,
  rollover: { cap: { multiple: '2' } }, overage: 'allowed', ...over,
});
const fee = (amount: string, over: object = {}) => ({ code: 'base', type: 'fixed', amount, ...over });

const PLANS: Record<string, object> = {
  free: { name: 'Free', currency: 'EUR', interval: MONTH, prices: [minutes({ included: '30', overage: 'blocked' })], metadata: { 'diga.free': 'true' } },
  basic: { name: 'Basic Plan', currency: 'EUR', interval: MONTH, prices: [fee('29.00'), minutes({ included: '350' })] },
  pro: {
    name: 'Pro Plan', currency: 'EUR', interval: MONTH, prices: [fee('5000'), minutes(), { code: 'flows', type: 'usage', meter: 'flows', model: { type: 'per_unit', amount: '0' }, included: '20', overage: 'blocked', window: { unit: 'lifetime' } }],
    features: [{ feature: 'concurrent_calls', limit: '5' }, { feature: 'workflows', price: 'flows' }],
  },
  pro_year: { name: 'Pro Yearly', currency: 'EUR', interval: YEAR, prices: [fee('50000.50'), minutes({ included: '10000' })] },
  weekly: { name: 'Weekly', currency: 'EUR', interval: { unit: 'week', count: 1 }, prices: [fee('9'), minutes({ window: null, rollover: null })] },
  yen: { name: 'Yen', currency: 'JPY', interval: MONTH, prices: [fee('2980'), minutes({ included: 'unlimited', rollover: null })], features: [{ feature: 'concurrent_calls', limit: 'unlimited' }, { feature: 'workflows', limit: 'unlimited' }] },
  tiers: { name: 'Tiers', currency: 'EUR', interval: MONTH, prices: [minutes({ included: '10', rollover: null, model: { type: 'graduated', tiers: [{ up_to: '5', unit_amount: '0.1' }, { up_to: null, unit_amount: '0.065' }] } })] },
  parts: { name: 'Parts', currency: 'EUR', interval: MONTH, prices: [minutes({ meter: 'parts', included: '10.9', rollover: null })] },
  phones: { name: 'Phone numbers', currency: 'EUR', interval: MONTH, prices: [fee('3', { per_seat: true })] },
};

async function defineCatalog(paidup: TestPaidup): Promise<void> {
  await paidup.call('PUT', '/v1/meters/call_minutes', { event_name: 'call', aggregation: 'sum', property: 'seconds', unit: 'minute', conversion: { divide_by: '60', round: 'up' } });
  await paidup.call('PUT', '/v1/meters/parts', { event_name: 'parts', aggregation: 'sum', property: 'n' });
  await paidup.call('PUT', '/v1/meters/flows', { event_name: 'flows', aggregation: 'last', property: 'n' });
  await paidup.call('PUT', '/v1/features/concurrent_calls', { type: 'limit' });
  await paidup.call('PUT', '/v1/features/workflows', { type: 'metered' });
  for (const [code, plan] of Object.entries(PLANS)) expect((await paidup.call('PUT', `/v1/plans/${code}`, plan)).status).toBeLessThan(300);
}

let customers = 0;

/** A customer of its own on a plan since a day, and what can be done with it. */
async function startProject(paidup: TestPaidup, plan?: string, over: { starts_at?: string; overage?: boolean; quantities?: object } = {}) {
  customers += 1;
  const name = `project-${customers}`;
  expect((await paidup.call('POST', '/v1/customers', { external_id: name, currency: 'EUR' })).status).toBe(201);
  const key = await paidup.customerKey(name);
  const subscribe = async (code: string, terms: object = {}): Promise<string> => {
    const { status, body } = await paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan: code, starts_at: '2026-07-03T00:00:00Z', ...terms });
    expect(status).toBe(201);
    return body.id;
  };
  const subscription = plan === undefined ? '' : await subscribe(plan, over);
  let events = 0;
  const call = async (seconds: number, timestamp = '2026-07-10T00:00:00Z', event = 'call', properties: object = { seconds }): Promise<void> => {
    events += 1;
    const { body } = await paidup.call('POST', '/v1/events', { events: [{ id: `e-${events}`, customer: name, name: event, timestamp, properties }] });
    expect(body.results[0].status).toBe('accepted');
  };
  const read = async (): Promise<Json> => {
    const response = await paidup.inject({ url: PATH, headers: { authorization: `Bearer ${key}` } });
    expect(response.statusCode).toBe(200);
    const body = response.json();
    expect(validate(body), JSON.stringify(validate.errors)).toBe(true);
    return body;
  };
  return {
    name, key, subscribe, call, read,
    post: async (action: string, body: object) => expect((await paidup.call('POST', `/v1/subscriptions/${subscription}/${action}`, body)).status).toBeLessThan(300),
  };
}

describe.each(STORES)('the subscription of Diga on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at(NOW) });
    await defineCatalog(paidup);
  });
  afterAll(() => paidup.stop());

  it('answers the example of the documentation, field by field', async () => {
    const project = await startProject(paidup, 'pro');
    await project.post('phases', { plan: 'pro' });
    await project.call(450 * 60);

    expect(await project.read()).toEqual({
      name: 'Pro Plan',
      next_invoice_date: '2026-08-03T00:00:00Z',
      next_invoice_amount: 5000,
      period_start: '2026-07-03T00:00:00Z',
      period_end: '2026-08-03T00:00:00Z',
      included_minutes: 1000,
      max_concurrent_calls: 5,
      active_since: '2026-07-03T00:00:00Z',
      price: 5000,
      currency: 'EUR',
      period: 'month',
      overage_price_per_minute: 0.05,
      usage_based_billing_enabled: true,
      minutes_count: 450,
      rollover_minutes_count: 0,
      next_payment_date: '2026-08-03T00:00:00Z',
      next_phase: { name: 'Pro Plan', period: 'month', price: 5000 },
      knowledge_storage_used_bytes: 0,
      knowledge_storage_limit_bytes: null,
      knowledge_items_count: 0,
      copilot_usage_percent: 0,
      included_workflows: 20,
      workflows_count: 0,
    });
  });

  it('counts seconds over the window and rounds their sum, not each call, up to minutes', async () => {
    const project = await startProject(paidup, 'pro');
    await project.call(61);
    expect((await project.read()).minutes_count).toBe(2);
    await project.call(59);
    expect((await project.read()).minutes_count).toBe(2);
    await project.call(1);
    expect((await project.read()).minutes_count).toBe(3);
  });

  it('carries what was left into the next window, at most twice what is included', async () => {
    const project = await startProject(paidup, 'pro', { starts_at: '2026-06-03T00:00:00Z' });
    await project.call(600 * 60, '2026-06-20T00:00:00Z');
    await project.call(100 * 60);
    expect(await project.read()).toMatchObject({ minutes_count: 100, rollover_minutes_count: 400, active_since: '2026-06-03T00:00:00Z' });
    const old = await startProject(paidup, 'pro', { starts_at: '2025-07-03T00:00:00Z' });
    expect(await old.read()).toMatchObject({ minutes_count: 0, rollover_minutes_count: 2000 });
  });

  it('adds overage after included and carried minutes to the next invoice', async () => {
    const project = await startProject(paidup, 'basic');
    await project.call(350 * 60);
    expect((await project.read()).next_invoice_amount).toBe(29);
    await project.call(61);
    expect(await project.read()).toMatchObject({ minutes_count: 352, next_invoice_amount: 29.1, price: 29 });
  });

  it('has no overage price while metered billing is off', async () => {
    const project = await startProject(paidup, 'pro', { overage: false });
    expect(await project.read()).toMatchObject({ usage_based_billing_enabled: false, overage_price_per_minute: null, next_payment_date: '2026-08-03T00:00:00Z', next_invoice_amount: 5000 });
  });

  it('shows a yearly plan with its monthly minutes: the period is the year, the next payment the month while metered', async () => {
    const metered = await startProject(paidup, 'pro_year');
    await metered.call(10_010 * 60);
    const year = { name: 'Pro Yearly', period: 'year', price: 50000.5, period_start: '2026-07-03T00:00:00Z', period_end: '2027-07-03T00:00:00Z', included_minutes: 10000 };
    expect(await metered.read()).toMatchObject({ ...year, minutes_count: 10010, next_invoice_date: '2026-08-03T00:00:00Z', next_payment_date: '2026-08-03T00:00:00Z', next_invoice_amount: 0.5 });
    const flat = await startProject(paidup, 'pro_year', { overage: false });
    expect(await flat.read()).toMatchObject({ ...year, next_invoice_date: '2027-07-03T00:00:00Z', next_payment_date: '2027-07-03T00:00:00Z', next_invoice_amount: 50000.5 });
  });

  it('tells the plan that follows, unless its period is one that the vendor has no word for', async () => {
    const project = await startProject(paidup, 'pro');
    expect((await project.read()).next_phase).toBeNull();
    await project.post('phases', { plan: 'basic' });
    expect(await project.read()).toMatchObject({ name: 'Pro Plan', next_phase: { name: 'Basic Plan', period: 'month', price: 29 }, next_invoice_amount: 29 });
    await project.post('phases', { plan: 'pro_year' });
    expect((await project.read()).next_phase).toEqual({ name: 'Pro Yearly', period: 'year', price: 50000.5 });
    await project.post('phases', { plan: 'weekly' });
    expect((await project.read()).next_phase).toBeNull();
  });

  it('has no next invoice once canceled, and falls back to the free plan when the period is over', async () => {
    const project = await startProject(paidup, 'pro');
    await project.call(2000 * 60);
    await project.post('cancel', { at_period_end: true });
    expect(await project.read()).toMatchObject({
      name: 'Pro Plan', next_invoice_date: null, next_invoice_amount: null, next_payment_date: '2026-08-03T00:00:00Z', next_phase: { name: 'Free', period: 'month', price: 0 }, minutes_count: 2000,
    });
    paidup.clock.set(at('2026-08-10T00:00:00Z'));
    const after = await project.read();
    paidup.clock.set(at(NOW));
    expect(after).toMatchObject({
      name: 'Free', price: 0, active_since: '2026-08-03T00:00:00Z', period_start: '2026-08-03T00:00:00Z', period_end: '2026-09-03T00:00:00Z', included_minutes: 30, minutes_count: 0,
      rollover_minutes_count: 0, usage_based_billing_enabled: false, overage_price_per_minute: null, next_invoice_date: '2026-09-03T00:00:00Z', next_invoice_amount: 0, next_phase: null,
    });
  });

  it('shows a customer who never subscribed on the free plan since they came', async () => {
    const project = await startProject(paidup);
    expect(await project.read()).toMatchObject({ name: 'Free', active_since: NOW, period_start: NOW, period_end: '2026-08-15T10:00:00Z', next_payment_date: '2026-08-15T10:00:00Z' });
  });

  it('takes the subscription that counts minutes for the project\'s own', async () => {
    const project = await startProject(paidup, 'phones', { quantities: { base: '2' } });
    expect(await project.read()).toMatchObject({ name: 'Phone numbers', price: 6, included_minutes: 0, usage_based_billing_enabled: false, overage_price_per_minute: null });
    await project.subscribe('basic');
    expect(await project.read()).toMatchObject({ name: 'Basic Plan', price: 29, included_minutes: 350, next_invoice_amount: 35 });
  });

  it('cuts parts of minutes that are granted, and rounds used ones up', async () => {
    const project = await startProject(paidup, 'parts');
    await project.call(0, '2026-07-10T00:00:00Z', 'parts', { n: '1.2' });
    expect(await project.read()).toMatchObject({ included_minutes: 10, minutes_count: 2 });
  });

  it('leaves out the amount of an invoice in another currency than the plan\'s', async () => {
    const project = await startProject(paidup, 'basic');
    await project.subscribe('yen', { starts_at: '2026-06-20T00:00:00Z' });
    expect(await project.read()).toMatchObject({ currency: 'EUR', next_invoice_date: '2026-08-03T00:00:00Z', next_invoice_amount: null, next_payment_date: '2026-08-03T00:00:00Z' });
  });

  it('writes other currencies, weeks, tiers and what has no limit', async () => {
    const yen = await startProject(paidup, 'yen');
    expect(await yen.read()).toMatchObject({ currency: 'JPY', price: 2980, max_concurrent_calls: null, included_minutes: 2_147_483_647, included_workflows: 2_147_483_647, workflows_count: null });
    const weekly = await startProject(paidup, 'weekly');
    expect(await weekly.read()).toMatchObject({ period: 'week', period_start: '2026-07-10T00:00:00Z', period_end: '2026-07-17T00:00:00Z', price: 9 });
    const tiers = await startProject(paidup, 'tiers');
    expect((await tiers.read()).overage_price_per_minute).toBe(0.1);
    await tiers.call(15 * 60);
    expect(await tiers.read()).toMatchObject({ overage_price_per_minute: 0.065, next_invoice_amount: 0.5 });
  });

  it('counts workflows from their meter', async () => {
    const project = await startProject(paidup, 'pro');
    await project.call(0, '2026-07-10T00:00:00Z', 'flows', { n: 7 });
    expect(await project.read()).toMatchObject({ workflows_count: 7, included_workflows: 20 });
  });

  it('cuts instants to the second', async () => {
    const project = await startProject(paidup, 'pro', { starts_at: '2026-07-03T00:00:00.789Z' });
    expect(await project.read()).toMatchObject({ active_since: '2026-07-03T00:00:00Z', period_end: '2026-08-03T00:00:00Z' });
  });

  it('has every field of every version, and says what the native state says', async () => {
    const project = await startProject(paidup, 'pro');
    await project.call(1234 * 60 + 5);
    const body = await project.read();
    const { body: state } = await paidup.call('GET', `/v1/customers/${project.name}/state`);
    expect(Object.keys(body).sort()).toEqual(EVERY_FIELD);
    const usage = state.usage.find((one: Json) => one.price === 'minutes');
    expect({ included: `${body.included_minutes}`, carried: `${body.rollover_minutes_count}`, used: `${body.minutes_count}` }).toEqual({ included: usage.included, carried: usage.carried, used: usage.used });
    expect(body.next_invoice_amount).toBe(Number(state.upcoming_invoice.total.amount));
  });
});

describe('the manners of Diga', () => {
  let paidup: TestPaidup;
  let project: Awaited<ReturnType<typeof startProject>>;
  const error = (code: string, message: unknown) => ({ status: 'error', error_code: code, message });
  const MISSING = error('MISSING_PERMISSIONS', 'Missing required permissions');
  const INVALID = error('INVALID_API_KEY', 'Invalid or missing API key');
  beforeAll(async () => {
    paidup = await startPaidup({ now: at(NOW) });
    await defineCatalog(paidup);
    project = await startProject(paidup, 'pro');
  });
  afterAll(() => paidup.stop());

  it('answers with and without the last slash, without a redirect', async () => {
    const headers = { authorization: `Bearer ${project.key}` };
    const answers = await Promise.all([PATH, PATH.slice(0, -1), `${PATH}?refresh=1`].map((url) => paidup.inject({ url, headers })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(answers[0]?.headers['content-type']).toMatch(/^application\/json/);
  });

  it.each([[{}], [{ authorization: 'Bearer sk-0000' }], [{ authorization: 'Basic c2stMDAwMA==' }], [{ 'x-api-key': 'sk-0000' }]])('refuses %j with 401 in the vendor\'s shape', async (headers) => {
    const response = await paidup.inject({ url: PATH, headers });
    expect([response.statusCode, response.json()]).toEqual([401, INVALID]);
  });

  it('refuses keys that are not a project\'s, or may not view its billing, with 403', async () => {
    const publishable = await createApiKey(paidup.engine, { kind: 'publishable', name: 'p', scopes: [] });
    const narrow = await paidup.customerKey(project.name, ['wallet:read']);
    for (const key of [paidup.secretKey, publishable.key, narrow]) {
      const response = await paidup.inject({ url: PATH, headers: { authorization: `Bearer ${key}` } });
      expect([response.statusCode, response.json()]).toEqual([403, MISSING]);
    }
    const viewer = await paidup.customerKey(project.name, ['billing.view']);
    expect((await paidup.inject({ url: PATH, headers: { authorization: `Bearer ${viewer}` } })).statusCode).toBe(200);
  });

  it('answers other methods with 405 and unknown addresses of billing with 404, both in the vendor\'s shape', async () => {
    for (const url of [PATH, PATH.slice(0, -1)]) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
        const response = await paidup.inject({ method, url, payload: '{', headers: { 'content-type': 'application/json' } });
        expect([response.statusCode, response.headers.allow, response.json()]).toEqual([405, 'GET, HEAD, OPTIONS', error('METHOD_NOT_ALLOWED', 'Method Not Allowed')]);
      }
    }
    const unknown = await paidup.inject({ url: '/v1/billing/invoices' });
    expect([unknown.statusCode, unknown.json()]).toEqual([404, error('NOT_FOUND', 'There is no GET /v1/billing/invoices.')]);
    expect((await paidup.inject({ url: '/v1/nothing' })).json()).toHaveProperty('type');
  });

  it('answers what goes wrong inside with 500, too much work with 503, and neither with the cause', async () => {
    const { states } = paidup.engine;
    const submit = states.submit.bind(states);
    const answers: Json[] = [];
    for (const wrong of [new Error('select secret from table'), new Overloaded('full')]) {
      states.submit = () => Promise.reject(wrong);
      const response = await paidup.inject({ url: PATH, headers: { authorization: `Bearer ${project.key}` } });
      answers.push([response.statusCode, response.headers['retry-after'], response.json()]);
    }
    states.submit = submit;
    expect(answers).toEqual([
      [500, undefined, error('INTERNAL_SERVER_ERROR', 'Error: Internal Server Error')],
      [503, '1', error('SERVICE_UNAVAILABLE', expect.any(String))],
    ]);
  });

  it('lets pages of listed origins read, errors too, and no others', async () => {
    const app = await buildApp({ engine: paidup.engine, corsOrigins: [ORIGIN] });
    const authorization = `Bearer ${project.key}`;
    const ask = async (origin: string, headers: Record<string, string> = { authorization }) => (await app.inject({ url: PATH, headers: { origin, ...headers } })).headers;
    expect(await ask(ORIGIN)).toMatchObject({ 'access-control-allow-origin': ORIGIN, vary: 'Origin' });
    expect(await ask(ORIGIN, {})).toMatchObject({ 'access-control-allow-origin': ORIGIN });
    expect(await ask('http://localhost:3000')).not.toHaveProperty('access-control-allow-origin');
    const preflight = (origin: string) => app.inject({ method: 'OPTIONS', url: PATH, headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' } });
    const allowed = await preflight(ORIGIN);
    expect([allowed.statusCode, allowed.headers]).toMatchObject([204, { 'access-control-allow-origin': ORIGIN, 'access-control-allow-methods': 'GET', 'access-control-allow-headers': 'authorization' }]);
    expect((await preflight('https://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
    await app.close();
    const closed = await paidup.inject({ url: PATH, headers: { origin: ORIGIN, authorization } });
    expect([closed.statusCode, closed.headers['access-control-allow-origin'], closed.headers.vary]).toEqual([200, undefined, undefined]);
  });

  it('has no subscription to show where there is none and no free plan', async () => {
    await paidup.call('DELETE', '/v1/plans/free');
    const lonely = await startProject(paidup);
    const response = await paidup.inject({ url: PATH, headers: { authorization: `Bearer ${lonely.key}` } });
    expect([response.statusCode, response.json()]).toEqual([404, error('NOT_FOUND', expect.stringContaining('no subscription'))]);
    await project.post('cancel', { at_period_end: true });
    expect((await project.read()).next_phase).toEqual({ name: 'Free', period: 'month', price: 0 });
  });

  it('knows nothing of a deleted project', async () => {
    const gone = await startProject(paidup, 'pro');
    await paidup.call('DELETE', `/v1/customers/${gone.name}`);
    const response = await paidup.inject({ url: PATH, headers: { authorization: `Bearer ${gone.key}` } });
    expect([response.statusCode, response.json().error_code]).toEqual([404, 'NOT_FOUND']);
  });

  it('stands in the OpenAPI file', async () => {
    const { body } = await paidup.call('GET', '/openapi.json');
    expect(body.paths[PATH].get.responses[200]).toBeDefined();
    expect(body.paths).not.toHaveProperty(PATH.slice(0, -1));
  });
});

describe('the demo project of Diga', () => {
  const DAY = 86_400_000;
  const meant = { name: 'Pro', currency: 'EUR', included_minutes: 1400, minutes_count: 450, rollover_minutes_count: 350, overage_price_per_minute: 0.07, usage_based_billing_enabled: true, price: 99 };

  it.each(['2026-03-12T23:30:00Z', '2028-03-11T12:00:00Z', '2026-11-06T00:00:00Z'])('says what it must when loaded at %s', async (now) => {
    const paidup = await startPaidup({ now: at(now) });
    const { id, externalId } = await loadDigaDemo(paidup.engine);
    const response = await paidup.inject({ url: PATH, headers: { authorization: `Bearer ${await paidup.customerKey(id)}` } });
    const body = response.json();
    const { body: state } = await paidup.call('GET', `/v1/customers/${externalId}/state`);
    await paidup.stop();
    expect(validate(body)).toBe(true);
    expect(body).toMatchObject({
      ...meant, next_phase: { name: 'Basic', period: 'month', price: 29 }, next_invoice_amount: 29, max_concurrent_calls: 5, knowledge_storage_used_bytes: 44302336,
      knowledge_storage_limit_bytes: 104857600, knowledge_items_count: 23, copilot_usage_percent: 35, included_workflows: 20, workflows_count: 7,
    });
    expect(state.access).toEqual({ allowed: true, reasons: [] });
    expect(at(body.period_start)).toBeLessThan(at(now));
    expect(at(body.period_end)).toBeGreaterThan(at(now));
  });

  it('uses one whole month and a part of the next, never the future, on any day of five years', () => {
    for (let now = at('2026-01-01T00:00:00Z'); now < at('2031-01-01T00:00:00Z'); now = instant(now + DAY * 0.97)) {
      const { startsAt, events } = inventDigaUse('x', now);
      const times = events.map((event) => at(event.timestamp ?? ''));
      const seconds = (prefix: string) => events.filter((event) => event.id.startsWith(prefix)).reduce((sum, event) => sum + Number(event.properties?.['seconds'] ?? 0), 0);
      const months: Schedule = { anchorAt: startsAt, startsAt, zone: 'Europe/Madrid', interval: { unit: 'month', count: 1 }, alignment: 'anniversary' };
      const isBefore = (id: string) => id.startsWith('call-before-');
      expect(Math.min(...times)).toBeGreaterThanOrEqual(startsAt);
      expect(Math.max(...times)).toBeLessThanOrEqual(now);
      expect(periodContaining(months, now).index).toBe(1);
      expect(new Set(events.filter(({ id }) => id.startsWith('call-')).map(({ id }, index) => periodContaining(months, times[index] as Instant).index - (isBefore(id) ? 0 : 1)))).toEqual(new Set([0]));
      expect([Math.ceil(seconds('call-before-') / 60), Math.ceil((seconds('call-') - seconds('call-before-')) / 60)]).toEqual([1050, 450]);
    }
  });

  it('is printed by the documentation\'s example script', async () => {
    const paidup = await startPaidup();
    const { id } = await loadDigaDemo(paidup.engine);
    const url = await paidup.app.listen({ host: '127.0.0.1', port: 0 });
    const env = { ...process.env, API_URL: url, API_KEY: await paidup.customerKey(id) };
    const { stdout } = await promisify(execFile)(process.execPath, ['test/conformance/scripts/diga.mjs'], { env });
    await paidup.stop();
    for (const [name, value] of Object.entries(meant)) expect(stdout).toContain(`${name}: ${value}\n`);
    expect(stdout).toContain('next_phase: {"name":"Basic","period":"month","price":29}\n');
    expect(stdout.trim().split('\n')).toHaveLength(EVERY_FIELD.length);
  });
});
