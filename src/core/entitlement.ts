import { ZERO, add, larger, multiply, notBelowZero, subtract, type Decimal } from './decimal.js';
import type { Feature } from './feature.js';
import { FOREVER, earliest, type Instant } from './instant.js';
import type { Grant } from './plan.js';
import { quantityOf, type Phase } from './subscription.js';
import type { PriceUsage } from './usage.js';

/** A customer's right to a feature, of all live subscriptions together. */
export interface Entitlement {
  readonly feature: Feature;
  readonly isGranted: boolean;
  /** Null for a flag. */
  readonly limit: Decimal | 'unlimited' | null;
  /** Null when nothing counts it. */
  readonly used: Decimal | null;
  readonly remaining: Decimal | null;
  /** When what was used starts anew; null when it never does, or is not counted. */
  readonly resetsAt: Instant | null;
}

/** What one live subscription brings: its phase and the usage of its prices. */
export interface GrantSource {
  readonly phase: Phase;
  readonly usage: readonly PriceUsage[];
}

/** One entitlement per feature, in the order in which the plans name them; flags or, limits add or take the larger. */
export function entitlements(sources: readonly GrantSource[]): Entitlement[] {
  const byFeature = new Map<string, Entitlement>();
  for (const source of sources) {
    for (const grant of source.phase.plan.grants) {
      const one = fromGrant(grant, source);
      const before = byFeature.get(grant.feature.code);
      byFeature.set(grant.feature.code, before === undefined ? one : combine(before, one));
    }
  }
  return [...byFeature.values()].map(withRemaining);
}

function fromGrant(grant: Grant, source: GrantSource): Entitlement {
  const counted = source.usage.find((usage) => usage.price.code === grant.price);
  const units = grant.perQuantityOf === null ? undefined : quantityOf(source.phase, grant.perQuantityOf);
  const own = grant.limit !== null && grant.limit !== 'unlimited' && units !== undefined ? multiply(grant.limit, units) : grant.limit;
  const allowance = counted === undefined ? null : counted.figures.included === null ? 'unlimited' : add(counted.figures.included, counted.figures.carried);
  return {
    feature: grant.feature,
    isGranted: grant.isGranted,
    limit: grant.feature.type === 'flag' ? null : (own ?? allowance),
    used: counted?.figures.used ?? null,
    remaining: null,
    resetsAt: counted === undefined || counted.window.endsAt === FOREVER ? null : counted.window.endsAt,
  };
}

function combine(left: Entitlement, right: Entitlement): Entitlement {
  // What is the larger of two limits is also used up by the larger of two uses.
  const byRule = left.feature.combine === 'add' ? add : larger;
  return {
    feature: left.feature,
    isGranted: left.isGranted || right.isGranted,
    limit: combineLimits(left, right),
    used: left.used === null || right.used === null ? (left.used ?? right.used) : byRule(left.used, right.used),
    remaining: null,
    resetsAt: left.resetsAt === null || right.resetsAt === null ? (left.resetsAt ?? right.resetsAt) : earliest(left.resetsAt, right.resetsAt),
  };
}

function combineLimits(left: Entitlement, right: Entitlement): Entitlement['limit'] {
  if (left.limit === null || right.limit === null) return left.limit ?? right.limit;
  if (left.limit === 'unlimited' || right.limit === 'unlimited') return 'unlimited';
  return left.feature.combine === 'add' ? add(left.limit, right.limit) : larger(left.limit, right.limit);
}

function withRemaining(entitlement: Entitlement): Entitlement {
  const { limit } = entitlement;
  if (limit === null || limit === 'unlimited') return entitlement;
  return { ...entitlement, remaining: notBelowZero(subtract(limit, entitlement.used ?? ZERO)) };
}
