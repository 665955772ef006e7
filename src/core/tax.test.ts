import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currency, pointersOf } from '../../test/support/core.js';
import { decimal } from './decimal.js';
import { moneyText, roundToMoney, sumMoney, type Money } from './money.js';
import { applyTax, parseTaxSetting, type TaxSetting } from './tax.js';

const dollars = (text: string): Money => roundToMoney(decimal(text), currency('USD'));

function setting(percents: readonly string[], isInclusive = false, status: TaxSetting['status'] = 'taxable'): TaxSetting {
  return { status, rates: percents.map((percent, index) => ({ name: `tax ${index}`, percent, isInclusive })) };
}

function told(amount: string, of: TaxSetting | null): string[] {
  const { subtotal, tax, total } = applyTax(dollars(amount), of);
  return [subtotal, tax, total].map(moneyText);
}

describe('tax', () => {
  it.each([
    ['193.33', setting(['25']), ['193.33', '48.33', '241.66']],
    ['100.00', setting(['20'], true), ['83.33', '16.67', '100.00']],
    ['100.00', setting(['5', '9.975']), ['100.00', '14.98', '114.98']],
    ['-5.36', setting(['20']), ['-5.36', '-1.07', '-6.43']],
    ['10.00', setting(['20'], false, 'exempt'), ['10.00', '0.00', '10.00']],
    ['10.00', setting(['20'], true, 'reverse_charge'), ['10.00', '0.00', '10.00']],
    ['10.00', null, ['10.00', '0.00', '10.00']],
  ])('on %s by %j is %j', (amount, of, expected) => {
    expect(told(amount, of)).toEqual(expected);
  });

  it('adds up: subtotal and tax are the total, the rates are the tax, and the lines are the total or the subtotal', () => {
    const percents = fc.array(fc.integer({ min: 0, max: 100_000 }).map((thousandths) => (thousandths / 1000).toFixed(3)), { maxLength: 5 });
    fc.assert(
      fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), percents, fc.boolean(), fc.constantFrom('USD', 'JPY', 'KWD'), (minor, rates, isInclusive, code) => {
        const amount: Money = { minor: BigInt(minor), currency: currency(code) };
        const { subtotal, taxes, tax, total } = applyTax(amount, setting(rates, isInclusive));

        expect(total.minor).toBe(subtotal.minor + tax.minor);
        expect(sumMoney(taxes.map((line) => line.amount), amount.currency)).toEqual(tax);
        expect(isInclusive && rates.length > 0 ? total : subtotal).toEqual(amount);
      }),
    );
  });

  it('on what is given back is that on what was charged', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 0, max: 100 }), fc.boolean(), (minor, percent, isInclusive) => {
        const of = setting([String(percent)], isInclusive);
        const paid = applyTax({ minor: BigInt(minor), currency: currency('USD') }, of);
        const given = applyTax({ minor: BigInt(-minor), currency: currency('USD') }, of);

        expect([given.subtotal.minor, given.tax.minor, given.total.minor]).toEqual([-paid.subtotal.minor, -paid.tax.minor, -paid.total.minor]);
      }),
    );
  });
});

describe('a tax setting', () => {
  it('is taxable and on top unless it says otherwise', () => {
    expect(parseTaxSetting({ rates: [{ name: 'VAT', percent: '21' }] })).toEqual({ status: 'taxable', rates: [{ name: 'VAT', percent: '21', isInclusive: false }] });
  });

  it.each([
    [{ rates: [{ name: 'VAT', percent: '-1' }] }, ['/rates/0/percent']],
    [{ rates: [{ name: 'VAT', percent: '101' }] }, ['/rates/0/percent']],
    [{ rates: [{ name: ' ', percent: 'x' }] }, ['/rates/0/percent', '/rates/0/name']],
    [{ rates: [{ name: 'a', percent: '1', inclusive: true }, { name: 'b', percent: '1' }] }, ['/rates']],
    [{ rates: Array.from({ length: 6 }, (_, index) => ({ name: `t${index}`, percent: '1' })) }, ['/rates']],
  ])('refuses %j at %j', (input, pointers) => {
    expect(pointersOf(() => parseTaxSetting(input))).toEqual(pointers);
  });
});
