import { ONE, decimal, decimalText, isNegative, parseDecimal, type Decimal } from './decimal.js';
import { FOREVER, earliest, instantText, latest, type Instant } from './instant.js';
import { fixedPrices, usagePrice, usagePrices, type FixedPrice, type Plan, type UsagePrice } from './plan.js';
import { periodContaining, plusLocalDays, type Alignment, type IndexedPeriod, type Interval, type Schedule } from './period.js';
import { Refusal, invalidInput, pointerToken, type InputError } from './problems.js';

/** What a phase sells, as it is stored: decimals as text. */
export interface Terms {
  readonly planVersionId: string;
  readonly quantities: Readonly<Record<string, string>>;
  readonly multipliers: Readonly<Record<string, string>>;
  /** Whether usage above included and carried is allowed where the price allows it. */
  readonly overage: boolean;
}

/** A fact about a subscription. The fold of all of them, in order of revision, is the subscription. */
export type SubscriptionChange =
  | {
      readonly type: 'created';
      readonly startsAt: Instant;
      readonly trialEndsAt: Instant | null;
      readonly zone: string;
      readonly alignment: Alignment;
      readonly terms: Terms;
    }
  | { readonly type: 'phase_scheduled'; readonly startsAt: Instant; readonly isAnchor: boolean; readonly terms: Terms }
  | { readonly type: 'canceled'; readonly requestedAt: Instant; readonly endsAt: Instant; readonly reason: string | null };

/** A subscription's changes folded, plans by id, in a form that JSON keeps. */
export interface SubscriptionRecord {
  readonly id: string;
  readonly startsAt: Instant;
  readonly trialEndsAt: Instant | null;
  readonly zone: string;
  readonly alignment: Alignment;
  readonly phases: ReadonlyArray<{ readonly startsAt: Instant; readonly isAnchor: boolean; readonly terms: Terms }>;
  readonly canceledAt: Instant | null;
  readonly endsAt: Instant | null;
  readonly cancelReason: string | null;
}

/** A stretch of a subscription with fixed terms; the last one has no end of its own. */
export interface Phase {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly plan: Plan;
  readonly quantities: Readonly<Record<string, Decimal>>;
  readonly multipliers: Readonly<Record<string, Decimal>>;
  readonly overage: boolean;
  /** Counts the billing periods; shared with the phase before unless this one begins a new count. */
  readonly schedule: Schedule;
  /** Counts the windows of each usage price (but lifetime ones), by code; shared with the phase before while it counts alike. */
  readonly windows: ReadonlyMap<string, Schedule>;
}

/** A customer's schedule of phases with their plans. */
export interface Subscription {
  readonly id: string;
  readonly startsAt: Instant;
  readonly trialEndsAt: Instant | null;
  readonly zone: string;
  readonly canceledAt: Instant | null;
  /** FOREVER while it is not canceled. */
  readonly endsAt: Instant;
  readonly cancelReason: string | null;
  readonly phases: readonly [Phase, ...Phase[]];
}

export type SubscriptionStatus = 'scheduled' | 'trialing' | 'active' | 'canceled';

/** The subscription after one more change. @throws when the change does not follow: the facts would be broken. */
export function evolveSubscription(record: SubscriptionRecord | undefined, id: string, change: SubscriptionChange): SubscriptionRecord {
  if (change.type === 'created') {
    if (record !== undefined) throw new Error(`subscription ${id} was created twice`);
    const { startsAt, trialEndsAt, zone, alignment, terms } = change;
    return { id, startsAt, trialEndsAt, zone, alignment, phases: [{ startsAt, isAnchor: true, terms }], canceledAt: null, endsAt: null, cancelReason: null };
  }
  if (record === undefined) throw new Error(`subscription ${id} has no creation`);
  switch (change.type) {
    case 'phase_scheduled': {
      const kept = record.phases.filter((phase) => phase.startsAt < change.startsAt);
      return { ...record, phases: [...kept, { startsAt: change.startsAt, isAnchor: change.isAnchor, terms: change.terms }] };
    }
    case 'canceled':
      return { ...record, canceledAt: change.requestedAt, endsAt: change.endsAt, cancelReason: change.reason };
  }
}

/** The subscription with its plans, ready to be asked. `planOf` must know every plan version it names. */
export function resolveSubscription(record: SubscriptionRecord, planOf: (versionId: string) => Plan): Subscription {
  const phases: Phase[] = [];
  record.phases.forEach((phase, index) => {
    const plan = planOf(phase.terms.planVersionId);
    const before = phases.at(-1);
    // A trial's end is where billing is counted from; a phase that begins a new count is counted from its own start.
    const anchorAt = latest(phase.startsAt, record.trialEndsAt ?? record.startsAt);
    const scheduleFor = (interval: Interval): Schedule => ({ anchorAt, startsAt: phase.startsAt, zone: record.zone, interval, alignment: record.alignment });
    const base = before === undefined || phase.isAnchor ? undefined : before.schedule;
    const fitting = (interval: Interval): Schedule => (base === undefined ? scheduleFor(interval) : { ...base, interval });
    phases.push({
      startsAt: phase.startsAt,
      endsAt: record.phases[index + 1]?.startsAt ?? FOREVER,
      plan,
      quantities: decimals(phase.terms.quantities),
      multipliers: decimals(phase.terms.multipliers),
      overage: phase.terms.overage,
      schedule: base !== undefined && isSameInterval(base.interval, plan.interval) ? base : fitting(plan.interval),
      windows: windowSchedules({ plan, startsAt: phase.startsAt, before: base === undefined ? undefined : before, fitting }),
    });
  });
  const [first, ...rest] = phases;
  if (first === undefined) throw new Error(`subscription ${record.id} has no phase`);
  const { id, startsAt, trialEndsAt, zone, canceledAt, cancelReason } = record;
  return { id, startsAt, trialEndsAt, zone, canceledAt, cancelReason, endsAt: record.endsAt ?? FOREVER, phases: [first, ...rest] };
}

/** A price goes on counting where the phase before counted it by the same interval; else it begins anew with the phase. */
function windowSchedules(input: { plan: Plan; startsAt: Instant; before: Phase | undefined; fitting: (interval: Interval) => Schedule }): Map<string, Schedule> {
  const schedules = new Map<string, Schedule>();
  for (const price of usagePrices(input.plan)) {
    if (price.window === 'lifetime') continue;
    const interval = price.window ?? input.plan.interval;
    const earlier = input.before?.windows.get(price.code);
    const goesOn = earlier !== undefined && isSameInterval(earlier.interval, interval);
    schedules.set(price.code, goesOn ? earlier : { ...input.fitting(interval), startsAt: input.startsAt });
  }
  return schedules;
}

export function statusAt(subscription: Subscription, at: Instant): SubscriptionStatus {
  if (at >= subscription.endsAt || subscription.endsAt <= subscription.startsAt) return 'canceled';
  if (at < subscription.startsAt) return 'scheduled';
  return subscription.trialEndsAt !== null && at < subscription.trialEndsAt ? 'trialing' : 'active';
}

/** True while the subscription gives what its plan grants: from start (in) to end (out). */
export function isLive(subscription: Subscription, at: Instant): boolean {
  return at >= subscription.startsAt && at < subscription.endsAt;
}

/** The phase in force at `at`: the first one before the start, the last one after the end. */
export function phaseAt(subscription: Subscription, at: Instant): Phase {
  return subscription.phases.findLast((phase) => phase.startsAt <= at) ?? subscription.phases[0];
}

/** The billing period at `at`, cut by the subscription's end and by a later phase that begins a new count. */
export function billingPeriodAt(subscription: Subscription, at: Instant): IndexedPeriod {
  const phase = phaseAt(subscription, at);
  return cut(subscription, phase, periodContaining(phase.schedule, at));
}

/** The stretch over which `price` counts usage at `at`, cut by the subscription's end and by a phase that counts it anew or not at all. */
export function usageWindowAt(subscription: Subscription, price: UsagePrice, at: Instant): IndexedPeriod {
  const phase = phaseAt(subscription, at);
  if (price.window === 'lifetime') return { startsAt: subscription.startsAt, endsAt: subscription.endsAt, index: 0 };
  const schedule = phase.windows.get(price.code) ?? phase.schedule;
  const period = cut(subscription, phase, periodContaining(schedule, at));
  const next = subscription.phases.find((later) => later.startsAt >= phase.endsAt && (later.windows.get(price.code)?.startsAt ?? later.startsAt) === later.startsAt);
  return next === undefined || next.startsAt >= period.endsAt ? period : { ...period, endsAt: next.startsAt };
}

/** The usage price with this code at `at`, or undefined when the plan of that moment has none. */
export function usagePriceAt(subscription: Subscription, code: string, at: Instant): UsagePrice | undefined {
  return usagePrice(phaseAt(subscription, at).plan, code);
}

/** How many of a fixed price the phase has; one unless it says otherwise. */
export function quantityOf(phase: Phase, code: string): Decimal {
  return (Object.hasOwn(phase.quantities, code) ? phase.quantities[code] : undefined) ?? ONE;
}

/** What the amounts of a price are multiplied by for this subscription; one unless it says otherwise. */
export function multiplierOf(phase: Phase, code: string): Decimal {
  return (Object.hasOwn(phase.multipliers, code) ? phase.multipliers[code] : undefined) ?? ONE;
}

/** Whether usage above what is included and carried goes on for this price. */
export function isOverageAllowed(phase: Phase, price: UsagePrice): boolean {
  return price.overage === 'allowed' && phase.overage;
}

/** What a new subscription is asked to be. */
export interface CreateSubscription {
  readonly plan: Plan;
  readonly zone: string;
  readonly startsAt: Instant;
  /** Days of trial in place of the plan's. */
  readonly trialDays: number | undefined;
  readonly quantities: Readonly<Record<string, string>>;
  readonly multipliers: Readonly<Record<string, string>>;
  readonly overage: boolean;
}

/** @throws Refusal `invalid_request` when a quantity or multiplier does not fit the plan. */
export function decideCreate(input: CreateSubscription): Extract<SubscriptionChange, { type: 'created' }> {
  const { plan, startsAt, zone } = input;
  const trialDays = input.trialDays ?? plan.trialDays;
  return {
    type: 'created',
    startsAt,
    trialEndsAt: trialDays > 0 ? plusLocalDays(startsAt, trialDays, zone) : null,
    zone,
    alignment: plan.alignment,
    terms: parseTerms(input),
  };
}

/**
 * The change that makes `plan` follow from `startsAt` on (by default the end of the billing period at `at`).
 * @throws Refusal `phase_conflict` when that moment has passed, `subscription_ended` when nothing can follow.
 */
export function decidePhase(
  subscription: Subscription,
  input: Omit<CreateSubscription, 'zone' | 'trialDays' | 'startsAt'> & { readonly startsAt: Instant | undefined; readonly at: Instant },
): Extract<SubscriptionChange, { type: 'phase_scheduled' }> {
  const { at } = input;
  refuseEnded(subscription, at);
  const startsAt = input.startsAt ?? billingPeriodAt(subscription, latest(at, subscription.startsAt)).endsAt;
  if (startsAt <= at) throw new Refusal('phase_conflict', `A phase must begin after now; ${instantText(startsAt)} has passed.`);
  if (startsAt <= subscription.startsAt) throw new Refusal('phase_conflict', `A phase must begin after the subscription's start at ${instantText(subscription.startsAt)}.`);
  if (startsAt >= subscription.endsAt) throw new Refusal('phase_conflict', `The subscription ends at ${instantText(subscription.endsAt)}, before this phase would begin.`);
  const before = phaseAt(subscription, earliest(startsAt, (startsAt - 1) as Instant));
  if (before.plan.currency !== input.plan.currency) throw new Refusal('phase_conflict', `The subscription is billed in ${before.plan.currency}; the plan "${input.plan.code}" is priced in ${input.plan.currency}.`);
  const isBoundary = periodContaining(before.schedule, (startsAt - 1) as Instant).endsAt === startsAt;
  const isAnchor = !isBoundary || !isSameInterval(before.plan.interval, input.plan.interval);
  return { type: 'phase_scheduled', startsAt, isAnchor, terms: parseTerms(input) };
}

/** @throws Refusal `subscription_ended` when there is nothing left to cancel. */
export function decideCancel(
  subscription: Subscription,
  input: { at: Instant; atPeriodEnd: boolean; reason: string | null },
): Extract<SubscriptionChange, { type: 'canceled' }> {
  refuseEnded(subscription, input.at);
  const begun = latest(input.at, subscription.startsAt);
  const endsAt = input.atPeriodEnd ? earliest(billingPeriodAt(subscription, begun).endsAt, subscription.endsAt) : begun;
  return { type: 'canceled', requestedAt: input.at, endsAt, reason: input.reason };
}

function refuseEnded(subscription: Subscription, at: Instant): void {
  if (at >= subscription.endsAt) throw new Refusal('subscription_ended', `The subscription ended at ${instantText(subscription.endsAt)}.`);
}

function parseTerms(input: Pick<CreateSubscription, 'plan' | 'quantities' | 'multipliers' | 'overage'>): Terms {
  const errors: InputError[] = [];
  const fixed = new Map(fixedPrices(input.plan).map((price) => [price.code, price]));
  for (const [code, text] of Object.entries(input.quantities)) checkQuantity({ code, text, price: fixed.get(code), errors });
  const codes = new Set(input.plan.prices.map((price) => price.code));
  for (const [code, text] of Object.entries(input.multipliers)) {
    const multiplier = parseDecimal(text);
    if (!codes.has(code)) errors.push({ pointer: `/multipliers/${pointerToken(code)}`, detail: `the plan has no price "${code}"` });
    else if (multiplier === undefined || isNegative(multiplier)) errors.push({ pointer: `/multipliers/${pointerToken(code)}`, detail: 'must be a decimal string, not negative' });
  }
  if (errors.length > 0) throw invalidInput(errors);
  return {
    planVersionId: input.plan.versionId,
    quantities: plain(input.quantities),
    multipliers: plain(input.multipliers),
    overage: input.overage,
  };
}

function checkQuantity(input: { code: string; text: string; price: FixedPrice | undefined; errors: InputError[] }): void {
  const pointer = `/quantities/${pointerToken(input.code)}`;
  const quantity = parseDecimal(input.text);
  if (input.price === undefined) input.errors.push({ pointer, detail: `the plan has no fixed price "${input.code}"` });
  else if (quantity === undefined || isNegative(quantity)) input.errors.push({ pointer, detail: 'must be a decimal string, not negative' });
  else if (!input.price.perSeat && !quantity.eq(ONE)) input.errors.push({ pointer, detail: 'must be "1": the price is not per seat' });
}

function cut(subscription: Subscription, phase: Phase, period: IndexedPeriod): IndexedPeriod {
  const newCount = subscription.phases.find((later) => later.startsAt >= phase.endsAt && later.schedule.startsAt === later.startsAt)?.startsAt ?? FOREVER;
  const endsAt = earliest(earliest(period.endsAt, subscription.endsAt), newCount);
  return endsAt === period.endsAt ? period : { ...period, endsAt };
}

function isSameInterval(left: Interval, right: Interval): boolean {
  return left.unit === right.unit && left.count === right.count;
}

function decimals(texts: Readonly<Record<string, string>>): Record<string, Decimal> {
  return Object.fromEntries(Object.entries(texts).map(([code, text]) => [code, decimal(text)]));
}

function plain(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([code, text]) => [code, decimalText(decimal(text))]));
}
