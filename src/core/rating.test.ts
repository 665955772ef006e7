import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateOf } from '../../test/support/core.js';
import { ZERO, add, decimal, decimalText, multiply, sum, type Decimal } from './decimal.js';
import type { FlatModelDefinition, ModelDefinition, Rate } from './price.js';
import { rate, rateIncrement, type Rated } from './rating.js';

const GRADUATED: FlatModelDefinition = { type: 'graduated', tiers: [{ up_to: '10', unit_amount: '3' }, { up_to: '20', unit_amount: '2', flat_amount: '7' }, { up_to: null, unit_amount: '1' }] };
const VOLUME: FlatModelDefinition = { ...GRADUATED, type: 'volume' };

function rated(rule: Rate, quantity: string, free = '0'): Rated {
  return rate(rule, [{ values: [], quantity: decimal(quantity) }], decimal(free));
}

function costs(definition: ModelDefinition, quantity: string, over: { free?: string; minimum?: string; maximum?: string } = {}): string {
  const { free, ...bounds } = over;
  return decimalText(rated(rateOf(definition, bounds), quantity, free).amount);
}

/** A quantity in hundredths. */
const quantities = fc.integer({ min: 0, max: 100_000 }).map((count) => multiply(decimal(count), decimal('0.01')));

const tiers = fc
  .uniqueArray(fc.integer({ min: 1, max: 900 }), { maxLength: 5 })
  .chain((ends) => fc.tuple(fc.constant(ends.toSorted((left, right) => left - right)), fc.array(fc.tuple(fc.nat(50), fc.nat(20)), { minLength: ends.length + 1, maxLength: ends.length + 1 })))
  .map(([ends, prices]) => prices.map(([unit, flat], index) => ({ up_to: ends[index] === undefined ? null : String(ends[index]), unit_amount: String(unit), flat_amount: String(flat) })));

const models: fc.Arbitrary<FlatModelDefinition> = fc.oneof(
  fc.nat(50).map((amount) => ({ type: 'per_unit' as const, amount: String(amount) })),
  fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(50), fc.constantFrom('up' as const, 'down' as const)).map(([size, amount, round]) => ({ type: 'package' as const, size: String(size), amount: String(amount), round })),
  tiers.map((all) => ({ type: 'graduated' as const, tiers: all })),
  tiers.map((all) => ({ type: 'volume' as const, tiers: all })),
);

describe('each model', () => {
  it.each<[string, ModelDefinition, string, string, string]>([
    ['per unit', { type: 'per_unit', amount: '0.07' }, '450', '0', '31.5'],
    ['per unit, part of a unit', { type: 'per_unit', amount: '0.1' }, '0.25', '0', '0.025'],
    ['per unit, all of it free', { type: 'per_unit', amount: '0.07' }, '5', '5', '0'],
    ['package up', { type: 'package', size: '10', amount: '15' }, '10.01', '0', '30'],
    ['package down', { type: 'package', size: '10', amount: '15', round: 'down' }, '19.99', '0', '15'],
    ['package, nothing', { type: 'package', size: '10', amount: '15' }, '0', '0', '0'],
    ['package, first unit above the free', { type: 'package', size: '10', amount: '15' }, '6', '5', '15'],
    ['package of a part', { type: 'package', size: '0.5', amount: '1' }, '1.2', '0', '3'],
    ['graduated at zero', GRADUATED, '0', '0', '0'],
    ['graduated, end of tier', GRADUATED, '10', '0', '30'],
    ['graduated, just beyond', GRADUATED, '10.5', '0', '38'],
    ['graduated, last tier', GRADUATED, '25', '0', '62'],
    ['graduated, free units come off first', GRADUATED, '25', '20', '15'],
    ['volume, end of tier', VOLUME, '10', '0', '30'],
    ['volume, just beyond costs less a unit', VOLUME, '11', '0', '29'],
    ['volume, last tier', VOLUME, '25', '0', '25'],
    ['graduated, beyond a bounded last tier', { type: 'graduated', tiers: [{ up_to: '5', unit_amount: '2' }] }, '9', '0', '18'],
    ['volume, beyond a bounded last tier', { type: 'volume', tiers: [{ up_to: '5', unit_amount: '2' }] }, '9', '0', '18'],
  ])('%s', (_what, definition, quantity, free, expected) => {
    expect(costs(definition, quantity, { free })).toBe(expected);
  });

  it('charges the first flat amount of graduated and volume for zero usage, and nothing otherwise', () => {
    const withFlat = [{ up_to: '5', unit_amount: '1', flat_amount: '9' }, { up_to: null, unit_amount: '1', flat_amount: '4' }];

    expect(costs({ type: 'graduated', tiers: withFlat }, '0')).toBe('9');
    expect(costs({ type: 'volume', tiers: withFlat }, '0')).toBe('9');
    expect(costs({ type: 'per_unit', amount: '9' }, '0')).toBe('0');
  });

  it('takes a negative quantity for zero', () => {
    fc.assert(
      fc.property(models, quantities, (definition, quantity) => {
        expect(costs(definition, decimalText(multiply(quantity, decimal(-1))))).toBe(costs(definition, '0'));
      }),
    );
  });

  it('is exact for huge quantities at tiny prices', () => {
    expect(costs({ type: 'per_unit', amount: '0.000000000000000000000001' }, '123456789012345678901234567890')).toBe('123456.78901234567890123456789');
  });

  it('has lines that sum to the amount, under any bounds', () => {
    fc.assert(
      fc.property(models, quantities, fc.option(fc.nat(500)), fc.option(fc.nat(500)), (definition, quantity, minimum, maximum) => {
        const bounds = { ...(minimum === null ? {} : { minimum: String(minimum) }), ...(maximum === null ? {} : { maximum: String(maximum) }) };
        const result = rated(rateOf(definition, bounds), decimalText(quantity));
        expect(sum(result.lines.map((line) => line.amount)).eq(result.amount)).toBe(true);
      }),
    );
  });
});

describe('a graduated price', () => {
  it('never falls as the quantity grows', () => {
    fc.assert(
      fc.property(tiers, quantities, quantities, (all, quantity, more) => {
        const rule = rateOf({ type: 'graduated', tiers: all });
        const less = rated(rule, decimalText(quantity)).amount;
        expect(rated(rule, decimalText(add(quantity, more))).amount.gte(less)).toBe(true);
      }),
    );
  });

  it('has no jump where it has no flat amounts: a hundredth more costs at most a hundredth of the dearest unit', () => {
    fc.assert(
      fc.property(tiers, quantities, (all, quantity) => {
        const rule = rateOf({ type: 'graduated', tiers: all.map((tier) => ({ ...tier, flat_amount: '0' })) });
        const step = decimal('0.01');
        const rise = rated(rule, decimalText(add(quantity, step))).amount.minus(rated(rule, decimalText(quantity)).amount);
        expect(rise.lte(multiply(decimal(50), step))).toBe(true);
      }),
    );
  });

  it('costs each unit what its own tier says', () => {
    fc.assert(
      fc.property(tiers, fc.nat(1200), (all, count) => {
        const tierOf = (unit: number): number => all.findIndex((tier) => tier.up_to === null || unit <= Number(tier.up_to));
        const units = Array.from({ length: count }, (_, index) => tierOf(index + 1));
        const entered = new Set([0, ...units]);
        const expected = units.reduce((total, tier) => total + Number(all[tier]?.unit_amount), 0) + [...entered].reduce((total, tier) => total + Number(all[tier]?.flat_amount), 0);
        expect(costs({ type: 'graduated', tiers: all }, String(count))).toBe(String(expected));
      }),
    );
  });
});

describe('bounds', () => {
  const unit: ModelDefinition = { type: 'per_unit', amount: '10' };

  it('raise to the minimum and cut to the maximum', () => {
    expect(costs(unit, '3', { minimum: '50' })).toBe('50');
    expect(costs(unit, '9', { minimum: '50' })).toBe('90');
    expect(costs(unit, '9', { maximum: '50' })).toBe('50');
    expect(costs(unit, '0', { minimum: '50' })).toBe('50');
  });

  it('let the maximum win over a minimum above it', () => {
    expect(costs(unit, '3', { minimum: '50', maximum: '40' })).toBe('40');
  });

  it('hold for what is unlimited too', () => {
    expect(decimalText(rate(rateOf(unit, { minimum: '5' }), [{ values: [], quantity: decimal(100) }], 'unlimited').amount)).toBe('5');
  });
});

describe('an increment', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 });

  function billedStepwise(rule: Rate, parts: readonly number[], free: Decimal): Decimal {
    let already = ZERO;
    const amounts = parts.map((part) => {
      const { amount } = rateIncrement(rule, { already, quantity: decimal(part), free });
      already = add(already, decimal(part));
      return amount;
    });
    return sum(amounts);
  }

  it('sums, step by step, to what all of it costs at once, under any maximum', () => {
    fc.assert(
      fc.property(models, steps, fc.option(fc.nat(5000)), fc.nat(300), (definition, parts, maximum, free) => {
        const rule = rateOf(definition, maximum === null ? {} : { maximum: String(maximum) });
        const whole = rate(rule, [{ values: [], quantity: decimal(parts.reduce((left, right) => left + right)) }], decimal(free)).amount;
        expect(decimalText(billedStepwise(rule, parts, decimal(free)))).toBe(decimalText(whole));
      }),
    );
  });

  it('has lines that sum to its amount', () => {
    const result = rateIncrement(rateOf(GRADUATED), { already: decimal(12), quantity: decimal(10), free: decimal(1) });

    expect(sum(result.lines.map((line) => line.amount)).eq(result.amount)).toBe(true);
  });

  it('owes the rest of a minimum on all of it', () => {
    const rule = rateOf({ type: 'per_unit', amount: '1' }, { minimum: '1000' });

    expect(decimalText(rateIncrement(rule, { already: decimal(100), quantity: ZERO, free: ZERO }).amount)).toBe('900');
  });
});

describe('a dimensional price', () => {
  const cells = [{ values: { region: 'eu' }, model: GRADUATED }, { values: { region: 'us' }, model: { type: 'per_unit' as const, amount: '5' } }];
  const rule = rateOf({ type: 'dimensional', dimensions: ['region'], cells });
  const counted = (eu: string, us: string): { values: string[]; quantity: Decimal }[] => [{ values: ['us'], quantity: decimal(us) }, { values: ['eu'], quantity: decimal(eu) }];

  it('rates each combination alone', () => {
    expect(decimalText(rate(rule, counted('25', '2'), ZERO).amount)).toBe('72');
  });

  it('takes free units off in the order of its cells, whatever the order of what was counted', () => {
    expect(decimalText(rate(rule, counted('25', '2'), decimal('26')).amount)).toBe('5');
    expect(decimalText(rate(rule, counted('25', '2').toReversed(), decimal('26')).amount)).toBe('5');
  });

  it('does not let a negative combination pay for another', () => {
    expect(decimalText(rate(rule, counted('-10', '2'), ZERO).amount)).toBe('10');
  });
});
