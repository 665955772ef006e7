import type { AppliedCoupon, CouponTerms } from './coupon.js';
import { ONE, decimal, type Decimal } from './decimal.js';
import { FOREVER, earliest, instant, latest, type Instant } from './instant.js';
import { usagePrice, usagePrices, type Plan, type UsagePrice } from './plan.js';
import { periodContaining, type Alignment, type IndexedPeriod, type Interval, type Schedule } from './period.js';
import type { ProrationPolicy } from './proration.js';

/** What a phase sells, as it is stored: decimals as text. */
export interface Terms {
  readonly planVersionId: string;
  readonly quantities: Readonly<Record<string, string>>;
  readonly multipliers: Readonly<Record<string, string>>;
  /** Whether usage above included and carried is allowed where the price allows it. */
  readonly overage: boolean;
}

/** How a change within a period is charged. `policy` measures what is left of the period. */
export interface Proration {
  /**
   * `prorate`: the old price is given back for what is left of the period and the new one charged for it.
   * `difference`: what the new price is dearer, for the whole period, whatever is left of it; nothing when it is cheaper.
   * `none`: nothing within the period.
   */
  readonly mode: 'prorate' | 'difference' | 'none';
  readonly policy: Exclude<ProrationPolicy, 'none'>;
}

/** A phase as its change made it. */
export interface RecordedPhase {
  readonly startsAt: Instant;
  /** When it was decided; a phase made before it starts is in force from the first moment of its period. */
  readonly madeAt: Instant;
  /** Number of the change that made it. */
  readonly revision: number;
  /** Whether a new count of billing periods begins with it. */
  readonly isAnchor: boolean;
  /** A paused phase gives nothing and costs nothing. */
  readonly isPaused: boolean;
  readonly proration: Proration;
  /** Whether windows of prices that go on keep what was used, or begin anew with the phase. */
  readonly usage: 'keep' | 'restart';
  /** When what the change costs is invoiced: at once, or with the next turn of the period. */
  readonly invoice: 'now' | 'next';
  readonly terms: Terms;
}

/** When and how a subscription ends. */
export interface Ending {
  readonly requestedAt: Instant;
  readonly endsAt: Instant;
  readonly revision: number;
  readonly reason: string | null;
  readonly proration: Proration;
}

/** A fact about a subscription. The fold of all of them, in order of revision, is the subscription. `madeAt`: by Paidup's clock. */
export type SubscriptionChange =
  | {
      readonly type: 'created';
      readonly madeAt: Instant;
      readonly startsAt: Instant;
      readonly trialEndsAt: Instant | null;
      /** What billing periods are counted from; null: the trial's end or the start. */
      readonly anchorAt: Instant | null;
      readonly zone: string;
      readonly alignment: Alignment;
      /** The subscription that it stands beside and ends with. */
      readonly addonOf: string | null;
      readonly terms: Terms;
      /** Strings of the merchant's own, by name; none unless there. */
      readonly metadata?: Readonly<Record<string, string>>;
      /** What fell due up to this moment has been billed elsewhere; nothing unless told. */
      readonly billedUntil?: Instant;
    }
  | ({ readonly type: 'phase_scheduled'; /** Whether phases scheduled for later stay. */ readonly keepsLater: boolean } & Omit<RecordedPhase, 'revision'>)
  | { readonly type: 'schedule_cleared'; readonly madeAt: Instant }
  | ({ readonly type: 'canceled'; readonly madeAt: Instant } & Omit<Ending, 'revision' | 'requestedAt'>)
  | { readonly type: 'cancel_undone'; readonly madeAt: Instant }
  | { readonly type: 'reactivated'; readonly madeAt: Instant; readonly startsAt: Instant; readonly terms: Terms }
  | { readonly type: 'coupon_applied'; readonly madeAt: Instant; /** The first moment at which a period may begin that it covers; when it was made unless told. */ readonly from?: Instant; readonly coupon: CouponTerms }
  | { readonly type: 'coupon_removed'; readonly madeAt: Instant; readonly code: string };

/** A subscription's changes folded, plans by id, in a form that JSON keeps. */
export interface SubscriptionRecord {
  readonly id: string;
  readonly startsAt: Instant;
  readonly trialEndsAt: Instant | null;
  readonly anchorAt: Instant | null;
  readonly zone: string;
  readonly alignment: Alignment;
  readonly addonOf: string | null;
  /** In order of start; one that has begun is never taken out, even when it lasted no time. */
  readonly phases: readonly RecordedPhase[];
  readonly ending: Ending | null;
  readonly coupons: readonly AppliedCoupon[];
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A stretch of a subscription with fixed terms; the last one has no end of its own. */
export interface Phase extends Omit<RecordedPhase, 'terms'> {
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
  readonly addonOf: string | null;
  readonly ending: Ending | null;
  /** FOREVER while it is not canceled. */
  readonly endsAt: Instant;
  readonly coupons: readonly AppliedCoupon[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly phases: readonly [Phase, ...Phase[]];
}

/** The beginning of a billing period. */
export interface Turn {
  readonly startsAt: Instant;
  readonly revision: number;
}

export type SubscriptionStatus = 'scheduled' | 'trialing' | 'active' | 'paused' | 'canceled';

/** The span that a start or a term may lie in: calendars and stores agree on all of it. */
export const EARLIEST_START = instant(Date.UTC(1970, 0, 1));
export const LATEST_START = instant(Date.UTC(2200, 0, 1));

export const NO_PRORATION: Proration = { mode: 'none', policy: 'by_second' };

/** The subscription after one more change. @throws when the change does not follow: the facts would be broken. */
export function evolveSubscription(record: SubscriptionRecord | undefined, source: { id: string; revision: number }, change: SubscriptionChange): SubscriptionRecord {
  const { id, revision } = source;
  if (change.type === 'created') {
    if (record !== undefined) throw new Error(`subscription ${id} was created twice`);
    const { madeAt, startsAt, trialEndsAt, anchorAt, zone, alignment, addonOf, terms, metadata } = change;
    const first: RecordedPhase = { startsAt, madeAt, revision, isAnchor: true, isPaused: false, proration: NO_PRORATION, usage: 'restart', invoice: 'now', terms };
    return { id, startsAt, trialEndsAt, anchorAt, zone, alignment, addonOf, phases: [first], ending: null, coupons: [], ...(metadata === undefined ? {} : { metadata }) };
  }
  if (record === undefined) throw new Error(`subscription ${id} has no creation`);
  switch (change.type) {
    case 'phase_scheduled': {
      const { type: _type, keepsLater, ...phase } = change;
      return { ...record, phases: withPhase(record.phases, { ...phase, revision }, keepsLater) };
    }
    case 'schedule_cleared':
      return { ...record, phases: record.phases.filter((phase, index) => index === 0 || phase.startsAt <= change.madeAt) };
    case 'canceled': {
      const { endsAt, reason, proration, madeAt } = change;
      return { ...record, ending: { requestedAt: madeAt, endsAt, revision, reason, proration } };
    }
    case 'cancel_undone':
      return { ...record, ending: null };
    case 'reactivated':
      return reactivated(record, revision, change);
    case 'coupon_applied':
      return { ...record, coupons: [...record.coupons, { ...change.coupon, appliedAt: change.from ?? change.madeAt, revision, removedAt: null, removedRevision: null }] };
    case 'coupon_removed':
      return { ...record, coupons: record.coupons.map((coupon) => (coupon.code === change.code && coupon.removedAt === null ? { ...coupon, removedAt: change.madeAt, removedRevision: revision } : coupon)) };
  }
}

/** What had begun by the time of the change stays; what had not gives way, unless it lies later and is kept. */
function withPhase(phases: readonly RecordedPhase[], added: RecordedPhase, keepsLater: boolean): RecordedPhase[] {
  const before = phases.filter((phase) => phase.startsAt < added.startsAt || (phase.startsAt === added.startsAt && phase.startsAt <= added.madeAt));
  if (!keepsLater) return [...before, added];
  // What goes on later with the terms that change, changes with them: a pause and its end, for example.
  const old = JSON.stringify(before.at(-1)?.terms);
  const later = phases.filter((phase) => phase.startsAt > added.startsAt);
  return [...before, added, ...later.map((phase) => (JSON.stringify(phase.terms) === old ? { ...phase, terms: added.terms } : phase))];
}

/** The time between the end and the new start is a pause. */
function reactivated(record: SubscriptionRecord, revision: number, change: Extract<SubscriptionChange, { type: 'reactivated' }>): SubscriptionRecord {
  const { ending } = record;
  if (ending === null) throw new Error(`subscription ${record.id} was reactivated without having ended`);
  const begun = record.phases.filter((phase) => comesBefore(phase, ending));
  const last = begun.at(-1) ?? record.phases[0];
  if (last === undefined) throw new Error(`subscription ${record.id} has no phase`);
  const gap: RecordedPhase = { ...last, startsAt: ending.endsAt, madeAt: ending.requestedAt, revision: ending.revision, isAnchor: true, isPaused: true, proration: ending.proration, usage: 'restart', invoice: 'now' };
  const { madeAt, startsAt, terms } = change;
  const next: RecordedPhase = { startsAt, madeAt, revision, isAnchor: true, isPaused: false, proration: NO_PRORATION, usage: 'restart', invoice: 'now', terms };
  return { ...record, ending: null, phases: [...begun, gap, next] };
}

/** Whether the phase began before the end; at the same moment only when the end was not known before. */
export function comesBefore(phase: Pick<RecordedPhase, 'startsAt'>, ending: Ending): boolean {
  return phase.startsAt < ending.endsAt || (phase.startsAt === ending.endsAt && ending.requestedAt >= ending.endsAt);
}

/** The subscription with its plans, ready to be asked. `planOf` must know every plan version it names. */
export function resolveSubscription(record: SubscriptionRecord, planOf: (versionId: string) => Plan): Subscription {
  const phases: Phase[] = [];
  record.phases.forEach((recorded, index) => {
    const { terms, ...phase } = recorded;
    const plan = planOf(terms.planVersionId);
    const before = phases.at(-1);
    const base = before === undefined || phase.isAnchor ? undefined : before.schedule;
    const fitting = (interval: Interval): Schedule => (base === undefined ? newSchedule(record, index, interval) : { ...base, interval });
    phases.push({
      ...phase,
      endsAt: record.phases[index + 1]?.startsAt ?? FOREVER,
      plan,
      quantities: decimals(terms.quantities),
      multipliers: decimals(terms.multipliers),
      overage: terms.overage,
      schedule: base !== undefined && isSameInterval(base.interval, plan.interval) ? base : fitting(plan.interval),
      windows: phase.isPaused ? new Map() : windowSchedules({ plan, startsAt: phase.startsAt, before: base === undefined || phase.usage === 'restart' ? undefined : before, fitting }),
    });
  });
  const [first, ...rest] = phases;
  if (first === undefined) throw new Error(`subscription ${record.id} has no phase`);
  const { id, startsAt, trialEndsAt, zone, addonOf, ending, coupons, metadata = {} } = record;
  return { id, startsAt, trialEndsAt, zone, addonOf, ending, coupons, metadata, endsAt: ending?.endsAt ?? FOREVER, phases: [first, ...rest] };
}

/** A trial's end is where billing is counted from, unless the subscription names an anchor; a later new count begins with its phase. */
function newSchedule(record: SubscriptionRecord, index: number, interval: Interval): Schedule {
  const startsAt = record.phases[index]?.startsAt ?? record.startsAt;
  const billedFrom = latest(startsAt, record.trialEndsAt ?? record.startsAt);
  const common = { startsAt, zone: record.zone, interval, alignment: record.alignment };
  if (index > 0 || record.anchorAt === null) return { ...common, anchorAt: billedFrom };
  return { ...common, anchorAt: record.anchorAt, firstEndsAt: billedFrom > startsAt ? billedFrom : startsAt };
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
  if (phaseAt(subscription, at).isPaused) return 'paused';
  return isInTrial(subscription, at) ? 'trialing' : 'active';
}

/** Whether `at` lies in the trial, which costs nothing. */
export function isInTrial(subscription: Subscription, at: Instant): boolean {
  return subscription.trialEndsAt !== null && at < subscription.trialEndsAt;
}

/** True from the subscription's start (in) to its end (out), paused or not. */
export function isLive(subscription: Subscription, at: Instant): boolean {
  return at >= subscription.startsAt && at < subscription.endsAt;
}

/** True while the subscription gives what its plan grants: live and not paused. */
export function isServing(subscription: Subscription, at: Instant): boolean {
  return isLive(subscription, at) && !phaseAt(subscription, at).isPaused;
}

/** The phase in force at `at`: the first one before the start, the last one after the end. */
export function phaseAt(subscription: Subscription, at: Instant): Phase {
  const { ending, phases } = subscription;
  // What would have begun with the end or after it never did.
  const isOver = ending !== null && at >= ending.endsAt;
  return phases.findLast((phase) => phase.startsAt <= at && (!isOver || comesBefore(phase, ending))) ?? phases[0];
}

/** The billing period at `at`, cut by the subscription's end and by a later phase that begins a new count. */
export function billingPeriodAt(subscription: Subscription, at: Instant): IndexedPeriod {
  const phase = phaseAt(subscription, at);
  return cut(subscription, phase, periodContaining(phase.schedule, at));
}

/** The stretch over which `price` counts usage at `at`, cut by the subscription's end and by a phase that counts it anew or not at all. */
export function usageWindowAt(subscription: Subscription, price: UsagePrice, at: Instant): IndexedPeriod {
  const phase = phaseAt(subscription, at);
  if (price.window === 'lifetime') return lifetimeWindow(subscription, phase, price.code);
  const schedule = phase.windows.get(price.code) ?? phase.schedule;
  const period = cut(subscription, phase, periodContaining(schedule, at));
  const next = subscription.phases.find((later) => later.startsAt >= phase.endsAt && (later.windows.get(price.code)?.startsAt ?? later.startsAt) === later.startsAt);
  return next === undefined || next.startsAt >= period.endsAt ? period : { ...period, endsAt: next.startsAt };
}

/** All of the subscription, pauses and all; but for phases that count the price by another window, or not at all. */
function lifetimeWindow({ phases, endsAt }: Subscription, phase: Phase, code: string): IndexedPeriod {
  const at = phases.indexOf(phase);
  const isOther = (other: Phase): boolean => usagePrice(other.plan, code)?.window !== 'lifetime';
  const before = phases.findLast((other, index) => index < at && isOther(other));
  const after = phases.find((other, index) => index > at && isOther(other));
  return { startsAt: before?.endsAt ?? phases[0].startsAt, endsAt: earliest(endsAt, after?.startsAt ?? FOREVER), index: 0 };
}

/**
 * The beginning of the billing period that `phase` lies in at `at`, and the number of the change that began it (0 for an
 * ordinary turn). A change that came later at the same moment did not begin it.
 */
export function turnAt(subscription: Subscription, phase: Phase, at: Instant): Turn {
  const { startsAt } = periodContaining(phase.schedule, at);
  const until = subscription.phases.indexOf(phase);
  const beginning = subscription.phases.findLast((candidate, index) => index <= until && candidate.startsAt === startsAt && (candidate.isAnchor || candidate.madeAt < startsAt));
  return { startsAt, revision: beginning?.revision ?? 0 };
}

/** The usage price with this code at `at`, or undefined when the plan of that moment has none. */
export function usagePriceAt(subscription: Subscription, code: string, at: Instant): UsagePrice | undefined {
  return usagePrice(phaseAt(subscription, at).plan, code);
}

/** How many of a fixed price the phase has; one unless it says otherwise. */
export function quantityOf(phase: Pick<Phase, 'quantities'>, code: string): Decimal {
  return (Object.hasOwn(phase.quantities, code) ? phase.quantities[code] : undefined) ?? ONE;
}

/** What the amounts of a price are multiplied by for this subscription; one unless it says otherwise. */
export function multiplierOf(phase: Pick<Phase, 'multipliers'>, code: string): Decimal {
  return (Object.hasOwn(phase.multipliers, code) ? phase.multipliers[code] : undefined) ?? ONE;
}

/** Whether usage above what is included and carried goes on for this price. */
export function isOverageAllowed(phase: Phase, price: UsagePrice): boolean {
  return price.overage === 'allowed' && phase.overage;
}

function cut(subscription: Subscription, phase: Phase, period: IndexedPeriod): IndexedPeriod {
  const newCount = subscription.phases.find((later) => later.startsAt >= phase.endsAt && later.schedule.startsAt === later.startsAt)?.startsAt ?? FOREVER;
  const endsAt = earliest(earliest(period.endsAt, subscription.endsAt), newCount);
  return endsAt === period.endsAt ? period : { ...period, endsAt };
}

export function isSameInterval(left: Interval, right: Interval): boolean {
  return left.unit === right.unit && left.count === right.count;
}

function decimals(texts: Readonly<Record<string, string>>): Record<string, Decimal> {
  return Object.fromEntries(Object.entries(texts).map(([code, text]) => [code, decimal(text)]));
}
