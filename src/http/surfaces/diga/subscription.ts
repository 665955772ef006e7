import { ZERO, decimal, decimalText, divide, larger, multiply, notBelowZero, roundTo, smaller, type Decimal } from '../../../core/decimal.js';
import type { Entitlement } from '../../../core/entitlement.js';
import { instantTextInSeconds, latest, type Instant } from '../../../core/instant.js';
import { factsOfStanding } from '../../../core/history.js';
import { moneyText, roundToMoney, sumMoney, zeroMoney, type Money } from '../../../core/money.js';
import type { IndexedPeriod, IntervalUnit } from '../../../core/period.js';
import { fixedPrices, type Plan } from '../../../core/plan.js';
import type { PriceModel } from '../../../core/price.js';
import { EMPTY_STANDING } from '../../../core/standing.js';
import { billingState, type BillingState, type SubscriptionState } from '../../../core/state.js';
import { evolveSubscription, multiplierOf, quantityOf, resolveSubscription, type Phase, type Subscription } from '../../../core/subscription.js';
import type { PriceUsage } from '../../../core/usage.js';
import type { DigaNextPhase, DigaSubscription } from './schema.js';

/*
 * The billing state in the words of Diga's SubscriptionSchema. Source: contracts/diga.md, whose sections the rules
 * name; what it leaves open and how that is settled stands in docs/surfaces/diga.md.
 */

/** Features that carry what the vendor has a field for; the codes are a promise to whoever writes the catalog. */
export const DIGA_FEATURES = {
  concurrentCalls: 'concurrent_calls',
  knowledgeStorage: 'knowledge_storage',
  knowledgeItems: 'knowledge_items',
  workflows: 'workflows',
  copilot: 'copilot',
} as const;

/** Metadata that mark the plan of those who pay nothing. */
const FREE_PLAN_MARK = 'diga.free';

/** What a required integer says in place of "unlimited": the largest that every client can hold. */
const UNLIMITED = 2_147_483_647;

/** The vendor's own words for what follows a cancellation, for a catalog that has no free plan (section 5.5). */
const FREE_PHASE: DigaNextPhase = { name: 'Free', period: 'month', price: 0 };

/** The one subscription that the vendor knows of, with what is asked of it again and again. */
interface Main {
  readonly state: BillingState;
  readonly subscription: Subscription;
  readonly phase: Phase;
  readonly nextPhase: Phase | null;
  /** The billing period of the base plan. */
  readonly period: IndexedPeriod;
  /** The usage of the price that counts minutes; undefined when the plan has none. */
  readonly minutes: PriceUsage | undefined;
}

/** The newest plan that is marked as the free one. */
export function findFreePlan(plans: readonly Plan[]): Plan | undefined {
  return plans.find((plan) => plan.metadata[FREE_PLAN_MARK] === 'true');
}

/** Whether the answer depends on the free plan: nothing is live, or what is live ends and nothing follows. */
export function needsFreePlan(state: BillingState): boolean {
  const main = mainOf(state);
  return main === undefined || (isEnding(main) && main.nextPhase === null);
}

/** Whether a phase follows whose period the vendor has no word for, so that it is left out (section 5.8). */
export function hasUnspeakablePhase(state: BillingState): boolean {
  const next = mainOf(state)?.nextPhase ?? null;
  return next !== null && toNextPhase(next) === null;
}

/** The meter of the project's minutes; undefined when none of its plans counts any. */
export function minutesMeter(state: BillingState, freePlan: Plan | undefined): string | undefined {
  const main = mainOf(state) ?? (freePlan === undefined ? undefined : mainOf(onFreePlan(state, freePlan)));
  return main?.minutes?.price.meter.code;
}

/** The vendor's object; undefined when nothing is live and there is no free plan to fall back to. */
export function toDigaSubscription(state: BillingState, freePlan: Plan | undefined): DigaSubscription | undefined {
  const main = mainOf(state) ?? (freePlan === undefined ? undefined : mainOf(onFreePlan(state, freePlan)));
  if (main === undefined) return undefined;
  const { phase, period, minutes } = main;
  const { plan } = phase;
  const invoice = nextInvoice(main);
  return {
    name: plan.name,
    next_invoice_date: invoice.date === null ? null : instantTextInSeconds(invoice.date),
    next_invoice_amount: invoice.amount === null ? null : moneyNumber(invoice.amount),
    period_start: instantTextInSeconds(period.startsAt),
    period_end: instantTextInSeconds(period.endsAt),
    included_minutes: minutes === undefined ? 0 : grantedMinutes(minutes.figures.included ?? 'unlimited'),
    max_concurrent_calls: limitOf(main.state, DIGA_FEATURES.concurrentCalls),
    active_since: instantTextInSeconds(main.subscription.startsAt),
    price: planPrice(phase),
    currency: plan.currency,
    period: plan.interval.unit,
    overage_price_per_minute: minutes !== undefined && isMetered(minutes) ? overagePricePerMinute(minutes) : null,
    usage_based_billing_enabled: minutes !== undefined && isMetered(minutes),
    minutes_count: minutes === undefined ? 0 : usedMinutes(minutes.figures.used),
    rollover_minutes_count: minutes === undefined ? 0 : grantedMinutes(minutes.figures.carried),
    next_payment_date: instantTextInSeconds(nextPaymentDate(main)),
    next_phase: nextPhase(main, freePlan),
    knowledge_storage_used_bytes: usedOf(main.state, DIGA_FEATURES.knowledgeStorage) ?? 0,
    knowledge_storage_limit_bytes: limitOf(main.state, DIGA_FEATURES.knowledgeStorage),
    knowledge_items_count: usedOf(main.state, DIGA_FEATURES.knowledgeItems) ?? 0,
    copilot_usage_percent: usedPercent(main.state, DIGA_FEATURES.copilot),
    included_workflows: includedOf(main.state, DIGA_FEATURES.workflows),
    workflows_count: usedOf(main.state, DIGA_FEATURES.workflows),
  };
}

/** Of several live subscriptions the one that counts minutes; else the one made first. */
function mainOf(state: BillingState): Main | undefined {
  const live = state.subscriptions.filter((one) => one.currentPeriod !== null);
  const usageOf = ({ subscription }: SubscriptionState): PriceUsage[] => state.usage.filter((usage) => usage.subscription.id === subscription.id);
  const main = live.find((one) => namedMinutes(usageOf(one)) !== undefined) ?? live[0];
  if (main === undefined || main.currentPeriod === null) return undefined;
  const { subscription, phase, nextPhase, currentPeriod: period } = main;
  const usage = usageOf(main);
  return { state, subscription, phase, nextPhase, period, minutes: namedMinutes(usage) ?? (usage.length === 1 ? usage[0] : undefined) };
}

/** The price that counts minutes: the one with the code `minutes`, else the first whose meter's unit is the minute. */
function namedMinutes(usage: readonly PriceUsage[]): PriceUsage | undefined {
  return usage.find(({ price }) => price.code === 'minutes') ?? usage.find(({ price }) => /^minutes?$/i.test(price.meter.unit ?? ''));
}

/**
 * Section 4: every project has a subscription, Free by default, and falls back to it when another ends. The state
 * of a customer who has none, as if on the free plan from that moment on, without any use.
 */
function onFreePlan({ customer, revision, subscriptions, asOf }: BillingState, plan: Plan): BillingState {
  const ends = subscriptions.map(({ subscription }) => subscription.endsAt).filter((endsAt) => endsAt <= asOf);
  const startsAt = ends.reduce((last, endsAt) => latest(last, endsAt), customer.createdAt);
  const subscription = freeSubscription({ plan, startsAt, zone: customer.zone });
  return billingState({ ...factsOfStanding(EMPTY_STANDING), customer, revision, subscriptions: [subscription], windows: [] }, asOf);
}

function freeSubscription(input: { plan: Plan; startsAt: Instant; zone: string }): Subscription {
  const { plan, startsAt, zone } = input;
  const terms = { planVersionId: plan.versionId, quantities: {}, multipliers: {}, overage: true };
  const created = { type: 'created', madeAt: startsAt, startsAt, trialEndsAt: null, anchorAt: null, zone, alignment: plan.alignment, addonOf: null, terms } as const;
  return resolveSubscription(evolveSubscription(undefined, { id: 'free', revision: 0 }, created), () => plan);
}

/** Section 2, next_invoice_date: "the plan has been cancelled: it will not renew". */
function isEnding({ subscription, period }: Main): boolean {
  return subscription.endsAt <= period.endsAt;
}

/**
 * Sections 5.5 to 5.7: the customer's next invoice with the usage so far; neither date nor amount once the plan was
 * canceled. An invoice in another currency than the plan's has no place in an object with one currency: its amount
 * is left out, and the date is that of the plan's own.
 */
function nextInvoice(main: Main): { date: Instant | null; amount: Money | null } {
  const { upcomingInvoice } = main.state;
  if (isEnding(main)) return { date: null, amount: null };
  // Nothing will be billed: the next invoice is over nothing.
  if (upcomingInvoice === null) return { date: main.period.endsAt, amount: zeroMoney(main.phase.plan.currency) };
  if (upcomingInvoice.currency !== main.phase.plan.currency) return { date: main.period.endsAt, amount: null };
  return { date: upcomingInvoice.date, amount: upcomingInvoice.total };
}

/**
 * Section 5.7: the date of the next invoice, which is the end of the minutes' window (monthly) while metered and the
 * end of the period otherwise; section 5.5: the end of the period once canceled.
 */
function nextPaymentDate(main: Main): Instant {
  return nextInvoice(main).date ?? main.period.endsAt;
}

/** Section 2: the next scheduled phase; section 5.5: after a cancellation, the free plan. */
function nextPhase(main: Main, freePlan: Plan | undefined): DigaNextPhase | null {
  if (main.nextPhase !== null) return toNextPhase(main.nextPhase);
  if (!isEnding(main)) return null;
  if (freePlan === undefined) return FREE_PHASE;
  return toNextPhase(freeSubscription({ plan: freePlan, startsAt: main.period.endsAt, zone: main.subscription.zone }).phases[0]);
}

/** Section 5.8: the vendor knows phases of months and years only; null for others. */
function toNextPhase(phase: Phase): DigaNextPhase | null {
  const { name, interval } = phase.plan;
  return isPhasePeriod(interval.unit) ? { name, period: interval.unit, price: planPrice(phase) } : null;
}

function isPhasePeriod(unit: IntervalUnit): unit is DigaNextPhase['period'] {
  return unit === 'month' || unit === 'year';
}

/** Section 5.1: what the plan's fixed prices cost per full period, each rounded to the minor unit as on an invoice. */
function planPrice(phase: Phase): number {
  const { plan } = phase;
  const amounts = fixedPrices(plan).map((price) => {
    const units = multiply(quantityOf(phase, price.code), multiplierOf(phase, price.code));
    return roundToMoney(multiply(price.amount, units), plan.currency);
  });
  return moneyNumber(sumMoney(amounts, plan.currency));
}

/** Section 4: metered billing is on when calls go on after what is included and carried. */
function isMetered(minutes: PriceUsage): boolean {
  return minutes.isOverageAllowed;
}

/** Section 5.9: what the next minute of overage costs; a rate, so it is not rounded to the minor unit. */
function overagePricePerMinute({ phase, price, figures }: PriceUsage): number {
  return toNumber(multiply(unitAmountAbove(price.model, figures.overage), multiplierOf(phase, price.code)));
}

/** What one more unit costs when `billed` are billed already: the tier's own amount, a package's share, the dearest cell. */
function unitAmountAbove(model: PriceModel, billed: Decimal): Decimal {
  switch (model.type) {
    case 'per_unit':
      return model.amount;
    case 'package':
      return divide({ dividend: model.amount, divisor: model.size, scale: 8, rounding: 'half_away_from_zero' });
    case 'graduated':
    case 'volume':
      return (model.tiers.find((tier) => tier.upTo === null || tier.upTo.gt(billed)) ?? model.tiers.at(-1))?.unitAmount ?? ZERO;
    case 'dimensional':
      return model.cells.map((cell) => unitAmountAbove(cell.model, billed)).reduce(larger, ZERO);
  }
}

/**
 * Section 5.4: minutes of the window's total, begun ones whole. A meter in seconds with the conversion
 * `{"divide_by":"60","round":"up"}` has done so already, and is rated by the same whole number.
 */
function usedMinutes(used: Decimal): number {
  return wholeUp(used);
}

/** Minutes that the customer may use: whole ones, so that nobody is promised a part that is not there. */
function grantedMinutes(minutes: Decimal | 'unlimited'): number {
  return minutes === 'unlimited' ? UNLIMITED : wholeDown(minutes);
}

/** The limit that a feature has; null when it has none or no plan names it: then nothing limits it. */
function limitOf(state: BillingState, code: string): number | null {
  const entitlement = entitlementTo(state, code);
  if (entitlement === undefined || entitlement.limit === null || entitlement.limit === 'unlimited') return null;
  return entitlement.isGranted ? wholeDown(entitlement.limit) : 0;
}

/** The limit that a feature has, for a field that must be an integer: nothing is included where no plan names it. */
function includedOf(state: BillingState, code: string): number {
  return entitlementTo(state, code) === undefined ? 0 : (limitOf(state, code) ?? UNLIMITED);
}

/** What is used of a feature, in whole units; null when nothing counts it. */
function usedOf(state: BillingState, code: string): number | null {
  const used = entitlementTo(state, code)?.used ?? null;
  return used === null ? null : wholeUp(used);
}

/** Section 2, copilot_usage_percent: used part of the limit, 0 to 100, two decimal places; 0 where there is no limit. */
function usedPercent(state: BillingState, code: string): number {
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

function wholeUp(value: Decimal): number {
  return toNumber(roundTo(notBelowZero(value), 0, 'away_from_zero'));
}

function wholeDown(value: Decimal): number {
  return toNumber(roundTo(notBelowZero(value), 0, 'toward_zero'));
}

/** Section 5.1: major units as a JSON number with at most the minor unit's decimal places. */
function moneyNumber(money: Money): number {
  return Number(moneyText(money));
}

/** The JSON number nearest to the exact value. */
function toNumber(value: Decimal): number {
  return Number(decimalText(value));
}
