import { describe, expect, it } from 'vitest';
import { currency } from '../../test/support/core.js';
import { decimal } from './decimal.js';
import { moneyText } from './money.js';
import type { Interval } from './period.js';
import { monthlyRevenue } from './recurring.js';

describe('recurring revenue per month', () => {
  it.each<[string, Array<[amount: string, unit: Interval['unit'], count: number]>, string, string]>([
    ['none', [], 'EUR', '0.00'],
    ['months as they are', [['99', 'month', 1], ['0.5', 'month', 1]], 'EUR', '99.50'],
    ['a twelfth of a year', [['120', 'year', 1]], 'EUR', '10.00'],
    ['a third of a quarter', [['100', 'month', 3]], 'EUR', '33.33'],
    ['a twenty-fourth of two years', [['100', 'year', 2]], 'EUR', '4.17'],
    ['a week, of which a month has 4.348125', [['8', 'week', 1]], 'EUR', '34.79'],
    ['a day, of which a month has 30.436875', [['1', 'day', 1]], 'EUR', '30.44'],
    ['thirty days are less than a month', [['30', 'day', 30]], 'EUR', '30.44'],
    // Each alone would be 33.33: rounded once, nothing is lost.
    ['the sum is rounded, not its parts', [['100', 'month', 3], ['100', 'month', 3], ['100', 'month', 3]], 'EUR', '100.00'],
    ['thirds and sevenths together', [['1', 'month', 3], ['1', 'month', 7], ['11', 'month', 21]], 'EUR', '1.00'],
    ['half a cent is rounded up', [['0.06', 'year', 1]], 'EUR', '0.01'],
    ['a currency without decimals', [['100', 'month', 3]], 'JPY', '33'],
    ['a currency with three', [['100', 'month', 3]], 'KWD', '33.333'],
  ])('%s', (_case, parts, code, expected) => {
    const recurring = parts.map(([amount, unit, count]) => ({ amount: decimal(amount), interval: { unit, count } }));

    expect(moneyText(monthlyRevenue(recurring, currency(code)))).toBe(expected);
  });
});
