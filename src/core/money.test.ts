import codes from 'currency-codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currency } from '../../test/support/core.js';
import { currencies, minorDigits, parseCurrency } from './currency.js';
import { decimal, decimalText } from './decimal.js';
import { addMoney, moneyText, moneyToDecimal, negateMoney, roundToMoney, splitMoney, subtractMoney, sumMoney, type Money } from './money.js';

const minor = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const anyCurrency = fc.constantFrom(...currencies());

function usd(amount: bigint): Money {
  return { minor: amount, currency: currency('USD') };
}

describe('currencies', () => {
  it('have the digits of ISO 4217 wherever the published list has the code', () => {
    const listed = currencies().flatMap((code) => {
      const entry = codes.code(code);
      return entry === undefined ? [] : [{ code, ours: minorDigits(code), published: entry.digits }];
    });

    expect(listed.length).toBeGreaterThan(150);
    expect(listed.filter((each) => each.ours !== each.published)).toEqual([]);
  });

  it('lack no code of the published list but those that are not money', () => {
    // Metals, test codes and units of account, for which ISO 4217 gives no minor unit.
    const notMoney = ['XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XPD', 'XPT', 'XSU', 'XTS', 'XUA', 'XXX'];

    const missing = codes.codes().filter((code) => parseCurrency(code) === undefined && !notMoney.includes(code));

    expect(missing).toEqual([]);
  });

  it('are parsed in any letter case and refused when unknown', () => {
    expect(parseCurrency('eur')).toBe('EUR');
    expect(['', 'EU', 'EURO', 'XAU', 'toString', ' EUR'].map(parseCurrency)).toEqual(Array<undefined>(6).fill(undefined));
  });
});

describe('roundToMoney', () => {
  it.each([
    ['0.005', 'USD', 1n], ['-0.005', 'USD', -1n], ['0.0049999', 'USD', 0n], ['1.0005', 'KWD', 1001n], ['0.5', 'JPY', 1n], ['-0.4', 'JPY', 0n],
    ['0.00005', 'CLF', 1n], ['123456789012345678901234567890.125', 'USD', 12345678901234567890123456789013n],
  ])('makes of %s %s %i minor units', (amount, code, expected) => {
    expect(roundToMoney(decimal(amount), currency(code)).minor).toBe(expected);
  });
});

describe('moneyText', () => {
  it.each([[2900n, 'USD', '29.00'], [-5n, 'USD', '-0.05'], [0n, 'USD', '0.00'], [10n, 'JPY', '10'], [-10n, 'JPY', '-10'], [1n, 'KWD', '0.001'], [12345n, 'CLF', '1.2345']])(
    'writes %i %s as %s',
    (amount, code, expected) => {
      expect(moneyText({ minor: amount, currency: currency(code) })).toBe(expected);
    },
  );

  it('can be read back without loss in any currency', () => {
    fc.assert(
      fc.property(minor, anyCurrency, (amount, code) => {
        const money = { minor: amount, currency: code };
        expect(roundToMoney(decimal(moneyText(money)), code)).toEqual(money);
        expect(roundToMoney(moneyToDecimal(money), code)).toEqual(money);
        expect(moneyToDecimal(money).eq(decimal(moneyText(money)))).toBe(true);
      }),
    );
  });
});

describe('sums of money', () => {
  it('refuse to mix currencies', () => {
    expect(() => addMoney(usd(1n), { minor: 1n, currency: currency('EUR') })).toThrow('USD and EUR');
    expect(() => sumMoney([usd(1n)], currency('EUR'))).toThrow('EUR and USD');
  });

  it('are undone by subtraction', () => {
    fc.assert(
      fc.property(minor, minor, (left, right) => {
        expect(subtractMoney(addMoney(usd(left), usd(right)), usd(right))).toEqual(usd(left));
        expect(addMoney(usd(left), negateMoney(usd(left)))).toEqual(usd(0n));
      }),
    );
  });

  it('are zero in the named currency when there is nothing to add', () => {
    expect(sumMoney([], currency('JPY'))).toEqual({ minor: 0n, currency: 'JPY' });
  });
});

describe('splitMoney', () => {
  const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 12 }).filter((all) => all.some((weight) => weight > 0n));

  it('sums to the whole, gives nothing to a weight of zero, and strays from the exact share by less than one unit', () => {
    fc.assert(
      fc.property(minor, weights, (amount, shares) => {
        const parts = splitMoney(usd(amount), shares);
        const total = shares.reduce((left, right) => left + right, 0n);

        expect(sumMoney(parts, currency('USD')).minor).toBe(amount);
        parts.forEach((part, index) => {
          const exact = amount * (shares[index] ?? 0n);
          const error = part.minor * total - exact;
          if (shares[index] === 0n) expect(part.minor).toBe(0n);
          expect(error < total && error > -total).toBe(true);
        });
      }),
    );
  });

  it('is the negative of the split of the negative', () => {
    fc.assert(
      fc.property(minor, weights, (amount, shares) => {
        expect(splitMoney(usd(-amount), shares)).toEqual(splitMoney(usd(amount), shares).map(negateMoney));
      }),
    );
  });

  it('gives the left-over units to the first shares', () => {
    expect(splitMoney(usd(100n), [0n, 1n, 1n, 1n]).map((part) => Number(part.minor))).toEqual([0, 34, 33, 33]);
    expect(splitMoney(usd(-1n), [1n, 1n]).map((part) => Number(part.minor))).toEqual([-1, 0]);
  });

  it('cannot split by no weight or by a negative one', () => {
    expect(() => splitMoney(usd(1n), [])).toThrow('weights');
    expect(() => splitMoney(usd(1n), [0n])).toThrow('weights');
    expect(() => splitMoney(usd(1n), [2n, -1n])).toThrow('weights');
  });
});

describe('decimals as text', () => {
  it('carry no trailing zeros, so equal amounts look equal', () => {
    expect(decimalText(moneyToDecimal(usd(2900n)))).toBe('29');
  });
});
