import { decimalText, type Decimal } from '../../../core/decimal.js';
import { instantText } from '../../../core/instant.js';
import type { BillingState } from '../../../core/state.js';

/** When the wallet fills itself: contracts/docspace.md section 5.5. */
export interface TopUpSettingsView {
  readonly enabled: boolean;
  readonly minBalance: number;
  readonly upToBalance: number;
  readonly currency: string | undefined;
  readonly lastModified: string;
}

/** Never set: off, with zeros, no currency, and changed at the moment of reading, as the vendor's server has it. */
export function toTopUpSettings(state: BillingState): TopUpSettingsView {
  const { topUp, asOf } = state;
  if (topUp === null) return { enabled: false, minBalance: 0, upToBalance: 0, currency: undefined, lastModified: instantText(asOf) };
  return {
    enabled: topUp.isEnabled,
    minBalance: wholeNumber(topUp.minBalance),
    upToBalance: wholeNumber(topUp.upToBalance),
    currency: topUp.currency,
    lastModified: instantText(topUp.changedAt),
  };
}

/**
 * The same settings where the vendor's OpenAPI file and SDKs look for them: beside `response`, as `settings`. Its
 * Python SDK refuses bounds that are not set when they are zero, so there they are left out (section 1.1).
 */
export function toSettingsAlias(settings: TopUpSettingsView) {
  return {
    ...settings,
    minBalance: settings.minBalance === 0 ? undefined : settings.minBalance,
    upToBalance: settings.upToBalance === 0 ? undefined : settings.upToBalance,
  };
}

function wholeNumber(value: Decimal): number {
  return Number(decimalText(value));
}
