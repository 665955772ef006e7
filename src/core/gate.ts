import { bookDue } from './booking.js';
import { minorDigits } from './currency.js';
import { ONE, ZERO, add, divide, isPositive, multiply, notBelowZero, roundTo, smaller, subtract, decimalText, type Decimal } from './decimal.js';
import { besideOf, entitlementTo, withUsage, type Entitlement, type EntitlementSource, type GrantSource } from './entitlement.js';
import type { UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import { eventOfUse, isCountable, isWholeUse, quantityFault, withHeldUsed } from './held-usage.js';
import { FOREVER, type Instant } from './instant.js';
import { CONVERSION_SCALE, type Meter } from './meter.js';
import { moneyText, roundToMoney, type Money } from './money.js';
import { invalidInput } from './problems.js';
import { usagePrices } from './plan.js';
import { isOverageAllowed, isServing, phaseAt, statusAt, usagePriceAt, usageWindowAt, type Subscription } from './subscription.js';
import { usageOf } from './usage.js';
import { cappedEffect, effectsOf, costsOf, dearerCosts, type UseCost, type UseEffect } from './use-effect.js';
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
  return entitled(situationAt(facts, at), feature);
}

/** What a question is decided on. */
interface Situation {
  readonly facts: CustomerFacts;
  /** The facts as if every open hold had been settled: to everybody else, what is set aside is as good as used. */
  readonly settled: CustomerFacts;
  readonly at: Instant;
}

function situationAt(facts: CustomerFacts, at: Instant): Situation {
  return { facts, settled: withHeldUsed(facts, at), at };
}

function entitled({ facts, settled, at }: Situation, feature: string): Entitlement | undefined {
  return entitlementTo(feature, sourcesAt(facts, feature, at), besideOf(facts, at, settled));
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
  const situation = situationAt(facts, at);
  const entitlement = entitled(situation, question.feature);
  if (entitlement?.isGranted !== true) return notGranted(facts, { question, entitlement, at });
  if (entitlement.feature.type === 'flag') return allowed({ entitlement, after: entitlement, rule: 'flag', quantity: question.quantity, cost: null });
  const whole = use(situation, { entitlement, question, quantity: question.quantity });
  if (whole.reason === null || !question.isPartial) return whole;
  return largestPart(situation, { entitlement, question }) ?? whole;
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
}

/** Whether a use of exactly so much is allowed. */
function use(situation: Situation, asked: Use): Verdict {
  const { entitlement, quantity } = asked;
  const event = eventOf(asked, situation.at);
  const effects = event == null ? [] : effectsOf(situation.facts, event);
  const after = event === null ? plus(entitlement, quantity) : withUsage(entitlement, effects.map((effect) => effect.after));
  // On top of what holds have set aside, and without it: they may be released.
  const onTop = event == null || situation.settled === situation.facts ? effects : effectsOf(situation.settled, event);
  const costs = onTop === effects ? costsOf(effects) : dearerCosts(costsOf(effects), costsOf(onTop));
  const [cost] = event === null ? [] : costs.map(({ currency, all }) => roundToMoney(all, currency));
  const base = { entitlement, after, cost: cost ?? null };
  const isOver = isPositive(quantity) && isBeyond(after);
  if (isOver && !entitlement.isOverageAllowed) return refused(base, { reason: 'limit_reached', rule: ruleWithin(entitlement), detail: limitSentence(entitlement) });
  const beside = passedBeside(situation, entitlement, { effects, onTop });
  if (beside !== undefined) return refused(base, { reason: 'limit_reached', ...beside });
  const capped = cappedEffect(onTop) ?? cappedEffect(effects);
  if (capped !== undefined) return refused(base, { reason: 'overage_cap_reached', rule: 'overage_cap', detail: `Overage of "${capped.after.price.name}" would pass its cap in this window.` });
  const shortfall = shortfallOf(situation.facts, costs, situation.at);
  if (shortfall !== null) return { ...refused(base, { reason: 'insufficient_funds', rule: 'wallet', detail: `The wallet lacks ${moneyText(shortfall)} ${shortfall.currency} for it.` }), shortfall };
  return allowed({ ...base, rule: isOver ? 'overage' : ruleWithin(entitlement), quantity });
}

/** The event that would report the use; null where none can: then the question is about the limit alone. Undefined for no use. */
function eventOf({ entitlement, question, quantity }: Use, at: Instant): UsageEvent | null | undefined {
  const meter = countingSource(entitlement)?.counted?.price.meter;
  if (meter === undefined) return null;
  const wrong = quantityFault(meter, quantity);
  if (wrong !== undefined) throw invalidInput([{ pointer: '/quantity', detail: wrong }]);
  return eventOfUse(meter, { id: '', quantity, properties: question.properties, at });
}

/** A hard limit that the event of the use would pass beside that of the feature: of another feature, or of a price that counts none. */
function passedBeside(situation: Situation, entitlement: Entitlement, { effects, onTop }: { effects: readonly UseEffect[]; onTop: readonly UseEffect[] }): Pick<Verdict, 'rule' | 'detail'> | undefined {
  for (const { before, after } of onTop) {
    const { phase, price, figures, subscription } = after;
    if (entitlement.sources.some(({ counted }) => counted?.subscription.id === subscription.id && counted.price.code === price.code)) continue;
    const grants = phase.plan.grants.filter((grant) => grant.price === price.code);
    if (grants.length === 0 && !isOverageAllowed(phase, price) && figures.overage.gt(before.figures.overage)) return { rule: 'included', detail: `Too little is left of "${price.name}", which the use counts for too.` };
    for (const { feature } of grants) {
      const other = entitled(situation, feature.code);
      if (other?.isGranted !== true || other.isOverageAllowed) continue;
      const then = withUsage(other, effects.map((effect) => effect.after));
      if (isBeyond(then) && (then.used ?? ZERO).gt(other.used ?? ZERO)) return { rule: ruleWithin(other), detail: `The use counts for "${other.feature.name}" too. ${limitSentence(other)}` };
    }
  }
  return undefined;
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
function shortfallOf(facts: CustomerFacts, costs: readonly UseCost[], at: Instant): Money | null {
  for (const { currency, fromWallet } of costs) {
    if (!isPositive(fromWallet)) continue;
    const missing = subtract(fromWallet, exactlyAvailableIn(facts, currency, at));
    if (isPositive(missing)) return roundToMoney(roundTo(missing, minorDigits(currency), 'away_from_zero'), currency);
  }
  return null;
}

/** What is left, where less than all will do: up to a hard limit exactly; where money or a cap decides, in whole units. Undefined when that is nothing. */
function largestPart(situation: Situation, { entitlement, question }: Omit<Use, 'quantity'>): Verdict | undefined {
  const meter = countingSource(entitlement)?.counted?.price.meter;
  const { limit, remaining, isOverageAllowed } = entitlement;
  const isHard = limit !== null && limit !== 'unlimited' && !isOverageAllowed;
  const left = countable(meter, isHard ? smaller(question.quantity, remaining ?? ZERO) : question.quantity);
  if (!isPositive(left)) return undefined;
  const attempt = (quantity: Decimal): Verdict => use(situation, { entitlement, question, quantity });
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

/** Moments beside the ends of holds that are tried when looking for when a "no" lifts. */
const MAX_MOMENTS = 64;
/** Turns of a window that are tried where each carries units into the next. */
const MAX_TURNS = 12;

/** The first moment after `at` at which the same question is answered yes if nothing more is used, paid or changed. */
function liftingMoment(facts: CustomerFacts, question: GateQuestion, at: Instant): Instant | null {
  // What falls due by then takes its money first.
  const isBooked = facts.subscriptions.some(({ phases }) => phases.some(({ plan }) => plan.prices.some(({ paidFrom }) => paidFrom === 'wallet')));
  const isYes = (moment: Instant): boolean => judge(isBooked ? bookDue(facts, moment).facts : facts, question, moment).reason === null;
  const ends = sortedAfter(facts.holds.map(({ expiresAt }) => expiresAt), at);
  let from = at;
  for (const moment of [...sortedAfter(momentsOf(facts, at), at).slice(0, MAX_MOMENTS), FOREVER]) {
    const between = ends.filter((end) => end > from && end < moment);
    const last = between.at(-1);
    // A hold that ends never takes anything away: halving finds the first end that is enough.
    if (last !== undefined && isYes(last)) return firstYes(between, isYes);
    if (moment !== FOREVER && isYes(moment)) return moment;
    from = moment;
  }
  return null;
}

function sortedAfter(moments: readonly Instant[], at: Instant): Instant[] {
  return [...new Set(moments)].filter((moment) => moment > at && moment < FOREVER).sort((left, right) => left - right);
}

/** The last of `moments` is known for a yes. */
function firstYes(moments: readonly Instant[], isYes: (moment: Instant) => boolean): Instant | null {
  let [least, most] = [0, moments.length - 1];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (isYes(moments[middle] as Instant)) most = middle;
    else least = middle + 1;
  }
  return moments[most] ?? null;
}

/** What may change an answer by the clock alone, but for ends of holds. */
function momentsOf({ subscriptions, overrides }: CustomerFacts, at: Instant): Instant[] {
  const ofSubscriptions = subscriptions.flatMap((subscription) => [subscription.startsAt, ...subscription.phases.map(({ startsAt }) => startsAt), ...turnsOf(subscription, at)]);
  return [...ofSubscriptions, ...overrides.flatMap(({ expiresAt }) => expiresAt ?? [])];
}

/** The next ends of its windows: one of each price, several where units are carried on. */
function turnsOf(subscription: Subscription, at: Instant): Instant[] {
  if (!isServing(subscription, at)) return [];
  return usagePrices(phaseAt(subscription, at).plan).flatMap((price) => {
    const turns: Instant[] = [];
    for (let { endsAt } = usageWindowAt(subscription, price, at); endsAt < subscription.endsAt && turns.length < (price.rollover === null ? 1 : MAX_TURNS); { endsAt } = usageWindowAt(subscription, price, endsAt)) turns.push(endsAt);
    return turns;
  });
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
