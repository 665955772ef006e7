import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant, type Instant } from '../core/instant.js';
import type { LarkMetric, LarkSummary } from '../reader/lark-api.js';
import { areDaysOf, eventsToCatchUp, figureBeyond, stretchesOf, type CountedUsage } from './lark-usage.js';

const at = (text: string): Instant => parseInstant(text) as Instant;
const day = (date: string, value: string | null, coordinates: Record<string, string> = {}): LarkSummary => ({ start: `2026-03-${date}T00:00:00Z`, end: `2026-03-${String(Number(date) + 1).padStart(2, '0')}T00:00:00Z`, coordinates, value });
const metric = (aggregation: string): LarkMetric => ({ id: 'pmtr_1', name: 'M', eventName: 'e', unit: '', aggregation, valueField: aggregation === 'count' ? null : 'value', dimensions: ['region'] });
const caughtUp = (aggregation: string, source: LarkSummary[], over: Partial<CountedUsage> = {}) =>
  eventsToCatchUp({ metric: metric(aggregation), meterCode: 'm', customerId: 'cus_1', source, target: [], totals: [], hasOwn: false, happenedAt: [], readAt: at('2026-03-12T09:00:00Z'), ...over });
const said = ({ events }: ReturnType<typeof caughtUp>) => events.map(({ timestamp, properties, occurrences }) => [timestamp, properties, occurrences]);

describe('usage that is brought up to what the source says', () => {
  it('is one event a day and combination, for the one meter, with what is missing', () => {
    const { events } = caughtUp('sum', [day('01', '4.5', { region: 'eu' }), day('01', '-1', { region: '' }), day('02', '0')]);
    expect(events).toMatchObject([
      { customer: 'cus_1', name: 'meter:m', timestamp: '2026-03-01T00:00:00Z', properties: { region: 'eu', value: '4.5' } },
      { timestamp: '2026-03-01T00:00:00Z', properties: { value: '-1' } },
    ]);
    expect(said(caughtUp('count', [day('01', '5')], { target: [day('01', '2')] }))).toEqual([['2026-03-01T00:00:00Z', {}, '3']]);
    expect(said(caughtUp('max', [day('01', '9'), day('02', '0')], { target: [day('01', '8')] }))).toEqual([['2026-03-01T00:00:00Z', { value: '9' }, undefined], ['2026-03-02T00:00:00Z', { value: '0' }, undefined]]);
  });

  it.each([
    ['sum', '4', '4.50'],
    ['count', '3', '5'],
    ['max', '2', '3'],
  ])('of %s takes nothing back from what Paidup counts already', (aggregation, source, target) => {
    const { events, ahead } = caughtUp(aggregation, [day('01', source)], { target: [day('01', target)] });
    expect({ events, ahead }).toEqual({ events: [], ahead: [{ start: '2026-03-01T00:00:00Z', coordinates: {}, source, target }] });
  });

  it('puts the last of several last values last, after all that Paidup has, and no later than now or its day', () => {
    const source = [day('11', '3', { region: 'eu' }), day('11', '7', { region: 'us' }), day('12', '1', { region: 'eu' })];
    const totals = [day('11', '3'), day('12', '1')];
    expect(said(caughtUp('last', source, { totals }))).toEqual([
      ['2026-03-11T23:59:59.998Z', { region: 'us', value: '7' }, undefined],
      ['2026-03-11T23:59:59.999Z', { region: 'eu', value: '3' }, undefined],
      ['2026-03-12T09:00:00Z', { region: 'eu', value: '1' }, undefined],
    ]);
    const again = caughtUp('last', [day('12', '5', { region: 'eu' })], { totals, target: [day('12', '1', { region: 'eu' })], happenedAt: [at('2026-03-12T10:00:00Z')] });
    expect(said(again)).toEqual([['2026-03-12T10:00:00.001Z', { region: 'eu', value: '5' }, undefined]]);
  });

  it('leaves a last value alone once Paidup counts by itself', () => {
    expect(caughtUp('last', [day('12', '5')], { target: [day('12', '1')], hasOwn: true })).toMatchObject({ events: [], ahead: [{ source: '5', target: '1' }] });
  });

  it('has the same ids for the same comparison, and others for another', () => {
    const ids = (...given: Parameters<typeof caughtUp>) => caughtUp(...given).events.map(({ id }) => id);
    const first = ids('sum', [day('01', '4'), day('02', '4'), day('02', '4', { region: 'eu' })]);
    expect(new Set(first).size).toBe(3);
    expect(ids('sum', [day('02', '4'), day('01', '4.0')])).toEqual([first[1], expect.any(String)]);
    expect(ids('sum', [day('01', '8')], { target: [day('01', '4')] })).not.toEqual([first[0]]);
    expect(first.every((id) => id.startsWith('import:'))).toBe(true);
  });

  it('of any sums, what is there and what is brought add up to what the source says', () => {
    const amount = fc.integer({ min: 0, max: 1_000_000 }).map((value) => String(value / 1000));
    fc.assert(fc.property(amount, amount, (source, target) => {
      const { events, ahead } = caughtUp('sum', [day('01', source)], { target: [day('01', target)] });
      const brought = events.reduce((sum, { properties }) => sum + Number(properties?.['value']), Number(target));
      return ahead.length === 1 ? Number(target) > Number(source) : Math.abs(brought - Number(source)) < 1e-9;
    }));
  });
});

describe('a figure that its days do not come to', () => {
  const stretch = { startsAt: at('2026-03-01T00:00:00Z'), endsAt: at('2026-04-01T00:00:00Z') };
  const beyond = (aggregation: string, used: string | undefined, daily: LarkSummary[], dimensions: string[] = []) => figureBeyond({ ...metric(aggregation), dimensions }, { stretch, daily, used })?.value;
  it.each([
    ['a sum of older usage', beyond('sum', '10', [day('01', '4'), day('02', '5')]), '10'],
    ['a sum that has grown in the meantime', beyond('sum', '8', [day('01', '4'), day('02', '5')]), undefined],
    ['a maximum of older usage', beyond('max', '10', [day('01', '4')]), '10'],
    ['a maximum of the period', beyond('max', '4', [day('01', '4')]), undefined],
    ['a last value of older usage', beyond('last', '7', []), '7'],
    ['a last value of the period', beyond('last', '7', [day('01', '6')]), undefined],
    ['nothing', beyond('count', '0', []), undefined],
    ['what is not known', beyond('count', undefined, []), undefined],
    ['what is told apart by dimensions', beyond('sum', '10', [day('01', '4')], ['region']), undefined],
  ])('is %s', (_name, value, expected) => {
    expect(value).toBe(expected);
  });

  it('is stamped where the stretch begins, before all that happens in it', () => {
    const whole: LarkSummary = { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z', coordinates: {}, value: '7' };
    expect(said(caughtUp('last', [whole]))).toEqual([['2026-03-01T00:00:00Z', { value: '7' }, undefined]]);
  });
});

describe('the stretches that windows are cut into', () => {
  const window = (from: string, to: string) => ({ startsAt: at(`2026-${from}T00:00:00Z`), endsAt: at(`2026-${to}T00:00:00Z`) });
  it.each([
    ['one window', [window('03-01', '04-01')], [window('03-01', '04-01')]],
    ['the same twice', [window('03-01', '04-01'), window('03-01', '04-01')], [window('03-01', '04-01')]],
    ['two that overlap', [window('03-01', '04-01'), window('03-15', '04-15')], [window('03-01', '03-15'), window('03-15', '04-01'), window('04-01', '04-15')]],
    ['a month in a year', [window('01-01', '12-31'), window('03-01', '04-01')], [window('01-01', '03-01'), window('03-01', '04-01'), window('04-01', '12-31')]],
    ['two apart', [window('03-01', '03-02'), window('03-05', '03-06')], [window('03-01', '03-02'), window('03-05', '03-06')]],
  ])('of %s', (_name, windows, stretches) => {
    expect(stretchesOf(windows)).toEqual(stretches);
  });

  it('are asked for by days only where both sides count days from the same moment', () => {
    const stretch = { startsAt: at('2026-03-01T06:00:00Z'), endsAt: at('2026-03-03T00:00:00Z') };
    const summary = (start: string, end: string): LarkSummary => ({ start, end, coordinates: {}, value: '1' });
    expect(areDaysOf(stretch, [summary('2026-03-01T06:00:00Z', '2026-03-02T06:00:00Z'), summary('2026-03-02T06:00:00Z', '2026-03-03T00:00:00Z')])).toBe(true);
    expect(areDaysOf(stretch, [summary('2026-03-01T06:00:00Z', '2026-03-02T00:00:00Z')])).toBe(false);
    expect(areDaysOf(stretch, [summary('2026-03-02T00:00:00Z', '2026-03-03T00:00:00Z')])).toBe(false);
  });
});
