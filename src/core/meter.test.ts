import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, event, meter, pointersOf } from '../../test/support/core.js';
import { decimal, decimalText } from './decimal.js';
import { instant } from './instant.js';
import { EMPTY_TALLY, convert, coordinates, isSameCounting, measure, parseMeter, tallyEvent, type Aggregation, type Measurement, type Tally } from './meter.js';

function measured(one: { id: string; at: number; value: string; member?: string }): Measurement {
  return { eventId: one.id, occurredAt: instant(one.at), value: decimal(one.value), member: one.member ?? null };
}

/** The tally of all measurements in the order given, members remembered as a book would. */
function tallied(aggregation: Aggregation, measurements: readonly Measurement[]): Tally {
  const seen = new Set<string>();
  return measurements.reduce((tally, measurement) => {
    const isNewMember = measurement.member === null || !seen.has(measurement.member);
    if (measurement.member !== null) seen.add(measurement.member);
    return tallyEvent({ aggregation, tally, measurement, isNewMember });
  }, EMPTY_TALLY);
}

function plainTally(tally: Tally): unknown {
  return { ...tally, used: decimalText(tally.used) };
}

describe('tallies', () => {
  const three = [measured({ id: 'a', at: 2, value: '-3' }), measured({ id: 'b', at: 3, value: '-5' }), measured({ id: 'c', at: 1, value: '-4' })];

  it.each<[Aggregation, string]>([['sum', '-12'], ['max', '-3'], ['last', '-5']])('%s three negative values to %s', (aggregation, expected) => {
    expect(decimalText(tallied(aggregation, three).used)).toBe(expected);
  });

  it('take the greater id of two events of the same moment as the last', () => {
    const tie = [measured({ id: 'b', at: 1, value: '20' }), measured({ id: 'a', at: 1, value: '10' })];

    expect(plainTally(tallied('last', tie))).toEqual({ used: '20', events: 2, last: { at: 1, eventId: 'b' } });
    expect(plainTally(tallied('last', tie.toReversed()))).toEqual(plainTally(tallied('last', tie)));
  });

  it('do not depend on the order of events', () => {
    const measurements = fc.uniqueArray(
      fc.record({ id: fc.string({ minLength: 1, maxLength: 3 }), at: fc.integer({ min: 0, max: 3 }), value: fc.integer({ min: -50, max: 50 }).map(String), member: fc.constantFrom('x', 'y', 'z') }),
      { selector: (one) => one.id, maxLength: 12 },
    );
    fc.assert(
      fc.property(measurements, fc.constantFrom<Aggregation>('sum', 'max', 'last', 'unique'), fc.func(fc.integer()), (all, aggregation, rank) => {
        const inOrder = all.map((one) => measured(aggregation === 'unique' ? { ...one, value: '1' } : { id: one.id, at: one.at, value: one.value }));
        const shuffled = inOrder.toSorted((left, right) => rank(left.eventId) - rank(right.eventId));
        expect(plainTally(tallied(aggregation, shuffled))).toEqual(plainTally(tallied(aggregation, inOrder)));
      }),
    );
  });
});

describe('measure', () => {
  it('counts one for each event without looking at properties', () => {
    expect(measure(meter('calls', { aggregation: 'count', property: 'n' }), event('e', '2026-01-01', 'nonsense'))).toMatchObject({ member: null, eventId: 'e' });
  });

  it.each([[2, '2'], ['2.5', '2.5'], [-1, '-1'], ['+3', '3'], ['.5', '0.5']])('reads the property %j as %s', (value, expected) => {
    const result = measure(meter(), event('e', '2026-01-01', value));
    expect('fault' in result ? result.fault : decimalText(result.value)).toBe(expected);
  });

  it.each([undefined, null, 'two', true, {}, [1], '1e3', ''])('names the property that is not a number: %j', (value) => {
    expect(measure(meter(), { id: 'e', occurredAt: at('2026-01-01'), properties: { n: value } })).toMatchObject({ property: 'n' });
  });

  it('tells the members of a unique meter apart by their text', () => {
    const unique = meter('calls', { aggregation: 'unique', property: 'user' });
    const member = (user: unknown): unknown => measure(unique, { id: 'e', occurredAt: at('2026-01-01'), properties: { user } });

    expect(member('7')).toMatchObject({ member: '7' });
    expect(member(7)).toMatchObject({ member: '7' });
    expect(member(true)).toMatchObject({ property: 'user' });
  });

  it.each([['a NUL', 'a\u0000b'], ['broken Unicode', '\ud800'], ['more than a key can hold', 'x'.repeat(10_000)]])('refuses a member with %s, which no store could keep as a key', (_what, user) => {
    const unique = meter('calls', { aggregation: 'unique', property: 'user' });

    expect(measure(unique, { id: 'e', occurredAt: at('2026-01-01'), properties: { user } })).toMatchObject({ property: 'user' });
  });
});

describe('convert', () => {
  const minutes = meter('calls', { conversion: { divide_by: '60', round: 'up' } });

  it.each([['0', '0'], ['1', '1'], ['60', '1'], ['61', '2'], ['0.0001', '1'], ['6000000000000000000000000001', '100000000000000000000000001']])('rounds %s seconds up to %s minutes', (raw, expected) => {
    expect(decimalText(convert(minutes, decimal(raw)))).toBe(expected);
  });

  it('keeps sixteen decimal places when it does not round up', () => {
    expect(decimalText(convert(meter('calls', { conversion: { divide_by: '3' } }), decimal('10')))).toBe('3.3333333333333333');
  });
});

describe('coordinates', () => {
  it('take text, numbers and booleans in the order of the dimensions, and nothing for what is missing', () => {
    expect(coordinates(['a', 'b', 'c', 'd', 'e'], { e: {}, c: true, b: 1.5, a: 'x' })).toEqual(['x', '1.5', 'true', '', '']);
  });
});

describe('parseMeter', () => {
  it.each([
    ['an event name', { event_name: '' }, ['/event_name']],
    ['a property', { property: null }, ['/property']],
    ['a divisor above zero', { conversion: { divide_by: '0' } }, ['/conversion/divide_by']],
    ['a divisor that is a number', { conversion: { divide_by: 'sixty' } }, ['/conversion/divide_by']],
    ['dimensions that differ', { dimensions: ['a', 'a'] }, ['/dimensions']],
  ] as const)('asks for %s', (_what, over, pointers) => {
    expect(pointersOf(() => meter('calls', over as Parameters<typeof meter>[1]))).toEqual(pointers);
  });

  it('names every fault at once', () => {
    const definition = { event_name: '\u0007', aggregation: 'sum', conversion: { divide_by: '-1' }, dimensions: ['a', 'a'] } as const;

    expect(pointersOf(() => parseMeter({ id: 'm', code: '-', definition }))).toEqual(['/code', '/event_name', '/property', '/conversion/divide_by', '/dimensions']);
  });
});

describe('isSameCounting', () => {
  it('looks past names and units but not past what is counted', () => {
    expect(isSameCounting(meter('calls', { name: 'A', unit: 'x' }), meter('calls', { name: 'B', unit: 'y' }))).toBe(true);
    expect(isSameCounting(meter('calls', { conversion: { divide_by: '60.0' } }), meter('calls', { conversion: { divide_by: '60' } }))).toBe(true);
    expect(isSameCounting(meter('calls'), meter('calls', { conversion: { divide_by: '1' } }))).toBe(false);
    expect(isSameCounting(meter('calls'), meter('calls', { aggregation: 'max' }))).toBe(false);
  });
});
