import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STORES } from '../support/app.js';
import { at } from '../support/core.js';
import { startLark, type LarkPaidup } from '../support/lark.js';

type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-07-01T00:00:00Z';
const flat = (value: string) => ({ price_type: 'flat', amount: { currency_code: 'usd', value } });
const seats = { code: 'seats', name: 'Seats', description: 'Per seat', price: flat('900') };

describe.each(STORES)('rate catalogs of Lark on the %s store', (store) => {
  let lark: LarkPaidup;
  let metric: string;
  beforeAll(async () => {
    lark = await startLark({ store, now: at(NOW) });
    metric = (await lark.ok('POST', '/pricing-metrics', { name: 'Calls', event_name: 'call', unit: 'call', aggregation: { aggregation_type: 'count' }, dimensions: ['region'] })).id;
  });
  afterAll(() => lark.paidup.stop());

  const calls = () => ({ code: 'calls', name: 'Calls', pricing_metric_id: metric, included_units: 5, price: flat('0.1') });
  const make = async (name = 'Shelf'): Promise<string> => (await lark.ok('POST', '/rate-catalogs', { name, description: 'All rates' })).id;

  it('are made empty, and count the rates that are added', async () => {
    const made = await lark.ok('POST', '/rate-catalogs', { name: 'Shelf', description: 'All rates', unknown: 1 });
    expect(made).toEqual({ id: expect.stringMatching(/^rcat_[0-9A-Za-z]{24}$/), name: 'Shelf', description: 'All rates', rate_count: 0 });
    const added = await lark.ok('POST', `/rate-catalogs/${made.id}/add_rates`, { billing_interval: 'monthly', fixed_rates: [seats], usage_based_rates: [calls()] });
    expect(added).toEqual({ ...made, rate_count: 2 });
    expect(await lark.ok('GET', `/rate-catalogs/${made.id}`)).toEqual(added);
  });

  it('tell their rates as they were added, in that order, in pages', async () => {
    const id = await make();
    await lark.ok('POST', `/rate-catalogs/${id}/add_rates`, { billing_interval: 'yearly', usage_based_rates: [calls()] });
    await lark.ok('POST', `/rate-catalogs/${id}/add_rates`, { billing_interval: 'monthly', fixed_rates: [seats] });
    const { rates, has_more: hasMore } = await lark.ok('GET', `/rate-catalogs/${id}/rates`);
    expect([hasMore, rates]).toEqual([false, [
      { id: expect.stringMatching(/^ubr_/), interval: 'yearly', rate_catalog_id: id, type: 'usage_based', fixed: null, usage_based: { id: rates[0].id, description: null, usage_based_rate_type: 'simple', ...calls() } },
      { id: expect.stringMatching(/^fr_/), interval: 'monthly', rate_catalog_id: id, type: 'fixed', fixed: { id: rates[1].id, ...seats }, usage_based: null },
    ]]);
    expect(await lark.ok('GET', `/rate-catalogs/${id}/rates?limit=1`)).toEqual({ has_more: true, rates: [rates[0]] });
    expect(await lark.ok('GET', `/rate-catalogs/${id}/rates?offset=1`)).toEqual({ has_more: false, rates: [rates[1]] });
  });

  it('have each code once per interval, and take all of a call or nothing', async () => {
    const id = await make();
    await lark.ok('POST', `/rate-catalogs/${id}/add_rates`, { billing_interval: 'monthly', fixed_rates: [seats] });
    const again = await lark.ask('POST', `/rate-catalogs/${id}/add_rates`, { billing_interval: 'monthly', fixed_rates: [{ ...seats, code: 'other' }, seats] });
    expect(again).toMatchObject({ status: 400, body: { detail: expect.stringContaining('seats already exists') } });
    expect(await lark.ok('GET', `/rate-catalogs/${id}`)).toMatchObject({ rate_count: 1 });
    expect(await lark.ok('POST', `/rate-catalogs/${id}/add_rates`, { billing_interval: 'yearly', fixed_rates: [seats] })).toMatchObject({ rate_count: 2 });
  });

  it('are listed newest first, in pages', async () => {
    const [older, newer] = [await make('older'), await make('newer')];
    expect((await lark.ok('GET', '/rate-catalogs?limit=2')).rate_catalogs.map(({ id }: Json) => id)).toEqual([newer, older]);
    expect(await lark.ok('GET', '/rate-catalogs?limit=1&offset=1')).toMatchObject({ has_more: true, rate_catalogs: [{ id: older }] });
  });

  it('are named by rate cards', async () => {
    const id = await make();
    const card = await lark.ok('POST', '/rate-cards', { name: 'Card', billing_interval: 'monthly', rate_catalog_id: id, fixed_rates: [seats] });
    expect(card).toMatchObject({ rate_catalog_id: id, fixed_rates: [{ code: 'seats' }], metadata: {} });
    expect(await lark.ok('GET', `/rate-cards/${card.id}`)).toEqual(card);
  });

  it('refuse what is wrong, and are not there under another name', async () => {
    const id = await make();
    const wrong = await lark.ask('POST', `/rate-catalogs/${id}/add_rates`, { billing_interval: 'monthly', fixed_rates: [{ ...seats, code: 'no code' }], usage_based_rates: [{ ...calls(), usage_based_rate_type: 'dimensional', dimensions: [{ key: 'colour', values: ['red'] }], pricing_matrix: { cells: [{ dimension_coordinates: { colour: 'red' }, price: flat('1') }] } }] });
    expect([wrong.status, wrong.body.detail.map((part: Json) => part.loc)]).toEqual([422, [['body', 'fixed_rates', 0, 'code'], ['body', 'usage_based_rates', 0, 'dimensions']]]);
    expect(await lark.ask('POST', '/rate-catalogs', { name: 'No description' })).toMatchObject({ status: 422 });
    const nowhere = `/rate-catalogs/rcat_${'0'.repeat(24)}`;
    for (const answer of [await lark.ask('GET', nowhere), await lark.ask('GET', `${nowhere}/rates`), await lark.ask('POST', `${nowhere}/add_rates`, { billing_interval: 'monthly' }), await lark.ask('POST', '/rate-cards', { name: 'C', billing_interval: 'monthly', rate_catalog_id: 'rcat_x' })]) {
      expect(answer).toMatchObject({ status: 404, body: { detail: 'Rate catalog not found' } });
    }
  });
});
