import { describe, expect, it } from 'vitest';
import { formatMoney, isNegative, isZero } from './money.js';

describe('an amount of money in words', () => {
  it.each([
    ['12.50', 'EUR', 'en-GB', '€12.50'],
    ['1234567.89', 'EUR', 'de-DE', '1.234.567,89\u00a0€'],
    ['0.0007', 'USD', 'en-US', '$0.0007'],
    ['2980', 'JPY', 'en-GB', '¥2,980'],
    ['-4.83', 'USD', 'en-US', '-$4.83'],
    ['29', 'EUR', 'en-GB', '€29.00'],
  ])('%s %s in %s is %s', (amount, currency, locale, words) => {
    expect(formatMoney({ amount, currency }, locale)).toBe(words);
  });

  it('keeps every digit of amounts that no float holds', () => {
    expect(formatMoney({ amount: '90071992547409931.01', currency: 'EUR' }, 'en-GB')).toBe('€90,071,992,547,409,931.01');
  });

  it('tells zero and negative by the text', () => {
    expect(['0', '0.00', '-0.00', '0.01', '-3'].map(isZero)).toEqual([true, true, true, false, false]);
    expect(['0', '-0.00', '-0.01', '3'].map(isNegative)).toEqual([false, false, true, false]);
  });
});
