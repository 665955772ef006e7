import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant } from './money.js';

/** When the wallet fills itself: strictly below `min_balance`, up to `up_to_balance`. Whole major units. */
export interface TopUpSettingsInput {
  enabled: boolean;
  /** "5" to "1000". */
  min_balance: Decimal;
  /** "6" to "5000", above min_balance. */
  up_to_balance: Decimal;
  /** ISO 4217; the customer's own unless told. */
  currency?: string | undefined;
  /** The most that is charged by itself on one of the customer's local days; ten times up_to_balance unless told. */
  daily_ceiling?: Decimal | undefined;
}

export interface TopUpSettings {
  enabled: boolean;
  min_balance: Decimal;
  up_to_balance: Decimal;
  currency: string;
  daily_ceiling: Decimal;
  changed_at: Instant;
  /** Why it switched itself off: what the provider said of the card. */
  switched_off: string | null;
}

/** The settings with what they are doing. */
export interface TopUpStatus extends TopUpSettings {
  topped_up_today: Decimal;
  /** A charge that the provider has not answered yet. */
  charging: { payment: string; amount: Decimal; since: Instant } | null;
  /** Why a wallet that is low does not fill itself. */
  halted: { reason: 'daily_ceiling' | 'cool_off' | 'payment_method_missing'; until: Instant | null } | null;
}

export interface TopUpOperations {
  /** Problems: `not_found`, also when the customer has none. */
  getTopUpSettings(customer: string, options?: CallOptions): Promise<TopUpStatus>;
  /** Problems: `invalid_request`, `not_found`. */
  setTopUpSettings(customer: string, settings: TopUpSettingsInput, options?: CallOptions): Promise<TopUpSettings>;
  /** Problems: `not_found`. */
  deleteTopUpSettings(customer: string, options?: CallOptions): Promise<void>;
}

export function topUpOperations(call: Call): TopUpOperations {
  const path = (customer: string): string[] => ['v1', 'customers', customer, 'top-up-settings'];
  return {
    getTopUpSettings: (customer, options) => call({ method: 'GET', path: path(customer), options }),
    setTopUpSettings: (customer, settings, options) => call({ method: 'PUT', path: path(customer), body: settings, options }),
    deleteTopUpSettings: (customer, options) => call({ method: 'DELETE', path: path(customer), options }),
  };
}
