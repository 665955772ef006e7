import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/http/app.js';
import { UsageAlertSchema } from '../../src/http/surfaces/diga/schema.js';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

/** Whatever came as JSON: the tests say what must be in it. */
type Json = ReturnType<typeof JSON.parse>;

const PATH = '/v1/notification/usage_alert';
const NOW = '2026-07-15T10:00:00Z';
const MONTH = { unit: 'month', count: 1 };
const ORIGIN = 'https://app.example.com';
const SET = { enabled: true, percent: 80, notification_email: 'ops@example.com' };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const minutes = (over: object = {}) => ({ code: 'minutes', type: 'usage', meter: 'call_minutes', included: '100', model: { type: 'per_unit', amount: '0.05' }, rollover: { cap: { multiple: '2' } }, ...over });
const error = (code: string, message: unknown) => ({ status: 'error', error_code: code, message });
const validate = new Ajv({ strict: false }).compile(UsageAlertSchema);

async function start(store: (typeof STORES)[number] = 'embedded'): Promise<TestPaidup> {
  const paidup = await startPaidup({ store, now: at(NOW) });
  await paidup.call('PUT', '/v1/meters/call_minutes', { event_name: 'call', aggregation: 'sum', property: 'seconds', unit: 'minute', conversion: { divide_by: '60', round: 'up' } });
  await paidup.call('PUT', '/v1/plans/pro', { currency: 'EUR', interval: MONTH, prices: [minutes()] });
  await paidup.call('PUT', '/v1/plans/free', { currency: 'EUR', interval: MONTH, prices: [minutes({ included: '30' })], metadata: { 'diga.free': 'true' } });
  return paidup;
}

let projects = 0;

async function startProject(paidup: TestPaidup, terms: object | null = {}) {
  projects += 1;
  const name = `alerted-${projects}`;
  await paidup.call('POST', '/v1/customers', { external_id: name, currency: 'EUR' });
  if (terms !== null) expect((await paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan: 'pro', starts_at: '2026-06-01T00:00:00Z', ...terms })).status).toBe(201);
  const key = await paidup.customerKey(name);
  const ask = async (method: 'GET' | 'POST', body?: unknown, url = PATH): Promise<{ status: number; body: Json }> => {
    const response = await paidup.inject({ method, url, headers: { authorization: `Bearer ${key}` }, ...(body === undefined ? {} : { payload: body as object }) });
    if (response.statusCode === 200) expect(validate(response.json()), JSON.stringify(validate.errors)).toBe(true);
    return { status: response.statusCode, body: response.json() };
  };
  let events = 0;
  const call = async (seconds: number, timestamp = '2026-07-10T00:00:00Z'): Promise<void> => {
    events += 1;
    await paidup.call('POST', '/v1/events', { events: [{ id: `e-${events}`, customer: name, name: 'call', timestamp, properties: { seconds } }] });
  };
  const firings = async (): Promise<Json[]> => (await paidup.call('GET', `/v1/customers/${name}/alert-firings`)).body.data;
  return { name, key, ask, call, firings };
}

describe.each(STORES)('the usage alert of Diga on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await start(store);
  });
  afterAll(() => paidup.stop());

  it('is switched off until it is set, under an id that stays', async () => {
    const project = await startProject(paidup);
    const before = await project.ask('GET');
    const set = await project.ask('POST', SET);
    paidup.clock.advance(60_000);
    const again = await project.ask('POST', { ...SET, percent: 90, enabled: false });
    const { id } = before.body;

    expect(before).toEqual({ status: 200, body: { id: expect.stringMatching(UUID), enabled: false, percent: 80, updated_at: NOW } });
    expect(set).toEqual({ status: 200, body: { id, enabled: true, percent: 80, updated_at: NOW } });
    expect(again).toEqual({ status: 200, body: { id, enabled: false, percent: 90, updated_at: '2026-07-15T10:01:00Z' } });
    expect(await project.ask('GET')).toEqual(again);
    expect((await (await startProject(paidup)).ask('GET')).body.id).not.toBe(id);
    paidup.clock.set(at(NOW));
  });

  it('is the alert that the native API shows, of included minutes', async () => {
    const project = await startProject(paidup);
    await project.ask('POST', SET);
    const { data } = (await paidup.call('GET', `/v1/customers/${project.name}/alerts`)).body;
    expect(data).toMatchObject([{ meter: 'call_minutes', threshold: { type: 'percent', percent: '80', of: 'included' }, enabled: true, email: 'ops@example.com', reference: 'diga.usage_alert' }]);

    await paidup.call('PATCH', `/v1/customers/${project.name}/alerts/${data[0].id}`, { threshold: { type: 'percent', percent: '55.5', of: 'included' } });
    expect((await project.ask('GET')).body).toMatchObject({ enabled: true, percent: 55 });
    await paidup.call('DELETE', `/v1/customers/${project.name}/alerts/${data[0].id}`);
    expect((await project.ask('GET')).body).toMatchObject({ enabled: false, percent: 80, updated_at: NOW });
  });

  it('tells once in a month that so much of the included minutes is used, whatever was carried in', async () => {
    const project = await startProject(paidup);
    await project.ask('POST', SET);
    // June left 100 minutes: 200 may be used in July, of which 80 are 80 percent of what is included.
    await project.call(79 * 60);
    expect(await project.firings()).toEqual([]);
    await project.call(1);
    await project.call(3600);
    expect(await project.firings()).toMatchObject([{ used: '80', limit: '100', percent: '80', email: 'ops@example.com', window: { start: '2026-07-01T00:00:00Z' } }]);
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
  });

  it('may be set by a project on the free plan', async () => {
    const project = await startProject(paidup, null);
    expect((await project.ask('POST', SET)).body).toMatchObject({ enabled: true, percent: 80 });
  });
});

describe('the manners of the usage alert', () => {
  let paidup: TestPaidup;
  let project: Awaited<ReturnType<typeof startProject>>;
  beforeAll(async () => {
    paidup = await start();
    project = await startProject(paidup);
  });
  afterAll(() => paidup.stop());

  it('answers with and without a last slash, without a redirect', async () => {
    expect((await project.ask('POST', SET, `${PATH}/`)).status).toBe(200);
    expect(await project.ask('GET', undefined, `${PATH}/`)).toEqual(await project.ask('GET'));
  });

  it.each<[body: unknown, detail: object[]]>([
    [{}, ['enabled', 'percent', 'notification_email'].map((field) => ({ loc: ['body', field], msg: 'Field required', type: 'missing' }))],
    [{ ...SET, percent: 0 }, [{ loc: ['body', 'percent'], msg: 'Input should be greater than or equal to 1', type: 'greater_than_equal' }]],
    [{ ...SET, percent: 100 }, [{ loc: ['body', 'percent'], msg: 'Input should be less than or equal to 99', type: 'less_than_equal' }]],
    [{ ...SET, percent: 79.5 }, [{ loc: ['body', 'percent'], msg: 'Input should be a valid integer', type: 'int_type' }]],
    [{ ...SET, enabled: 'yes' }, [{ loc: ['body', 'enabled'], msg: 'Input should be a valid boolean', type: 'bool_type' }]],
    [{ ...SET, notification_email: null }, [{ loc: ['body', 'notification_email'], msg: 'Input should be a valid string', type: 'string_type' }]],
    [[], [{ loc: ['body'], msg: 'Input should be a valid dictionary or object to extract fields from', type: 'model_attributes_type' }]],
    [undefined, [{ loc: ['body'], msg: 'Field required', type: 'missing' }]],
  ])('answers %j with 422 as FastAPI does', async (body, detail) => {
    expect(await project.ask('POST', body)).toEqual({ status: 422, body: { detail } });
  });

  it('answers what is no JSON with 422, and an address that is none with 400', async () => {
    const broken = await paidup.inject({ method: 'POST', url: PATH, payload: '{', headers: { authorization: `Bearer ${project.key}`, 'content-type': 'application/json' } });
    expect([broken.statusCode, broken.json()]).toEqual([422, { detail: [{ loc: ['body', 0], msg: 'JSON decode error', type: 'json_invalid' }] }]);
    expect(await project.ask('POST', { ...SET, notification_email: 'nobody' })).toEqual({ status: 400, body: error('NOT_VALID_FIELD', expect.stringContaining('e-mail')) });
  });

  it('needs a key of the project, and its permissions to view and to update', async () => {
    const status = async (method: 'GET' | 'POST', key: string | undefined) => {
      const response = await paidup.inject({ method, url: PATH, headers: key === undefined ? {} : { authorization: `Bearer ${key}` }, ...(method === 'POST' ? { payload: SET } : {}) });
      return [response.statusCode, response.json().error_code];
    };
    const viewer = await paidup.customerKey(project.name, ['notifications.view']);
    const writer = await paidup.customerKey(project.name, ['notifications.update']);
    const other = await paidup.customerKey(project.name, ['billing.view', 'billing.update']);
    const denied = [403, 'MISSING_PERMISSIONS'];
    expect([await status('GET', undefined), await status('POST', 'sk-0000')]).toEqual([[401, 'INVALID_API_KEY'], [401, 'INVALID_API_KEY']]);
    expect([await status('GET', viewer), await status('POST', viewer)]).toEqual([[200, undefined], denied]);
    expect([await status('GET', writer), await status('POST', writer)]).toEqual([denied, [200, undefined]]);
    expect([await status('GET', other), await status('POST', other), await status('GET', paidup.secretKey)]).toEqual([denied, denied, denied]);
  });

  it('answers other methods with 405 and unknown addresses with 404', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
      const response = await paidup.inject({ method, url: PATH });
      expect([response.statusCode, response.headers.allow, response.json()]).toEqual([405, 'GET, HEAD, POST, OPTIONS', error('METHOD_NOT_ALLOWED', 'Method Not Allowed')]);
    }
    expect((await paidup.inject({ url: '/v1/notification/other' })).json()).toEqual(error('NOT_FOUND', 'There is no GET /v1/notification/other.'));
  });

  it('says to pages of listed origins that they may set it', async () => {
    const app = await buildApp({ engine: paidup.engine, corsOrigins: [ORIGIN] });
    const preflight = await app.inject({ method: 'OPTIONS', url: PATH, headers: { origin: ORIGIN, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization,content-type' } });
    await app.close();
    expect([preflight.statusCode, preflight.headers]).toMatchObject([204, { 'access-control-allow-origin': ORIGIN, 'access-control-allow-methods': 'GET, POST', 'access-control-allow-headers': 'authorization,content-type' }]);
  });

  it('cannot be set where nothing counts minutes', async () => {
    await paidup.call('DELETE', '/v1/plans/free');
    const lonely = await startProject(paidup, null);
    expect(await lonely.ask('POST', SET)).toEqual({ status: 404, body: error('NOT_FOUND', expect.stringContaining('minutes')) });
    expect((await lonely.ask('GET')).body).toMatchObject({ enabled: false, percent: 80 });
  });

  it('stands in the OpenAPI file', async () => {
    const { body } = await paidup.call('GET', '/openapi.json');
    expect(Object.keys(body.paths[PATH])).toEqual(expect.arrayContaining(['get', 'post']));
    expect(body.paths).not.toHaveProperty(`${PATH}/`);
  });
});
