import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ZERO, add, decimal, decimalFromJson, decimalText, divide, larger, multiply, notBelowZero, parseDecimal, roundTo, smaller, subtract, sum, type Rounding,
} from './decimal.js';

const scaled = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

/** The decimal of so many thousandths. */
function thousandths(count: bigint): ReturnType<typeof decimal> {
  return multiply(decimal(count), decimal('0.001'));
}

describe('parseDecimal', () => {
  it.each([
    ['0', '0'], ['-0', '0'], ['+5', '5'], ['.5', '0.5'], ['1.', '1'], ['007.500', '7.5'], ['-0.10', '-0.1'],
    ['9'.repeat(64), '9'.repeat(64)], [`0.${'0'.repeat(61)}1`, `0.${'0'.repeat(61)}1`],
  ])('reads %s as %s', (text, expected) => {
    expect(decimalText(parseDecimal(text) ?? decimal(-1))).toBe(expected);
  });

  it.each(['', '.', '-', '1e3', '1,5', ' 1', '1 ', '0x10', 'NaN', 'Infinity', '--1', '1.2.3', '٣', '1\n', '9'.repeat(65)])('refuses %j', (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  });

  it('gives back the text of any decimal that fits', () => {
    fc.assert(
      fc.property(scaled, (count) => {
        const value = thousandths(count);
        expect(parseDecimal(decimalText(value))?.eq(value)).toBe(true);
      }),
    );
  });
});

describe('decimalFromJson', () => {
  it.each([[0.1, '0.1'], [1e21, '1000000000000000000000'], [1e-7, '0.0000001'], [-0, '0'], ['2.50', '2.5']])('reads %j exactly', (value, expected) => {
    expect(decimalText(decimalFromJson(value) ?? decimal(-1))).toBe(expected);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300, 5e-324, '1e5', true, null, undefined, {}, [1]])('refuses %j', (value) => {
    expect(decimalFromJson(value)).toBeUndefined();
  });
});

describe('arithmetic', () => {
  it('is exact for sums and products of huge and tiny decimals', () => {
    const huge = decimal('9'.repeat(60));
    const tiny = decimal(`0.${'0'.repeat(59)}1`);

    expect(decimalText(subtract(add(huge, tiny), huge))).toBe(decimalText(tiny));
    expect(decimalText(multiply(huge, tiny))).toBe(`0.${'9'.repeat(60)}`);
  });

  it('adds and multiplies as integers do', () => {
    fc.assert(
      fc.property(scaled, scaled, (left, right) => {
        expect(decimalText(add(decimal(left), decimal(right)))).toBe((left + right).toString());
        expect(decimalText(multiply(decimal(left), decimal(right)))).toBe((left * right).toString());
      }),
    );
  });

  it('sums nothing to zero', () => {
    expect(sum([]).eq(ZERO)).toBe(true);
  });

  it('chooses the smaller, the larger and what is not below zero', () => {
    expect(decimalText(smaller(decimal('-2'), decimal('1')))).toBe('-2');
    expect(decimalText(larger(decimal('-2'), decimal('1')))).toBe('1');
    expect(decimalText(notBelowZero(decimal('-0.1')))).toBe('0');
  });
});

describe('rounding', () => {
  it.each<[string, number, Rounding, string]>([
    ['0.5', 0, 'half_away_from_zero', '1'],
    ['-0.5', 0, 'half_away_from_zero', '-1'],
    ['0.49999999999999999999', 0, 'half_away_from_zero', '0'],
    ['1.005', 2, 'half_away_from_zero', '1.01'],
    ['-1.005', 2, 'half_away_from_zero', '-1.01'],
    ['1.0001', 0, 'away_from_zero', '2'],
    ['-1.0001', 0, 'away_from_zero', '-2'],
    ['1', 0, 'away_from_zero', '1'],
    ['1.999', 0, 'toward_zero', '1'],
    ['-1.999', 0, 'toward_zero', '-1'],
    ['-0.4', 0, 'half_away_from_zero', '0'],
  ])('makes of %s with %i places, %s: %s', (value, scale, rounding, expected) => {
    expect(decimalText(roundTo(decimal(value), scale, rounding))).toBe(expected);
    expect(decimalText(divide({ dividend: decimal(value), divisor: decimal(1), scale, rounding }))).toBe(expected);
  });

  it('is symmetric about zero in every mode', () => {
    fc.assert(
      fc.property(scaled, fc.bigInt({ min: 1n, max: 10n ** 12n }), fc.constantFrom<Rounding>('half_away_from_zero', 'away_from_zero', 'toward_zero'), (count, divisor, rounding) => {
        const divided = (dividend: bigint): string => decimalText(divide({ dividend: decimal(dividend), divisor: decimal(divisor), scale: 3, rounding }));
        expect(divided(-count)).toBe(decimalText(subtract(ZERO, decimal(divided(count)))));
      }),
    );
  });

  it('leaves what divides evenly as it is, whatever division came before', () => {
    divide({ dividend: decimal(1), divisor: decimal(3), scale: 0, rounding: 'away_from_zero' });

    expect(decimalText(divide({ dividend: decimal('0.3'), divisor: decimal('0.1'), scale: 16, rounding: 'toward_zero' }))).toBe('3');
  });

  it('cannot divide by zero', () => {
    expect(() => divide({ dividend: decimal(1), divisor: ZERO, scale: 2, rounding: 'toward_zero' })).toThrow();
  });
});
