import { decimalText, notBelowZero, roundTo, type Decimal } from '../../../core/decimal.js';
import { moneyText, type Money } from '../../../core/money.js';

/** Exact figures as the vendor writes them: JSON numbers. */

/** What a required integer says in place of "unlimited": the largest that every client can hold. */
export const UNLIMITED = 2_147_483_647;

export function wholeUp(value: Decimal): number {
  return toNumber(roundTo(notBelowZero(value), 0, 'away_from_zero'));
}

export function wholeDown(value: Decimal): number {
  return toNumber(roundTo(notBelowZero(value), 0, 'toward_zero'));
}

/** Section 5.1: major units as a JSON number with at most the minor unit's decimal places. */
export function moneyNumber(money: Money): number {
  return Number(moneyText(money));
}

/** The JSON number nearest to the exact value. */
export function toNumber(value: Decimal): number {
  return Number(decimalText(value));
}
