import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const NOW = at('2026-03-10T12:00:00Z');
const DAY_MS = 86_400_000;
const MONTH = { unit: 'month', count: 1 };

describe.each(STORES)('the gate on the %s store', (store) => {
  let paidup: TestPaidup;
  let made = 0;

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: NOW });
    const put = async (url: string, body: object) => expect([200, 201]).toContain((await paidup.call('PUT', url, body)).status);
    await put('/v1/meters/calls', { event_name: 'call', aggregation: 'count' });
    await put('/v1/meters/tokens', { event_name: 'token', aggregation: 'sum', property: 'n', dimensions: ['model'] });
    await put('/v1/meters/files', { event_name: 'file', aggregation: 'last', property: 'bytes' });
    await put('/v1/features/calls', { name: 'Calls', type: 'metered', meter: 'calls' });
    await put('/v1/features/tokens', { type: 'metered', meter: 'tokens' });
    await put('/v1/features/files', { type: 'metered', meter: 'files', unit: 'size' });
    await put('/v1/features/sso', { type: 'flag' });
    await put('/v1/features/seats', { type: 'limit' });
    const calls = { code: 'calls', type: 'usage', meter: 'calls', included: '5', overage: 'blocked', model: { type: 'per_unit', amount: '0' } };
    await put('/v1/plans/basic', {
      currency: 'USD', interval: MONTH, features: [{ feature: 'calls', price: 'calls' }, { feature: 'seats', limit: '2', per_quantity_of: 'seat' }],
      prices: [{ code: 'seat', type: 'fixed', amount: '10', per_seat: true }, calls],
    });
    await put('/v1/plans/big', {
      currency: 'USD', interval: MONTH, features: [{ feature: 'calls', price: 'calls' }, { feature: 'sso' }],
      prices: [{ code: 'base', type: 'fixed', amount: '31' }, { ...calls, included: '1000' }],
    });
    await put('/v1/plans/bigger', { currency: 'USD', interval: MONTH, features: [{ feature: 'calls', price: 'calls' }], prices: [{ code: 'base', type: 'fixed', amount: '99' }, { ...calls, included: '5000' }] });
    await put('/v1/plans/metered', {
      currency: 'USD', interval: MONTH, features: [{ feature: 'tokens', price: 'tokens' }, { feature: 'files', price: 'files' }],
      prices: [
        { code: 'tokens', type: 'usage', meter: 'tokens', included: '100', model: { type: 'per_unit', amount: '0.01' }, paid_from: 'wallet' },
        { code: 'files', type: 'usage', meter: 'files', included: '1000', overage: 'blocked', model: { type: 'per_unit', amount: '0' } },
      ],
    });
  });
  afterAll(async () => {
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    await paidup.stop();
  });

  async function customer(plan?: string, terms: object = {}): Promise<string> {
    made += 1;
    const { body } = await paidup.call('POST', '/v1/customers', { external_id: `c-${made}`, currency: 'USD' });
    const url = `/v1/customers/${String(body.id)}`;
    if (plan !== undefined) expect((await paidup.call('POST', `${url}/subscriptions`, { plan, ...terms })).status).toBe(201);
    return url;
  }

  const check = async (url: string, body: object) => (await paidup.call('POST', `${url}/check`, body)).body;
  const consume = async (url: string, body: object) => (await paidup.call('POST', `${url}/consume`, body)).body;
  const state = async (url: string) => (await paidup.call('GET', `${url}/state`)).body;
  const entitled = async (url: string, feature: string) => (await state(url)).entitlements.find((one: { feature: string }) => one.feature === feature);

  describe('check', () => {
    it('says yes and no, and agrees with the state at the same revision', async () => {
      const url = await customer('basic');
      for (const [n, allowed] of [[5, true], [6, false]] as const) {
        const answer = await check(url, { feature: 'calls', quantity: String(n) });
        const { revision, entitlements } = await state(url);

        expect([answer.allowed, answer.limit, answer.used, answer.remaining, answer.revision]).toEqual([allowed, '5', '0', '5', revision]);
        expect(entitlements[0]).toMatchObject({ limit: answer.limit, used: answer.used, remaining: answer.remaining, resets_at: answer.resets_at, held: answer.held });
      }
    });

    it('is answered alike by GET, one by one and together', async () => {
      const url = await customer('basic');
      const asked = [{ feature: 'calls', quantity: '6' }, { feature: 'sso' }];
      const several = await check(url, { checks: asked });
      const { body: read } = await paidup.call('GET', `${url}/check?feature=calls&quantity=6`);

      expect(several.results).toEqual([await check(url, asked[0] as object), await check(url, asked[1] as object)]);
      expect(read).toEqual(several.results[0]);
    });

    it('takes questions about several customers, each for itself', async () => {
      const [one, two] = [await customer('basic'), await customer()];
      const ids = [one, two].map((url) => url.split('/')[3]);
      const { status, body } = await paidup.call('POST', '/v1/checks', { checks: [{ customer: ids[0], feature: 'calls' }, { customer: ids[1], feature: 'calls' }, { customer: 'nobody', feature: 'calls' }, { customer: ids[0], feature: 'typo' }] });

      expect(status).toBe(200);
      expect(body.results).toMatchObject([{ customer: ids[0], allowed: true }, { allowed: false, reason: 'no_active_subscription' }, { customer: 'nobody', error: { type: '/problems/not_found' } }, { error: { type: '/problems/invalid_request' } }]);
    });

    it('may be asked with the key of the customer, about that customer alone', async () => {
      const [own, other] = [await customer('basic'), await customer('basic')];
      const authorization = `Bearer ${await paidup.customerKey(own.split('/')[3] ?? '')}`;
      const statuses = await Promise.all([`${own}/check`, `${other}/check`, `${own}/consume`].map(async (url) => (await paidup.call('POST', url, { id: 'x', feature: 'calls' }, { authorization })).status));
      const { body } = await paidup.call('POST', '/v1/checks', { checks: [{ customer: other.split('/')[3], feature: 'calls' }] }, { authorization });

      expect(statuses).toEqual([200, 404, 403]);
      expect(body.results[0].error.type).toBe('/problems/not_found');
    });

    it.each([
      [{ feature: 'typo' }, '/feature'], [{ feature: 'calls', quantity: '-1' }, '/quantity'], [{ feature: 'calls', quantity: 'x' }, '/quantity'], [{ feature: 'calls', quantity: '0.5' }, '/quantity'],
      [{}, '/feature'], [{ checks: [{ feature: 'calls' }, { feature: 'typo' }] }, '/checks/1/feature'], [{ checks: [{ feature: 'calls', quantity: '0.5' }, { feature: 'calls' }] }, '/checks/0/quantity'],
    ])('refuses %j', async (body, pointer) => {
      const { status, body: problem } = await paidup.call('POST', `${await customer('basic')}/check`, body);

      expect([status, problem.errors[0].pointer]).toEqual([400, pointer]);
    });

    it('asks about what no event can report, such as the last size, without using it', async () => {
      const url = await customer('metered');
      await paidup.call('POST', '/v1/events', { events: [{ id: 'f', customer: url.split('/')[3], name: 'file', properties: { bytes: '900' } }] });

      expect([(await check(url, { feature: 'files', quantity: '100' })).allowed, (await check(url, { feature: 'files', quantity: '101' })).allowed]).toEqual([true, false]);
      expect((await paidup.call('POST', `${url}/consume`, { id: 'g', feature: 'files' })).body.errors[0].pointer).toBe('/feature');
    });
  });

  describe('remedies', () => {
    it('are tried, priced by their proration, and come cheapest first', async () => {
      const url = await customer('basic');
      await consume(url, { id: 'all', feature: 'calls', quantity: '5' });
      paidup.clock.set(at('2026-03-25T00:00:00Z'));
      const { remedies } = await check(url, { feature: 'calls', quantity: '500' });
      const { id: subscription } = (await state(url)).subscriptions[0];
      const { body: preview } = await paidup.call('POST', `/v1/subscriptions/${String(subscription)}/change/preview`, { plan: 'big' });

      expect(remedies.map((one: { type: string; plan: string }) => [one.type, one.plan])).toEqual([['change_plan', 'big'], ['change_plan', 'bigger']]);
      expect(remedies[0]).toMatchObject({ subscription, price: preview.due_now.invoices[0].total, next_invoice: preview.next_invoice.total });
      expect((await check(url, { feature: 'calls', quantity: '500', remedies: false })).remedies).toEqual([]);
      await paidup.call('POST', `/v1/subscriptions/${String(subscription)}/change`, { plan: 'big' });
      expect((await check(url, { feature: 'calls', quantity: '500' })).allowed).toBe(true);
      paidup.clock.set(NOW);
    });

    it('are seats where seats are lacking, a plan where there is none, overage where it is off', async () => {
      const url = await customer('basic');
      const off = await customer('metered', { overage: false });
      await paidup.call('POST', `${off}/credits`, { amount: '50.00', reason: 'gift' });

      expect((await check(url, { feature: 'seats', quantity: '5' })).remedies).toMatchObject([{ type: 'add_quantity', quantities: { seat: '3' }, price: { amount: '20.00', currency: 'USD' } }]);
      expect((await check(await customer(), { feature: 'sso' })).remedies).toMatchObject([{ type: 'subscribe', plan: 'big', price: { amount: '31.00', currency: 'USD' } }]);
      expect((await check(off, { feature: 'tokens', quantity: '150' })).remedies).toMatchObject([{ type: 'enable_overage', price: { amount: '0.00' }, use_cost: { amount: '0.50' } }]);
    });

    it('are a top-up of what the wallet lacks', async () => {
      const url = await customer('metered');
      await paidup.call('POST', `${url}/credits`, { amount: '1.00', reason: 'gift' });
      const answer = await check(url, { feature: 'tokens', quantity: '350' });

      expect([answer.reason, answer.cost, answer.remedies[0]]).toMatchObject(['insufficient_funds', { amount: '2.50' }, { type: 'top_up', price: { amount: '1.50', currency: 'USD' } }]);
    });
  });

  describe('consume', () => {
    it('records what it allows, and is answered as the first time under the same id', async () => {
      const url = await customer('basic');
      const first = await paidup.call('POST', `${url}/consume`, { id: 'c-1', feature: 'calls', quantity: '3' });
      await consume(url, { id: 'c-2', feature: 'calls' });
      const again = await paidup.call('POST', `${url}/consume`, { id: 'c-1', feature: 'calls', quantity: '3' });

      expect([first.status, first.body.allowed, first.body.used, first.body.remaining]).toEqual([200, true, '3', '2']);
      expect(again.body).toEqual(first.body);
      expect((await entitled(url, 'calls')).used).toBe('4');
      const { data } = (await paidup.call('GET', `${url}/usage?meter=calls&granularity=month`)).body;
      expect(data.map((point: { value: string }) => point.value)).toContain('4');
    });

    it('leaves nothing of a "no", whose id stays free', async () => {
      const url = await customer('basic');
      const refused = await consume(url, { id: 'c-1', feature: 'calls', quantity: '6' });
      const before = await state(url);
      const allowed = await consume(url, { id: 'c-1', feature: 'calls', quantity: '5' });

      expect([refused.allowed, refused.reason, refused.quantity, before.entitlements[0].used, refused.revision]).toEqual([false, 'limit_reached', '0', '0', before.revision]);
      expect([allowed.allowed, allowed.used]).toEqual([true, '5']);
    });

    it('takes what is left when that will do', async () => {
      const url = await customer('basic');
      const part = await consume(url, { id: 'c-1', feature: 'calls', quantity: '8', partial: true });
      const nothing = await consume(url, { id: 'c-2', feature: 'calls', quantity: '8', partial: true });

      expect([part.allowed, part.quantity, part.remaining, nothing.allowed, nothing.quantity]).toEqual([true, '5', '0', false, '0']);
    });

    it('shares its ids with events', async () => {
      const url = await customer('basic');
      const report = (id: string) => paidup.call('POST', '/v1/events', { events: [{ id, customer: url.split('/')[3], name: 'call' }] });
      await report('e-1');
      await consume(url, { id: 'c-1', feature: 'calls' });

      expect((await paidup.call('POST', `${url}/consume`, { id: 'e-1', feature: 'calls' })).body.errors[0].pointer).toBe('/id');
      expect((await report('c-1')).body.results[0].status).toBe('duplicate');
      expect((await entitled(url, 'calls')).used).toBe('2');
    });

    it('spends the wallet up to its last cent and by dimensions', async () => {
      const url = await customer('metered');
      await paidup.call('POST', `${url}/credits`, { amount: '1.00', reason: 'gift' });
      const first = await consume(url, { id: 'a', feature: 'tokens', quantity: '200', properties: { model: 'small' } });
      const second = await consume(url, { id: 'b', feature: 'tokens', quantity: '1' });
      const { data: events } = (await paidup.call('GET', `${url}/events`)).body;

      expect([first.allowed, first.cost.amount, first.rule, second.reason]).toEqual([true, '1.00', 'overage', 'insufficient_funds']);
      expect(events.map((event: { properties: object }) => event.properties)).toEqual([{ model: 'small', n: '200' }]);
      expect((await state(url)).wallet[0].available).toBe('0.00');
    });

    it.each([
      [{ id: '', feature: 'calls' }, '/id'], [{ id: 'x', feature: 'calls', quantity: '0' }, '/quantity'], [{ id: 'x', feature: 'sso' }, '/feature'], [{ feature: 'calls' }, '/id'],
    ])('refuses %j', async (body, pointer) => {
      const { status, body: problem } = await paidup.call('POST', `${await customer('big')}/consume`, body);

      expect([status, problem.errors[0].pointer]).toEqual([400, pointer]);
    });
  });

  describe('a hold of units', () => {
    const hold = (url: string, quantity: string) => paidup.call('POST', `${url}/holds`, { feature: 'calls', quantity, expires_in: 60 });

    it('sets units aside for everybody else, and reports what was used of them', async () => {
      const url = await customer('basic');
      const opened = await hold(url, '3');
      const refused = await hold(url, '3');
      const settled = await paidup.call('POST', `${url}/holds/${String(opened.body.id)}/settle`, { quantity: '2' });

      expect([opened.status, opened.body.allowed, opened.body.feature, refused.status, refused.body.allowed, refused.body.reason]).toEqual([201, true, { feature: 'calls', quantity: '3', settled: null }, 200, false, 'limit_reached']);
      expect(settled.body).toMatchObject({ status: 'settled', feature: { quantity: '3', settled: '2' } });
      expect(await entitled(url, 'calls')).toMatchObject({ used: '2', held: '0', remaining: '3' });
    });

    it('may be settled for more as far as something is left', async () => {
      const url = await customer('basic');
      const { id } = (await hold(url, '3')).body;
      const more = await paidup.call('POST', `${url}/holds/${String(id)}/settle`, { quantity: '6' });
      const all = await paidup.call('POST', `${url}/holds/${String(id)}/settle`, { quantity: '5' });

      expect([more.status, more.body.type, all.status]).toEqual([409, '/problems/limit_reached', 200]);
      expect(await entitled(url, 'calls')).toMatchObject({ used: '5', held: '0', remaining: '0' });
    });

    it('is free again when it is released, and by the clock alone when it expires', async () => {
      const url = await customer('basic');
      const first = (await hold(url, '5')).body;
      await paidup.call('POST', `${url}/holds/${String(first.id)}/release`);
      await hold(url, '4');
      const before = await check(url, { feature: 'calls', quantity: '2' });
      paidup.clock.set((NOW + 60_000) as typeof NOW);
      const after = await check(url, { feature: 'calls', quantity: '5' });
      paidup.clock.set(NOW);

      expect([before.allowed, before.held, before.lifts_at, after.allowed, after.held]).toEqual([false, '4', '2026-03-10T12:01:00Z', true, '0']);
    });

    it('sets the money aside that the use will take from the wallet', async () => {
      const url = await customer('metered');
      await paidup.call('POST', `${url}/credits`, { amount: '3.00', reason: 'gift' });
      const { status, body } = await paidup.call('POST', `${url}/holds`, { feature: 'tokens', quantity: '300', expires_in: 60 });
      const refused = await paidup.call('POST', `${url}/holds`, { feature: 'tokens', quantity: '300', expires_in: 60 });

      expect([status, body.amount, refused.body.reason]).toEqual([201, { amount: '2.00', currency: 'USD' }, 'insufficient_funds']);
      expect((await state(url)).wallet[0]).toMatchObject({ balance: '3.00', held: '2.00', available: '1.00' });
    });

    it.each([
      [{ feature: 'calls', amount: '1.00' }, '/amount'], [{ feature: 'sso' }, '/feature'], [{ feature: 'calls', quantity: '0' }, '/quantity'], [{ feature: 'typo' }, '/feature'], [{ amount: '1.00', properties: {} }, '/properties'],
    ])('is refused with %j', async (body, pointer) => {
      const { status, body: problem } = await paidup.call('POST', `${await customer('big')}/holds`, { expires_in: 60, ...body });

      expect([status, problem.errors[0].pointer]).toEqual([400, pointer]);
    });
  });

  describe('an override', () => {
    it('holds until it ends, and is told with its reason', async () => {
      const url = await customer('basic');
      const put = await paidup.call('PUT', `${url}/entitlements/calls`, { limit: '10', combine: 'add', reason: 'sorry for last week', expires_at: new Date(NOW + DAY_MS).toISOString() });
      const { sources, limit } = await entitled(url, 'calls');
      paidup.clock.set((NOW + DAY_MS) as typeof NOW);
      const after = await entitled(url, 'calls');
      paidup.clock.set(NOW);

      expect([put.status, limit, after.limit]).toEqual([200, '15', '5']);
      expect(sources).toMatchObject([{ type: 'plan', plan: 'basic', limit: '5' }, { type: 'override', limit: '10', reason: 'sorry for last week', expires_at: '2026-03-11T12:00:00Z' }]);
      expect((await paidup.call('DELETE', `${url}/entitlements/calls`)).status).toBe(204);
      expect([(await entitled(url, 'calls')).limit, (await paidup.call('DELETE', `${url}/entitlements/calls`)).status]).toEqual(['5', 404]);
    });

    it('is known at its revision', async () => {
      const url = await customer('basic');
      const { revision } = (await paidup.call('PUT', `${url}/entitlements/sso`, { reason: 'a pilot' })).body;
      const then = async (known: number) => (await paidup.call('GET', `${url}/state?known_at_revision=${known}`)).body.entitlements.map((one: { feature: string }) => one.feature);

      expect([await then(revision), await then(revision - 1)]).toEqual([['calls', 'seats', 'sso'], ['calls', 'seats']]);
    });

    it.each([
      ['calls', { reason: 'x' }, '/limit'], ['calls', { limit: '-1', reason: 'x' }, '/limit'], ['calls', { limit: '1', reason: ' ' }, '/reason'], ['calls', { limit: '1', reason: 'x', expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
      ['sso', { limit: '1', reason: 'x' }, '/limit'], ['calls', { granted: false, limit: '1', reason: 'x' }, '/granted'],
    ])('of %s with %j is refused', async (feature, body, pointer) => {
      const { status, body: problem } = await paidup.call('PUT', `${await customer()}/entitlements/${feature}`, body);

      expect([status, problem.errors[0].pointer]).toEqual([400, pointer]);
    });
  });
});
