import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const NOW = at('2026-03-10T12:00:00Z');
const MONTH = { unit: 'month', count: 1 };

/** A value inside so many objects. */
function nested(levels: number): unknown {
  return levels === 0 ? 1 : { a: nested(levels - 1) };
}

describe.each(STORES)('what the gate is sent, on the %s store', (store) => {
  let paidup: TestPaidup;
  let made = 0;

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: NOW });
    const put = async (url: string, body: object) => expect([200, 201], url).toContain((await paidup.call('PUT', url, body)).status);
    await put('/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
    await put('/v1/meters/tokens', { event_name: 'token', aggregation: 'sum', property: 'n', dimensions: ['model'] });
    await put('/v1/meters/users', { event_name: 'token', aggregation: 'unique', property: 'user' });
    await put('/v1/meters/sizes', { event_name: 'size', aggregation: 'sum', property: 'n' });
    await put('/v1/meters/kinds', { event_name: 'size', aggregation: 'unique', property: 'n' });
    await put('/v1/meters/largest', { event_name: 'size', aggregation: 'max', property: 'n' });
    for (const code of ['calls', 'tokens', 'sizes']) await put(`/v1/features/${code}`, { type: 'metered', meter: code });
    const price = (code: string, over: object = {}) => ({ code, type: 'usage', meter: code, included: '10', overage: 'blocked', model: { type: 'per_unit', amount: '0' }, ...over });
    await put('/v1/plans/all', {
      currency: 'USD', interval: MONTH, features: ['calls', 'tokens', 'sizes'].map((code) => ({ feature: code, price: code })),
      prices: [price('calls'), price('tokens'), price('users', { overage: 'allowed' }), price('sizes'), price('kinds', { overage: 'allowed' }), price('largest', { overage: 'allowed' })],
    });
  });
  afterAll(async () => {
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    await paidup.stop();
  });

  async function customer(): Promise<string> {
    made += 1;
    const url = `/v1/customers/in-${made}`;
    await paidup.call('PUT', url, { currency: 'USD' });
    expect((await paidup.call('POST', `${url}/subscriptions`, { plan: 'all' })).status).toBe(201);
    return url;
  }
  const used = async (url: string, feature: string): Promise<string> => (await paidup.call('GET', `${url}/entitlements/${feature}`)).body.used;
  const long = 'x'.repeat(20_000);

  it.each([
    ['a quantity with an exponent', { feature: 'tokens', quantity: '1e3', properties: { user: 'a' } }, '/quantity'],
    ['more digits than are kept', { feature: 'tokens', quantity: '1'.repeat(65), properties: { user: 'a' } }, '/quantity'],
    ['properties deeper than those of events', { feature: 'calls', properties: { deep: nested(40) } }, '/properties'],
    ['properties longer than those of events', { feature: 'calls', properties: { long } }, '/properties'],
    ['a dimension that cannot be counted by', { feature: 'tokens', properties: { user: 'a', model: 'a\u0000b' } }, '/properties/model'],
    ['a property too few for another meter of the event', { feature: 'tokens' }, '/properties/user'],
  ])('is refused by consume and hold alike: %s', async (_case, body, pointer) => {
    const url = await customer();
    const answers = [await paidup.call('POST', `${url}/consume`, { id: 'x', ...body }), await paidup.call('POST', `${url}/holds`, { expires_in: 60, ...body })];

    expect(answers.map(({ status, body: problem }) => [status, problem.errors?.[0]?.pointer])).toEqual([[400, pointer], [400, pointer]]);
  });

  it.each([
    ['no body', undefined], ['null', 'null'], ['an array', '[]'], ['a text', '"calls"'], ['broken JSON', '{"feature":'], ['__proto__', '{"feature":"calls","__proto__":{"a":1}}'],
    ['a feature that is a number', '{"feature":1}'], ['a quantity that is a number', '{"feature":"calls","quantity":{}}'], ['no question', '{"checks":[]}'],
    ['201 questions', JSON.stringify({ checks: Array.from({ length: 201 }, () => ({ feature: 'calls' })) })], ['properties that are an array', '{"feature":"calls","properties":[1]}'],
  ])('is refused, and nothing is used: %s', async (_case, payload) => {
    const url = await customer();
    const headers = { authorization: `Bearer ${paidup.secretKey}`, 'content-type': 'application/json' };
    const sent = await Promise.all(['check', 'consume', 'holds'].map((verb) => paidup.inject({ method: 'POST', url: `${url}/${verb}`, headers, ...(payload === undefined ? {} : { payload }) })));

    expect(sent.map(({ statusCode, headers: { 'content-type': type } }) => [statusCode, String(type).includes('problem+json')])).toEqual([[400, true], [400, true], [400, true]]);
    expect(await used(url, 'calls')).toBe('0');
  });

  it('may be a question of 200, ids in any script, and the smallest of parts', async () => {
    const url = await customer();
    const { body } = await paidup.call('POST', `${url}/check`, { checks: Array.from({ length: 200 }, () => ({ feature: 'calls' })) });
    const ids = ['ключ/１', '__proto__', 'a b%20c', '🙂', 'constructor'];
    const first = [];
    for (const id of ids) first.push((await paidup.call('POST', `${url}/consume`, { id, feature: 'tokens', quantity: '0.000000000000000001', properties: { user: id, ['__proto__x']: 1 } })).body);
    const again = [];
    for (const id of ids) again.push((await paidup.call('POST', `${url}/consume`, { id, feature: 'tokens', quantity: '0.000000000000000001', properties: { user: id } })).body);

    expect(body.results).toHaveLength(200);
    expect(first.map(({ id, allowed }) => [id, allowed])).toEqual(ids.map((id) => [id, true]));
    expect(again).toEqual(first);
    expect(await used(url, 'tokens')).toBe('0.000000000000000005');
  });

  it('names features and customers as addresses write them', async () => {
    const url = await customer();
    const { status } = await paidup.call('PUT', '/v1/customers/a%2Fb%20%C3%A9', { currency: 'USD' });
    await paidup.call('POST', '/v1/customers/a%2Fb%20%C3%A9/subscriptions', { plan: 'all' });

    expect([status < 300, (await paidup.call('GET', '/v1/customers/a%2Fb%20%C3%A9/check?feature=calls')).body.allowed]).toEqual([true, true]);
    expect((await paidup.call('GET', `${url}/check?feature=%00`)).status).toBe(400);
    expect((await paidup.call('GET', `${url}/check?feature=__proto__`)).status).toBe(400);
    expect((await paidup.call('GET', `${url}/check?feature=calls&quantity=1e3`)).body.errors[0].pointer).toBe('/quantity');
    expect((await paidup.call('GET', `${url}/entitlements/%00`)).status).toBe(404);
    expect((await paidup.call('PUT', `${url}/entitlements/%F0%9F%99%82`, { reason: 'x' })).status).toBe(404);
    expect((await paidup.call('GET', `${url}/check?feature=calls&quantity=11&remedies=false`)).body).toMatchObject({ allowed: false, remedies: [] });
  });

  it('counts members and maxima of meters that share the event, also of a part', async () => {
    const url = await customer();
    const consume = async (id: string, quantity: string, partial = false) => paidup.call('POST', `${url}/consume`, { id, feature: 'sizes', quantity, partial });
    await consume('a', '3');
    await consume('b', '3');
    // "kinds" tells quantities apart: what is taken would be another than was asked about.
    const part = await consume('c', '9', true);
    await consume('d', '4');
    const { usage } = (await paidup.call('GET', `${url}/state`)).body;

    expect([part.status, part.body.errors[0].pointer]).toEqual([400, '/partial']);
    expect(usage.filter((one: { price: string }) => ['kinds', 'largest', 'sizes'].includes(one.price)).map((one: { price: string; used: string }) => [one.price, one.used])).toEqual([['sizes', '10'], ['kinds', '2'], ['largest', '4']]);
  });

  it('may be sent again under an idempotency key: a "no" too, and a hold is opened once', async () => {
    const url = await customer();
    const key = { 'idempotency-key': 'k-1' };
    const asked = { id: 'a', feature: 'calls', quantity: '11' };
    const refused = await paidup.call('POST', `${url}/consume`, asked, key);
    await paidup.call('PUT', `${url}/entitlements/calls`, { limit: '20', reason: 'x' });
    const again = await paidup.call('POST', `${url}/consume`, asked, key);
    const other = await paidup.call('POST', `${url}/consume`, { ...asked, quantity: '1' }, key);
    const hold = { feature: 'calls', quantity: '4', expires_in: 60 };
    const holds = await Promise.all([1, 2, 3].map(() => paidup.call('POST', `${url}/holds`, hold, { 'idempotency-key': 'k-2' })));

    expect([refused.body.allowed, again.body, other.body.type]).toEqual([false, refused.body, '/problems/idempotency_key_reused']);
    expect(holds.map(({ body }) => body)).toEqual([1, 2, 3].map(() => holds[0]?.body));
    expect((await paidup.call('GET', `${url}/entitlements/calls`)).body.held).toBe('4');
  });

  it('is about nobody once the customer is deleted', async () => {
    await paidup.call('PUT', `/v1/customers/gone-${made}`, { currency: 'USD' });
    await paidup.call('DELETE', `/v1/customers/gone-${made}`);
    const statuses = await Promise.all(['check', 'consume', 'holds'].map(async (verb) => (await paidup.call('POST', `/v1/customers/gone-${made}/${verb}`, { id: 'x', feature: 'calls', expires_in: 60 })).status));

    expect(statuses).toEqual([404, 404, 404]);
  });
});
