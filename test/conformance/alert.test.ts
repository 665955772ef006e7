import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAlertFirings } from '../../src/service/alert.js';
import { createAlert } from '../../src/service/alert-setting.js';
import { createApiKey } from '../../src/service/api-key.js';
import { bookDueCustomers } from '../../src/service/booking.js';
import { putMeter, putPlan } from '../../src/service/catalog.js';
import { ingestEvents } from '../../src/service/event.js';
import { inUnit } from '../../src/service/engine.js';
import { createCustomer } from '../../src/service/customer.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { subscribe } from '../../src/service/subscribe.js';
import { verifyStore } from '../../src/service/verify.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { openPostgres } from '../../src/store/postgres.js';
import { migrate } from '../../src/store/migrate.js';
import { statement } from '../../src/store/statement.js';
import { STORES, TestClock, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { freshDatabase } from '../support/postgres.js';

/** Whatever came as JSON: the tests say what must be in it. */
type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-03-10T12:00:00Z';
const MONTH = { unit: 'month', count: 1 };
const calls = (over: object = {}) => ({ code: 'calls', type: 'usage', meter: 'calls', included: '100', model: { type: 'per_unit', amount: '0.05' }, ...over });
const PLANS: Record<string, object> = {
  small: { currency: 'USD', interval: MONTH, prices: [calls()] },
  big: { currency: 'USD', interval: MONTH, prices: [calls({ included: '200' })] },
  rolling: { currency: 'USD', interval: MONTH, prices: [calls({ rollover: { cap: { multiple: '2' } } })] },
  yearly: { currency: 'USD', interval: { unit: 'year', count: 1 }, prices: [calls({ window: MONTH })] },
  gated: { currency: 'USD', interval: MONTH, prices: [calls({ overage: 'blocked' })], features: [{ feature: 'calls', price: 'calls' }] },
  metered: { currency: 'USD', interval: MONTH, prices: [calls({ paid_from: 'wallet' })] },
};
const EIGHTY = { type: 'percent', percent: '80' };

async function defineCatalog(paidup: TestPaidup): Promise<void> {
  await paidup.call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'sum', property: 'n' });
  await paidup.call('PUT', '/v1/features/calls', { type: 'metered' });
  for (const [code, plan] of Object.entries(PLANS)) expect((await paidup.call('PUT', `/v1/plans/${code}`, plan)).status).toBeLessThan(300);
}

let customers = 0;

/** A customer of its own on a plan since 1 March, and what can be done with it. */
async function start(paidup: TestPaidup, plan = 'small', terms: object = {}) {
  customers += 1;
  const name = `watched-${customers}`;
  const url = `/v1/customers/${name}`;
  await paidup.call('POST', '/v1/customers', { external_id: name, currency: 'USD' });
  const subscribed = await paidup.call('POST', `${url}/subscriptions`, { plan, starts_at: '2026-03-01T00:00:00Z', ...terms });
  expect(subscribed.status).toBe(201);
  let events = 0;
  const use = async (n: number, timestamp?: string): Promise<void> => {
    events += 1;
    const { body } = await paidup.call('POST', '/v1/events', { events: [{ id: `e-${events}`, customer: name, name: 'call', timestamp: timestamp ?? new Date(paidup.clock.now()).toISOString(), properties: { n } }] });
    expect(body.results[0].status).toBe('accepted');
  };
  const add = async (threshold: object, over: object = {}): Promise<Json> => {
    const { status, body } = await paidup.call('POST', `${url}/alerts`, { meter: 'calls', threshold, ...over });
    expect(status, JSON.stringify(body)).toBe(201);
    return body;
  };
  const firings = async (): Promise<Json[]> => (await paidup.call('GET', `${url}/alert-firings`)).body.data;
  return { name, url, subscription: subscribed.body.id as string, use, add, firings, told: async () => (await firings()).map(({ window, used }) => [window.start.slice(0, 10), used]) };
}

async function faultless(paidup: TestPaidup): Promise<void> {
  expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
}

describe.each(STORES)('usage alerts on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at(NOW) });
    await defineCatalog(paidup);
  });
  afterAll(() => paidup.stop());

  it('fire on the very event that reaches the threshold, once', async () => {
    const customer = await start(paidup);
    const alert = await customer.add(EIGHTY, { email: 'ops@example.com', name: 'Most of it', reference: 'eighty' });
    await customer.use(79);
    expect(await customer.firings()).toEqual([]);
    await customer.use(1);
    await customer.use(50);
    expect(await customer.firings()).toEqual([
      {
        alert: alert.id, name: 'Most of it', reference: 'eighty', meter: 'calls', threshold: { ...EIGHTY, of: 'available' }, email: 'ops@example.com', subscription: customer.subscription, price: 'calls',
        window: { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' }, used: '80', limit: '100', percent: '80', projected: null, fired_at: NOW, revision: 4,
      },
    ]);
    const { body: state } = await paidup.call('GET', `${customer.url}/state`);
    expect(state.alerts).toMatchObject([{ id: alert.id, last_fired: { at: NOW, used: '80', percent: '80' }, windows: [{ price: 'calls', used: '130', limit: '100', progress: '130', fired: true }] }]);
    expect((await paidup.call('GET', `${customer.url}/alerts/${alert.id}`)).body).toEqual(state.alerts[0]);
  });

  it('fire at once when they are set on what is used already, and when a change makes less included', async () => {
    const customer = await start(paidup, 'big');
    await customer.use(90);
    const half = await customer.add({ type: 'quantity', quantity: '90' });
    const most = await customer.add(EIGHTY);
    expect([half.last_fired?.used, most.last_fired]).toEqual(['90', null]);
    await paidup.call('POST', `/v1/subscriptions/${customer.subscription}/change`, { plan: 'small' });
    expect((await customer.firings()).map(({ alert, limit }) => [alert, limit])).toEqual([[most.id, '100'], [half.id, '90']]);
  });

  it('do not fire again in a window for another threshold, other terms, or late usage', async () => {
    const customer = await start(paidup);
    const alert = await customer.add(EIGHTY);
    await customer.use(85);
    await paidup.call('PATCH', `${customer.url}/alerts/${alert.id}`, { threshold: { type: 'percent', percent: '50' } });
    await paidup.call('POST', `/v1/subscriptions/${customer.subscription}/change`, { plan: 'big' });
    await customer.use(150, '2026-03-02T00:00:00Z');
    expect(await customer.told()).toEqual([['2026-03-01', '85']]);
  });

  it('hold what was carried in against what is available, or leave it out', async () => {
    const customer = await start(paidup, 'rolling', { starts_at: '2026-02-01T00:00:00Z' });
    const available = await customer.add({ type: 'percent', percent: '100' });
    const included = await customer.add({ type: 'percent', percent: '100', of: 'included' });
    await customer.use(100);
    expect((await customer.firings()).map(({ alert, limit }) => [alert, limit])).toEqual([[included.id, '100']]);
    await customer.use(100);
    expect((await customer.firings()).map(({ alert, limit }) => [alert, limit])).toEqual([[available.id, '200'], [included.id, '100']]);
  });

  it('are changed, switched off and deleted; what they told stays, page by page', async () => {
    const customer = await start(paidup);
    const first = await customer.add({ type: 'quantity', quantity: '1' }, { reference: 'one' });
    const second = await customer.add({ type: 'quantity', quantity: '2' }, { enabled: false });
    const third = await customer.add({ type: 'quantity', quantity: '3' });
    expect((await paidup.call('POST', `${customer.url}/alerts`, { meter: 'calls', threshold: EIGHTY, reference: 'one' })).body).toMatchObject({ status: 409, type: '/problems/already_exists' });
    await customer.use(5);
    expect((await paidup.call('PATCH', `${customer.url}/alerts/${second.id}`, { enabled: true })).body).toMatchObject({ enabled: true, last_fired: { used: '5' } });
    expect((await paidup.call('DELETE', `${customer.url}/alerts/${first.id}`)).status).toBe(204);
    expect((await paidup.call('DELETE', `${customer.url}/alerts/${first.id}`)).status).toBe(404);
    expect((await paidup.call('GET', `${customer.url}/alerts/${first.id}`)).status).toBe(404);
    expect((await paidup.call('GET', `${customer.url}/alerts`)).body.data.map(({ id }: Json) => id)).toEqual([second.id, third.id]);
    const pages: Json[] = [];
    for (let cursor = ''; pages.length < 5; cursor = `&cursor=${pages.at(-1).next_cursor}`) {
      pages.push((await paidup.call('GET', `${customer.url}/alert-firings?limit=1${cursor}`)).body);
      if (pages.at(-1).next_cursor === null) break;
    }
    expect(pages.flatMap(({ data }) => data.map(({ alert }: Json) => alert))).toEqual([second.id, third.id, first.id]);
    expect((await paidup.call('GET', `${customer.url}/alert-firings?alert=${first.id}`)).body.data).toHaveLength(1);
    expect((await paidup.call('GET', `${customer.url}/alert-firings?cursor=bm9uZQ`)).status).toBe(400);
  });

  it('are refused without a meter that is there, or with a threshold that means nothing', async () => {
    const customer = await start(paidup);
    const pointers = async (body: object) => (await paidup.call('POST', `${customer.url}/alerts`, body)).body.errors?.map(({ pointer }: Json) => pointer);
    expect(await pointers({ meter: 'none', threshold: EIGHTY })).toEqual(['/meter']);
    expect(await pointers({ meter: 'calls', threshold: { type: 'percent', percent: '0' }, email: 'nobody' })).toEqual(['/threshold/percent', '/email']);
    expect((await paidup.call('POST', `${customer.url}/alerts`, { meter: 'calls', threshold: { type: 'sometimes' } })).status).toBe(400);
  });

  it("are read and set with the customer's own key, and with no publishable one", async () => {
    const customer = await start(paidup);
    await customer.add(EIGHTY, { email: 'ops@example.com' });
    const own = { authorization: `Bearer ${await paidup.customerKey(customer.name)}` };
    const narrow = { authorization: `Bearer ${await paidup.customerKey(customer.name, ['state:read'])}` };
    const open = { authorization: `Bearer ${(await createApiKey(paidup.engine, { kind: 'publishable', name: 'p', scopes: [] })).key}` };
    const body = { meter: 'calls', threshold: { type: 'forecast' } };
    const statuses = async (headers: Record<string, string>) => [(await paidup.call('GET', `${customer.url}/alerts`, undefined, headers)).status, (await paidup.call('POST', `${customer.url}/alerts`, body, headers)).status];
    expect([await statuses(own), await statuses(narrow), await statuses(open)]).toEqual([[200, 201], [200, 403], [403, 403]]);
    expect(JSON.stringify((await paidup.call('GET', `${customer.url}/state`, undefined, open)).body)).not.toContain('ops@example.com');
  });

  it('fire on a use that the gate lets through, and on none that it refuses', async () => {
    const customer = await start(paidup, 'gated');
    await customer.add({ type: 'percent', percent: '100' });
    const consume = async (id: string, quantity: string) => (await paidup.call('POST', `${customer.url}/consume`, { id, feature: 'calls', quantity })).body.allowed;
    expect([await consume('a', '60'), await consume('b', '50')]).toEqual([true, false]);
    expect(await customer.firings()).toEqual([]);
    expect(await consume('c', '40')).toBe(true);
    expect(await customer.told()).toEqual([['2026-03-01', '100']]);
  });

  it('work with events that the wallet pays, beside its automatic top-up', async () => {
    const customer = await start(paidup, 'metered');
    await paidup.call('PUT', `${customer.url}/payment-method`, { token: 'card_succeeds' });
    await paidup.call('POST', `${customer.url}/top-ups`, { amount: '6' });
    await paidup.call('PUT', `${customer.url}/top-up-settings`, { enabled: true, min_balance: '5', up_to_balance: '20' });
    await customer.add({ type: 'percent', percent: '150' });
    await customer.use(150);
    await paidup.engine.charges.idle();
    expect(await customer.told()).toEqual([['2026-03-01', '150']]);
    expect((await paidup.call('GET', `${customer.url}/state`)).body.wallet[0].available).toBe('20.00');
  });

  it('say of the past what was so then', async () => {
    const customer = await start(paidup);
    const alert = await customer.add(EIGHTY);
    await customer.use(90);
    const known = async (revision: number) => (await paidup.call('GET', `${customer.url}/state?known_at_revision=${revision}`)).body.alerts;
    const { body: now } = await paidup.call('GET', `${customer.url}/state`);
    expect(await known(now.revision)).toEqual(now.alerts);
    expect(await known(now.revision - 1)).toMatchObject([{ id: alert.id, last_fired: null, windows: [{ used: '0', fired: false }] }]);
    expect(await known(now.revision - 2)).toEqual([]);
  });

  it('leave a store that verifies', () => faultless(paidup));

  it('are derived anew from their facts when what is kept was spoiled', async () => {
    const customer = await start(paidup);
    await customer.add(EIGHTY);
    await customer.use(90);
    const before = (await paidup.call('GET', `${customer.url}/state`)).body.alerts;
    await paidup.engine.database.rows(spoilStatement(store), [customer.name]);
    expect((await verifyStore(paidup.engine, { isRepair: true })).differences).toMatchObject([{ what: 'standing' }]);
    expect((await paidup.call('GET', `${customer.url}/state`)).body.alerts).toEqual(before);
    await faultless(paidup);
  });
});

function spoilStatement(store: string) {
  return statement(`test_spoil_firings_${store}`, `update customers set standing = (standing::jsonb || '{"firings":[]}'::jsonb)::text, revision = revision where external_id = $1`);
}

describe.each(STORES)('usage alerts through time on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at(NOW) });
    await defineCatalog(paidup);
  });
  afterAll(() => paidup.stop());
  const work = () => bookDueCustomers(paidup.engine, (_customer, error) => expect(error).toBeUndefined());

  it('fire again in the next window, also in the monthly windows of a yearly plan', async () => {
    paidup.clock.set(at(NOW));
    const monthly = await start(paidup);
    const yearly = await start(paidup, 'yearly');
    for (const customer of [monthly, yearly]) {
      await customer.add(EIGHTY);
      await customer.use(80);
    }
    paidup.clock.set(at('2026-04-02T00:00:00Z'));
    for (const customer of [monthly, yearly]) {
      await customer.use(79);
      expect(await customer.told()).toEqual([['2026-03-01', '80']]);
      await customer.use(2);
      expect(await customer.told()).toEqual([['2026-04-01', '81'], ['2026-03-01', '80']]);
    }
    await faultless(paidup);
  });

  it('forecast from a tenth of the window on: at once with an event, and by the worker without one', async () => {
    paidup.clock.set(at('2026-05-03T18:57:36Z'));
    const busy = await start(paidup, 'small', { starts_at: '2026-05-01T00:00:00Z' });
    const quiet = await start(paidup, 'small', { starts_at: '2026-05-01T00:00:00Z' });
    for (const customer of [busy, quiet]) {
      await customer.add({ type: 'forecast' });
      await customer.use(30);
      await work();
      expect(await customer.firings()).toEqual([]);
    }
    await faultless(paidup);
    paidup.clock.set(at('2026-05-04T02:24:00Z'));
    await busy.use(1);
    expect(await busy.firings()).toMatchObject([{ used: '31', limit: '100', projected: '310', fired_at: '2026-05-04T02:24:00Z' }]);
    await work();
    expect(await quiet.firings()).toMatchObject([{ used: '30', limit: '100', projected: '300', fired_at: '2026-05-04T02:24:00Z' }]);
    await faultless(paidup);
  });

  it('fire when a window begins that was counted in before', async () => {
    paidup.clock.set(at('2026-06-30T23:30:00Z'));
    const customer = await start(paidup, 'small', { starts_at: '2026-06-01T00:00:00Z' });
    await customer.add(EIGHTY);
    await customer.use(80);
    await customer.use(95, '2026-07-01T00:10:00Z');
    await work();
    expect(await customer.told()).toEqual([['2026-06-01', '80']]);
    await faultless(paidup);
    paidup.clock.set(at('2026-07-01T00:00:00Z'));
    await work();
    expect(await customer.told()).toEqual([['2026-07-01', '95'], ['2026-06-01', '80']]);
    await faultless(paidup);
  });
});

describe('two processes on one PostgreSQL', () => {
  it('fire an alert exactly once for many events at once', async () => {
    const url = await freshDatabase();
    const open = async () => {
      const database = await openPostgres(url);
      await migrate(database);
      return openEngine({ database, provider: sandboxProvider, clock: new TestClock(at(NOW)) });
    };
    const engines = [await open(), await open()] as const;
    const [engine] = engines;
    await inUnit(engine, (unit) => putMeter(engine, unit, { code: 'calls', definition: { event_name: 'call', aggregation: 'count' } }));
    await inUnit(engine, (unit) => putPlan(engine, unit, { code: 'small', definition: { currency: 'USD', interval: { unit: 'month', count: 1 }, prices: [{ code: 'calls', type: 'usage', meter: 'calls', included: '400', model: { type: 'per_unit', amount: '1' } }] } }));
    const { customer } = await inUnit(engine, (unit) => createCustomer(engine, unit, { externalId: 'busy', currency: 'USD' }));
    const customerId = customer.id;
    await inUnit(engine, (unit) => subscribe(engine, unit, { customerId, plan: 'small' }));
    for (const percent of ['25', '50', '100']) await inUnit(engine, (unit) => createAlert(engine, unit, { customerId, definition: { meter: 'calls', threshold: { type: 'percent', percent } } }));

    await Promise.all(Array.from({ length: 399 }, (_, index) => ingestEvents(engines[index % 2 === 0 ? 0 : 1], [{ id: `e-${index}`, customer: 'busy', name: 'call' }])));
    const told = async () => (await listAlertFirings(engines[1], 'busy', { alertId: undefined, before: undefined, limit: 10 })).map(({ firing }) => (firing.threshold.type === 'percent' ? firing.threshold.percent : ''));
    expect((await told()).sort()).toEqual(['25', '50']);
    await Promise.all(engines.map((each) => ingestEvents(each, [{ id: 'e-last', customer: 'busy', name: 'call' }])));
    expect((await told()).sort()).toEqual(['100', '25', '50']);
    expect((await verifyStore(engine, { isRepair: false })).differences).toEqual([]);
    for (const each of engines) await closeEngine(each);
  });
});
