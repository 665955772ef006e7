import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { instant } from '../../src/core/instant.js';
import { buildApp } from '../../src/http/app.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { openEngine } from '../../src/service/open.js';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const NOW = at('2026-03-10T12:00:00Z');
const DAY_MS = 86_400_000;
const MONTH = { unit: 'month', count: 1 };

describe.each(STORES)('the gate through the life of a subscription, on the %s store', (store) => {
  let paidup: TestPaidup;
  let made = 0;

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: NOW });
    await put('/v1/meters/calls', { event_name: 'call', aggregation: 'sum', property: 'n', dimensions: ['model'] });
    await put('/v1/meters/minutes', { event_name: 'talk', aggregation: 'sum', property: 'seconds', conversion: { divide_by: '60', round: 'up' } });
    await put('/v1/features/calls', { name: 'Calls', type: 'metered', meter: 'calls' });
    await put('/v1/features/minutes', { type: 'metered', meter: 'minutes' });
    await put('/v1/features/seats', { type: 'limit' });
    await plan('basic', [calls('10')], { trial_days: 0 });
    await plan('life', [calls('10', { window: { unit: 'lifetime' } })]);
    await plan('more', [calls('5')]);
    await plan('paid', [calls('100', { overage: 'allowed', model: per('0.01'), paid_from: 'wallet' })]);
    await put('/v1/meters/tokens', { event_name: 'token', aggregation: 'sum', property: 'n' });
    await put('/v1/features/tokens', { type: 'metered', meter: 'tokens' });
    const tokens = (included: string, over: object = {}) => ({ ...calls(included, { overage: 'allowed', model: per('0.01'), ...over }), code: 'tokens', meter: 'tokens' });
    const grant = { features: [{ feature: 'tokens', price: 'tokens' }] };
    await plan('tokens', [tokens('100', { paid_from: 'wallet' })], grant);
    await plan('tokens-more', [{ code: 'base', type: 'fixed', amount: '3.00' }, tokens('1000')], grant);
    await plan('tokens-euro', [tokens('1000')], { currency: 'EUR', ...grant });
    await plan('models', [calls('0', { overage: 'allowed', paid_from: 'wallet', model: { type: 'dimensional', dimensions: ['model'], cells: [{ values: { model: 'big' }, model: per('1') }] } })]);
    await put('/v1/plans/talk', { currency: 'USD', interval: MONTH, features: [{ feature: 'minutes', price: 'minutes' }], prices: [{ code: 'minutes', type: 'usage', meter: 'minutes', included: '10', overage: 'blocked', model: per('0') }] });
  });
  afterAll(async () => {
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
    await paidup.stop();
  });

  const per = (amount: string) => ({ type: 'per_unit', amount });
  const calls = (included: string, over: object = {}) => ({ code: 'calls', type: 'usage', meter: 'calls', included, overage: 'blocked', model: per('0'), ...over });
  const put = async (url: string, body: object): Promise<void> => expect([200, 201], url).toContain((await paidup.call('PUT', url, body)).status);
  const plan = (code: string, prices: object[], over: object = {}) => put(`/v1/plans/${code}`, { currency: 'USD', interval: MONTH, features: [{ feature: 'calls', price: 'calls' }], prices, ...over });
  const post = async (url: string, body: object = {}) => (await paidup.call('POST', url, body)).body;
  async function customer(...plans: Array<Record<string, unknown>>): Promise<{ url: string; subscription: string }> {
    made += 1;
    const url = `/v1/customers/life-${made}`;
    await put(url, { currency: 'USD' });
    let subscription = '';
    for (const terms of plans) {
      const { status, body } = await paidup.call('POST', `${url}/subscriptions`, terms);
      expect(status, JSON.stringify(body)).toBe(201);
      subscription = body.id as string;
    }
    return { url, subscription };
  }
  /** What the work gives with the clock at a moment. */
  async function then<Result>(moment: number, work: () => Promise<Result>): Promise<Result> {
    paidup.clock.set(instant(moment));
    try {
      return await work();
    } finally {
      paidup.clock.set(NOW);
    }
  }
  const check = (url: string, quantity = '1', over: object = {}) => post(`${url}/check`, { feature: 'calls', quantity, ...over });
  const consume = (url: string, id: string, quantity = '1', over: object = {}) => post(`${url}/consume`, { id, feature: 'calls', quantity, ...over });

  it('counts in a trial as after it, and opens with a start that was scheduled', async () => {
    const trial = await customer({ plan: 'basic', trial_days: 5 });
    const scheduled = await customer({ plan: 'basic', starts_at: '2026-03-12T00:00:00Z' });
    const early = await check(scheduled.url);

    expect([(await consume(trial.url, 'a', '10')).allowed, await check(trial.url)]).toMatchObject([true, { allowed: false, lifts_at: '2026-03-15T12:00:00Z' }]);
    expect([early.allowed, early.reason, early.lifts_at]).toEqual([false, 'no_active_subscription', '2026-03-12T00:00:00Z']);
    expect(await then(at('2026-03-12T00:00:00Z'), () => check(scheduled.url, '10'))).toMatchObject({ allowed: true, limit: '10' });
  });

  it('is shut in a pause, with what would open it', async () => {
    const { url, subscription } = await customer({ plan: 'basic' });
    const { id } = await post(`${url}/holds`, { feature: 'calls', quantity: '4', expires_in: 600 });
    await post(`/v1/subscriptions/${subscription}/pause`);
    const answer = await check(url);
    const remedy = answer.remedies.find((one: { type: string }) => one.type === 'resume');
    const ended = await paidup.call('POST', `${url}/holds/${String(id)}/release`, {});

    expect([answer.reason, answer.held, remedy?.subscription, ended.status]).toEqual(['subscription_paused', '0', subscription, 200]);
    expect((await consume(url, 'a')).reason).toBe('subscription_paused');
    await post(`/v1/subscriptions/${subscription}/resume`);
    expect((await consume(url, 'a')).allowed).toBe(true);
  });

  it('never opens again by itself where a window lasts for ever', async () => {
    const { url } = await customer({ plan: 'life' });
    await consume(url, 'a', '10');

    expect(await check(url)).toMatchObject({ allowed: false, resets_at: null, lifts_at: null });
    expect((await then(NOW + 60 * DAY_MS, () => check(url))).allowed).toBe(false);
  });

  it('adds what add-ons grant, and overrides all of it at once', async () => {
    const { url, subscription } = await customer({ plan: 'basic' });
    await paidup.call('POST', `${url}/subscriptions`, { plan: 'more', addon_of: subscription });
    const both = await check(url, '15');
    await put(`${url}/entitlements/calls`, { limit: '7', reason: 'x' });

    expect([both.allowed, both.limit, (await check(url, '7')).allowed, (await check(url, '8')).reason]).toEqual([true, '15', true, 'limit_reached']);
  });

  it('goes on with a plan that is not sold any more, and offers none such', async () => {
    await plan('old', [calls('3')]);
    await plan('gone', [calls('10000')]);
    const { url } = await customer({ plan: 'old' });
    for (const code of ['old', 'gone']) await paidup.call('DELETE', `/v1/plans/${code}`);
    const archived = (await paidup.call('GET', '/v1/plans/gone')).body.archived as boolean;
    const { allowed, remedies } = await check(url, '9000');

    expect([archived, allowed, (await check(url, '3')).allowed]).toEqual([true, false, true]);
    expect(remedies.map((one: { plan: string }) => one.plan)).not.toContain('gone');
  });

  it('rounds up what is sold in whole minutes, and takes no more than fits', async () => {
    const { url } = await customer({ plan: 'talk' });
    await post('/v1/events', { events: [{ id: 'e', customer: `life-${made}`, name: 'talk', properties: { seconds: 61 } }] });
    const part = await post(`${url}/consume`, { id: 'a', feature: 'minutes', quantity: '9.5', partial: true });

    expect([part.quantity, part.used, part.remaining]).toEqual(['8', '10', '0']);
    expect((await paidup.call('GET', `${url}/entitlements/minutes`)).body).toMatchObject({ used: '10', remaining: '0' });
  });

  it('prices a use by its dimensions, and for nothing where no cell names it', async () => {
    const { url } = await customer({ plan: 'models' });
    await post(`${url}/credits`, { amount: '1.00', reason: 'gift' });
    const by = (model: string | undefined, quantity = '1') => check(url, quantity, { properties: model === undefined ? {} : { model } });

    expect([(await by('big')).cost, (await by('other')).cost, (await by(undefined)).cost].map(({ amount }) => amount)).toEqual(['1.00', '0.00', '0.00']);
    expect([(await by('big', '2')).reason, (await by('other', '11')).allowed]).toEqual(['insufficient_funds', true]);
  });

  it('spends no credit from the moment at which it expires', async () => {
    const { url } = await customer({ plan: 'paid' });
    await post(`${url}/credits`, { amount: '1.00', reason: 'gift', expires_at: '2026-03-11T00:00:00Z' });
    const [before, on] = [await then(at('2026-03-11T00:00:00Z') - 1, () => check(url, '200')), await then(at('2026-03-11T00:00:00Z'), () => consume(url, 'a', '200'))];

    expect([before.allowed, on.allowed, on.reason]).toEqual([true, false, 'insufficient_funds']);
  });

  it('fills a wallet that a consume has made low, once', async () => {
    const { url } = await customer({ plan: 'paid' });
    await put(`${url}/payment-method`, { token: 'card_succeeds' });
    await post(`${url}/credits`, { amount: '12.00', reason: 'gift' });
    await put(`${url}/top-up-settings`, { enabled: true, min_balance: '10', up_to_balance: '20', daily_ceiling: '100' });
    await Promise.all([1, 2, 3, 4].map((n) => consume(url, `c-${n}`, '100')));
    await paidup.engine.charges.idle();

    expect((await paidup.call('GET', `${url}/state`)).body.wallet[0]).toMatchObject({ accrued: '3.00', available: '20.00' });
  });

  it('offers remedies in the order of what they cost with the use, those in other currencies last', async () => {
    const { url } = await customer({ plan: 'tokens' });
    await post(`${url}/credits`, { amount: '1.00', reason: 'gift' });
    const { remedies } = await check(url, '350', { feature: 'tokens' });
    const none = await check((await customer()).url, '350', { feature: 'tokens' });

    // 2.50 for the use, of which 1.50 is lacking; the plan that includes it costs 3.00.
    expect(remedies.map((one: { type: string; plan: string | null; price: { amount: string } }) => [one.type, one.plan, one.price.amount])).toEqual([['top_up', null, '1.50'], ['change_plan', 'tokens-more', '3.00']]);
    expect(none.remedies.map((one: { plan: string; price: { currency: string } }) => [one.plan, one.price.currency])).toEqual([['tokens-more', 'USD'], ['tokens-euro', 'EUR']]);
  });

  it('answers a consume after a restart as before it', async () => {
    const { url } = await customer({ plan: 'basic' });
    const first = await consume(url, 'a', '4');
    await consume(url, 'b', '2');
    const app = await buildApp({ engine: await openEngine({ database: paidup.engine.database, provider: sandboxProvider, clock: paidup.clock }) });
    const again = await app.inject({ method: 'POST', url: `${url}/consume`, headers: { authorization: `Bearer ${paidup.secretKey}` }, payload: { id: 'a', feature: 'calls', quantity: '4' } });
    await app.close();

    expect(again.json()).toEqual(first);
  });

  it('is known by its revision: holds and overrides too', async () => {
    const { url } = await customer({ plan: 'basic' });
    const revision = async (): Promise<number> => (await paidup.call('GET', `${url}/state`)).body.revision;
    const figures = async (known: number) => {
      const { limit, used, held } = (await paidup.call('GET', `${url}/state?known_at_revision=${known}`)).body.entitlements[0];
      return [limit, used, held];
    };
    const revisions = [await revision()];
    for (const step of [
      () => post(`${url}/holds`, { feature: 'calls', quantity: '4', expires_in: 600 }),
      () => paidup.call('PUT', `${url}/entitlements/calls`, { limit: '2', combine: 'add', reason: 'x' }),
      () => consume(url, 'a', '3'),
      async () => post(`${url}/holds/${String((await paidup.call('GET', `${url}/holds`)).body.data[0].id)}/settle`, { quantity: '1' }),
      () => paidup.call('DELETE', `${url}/entitlements/calls`),
    ]) {
      await step();
      revisions.push(await revision());
    }
    const seen = [];
    for (const known of revisions) seen.push(await figures(known));

    expect(seen).toEqual([['10', '0', '0'], ['10', '0', '4'], ['12', '0', '4'], ['12', '3', '4'], ['12', '4', '0'], ['10', '4', '0']]);
  });
});
