import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { STORES } from '../support/app.js';
import { at } from '../support/core.js';
import { startLark, type LarkPaidup } from '../support/lark.js';

type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-07-01T00:00:00Z';
const CALLBACKS = { success_url: 'https://shop.example.com/ok', cancelled_url: 'https://shop.example.com/cancelled' };
const flat = (value: string, currency = 'usd') => ({ price_type: 'flat', amount: { currency_code: currency, value } });
const ID = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}_[0-9A-Za-z]{24}$`));

describe.each(STORES)('subscription timelines of Lark on the %s store', (store) => {
  let lark: LarkPaidup;
  const cards: Record<string, string> = {};
  let count = 0;

  beforeAll(async () => {
    lark = await startLark({ store, now: at(NOW), isSandbox: true });
    for (const [name, value, currency] of [['intro', '1000', 'usd'], ['full', '3000', 'usd'], ['free', '0', 'usd'], ['euros', '3000', 'eur']] as const) {
      cards[name] = (await lark.ok('POST', '/rate-cards', { name, billing_interval: 'monthly', fixed_rates: [{ code: 'seat', name: 'Seat', price: flat(value, currency) }] })).id;
    }
  });
  afterAll(async () => {
    expect((await verifyStore(lark.paidup.engine, { isRepair: false })).differences).toEqual([]);
    await lark.paidup.stop();
  });

  async function subject(withCard: boolean): Promise<{ id: string; name: string }> {
    count += 1;
    const name = `timeline/${count} ünï@example.com`;
    const { id } = await lark.ok('POST', '/subjects', { external_id: name });
    if (withCard) expect((await lark.paidup.call('PUT', `/v1/customers/${encodeURIComponent(name)}/payment-method`, { token: 'card_succeeds' })).status).toBe(200);
    return { id, name };
  }
  const item = (card: string, start: string, end: string | null, over: object = {}) => ({ period: { start, end }, subscription_input: { rate_card_id: cards[card], fixed_rate_quantities: {}, rate_price_multipliers: {}, ...over } });
  const draft = (name: string, card = 'intro'): Promise<Json> => lark.ok('POST', '/subscription-timelines', { subject_id: name, rate_card_id: cards[card] });
  const add = (id: string, items: readonly unknown[]): Promise<Json> => lark.ok('POST', `/subscription-timelines/${id}/items`, { items });
  const start = (id: string, over: object = {}): Promise<Json> => lark.ok('POST', `/subscription-timelines/${id}/start`, { checkout_callback_urls: CALLBACKS, ...over });
  const read = (id: string): Promise<Json> => lark.ok('GET', `/subscription-timelines/${id}`);
  const advance = (moment: string): Promise<unknown> => lark.paidup.call('POST', '/v1/sandbox/clock', { set: moment });
  const totals = async (name: string): Promise<string[]> => (await lark.paidup.call('GET', `/v1/customers/${encodeURIComponent(name)}/invoices?limit=100`)).body.data.map(({ total }: Json) => total.amount).reverse();
  const days = async (...offsets: number[]): Promise<string[]> => {
    const now = lark.paidup.clock.now();
    return offsets.map((offset) => new Date(now + offset * 86_400_000).toISOString().replace('.000', ''));
  };
  const checkOut = async (url: string): Promise<void> => {
    const response = await lark.paidup.inject({ method: 'POST', url: new URL(url).pathname, payload: 'card=card_succeeds', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect(response.statusCode).toBe(303);
  };
  const refusedWith = async (url: string, body: object): Promise<[number, Json]> => {
    const answer = await lark.ask('POST', url, body);
    return [answer.status, typeof answer.body.detail === 'string' ? answer.body.detail : answer.body.detail.map((part: Json) => part.loc)];
  };

  it('are drafted for a subject by its id or its external id', async () => {
    const { id, name } = await subject(true);
    const [now] = await days(0);
    const made = await draft(name);
    expect(made).toEqual({ id: ID('stl'), created_at: now, updated_at: now, rate_card_id: cards['intro'], subject_id: id, subscription_id: null, status: 'draft' });
    expect(await read(made.id)).toEqual(made);
    expect((await draft(id)).subject_id).toBe(id);
    expect((await lark.ok('GET', '/subscription-timelines?limit=2')).subscription_timelines[1]).toEqual(made);
    expect(await lark.ok('GET', `/customer-access/${id}/billing-state`)).toMatchObject({ has_active_subscription: false });
  });

  it('take items that follow each other, and tell them in the order of time', async () => {
    const timeline = await draft((await subject(true)).name);
    const [first, second, third] = await days(10, 40, 70);
    const added = await add(timeline.id, [
      item('intro', first ?? '', second ?? '', { fixed_rate_quantities: { seat: 2 }, rate_price_multipliers: { seat: '0.50' } }),
      { ...item('full', second ?? '', third ?? ''), note: 'unknown fields are tolerated' },
    ]);
    const [now] = await days(0);
    const common = { id: ID('stli'), created_at: now, updated_at: now, subscription_timeline_id: timeline.id };
    expect(added).toEqual([
      { ...common, period: { start: first, end: second, inclusive_start: true, inclusive_end: false }, subscription_input: { rate_card_id: cards['intro'], fixed_rate_quantities: { seat: '2' }, rate_price_multipliers: { seat: '0.5' } } },
      { ...common, period: { start: second, end: third, inclusive_start: true, inclusive_end: false }, subscription_input: { rate_card_id: cards['full'], fixed_rate_quantities: {}, rate_price_multipliers: {} } },
    ]);
    const more = await add(timeline.id, [item('free', third ?? '', null)]);
    expect(more).toMatchObject([{ period: { start: third, end: null } }]);
    expect(await lark.ok('GET', `/subscription-timelines/${timeline.id}/items`)).toEqual({ has_more: false, items: [...added, ...more] });
    expect(await lark.ok('GET', `/subscription-timelines/${timeline.id}/items?limit=1&offset=1`)).toEqual({ has_more: true, items: [added[1]] });
    expect(await lark.ok('GET', `/subscription-timelines/${(await draft((await subject(true)).name)).id}/items`)).toEqual({ has_more: false, items: [] });
  });

  it('take periods with either end in or out', async () => {
    const timeline = await draft((await subject(true)).name);
    const period = { start: '2030-01-01T00:00:00Z', end: '2030-01-31T23:59:59.999Z', inclusive_end: true };
    const added = await add(timeline.id, [{ ...item('intro', '', ''), period }, { ...item('full', '', ''), period: { start: '2030-01-31T23:59:59.999Z', end: null, inclusive_start: false } }]);
    expect(added.map((one: Json) => one.period)).toEqual([{ start: '2030-01-01T00:00:00Z', end: '2030-02-01T00:00:00Z', inclusive_start: true, inclusive_end: false }, { start: '2030-02-01T00:00:00Z', end: null, inclusive_start: true, inclusive_end: false }]);
  });

  it('are started as a subscription with those phases, which ends after the last of them', async () => {
    const { name } = await subject(true);
    const timeline = await draft(name);
    const [now, first, second] = await days(0, 31, 62);
    await add(timeline.id, [item('intro', now ?? '', first ?? '', { fixed_rate_quantities: { seat: '2' } }), item('full', first ?? '', second ?? '', { rate_price_multipliers: { seat: '0.5' } })]);
    const { result } = await start(timeline.id);
    expect(result).toEqual({ result_type: 'success', subscription_timeline: { ...timeline, subscription_id: ID('sub'), status: 'active', updated_at: now } });
    const { subscription_id: id } = result.subscription_timeline;
    expect(await read(timeline.id)).toEqual(result.subscription_timeline);
    expect(await lark.ok('GET', `/subscriptions/${id}`)).toMatchObject({ rate_card_id: cards['intro'], status: 'active', effective_at: now, fixed_rate_quantities: { seat: '2' }, cancels_at_end_of_cycle: false });

    await advance(first ?? '');
    expect(await lark.ok('GET', `/subscriptions/${id}`)).toMatchObject({ rate_card_id: cards['full'], fixed_rate_quantities: { seat: '1' }, rate_price_multipliers: { seat: '0.5' } });
    expect(await lark.ok('GET', `/customer-access/${encodeURIComponent(name)}/billing-state`)).toMatchObject({ active_subscriptions: [{ rate_card_id: cards['full'], subscription_id: id }] });
    await advance(second ?? '');
    expect([(await read(timeline.id)).status, (await lark.ok('GET', `/subscriptions/${id}`)).status]).toEqual(['completed', 'cancelled']);
    expect((await totals(name))[0]).toBe('20.00');
    expect((await totals(name)).slice(1)).toContain('15.00');
  });

  it('wait for a start to come, and go on for ever without an end', async () => {
    const { name } = await subject(true);
    const timeline = await draft(name);
    const [past, begin] = await days(-20, 5);
    await add(timeline.id, [item('intro', past ?? '', null)]);
    const { result } = await start(timeline.id, { effective_at: begin });
    expect(result.subscription_timeline).toMatchObject({ status: 'pending', subscription_id: ID('sub') });
    expect(await totals(name)).toEqual([]);
    await advance(begin ?? '');
    expect(await read(timeline.id)).toMatchObject({ status: 'active' });
    expect(await lark.ok('GET', `/subscriptions/${result.subscription_timeline.subscription_id}`)).toMatchObject({ effective_at: begin, cancels_at_end_of_cycle: false });
    expect(await totals(name)).toEqual(['10.00']);
    await lark.ok('POST', `/subscriptions/${result.subscription_timeline.subscription_id}/cancel`, {});
    expect(await read(timeline.id)).toMatchObject({ status: 'completed' });
  });

  it('may begin in the past, and are billed for it', async () => {
    const { name } = await subject(true);
    const timeline = await draft(name);
    const [before, first, second] = await days(-90, -62, -31);
    await add(timeline.id, [item('intro', before ?? '', second ?? ''), item('full', second ?? '', null)]);
    const { result } = await start(timeline.id, { effective_at: first });
    expect(await lark.ok('GET', `/subscriptions/${result.subscription_timeline.subscription_id}`)).toMatchObject({ effective_at: first, rate_card_id: cards['full'], status: 'active' });
    expect((await totals(name))[0]).toBe('10.00');
    expect(await totals(name)).toContain('30.00');
  });

  it('begin with their first item where that comes later, and pass over what has ended', async () => {
    const [later, early] = [await draft((await subject(true)).name), await draft((await subject(true)).name)];
    const [before, now, soon] = await days(-10, 0, 3);
    await add(later.id, [item('intro', soon ?? '', null)]);
    await add(early.id, [item('intro', before ?? '', now ?? ''), item('full', now ?? '', null)]);
    const begun = async (id: string): Promise<Json> => lark.ok('GET', `/subscriptions/${(await start(id)).result.subscription_timeline.subscription_id}`);
    expect(await begun(later.id)).toMatchObject({ effective_at: soon, status: 'paused', rate_card_id: cards['intro'] });
    expect(await read(later.id)).toMatchObject({ status: 'pending' });
    expect(await begun(early.id)).toMatchObject({ effective_at: now, status: 'active', rate_card_id: cards['full'] });
  });

  it('lead to the checkout without a card, and are started when it is done', async () => {
    const { name } = await subject(false);
    const timeline = await draft(name);
    const [now] = await days(0);
    await add(timeline.id, [item('full', now ?? '', null)]);
    const { result } = await start(timeline.id);
    expect(result).toEqual({ result_type: 'requires_action', action: { checkout_url: expect.stringContaining('/sandbox/checkout/'), requires_action_type: 'checkout' } });
    expect(await read(timeline.id)).toEqual({ ...timeline, updated_at: expect.any(String) });
    await checkOut(result.action.checkout_url);
    expect(await read(timeline.id)).toMatchObject({ status: 'active', subscription_id: ID('sub') });
    expect(await totals(name)).toEqual(['30.00']);
  });

  it('are started without a card where nothing can cost anything, and through the checkout where that is asked', async () => {
    const [free, asked] = [await draft((await subject(false)).name, 'free'), await draft((await subject(true)).name)];
    const [now] = await days(0);
    await add(free.id, [item('full', now ?? '', null, { rate_price_multipliers: { seat: 0 } })]);
    await add(asked.id, [item('free', now ?? '', null)]);
    expect((await start(free.id)).result.result_type).toBe('success');
    const { result } = await start(asked.id, { create_checkout_session: 'always' });
    expect(result.result_type).toBe('requires_action');
    await checkOut(result.action.checkout_url);
    expect(await read(asked.id)).toMatchObject({ status: 'active' });
  });

  it('are started once, whatever comes at the same time, and are fixed then', async () => {
    const timeline = await draft((await subject(true)).name);
    const [now, later, end] = await days(0, 30, 60);
    await add(timeline.id, [item('intro', now ?? '', later ?? '')]);
    const started = await Promise.all(Array.from({ length: 5 }, () => lark.ask('POST', `/subscription-timelines/${timeline.id}/start`, { checkout_callback_urls: CALLBACKS })));
    expect(started.map(({ status }) => status).sort((left, right) => left - right)).toEqual([200, 400, 400, 400, 400]);
    const { subscription_id: id } = await read(timeline.id);
    expect(started.filter(({ status }) => status === 400).map(({ body }) => body.detail)).toEqual(Array(4).fill(expect.stringContaining(id)));
    expect(await refusedWith(`/subscription-timelines/${timeline.id}/items`, { items: [item('full', later ?? '', end ?? '')] })).toEqual([400, expect.stringContaining(id)]);
    const subject_id = (await read(timeline.id)).subject_id;
    expect((await lark.ok('GET', `/subscriptions?subject_id=${subject_id}`)).subscriptions).toHaveLength(1);
  });

  it('may be what a subscription that begins at once goes on with', async () => {
    const { name } = await subject(true);
    const timeline = await draft(name);
    const [past, now, soon, end] = await days(-5, 0, 10, 40);
    await add(timeline.id, [item('intro', past ?? '', soon ?? ''), item('full', soon ?? '', end ?? '')]);
    const { result } = await lark.ok('POST', '/subscriptions', { subject_id: name, rate_card_id: cards['intro'], fixed_rate_quantities: { seat: 3 }, metadata: { from: 'shop' }, subscription_timeline_id: timeline.id });
    expect(result).toMatchObject({ result_type: 'success', subscription: { rate_card_id: cards['intro'], effective_at: now, fixed_rate_quantities: { seat: '3' }, metadata: { from: 'shop' }, cycles_next_at: soon } });
    expect(await read(timeline.id)).toMatchObject({ status: 'active', subscription_id: result.subscription.id });
    await advance(soon ?? '');
    expect(await lark.ok('GET', `/subscriptions/${result.subscription.id}`)).toMatchObject({ rate_card_id: cards['full'], fixed_rate_quantities: { seat: '1' } });
    expect(await refusedWith('/subscriptions', { subject_id: name, rate_card_id: cards['intro'], subscription_timeline_id: timeline.id })).toEqual([400, expect.stringContaining('was started')]);
    await advance(end ?? '');
    expect(await read(timeline.id)).toMatchObject({ status: 'completed' });
  });

  it('may be followed from the checkout, and be bought where the subscription alone is free', async () => {
    const { name } = await subject(false);
    const timeline = await draft(name, 'free');
    const [soon] = await days(10);
    await add(timeline.id, [item('full', soon ?? '', null)]);
    const { result } = await lark.ok('POST', '/subscriptions', { subject_id: name, rate_card_id: cards['free'], checkout_callback_urls: CALLBACKS, subscription_timeline_id: timeline.id });
    expect(result.result_type).toBe('requires_action');
    await checkOut(result.action.checkout_url);
    expect(await read(timeline.id)).toMatchObject({ status: 'active' });
    const { subscriptions } = await lark.ok('GET', `/subscriptions?subject_id=${encodeURIComponent(name)}`);
    expect(subscriptions).toMatchObject([{ rate_card_id: cards['free'], cycles_next_at: soon }]);
  });

  it('are not followed by others, nor when they are over or empty', async () => {
    const [mine, other] = [await subject(true), await subject(true)];
    const [empty, over] = [await draft(mine.name), await draft(mine.name)];
    await add(over.id, [item('intro', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')]);
    const ask = (name: string, id: string) => refusedWith('/subscriptions', { subject_id: name, rate_card_id: cards['intro'], subscription_timeline_id: id });
    expect(await ask(mine.name, `stl_${'0'.repeat(24)}`)).toEqual([404, 'Subscription timeline not found']);
    expect(await ask(other.name, over.id)).toEqual([422, [['body', 'subscription_timeline_id']]]);
    expect(await ask(mine.name, empty.id)).toEqual([400, expect.stringContaining('no items')]);
    expect(await ask(mine.name, over.id)).toEqual([400, expect.stringContaining('ended at 2026-02-01')]);
    for (const one of [empty, over]) expect(await refusedWith(`/subscription-timelines/${one.id}/start`, { checkout_callback_urls: CALLBACKS, create_checkout_session: 'always' })).toEqual([400, expect.any(String)]);
  });

  it.each<[string, (at: (offset: number) => string) => object, Array<Array<string | number>>]>([
    ['no items', () => ({ items: [] }), [['items']]],
    ['a gap', (on) => ({ items: [item('intro', on(1), on(2)), item('full', on(3), null)] }), [['items', 1, 'period', 'start']]],
    ['an overlap', (on) => ({ items: [item('intro', on(1), on(3)), item('full', on(2), null)] }), [['items', 1, 'period', 'start']]],
    ['an order of their own', (on) => ({ items: [item('full', on(2), on(3)), item('intro', on(1), on(2))] }), [['items', 1, 'period', 'start']]],
    ['a negative period', (on) => ({ items: [item('intro', on(2), on(1))] }), [['items', 0, 'period', 'end']]],
    ['an empty period', (on) => ({ items: [item('intro', on(2), on(2))] }), [['items', 0, 'period', 'end']]],
    ['no end before the last', (on) => ({ items: [item('intro', on(1), null), item('full', on(2), null)] }), [['items', 1, 'period', 'start']]],
    ['a date that is none', () => ({ items: [item('intro', 'soon', null)] }), [['items', 0, 'period', 'start']]],
    ['a missing end', (on) => ({ items: [{ ...item('intro', '', null), period: { start: on(1) } }] }), [['items', 0, 'period', 'end']]],
    ['a rate that is not sold', (on) => ({ items: [item('intro', on(1), null, { fixed_rate_quantities: { gift: 1 }, rate_price_multipliers: { gift: 1 } })] }), [['items', 0, 'subscription_input', 'fixed_rate_quantities', 'gift'], ['items', 0, 'subscription_input', 'rate_price_multipliers', 'gift']]],
    ['a quantity that is none', (on) => ({ items: [item('intro', on(1), null, { fixed_rate_quantities: { seat: 'many' } })] }), [['items', 0, 'subscription_input', 'fixed_rate_quantities', 'seat']]],
    ['two currencies', (on) => ({ items: [item('intro', on(1), on(2)), item('euros', on(2), null)] }), [['items', 1, 'subscription_input', 'rate_card_id']]],
    ['no quantities', (on) => ({ items: [{ period: { start: on(1), end: null }, subscription_input: { rate_card_id: cards['intro'] } }] }), [['items', 0, 'subscription_input', 'fixed_rate_quantities'], ['items', 0, 'subscription_input', 'rate_price_multipliers']]],
  ])('are refused items with %s, and keep none of them', async (_why, body, locs) => {
    const timeline = await draft((await subject(true)).name);
    const now = lark.paidup.clock.now();
    const sent = body((offset) => new Date(now + offset * 86_400_000).toISOString());
    expect(await refusedWith(`/subscription-timelines/${timeline.id}/items`, sent)).toEqual([422, locs.map((loc) => ['body', ...loc])]);
    expect((await lark.ok('GET', `/subscription-timelines/${timeline.id}/items`)).items).toEqual([]);
  });

  it('are refused with what is not there or does not fit', async () => {
    const { name } = await subject(true);
    const timeline = await draft(name);
    const unknown = `stl_${'0'.repeat(24)}`;
    const notFound = [404, 'Subscription timeline not found'];
    expect(await refusedWith('/subscription-timelines', { subject_id: 'nobody', rate_card_id: cards['intro'] })).toEqual([404, 'Subject not found']);
    expect(await refusedWith('/subscription-timelines', { subject_id: `subj_${'0'.repeat(24)}`, rate_card_id: cards['intro'] })).toEqual([404, 'Subject not found']);
    expect(await refusedWith('/subscription-timelines', { subject_id: name, rate_card_id: 'rc_none' })).toEqual([404, 'Rate card not found']);
    expect(await refusedWith('/subscription-timelines', { subject_id: name })).toEqual([422, [['body', 'rate_card_id']]]);
    expect(await refusedWith(`/subscription-timelines/${unknown}/start`, { checkout_callback_urls: CALLBACKS })).toEqual(notFound);
    expect(await refusedWith(`/subscription-timelines/${unknown}/items`, { items: [item('intro', NOW, null)] })).toEqual(notFound);
    for (const url of [unknown, `${unknown}/items`, encodeURIComponent('ä /@')]) expect(await lark.ask('GET', `/subscription-timelines/${url}`)).toMatchObject({ status: 404, body: { detail: notFound[1] } });
    expect(await refusedWith(`/subscription-timelines/${timeline.id}/items`, { items: [{ ...item('intro', NOW, null), subscription_input: { rate_card_id: 'rc_none', fixed_rate_quantities: {}, rate_price_multipliers: {} } }] })).toEqual([404, 'Rate card not found']);
    expect(await refusedWith(`/subscription-timelines/${timeline.id}/start`, {})).toEqual([422, [['body', 'checkout_callback_urls']]]);
    await add(timeline.id, [item('intro', NOW, null)]);
    expect(await refusedWith(`/subscription-timelines/${timeline.id}/start`, { checkout_callback_urls: CALLBACKS, effective_at: 'tomorrow' })).toEqual([422, [['body', 'effective_at']]]);
    expect(await refusedWith(`/subscription-timelines/${timeline.id}/start`, { checkout_callback_urls: CALLBACKS, effective_at: '2300-01-01T00:00:00Z' })).toEqual([422, [['body', 'effective_at']]]);
    expect(await refusedWith(`/subscription-timelines/${timeline.id}/start`, { checkout_callback_urls: { success_url: 'nowhere', cancelled_url: 'https://a.example' }, create_checkout_session: 'always' })).toEqual([422, [['body', 'checkout_callback_urls', 'success_url']]]);
    expect(await lark.ask('DELETE', `/subscription-timelines/${timeline.id}`)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  it('go with their subject', async () => {
    const { id, name } = await subject(true);
    const timeline = await draft(name);
    await lark.ok('DELETE', `/subjects/${id}`);
    expect(await lark.ask('GET', `/subscription-timelines/${timeline.id}`)).toMatchObject({ status: 404 });
    expect((await lark.ok('GET', '/subscription-timelines?limit=100')).subscription_timelines.map((one: Json) => one.id)).not.toContain(timeline.id);
  });
});
