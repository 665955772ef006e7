import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../support/core.js';
import { startLark, type LarkPaidup } from '../support/lark.js';

type Json = ReturnType<typeof JSON.parse>;

const NOW = '2026-07-15T10:00:00Z';
/** The body that Lark's documents create a metric with. */
const EXAMPLE = { name: 'Compute Hours', event_name: 'compute_hours', unit: 'hours', aggregation: { aggregation_type: 'sum', value_field: 'hours' } };
const NOT_FOUND = { detail: 'Pricing metric not found' };

let lark: LarkPaidup;
beforeAll(async () => {
  lark = await startLark({ now: at(NOW) });
});
afterAll(() => lark.paidup.stop());

describe('pricing metrics of Lark', () => {
  it('are made with the body of the documentation, and are meters', async () => {
    const made = await lark.ok('POST', '/pricing-metrics', EXAMPLE);

    expect(made).toEqual({ id: expect.stringMatching(/^pmtr_[0-9A-Za-z]{24}$/), ...EXAMPLE, dimensions: null });
    expect(await lark.ok('GET', `/pricing-metrics/${made.id}`)).toEqual(made);
    const meters = (await lark.paidup.call('GET', '/v1/meters')).body.data;
    expect(meters).toContainEqual(expect.objectContaining({ id: made.id.replace('pmtr_', 'mtr_'), name: 'Compute Hours', event_name: 'compute_hours', aggregation: 'sum', property: 'hours', unit: 'hours' }));
  });

  it('may have one name twice: each is one of its own', async () => {
    const [first, second] = [await lark.ok('POST', '/pricing-metrics', { ...EXAMPLE, name: 'Same' }), await lark.ok('POST', '/pricing-metrics', { ...EXAMPLE, name: 'Same', dimensions: ['region'] })];
    expect(first.id).not.toBe(second.id);
    expect(await lark.ok('GET', `/pricing-metrics/${first.id}`)).toMatchObject({ dimensions: null });
    expect(second.dimensions).toEqual(['region']);
  });

  it.each([[{ aggregation_type: 'count' }], [{ aggregation_type: 'max', value_field: 'v' }], [{ aggregation_type: 'last', value_field: 'v' }]])('aggregate by %j', async (aggregation) => {
    expect(await lark.ok('POST', '/pricing-metrics', { ...EXAMPLE, aggregation })).toMatchObject({ aggregation });
  });

  it.each([
    [{ aggregation: { aggregation_type: 'custom', custom_expression: 'a + b' } }, ['body', 'aggregation', 'aggregation_type']],
    [{ aggregation: { aggregation_type: 'median' } }, ['body', 'aggregation', 'aggregation_type']],
    [{ aggregation: { aggregation_type: 'sum' } }, ['body', 'aggregation', 'value_field']],
    [{ unit: null }, ['body', 'unit']],
    [{ event_name: '' }, ['body', 'event_name']],
    [{ dimensions: ['a', 'a'] }, ['body', 'dimensions']],
  ])('are refused with %j, naming what is wrong', async (over, loc) => {
    const { status, body } = await lark.ask('POST', '/pricing-metrics', { ...EXAMPLE, ...over });
    expect([status, body.detail[0].loc]).toEqual([422, loc]);
  });

  it('say in a sentence that custom aggregations are not enabled, as the vendor does', async () => {
    const answer = await lark.ask('POST', '/pricing-metrics', { ...EXAMPLE, aggregation: { aggregation_type: 'custom', custom_expression: 'sum(a) / 2' } });
    expect([answer.status, answer.body]).toEqual([422, { detail: [{ loc: ['body', 'aggregation', 'aggregation_type'], msg: expect.stringMatching(/^Custom aggregations are not enabled: use sum, max, last or count/), type: 'value_error' }] }]);
  });

  it.each([`pmtr_${'0'.repeat(24)}`, 'compute', 'mtr_x'])('are not there under %s', async (name) => {
    expect(await lark.ask('GET', `/pricing-metrics/${name}`)).toMatchObject({ status: 404, body: NOT_FOUND });
    expect(await lark.ask('POST', `/pricing-metrics/${name}/summary`, { subject_id: 's', period: { start: NOW, end: NOW } })).toMatchObject({ status: 404, body: NOT_FOUND });
  });

  it('are listed in pages; what Lark has no word for is left out, and a header says so', async () => {
    await lark.paidup.call('PUT', '/v1/meters/zz_unique', { event_name: 'visit', aggregation: 'unique', property: 'user' });
    await lark.paidup.call('PUT', '/v1/meters/zz_minutes', { name: 'Minutes', event_name: 'call', aggregation: 'sum', property: 'seconds', conversion: { divide_by: '60', round: 'up' } });
    const idOf = async (code: string): Promise<string> => (await lark.paidup.call('GET', `/v1/meters/${code}`)).body.id.replace('mtr_', 'pmtr_');
    const [unique, minutes] = [await idOf('zz_unique'), await idOf('zz_minutes')];

    const { body, headers } = await lark.ask('GET', '/pricing-metrics?limit=100');
    expect(body.pricing_metrics.map(({ id }: Json) => id)).not.toContain(unique);
    expect(body.pricing_metrics.at(-1)).toMatchObject({ id: minutes, unit: '' });
    expect(headers['x-paidup-omitted']).toBe(`${unique}, ${minutes}#conversion`);
    expect(await lark.ask('GET', `/pricing-metrics/${unique}`)).toMatchObject({ status: 404, body: NOT_FOUND, headers: { 'x-paidup-omitted': unique } });
    const first = await lark.ok('GET', '/pricing-metrics?limit=1');
    const second = await lark.ok('GET', '/pricing-metrics?limit=1&offset=1');
    expect([first.has_more, first.pricing_metrics[0], second.pricing_metrics[0]]).toEqual([true, body.pricing_metrics[0], body.pricing_metrics[1]]);
    expect(await lark.ok('GET', `/pricing-metrics?offset=${body.pricing_metrics.length}`)).toEqual({ has_more: false, pricing_metrics: [] });
  });
});

describe('usage events and summaries of Lark', () => {
  let metric: string;
  let counting: string;
  let subject: string;
  const event = (key: string, over: object = {}) => ({ event_name: 'api_call', idempotency_key: key, subject_id: 'caller@example.com', data: { tokens: '100', model: 'large' }, timestamp: '2026-07-10T12:00:00Z', ...over });
  const summary = (over: object = {}, id = metric): Promise<Json> => lark.ok('POST', `/pricing-metrics/${id}/summary`, { subject_id: 'caller@example.com', period: { start: '2026-07-10T00:00:00Z', end: '2026-07-12T00:00:00Z' }, ...over });

  beforeAll(async () => {
    metric = (await lark.ok('POST', '/pricing-metrics', { name: 'Tokens', event_name: 'api_call', unit: 'token', aggregation: { aggregation_type: 'sum', value_field: 'tokens' }, dimensions: ['model'] })).id;
    counting = (await lark.ok('POST', '/pricing-metrics', { name: 'Calls', event_name: 'api_call', unit: 'call', aggregation: { aggregation_type: 'count' } })).id;
    subject = (await lark.ok('POST', '/subjects', { external_id: 'caller@example.com' })).id;
    for (const [key, over] of [
      ['k-1', {}], ['k-1', {}], ['k-2', { data: { tokens: 50, model: 'small', other: true } }], ['k-3', { data: { tokens: 0.5, model: 'large' }, subject_id: subject, timestamp: '2026-07-11T23:59:59.999Z' }],
      ['k-4', { timestamp: '2026-07-12T00:00:00Z' }], ['k-5', { timestamp: null, data: { tokens: 7 } }],
    ] as const) expect(await lark.ok('POST', '/usage-events', event(key, over))).toEqual({});
  });

  it('count once per idempotency key, and are events', async () => {
    const { data } = (await lark.paidup.call('GET', '/v1/customers/caller@example.com/events')).body;
    expect(data.map(({ id, name, timestamp }: Json) => [id, name, timestamp])).toEqual([
      ['k-1', 'api_call', '2026-07-10T12:00:00Z'], ['k-2', 'api_call', '2026-07-10T12:00:00Z'], ['k-3', 'api_call', '2026-07-11T23:59:59.999Z'], ['k-4', 'api_call', '2026-07-12T00:00:00Z'], ['k-5', 'api_call', NOW],
    ]);
  });

  it('are one summary for the period, from its start (in) to its end (out)', async () => {
    const found = await summary();
    expect(found).toEqual([{
      id: expect.stringMatching(/^pmtr_sum_[0-9A-Za-z]{24}$/), dimension_coordinates: null, pricing_metric_id: metric, subject_id: subject, value: '150.5',
      period: { start: '2026-07-10T00:00:00Z', end: '2026-07-12T00:00:00Z', inclusive_start: true, inclusive_end: false },
    }]);
    expect(await summary()).toEqual(found);
    expect((await summary({}, counting))[0].value).toBe('3');
    const native = await lark.paidup.call('GET', '/v1/customers/caller@example.com/usage?meter=' + encodeURIComponent((await lark.paidup.call('GET', '/v1/meters')).body.data.find((meter: Json) => meter.name === 'Tokens').code) + '&from=2026-07-10T00:00:00Z&to=2026-07-12T00:00:00Z');
    expect(native.body.data.map((point: Json) => point.value)).toEqual(['150', '0.5']);
  });

  it('take the ends of a period in or out as it says', async () => {
    const period = { start: '2026-07-10T12:00:00Z', end: '2026-07-12T00:00:00Z', inclusive_start: false, inclusive_end: true };
    expect(await summary({ period })).toMatchObject([{ period, value: '100.5' }]);
  });

  it('are one summary per stretch, null where nothing happened', async () => {
    const found = await summary({ period_granularity: 'day', period: { start: '2026-07-09T12:00:00Z', end: '2026-07-12T00:00:00Z' } });
    expect(found.map((one: Json) => [one.period.start, one.period.end, one.value])).toEqual([
      ['2026-07-09T12:00:00Z', '2026-07-10T12:00:00Z', null], ['2026-07-10T12:00:00Z', '2026-07-11T12:00:00Z', '150'], ['2026-07-11T12:00:00Z', '2026-07-12T00:00:00Z', '0.5'],
    ]);
    expect(new Set(found.map((one: Json) => one.id)).size).toBe(3);
    expect(await summary({ period_granularity: 'week' })).toHaveLength(1);
    expect(await summary({ period_granularity: 'hour' })).toHaveLength(48);
    expect(await summary({ period_granularity: null, period: { start: '2025-01-01T00:00:00Z', end: '2025-02-01T00:00:00Z' } })).toMatchObject([{ value: null, dimension_coordinates: null }]);
  });

  it('are one summary per combination of dimension values', async () => {
    const found = await summary({ dimensions: ['model'] });
    expect(found.map((one: Json) => [one.dimension_coordinates, one.value])).toEqual([[{ model: 'large' }, '100.5'], [{ model: 'small' }, '50']]);
  });

  it.each([
    [{ dimensions: ['region'] }, 422, ['body', 'dimensions']],
    [{ period: { start: '2026-07-10T00:00:00Z', end: '2026-07-10T00:00:00Z' } }, 422, ['body', 'period', 'end']],
    [{ period: { start: 'yesterday', end: '2026-07-10T00:00:00Z' } }, 422, ['body', 'period', 'start']],
    [{ period_granularity: 'month' }, 422, ['body', 'period_granularity']],
    [{ period_granularity: 'hour', period: { start: '2020-01-01T00:00:00Z', end: '2026-07-10T00:00:00Z' } }, 422, ['body', 'period']],
  ])('are refused with %j', async (over, status, loc) => {
    const answer = await lark.ask('POST', `/pricing-metrics/${metric}/summary`, { subject_id: subject, period: { start: '2026-07-01T00:00:00Z', end: '2026-07-10T00:00:00Z' }, ...over });
    expect([answer.status, answer.body.detail[0].loc]).toEqual([status, loc]);
  });

  it.each([
    [{ event_name: 'unheard_of' }, ['body', 'event_name']],
    [{ data: { model: 'large' } }, ['body', 'data', 'tokens']],
    [{ data: { tokens: 'many' } }, ['body', 'data', 'tokens']],
    [{ data: undefined }, ['body', 'data']],
    [{ idempotency_key: '' }, ['body', 'idempotency_key']],
    [{ timestamp: '2026-08-01T00:00:00Z' }, ['body', 'timestamp']],
  ])('refuse an event with %j, naming what is wrong', async (over, loc) => {
    const { status, body } = await lark.ask('POST', '/usage-events', event('refused', over));
    expect([status, body.detail[0].loc]).toEqual([422, loc]);
  });

  it('know no subject that is not there', async () => {
    expect(await lark.ask('POST', '/usage-events', event('anonymous', { subject_id: 'segment-anonymous' }))).toMatchObject({ status: 404, body: { detail: 'Subject not found' } });
    for (const subjectId of ['nobody', `subj_${'0'.repeat(24)}`]) {
      expect(await lark.ask('POST', `/pricing-metrics/${metric}/summary`, { subject_id: subjectId, period: { start: '2026-07-01T00:00:00Z', end: NOW } })).toMatchObject({ status: 404, body: { detail: 'Subject not found' } });
    }
  });
});
