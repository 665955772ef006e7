import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, decimalText } from './decimal.js';
import { carry, type RolloverCap } from './rollover.js';

function carried(input: { included: number; carried?: number; used: number; cap?: RolloverCap | null; next?: number }): string {
  const { included, used } = input;
  return decimalText(
    carry({ included: decimal(included), carried: decimal(input.carried ?? 0), used: decimal(used), cap: input.cap ?? null, nextIncluded: decimal(input.next ?? included) }),
  );
}

describe('carry', () => {
  it.each([
    ['what was not used', { included: 1000, used: 600 }, '400'],
    ['what was carried before too', { included: 1000, carried: 400, used: 600 }, '800'],
    ['nothing when all was used', { included: 1000, used: 1000 }, '0'],
    ['nothing when more was used, and no debt', { included: 1000, used: 1500 }, '0'],
    ['at most so many units', { included: 1000, used: 0, cap: { units: decimal(500) } }, '500'],
    ['less than the cap when less is left', { included: 1000, used: 900, cap: { units: decimal(500) } }, '100'],
    ['at most a multiple of what the next window includes', { included: 1000, carried: 900, used: 0, cap: { multiple: decimal('0.5') }, next: 200 }, '100'],
    ['nothing under a cap of zero', { included: 1000, used: 0, cap: { units: decimal(0) } }, '0'],
  ] as const)('carries %s', (_what, input, expected) => {
    expect(carried(input)).toBe(expected);
  });

  it('is never below zero, never above the cap, never above what there was', () => {
    const number = fc.integer({ min: 0, max: 5000 });
    fc.assert(
      fc.property(number, number, number, number, (included, before, used, units) => {
        const result = Number(carried({ included, carried: before, used, cap: { units: decimal(units) } }));
        expect(result).toBe(Math.min(units, Math.max(0, included + before - used)));
      }),
    );
  });
});
