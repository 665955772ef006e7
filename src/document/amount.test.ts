import { describe, expect, it } from 'vitest';
import { amountText, isZero, negate, numberText } from './amount.js';

describe('amounts', () => {
  it.each([
    ['1234.50', 'EUR', '1,234.50 EUR'],
    ['0.00', 'EUR', '0.00 EUR'],
    ['999', 'JPY', '999 JPY'],
    ['1234567', 'JPY', '1,234,567 JPY'],
    ['1234567.125', 'KWD', '1,234,567.125 KWD'],
    ['-1234.50', 'USD', '\u22121,234.50 USD'],
    ['-0.00', 'USD', '0.00 USD'],
    ['0.00000125', 'USD', '0.00000125 USD'],
    ['12345678901234567890.12', 'IDR', '12,345,678,901,234,567,890.12 IDR'],
  ])('%s %s is written %s', (amount, currency, text) => {
    expect(amountText(amount, currency)).toBe(text);
  });

  it.each(['', '1e3', '1,000', 'NaN', '.5', '1.', '+1', ' 1'])('%j is refused: it is no decimal string', (amount) => {
    expect(() => amountText(amount, 'EUR')).toThrow('not an amount');
  });

  it('leaves a quantity that is no plain decimal as it is', () => {
    expect(numberText('1384220')).toBe('1,384,220');
    expect(numberText('12 GB')).toBe('12 GB');
  });

  it('knows zero and the other sign', () => {
    expect(['0', '0.00', '-0.000', '0.01', '-1'].map(isZero)).toEqual([true, true, true, false, false]);
    expect([negate('1.50'), negate('-1.50')]).toEqual(['-1.50', '1.50']);
  });
});
