import { ZERO, add, decimal, larger, multiply, notBelowZero, subtract, sum, type Decimal } from './decimal.js';
import type { Combination, Feature } from './feature.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, earliest, type Instant } from './instant.js';
import { isInForce, type Override } from './override.js';
import type { Grant } from './plan.js';
import { withHeldUsed } from './held-usage.js';
import { isOverageAllowed, quantityOf, type Phase, type Subscription } from './subscription.js';
import { usageOf, type PriceUsage } from './usage.js';

/** A decimal number of units, or none at all. */
export type Limit = Decimal | 'unlimited';

/** A customer's right to a feature, of all live subscriptions and overrides together. */
export interface Entitlement {
  readonly feature: Feature;
  readonly isGranted: boolean;
  /** Null for a flag. */
  readonly limit: Limit | null;
  /** Whether use above the limit goes on, as overage. */
  readonly isOverageAllowed: boolean;
  /** Null when nothing counts it. */
  readonly used: Decimal | null;
  /** Set aside by open holds. */
  readonly held: Decimal;
  /** limit - used - held, not below zero; null without a limit. */
  readonly remaining: Decimal | null;
  /** When what was used starts anew; null when it never does, or is not counted. */
  readonly resetsAt: Instant | null;
  /** What it is made of; with an override that replaces, that one decides alone. */
  readonly sources: readonly EntitlementSource[];
}

/** What one plan or one override says of a feature. */
export interface EntitlementSource {
  readonly type: 'plan' | 'addon' | 'override';
  readonly combine: Combination | 'replace';
  readonly isGranted: boolean;
  readonly limit: Limit | null;
  readonly isOverageAllowed: boolean;
  /** Null for an override. */
  readonly subscription: Subscription | null;
  readonly phase: Phase | null;
  readonly grant: Grant | null;
  /** The price that counts its use; null when nothing does. */
  readonly counted: PriceUsage | null;
  readonly override: Override | null;
}

/** What one live subscription brings: its phase and the usage of (at least) the prices that count features. */
export interface GrantSource {
  readonly subscription: Subscription;
  readonly phase: Phase;
  readonly usage: readonly PriceUsage[];
}

/** What counts beside the plans, at a moment. */
export interface Beside {
  readonly overrides: readonly Override[];
  /** What the usage of a price would be if every open hold were settled. */
  readonly settled: (usage: PriceUsage) => PriceUsage;
  readonly at: Instant;
}

const NOTHING: Beside = { overrides: [], settled: (usage) => usage, at: FOREVER };

/** `settled`: the facts with everything used that holds have set aside, where they are known already. */
export function besideOf(facts: Pick<CustomerFacts, 'overrides' | 'holds' | 'subscriptions' | 'windows'>, at: Instant, settled = withHeldUsed(facts, at)): Beside {
  const { windows } = settled;
  return { overrides: facts.overrides, settled: (usage) => (windows === facts.windows ? usage : usageOf({ subscription: usage.subscription, price: usage.price, windows, at })), at };
}

/** One entitlement per feature, in the order in which the plans name them; what only overrides grant comes last. */
export function entitlements(sources: readonly GrantSource[], beside: Beside = NOTHING): Entitlement[] {
  const codes = new Set(sources.flatMap(({ phase }) => phase.plan.grants.map(({ feature }) => feature.code)));
  for (const override of beside.overrides) if (isInForce(override, beside.at)) codes.add(override.feature.code);
  return [...codes].flatMap((code) => entitlementTo(code, sources, beside) ?? []);
}

/** The right to one feature; undefined when nothing speaks of it. */
export function entitlementTo(code: string, sources: readonly GrantSource[], beside: Beside = NOTHING): Entitlement | undefined {
  const granted = sources.flatMap((source) => source.phase.plan.grants.filter(({ feature }) => feature.code === code).map((grant) => fromGrant(grant, source)));
  const overridden = beside.overrides.filter((override) => override.feature.code === code && isInForce(override, beside.at)).map(fromOverride);
  return combined([...granted, ...overridden], (feature, counted) => heldOf(beside, feature, counted));
}

/** The same right with other figures of the prices that count it: after a use, say. What is set aside stays so. */
export function withUsage(entitlement: Entitlement, usage: readonly PriceUsage[]): Entitlement {
  const replaced = entitlement.sources.map((source): EntitlementSource => {
    const other = usage.find(({ subscription, price }) => subscription.id === source.subscription?.id && price.code === source.counted?.price.code);
    return other === undefined ? source : { ...source, counted: other };
  });
  return combined(replaced, () => entitlement.held) ?? entitlement;
}

function fromGrant(grant: Grant, { subscription, phase, usage }: GrantSource): EntitlementSource {
  const counted = usage.find(({ price }) => price.code === grant.price) ?? null;
  const units = grant.perQuantityOf === null ? undefined : quantityOf(phase, grant.perQuantityOf);
  const own = grant.limit !== null && grant.limit !== 'unlimited' && units !== undefined ? multiply(grant.limit, units) : grant.limit;
  const allowance = counted === null ? null : counted.figures.included === null ? 'unlimited' : add(counted.figures.included, counted.figures.carried);
  return {
    type: subscription.addonOf === null ? 'plan' : 'addon',
    combine: grant.combine,
    isGranted: grant.isGranted,
    limit: grant.feature.type === 'flag' ? null : (own ?? allowance),
    // A limit that the plan names is one; what a price includes may be passed where the price sells more.
    isOverageAllowed: own === null && counted !== null && isOverageAllowed(phase, counted.price),
    subscription,
    phase,
    grant,
    counted,
    override: null,
  };
}

function fromOverride(override: Override): EntitlementSource {
  const { limit, feature, isGranted, combine } = override;
  const units = limit === null ? (feature.type === 'flag' ? null : ZERO) : limit === 'unlimited' ? limit : decimal(limit);
  return { type: 'override', combine, isGranted, limit: units, isOverageAllowed: false, subscription: null, phase: null, grant: null, counted: null, override };
}

function combined(sources: readonly EntitlementSource[], heldBeside: (feature: Feature, counted: readonly PriceUsage[]) => Decimal): Entitlement | undefined {
  const feature = featureOf(sources);
  if (feature === undefined) return undefined;
  const replacing = sources.filter(({ combine }) => combine === 'replace');
  const deciding = replacing.length > 0 ? replacing : sources;
  const counted = sources.flatMap((source) => source.counted ?? []);
  const limit = limitOf(deciding);
  const used = usedOf(feature, counted);
  const held = heldBeside(feature, counted);
  return {
    feature,
    isGranted: deciding.some(({ isGranted }) => isGranted),
    limit,
    isOverageAllowed: deciding.some((source) => source.isGranted && source.isOverageAllowed),
    used,
    held,
    remaining: limit === null || limit === 'unlimited' ? null : notBelowZero(subtract(subtract(limit, used ?? ZERO), held)),
    resetsAt: resetOf(counted),
    sources,
  };
}

/** As a plan has it now; as it was when the override was made, when no plan has it. */
function featureOf(sources: readonly EntitlementSource[]): Feature | undefined {
  for (const { grant } of sources) if (grant !== null) return grant.feature;
  return sources[0]?.override?.feature;
}

/** Limits that add are added; the result is no smaller than any that is to be taken by its size. */
function limitOf(sources: readonly EntitlementSource[]): Limit | null {
  const added = sources.flatMap(({ combine, limit }) => (combine === 'add' && limit !== null ? [limit] : []));
  const compared = sources.flatMap(({ combine, limit }) => (combine !== 'add' && limit !== null ? [limit] : []));
  const limits = [...added, ...compared];
  if (limits.length === 0) return null;
  if (limits.includes('unlimited')) return 'unlimited';
  const isNumber = (limit: Limit): limit is Decimal => limit !== 'unlimited';
  return compared.filter(isNumber).reduce(larger, sum(added.filter(isNumber)));
}

/** Prices that count one meter count the same events: once is enough. Of several meters the uses add up, or the larger counts. */
function usedOf(feature: Feature, counted: readonly PriceUsage[]): Decimal | null {
  const byMeter = new Map<string, Decimal>();
  for (const { price, figures } of counted) {
    const before = byMeter.get(price.meter.code);
    byMeter.set(price.meter.code, before === undefined ? figures.used : larger(before, figures.used));
  }
  if (byMeter.size === 0) return null;
  return [...byMeter.values()].reduce(feature.combine === 'add' ? add : larger);
}

/** What would be used more if every open hold were settled, whichever feature it was opened for. */
function heldOf({ settled }: Beside, feature: Feature, counted: readonly PriceUsage[]): Decimal {
  const [before, after] = [usedOf(feature, counted), usedOf(feature, counted.map(settled))];
  return before === null || after === null ? ZERO : notBelowZero(subtract(after, before));
}

function resetOf(counted: readonly PriceUsage[]): Instant | null {
  const end = counted.reduce((first, { window }) => earliest(first, window.endsAt), FOREVER);
  return end === FOREVER ? null : end;
}
