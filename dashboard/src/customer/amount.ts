import { readDecimal } from '../part/form.js';
import { isNegative, isZero } from '../part/money.js';

/** The largest that one top-up may be, in major units: the engine refuses more. */
const MOST = 999_999;

/** An amount of money as it was typed: the amount as the API takes it, or what is wrong with it. */
export type TypedAmount = { amount: string; fault?: undefined } | { amount?: undefined; fault: string | undefined };

/** What a top-up is asked for with. Nothing typed is no fault yet. */
export function readAmount(text: string, { currency, locale }: { currency: string; locale?: string }): TypedAmount {
  if (text.trim() === '') return { fault: undefined };
  const amount = readDecimal(text, locale);
  if (amount === undefined) return { fault: `An amount such as ${new Intl.NumberFormat(locale).format(digitsOf(currency) === 0 ? 1500 : 12.5)}.` };
  if (isZero(amount) || isNegative(amount)) return { fault: 'An amount above zero.' };
  const [whole = '', decimals = ''] = amount.split('.');
  const digits = digitsOf(currency);
  if (decimals.replace(/0+$/, '').length > digits) return { fault: digits === 0 ? `${currency} has no decimal places.` : `${currency} has ${digits} decimal places at most.` };
  if (Number(whole) > MOST || (Number(whole) === MOST && /[1-9]/.test(decimals))) return { fault: `At most ${new Intl.NumberFormat(locale).format(MOST)} at once.` };
  return { amount };
}

/** Amounts to choose from: as many times more in a currency without decimals, whose unit is worth about so much less. */
export function chipsOf(currency: string): readonly string[] {
  const zeros = digitsOf(currency) === 0 ? '00' : '';
  return ['10', '20', '30', '50', '100'].map((chip) => chip + zeros);
}

/** Decimal places of a currency, by ISO 4217. */
function digitsOf(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 0;
}
