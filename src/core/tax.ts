import type { Currency } from './currency.js';
import { add, decimal, divide, multiply, parseDecimal, isNegative, sum, type Decimal } from './decimal.js';
import { minorDigits } from './currency.js';
import { moneyToDecimal, roundToMoney, subtractMoney, sumMoney, addMoney, type Money } from './money.js';
import { invalidInput, type InputError } from './problems.js';

/** A tax as it stands on an invoice. `percent` is a decimal as text, such as "21" or "9.975". */
export interface TaxRate {
  readonly name: string;
  readonly percent: string;
  /** Whether prices hold the tax already; else it comes on top. */
  readonly isInclusive: boolean;
}

/** How a customer is taxed. Nothing is added for `exempt` and `reverse_charge` (the customer owes the tax itself). */
export interface TaxSetting {
  readonly status: 'taxable' | 'exempt' | 'reverse_charge';
  readonly rates: readonly TaxRate[];
}

export interface TaxLine {
  readonly rate: TaxRate;
  readonly amount: Money;
}

/** Always subtotal + tax = total. */
export interface Taxed {
  readonly subtotal: Money;
  readonly taxes: readonly TaxLine[];
  readonly tax: Money;
  readonly total: Money;
}

const HUNDRED = decimal(100);
const MAX_RATES = 5;

/**
 * The tax on the rounded sum of an invoice's lines, each rate rounded once. Exclusive rates come on top of `sum`;
 * inclusive ones are found within it, so that `sum` is the total.
 */
export function applyTax(amount: Money, setting: TaxSetting | null): Taxed {
  const rates = setting?.status === 'taxable' ? setting.rates : [];
  const isInclusive = rates.some((rate) => rate.isInclusive);
  const whole = isInclusive ? add(HUNDRED, sum(rates.map((rate) => decimal(rate.percent)))) : HUNDRED;
  const taxes = rates.map((rate) => ({ rate, amount: partOf(amount, decimal(rate.percent), whole) }));
  const tax = sumMoney(taxes.map((line) => line.amount), amount.currency);
  const subtotal = isInclusive ? subtractMoney(amount, tax) : amount;
  return { subtotal, taxes, tax, total: addMoney(subtotal, tax) };
}

/** A setting as it was sent, checked. @throws Refusal `invalid_request`. */
export function parseTaxSetting(input: { status?: TaxSetting['status'] | undefined; rates?: ReadonlyArray<{ name: string; percent: string; inclusive?: boolean | undefined }> | undefined }): TaxSetting {
  const errors: InputError[] = [];
  const rates = (input.rates ?? []).map((rate, index): TaxRate => {
    const percent = parseDecimal(rate.percent);
    if (percent === undefined || isNegative(percent) || percent.gt(HUNDRED)) errors.push({ pointer: `/rates/${index}/percent`, detail: 'must be a decimal string from 0 to 100' });
    if (rate.name.trim() === '' || rate.name.length > 100) errors.push({ pointer: `/rates/${index}/name`, detail: 'must be 1 to 100 characters' });
    return { name: rate.name, percent: percent?.toFixed() ?? '0', isInclusive: rate.inclusive ?? false };
  });
  if (rates.length > MAX_RATES) errors.push({ pointer: '/rates', detail: `must be at most ${MAX_RATES}` });
  if (rates.some((rate) => rate.isInclusive) && rates.some((rate) => !rate.isInclusive)) errors.push({ pointer: '/rates', detail: 'must be all inclusive or all on top' });
  if (errors.length > 0) throw invalidInput(errors);
  return { status: input.status ?? 'taxable', rates };
}

function partOf(amount: Money, percent: Decimal, whole: Decimal): Money {
  const { currency }: { currency: Currency } = amount;
  const dividend = multiply(moneyToDecimal(amount), percent);
  return roundToMoney(divide({ dividend, divisor: whole, scale: minorDigits(currency), rounding: 'half_away_from_zero' }), currency);
}
