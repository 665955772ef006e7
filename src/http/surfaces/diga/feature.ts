import { ZERO, decimal, divide, multiply, notBelowZero, smaller } from '../../../core/decimal.js';
import type { Entitlement } from '../../../core/entitlement.js';
import type { BillingState } from '../../../core/state.js';
import { UNLIMITED, toNumber, wholeDown, wholeUp } from './figure.js';

/** Features that carry what the vendor has a field for; the codes are a promise to whoever writes the catalog. */
export const DIGA_FEATURES = {
  concurrentCalls: 'concurrent_calls',
  knowledgeStorage: 'knowledge_storage',
  knowledgeItems: 'knowledge_items',
  workflows: 'workflows',
  copilot: 'copilot',
} as const;

/** The limit that a feature has; null when it has none or no plan names it: then nothing limits it. */
export function limitOf(state: BillingState, code: string): number | null {
  const entitlement = entitlementTo(state, code);
  if (entitlement === undefined || entitlement.limit === null || entitlement.limit === 'unlimited') return null;
  return entitlement.isGranted ? wholeDown(entitlement.limit) : 0;
}

/** The limit that a feature has, for a field that must be an integer: nothing is included where no plan names it. */
export function includedOf(state: BillingState, code: string): number {
  return entitlementTo(state, code) === undefined ? 0 : (limitOf(state, code) ?? UNLIMITED);
}

/** What is used of a feature, in whole units; null when nothing counts it. */
export function usedOf(state: BillingState, code: string): number | null {
  const used = entitlementTo(state, code)?.used ?? null;
  return used === null ? null : wholeUp(used);
}

/** Section 2, copilot_usage_percent: used part of the limit, 0 to 100, two decimal places; 0 where there is no limit. */
export function usedPercent(state: BillingState, code: string): number {
  const { used = null, limit = null } = entitlementTo(state, code) ?? {};
  if (used === null || limit === null || limit === 'unlimited') return 0;
  const hundred = decimal(100);
  if (limit.eq(ZERO)) return used.gt(ZERO) ? 100 : 0;
  const percent = divide({ dividend: multiply(used, hundred), divisor: limit, scale: 2, rounding: 'half_away_from_zero' });
  return toNumber(smaller(notBelowZero(percent), hundred));
}

function entitlementTo(state: BillingState, code: string): Entitlement | undefined {
  return state.entitlements.find((entitlement) => entitlement.feature.code === code);
}
