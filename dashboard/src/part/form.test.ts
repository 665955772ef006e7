import { PaidupProblem } from '@paidup/sdk';
import { describe, expect, it } from 'vitest';
import { faultAt, readDecimal, writeDecimal } from './form.js';

describe('a decimal as it was typed', () => {
  it.each([
    ['12.5', 'en-GB', '12.5'],
    ['1,234.50', 'en-GB', '1234.50'],
    [' 1 234,50 ', 'fr-FR', '1234.50'],
    ['1.234,50', 'de-DE', '1234.50'],
    ['12,5', 'de-DE', '12.5'],
    ['12.5', 'de-DE', '12.5'],
    ['1.234', 'de-DE', '1234'],
    ['-3', 'en-GB', '-3'],
    ['', 'en-GB', undefined],
    ['ten', 'en-GB', undefined],
    ['1e3', 'en-GB', undefined],
    ['1.2.3', 'en-GB', undefined],
  ])('%j in %s is %s', (text, locale, decimal) => {
    expect(readDecimal(text, locale)).toBe(decimal);
  });
});

describe('a decimal of the API as it would be typed', () => {
  it.each(['en-GB', 'de-DE', 'fr-FR', 'ar-EG', 'hi-IN', 'sv-SE'])('is read as what it was in %s', (locale) => {
    for (const decimal of ['0', '29.00', '0.125', '1234.500', '1000000', '0.0000001', '12345678901234567890.5']) expect(readDecimal(writeDecimal(decimal, locale), locale)).toBe(decimal);
  });

  it('stays as it is when it is no number', () => {
    expect(writeDecimal('unlimited', 'de-DE')).toBe('unlimited');
    expect(writeDecimal('', 'de-DE')).toBe('');
  });
});

describe('what a refusal says of a field', () => {
  const refusal = new PaidupProblem({ slug: 'invalid_request', status: 400, title: 'Invalid', detail: 'no', errors: [{ pointer: '/amount', detail: 'is too much' }], requestId: null });

  it('is found by its pointer, and nothing by another', () => {
    expect(faultAt(refusal, '/amount')).toBe('is too much');
    expect(faultAt(refusal, '/reason')).toBeUndefined();
    expect(faultAt(new Error('no'), '/amount')).toBeUndefined();
  });
});
