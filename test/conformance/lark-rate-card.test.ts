import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../support/core.js';
import { startLark, type LarkPaidup } from '../support/lark.js';

type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-07-15T10:00:00Z';
const usd = (value: string) => ({ currency_code: 'usd', value });
const flat = (value: string) => ({ price_type: 'flat', amount: usd(value) });

let lark: LarkPaidup;
let metric: string;
beforeAll(async () => {
  lark = await startLark({ now: at(NOW) });
  metric = (await lark.ok('POST', '/pricing-metrics', { name: 'Compute Hours', event_name: 'compute', unit: 'hours', aggregation: { aggregation_type: 'sum', value_field: 'hours' }, dimensions: ['region', 'size'] })).id;
});
afterAll(() => lark.paidup.stop());

/** A card with one rate of each kind that Lark's documents show. */
const example = () => ({
  name: 'Pro Plan',
  description: 'For teams',
  billing_interval: 'monthly',
  fixed_rates: [{ code: 'base', name: 'Base Rate', description: 'The base rate', price: flat('2500') }, { code: 'seats', name: 'Seats', price: { price_type: 'flat', amount: { currency_code: 'usd', value: 999 } } }],
  usage_based_rates: [
    { code: 'hours', name: 'Compute Hours', description: 'Per hour', usage_based_rate_type: 'simple', pricing_metric_id: metric, included_units: 100, price: flat('0.5') },
    { code: 'blocks', name: 'Blocks', usage_based_rate_type: 'simple', pricing_metric_id: metric, price: { price_type: 'package', amount: usd('1000'), package_units: 50, rounding_behavior: 'round_down' } },
    {
      code: 'regional', name: 'By region', usage_based_rate_type: 'dimensional', pricing_metric_id: metric, included_units: 10,
      dimensions: [{ key: 'region', values: ['eu', 'us', 'unsold'], description: 'Where' }],
      pricing_matrix: { cells: [{ dimension_coordinates: { region: 'eu' }, price: flat('20') }, { dimension_coordinates: { region: 'us' }, price: { price_type: 'package', amount: usd('300'), package_units: 10, rounding_behavior: 'round_up' } }] },
    },
  ],
  metadata: { tier: 'pro' },
});

describe('rate cards of Lark', () => {
  it('are answered with all that they were made with, and with ids', async () => {
    const made = await lark.ok('POST', '/rate-cards', example());

    const rate = (prefix: string, over: object) => expect.objectContaining({ id: expect.stringMatching(new RegExp(`^${prefix}_[0-9A-Za-z]{24}$`)), ...over });
    const sent = example();
    expect(made).toEqual({
      id: expect.stringMatching(/^rc_[0-9A-Za-z]{24}$/), name: 'Pro Plan', description: 'For teams', billing_interval: 'monthly', created_at: NOW, updated_at: NOW, metadata: { tier: 'pro' }, rate_catalog_id: null,
      fixed_rates: [rate('fr', { ...sent.fixed_rates[0] }), rate('fr', { code: 'seats', description: null, price: flat('999') })],
      usage_based_rates: [
        rate('ubr', { ...sent.usage_based_rates[0] }),
        rate('ubr', { ...sent.usage_based_rates[1], description: null, included_units: 0 }),
        rate('ubr', { ...sent.usage_based_rates[2], description: null }),
      ],
    });
    expect(made.usage_based_rates[2]).not.toHaveProperty('price');
    expect(await lark.ok('GET', `/rate-cards/${made.id}`)).toEqual(made);
    expect((await lark.ok('GET', '/rate-cards')).rate_cards[0]).toEqual(made);
  });

  it('are plans of their own: amounts in major units, fixed rates with quantities, charged to the card on file', async () => {
    const made = await lark.ok('POST', '/rate-cards', example());
    const { data } = (await lark.paidup.call('GET', '/v1/plans?limit=200')).body;
    const plan = data.find(({ id }: Json) => id === made.id.replace('rc_', 'plan_'));
    expect(plan).toMatchObject({ name: 'Pro Plan', currency: 'USD', interval: { unit: 'month', count: 1 }, version: 1, collection: 'charge' });
    expect(plan.prices).toMatchObject([
      { code: 'base', type: 'fixed', amount: '25', per_seat: true },
      { code: 'seats', type: 'fixed', amount: '9.99', per_seat: true },
      { code: 'hours', type: 'usage', included: '100', model: { type: 'per_unit', amount: '0.005' } },
      { code: 'blocks', included: '0', model: { type: 'package', size: '50', amount: '10', round: 'down' } },
      { code: 'regional', included: '10', model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: { type: 'per_unit', amount: '0.2' } }, { values: { region: 'us' }, model: { type: 'package', size: '10', amount: '3', round: 'up' } }] } },
    ]);
    expect((await lark.ok('POST', '/rate-cards', example())).id).not.toBe(made.id);
  });

  it('take what the guide and older clients send: type, a bare amount, no code, no kind of rate', async () => {
    const made = await lark.ok('POST', '/rate-cards', {
      name: 'Old', billing_interval: 'yearly', unknown_field: true,
      fixed_rates: [{ name: 'Base Rate', price: { type: 'flat', amount: '2900', currency_code: 'usd' } }, { name: 'Base rate!', price: { amount: { value: '1', currency_code: 'usd' } } }],
      usage_based_rates: [{ name: 'Compute Hours', pricing_metric_id: metric, included_units: 5, price: { type: 'package', amount: '100', currency_code: 'usd', package_units: 2, rounding_behavior: 'round_up' } }],
    });
    expect(made).toMatchObject({
      billing_interval: 'yearly', description: null, metadata: {},
      fixed_rates: [{ code: 'base_rate', price: flat('2900') }, { code: 'base_rate_2', price: flat('1') }],
      usage_based_rates: [{ code: 'compute_hours', usage_based_rate_type: 'simple', price: { price_type: 'package', amount: usd('100') } }],
    });
  });

  it('echo the currency as it was written, in units of its own', async () => {
    const card = (code: string, value: string) => lark.ok('POST', '/rate-cards', { name: 'C', billing_interval: 'monthly', fixed_rates: [{ code: 'a', name: 'A', price: { price_type: 'flat', amount: { currency_code: code, value } } }] });
    const [jpy, kwd] = [await card('JPY', '1200'), await card('kwd', '1234')];
    expect([jpy, kwd].map((one) => one.fixed_rates[0].price.amount)).toEqual([{ currency_code: 'JPY', value: '1200' }, { currency_code: 'kwd', value: '1234' }]);
    const { data } = (await lark.paidup.call('GET', '/v1/plans?limit=200')).body;
    expect([jpy, kwd].map((one) => data.find(({ id }: Json) => id === one.id.replace('rc_', 'plan_')).prices[0].amount)).toEqual(['1200', '1.234']);
  });

  it('may sell fixed rates in packages, which are charged by the package', async () => {
    const price = { price_type: 'package', amount: usd('1000'), package_units: 5, rounding_behavior: 'round_up' };
    const made = await lark.ok('POST', '/rate-cards', { name: 'Boxes', billing_interval: 'monthly', fixed_rates: [{ code: 'seats', name: 'Seats', price }, { code: 'gifts', name: 'Gifts', price: { ...price, rounding_behavior: 'round_down' } }] });
    expect(made.fixed_rates).toMatchObject([{ code: 'seats', price }, { code: 'gifts', price: { ...price, rounding_behavior: 'round_down' } }]);
    expect(await lark.ok('GET', `/rate-cards/${made.id}`)).toEqual(made);

    await lark.ok('POST', '/subjects', { external_id: 'boxes' });
    await lark.paidup.call('PUT', '/v1/customers/boxes/payment-method', { token: 'card_succeeds' });
    await lark.ok('POST', '/subscriptions', { subject_id: 'boxes', rate_card_id: made.id, fixed_rate_quantities: { seats: 11, gifts: '4' } });
    const { invoices } = await lark.ok('GET', '/invoices?subject_id=boxes');
    const ofBoxes = invoices.find(({ status }: Json) => status !== 'draft');
    expect(ofBoxes).toMatchObject({
      total_amount: { value: '3000' },
      line_items: [
        { description: 'Boxes: Seats, packages of 5', quantity: 3, price_in_unit_amount: { value: '1000' }, amount: { value: '3000' } },
        { description: 'Boxes: Gifts, packages of 5', quantity: 0, amount: { value: '0' } },
      ],
    });
  });

  it('may cost nothing and hold no rates', async () => {
    expect(await lark.ok('POST', '/rate-cards', { name: 'Free', billing_interval: 'monthly', fixed_rates: null, usage_based_rates: null, metadata: null, description: null, rate_catalog_id: null })).toMatchObject({ fixed_rates: [], usage_based_rates: [] });
  });

  it.each([
    [{ name: undefined }, ['name']],
    [{ billing_interval: 'weekly' }, ['billing_interval']],
    [{ fixed_rates: [{ code: 'a', name: 'A', price: flat('-1') }] }, ['fixed_rates', 0, 'price', 'amount', 'value']],
    [{ fixed_rates: [{ code: 'a', name: 'A', price: { price_type: 'tiered', amount: usd('1') } }] }, ['fixed_rates', 0, 'price', 'price_type']],
    [{ fixed_rates: [{ code: 'a', name: 'A', price: { price_type: 'package', amount: usd('1'), package_units: 2, rounding_behavior: 'nearest' } }] }, ['fixed_rates', 0, 'price', 'rounding_behavior']],
    [{ fixed_rates: [{ code: 'a', name: 'A', price: { price_type: 'package', amount: usd('1'), rounding_behavior: 'round_up' } }] }, ['fixed_rates', 0, 'price', 'package_units']],
    [{ fixed_rates: [{ code: 'a', name: 'A', price: { price_type: 'flat', amount: { currency_code: 'shells', value: '1' } } }] }, ['fixed_rates', 0, 'price', 'amount', 'currency_code']],
    [{ fixed_rates: [{ code: 'a', name: 'A', price: flat('1') }, { code: 'b', name: 'B', price: { price_type: 'flat', amount: { currency_code: 'eur', value: '1' } } }] }, ['fixed_rates', 1, 'price', 'amount', 'currency_code']],
    [{ fixed_rates: [{ code: 'a', name: 'A', price: flat('1') }], usage_based_rates: [{ code: 'a', name: 'A', pricing_metric_id: 'METRIC', price: flat('1') }] }, ['usage_based_rates', 0, 'code']],
    [{ fixed_rates: [{ code: 'not a code', name: 'A', price: flat('1') }] }, ['fixed_rates', 0, 'code']],
    [{ usage_based_rates: [{ code: 'a', name: 'A', pricing_metric_id: `pmtr_${'0'.repeat(24)}`, price: flat('1') }] }, ['usage_based_rates', 0, 'pricing_metric_id']],
    [{ usage_based_rates: [{ code: 'a', name: 'A', pricing_metric_id: 'METRIC' }] }, ['usage_based_rates', 0, 'price']],
    [{ usage_based_rates: [{ code: 'a', name: 'A', pricing_metric_id: 'METRIC', included_units: 1.5, price: flat('1') }] }, ['usage_based_rates', 0, 'included_units']],
    [{ usage_based_rates: [{ code: 'a', name: 'A', pricing_metric_id: 'METRIC', price: { price_type: 'package', amount: usd('1'), package_units: 0, rounding_behavior: 'up' } }] }, ['usage_based_rates', 0, 'price', 'package_units']],
    [{ usage_based_rates: [{ code: 'a', name: 'A', pricing_metric_id: 'METRIC', usage_based_rate_type: 'dimensional' }] }, ['usage_based_rates', 0, 'dimensions']],
    [{ usage_based_rates: [{ code: 'a', name: 'A', pricing_metric_id: 'METRIC', usage_based_rate_type: 'dimensional', dimensions: [{ key: 'colour', values: ['red'] }], pricing_matrix: { cells: [{ dimension_coordinates: { colour: 'red' }, price: flat('1') }] } }] }, ['usage_based_rates', 0, 'dimensions']],
    [{ usage_based_rates: [{ code: 'a', name: 'A', pricing_metric_id: 'METRIC', usage_based_rate_type: 'dimensional', dimensions: [{ key: 'region', values: ['eu'] }], pricing_matrix: { cells: [{ dimension_coordinates: { region: 'us' }, price: flat('1') }] } }] }, ['usage_based_rates', 0, 'pricing_matrix', 'cells', 0, 'dimension_coordinates', 'region']],
  ])('are refused with %j, naming what is wrong', async (over, loc) => {
    const body = JSON.parse(JSON.stringify({ name: 'Wrong', billing_interval: 'monthly', ...over }).replaceAll('METRIC', metric));
    const answer = await lark.ask('POST', '/rate-cards', body);
    expect(answer.status).toBe(422);
    expect(answer.body.detail.map((part: Json) => part.loc)).toContainEqual(['body', ...loc]);
  });

  it.each([`rc_${'0'.repeat(24)}`, 'pro', 'rc_'])('are not there under %s', async (id) => {
    expect(await lark.ask('GET', `/rate-cards/${id}`)).toMatchObject({ status: 404, body: { detail: 'Rate card not found' } });
  });
});

describe('plans made natively, as rate cards of Lark', () => {
  const month = { unit: 'month', count: 1 };
  const put = async (code: string, plan: object): Promise<string> => {
    const { status, body } = await lark.paidup.call('PUT', `/v1/plans/${code}`, { currency: 'EUR', interval: month, ...plan });
    expect(status, JSON.stringify(body)).toBe(200);
    return body.id.replace('plan_', 'rc_');
  };
  beforeAll(async () => {
    await lark.paidup.call('PUT', '/v1/meters/hours', { event_name: 'work', aggregation: 'sum', property: 'h', dimensions: ['region'] });
    await lark.paidup.call('PUT', '/v1/features/sso', { type: 'flag' });
  });

  it('are told as far as Lark has words; a header names the rest', async () => {
    const hours = { type: 'usage', meter: 'hours' };
    const id = await put('rich', {
      name: 'Rich', trial_days: 7, minimum: '5', features: [{ feature: 'sso', granted: true }],
      prices: [
        { code: 'base', type: 'fixed', amount: '99.00' },
        { code: 'seat', type: 'fixed', amount: '5', per_seat: true, package: { size: '10', round: 'down' } },
        { code: 'odd', type: 'fixed', amount: '5', per_seat: true, package: { size: '0.5' } },
        { ...hours, code: 'simple', name: 'Simple', included: '10', model: { type: 'per_unit', amount: '0.07' }, rollover: { cap: null }, overage: 'blocked' },
        { ...hours, code: 'free', included: 'unlimited', model: { type: 'per_unit', amount: '0' }, window: { unit: 'lifetime' } },
        { ...hours, code: 'tiers', model: { type: 'graduated', tiers: [{ up_to: null, unit_amount: '1' }] } },
        { ...hours, code: 'halves', included: '0.5', model: { type: 'per_unit', amount: '1' } },
        { ...hours, code: 'regional', model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: { type: 'per_unit', amount: '1' } }, { values: { region: 'us' }, model: { type: 'per_unit', amount: '2' } }] } },
      ],
    });
    const { status, body, headers } = await lark.ask('GET', `/rate-cards/${id}`);
    expect([status, headers['x-paidup-omitted']]).toEqual([200, ['trial_days', 'minimum', 'features', 'odd', 'simple.rollover', 'simple.overage', 'free.window', 'tiers', 'halves'].map((part) => `${id}#${part}`).join(', ')]);
    expect(body).toMatchObject({
      name: 'Rich', fixed_rates: [{ code: 'base', price: { amount: { currency_code: 'eur', value: '9900' } } }, { code: 'seat', price: { price_type: 'package', package_units: 10, rounding_behavior: 'round_down' } }],
      usage_based_rates: [
        { code: 'simple', included_units: 10, price: { amount: { value: '7' } } },
        { code: 'free', included_units: 9007199254740991 },
        { code: 'regional', dimensions: [{ key: 'region', values: ['eu', 'us'], description: null }], pricing_matrix: { cells: [{ dimension_coordinates: { region: 'eu' } }, { dimension_coordinates: { region: 'us' } }] } },
      ],
    });
    expect(body.usage_based_rates).toHaveLength(3);
  });

  it('have new rates with each version, and one id', async () => {
    const price = (amount: string) => ({ prices: [{ code: 'base', type: 'fixed', amount }] });
    const id = await put('versions', price('1'));
    const before = await lark.ok('GET', `/rate-cards/${id}`);
    lark.paidup.clock.advance(60_000);
    expect(await put('versions', price('2'))).toBe(id);
    const after = await lark.ok('GET', `/rate-cards/${id}`);
    lark.paidup.clock.set(at(NOW));
    expect(after).toMatchObject({ created_at: before.created_at, updated_at: '2026-07-15T10:01:00Z', fixed_rates: [{ price: { amount: { value: '200' } } }] });
    expect(after.fixed_rates[0].id).not.toBe(before.fixed_rates[0].id);
  });

  it('are left out where their interval has no word, and the header says so', async () => {
    const weekly = await put('weekly', { interval: { unit: 'week', count: 1 } });
    const quarterly = await put('quarterly', { interval: { unit: 'month', count: 3 } });
    const { body, headers } = await lark.ask('GET', '/rate-cards?limit=100');
    expect(body.rate_cards.map(({ id }: Json) => id)).not.toContain(weekly);
    expect(headers['x-paidup-omitted']).toContain(weekly);
    expect(headers['x-paidup-omitted']).toContain(quarterly);
    expect(await lark.ask('GET', `/rate-cards/${weekly}`)).toMatchObject({ status: 404, headers: { 'x-paidup-omitted': weekly } });
  });

  it('are not listed once archived, and can still be read', async () => {
    const id = await put('old', {});
    await lark.paidup.call('DELETE', '/v1/plans/old');
    expect((await lark.ok('GET', '/rate-cards?limit=100')).rate_cards.map((card: Json) => card.id)).not.toContain(id);
    expect(await lark.ok('GET', `/rate-cards/${id}`)).toMatchObject({ id, name: 'old' });
  });

  it('come in pages', async () => {
    const all = (await lark.ok('GET', '/rate-cards?limit=100')).rate_cards;
    const first = await lark.ok('GET', '/rate-cards?limit=2');
    const second = await lark.ok('GET', '/rate-cards?limit=2&offset=2');
    expect([...first.rate_cards, ...second.rate_cards]).toEqual(all.slice(0, 4));
    expect(first.has_more).toBe(true);
  });
});
