import { describe, expect, it } from 'vitest';
import { at, meter } from '../../test/support/core.js';
import { decimal } from './decimal.js';
import { usageTotals, type CountedValue } from './usage-total.js';

const said = (over: Partial<CountedValue>): CountedValue => ({ startsAt: at('2026-01-01'), value: undefined, added: null, occurrences: null, events: 1, ...over });
const told = (...[counting, values]: [Parameters<typeof meter>[1], CountedValue[]]) => usageTotals(meter('calls', counting), values).map(({ events, value }) => [events, value?.toFixed() ?? null]);
const BY_N = { property: 'n' } as const;

describe('the totals of a stretch', () => {
  it('are what alike values come to, and what was added up before', () => {
    const values = [said({ value: '2.5', events: 4 }), said({ added: decimal('100.25'), events: 30 }), said({ value: 1e3 })];

    expect(told({ aggregation: 'sum', ...BY_N }, values)).toEqual([[35, '1110.25']]);
    expect(told({ aggregation: 'max', ...BY_N }, values)).toEqual([[35, null]]);
    expect(told({ aggregation: 'unique', ...BY_N }, values)).toEqual([[35, null]]);
  });

  it('leave out what the meter cannot measure', () => {
    const values = [said({ events: 2 }), said({ value: null, events: 3 }), said({ value: 'many' }), said({ value: '1e3' }), said({ value: { n: 1 } })];

    expect(told({ aggregation: 'sum', ...BY_N }, values)).toEqual([]);
    expect(told({ aggregation: 'unique', ...BY_N }, values)).toEqual([[2, null]]);
  });

  it('count occurrences where events are counted', () => {
    expect(told({ aggregation: 'count' }, [said({ events: 3 }), said({ occurrences: decimal('12'), events: 2 })])).toEqual([[5, '27']]);
  });
});
