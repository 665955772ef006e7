import { describe, expect, it } from 'vitest';
import type { Currency } from '../core/currency.js';
import { toStripeAmount } from './stripe-amount.js';

describe("an amount in Stripe's units", () => {
  it.each<[currency: string, minor: bigint, sent: number]>([
    ['USD', 1n, 1], ['USD', 1099n, 1099], ['EUR', 99_999_999n, 99_999_999], ['HUF', 1045n, 1045], ['TWD', 80_045n, 80_045],
    ['JPY', 500n, 500], ['KRW', 1n, 1], ['XOF', 25n, 25],
    ['ISK', 5n, 500], ['UGX', 5n, 500],
    ['MGA', 1000n, 10],
    ['KWD', 5120n, 5120], ['BHD', 10n, 10], ['TND', 1_000n, 1000],
  ])('of %s %s is %s', (currency, minor, sent) => {
    expect(toStripeAmount({ currency: currency as Currency, minor })).toBe(sent);
  });

  it.each<[currency: string, minor: bigint, why: string]>([
    ['KWD', 5124n, 'the last of three digits must be 0'], ['MGA', 1050n, 'Stripe takes whole ariary'], ['IQD', 1000n, 'Stripe does not say in which unit'], ['LYD', 1000n, 'nor here'],
    ['CLF', 10_000n, 'four digits are none of its'], ['UYI', 1n, 'it does not know the unit'], ['USD', 0n, 'nothing is no charge'], ['USD', -1n, 'nor is less'], ['USD', 10n ** 12n, 'too many digits'], ['ISK', 10n ** 11n, 'too many digits'],
  ])('of %s %s is not said: %s', (currency, minor) => {
    expect(toStripeAmount({ currency: currency as Currency, minor })).toBeUndefined();
  });
});
