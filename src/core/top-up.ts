import { parseCurrency, type Currency } from './currency.js';
import { decimal, parseDecimal, type Decimal } from './decimal.js';
import type { Instant } from './instant.js';
import { invalidInput, type InputError } from './problems.js';

/** When the wallet is filled by itself: strictly below `minBalance`, up to `upToBalance`. Whole major units. */
export interface TopUpSettings {
  readonly isEnabled: boolean;
  readonly minBalance: Decimal;
  readonly upToBalance: Decimal;
  readonly currency: Currency;
  readonly changedAt: Instant;
}

/** Bounds of the settings, in major units (contracts/docspace.md section 5.5). */
export const TOP_UP_BOUNDS = { minBalance: { least: 5, most: 1000 }, upToBalance: { least: 6, most: 5000 } } as const;

/** @throws Refusal `invalid_request` naming each value out of its bounds; up-to must be above the minimum. */
export function parseTopUpSettings(input: {
  isEnabled: boolean;
  minBalance: string;
  upToBalance: string;
  currency: string;
  changedAt: Instant;
}): TopUpSettings {
  const errors: InputError[] = [];
  const minBalance = inBounds({ text: input.minBalance, pointer: '/min_balance', bounds: TOP_UP_BOUNDS.minBalance, errors });
  const upToBalance = inBounds({ text: input.upToBalance, pointer: '/up_to_balance', bounds: TOP_UP_BOUNDS.upToBalance, errors });
  const currency = parseCurrency(input.currency);
  if (currency === undefined) errors.push({ pointer: '/currency', detail: `"${input.currency}" is not an ISO 4217 currency` });
  if (errors.length === 0 && upToBalance.lte(minBalance)) errors.push({ pointer: '/up_to_balance', detail: 'must be greater than min_balance' });
  if (errors.length > 0 || currency === undefined) throw invalidInput(errors);
  return { isEnabled: input.isEnabled, minBalance, upToBalance, currency, changedAt: input.changedAt };
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
