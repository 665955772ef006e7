import { Type, type Static } from 'typebox';
import { minorDigits, type Currency } from '../../../core/currency.js';
import { decimal, decimalText, multiply, type Decimal } from '../../../core/decimal.js';
import type { Money } from '../../../core/money.js';

/** Money in Lark's form: in the smallest unit of the currency, as text. Source: contracts/lark.md section 2. */
export const Amount = Type.Object({ currency_code: Type.String(), value: Type.String({ description: 'In the smallest unit of the currency: "2500" is 25 dollars' }) });

export type LarkAmount = Static<typeof Amount>;

/** An exact amount in major units; of a rate it may hold a part of the smallest unit. `code` as it is to be written. */
export function toAmount(major: Decimal, { currency, code = currency }: { currency: Currency; code?: string }): LarkAmount {
  return { currency_code: code, value: decimalText(multiply(major, decimal(10n ** BigInt(minorDigits(currency))))) };
}

/** Money as an invoice writes it. */
export function toMoneyAmount({ minor, currency }: Money): LarkAmount {
  return { currency_code: currency, value: minor.toString() };
}

/** Smallest units as a decimal text in major units, exactly. */
export function fromMinorUnits(value: Decimal, currency: Currency): string {
  return decimalText(multiply(value, decimal(`1e-${minorDigits(currency)}`)));
}
