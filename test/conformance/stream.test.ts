import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey, revokeApiKey } from '../../src/service/api-key.js';
import { statement } from '../../src/store/statement.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { openStream, type OpenStream, type Received } from '../support/event-stream.js';

const START = at('2026-03-10T12:00:00Z');
const countFeed = statement('test_count_feed', 'select count(*) as rows from change_feed');
const endListening = statement('test_end_listening', `update stream_listeners set listens_until = now() - interval '1 second'`);

async function feedRows(paidup: TestPaidup): Promise<number> {
  const [row] = await paidup.engine.database.rows<{ rows: string }>(countFeed, []);
  return Number(row?.rows);
}

/** Customers that pay for calls by the day, on a server that really listens. */
async function startListening(options: Parameters<typeof startPaidup>[0] = {}): Promise<{ paidup: TestPaidup; url: string }> {
  const paidup = await startPaidup({ now: START, ...options });
  await paidup.call('PUT', '/v1/meters/calls', { name: 'Calls', event_name: 'call', aggregation: 'count' });
  await paidup.call('PUT', '/v1/plans/pro', {
    currency: 'EUR', interval: { unit: 'month', count: 1 },
    prices: [{ code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '1' }, window: { unit: 'day' } }],
  });
  return { paidup, url: await paidup.app.listen({ host: '127.0.0.1', port: 0 }) };
}

async function addCustomer(paidup: TestPaidup, name: string): Promise<void> {
  expect((await paidup.call('POST', '/v1/customers', { external_id: name, currency: 'EUR' })).status).toBe(201);
  await paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan: 'pro' });
}

let events = 0;
async function report(paidup: TestPaidup, customer: string, count = 1): Promise<void> {
  const made = Array.from({ length: count }, () => ({ id: `e-${(events += 1)}`, customer, name: 'call' }));
  expect((await paidup.call('POST', '/v1/events', { events: made })).status).toBe(200);
}

/** What is told until a state has counted so many calls. */
async function untilUsed(stream: OpenStream, used: string): Promise<Received[]> {
  const told: Received[] = [];
  for (;;) {
    const one = await stream.next();
    told.push(one);
    if (one.data.usage?.[0]?.used === used) return told;
  }
}

describe.each(STORES)('the live stream on the %s store', (store) => {
  let paidup: TestPaidup;
  let url: string;
  const opened: OpenStream[] = [];
  beforeAll(async () => {
    ({ paidup, url } = await startListening({ store, streams: { quietMs: 100, recheckMs: 50, maxOpen: 3 } }));
  });
  afterEach(async () => {
    for (const stream of opened.splice(0)) stream.close();
    while (paidup.engine.feed.streams > 0) await pause(5);
  });
  afterAll(() => paidup.stop());

  const follow = async (path: string, options: { key?: string; lastEventId?: string } = {}): Promise<OpenStream> => {
    const stream = await openStream(`${url}${path}`, { key: paidup.secretKey, ...options });
    opened.push(stream);
    return stream;
  };

  it('records nothing while nobody listens', async () => {
    await addCustomer(paidup, 'quiet');
    await report(paidup, 'quiet');
    expect(await feedRows(paidup)).toBe(0);
  });

  describe('of a customer', () => {
    it('begins with the present state, as the state itself is read', async () => {
      await addCustomer(paidup, 'first');
      const stream = await follow('/v1/customers/first/stream');
      const { event, id, data } = await stream.next();
      const { body, headers } = await paidup.call('GET', '/v1/customers/first/state');

      expect(stream.response.status).toBe(200);
      expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
      expect(stream.response.headers.get('cache-control')).toBe('no-cache');
      expect(stream.response.headers.get('x-accel-buffering')).toBe('no');
      expect(event).toBe('state');
      expect(data).toEqual(body);
      expect(`W/"${id}"`).toBe(headers['etag']);
    });

    it('tells each change, and shows between them that it lives', async () => {
      await addCustomer(paidup, 'told');
      const stream = await follow('/v1/customers/told/stream');
      expect((await stream.next()).data.usage[0].used).toBe('0');
      for (const used of ['1', '2', '3']) {
        await report(paidup, 'told');
        expect((await stream.next()).data.usage[0].used).toBe(used);
      }
      let comment = await stream.next({ withComments: true });
      while (comment.event !== 'comment') comment = await stream.next({ withComments: true });
      expect(comment.data).toBe(': quiet');
    });

    it('tells together what changes faster than it can be told', async () => {
      await addCustomer(paidup, 'hurried');
      const stream = await follow('/v1/customers/hurried/stream');
      await stream.next();
      for (let index = 0; index < 60; index += 1) await report(paidup, 'hurried');
      const told = await untilUsed(stream, '60');

      expect(told.length).toBeLessThan(60);
      const revisions = told.map(({ data }) => data.revision as number);
      expect(revisions).toEqual([...new Set(revisions)].sort((left, right) => left - right));
    });

    it('misses nothing when the client comes back, and repeats nothing that it has', async () => {
      await addCustomer(paidup, 'back');
      const first = await follow('/v1/customers/back/stream');
      const { id } = await first.next();
      first.close();
      const same = await follow('/v1/customers/back/stream', { lastEventId: id ?? '' });
      await report(paidup, 'back');
      const changed = await same.next();
      same.close();
      await report(paidup, 'back');
      const again = await follow(`/v1/customers/back/stream?last_event_id=${changed.id}`);

      expect(changed.data.usage[0].used).toBe('1');
      expect((await again.next()).data.usage[0].used).toBe('2');
    });

    it('tells when a window turns, by the clock alone', async () => {
      await addCustomer(paidup, 'turning');
      await report(paidup, 'turning');
      const stream = await follow('/v1/customers/turning/stream');
      const before = await stream.next();
      paidup.clock.advance(24 * 3_600_000);
      const after = await stream.next();

      expect([before.data.usage[0].used, after.data.usage[0].used]).toEqual(['1', '0']);
      expect(after.data.revision).toBe(before.data.revision);
    });

    it('tells when a name in the catalog changes', async () => {
      await addCustomer(paidup, 'named');
      const stream = await follow('/v1/customers/named/stream');
      await stream.next();
      await paidup.call('PUT', '/v1/meters/calls', { name: 'Calls', event_name: 'call', aggregation: 'count', unit: store });
      expect((await stream.next()).data.usage[0].unit).toBe(store);
    });

    it('ends when the customer is deleted, and is not there afterwards', async () => {
      await addCustomer(paidup, 'gone');
      const stream = await follow('/v1/customers/gone/stream');
      await stream.next();
      await paidup.call('DELETE', '/v1/customers/gone');

      expect((await stream.rest()).map(({ event }) => event)).toEqual(['deleted']);
      expect((await follow('/v1/customers/gone/stream')).response.status).toBe(404);
    });

    it('ends soon after its key is revoked', async () => {
      await addCustomer(paidup, 'revoked');
      const { key, apiKey } = await createApiKey(paidup.engine, { kind: 'customer', customer: 'revoked', name: 'page', scopes: [] });
      const stream = await follow('/v1/customers/revoked/stream', { key });
      await stream.next();
      await revokeApiKey(paidup.engine, apiKey.id);

      expect(await stream.rest()).toEqual([]);
      expect((await follow('/v1/customers/revoked/stream', { key })).response.status).toBe(401);
    });

    it('is for the key of that customer, and not for publishable keys', async () => {
      await addCustomer(paidup, 'own');
      await addCustomer(paidup, 'other');
      const key = await paidup.customerKey('own');
      const { key: publishable } = await createApiKey(paidup.engine, { kind: 'publishable', name: 'page', scopes: [] });

      expect((await (await follow('/v1/customers/own/stream', { key })).next()).data.customer.external_id).toBe('own');
      expect((await follow('/v1/customers/other/stream', { key })).response.status).toBe(404);
      expect((await follow('/v1/customers/own/stream', { key: publishable })).response.status).toBe(403);
    });

    it('is refused beyond the bound of the process, until another ends', async () => {
      await addCustomer(paidup, 'many');
      const streams = [await follow('/v1/customers/many/stream'), await follow('/v1/customers/many/stream'), await follow('/v1/stream')];
      const refused = await follow('/v1/customers/many/stream');
      streams[0]?.close();
      while (paidup.engine.feed.streams > 2) await pause(5);

      expect(refused.response.status).toBe(503);
      expect(refused.response.headers.get('retry-after')).toBe('1');
      expect((await follow('/v1/customers/many/stream')).response.status).toBe(200);
    });

    it('answers no HEAD request, which nobody would read', async () => {
      expect((await paidup.app.inject({ method: 'HEAD', url: '/v1/stream', headers: { authorization: `Bearer ${paidup.secretKey}` } })).statusCode).toBe(405);
    });
  });

  describe('of all customers', () => {
    it('tells every change with its customer, and begins where it was left', async () => {
      const first = await follow('/v1/stream');
      const begin = await first.next({ withComments: true });
      const { id } = begin.id === null ? await first.next({ withComments: true }) : begin;
      await paidup.call('POST', '/v1/customers', { external_id: `new-${store}` });
      const made = await first.next();
      await paidup.call('PATCH', `/v1/customers/new-${store}`, { name: 'New' });
      const renamed = await first.next();
      first.close();
      await paidup.call('PATCH', `/v1/customers/new-${store}`, { name: 'Newer' });
      const [fromBegin, fromMade] = [await follow('/v1/stream', { lastEventId: id ?? '' }), await follow('/v1/stream', { lastEventId: made.id ?? '' })];
      const all = [await fromBegin.next(), await fromBegin.next(), await fromBegin.next()];
      const later = [await fromMade.next(), await fromMade.next()];

      expect(made).toMatchObject({ event: 'change', id: expect.stringMatching(/^\d+-\d+$/), data: { customer: expect.stringMatching(/^cus_/), external_id: `new-${store}`, revision: 0 } });
      expect(all.map(({ data }) => data.revision)).toEqual([0, 1, 2]);
      expect(all.slice(0, 2)).toEqual([made, renamed]);
      expect(later).toEqual(all.slice(1));
    });

    it('tells each of many changes once, in order', async () => {
      await addCustomer(paidup, 'busy');
      const { body } = await paidup.call('GET', '/v1/customers/busy/state');
      const stream = await follow('/v1/stream');
      for (let index = 0; index < 40; index += 1) await report(paidup, 'busy');
      const told: number[] = [];
      while (told.length < 40) told.push((await stream.next()).data.revision);

      expect(told).toEqual(Array.from({ length: 40 }, (_, index) => body.revision + index + 1));
    });

    it('says that everything has to be read anew when the last id is not in what is kept', async () => {
      await addCustomer(paidup, 'anew');
      for (const lastEventId of ['1-1', '18446744073709551615-9223372036854775807', 'of another server', '99999999999999999999-1']) {
        const stream = await follow('/v1/stream', { lastEventId });
        const { event, id } = await stream.next();
        expect([event, id], lastEventId).toEqual(['reset', expect.stringMatching(/^\d+-\d+$/)]);
        await report(paidup, 'anew');
        expect((await stream.next()).data.external_id).toBe('anew');
        stream.close();
      }
    });

    it('is for secret keys alone', async () => {
      await addCustomer(paidup, 'nosy');
      expect((await follow('/v1/stream', { key: await paidup.customerKey('nosy') })).response.status).toBe(403);
    });
  });

  it('begins anew after nobody has listened, and says so', async () => {
    await addCustomer(paidup, 'later');
    const before = await follow('/v1/stream');
    await report(paidup, 'later');
    const { id } = await before.next();
    before.close();
    while (paidup.engine.feed.streams > 0) await pause(5);
    await paidup.engine.database.rows(endListening, []);
    const rows = await feedRows(paidup);
    await report(paidup, 'later');
    const unheard = await feedRows(paidup);
    const after = await follow('/v1/stream', { lastEventId: id ?? '' });

    expect(unheard).toBe(rows);
    expect((await after.next()).event).toBe('reset');
    expect(await feedRows(paidup)).toBe(0);
  });
});

/** A reader that takes nothing of a state of 200 kB. */
async function deafReader(paidup: TestPaidup, url: string): Promise<{ isCut: () => boolean; mostWaiting: () => number; change: () => Promise<void> }> {
  const metadata = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`field-${index}`, 'x'.repeat(4_000)]));
  await paidup.call('POST', '/v1/customers', { external_id: 'large', metadata });
  let isCut = false;
  let most = 0;
  let changes = 0;
  const connected = new Promise<Socket>((resolve) => { paidup.app.server.once('connection', resolve); });
  const reader = httpRequest(`${url}/v1/customers/large/stream`, { headers: { authorization: `Bearer ${paidup.secretKey}` } }, (response) => {
    response.pause();
    response.on('error', () => undefined);
  });
  reader.on('error', () => undefined);
  reader.end();
  const socket = await connected;
  socket.once('close', () => { isCut = true; });
  while (paidup.engine.feed.streams === 0) await pause(5);
  return {
    isCut: () => isCut,
    mostWaiting: () => most,
    change: async () => {
      await paidup.call('PATCH', '/v1/customers/large', { name: `Name ${(changes += 1)}` });
      most = Math.max(most, socket.writableLength);
      await pause(60);
    },
  };
}

describe('a live stream', () => {
  it('does not keep the server from stopping, not even with a reader that takes nothing', async () => {
    const { paidup, url } = await startListening();
    await addCustomer(paidup, 'acme');
    const [one, all] = [await openStream(`${url}/v1/customers/acme/stream`, { key: paidup.secretKey }), await openStream(`${url}/v1/stream`, { key: paidup.secretKey })];
    await one.next();
    const deaf = await deafReader(paidup, url);
    while (deaf.mostWaiting() === 0) await deaf.change();
    const begun = performance.now();
    await paidup.stop();

    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await one.rest()).toEqual([]);
    expect((await all.rest()).every(({ event }) => event === 'change')).toBe(true);
  });

  it('piles nothing up for a reader that takes nothing, and cuts it', async () => {
    const { paidup, url } = await startListening({ streams: { stalledMs: 2_000 } });
    const deaf = await deafReader(paidup, url);
    while (!deaf.isCut()) await deaf.change();

    expect(deaf.mostWaiting()).toBeGreaterThan(0);
    expect(deaf.mostWaiting(), 'two states at most').toBeLessThan(450_000);
    expect(paidup.engine.feed.streams).toBe(0);
    await paidup.stop();
  });

  it('is refused like any other read when nobody may follow', async () => {
    const { paidup, url } = await startListening();
    expect((await openStream(`${url}/v1/customers/nobody/stream`, { key: paidup.secretKey })).response.status).toBe(404);
    expect((await openStream(`${url}/v1/stream`, { key: 'paidup-secret-unknown' })).response.status).toBe(401);
    expect(paidup.engine.feed.streams).toBe(0);
    await paidup.stop();
  });
});
