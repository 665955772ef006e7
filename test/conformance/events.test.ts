import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { putMeter } from '../../src/service/catalog.js';
import { createCustomer } from '../../src/service/customer.js';
import { inUnit } from '../../src/service/engine.js';
import { ingestEvents } from '../../src/service/event.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { readState } from '../../src/service/state.js';
import { verifyStore } from '../../src/service/verify.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { migrate } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { STORES, TestClock, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { freshDatabase } from '../support/postgres.js';

const NOW = at('2026-03-10T12:00:00Z');
const OUT_OF_BMP = '😀';

/** Text that no compression makes short: what a key of an index must hold in full. */
function incompressible(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(0x4e00 + randomInt(0x5000))).join('');
}

async function defineCatalog(paidup: TestPaidup): Promise<void> {
  const put = async (url: string, body: unknown): Promise<void> => expect((await paidup.call('PUT', url, body)).status, url).toBe(200);
  await put('/v1/meters/hours', { event_name: 'compute', aggregation: 'sum', property: 'hours', dimensions: ['region', 'size', 'zone', 'rack'] });
  await put('/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
  await put('/v1/meters/users', { event_name: 'login', aggregation: 'unique', property: 'user' });
  await put('/v1/plans/pro', {
    currency: 'EUR',
    interval: { unit: 'month', count: 1 },
    prices: [
      { code: 'hours', type: 'usage', meter: 'hours', included: '100', model: { type: 'per_unit', amount: '1' }, rollover: { cap: { multiple: '1' } } },
      { code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '1' } },
      { code: 'users', type: 'usage', meter: 'users', model: { type: 'per_unit', amount: '1' } },
    ],
  });
  await put('/v1/plans/by-place', {
    currency: 'EUR',
    interval: { unit: 'month', count: 1 },
    prices: [
      {
        code: 'placed',
        type: 'usage',
        meter: 'hours',
        model: { type: 'dimensional', dimensions: ['region', 'size', 'zone', 'rack'], cells: [{ values: { region: 'eu', size: 's', zone: 'a', rack: '1' }, model: { type: 'per_unit', amount: '1' } }] },
      },
    ],
  });
}

interface EventResult {
  readonly id: string;
  readonly status: string;
  readonly reason: string;
  readonly pointer: string;
  readonly windows: unknown[];
}

describe.each(STORES)('events on the %s store', (store) => {
  let paidup: TestPaidup;
  let made = 0;

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: NOW });
    await defineCatalog(paidup);
  });
  afterAll(() => paidup.stop());

  /** A customer of its own with a subscription to `plan` since `startsAt`; null for none. */
  async function customer(startsAt: string | null = '2026-01-01T00:00:00Z', plan = 'pro'): Promise<string> {
    made += 1;
    const name = `customer-${made}`;
    expect((await paidup.call('POST', '/v1/customers', { external_id: name, currency: 'EUR' })).status).toBe(201);
    if (startsAt !== null) expect((await paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan, starts_at: startsAt })).status).toBe(201);
    return name;
  }

  function hours(id: string, of: string, over: Record<string, unknown> = {}): Record<string, unknown> {
    return { id, customer: of, name: 'compute', timestamp: '2026-03-09T10:00:00Z', properties: { hours: '1' }, ...over };
  }

  async function send(...events: unknown[]): Promise<EventResult[]> {
    const answer = await paidup.call('POST', '/v1/events', { events });
    expect(answer.status, JSON.stringify(answer.body).slice(0, 500)).toBe(200);
    expect(answer.body.results).toHaveLength(events.length);
    return answer.body.results;
  }

  /** Sends the body as it stands, for what JSON.stringify would not write. */
  async function sendText(payload: string | Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }) {
    const response = await paidup.inject({ method: 'POST', url: '/v1/events', payload, headers: { authorization: `Bearer ${paidup.secretKey}`, ...headers } });
    return { status: response.statusCode, body: response.json() };
  }

  /** What the price says was used, now or when the clock said `moment`. */
  async function used(name: string, price = 'hours', moment?: string): Promise<string | undefined> {
    const now = paidup.clock.now();
    if (moment !== undefined) paidup.clock.set(at(moment));
    const { body } = await paidup.call('GET', `/v1/customers/${name}/state`);
    paidup.clock.set(now);
    return body.usage.find((usage: { price: string }) => usage.price === price)?.used;
  }

  const statuses = (results: Array<{ status: string }>): string[] => results.map((result) => result.status);

  describe('counted once', () => {
    it('counts an id once in one batch, whatever the second says', async () => {
      const name = await customer();
      const results = await send(hours('a', name), hours('a', name), hours('a', name, { properties: { hours: '50' } }));
      expect(statuses(results)).toEqual(['accepted', 'duplicate', 'duplicate']);
      expect(await used(name)).toBe('1');
    });

    it('counts an id once in two calls, and in calls at the same time', async () => {
      const name = await customer();
      await send(hours('a', name));
      expect(statuses(await send(hours('a', name)))).toEqual(['duplicate']);
      const answers = await Promise.all(Array.from({ length: 30 }, () => send(hours('b', name))));
      expect(answers.flat().filter((result) => result.status === 'accepted')).toHaveLength(1);
      expect(await used(name)).toBe('2');
    });

    it('counts an id once under the id and the external id of a customer', async () => {
      const name = await customer();
      const { body } = await paidup.call('GET', `/v1/customers/${name}`);
      expect(statuses(await send(hours('a', name), hours('a', body.id)))).toEqual(['accepted', 'duplicate']);
    });

    it('lets two customers use the same id', async () => {
      const [one, other] = [await customer(), await customer()];
      expect(statuses(await send(hours('a', one), hours('a', other)))).toEqual(['accepted', 'accepted']);
    });

    it('tells ids apart that look alike', async () => {
      const name = await customer();
      const ids = ['é', 'e\u0301', 'E', 'e', ' e', 'e ', 'ﬁ', 'fi', '0', '00', '-0'];
      expect(new Set(statuses(await send(...ids.map((id) => hours(id, name)))))).toEqual(new Set(['accepted']));
      expect(await used(name)).toBe(String(ids.length));
    });
  });

  describe('refused alone', () => {
    const good = 'good';
    const cases: Array<[what: string, over: Record<string, unknown>, pointer: string]> = [
      ['an unknown customer', { customer: 'nobody' }, '/customer'],
      ["an id of Paidup's that nobody has", { customer: 'cus_000000000000000000000000' }, '/customer'],
      ['an unknown event name', { name: 'nothing-counts-this' }, '/name'],
      ['a value that is no number', { properties: { hours: 'many' } }, '/properties/hours'],
      ['an exponent in text', { properties: { hours: '1e3' } }, '/properties/hours'],
      ['an empty value', { properties: { hours: '' } }, '/properties/hours'],
      ['a value with spaces', { properties: { hours: ' 1' } }, '/properties/hours'],
      ['a value in other digits', { properties: { hours: '١٢' } }, '/properties/hours'],
      ['a value that is true', { properties: { hours: true } }, '/properties/hours'],
      ['a value in a list', { properties: { hours: ['1'] } }, '/properties/hours'],
      ['a value in an object', { properties: { hours: { value: 1 } } }, '/properties/hours'],
      ['a value of null', { properties: { hours: null } }, '/properties/hours'],
      ['no value', { properties: {} }, '/properties/hours'],
      ['no properties', { properties: undefined }, '/properties/hours'],
      ['a number of 5,000 digits', { properties: { hours: '9'.repeat(5000) } }, '/properties/hours'],
      ['a number with 5,000 decimal places', { properties: { hours: `0.${'1'.repeat(5000)}` } }, '/properties/hours'],
      ['a number of 308 digits', { properties: { hours: 1e308 } }, '/properties/hours'],
      ['a moment more than an hour ahead', { timestamp: '2026-03-10T13:00:00.001Z' }, '/timestamp'],
      ['a moment far ahead', { timestamp: '9999-12-31T23:59:59Z' }, '/timestamp'],
      ['a moment before 1900', { timestamp: '1899-12-31T23:59:59.999Z' }, '/timestamp'],
      ['a moment in the year 0', { timestamp: '0000-01-01T00:00:00Z' }, '/timestamp'],
      ['no moment at all', { timestamp: 'yesterday' }, '/timestamp'],
      ['a date without a time', { timestamp: '2026-03-09' }, '/timestamp'],
      ['a moment without a zone', { timestamp: '2026-03-09T10:00:00' }, '/timestamp'],
      ['30 February', { timestamp: '2026-02-30T10:00:00Z' }, '/timestamp'],
      ['a moment that is a number', { timestamp: 1_773_100_000 }, '/timestamp'],
      ['no id', { id: undefined }, '/id'],
      ['an empty id', { id: '' }, '/id'],
      ['an id that is a number', { id: 7 }, '/id'],
      ['an id that is null', { id: null }, '/id'],
      ['an id of 256 characters', { id: 'x'.repeat(256) }, '/id'],
      ['an id with NUL', { id: 'a\0b' }, '/id'],
      ['an id with a line break', { id: 'a\nb' }, '/id'],
      ['an id with a lone surrogate', { id: 'a\ud800' }, '/id'],
      ['no customer', { customer: undefined }, '/customer'],
      ['a customer that is an object', { customer: {} }, '/customer'],
      ['a customer with NUL', { customer: 'a\0' }, '/customer'],
      ['no name', { name: undefined }, '/name'],
      ['a name that is a list', { name: ['compute'] }, '/name'],
      ['properties that are a list', { properties: [] }, '/properties'],
      ['properties that are text', { properties: 'hours=1' }, '/properties'],
      ['huge properties', { properties: { hours: '1', note: 'x'.repeat(20_000) } }, '/properties'],
      ['a dimension too long for a key', { properties: { hours: '1', region: 'x'.repeat(256) } }, '/properties/region'],
      ['a dimension with a control character', { properties: { hours: '1', region: 'a\tb' } }, '/properties/region'],
    ];

    it.each(cases)('%s, and names what is wrong', async (_what, over, pointer) => {
      const name = await customer();
      const results = await send(hours('before', name), hours('bad', name, over), hours(good, name));
      expect(statuses(results)).toEqual(['accepted', 'refused', 'accepted']);
      expect(results[1]).toMatchObject({ pointer: `/events/1${pointer}`, reason: expect.stringMatching(/\w+/), windows: [] });
      expect(await used(name)).toBe('2');
    });

    it.each([['null', null], ['a number', 7], ['a list', []], ['text', 'event']])('%s in place of an event', async (_what, value) => {
      const name = await customer();
      const results = await send(value, hours(good, name));
      expect(statuses(results)).toEqual(['refused', 'accepted']);
      expect(results[0]).toMatchObject({ id: '', pointer: '/events/0' });
    });

    it('a unique value that is none', async () => {
      const name = await customer();
      const login = (id: string, user: unknown) => hours(id, name, { name: 'login', properties: { user } });
      const results = await send(login('1', 'ann'), login('2', { name: 'ann' }), login('3', ''), login('4', 'a\0'), login('5', 'x'.repeat(256)), login('6', 7), login('7', 'ann'));
      expect(statuses(results)).toEqual(['accepted', 'refused', 'refused', 'refused', 'refused', 'accepted', 'accepted']);
      expect(await used(name, 'users')).toBe('2');
    });

    it('an event of a deleted customer', async () => {
      const [gone, here] = [await customer(), await customer()];
      await paidup.call('DELETE', `/v1/customers/${gone}`);
      const results = await send(hours('a', gone), hours('a', here));
      expect(statuses(results)).toEqual(['refused', 'accepted']);
      expect(results[0]).toMatchObject({ pointer: '/events/0/customer' });
    });

    it('a combination of dimension values that no key can hold', async () => {
      const name = await customer('2026-01-01T00:00:00Z', 'by-place');
      const wide = { hours: '1', region: incompressible(255), size: incompressible(255), zone: incompressible(255), rack: incompressible(255) };
      const results = await send(hours('before', name), hours('wide', name, { properties: wide }), hours('after', name));
      expect(statuses(results)).toEqual(['accepted', 'refused', 'accepted']);
    });

    it('what is nested too deep', async () => {
      const name = await customer();
      for (const depth of [100, 4000, 7500, 100_000]) {
        const deep = `{"id":"deep-${depth}","customer":"${name}","name":"compute","properties":{"hours":"1","deep":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
        const { status, body } = await sendText(`{"events":[${deep},${JSON.stringify(hours(`beside-${depth}`, name))}]}`);
        expect(status, `depth ${depth}: ${JSON.stringify(body).slice(0, 300)}`).toBe(200);
        expect(statuses(body.results), `depth ${depth}`).toEqual([depth < 8000 ? expect.stringMatching(/accepted|refused/) : 'refused', 'accepted']);
      }
      // The store still works.
      expect(statuses(await send(hours('last', name)))).toEqual(['accepted']);
    });
  });

  describe('a call refused as a whole', () => {
    it.each([
      ['broken JSON', '{"events":[', 400],
      ['nothing', '', 400],
      ['text', '"events"', 400],
      ['null', 'null', 400],
      ['a list', '[]', 400],
      ['no events', '{}', 400],
      ['zero events', '{"events":[]}', 400],
      ['events that are an object', '{"events":{"0":{}}}', 400],
      ['events that are null', '{"events":null}', 400],
    ])('%s', async (_what, payload, status) => {
      const answer = await sendText(payload);
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({ status, title: expect.any(String), detail: expect.stringMatching(/\w+/) });
    });

    it('more than 1,000 events, and takes 1,000', async () => {
      const name = await customer();
      const many = (count: number) => Array.from({ length: count }, (_, index) => hours(`e-${index}`, name));
      const refused = await paidup.call('POST', '/v1/events', { events: many(1001) });
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toEqual([expect.objectContaining({ pointer: '/events' })]);
      expect(await used(name)).toBe('0');
      expect(new Set(statuses(await send(...many(1000))))).toEqual(new Set(['accepted']));
      expect(await used(name)).toBe('1000');
    });

    it('a body over the limit, with 413', async () => {
      const name = await customer();
      const answer = await sendText(JSON.stringify({ events: [hours('a', name, { properties: { hours: '1', note: 'x'.repeat(5_000_000) } })] }));
      expect(answer.status).toBe(413);
      expect(await used(name)).toBe('0');
    });

    it('what is not JSON, with 415', async () => {
      expect((await sendText('events=1', { 'content-type': 'application/x-www-form-urlencoded' })).status).toBe(415);
      expect((await sendText('<events/>', { 'content-type': 'text/xml' })).status).toBe(415);
    });

    it('a body with the key __proto__, which nothing of it survives', async () => {
      const name = await customer();
      const answer = await sendText(`{"events":[{"id":"a","customer":"${name}","name":"compute","properties":{"hours":"1","__proto__":{"polluted":true}}}]}`);
      expect(answer.status).toBe(400);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      expect(await used(name)).toBe('0');
    });
  });

  describe('odd but right', () => {
    it('takes odd ids and external ids, also in a path', async () => {
      const names = ['a/b', 'a b', 'ä ö ü', OUT_OF_BMP, '#?&=%', 'a%2Fb', '\\', "'; drop table events; --", 'cus_short', 'x'.repeat(255), '界'.repeat(255), OUT_OF_BMP.repeat(127)];
      for (const name of names) {
        made += 1;
        const external = name.length > 200 ? name : `${name}-${made}`;
        expect((await paidup.call('POST', '/v1/customers', { external_id: external, currency: 'EUR' })).status, name.slice(0, 20)).toBe(201);
        const address = `/v1/customers/${encodeURIComponent(external)}`;
        const subscribed = await paidup.call('POST', `${address}/subscriptions`, { plan: 'pro', starts_at: '2026-01-01T00:00:00Z' });
        expect(subscribed.status, `${name.slice(0, 20)}: ${JSON.stringify(subscribed.body)}`).toBe(201);
        expect(statuses(await send(...names.map((id) => hours(id, external))))).toEqual(names.map(() => 'accepted'));
        expect((await paidup.call('GET', `${address}/state`)).body.usage[0].used, name.slice(0, 20)).toBe(String(names.length));
      }
    });

    it('keeps names of the language as plain properties', async () => {
      const name = await customer();
      const properties = { hours: '1', constructor: 'x', toString: '7', hasOwnProperty: null, region: 'constructor', valueOf: { prototype: 1 } };
      expect(statuses(await send(hours('a', name, { properties })))).toEqual(['accepted']);
      const { body } = await paidup.call('GET', `/v1/customers/${name}/usage?meter=hours&group_by=region&from=2026-03-09T00:00:00Z&to=2026-03-10T00:00:00Z`);
      expect(body.data[0].groups).toEqual([{ dimensions: { region: 'constructor' }, value: '1' }]);
    });

    it('has no series outside of what instants can be written in', async () => {
      const name = await customer();
      for (const [from, to, field] of [['1800-01-01T00:00:00Z', '1800-01-03T00:00:00Z', 'from'], ['9999-12-30T00:00:00Z', '9999-12-31T12:00:00Z', 'to']] as const) {
        const { status, body } = await paidup.call('GET', `/v1/customers/${name}/usage?meter=hours&from=${from}&to=${to}`);
        expect(status).toBe(400);
        expect(JSON.stringify(body)).toContain(`querystring:/${field}`);
      }
    });

    it('finds no value in what every object has', async () => {
      for (const property of ['constructor', 'toString', '__proto__']) {
        await paidup.call('PUT', `/v1/meters/odd-${property.replaceAll('_', '')}`, { event_name: `odd-${property}`, aggregation: 'sum', property });
        const [result] = await send({ id: property, customer: await customer(null), name: `odd-${property}`, properties: {} });
        expect(result).toMatchObject({ status: 'refused', pointer: `/events/0/properties/${property}` });
      }
    });

    it('refuses quantities and metadata named __proto__, and keeps constructor', async () => {
      const name = await customer(null);
      const authorization = `Bearer ${paidup.secretKey}`;
      const post = (url: string, payload: string) => paidup.inject({ method: 'POST', url, payload, headers: { authorization, 'content-type': 'application/json' } });
      expect((await post(`/v1/customers/${name}/subscriptions`, '{"plan":"pro","quantities":{"__proto__":"1"}}')).statusCode).toBe(400);
      expect((await post(`/v1/customers/${name}/subscriptions`, '{"plan":"pro","quantities":{"constructor":"1"}}')).statusCode).toBe(400);
      expect((await post(`/v1/customers/${name}/subscriptions`, '{"plan":"pro","multipliers":{"toString":"1"}}')).statusCode).toBe(400);
      expect((await post('/v1/customers', '{"external_id":"proto","metadata":{"__proto__":"x"}}')).statusCode).toBe(400);
      expect((await post('/v1/customers', '{"external_id":"proto","metadata":{"constructor":"x","toString":"y"}}')).json().metadata).toEqual({ constructor: 'x', toString: 'y' });
    });

    it('stores text in properties that is no name: NUL, lone surrogates, 16,000 characters', async () => {
      const name = await customer();
      const results = await send(hours('nul', name, { properties: { hours: '1', note: 'a\0b', '\0': 1 } }), hours('half', name, { properties: { hours: '1', note: '\ud800' } }), hours('long', name, { properties: { hours: '1', note: 'x'.repeat(16_000) } }));
      expect(statuses(results)).toEqual(['accepted', 'accepted', 'accepted']);
      expect(await used(name)).toBe('3');
    });

    it('adds up exactly, however many digits', async () => {
      const name = await customer();
      const values = ['0.1', 0.2, '-0.3', 1e-7, '+5', '.5', '5.', '0.0000000000000000000000000000000000000000000000000000000001', `${'9'.repeat(60)}`, '-0'];
      expect(statuses(await send(...values.map((value, index) => hours(`v${index}`, name, { properties: { hours: value } }))))).toEqual(values.map(() => 'accepted'));
      expect(await used(name)).toBe(`1${'0'.repeat(59)}9.5000001000000000000000000000000000000000000000000000000001`);
    });

    it('takes the moment of arrival for a missing timestamp, and an hour ahead', async () => {
      const name = await customer();
      const results = await send(hours('now', name, { timestamp: undefined }), hours('ahead', name, { timestamp: '2026-03-10T13:00:00Z' }), hours('offset', name, { timestamp: '2026-03-10T14:00:00.123456789+02:00' }));
      expect(statuses(results)).toEqual(['accepted', 'accepted', 'accepted']);
      expect(await used(name)).toBe('3');
    });
  });

  describe('in time', () => {
    it('stores what is older than the subscription, matches it to nothing and says so', async () => {
      const name = await customer('2026-03-01T00:00:00Z');
      const [early, at1900] = await send(hours('early', name, { timestamp: '2026-02-28T23:59:59.999Z' }), hours('old', name, { timestamp: '1900-01-01T00:00:00Z' }));
      expect(early).toEqual({ id: 'early', status: 'accepted', windows: [], reason: expect.stringContaining('stored') });
      expect(at1900).toMatchObject({ status: 'accepted', windows: [] });
      expect(statuses(await send(hours('early', name)))).toEqual(['duplicate']);
    });

    it('stores what lies between two subscriptions, and what nobody subscribed to', async () => {
      const before = paidup.clock.now();
      paidup.clock.set(at('2026-02-10T00:00:00Z'));
      const name = await customer('2026-01-01T00:00:00Z');
      const { body } = await paidup.call('GET', `/v1/customers/${name}/subscriptions`);
      await paidup.call('POST', `/v1/subscriptions/${body.data[0].id}/cancel`, {});
      paidup.clock.set(before);
      await paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan: 'pro', starts_at: '2026-03-01T00:00:00Z' });
      const results = await send(
        hours('first', name, { timestamp: '2026-02-09T23:59:59Z' }),
        hours('end', name, { timestamp: '2026-02-10T00:00:00Z' }),
        hours('between', name, { timestamp: '2026-02-20T00:00:00Z' }),
        hours('second', name, { timestamp: '2026-03-01T00:00:00Z' }),
      );
      expect(results.map((result) => result.windows.length)).toEqual([1, 0, 0, 1]);
      expect(results[2]?.reason).toContain('stored');
      const [alone] = await send(hours('a', await customer(null)));
      expect(alone).toMatchObject({ status: 'accepted', windows: [], reason: expect.stringContaining('stored') });
    });

    it('counts earlier events when a subscription begins in the past', async () => {
      const name = await customer(null);
      await send(hours('feb', name, { timestamp: '2026-02-10T00:00:00Z', properties: { hours: '30' } }), hours('mar', name), hours('jan', name, { timestamp: '2026-01-10T00:00:00Z' }));
      await paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan: 'pro', starts_at: '2026-02-01T00:00:00Z' });
      const { body } = await paidup.call('GET', `/v1/customers/${name}/state`);
      expect(body.usage[0]).toMatchObject({ used: '1', carried: '70', remaining: '169' });
      expect(await used(name, 'hours', '2026-02-15T00:00:00Z')).toBe('30');
    });

    it('drops later events when a subscription is canceled now', async () => {
      const name = await customer();
      await send(hours('before', name), hours('ahead', name, { timestamp: '2026-03-10T12:30:00Z', properties: { hours: '7' } }));
      const { body } = await paidup.call('GET', `/v1/customers/${name}/subscriptions`);
      await paidup.call('POST', `/v1/subscriptions/${body.data[0].id}/cancel`, {});
      expect(await used(name, 'hours', '2026-03-10T11:59:59Z')).toBe('1');
      expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    });

    it('lets a late event change what every later window carries', async () => {
      const name = await customer('2026-01-01T00:00:00Z');
      await send(hours('mar', name, { properties: { hours: '10' } }));
      expect((await paidup.call('GET', `/v1/customers/${name}/state`)).body.usage[0]).toMatchObject({ carried: '100', remaining: '190' });
      const [late] = await send(hours('jan', name, { timestamp: '2026-01-20T00:00:00Z', properties: { hours: '80' } }));
      expect(late?.windows[0]).toMatchObject({ used: '80', remaining: '20', window: { start: '2026-01-01T00:00:00Z' } });
      expect((await paidup.call('GET', `/v1/customers/${name}/state`)).body.usage[0]).toMatchObject({ carried: '100' });
      await send(hours('feb', name, { timestamp: '2026-02-20T00:00:00Z', properties: { hours: '90' } }));
      expect((await paidup.call('GET', `/v1/customers/${name}/state`)).body.usage[0]).toMatchObject({ carried: '30', used: '10', remaining: '120' });
    });

    it('counts an old event by a dimension that its meter was given later', async () => {
      const name = await customer(null);
      const code = `late-dimension-${store}`;
      await paidup.call('PUT', `/v1/meters/${code}`, { event_name: code, aggregation: 'count' });
      await send({ id: 'long', customer: name, name: code, timestamp: '2026-03-09T10:00:00Z', properties: { where: incompressible(5000) } });
      expect((await paidup.call('PUT', `/v1/meters/${code}`, { event_name: code, aggregation: 'count', dimensions: ['where'] })).status).toBe(200);
      const cells = [{ values: { where: 'eu' }, model: { type: 'per_unit', amount: '1' } }];
      await paidup.call('PUT', `/v1/plans/${code}`, { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [{ code: 'p', type: 'usage', meter: code, model: { type: 'dimensional', dimensions: ['where'], cells } }] });
      const subscribed = await paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan: code, starts_at: '2026-03-01T00:00:00Z' });
      expect(subscribed.status, JSON.stringify(subscribed.body)).toBe(201);
    });
  });

  it('leaves a store that verifies', async () => {
    const { differences, customers } = await verifyStore(paidup.engine, { isRepair: false });
    expect(differences).toEqual([]);
    expect(customers).toBeGreaterThan(made - 1);
  });
});

describe.each(STORES)('events on the %s store while the catalog changes', (store) => {
  it('are taken on: a feature that a plan grants cannot become another kind', async () => {
    const paidup = await startPaidup({ store });
    await paidup.call('PUT', '/v1/features/sso', { type: 'flag' });
    await paidup.call('PUT', '/v1/plans/pro', { currency: 'EUR', interval: { unit: 'month', count: 1 }, features: [{ feature: 'sso', granted: true }] });
    const changed = await paidup.call('PUT', '/v1/features/sso', { type: 'limit' });
    expect.soft(changed.status, 'the plan that is stored grants it as a flag').toBe(409);
    // Each of these reads the catalog again.
    expect.soft((await paidup.call('GET', '/v1/plans')).status).toBe(200);
    const answer = await paidup.call('POST', '/v1/events', { events: [{ id: 'e', customer: 'nobody', name: 'not-counted' }] });
    expect.soft(answer.body).toMatchObject({ results: [{ status: 'refused' }] });
    await expect.soft(openEngine({ database: paidup.engine.database, provider: sandboxProvider }), 'the next start').resolves.toBeDefined();
    await paidup.stop();
  });
});

describe.each(STORES)('events after a restart of the %s store', (store) => {
  it('still count once', async () => {
    const folder = store === 'embedded' ? mkdtempSync(path.join(tmpdir(), 'paidup-events-')) : undefined;
    const url = folder === undefined ? await freshDatabase() : undefined;
    const open = async () => {
      const database = url === undefined ? await openEmbeddedDatabase(folder ?? '') : await openPostgres(url);
      await migrate(database);
      return openEngine({ database, provider: sandboxProvider, clock: new TestClock(NOW) });
    };
    try {
      const first = await open();
      await inUnit(first, (unit) => putMeter(first, unit, { code: 'calls', definition: { event_name: 'call', aggregation: 'count' } }));
      await inUnit(first, (unit) => createCustomer(first, unit, { externalId: 'acme' }));
      const event = { id: 'e', customer: 'acme', name: 'call' };
      expect((await ingestEvents(first, [event]))[0]?.status).toBe('accepted');
      await closeEngine(first);
      const second = await open();
      expect((await ingestEvents(second, [event]))[0]?.status).toBe('duplicate');
      expect((await readState(second, 'acme')).revision).toBe(1);
      await closeEngine(second);
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  });
});
