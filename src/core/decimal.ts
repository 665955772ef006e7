import Big from 'big.js';

/** An exact decimal number of any size. Sums and products are exact; only `divide` and `roundTo` round. */
export type Decimal = Big;

/** How a division or a rounding treats what does not fit. All modes are symmetric about zero. */
export type Rounding = 'half_away_from_zero' | 'away_from_zero' | 'toward_zero';

const MODES: Record<Rounding, 0 | 1 | 3> = { toward_zero: 0, half_away_from_zero: 1, away_from_zero: 3 };

/** Paidup's own constructor, so that nobody else's settings of big.js reach it. */
const Exact = Big();

/** The longest text that `parseDecimal` takes: room for any real quantity, none for an attack. */
const MAX_DECIMAL_LENGTH = 64;
const PLAIN_DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)$/;

export const ZERO: Decimal = new Exact(0);
export const ONE: Decimal = new Exact(1);

/** The decimal that `text` writes in plain notation (no exponent, at most 64 characters), or undefined. */
export function parseDecimal(text: string): Decimal | undefined {
  if (text.length > MAX_DECIMAL_LENGTH || !PLAIN_DECIMAL.test(text)) return undefined;
  return new Exact(text.replace('+', ''));
}

/** The decimal for text that is known to be one, such as what the store holds. @throws when it is not. */
export function decimal(value: string | bigint | number): Decimal {
  return new Exact(typeof value === 'string' ? value : value.toString());
}

/**
 * The decimal in a value that came as JSON: a string in plain notation or a finite number.
 * A number is read as the shortest decimal that means it, so 0.1 is exactly 0.1.
 */
export function decimalFromJson(value: unknown): Decimal | undefined {
  if (typeof value === 'string') return parseDecimal(value);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const exact = new Exact(value);
  return exact.toFixed().length > MAX_DECIMAL_LENGTH ? undefined : exact;
}

export function add(left: Decimal, right: Decimal): Decimal {
  return left.plus(right);
}

export function subtract(left: Decimal, right: Decimal): Decimal {
  return left.minus(right);
}

export function multiply(left: Decimal, right: Decimal): Decimal {
  return left.times(right);
}

/** The quotient rounded once to `scale` decimal places. @throws when the divisor is zero. */
export function divide(input: { dividend: Decimal; divisor: Decimal; scale: number; rounding: Rounding }): Decimal {
  // big.js takes scale and mode from the constructor; nothing else runs between these lines.
  Exact.DP = input.scale;
  Exact.RM = MODES[input.rounding];
  return input.dividend.div(input.divisor);
}

/** The value rounded to `scale` decimal places. */
export function roundTo(value: Decimal, scale: number, rounding: Rounding): Decimal {
  return value.round(scale, MODES[rounding]);
}

export function isNegative(value: Decimal): boolean {
  return value.lt(ZERO);
}

export function isPositive(value: Decimal): boolean {
  return value.gt(ZERO);
}

export function smaller(left: Decimal, right: Decimal): Decimal {
  return right.lt(left) ? right : left;
}

export function larger(left: Decimal, right: Decimal): Decimal {
  return right.gt(left) ? right : left;
}

/** The value, or zero when it is below. */
export function notBelowZero(value: Decimal): Decimal {
  return isNegative(value) ? ZERO : value;
}

export function sum(values: readonly Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value), ZERO);
}

/** Plain notation without exponent, trailing zeros or negative zero: "0", "100", "5.25". */
export function decimalText(value: Decimal): string {
  const text = value.toFixed();
  return text === '-0' ? '0' : text;
}
