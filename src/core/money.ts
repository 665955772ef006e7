import { minorDigits, type Currency } from './currency.js';
import { decimal, divide, multiply, roundTo, type Decimal } from './decimal.js';

/** An amount in whole minor units of its currency (cents for USD, yen for JPY). */
export interface Money {
  readonly minor: bigint;
  readonly currency: Currency;
}

export function zeroMoney(currency: Currency): Money {
  return { minor: 0n, currency };
}

/**
 * The exact amount in major units, rounded half away from zero to the currency's minor unit.
 * The one place where an exact amount becomes money; call it once per line.
 */
export function roundToMoney(amount: Decimal, currency: Currency): Money {
  const digits = minorDigits(currency);
  const rounded = roundTo(amount, digits, 'half_away_from_zero');
  return { minor: BigInt(multiply(rounded, decimal(10n ** BigInt(digits))).toFixed(0)), currency };
}

/** The amount in major units, exactly. */
export function moneyToDecimal(money: Money): Decimal {
  const digits = minorDigits(money.currency);
  return divide({ dividend: decimal(money.minor), divisor: decimal(10n ** BigInt(digits)), scale: digits, rounding: 'toward_zero' });
}

/** Major units with exactly the currency's decimal places: "29.00" USD, "10" JPY. */
export function moneyText(money: Money): string {
  const digits = minorDigits(money.currency);
  if (digits === 0) return money.minor.toString();
  const absolute = (money.minor < 0n ? -money.minor : money.minor).toString().padStart(digits + 1, '0');
  const cut = absolute.length - digits;
  return `${money.minor < 0n ? '-' : ''}${absolute.slice(0, cut)}.${absolute.slice(cut)}`;
}

/** @throws when the currencies differ: adding them is a bug of the caller. */
export function addMoney(left: Money, right: Money): Money {
  assertSameCurrency(left, right);
  return { minor: left.minor + right.minor, currency: left.currency };
}

/** @throws when the currencies differ. */
export function subtractMoney(left: Money, right: Money): Money {
  return addMoney(left, negateMoney(right));
}

export function negateMoney(money: Money): Money {
  return { minor: -money.minor, currency: money.currency };
}

/** The sum, in `currency` even when there is nothing to add. @throws when an amount is in another currency. */
export function sumMoney(amounts: readonly Money[], currency: Currency): Money {
  return amounts.reduce(addMoney, zeroMoney(currency));
}

/**
 * Shares of `money` in proportion to `weights`, which always sum to it: each share is cut toward zero and the
 * minor units left over go to the first shares of non-zero weight, one each.
 * @throws when no weight is positive.
 */
export function splitMoney(money: Money, weights: readonly bigint[]): Money[] {
  const total = weights.reduce((left, right) => left + right, 0n);
  if (total <= 0n || weights.some((weight) => weight < 0n)) throw new Error('a split needs weights that are not negative, and one above zero');
  const shares = weights.map((weight) => (money.minor * weight) / total);
  let left = money.minor - shares.reduce((sum, share) => sum + share, 0n);
  const unit = left < 0n ? -1n : 1n;
  return shares.map((share, index) => {
    const takes = left !== 0n && weights[index] !== 0n;
    if (takes) left -= unit;
    return { minor: takes ? share + unit : share, currency: money.currency };
  });
}

function assertSameCurrency(left: Money, right: Money): void {
  if (left.currency !== right.currency) throw new Error(`cannot add ${left.currency} and ${right.currency}`);
}
