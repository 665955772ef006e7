import { minorDigits, type Currency } from '../core/currency.js';
import type { Money } from '../core/money.js';

/**
 * Currencies whose amounts Stripe takes in other units than ISO 4217 says, by the number of decimal places it takes.
 * Source: docs.stripe.com/currencies, "Zero-decimal currencies" and "Special cases" (ISK and UGX are whole, but written
 * with two places). HUF and TWD are special for payouts only.
 */
const STRIPE_DIGITS: ReadonlyMap<string, number> = new Map([['ISK', 2], ['UGX', 2], ['MGA', 0]]);
/** Three places are taken of these, the last of which must be 0. */
const THREE_DIGITS = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);
/** Without a unit at Stripe that its documentation names. */
const UNKNOWN = new Set(['UYI']);
/** Stripe takes at most twelve digits, of most currencies eight; it says so itself where they are fewer. */
const LARGEST = 999_999_999_999n;

/** The amount as Stripe takes it; undefined when it cannot be said exactly, or Stripe does not take the currency. */
export function toStripeAmount({ minor, currency }: Money): number | undefined {
  const digits = stripeDigits(currency);
  if (digits === undefined || minor <= 0n) return undefined;
  const ours = minorDigits(currency);
  const scale = 10n ** BigInt(Math.abs(digits - ours));
  if (digits < ours && minor % scale !== 0n) return undefined;
  const amount = digits < ours ? minor / scale : minor * scale;
  if (digits === 3 && amount % 10n !== 0n) return undefined;
  return amount > LARGEST ? undefined : Number(amount);
}

function stripeDigits(currency: Currency): number | undefined {
  const digits = STRIPE_DIGITS.get(currency) ?? minorDigits(currency);
  if (digits > 3 || UNKNOWN.has(currency)) return undefined;
  return digits === 3 && !THREE_DIGITS.has(currency) ? undefined : digits;
}
