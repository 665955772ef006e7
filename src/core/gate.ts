import { minorDigits } from './currency.js';
import { ONE, ZERO, add, divide, isPositive, multiply, notBelowZero, roundTo, smaller, subtract, decimalText, type Decimal } from './decimal.js';
import { entitlementTo, withUsage, type Beside, type Entitlement, type EntitlementSource, type GrantSource } from './entitlement.js';
import type { CustomerFacts } from './facts.js';
import { eventOfUse, isCountable, isWholeUse } from './held-usage.js';
import type { Instant } from './instant.js';
import { CONVERSION_SCALE, type Meter } from './meter.js';
import { moneyText, roundToMoney, type Money } from './money.js';
import { invalidInput } from './problems.js';
import { isServing, phaseAt, statusAt, usagePriceAt } from './subscription.js';
import { usageOf } from './usage.js';
import { cappedEffect, costsOf, effectsOf, type UseEffect } from './use-effect.js';
import { exactlyAvailableIn } from './wallet.js';

/** Why the gate says no: all there is. A test holds this list and docs/guides/gate.md equal. */
export const GATE_REASONS = ['no_active_subscription', 'subscription_paused', 'feature_not_granted', 'limit_reached', 'overage_cap_reached', 'insufficient_funds'] as const;
export type GateReason = (typeof GATE_REASONS)[number];

/** What decided: all there is. */
export const GATE_RULES = ['subscription', 'grant', 'flag', 'unlimited', 'included', 'limit', 'override', 'overage', 'overage_cap', 'wallet'] as const;
export type GateRule = (typeof GATE_RULES)[number];

/** May the customer use so much of the feature? */
export interface GateQuestion {
  /** Code of the feature. */
  readonly feature: string;
  /** In the units that the feature is sold in; not negative. */
  readonly quantity: Decimal;
  /** What the event that reports the use says beside the quantity, such as dimensions. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Whether less than all of it will do. */
  readonly isPartial: boolean;
}

export interface GateAnswer {
  readonly feature: string;
  readonly isAllowed: boolean;
  /** Null when it is allowed. */
  readonly reason: GateReason | null;
  readonly rule: GateRule;
  /** A sentence for people. */
  readonly detail: string;
  /** How much may be used: what was asked for, less where less will do, or nothing. */
  readonly quantity: Decimal;
  readonly limit: Entitlement['limit'];
  readonly used: Decimal | null;
  readonly held: Decimal;
  readonly remaining: Decimal | null;
  readonly isOverageAllowed: boolean;
  readonly resetsAt: Instant | null;
  /** When the same question will be answered yes by the clock alone; null when never, or when it is now. */
  readonly liftsAt: Instant | null;
  /** What the use costs, rounded as it stands in the state; null when nothing prices it. */
  readonly cost: Money | null;
  /** What the wallet lacks for it; null unless it lacks money. */
  readonly shortfall: Money | null;
}

/** What deciding leads to beside the answer. */
interface Verdict {
  readonly reason: GateReason | null;
  readonly rule: GateRule;
  readonly detail: string;
  readonly quantity: Decimal;
  readonly entitlement: Entitlement | undefined;
  /** The entitlement after the use. */
  readonly after: Entitlement | undefined;
  readonly cost: Money | null;
  readonly shortfall: Money | null;
}

/**
 * Decides at `at` from the facts alone: the answer's figures are those before the use. It agrees with the entitlements of
 * the state at the same moment. @throws Refusal `invalid_request` when the quantity cannot be counted.
 */
export function decideGate(facts: CustomerFacts, question: GateQuestion, at: Instant): GateAnswer {
  const verdict = judge(facts, question, at);
  return answerOf(question, verdict, { shown: verdict.entitlement, liftsAt: verdict.reason === null ? null : liftingMoment(facts, question, at) });
}

/** As decideGate for a use that is made of it: the figures are those after what is used. */
export function decideUse(facts: CustomerFacts, question: GateQuestion, at: Instant): { answer: GateAnswer; meter: Meter | null } {
  const verdict = judge(facts, question, at);
  const shown = verdict.reason === null ? verdict.after : verdict.entitlement;
  const answer = answerOf(question, verdict, { shown, liftsAt: verdict.reason === null ? null : liftingMoment(facts, question, at) });
  return { answer, meter: countingSource(verdict.entitlement)?.counted?.price.meter ?? null };
}

/** The source whose price turns a use of the feature into an event: the first that can. */
export function countingSource(entitlement: Entitlement | undefined): EntitlementSource | undefined {
  return entitlement?.sources.find(({ counted }) => counted !== null && isCountable(counted.price.meter));
}

/** The right to one feature at `at`; undefined when nothing speaks of it. */
export function entitlementAt(facts: CustomerFacts, feature: string, at: Instant): Entitlement | undefined {
  return entitlementTo(feature, sourcesAt(facts, feature, at), besideAt(facts, at));
}

function besideAt({ overrides, holds }: CustomerFacts, at: Instant): Beside {
  return { overrides, holds, at };
}

/** Only the usage that counts the feature is worked out. */
function sourcesAt({ subscriptions, windows }: CustomerFacts, feature: string, at: Instant): GrantSource[] {
  return subscriptions.flatMap((subscription) => {
    if (!isServing(subscription, at)) return [];
    const phase = phaseAt(subscription, at);
    const grants = phase.plan.grants.filter((grant) => grant.feature.code === feature);
    if (grants.length === 0) return [];
    const usage = grants.flatMap((grant) => {
      const price = grant.price === null ? undefined : usagePriceAt(subscription, grant.price, at);
      return price === undefined ? [] : [usageOf({ subscription, price, windows, at })];
    });
    return [{ subscription, phase, usage }];
  });
}

function judge(facts: CustomerFacts, question: GateQuestion, at: Instant): Verdict {
  const entitlement = entitlementAt(facts, question.feature, at);
  if (entitlement?.isGranted !== true) return notGranted(facts, { question, entitlement, at });
  if (entitlement.feature.type === 'flag') return allowed({ entitlement, after: entitlement, rule: 'flag', quantity: question.quantity, cost: null });
  const whole = use(facts, { entitlement, question, quantity: question.quantity, at });
  if (whole.reason === null || !question.isPartial) return whole;
  return largestPart(facts, { entitlement, question, at }) ?? whole;
}

function notGranted(facts: CustomerFacts, { question, entitlement, at }: { question: GateQuestion; entitlement: Entitlement | undefined; at: Instant }): Verdict {
  const refusal = (reason: GateReason, rule: GateRule, detail: string): Verdict => ({ reason, rule, detail, quantity: ZERO, entitlement, after: entitlement, cost: null, shortfall: null });
  if (entitlement !== undefined) {
    const isOverridden = entitlement.sources.some(({ combine }) => combine === 'replace');
    return refusal('feature_not_granted', isOverridden ? 'override' : 'grant', isOverridden ? 'An override takes the feature away.' : `The plan withholds "${question.feature}".`);
  }
  const statuses = facts.subscriptions.map((subscription) => statusAt(subscription, at));
  if (statuses.some((status) => status === 'active' || status === 'trialing')) return refusal('feature_not_granted', 'grant', `No plan of the customer grants "${question.feature}".`);
  if (statuses.includes('paused')) return refusal('subscription_paused', 'subscription', 'The subscription is paused.');
  return refusal('no_active_subscription', 'subscription', 'No subscription is active or in trial.');
}

interface Use {
  readonly entitlement: Entitlement;
  readonly question: GateQuestion;
  readonly quantity: Decimal;
  readonly at: Instant;
}

/** Whether a use of exactly so much is allowed. */
function use(facts: CustomerFacts, asked: Use): Verdict {
  const { entitlement, quantity, at } = asked;
  const effects = effectsOfUse(facts, asked);
  const after = effects === null ? plus(entitlement, quantity) : withUsage(entitlement, effects.map((effect) => effect.after), besideAt(facts, at));
  const [cost] = effects === null ? [] : costsOf(effects).map(({ currency, all }) => roundToMoney(all, currency));
  const base = { entitlement, after, cost: cost ?? null };
  const isOver = isPositive(quantity) && isBeyond(after);
  if (isOver && !entitlement.isOverageAllowed) return refused(base, { reason: 'limit_reached', rule: ruleWithin(entitlement), detail: limitSentence(entitlement) });
  const capped = effects === null ? undefined : cappedEffect(effects);
  if (capped !== undefined) return refused(base, { reason: 'overage_cap_reached', rule: 'overage_cap', detail: `Overage of "${capped.after.price.name}" would pass its cap in this window.` });
  const shortfall = effects === null ? null : shortfallOf(facts, effects, at);
  if (shortfall !== null) return { ...refused(base, { reason: 'insufficient_funds', rule: 'wallet', detail: `The wallet lacks ${moneyText(shortfall)} ${shortfall.currency} for it.` }), shortfall };
  return allowed({ ...base, rule: isOver ? 'overage' : ruleWithin(entitlement), quantity });
}

/** Null where no event can report the use: then the question is about the limit alone. */
function effectsOfUse(facts: CustomerFacts, { entitlement, question, quantity, at }: Use): UseEffect[] | null {
  const meter = countingSource(entitlement)?.counted?.price.meter;
  if (meter === undefined) return null;
  if (!isWholeUse(meter, quantity)) throw invalidInput([{ pointer: '/quantity', detail: 'must come to a whole number of events: the meter of the feature counts them' }]);
  const event = eventOfUse(meter, { id: '', quantity, properties: question.properties, at });
  return event === undefined ? [] : effectsOf(facts, event);
}

function plus(entitlement: Entitlement, quantity: Decimal): Entitlement {
  return { ...entitlement, used: add(entitlement.used ?? ZERO, quantity) };
}

function isBeyond({ limit, used, held }: Entitlement): boolean {
  return limit !== null && limit !== 'unlimited' && add(used ?? ZERO, held).gt(limit);
}

function ruleWithin({ limit, sources }: Entitlement): GateRule {
  if (sources.some(({ combine }) => combine === 'replace')) return 'override';
  if (limit === 'unlimited' || limit === null) return 'unlimited';
  return sources.every(({ counted, grant }) => counted !== null && grant?.limit === null) ? 'included' : 'limit';
}

function limitSentence({ limit, used, held, feature }: Entitlement): string {
  const units = limit === null || limit === 'unlimited' ? 'no limit' : decimalText(limit);
  const aside = isPositive(held) ? ` and ${decimalText(held)} are set aside` : '';
  return `Of ${units} of "${feature.name}", ${decimalText(used ?? ZERO)} are used${aside}: too little is left.`;
}

type Base = Pick<Verdict, 'entitlement' | 'after' | 'cost'>;

function refused(base: Base, why: { reason: GateReason; rule: GateRule; detail: string }): Verdict {
  return { ...base, ...why, quantity: ZERO, shortfall: null };
}

function allowed(base: Base & { rule: GateRule; quantity: Decimal }): Verdict {
  return { ...base, reason: null, detail: 'Allowed.', shortfall: null };
}

/** What the wallet lacks for the part that it pays, whole minor units; null when it has the money. */
function shortfallOf(facts: CustomerFacts, effects: readonly UseEffect[], at: Instant): Money | null {
  for (const { currency, fromWallet } of costsOf(effects)) {
    if (!isPositive(fromWallet)) continue;
    const missing = subtract(fromWallet, exactlyAvailableIn(facts, currency, at));
    if (isPositive(missing)) return roundToMoney(roundTo(missing, minorDigits(currency), 'away_from_zero'), currency);
  }
  return null;
}

/** What is left, where less than all will do: up to a hard limit exactly; where money or a cap decides, in whole units. Undefined when that is nothing. */
function largestPart(facts: CustomerFacts, { entitlement, question, at }: Omit<Use, 'quantity'>): Verdict | undefined {
  const meter = countingSource(entitlement)?.counted?.price.meter;
  const { limit, remaining, isOverageAllowed } = entitlement;
  const isHard = limit !== null && limit !== 'unlimited' && !isOverageAllowed;
  const left = countable(meter, isHard ? smaller(question.quantity, remaining ?? ZERO) : question.quantity);
  if (!isPositive(left)) return undefined;
  const attempt = (quantity: Decimal): Verdict => use(facts, { entitlement, question, quantity, at });
  const all = attempt(left);
  if (all.reason === null) return all;
  let [least, most] = [ZERO, roundTo(left, 0, 'toward_zero')];
  let best: Verdict | undefined;
  // Halves the stretch between what is allowed and what is not, until they are one unit apart.
  for (let middle = halfway(least, most); middle.gt(least); middle = halfway(least, most)) {
    const tried = attempt(countable(meter, middle));
    if (tried.reason === null) [least, best] = [middle, isPositive(tried.quantity) ? tried : best];
    else most = subtract(middle, ONE);
  }
  return best;
}

/** Rounded up, so that a stretch of one unit is tried at its upper end. */
function halfway(least: Decimal, most: Decimal): Decimal {
  return divide({ dividend: notBelowZero(add(least, most)), divisor: add(ONE, ONE), scale: 0, rounding: 'away_from_zero' });
}

/** The largest quantity up to the given one that the meter can count. */
function countable(meter: Meter | undefined, quantity: Decimal): Decimal {
  if (meter === undefined || isWholeUse(meter, quantity)) return quantity;
  const divisor = meter.conversion?.divideBy ?? ONE;
  const events = roundTo(multiply(quantity, divisor), 0, 'toward_zero');
  const units = divide({ dividend: events, divisor, scale: CONVERSION_SCALE, rounding: 'toward_zero' });
  return isWholeUse(meter, units) ? units : roundTo(quantity, 0, 'toward_zero');
}

/** Moments that are tried when looking for when a "no" lifts. */
const MAX_MOMENTS = 24;

/** The first moment after `at` at which the same question is answered yes if nothing more is used, paid or changed. */
function liftingMoment(facts: CustomerFacts, question: GateQuestion, at: Instant): Instant | null {
  const moments = new Set<Instant>();
  for (const subscription of facts.subscriptions) {
    moments.add(subscription.startsAt);
    for (const phase of subscription.phases) moments.add(phase.startsAt);
    const usage = sourcesAt({ ...facts, subscriptions: [subscription] }, question.feature, at).flatMap((source) => source.usage);
    for (const { window } of usage) if (window.endsAt < subscription.endsAt) moments.add(window.endsAt);
  }
  for (const hold of facts.holds) moments.add(hold.expiresAt);
  for (const { expiresAt } of facts.overrides) if (expiresAt !== null) moments.add(expiresAt);
  const later = [...moments].filter((moment) => moment > at && Number.isFinite(moment)).sort((left, right) => left - right);
  return later.slice(0, MAX_MOMENTS).find((moment) => judge(facts, question, moment).reason === null) ?? null;
}

function answerOf(question: GateQuestion, verdict: Verdict, { shown, liftsAt }: { shown: Entitlement | undefined; liftsAt: Instant | null }): GateAnswer {
  const { reason, rule, detail, quantity, cost, shortfall } = verdict;
  return {
    feature: question.feature,
    isAllowed: reason === null,
    reason,
    rule,
    detail,
    quantity,
    limit: shown?.limit ?? null,
    used: shown?.used ?? null,
    held: shown?.held ?? ZERO,
    remaining: shown?.remaining ?? null,
    isOverageAllowed: shown?.isOverageAllowed ?? false,
    resetsAt: shown?.resetsAt ?? null,
    liftsAt,
    cost,
    shortfall,
  };
}
