import { parseCurrency, type Currency } from './currency.js';
import { decimal } from './decimal.js';
import type { Instant } from './instant.js';
import { moneyToDecimal, roundToMoney } from './money.js';
import { InputReader } from './price.js';
import { invalidInput } from './problems.js';

/** What a coupon takes off each billing period that it covers. Decimals as text, so that a fact can hold it. */
export interface CouponTerms {
  readonly code: string;
  readonly name: string;
  /** Of every charge for a covered period, before minimum and maximum; "25" is a quarter. Null for an amount. */
  readonly percentOff: string | null;
  /** Of the fixed prices of a covered period together, in major units; never more than they cost. Null for a percentage. */
  readonly amountOff: string | null;
  readonly currency: Currency | null;
  /** How many billing periods; null for as long as the subscription lasts. */
  readonly periods: number | null;
}

/** A coupon on a subscription: it covers the periods that begin from `appliedAt` on. */
export interface AppliedCoupon extends CouponTerms {
  readonly appliedAt: Instant;
  /** Number of the change that applied it. */
  readonly revision: number;
  /** No period that begins later is covered, nor at this very moment by a later change; null while it was not taken off. */
  readonly removedAt: Instant | null;
  readonly removedRevision: number | null;
}

export interface CouponDefinition {
  readonly name?: string | undefined;
  readonly percent_off?: string | null | undefined;
  readonly amount_off?: string | null | undefined;
  readonly currency?: string | null | undefined;
  /** `once` is one billing period, `forever` all. */
  readonly duration?: 'once' | 'forever' | { readonly periods: number } | undefined;
}

const MAX_COUPON_PERIODS = 1000;

/** @throws Refusal `invalid_request` naming every wrong field. */
export function parseCoupon(code: string, definition: CouponDefinition): CouponTerms {
  const reader = new InputReader();
  const percent = definition.percent_off ?? null;
  const amount = definition.amount_off ?? null;
  if ((percent === null) === (amount === null)) reader.fault('/percent_off', 'give either percent_off or amount_off');
  if (percent !== null && reader.positive(percent, '/percent_off').gt(decimal(100))) reader.fault('/percent_off', 'must not be above 100');
  if (amount !== null) reader.positive(amount, '/amount_off');
  const currency = definition.currency == null ? undefined : parseCurrency(definition.currency);
  if (definition.currency != null && currency === undefined) reader.fault('/currency', `"${definition.currency}" is not an ISO 4217 currency`);
  if (amount !== null && definition.currency == null) reader.fault('/currency', 'is needed with amount_off');
  if (amount !== null && currency !== undefined && reader.errors.length === 0 && !moneyToDecimal(roundToMoney(decimal(amount), currency)).eq(decimal(amount))) reader.fault('/amount_off', `has more decimal places than ${currency}`);
  if (definition.name?.trim() === '') reader.fault('/name', 'must not be empty');
  const duration = definition.duration ?? 'once';
  const periods = duration === 'once' ? 1 : duration === 'forever' ? null : duration.periods;
  if (periods !== null && (!Number.isInteger(periods) || periods < 1 || periods > MAX_COUPON_PERIODS)) {
    reader.fault('/duration/periods', `must be a whole number from 1 to ${MAX_COUPON_PERIODS}`);
  }
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  return { code, name: definition.name ?? code, percentOff: percent, amountOff: amount, currency: amount === null ? null : (currency ?? null), periods };
}
