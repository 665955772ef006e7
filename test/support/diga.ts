import { expect } from 'vitest';
import type { TestPaidup } from './app.js';

/** Whatever came as JSON: the tests say what must be in it. */
export type Json = ReturnType<typeof JSON.parse>;

export const DIGA_NOW = '2026-07-15T10:00:00Z';

const MONTH = { unit: 'month', count: 1 };
const YEAR = { unit: 'year', count: 1 };
const MEGABYTE = 1_048_576;
const LIFETIME = { unit: 'lifetime' };

const fee = (amount: string) => ({ code: 'base', type: 'fixed', amount });
const minutes = (included: string, over: object = {}) => ({
  code: 'minutes', type: 'usage', meter: 'call_minutes', included, model: { type: 'per_unit', amount: '0.07' }, window: MONTH, rollover: { cap: { multiple: '2' } }, overage: 'allowed', ...over,
});
const counted = (code: string, meter: string, included: string) => ({ code, type: 'usage', meter, included, model: { type: 'per_unit', amount: '0' }, overage: 'blocked', window: LIFETIME });
const knowledge = (megabytes: string) => ({
  features: [{ feature: 'knowledge_storage', price: 'bytes' }, { feature: 'knowledge_items', price: 'items' }, { feature: 'concurrent_calls', limit: '5' }],
  prices: [counted('bytes', 'bytes', megabytes === 'unlimited' ? megabytes : `${Number(megabytes) * MEGABYTE}`), counted('items', 'items', 'unlimited')],
});

const METERS: Record<string, object> = {
  call_minutes: { event_name: 'call', aggregation: 'sum', property: 'seconds', unit: 'minute', conversion: { divide_by: '60', round: 'up' } },
  bytes: { event_name: 'knowledge', aggregation: 'last', property: 'bytes' },
  items: { event_name: 'knowledge', aggregation: 'last', property: 'items' },
};

const FEATURES: Record<string, object> = {
  concurrent_calls: { type: 'limit' },
  knowledge_storage: { type: 'metered', meter: 'bytes' },
  knowledge_items: { type: 'metered', meter: 'items' },
};

function plan(name: string, terms: { interval?: object; megabytes?: string; prices: object[]; metadata?: object }): object {
  const { interval = MONTH, megabytes = '100', prices, metadata = {} } = terms;
  const stored = knowledge(megabytes);
  return { name, currency: 'EUR', interval, metadata, features: stored.features, prices: [...prices, ...stored.prices] };
}

const PLANS: Record<string, object> = {
  free: plan('Free', { megabytes: '2', prices: [minutes('30', { overage: 'blocked' })], metadata: { 'diga.free': 'true' } }),
  pro: plan('Pro', { prices: [fee('99.00'), minutes('1400')] }),
  pro_year: plan('Pro Yearly', { interval: YEAR, prices: [fee('950.50'), minutes('1400')] }),
  vast: plan('Vast', { megabytes: 'unlimited', prices: [fee('10'), minutes('unlimited', { rollover: null })] }),
  short: { name: 'Short', currency: 'EUR', interval: { unit: 'week', count: 1 }, prices: [fee('9')] },
  weekly: { name: 'Weekly', currency: 'JPY', interval: { unit: 'week', count: 1 }, prices: [fee('900')] },
};

/** The meters, features and plans that startDigaProject sells. */
export async function defineDigaCatalog(paidup: TestPaidup): Promise<void> {
  const put = async (kind: string, all: Record<string, object>): Promise<void> => {
    for (const [code, definition] of Object.entries(all)) expect((await paidup.call('PUT', `/v1/${kind}/${code}`, definition)).status).toBeLessThan(300);
  };
  await put('meters', METERS);
  await put('features', FEATURES);
  await put('plans', PLANS);
}

let projects = 0;

/** A customer of its own, on a plan since 3 July 2026 unless told otherwise, and what can be done with it. */
export async function startDigaProject(paidup: TestPaidup, planCode?: string, terms: object = {}) {
  projects += 1;
  const name = `diga-${projects}`;
  expect((await paidup.call('POST', '/v1/customers', { external_id: name, name: 'Aurora Voice', currency: 'EUR' })).status).toBe(201);
  const key = await paidup.customerKey(name);
  let subscription = '';
  if (planCode !== undefined) {
    const { status, body } = await paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan: planCode, starts_at: '2026-07-03T00:00:00Z', ...terms });
    expect(status).toBe(201);
    subscription = body.id;
  }
  let events = 0;
  const report = async (event: string, properties: object): Promise<void> => {
    events += 1;
    const { body } = await paidup.call('POST', '/v1/events', { events: [{ id: `e-${events}`, customer: name, name: event, timestamp: '2026-07-10T00:00:00Z', properties }] });
    expect(body.results[0].status).toBe('accepted');
  };
  return {
    name,
    key,
    report,
    talk: (count: number) => report('call', { seconds: count * 60 }),
    ask: async (method: 'GET' | 'PATCH' | 'POST', url: string, payload?: unknown): Promise<{ status: number; body: Json }> => {
      const response = await paidup.inject({ method, url, headers: { authorization: `Bearer ${key}` }, ...(payload === undefined ? {} : { payload: payload as object }) });
      return { status: response.statusCode, body: response.json() };
    },
    native: async (path = ''): Promise<Json> => (await paidup.call('GET', `/v1/customers/${name}${path}`)).body,
    change: async (action: string, body: object) => expect((await paidup.call('POST', `/v1/subscriptions/${subscription}/${action}`, body)).status).toBeLessThan(300),
    putCard: async (token: string) => expect((await paidup.call('PUT', `/v1/customers/${name}/payment-method`, { token })).status).toBe(200),
  };
}
