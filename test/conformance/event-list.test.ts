import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const MONTH = { unit: 'month', count: 1 } as const;

interface Listed {
  id: string;
  customer: { external_id: string | null };
  meters: string[];
  windows: Array<{ price: string; measured: string; window: { start: string; end: string | null } }>;
  uncounted: { code: string; detail: string } | null;
}

interface Page {
  data: Listed[];
  next_cursor: string | null;
}

describe.each(STORES)('the list of events on %s', (store) => {
  let paidup: TestPaidup;
  const read = async (url: string): Promise<Page> => {
    const { status, body } = await paidup.call<Page>('GET', url);
    expect(status, url).toBe(200);
    return body;
  };
  const ids = ({ data }: Page): string[] => data.map(({ customer, id }) => `${customer.external_id ?? ''}/${id}`);

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-03-10T12:00:00Z') });
    const { call } = paidup;
    await call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
    await call('PUT', '/v1/meters/texts', { event_name: 'text', aggregation: 'count' });
    await call('PUT', '/v1/plans/pro', { currency: 'EUR', interval: MONTH, prices: [{ code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '1' } }] });
    await call('PUT', '/v1/plans/bare', { currency: 'EUR', interval: MONTH, prices: [{ code: 'base', type: 'fixed', amount: '5' }] });
    for (const name of ['one', 'two', 'gone']) await call('PUT', `/v1/customers/${name}`, { currency: 'EUR' });
    await call('POST', '/v1/customers/one/subscriptions', { plan: 'pro', starts_at: '2026-03-01T00:00:00Z' });
    await call('POST', '/v1/customers/two/subscriptions', { plan: 'bare', starts_at: '2026-03-01T00:00:00Z' });
    await call('POST', '/v1/events', {
      events: [
        { id: 'a', customer: 'one', name: 'call', timestamp: '2026-03-02T00:00:00Z' },
        { id: 'b c', customer: 'one', name: 'call', timestamp: '2026-03-03T00:00:00Z' },
        // Three at the same moment, of two customers.
        { id: 'b', customer: 'one', name: 'call', timestamp: '2026-03-03T00:00:00Z' },
        { id: 'b', customer: 'two', name: 'call', timestamp: '2026-03-03T00:00:00Z' },
        { id: 'early', customer: 'one', name: 'call', timestamp: '2026-02-01T00:00:00Z' },
        { id: 'text', customer: 'two', name: 'text', timestamp: '2026-03-04T00:00:00Z', properties: { length: '7' } },
        { id: 'last', customer: 'gone', name: 'text', timestamp: '2026-03-05T00:00:00Z' },
      ],
    });
    await call('DELETE', '/v1/customers/gone');
  });
  afterAll(() => paidup.stop());

  it('has those of all customers, newest first, page by page without a gap', async () => {
    const whole = ids(await read('/v1/events'));
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await read(`/v1/events?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`);
      paged.push(...ids(page));
      cursor = page.next_cursor;
    } while (cursor !== null);

    expect([whole.slice(0, 2), [...whole.slice(2, 5)].sort(), whole.slice(5)]).toEqual([['gone/last', 'two/text'], ['one/b', 'one/b c', 'two/b'], ['one/a', 'one/early']]);
    expect(paged).toEqual(whole);
  });

  it('says of each what it counts in, or why nowhere', async () => {
    const { data } = await read('/v1/events');
    const of = (name: string, id: string): Listed | undefined => data.find((each) => each.customer.external_id === name && each.id === id);

    expect(of('one', 'a')).toMatchObject({ meters: ['calls'], windows: [{ price: 'calls', measured: '1', window: { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' } }], uncounted: null });
    expect([of('two', 'b'), of('one', 'early'), of('two', 'text'), of('gone', 'last')].map((each) => [each?.meters, each?.windows, each?.uncounted?.code])).toEqual([
      [['calls'], [], 'no_price'], [['calls'], [], 'no_subscription'], [['texts'], [], 'no_price'], [['texts'], [], 'no_subscription'],
    ]);
  });

  it('counts by what is known now: also by a meter that came later', async () => {
    await paidup.call('PUT', '/v1/meters/lengths', { event_name: 'text', aggregation: 'sum', property: 'length' });
    const { data } = await read('/v1/events?from=2026-03-04T00:00:00Z');

    expect(data.map(({ customer, meters }) => [customer.external_id, [...meters].sort()])).toEqual([['gone', ['texts']], ['two', ['lengths', 'texts']]]);
  });

  it('is narrowed by customer, meter and time, from (in) to (out)', async () => {
    expect(ids(await read('/v1/events?customer=two'))).toEqual(['two/text', 'two/b']);
    expect(ids(await read('/v1/events?meter=calls&to=2026-03-03T00:00:00Z'))).toEqual(['one/a', 'one/early']);
    expect(ids(await read('/v1/events?from=2026-03-04T00:00:00Z&to=2026-03-05T00:00:00Z'))).toEqual(['two/text']);
    expect(await read('/v1/events?from=2026-03-06T00:00:00Z')).toEqual({ data: [], next_cursor: null });
  });

  it("has a customer's from the oldest or from the newest on", async () => {
    expect(ids(await read('/v1/customers/one/events'))).toEqual(['one/early', 'one/a', 'one/b', 'one/b c']);
    expect(ids(await read('/v1/customers/one/events?order=newest'))).toEqual(['one/b c', 'one/b', 'one/a', 'one/early']);
    const first = await read('/v1/customers/one/events?order=newest&limit=1');
    expect(ids(await read(`/v1/customers/one/events?order=newest&limit=2&cursor=${first.next_cursor ?? ''}`))).toEqual(['one/b', 'one/a']);
  });

  it('refuses what makes no sense', async () => {
    const status = async (query: string): Promise<number> => (await paidup.call('GET', `/v1/events?${query}`)).status;

    expect([await status('cursor=x'), await status('from=soon'), await status('meter=none'), await status('customer=nobody'), await status('limit=0')]).toEqual([400, 400, 404, 404, 400]);
  });

  it('is for secret keys, also for those that only read', async () => {
    const statusFor = async (key: string): Promise<number> => (await paidup.call('GET', '/v1/events', undefined, { authorization: `Bearer ${key}` })).status;
    const reading = (await paidup.call<{ key: string }>('POST', '/v1/api-keys', { kind: 'secret', scopes: ['*:read'] })).body.key;

    expect([await statusFor(await paidup.customerKey('one')), await statusFor(reading)]).toEqual([403, 200]);
  });
});
