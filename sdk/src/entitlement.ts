import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, InstantInput } from './money.js';

/** What one plan or one override says of a feature. */
export interface EntitlementSource {
  type: 'plan' | 'addon' | 'override';
  /** How its limit joins the others; one that replaces decides alone. */
  combine: 'add' | 'max' | 'replace';
  granted: boolean;
  limit: Decimal | null;
  subscription: string | null;
  /** Code of the plan. */
  plan: string | null;
  /** Code of the usage price that counts it. */
  price: string | null;
  /** Of an override. */
  reason: string | null;
  expires_at: Instant | null;
}

/** The customer's right to a feature. */
export interface Entitlement {
  /** Code of the feature. */
  feature: string;
  name: string;
  type: 'flag' | 'limit' | 'metered';
  granted: boolean;
  /** A decimal or "unlimited"; null for a flag. */
  limit: Decimal | null;
  used: Decimal | null;
  /** Set aside by open holds. */
  held: Decimal;
  /** limit - used - held, not below zero. */
  remaining: Decimal | null;
  /** Whether use above the limit goes on, as overage. */
  overage_allowed: boolean;
  resets_at: Instant | null;
  sources: EntitlementSource[];
}

export interface OverrideInput {
  /** True unless told; false takes the feature away. */
  granted?: boolean | undefined;
  /** A decimal or "unlimited"; not for a flag. */
  limit?: Decimal | null | undefined;
  /** `replace`: it alone decides (unless told); `add`, `max`: it joins what the plans grant. */
  combine?: 'replace' | 'add' | 'max' | undefined;
  /** For whoever asks later. */
  reason: string;
  /** From then on the plans alone decide; never unless told. */
  expires_at?: InstantInput | null | undefined;
}

export interface Override {
  feature: string;
  granted: boolean;
  limit: Decimal | null;
  combine: 'replace' | 'add' | 'max';
  reason: string;
  expires_at: Instant | null;
  revision: number;
}

export interface EntitlementOperations {
  /** What the customer is entitled to, and where from. Problems: `not_found`. */
  listEntitlements(customer: string, options?: CallOptions): Promise<{ data: Entitlement[]; revision: number }>;
  /** Problems: `not_found`. */
  getEntitlement(customer: string, feature: string, options?: CallOptions): Promise<Entitlement & { revision: number }>;
  /** Grants or denies a feature beside the plans. Problems: `invalid_request`, `not_found`. */
  setOverride(customer: string, feature: string, override: OverrideInput, options?: CallOptions): Promise<Override>;
  /** What the plans say holds again. Problems: `not_found`. */
  removeOverride(customer: string, feature: string, options?: CallOptions): Promise<void>;
}

export function entitlementOperations(call: Call): EntitlementOperations {
  const path = (customer: string, ...rest: string[]): string[] => ['v1', 'customers', customer, 'entitlements', ...rest];
  return {
    listEntitlements: (customer, options) => call({ method: 'GET', path: path(customer), options }),
    getEntitlement: (customer, feature, options) => call({ method: 'GET', path: path(customer, feature), options }),
    setOverride: (customer, feature, override, options) => call({ method: 'PUT', path: path(customer, feature), body: override, options }),
    removeOverride: (customer, feature, options) => call({ method: 'DELETE', path: path(customer, feature), options }),
  };
}
