import { parseCurrency, type Currency } from './currency.js';
import { decimal, multiply, parseDecimal, type Decimal } from './decimal.js';
import type { Instant } from './instant.js';
import { invalidInput, type InputError } from './problems.js';

/** When the wallet is filled by itself: strictly below `minBalance`, up to `upToBalance`. Whole major units. */
export interface TopUpSettings {
  readonly isEnabled: boolean;
  readonly minBalance: Decimal;
  readonly upToBalance: Decimal;
  readonly currency: Currency;
  /** The most that is charged by itself on one of the customer's local days. */
  readonly dailyCeiling: Decimal;
  readonly changedAt: Instant;
  /** Why it was switched off by itself: the provider's reason for declining; null when somebody switched it. */
  readonly switchedOff: string | null;
}

/** Bounds of the settings, in major units (contracts/docspace.md section 5.5). */
export const TOP_UP_BOUNDS = { minBalance: { least: 5, most: 1000 }, upToBalance: { least: 6, most: 5000 }, dailyCeiling: { least: 6, most: 1_000_000 } } as const;
/** How many times the target the daily ceiling is unless told. */
const CEILING_TARGETS = 10;

/** @throws Refusal `invalid_request` naming each value out of its bounds; up-to must be above the minimum. */
export function parseTopUpSettings(input: {
  isEnabled: boolean;
  minBalance: string;
  upToBalance: string;
  currency: string;
  dailyCeiling?: string | undefined;
  changedAt: Instant;
}): TopUpSettings {
  const errors: InputError[] = [];
  const minBalance = inBounds({ text: input.minBalance, pointer: '/min_balance', bounds: TOP_UP_BOUNDS.minBalance, errors });
  const upToBalance = inBounds({ text: input.upToBalance, pointer: '/up_to_balance', bounds: TOP_UP_BOUNDS.upToBalance, errors });
  const dailyCeiling =
    input.dailyCeiling === undefined ? usualCeiling(upToBalance) : inBounds({ text: input.dailyCeiling, pointer: '/daily_ceiling', bounds: TOP_UP_BOUNDS.dailyCeiling, errors });
  const currency = parseCurrency(input.currency);
  if (currency === undefined) errors.push({ pointer: '/currency', detail: `"${input.currency}" is not an ISO 4217 currency` });
  if (errors.length === 0 && upToBalance.lte(minBalance)) errors.push({ pointer: '/up_to_balance', detail: 'must be greater than min_balance' });
  if (errors.length === 0 && dailyCeiling.lt(upToBalance)) errors.push({ pointer: '/daily_ceiling', detail: 'must not be below up_to_balance' });
  if (errors.length > 0 || currency === undefined) throw invalidInput(errors);
  return { isEnabled: input.isEnabled, minBalance, upToBalance, currency, dailyCeiling, changedAt: input.changedAt, switchedOff: null };
}

/** The daily ceiling of settings that name none. */
export function usualCeiling(upToBalance: Decimal): Decimal {
  return multiply(upToBalance, decimal(CEILING_TARGETS));
}

function inBounds(input: { text: string; pointer: string; bounds: { least: number; most: number }; errors: InputError[] }): Decimal {
  const { least, most } = input.bounds;
  const value = parseDecimal(input.text);
  const isWhole = value !== undefined && value.round(0, 0).eq(value);
  if (value === undefined || !isWhole || value.lt(least) || value.gt(most)) {
    input.errors.push({ pointer: input.pointer, detail: `must be a whole number from ${least} to ${most}` });
    return decimal(least);
  }
  return value;
}
