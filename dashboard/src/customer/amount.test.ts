import { describe, expect, it } from 'vitest';
import { chipsOf, readAmount } from './amount.js';

describe('readAmount', () => {
  it.each([
    ['12.5', 'EUR', 'en-GB', '12.5'],
    ['1,5', 'EUR', 'de-DE', '1.5'],
    ['1.234,50', 'EUR', 'de-DE', '1234.50'],
    ['999,999', 'EUR', 'en-GB', '999999'],
    ['12.500', 'EUR', 'en-GB', '12.500'],
    ['1500', 'JPY', 'ja-JP', '1500'],
    ['1500.0', 'JPY', 'en-GB', '1500.0'],
  ])('reads %s of %s in %s as %s', (text, currency, locale, amount) => {
    expect(readAmount(text, { currency, locale })).toEqual({ amount });
  });

  it.each([
    ['0', 'EUR', 'An amount above zero.'],
    ['0.00', 'EUR', 'An amount above zero.'],
    ['-5', 'EUR', 'An amount above zero.'],
    ['1e9', 'EUR', 'An amount such as 12.5.'],
    ['ten', 'JPY', 'An amount such as 1,500.'],
    ['1000000000', 'EUR', 'At most 999,999 at once.'],
    ['999999.01', 'EUR', 'At most 999,999 at once.'],
    ['1.234', 'EUR', 'EUR has 2 decimal places at most.'],
    ['1500.5', 'JPY', 'JPY has no decimal places.'],
    ['1.2345', 'KWD', 'KWD has 3 decimal places at most.'],
  ])('says of %s of %s: %s', (text, currency, fault) => {
    expect(readAmount(text, { currency, locale: 'en-GB' })).toEqual({ fault });
  });

  it('says nothing while nothing is typed', () => {
    expect(readAmount(' ', { currency: 'EUR', locale: 'en-GB' })).toEqual({ fault: undefined });
  });
});

describe('chipsOf', () => {
  it('offers hundreds of what has no decimals', () => {
    expect(chipsOf('EUR')).toEqual(['10', '20', '30', '50', '100']);
    expect(chipsOf('JPY')).toEqual(['1000', '2000', '3000', '5000', '10000']);
  });
});
