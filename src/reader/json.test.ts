import { describe, expect, it } from 'vitest';
import { decimal, field, money, parseJson, size, text } from './json.js';

describe('parseJson', () => {
  it.each([
    ['{"a":186.42}', { a: 186.42 }],
    ['{"a":186.420}', { a: '186.420' }],
    ['{"a":9007199254740993}', { a: '9007199254740993' }],
    ['{"a":12345678901234567.89}', { a: '12345678901234567.89' }],
    ['[-1,0,1e21,-0]', [-1, 0, '1e21', '-0']],
    ['{"a 1.50":"1.50 \\" 2.50 \\\\","b":2.50}', { 'a 1.50': '1.50 " 2.50 \\', b: '2.50' }],
  ])('keeps every digit of %s', (source, parsed) => {
    expect(parseJson(source)).toEqual(parsed);
  });

  it.each(['', '{', '[1,]', '01', '{"a":1.}', '<html>'])('refuses %j', (source) => {
    expect(() => parseJson(source)).toThrow(SyntaxError);
  });

  it('reads a long string without running out of stack', () => {
    const long = 'x'.repeat(5_000_000);
    expect(parseJson(JSON.stringify({ long }))).toEqual({ long });
  });
});

describe('decimal', () => {
  it.each([
    [200, '200'],
    ['186.420', '186.420'],
    ['1e21', '1000000000000000000000'],
    [1e-7, '0.0000001'],
    ['-0.5', '-0.5'],
    ['1e999999', null],
    ['12 USD', null],
    ['', null],
    [true, null],
    [null, null],
    [undefined, null],
    [[1], null],
  ])('reads %j as %j', (given, plain) => {
    expect(decimal(given)).toBe(plain);
  });
});

describe('fields', () => {
  it('are undefined when the value is no object, or has no such field of its own', () => {
    expect([field(null, 'a'), field([1], 'length'), field('a', 'length'), field({}, 'toString')]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('become money and sizes only when there is an amount', () => {
    expect(money(0.14, 'USD')).toEqual({ amount: '0.14', currency: 'USD' });
    expect(money('10', undefined)).toEqual({ amount: '10', currency: null });
    expect(money(undefined, 'USD')).toBeNull();
    expect(size(1024)).toEqual({ bytes: '1024' });
    expect(size('much')).toBeNull();
    expect(text(5)).toBe('5');
  });
});
