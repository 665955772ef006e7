const DECIMAL = /^(-?)(\d+)(\.\d+)?$/;

/**
 * A decimal string for people: thousands by comma, every decimal place kept, a true minus sign, which screen readers
 * say. What is no plain decimal is left as it is.
 */
export function numberText(decimal: string): string {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(decimal) ?? [];
  if (whole === undefined) return decimal;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign === '-' && !isZero(decimal) ? '\u2212' : ''}${grouped}${fraction}`;
}

/** "1,234.50 EUR" for "1234.50". @throws when `amount` is no decimal string: a document with a wrong amount is worse than none. */
export function amountText(amount: string, currency: string): string {
  if (!DECIMAL.test(amount)) throw new Error(`not an amount: ${amount}`);
  return `${numberText(amount)} ${currency}`;
}

/** Whether the amount has no digit but 0. */
export function isZero(amount: string): boolean {
  return /^-?[0.]+$/.test(amount);
}

export function negate(amount: string): string {
  return amount.startsWith('-') ? amount.slice(1) : `-${amount}`;
}
