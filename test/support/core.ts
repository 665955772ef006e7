import type { Customer } from '../../src/core/customer.js';
import { parseCurrency, type Currency } from '../../src/core/currency.js';
import type { UsageEvent } from '../../src/core/event.js';
import type { CustomerFacts } from '../../src/core/facts.js';
import { parseFeature, type Feature, type FeatureDefinition } from '../../src/core/feature.js';
import { factsOfStanding } from '../../src/core/history.js';
import { parseInstant, type Instant } from '../../src/core/instant.js';
import { EMPTY_STANDING } from '../../src/core/standing.js';
import { parseMeter, type Meter, type MeterDefinition } from '../../src/core/meter.js';
import { parsePlan, type GrantDefinition, type Plan, type PlanDefinition, type PriceDefinition } from '../../src/core/plan.js';
import type { Schedule } from '../../src/core/period.js';
import { InputReader, parseModel, type ModelDefinition, type Rate } from '../../src/core/price.js';
import { Refusal } from '../../src/core/problems.js';
import { decimal } from '../../src/core/decimal.js';
import { decideCreate } from '../../src/core/subscription-change.js';
import { deriveWindows } from '../../src/core/window-book.js';
import { NO_PRORATION, evolveSubscription, resolveSubscription, type Subscription, type SubscriptionChange, type SubscriptionRecord } from '../../src/core/subscription.js';

/** The instant that `text` names; a date alone is its midnight in UTC. */
export function at(text: string): Instant {
  const value = parseInstant(text.length === 10 ? `${text}T00:00:00Z` : text);
  if (value === undefined) throw new Error(`not an instant: ${text}`);
  return value;
}

export function currency(code: string): Currency {
  const value = parseCurrency(code);
  if (value === undefined) throw new Error(`not a currency: ${code}`);
  return value;
}

/** A monthly anniversary schedule in UTC from 1 January 2026 unless told otherwise; it starts at its anchor. */
export function schedule(over: Partial<Schedule> = {}): Schedule {
  const anchorAt = over.anchorAt ?? at('2026-01-01');
  return { anchorAt, startsAt: anchorAt, zone: 'UTC', interval: { unit: 'month', count: 1 }, alignment: 'anniversary', ...over };
}

/** Counts events named after its code; sums their property `n` unless told otherwise. */
export function meter(code = 'calls', over: Partial<MeterDefinition> = {}): Meter {
  return parseMeter({ id: `mtr_${code}`, code, definition: { event_name: code, aggregation: 'sum', property: 'n', ...over } });
}

export function feature(code: string, over: Partial<FeatureDefinition> = {}): Feature {
  return parseFeature({ id: `feat_${code}`, code, definition: { type: 'limit', ...over }, hasMeter: () => true });
}

export function fixed(code: string, amount: string, over: Partial<Extract<PriceDefinition, { type: 'fixed' }>> = {}): PriceDefinition {
  return { code, type: 'fixed', amount, ...over };
}

export type UsageDefinition = Extract<PriceDefinition, { type: 'usage' }>;

/** A price of 1 per unit of the meter with its own code. */
export function usage(code = 'calls', over: Partial<UsageDefinition> = {}): UsageDefinition {
  return { code, type: 'usage', meter: code, model: { type: 'per_unit', amount: '1' }, ...over };
}

export interface PlanParts extends Omit<Partial<PlanDefinition>, 'features' | 'prices'> {
  readonly code?: string;
  readonly prices?: readonly PriceDefinition[];
  readonly grants?: readonly GrantDefinition[];
  /** Meters beside those that the codes of usage prices imply. */
  readonly meters?: readonly Meter[];
  readonly features?: readonly Feature[];
}

/** A monthly plan in USD; a usage price whose meter is not given counts with `meter(code)`. */
export function plan(parts: PlanParts = {}): Plan {
  const { code = 'pro', meters = [], features = [], grants, prices, ...definition } = parts;
  const named = new Map(meters.map((each) => [each.code, each]));
  for (const price of prices ?? []) if (price.type === 'usage' && !named.has(price.meter)) named.set(price.meter, meter(price.meter));
  return parsePlan(
    { id: `plan_${code}`, code, versionId: `plnv_${code}`, version: 1 },
    { currency: 'USD', interval: { unit: 'month', count: 1 }, ...definition, features: grants ?? [], prices: prices ?? [] },
    { meter: (name) => named.get(name), feature: (name) => features.find((each) => each.code === name) },
  );
}

export interface SubscriptionParts {
  readonly id?: string;
  readonly plan: Plan;
  readonly startsAt?: string;
  readonly zone?: string;
  readonly anchorAt?: string;
  readonly trialDays?: number;
  readonly quantities?: Readonly<Record<string, string>>;
  readonly multipliers?: Readonly<Record<string, string>>;
  readonly overage?: boolean;
  /** What happened after the creation, in order. */
  readonly changes?: readonly SubscriptionChange[];
  /** Plans that the changes name. */
  readonly plans?: readonly Plan[];
}

/** A subscription from 1 January 2026 in UTC unless told otherwise, made of facts as the store would fold them. */
export function subscription(parts: SubscriptionParts): Subscription {
  const id = parts.id ?? 'sub_1';
  const created = decideCreate({
    plan: parts.plan,
    zone: parts.zone ?? 'UTC',
    madeAt: at(parts.startsAt ?? '2026-01-01'),
    startsAt: at(parts.startsAt ?? '2026-01-01'),
    anchorAt: parts.anchorAt === undefined ? undefined : at(parts.anchorAt),
    trialDays: parts.trialDays,
    quantities: parts.quantities ?? {},
    multipliers: parts.multipliers ?? {},
    overage: parts.overage ?? true,
  });
  const known = [parts.plan, ...(parts.plans ?? [])];
  return resolveSubscription(record(id, [created, ...(parts.changes ?? [])]), (versionId) => {
    const found = known.find((each) => each.versionId === versionId);
    if (found === undefined) throw new Error(`no plan ${versionId}`);
    return found;
  });
}

export function record(id: string, changes: readonly SubscriptionChange[]): SubscriptionRecord {
  const folded = changes.reduce<SubscriptionRecord | undefined>((before, change, index) => evolveSubscription(before, { id, revision: index + 1 }, change), undefined);
  if (folded === undefined) throw new Error('a subscription has at least its creation');
  return folded;
}

/** The change that lets `to` follow, made a day before it begins; `isAnchor` says whether it begins a new count. */
export function phase(to: Plan, startsAt: string, isAnchor = false, over: Partial<Extract<SubscriptionChange, { type: 'phase_scheduled' }>> = {}): SubscriptionChange {
  return {
    type: 'phase_scheduled', madeAt: (at(startsAt) - 86_400_000) as Instant, startsAt: at(startsAt), isAnchor, isPaused: false, proration: NO_PRORATION, usage: 'keep', invoice: 'now',
    keepsLater: false, terms: { planVersionId: to.versionId, quantities: {}, multipliers: {}, overage: true }, ...over,
  };
}

export function canceled(requestedAt: string, endsAt: string): SubscriptionChange {
  return { type: 'canceled', madeAt: at(requestedAt), endsAt: at(endsAt), reason: null, proration: NO_PRORATION };
}

/** An event named `name` with `n` units. */
export function event(id: string, occurredAt: string, n: string | number = 1, over: { name?: string; properties?: Record<string, unknown> } = {}): UsageEvent {
  return { id, name: over.name ?? 'calls', occurredAt: at(occurredAt), properties: { n, ...over.properties } };
}

/** A rate without free units or bounds unless told otherwise. */
export function rateOf(definition: ModelDefinition, over: { included?: string; minimum?: string; maximum?: string } = {}): Rate {
  const reader = new InputReader();
  const model = parseModel(definition, '/model', reader);
  if (reader.errors.length > 0) throw new Error(JSON.stringify(reader.errors));
  const bound = (text: string | undefined): Rate['minimum'] => (text === undefined ? null : decimal(text));
  return { model, included: decimal(over.included ?? '0'), minimum: bound(over.minimum), maximum: bound(over.maximum) };
}

export function customer(over: Partial<Customer> = {}): Customer {
  return {
    id: 'cus_1', externalId: 'acme', name: 'Acme', email: null, phone: null, address: null, currency: currency('USD'), zone: 'UTC', metadata: {}, accountNumber: 1,
    createdAt: at('2026-01-01'), ...over,
  };
}

/** The facts of a customer with these subscriptions and events, of whom nothing has been invoiced. */
export function facts(subscriptions: readonly Subscription[], events: readonly UsageEvent[] = [], over: Partial<CustomerFacts> = {}): CustomerFacts {
  const { windows } = deriveWindows(subscriptions, events);
  return { ...factsOfStanding(EMPTY_STANDING), customer: customer(), revision: 100, subscriptions, windows, ...over };
}

/** The refusal that `action` ends in. @throws when it ends otherwise. */
export function refusalOf(action: () => unknown): Refusal {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

export function pointersOf(action: () => unknown): string[] {
  return refusalOf(action).errors.map((error) => error.pointer);
}
