import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from '../support/app.js';
import { at } from '../support/core.js';
import { startLark, type LarkPaidup } from '../support/lark.js';

type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-07-01T00:00:00Z';
const CALLBACKS = { success_url: 'https://shop.example.com/ok', cancelled_url: 'https://shop.example.com/cancelled' };
const flat = (value: string) => ({ price_type: 'flat', amount: { currency_code: 'usd', value } });

describe.each(STORES)('subscriptions of Lark on the %s store', (store) => {
  let lark: LarkPaidup;
  const cards: Record<string, string> = {};
  let count = 0;

  beforeAll(async () => {
    lark = await startLark({ store, now: at(NOW) });
    const metric = (await lark.ok('POST', '/pricing-metrics', { name: 'Credits', event_name: 'credit', unit: 'credit', aggregation: { aggregation_type: 'sum', value_field: 'amount' } })).id;
    const card = async (name: string, fixed: string | undefined, included: number, over: object = {}): Promise<void> => {
      const rates = fixed === undefined ? [] : [{ code: 'base', name: 'Base', price: flat(fixed) }];
      cards[name] = (await lark.ok('POST', '/rate-cards', { name, billing_interval: 'monthly', fixed_rates: rates, usage_based_rates: [{ code: 'credits', name: 'Credits', pricing_metric_id: metric, included_units: included, price: flat(name === 'free' ? '0' : '10') }], ...over })).id;
    };
    await card('free', undefined, 5);
    await card('pro', '3000', 20);
    await card('max', '6000', 100);
    await card('yearly', '30000', 20, { billing_interval: 'yearly' });
  });
  afterAll(() => lark.paidup.stop());

  /** A subject of its own, with or without a card on file. */
  async function subject(withCard: boolean): Promise<{ id: string; name: string }> {
    count += 1;
    const name = `subject-${count}@example.com`;
    const { id } = await lark.ok('POST', '/subjects', { external_id: name });
    if (withCard) expect((await lark.paidup.call('PUT', `/v1/customers/${name}/payment-method`, { token: 'card_succeeds' })).status).toBe(200);
    return { id, name };
  }
  const subscribe = (name: string, card: string, over: object = {}): Promise<Json> => lark.ok('POST', '/subscriptions', { subject_id: name, rate_card_id: cards[card], checkout_callback_urls: CALLBACKS, ...over });
  const billingState = (name: string): Promise<Json> => lark.ok('GET', `/customer-access/${encodeURIComponent(name)}/billing-state`);
  /** What somebody does in the browser at the address. */
  const checkOut = async (url: string): Promise<string> => {
    const { pathname } = new URL(url);
    const response = await lark.paidup.inject({ method: 'POST', url: pathname, payload: 'card=card_succeeds', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect(response.statusCode).toBe(303);
    return response.headers.location ?? '';
  };

  it('begin at once with a card on file, are billed at once, and are subscriptions', async () => {
    const { id, name } = await subject(true);
    const { result } = await subscribe(name, 'pro', { fixed_rate_quantities: { base: 2 }, rate_price_multipliers: { base: '0.50' }, metadata: { source: 'shop' } });

    expect(result).toEqual({
      result_type: 'success',
      subscription: {
        id: expect.stringMatching(/^sub_[0-9A-Za-z]{24}$/), subject_id: id, rate_card_id: cards['pro'], status: 'active', cancels_at_end_of_cycle: false,
        current_period: { start: NOW, end: '2026-08-01T00:00:00Z', inclusive_start: true, inclusive_end: false }, cycles_next_at: '2026-08-01T00:00:00Z', effective_at: NOW,
        fixed_rate_quantities: { base: '2' }, rate_price_multipliers: { base: '0.5' }, metadata: { source: 'shop' },
      },
    });
    expect(await lark.ok('GET', `/subscriptions/${result.subscription.id}`)).toEqual(result.subscription);
    expect(await billingState(name)).toMatchObject({ has_active_subscription: true, active_subscriptions: [{ rate_card_id: cards['pro'], subscription_id: result.subscription.id }], usage_data: [{ included_units: 20, used_units: '0' }] });
    const native = await lark.paidup.call('GET', `/v1/invoices?customer=${name}`);
    expect(native.body.data).toMatchObject([{ total: { amount: '30.00', currency: 'USD' } }]);
    expect((await lark.paidup.call('GET', `/v1/subscriptions/${result.subscription.id}`)).body).toMatchObject({ quantities: { base: '2' }, multipliers: { base: '0.5' } });
  });

  it('begin at once where nothing can cost anything, with a quantity of one unless told', async () => {
    const { name } = await subject(false);
    expect(await subscribe(name, 'free')).toMatchObject({ result: { result_type: 'success', subscription: { status: 'active', fixed_rate_quantities: {}, metadata: {} } } });
    expect(await subscribe((await subject(false)).name, 'pro', { rate_price_multipliers: { base: 0, credits: 0 } })).toMatchObject({ result: { result_type: 'success', subscription: { fixed_rate_quantities: { base: '1' } } } });
  });

  it('lead to the checkout without a card, and begin when it is done', async () => {
    const { name } = await subject(false);
    const { result } = await subscribe(name, 'pro', { metadata: { from: 'checkout' } });
    expect(result).toEqual({ result_type: 'requires_action', action: { checkout_url: expect.stringMatching(/^http:\/\/.+\/sandbox\/checkout\//), requires_action_type: 'checkout' } });
    expect(await billingState(name)).toMatchObject({ has_active_subscription: false });
    expect(await lark.ok('GET', `/subscriptions?subject_id=${name}`)).toEqual({ has_more: false, subscriptions: [] });

    expect(await checkOut(result.action.checkout_url)).toBe(CALLBACKS.success_url);

    expect(await lark.ok('GET', `/subscriptions?subject_id=${name}`)).toMatchObject({ subscriptions: [{ status: 'active', rate_card_id: cards['pro'], metadata: { from: 'checkout' } }] });
    expect((await lark.paidup.call('GET', `/v1/invoices?customer=${name}`)).body.data).toMatchObject([{ total: { amount: '30.00' } }]);
    // The same page once more puts a card on file and buys nothing.
    await checkOut(result.action.checkout_url);
    expect((await lark.ok('GET', `/subscriptions?subject_id=${name}`)).subscriptions).toHaveLength(1);
  });

  it('are bought once: the last checkout that was begun counts, and it is good for a day', async () => {
    const { name } = await subject(false);
    const first = await subscribe(name, 'pro');
    await subscribe(name, 'max', { checkout_callback_urls: null });
    await checkOut(first.result.action.checkout_url);
    expect(await lark.ok('GET', `/subscriptions?subject_id=${name}`)).toMatchObject({ subscriptions: [{ rate_card_id: cards['max'] }] });

    const late = (await subject(false)).name;
    await subscribe(late, 'pro');
    lark.paidup.clock.set(at('2026-07-02T00:00:00Z'));
    await lark.paidup.call('PUT', `/v1/customers/${late}/payment-method`, { token: 'card_succeeds' });
    lark.paidup.clock.set(at(NOW));
    expect((await lark.ok('GET', `/subscriptions?subject_id=${late}`)).subscriptions).toEqual([]);
  });

  it('lead to the checkout always, where that is asked', async () => {
    const { name } = await subject(true);
    const { result } = await subscribe(name, 'free', { create_checkout_session: 'always' });
    expect(result.result_type).toBe('requires_action');
    await checkOut(result.action.checkout_url);
    expect(await billingState(name)).toMatchObject({ has_active_subscription: true });
  });

  it('go over to another card with the difference prorated, and keep what was used', async () => {
    const { name } = await subject(true);
    const { subscription } = (await subscribe(name, 'pro')).result;
    await lark.ok('POST', '/usage-events', { event_name: 'credit', idempotency_key: 'c-1', subject_id: name, data: { amount: 15 } });
    lark.paidup.clock.set(at('2026-07-16T12:00:00Z'));
    const { result } = await lark.ok('POST', `/subscriptions/${subscription.id}/change-rate-card`, { rate_card_id: cards['max'] });
    const state = await billingState(name);
    const invoices = (await lark.paidup.call('GET', `/v1/invoices?customer=${name}`)).body.data;
    lark.paidup.clock.set(at(NOW));

    expect(result).toMatchObject({ type: 'success', result_type: 'success', subscription: { id: subscription.id, rate_card_id: cards['max'], effective_at: NOW, cycles_next_at: '2026-08-01T00:00:00Z', fixed_rate_quantities: { base: '1' } } });
    expect(state).toMatchObject({ usage_data: [{ included_units: 100, used_units: '15' }], active_subscriptions: [{ rate_card_id: cards['max'] }] });
    // Half of July is left: half of 60 less half of 30.
    expect(invoices.map(({ total }: Json) => total.amount).sort()).toEqual(['15.00', '30.00']);
  });

  it('keep quantities and multipliers over a change of card by the codes of their rates; what the new card does not have goes', async () => {
    const { name } = await subject(true);
    const { subscription } = (await subscribe(name, 'pro', { fixed_rate_quantities: { base: 3 }, rate_price_multipliers: { base: '0.5', credits: '0.25' } })).result;
    const change = async (card: string): Promise<Json> => (await lark.ok('POST', `/subscriptions/${subscription.id}/change-rate-card`, { rate_card_id: cards[card] })).result.subscription;
    expect(await change('max')).toMatchObject({ rate_card_id: cards['max'], fixed_rate_quantities: { base: '3' }, rate_price_multipliers: { base: '0.5', credits: '0.25' } });
    expect(await change('free')).toMatchObject({ fixed_rate_quantities: {}, rate_price_multipliers: { credits: '0.25' } });
  });

  it('go over to another card with the whole difference, whenever it is', async () => {
    const { name } = await subject(true);
    const { subscription } = (await subscribe(name, 'pro')).result;
    lark.paidup.clock.set(at('2026-07-30T00:00:00Z'));
    await lark.ok('POST', `/subscriptions/${subscription.id}/change-rate-card`, { rate_card_id: cards['max'], upgrade_behavior: 'rate_difference', checkout_callback_urls: CALLBACKS });
    const invoices = (await lark.paidup.call('GET', `/v1/invoices?customer=${name}`)).body.data;
    lark.paidup.clock.set(at(NOW));
    expect(invoices.map(({ total }: Json) => total.amount)).toEqual(['30.00', '30.00']);
  });

  it('go over by the checkout where there is no card, and at once to what is free', async () => {
    const { name } = await subject(false);
    const { subscription } = (await subscribe(name, 'free')).result;
    const change = (card: string): Promise<Json> => lark.ok('POST', `/subscriptions/${subscription.id}/change-rate-card`, { rate_card_id: cards[card], checkout_callback_urls: CALLBACKS });
    const { result } = await change('pro');
    expect(result).toEqual({ type: 'requires_action', result_type: 'requires_action', action: { type: 'checkout', requires_action_type: 'checkout', checkout_url: expect.stringContaining('/sandbox/checkout/') } });
    await checkOut(result.action.checkout_url);
    expect(await lark.ok('GET', `/subscriptions/${subscription.id}`)).toMatchObject({ rate_card_id: cards['pro'] });
    expect(await change('free')).toMatchObject({ result: { type: 'success', subscription: { rate_card_id: cards['free'] } } });
    expect(await change('yearly')).toMatchObject({ result: { type: 'success', subscription: { cycles_next_at: '2027-07-01T00:00:00Z' } } });
  });

  it('end with their cycle or at once', async () => {
    const { name } = await subject(true);
    const [later, now] = [(await subscribe(name, 'pro')).result.subscription, (await subscribe(name, 'free')).result.subscription];
    expect(await lark.ok('POST', `/subscriptions/${later.id}/cancel`, { cancel_at_end_of_cycle: true, reason: 'moving' })).toEqual({ ...later, cancels_at_end_of_cycle: true });
    expect(await lark.ok('POST', `/subscriptions/${now.id}/cancel`, {})).toMatchObject({ status: 'cancelled', cancels_at_end_of_cycle: false, current_period: null, cycles_next_at: null });
    expect(await lark.ask('POST', `/subscriptions/${now.id}/cancel`, {})).toMatchObject({ status: 400, body: { detail: expect.stringContaining('ended') } });
    expect(await billingState(name)).toMatchObject({ active_subscriptions: [{ subscription_id: later.id }] });
    expect((await lark.paidup.call('GET', `/v1/subscriptions/${later.id}`)).body).toMatchObject({ cancels_at_period_end: true, cancel_reason: 'moving' });
    lark.paidup.clock.set(at('2026-08-01T00:00:00Z'));
    expect(await lark.ok('GET', `/subscriptions/${later.id}`)).toMatchObject({ status: 'cancelled' });
    lark.paidup.clock.set(at(NOW));
  });

  it('end at once with an empty body, or none', async () => {
    const { name } = await subject(true);
    for (const headers of [{ 'content-type': 'application/json' }, {}]) {
      const { subscription } = (await subscribe(name, 'free')).result;
      expect(await lark.ask('POST', `/subscriptions/${subscription.id}/cancel`, undefined, headers as Record<string, string>)).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    }
  });

  it('are paused, in trial or not begun in Lark\'s few words', async () => {
    const { name } = await subject(true);
    const make = async (body: object): Promise<string> => (await lark.paidup.call('POST', `/v1/customers/${name}/subscriptions`, { plan: 'native', ...body })).body.id;
    await lark.paidup.call('PUT', '/v1/plans/native', { currency: 'USD', interval: { unit: 'month', count: 1 } });
    const [trial, scheduled, paused] = [await make({ trial_days: 5 }), await make({ starts_at: '2026-09-01T00:00:00Z' }), await make({})];
    await lark.paidup.call('POST', `/v1/subscriptions/${paused}/pause`);
    const { subscriptions } = await lark.ok('GET', `/subscriptions?subject_id=${name}`);
    expect(subscriptions.map((one: Json) => [one.id, one.status, one.current_period === null])).toEqual([[trial, 'active', false], [scheduled, 'paused', true], [paused, 'paused', true]]);
  });

  it('are listed for all, by card, by subject, in pages', async () => {
    const { id, name } = await subject(true);
    const [first, second] = [(await subscribe(name, 'yearly')).result.subscription, (await subscribe(name, 'yearly')).result.subscription];
    const ids = async (query: string): Promise<string[]> => (await lark.ok('GET', `/subscriptions?${query}`)).subscriptions.map((one: Json) => one.id);
    expect(await ids(`subject_id=${id}`)).toEqual([first.id, second.id]);
    expect(await ids(`subject_id=${encodeURIComponent(name)}&limit=1&offset=1`)).toEqual([second.id]);
    const byCard = await ids(`rate_card_id=${cards['yearly']}&limit=100`);
    expect(byCard.slice(-2)).toEqual([first.id, second.id]);
    for (const one of byCard) expect(await lark.ok('GET', `/subscriptions/${one}`)).toMatchObject({ rate_card_id: cards['yearly'] });
    const all = await ids('limit=100');
    expect(all.slice(-2)).toEqual([first.id, second.id]);
    expect([...(await ids('limit=3')), ...(await ids('limit=3&offset=3'))]).toEqual(all.slice(0, 6));
    expect(await lark.ok('GET', '/subscriptions?limit=1')).toMatchObject({ has_more: true });
    expect(await lark.ask('GET', `/subscriptions?subject_id=${id}&rate_card_id=${cards['pro']}`)).toMatchObject({ status: 422 });
  });

  it('are refused with what is not there or does not fit', async () => {
    const { name } = await subject(true);
    const ask = async (over: object): Promise<[number, Json]> => {
      const { status, body } = await lark.ask('POST', '/subscriptions', { subject_id: name, rate_card_id: cards['pro'], ...over });
      return [status, typeof body.detail === 'string' ? body.detail : body.detail[0].loc];
    };
    expect(await ask({ subject_id: 'nobody' })).toEqual([404, 'Subject not found']);
    expect(await ask({ subject_id: `subj_${'0'.repeat(24)}`, create_checkout_session: 'always' })).toEqual([404, 'Subject not found']);
    expect(await ask({ rate_card_id: `rc_${'0'.repeat(24)}` })).toEqual([404, 'Rate card not found']);
    expect(await ask({ subscription_timeline_id: 'stl_1' })).toEqual([404, 'Subscription timeline not found']);
    expect(await ask({ fixed_rate_quantities: { seats: 1 } })).toEqual([422, ['body', 'fixed_rate_quantities', 'seats']]);
    expect(await ask({ fixed_rate_quantities: { base: 'many' } })).toEqual([422, ['body', 'fixed_rate_quantities', 'base']]);
    expect(await ask({ rate_price_multipliers: { base: -1 } })).toEqual([422, ['body', 'rate_price_multipliers', 'base']]);
    expect(await ask({ create_checkout_session: 'always', checkout_callback_urls: { success_url: 'nowhere', cancelled_url: 'https://a.example' } })).toEqual([422, ['body', 'checkout_callback_urls', 'success_url']]);
    expect(await ask({ checkout_callback_urls: { success_url: '' } })).toEqual([422, ['body', 'checkout_callback_urls', 'cancelled_url']]);
    const { subscription } = (await subscribe(name, 'pro')).result;
    expect(await lark.ask('POST', `/subscriptions/${subscription.id}/change-rate-card`, { rate_card_id: cards['pro'] })).toMatchObject({ status: 400 });
    for (const [method, path, body] of [['GET', '', undefined], ['POST', '/cancel', {}], ['POST', '/change-rate-card', { rate_card_id: cards['pro'] }]] as const) {
      expect(await lark.ask(method, `/subscriptions/sub_${'0'.repeat(24)}${path}`, body)).toMatchObject({ status: 404, body: { detail: 'Subscription not found' } });
    }
  });
});
