import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiKey } from '../../src/service/api-key.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const START = at('2026-03-10T12:00:00Z');
const STATE = '/v1/customers/acme/state';

/** A customer who pays 10 a month and whose calls are counted by the day. */
async function startWithAcme(store: (typeof STORES)[number]): Promise<TestPaidup> {
  const paidup = await startPaidup({ store, now: START });
  await paidup.call('PUT', '/v1/meters/calls', { name: 'Calls', event_name: 'call', aggregation: 'count' });
  await paidup.call('PUT', '/v1/plans/pro', {
    name: 'Pro', currency: 'EUR', interval: { unit: 'month', count: 1 },
    prices: [{ code: 'base', type: 'fixed', amount: '10.00' }, { code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '1' }, window: { unit: 'day' } }],
  });
  await paidup.call('POST', '/v1/customers', { external_id: 'acme', currency: 'EUR' });
  await paidup.call('POST', '/v1/customers/acme/subscriptions', { plan: 'pro' });
  return paidup;
}

let events = 0;
async function report(paidup: TestPaidup, timestamp?: string): Promise<void> {
  events += 1;
  const { body } = await paidup.call('POST', '/v1/events', { events: [{ id: `e-${events}`, customer: 'acme', name: 'call', ...(timestamp === undefined ? {} : { timestamp }) }] });
  expect(body.results[0].status).toBe('accepted');
}

describe.each(STORES)('a conditional read on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startWithAcme(store);
  });
  afterAll(() => paidup.stop());

  const tagOf = async (url = STATE, headers: Record<string, string> = {}): Promise<string> => (await paidup.call('GET', url, undefined, headers)).headers['etag'] as string;
  const statusOf = async (tag: string, url = STATE): Promise<number> => (await paidup.call('GET', url, undefined, { 'if-none-match': tag })).status;

  it('carries a weak tag that begins with the revision, and asks to come back with it', async () => {
    const { body, headers } = await paidup.call('GET', STATE);

    expect(headers['etag']).toMatch(new RegExp(`^W/"${body.revision}-[0-9a-z-]+"$`));
    expect(headers['cache-control']).toBe('private, no-cache');
  });

  it('is answered without a body as long as nothing has changed, whenever it comes', async () => {
    const tag = await tagOf();
    paidup.clock.advance(60_000);
    const answer = await paidup.call('GET', STATE, undefined, { 'if-none-match': tag });

    expect(answer).toMatchObject({ status: 304, body: null });
    expect(answer.headers['etag']).toBe(tag);
    expect(answer.headers['cache-control']).toBe('private, no-cache');
    paidup.engine.remembered.clear();
    expect(await tagOf(), 'a process that remembers nothing says the same').toBe(tag);
  });

  it('takes a list of tags, compares them weakly, and knows the star', async () => {
    const tag = await tagOf();

    expect(await statusOf(`"other", ${tag} , W/"more"`)).toBe(304);
    expect(await statusOf(tag.slice('W/'.length))).toBe(304);
    expect(await statusOf('*')).toBe(304);
    expect(await statusOf('"other", W/"a,b"')).toBe(200);
    expect(await statusOf(`${tag.slice(0, -1)}x"`)).toBe(200);
    expect(await statusOf('')).toBe(200);
  });

  it('is answered anew after a change', async () => {
    const tag = await tagOf();
    await report(paidup);

    expect(await statusOf(tag)).toBe(200);
    expect(await statusOf(await tagOf())).toBe(304);
  });

  it('is answered anew when a window turns, by the clock alone', async () => {
    const { body: before, headers } = await paidup.call('GET', STATE);
    paidup.clock.set(at('2026-03-11T12:00:00Z'));
    const after = await paidup.call('GET', STATE, undefined, { 'if-none-match': headers['etag'] as string });

    expect(after.status).toBe(200);
    expect(after.body.revision).toBe(before.revision);
    expect([before.usage[0].used, after.body.usage[0].used]).toEqual(['1', '0']);
    expect(after.headers['etag']).not.toBe(headers['etag']);
  });

  it('is answered anew when a name in the catalog changes', async () => {
    const tag = await tagOf();
    await paidup.call('PUT', '/v1/meters/calls', { name: 'Calls', event_name: 'call', aggregation: 'count', unit: 'call' });
    const { status, body } = await paidup.call('GET', STATE, undefined, { 'if-none-match': tag });

    expect(status).toBe(200);
    expect(body.usage[0].unit).toBe('call');
  });

  it('tells the whole view from the public and the explained one', async () => {
    const { key } = await createApiKey(paidup.engine, { kind: 'publishable', name: 'page', scopes: [] });
    const asPublic = { authorization: `Bearer ${key}` };
    const tags = [await tagOf(), await tagOf(STATE, asPublic), await tagOf(`${STATE}?explain=true`)];

    expect(new Set(tags).size).toBe(3);
    expect((await paidup.call('GET', STATE, undefined, { ...asPublic, 'if-none-match': tags[1] ?? '' })).status).toBe(304);
    expect((await paidup.call('GET', STATE, undefined, { ...asPublic, 'if-none-match': tags[0] ?? '' })).status).toBe(200);
    expect(await statusOf(tags[2] ?? '', `${STATE}?explain=true`)).toBe(304);
  });

  it('of the past is answered anew when usage comes late, since no past is final', async () => {
    for (const url of [`${STATE}?at=2026-03-10T18:00:00Z`, `${STATE}?at=2026-03-10T18:00:00Z&explain=true`]) {
      const tag = await tagOf(url);
      expect(await statusOf(tag, url)).toBe(304);
      await report(paidup, '2026-03-10T13:00:00Z');
      expect(await statusOf(tag, url)).toBe(200);
    }
  });

  it('of the future is answered anew once that future has begun', async () => {
    const url = `${STATE}?at=2026-03-11T15:00:00Z`;
    const tag = await tagOf(url);
    expect(await statusOf(tag, url)).toBe(304);
    paidup.clock.set(at('2026-03-11T15:00:00Z'));
    const { status, body } = await paidup.call('GET', url, undefined, { 'if-none-match': tag });

    expect(status).toBe(200);
    expect(body.assumptions).toEqual([]);
  });

  it('serves the wallet and the next invoice too', async () => {
    for (const url of ['/v1/customers/acme/wallet', '/v1/customers/acme/upcoming-invoice', '/v1/customers/acme/upcoming-invoice?explain=true']) {
      const tag = await tagOf(url);
      expect(await statusOf(tag, url), url).toBe(304);
      await report(paidup);
      expect(await statusOf(tag, url), url).toBe(200);
    }
  });
});

describe.each(STORES)('a read with min_revision on the %s store', (store) => {
  let paidup: TestPaidup;
  beforeAll(async () => {
    paidup = await startWithAcme(store);
  });
  afterAll(() => paidup.stop());

  const revision = async (): Promise<number> => (await paidup.call('GET', STATE)).body.revision;

  it('is answered at once when the state has come so far', async () => {
    const present = await revision();
    expect((await paidup.call('GET', `${STATE}?min_revision=${present}&wait_ms=0`)).body.revision).toBe(present);
  });

  it('waits for the change of another request', async () => {
    const present = await revision();
    const waiting = paidup.call('GET', `${STATE}?min_revision=${present + 2}&wait_ms=30000`);
    await report(paidup);
    await report(paidup);

    expect(await waiting).toMatchObject({ status: 200, body: { revision: present + 2 } });
  });

  it('says how far the state has come when the time is over', async () => {
    const present = await revision();
    const begun = performance.now();
    const { status, body } = await paidup.call('GET', `${STATE}?min_revision=${present + 5}&wait_ms=300`);

    expect(status).toBe(409);
    expect(body).toMatchObject({ type: '/problems/revision_not_reached', errors: [{ pointer: 'querystring:/min_revision', detail: expect.stringContaining(String(present)) }] });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(290);
  });

  it('waits no longer than half a minute, and for nobody who is not there', async () => {
    expect((await paidup.call('GET', `${STATE}?min_revision=1&wait_ms=30001`)).status).toBe(400);
    await paidup.call('POST', '/v1/customers', { external_id: 'brief' });
    const waiting = paidup.call('GET', '/v1/customers/brief/state?min_revision=9&wait_ms=30000');
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    await paidup.call('DELETE', '/v1/customers/brief');
    expect((await waiting).status).toBe(404);
  });
});

describe('a server with requests that wait for a revision', () => {
  /** How often it was looked how far the customer has come. */
  function lookedAt(paidup: TestPaidup): () => number {
    let looks = 0;
    const { revisions } = paidup.engine;
    const submit = revisions.submit.bind(revisions);
    revisions.submit = (ids) => {
      looks += 1;
      return submit(ids);
    };
    return () => looks;
  }

  it('stops looking when nobody waits any more', async () => {
    const paidup = await startWithAcme('embedded');
    const url = await paidup.app.listen({ host: '127.0.0.1', port: 0 });
    const looks = lookedAt(paidup);
    const leaving = new AbortController();
    const waiting = fetch(`${url}${STATE}?min_revision=99&wait_ms=30000`, { headers: { authorization: `Bearer ${paidup.secretKey}` }, signal: leaving.signal });
    while (looks() < 2) await new Promise((resolve) => { setTimeout(resolve, 10); });
    leaving.abort();
    await expect(waiting).rejects.toThrow();
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    const before = looks();
    await new Promise((resolve) => { setTimeout(resolve, 600); });

    expect(looks()).toBe(before);
    await paidup.stop();
  });

  it('is stopped without waiting for them', async () => {
    const paidup = await startWithAcme('embedded');
    const url = await paidup.app.listen({ host: '127.0.0.1', port: 0 });
    const looks = lookedAt(paidup);
    const waiting = fetch(`${url}${STATE}?min_revision=99&wait_ms=30000`, { headers: { authorization: `Bearer ${paidup.secretKey}` } });
    while (looks() < 1) await new Promise((resolve) => { setTimeout(resolve, 10); });
    const begun = performance.now();
    await paidup.stop();

    expect(performance.now() - begun).toBeLessThan(5_000);
    expect((await waiting).status).toBe(409);
  });
});
