import { fixedAmount } from '../../../core/charge.js';
import { ZERO, divide, larger, multiply, type Decimal } from '../../../core/decimal.js';
import { instantTextInSeconds, type Instant } from '../../../core/instant.js';
import { roundToMoney, sumMoney, zeroMoney, type Money } from '../../../core/money.js';
import type { IntervalUnit } from '../../../core/period.js';
import { fixedPrices, type Plan } from '../../../core/plan.js';
import type { PriceModel } from '../../../core/price.js';
import type { BillingState } from '../../../core/state.js';
import { multiplierOf, type Phase } from '../../../core/subscription.js';
import type { PriceUsage } from '../../../core/usage.js';
import { DIGA_FEATURES, includedOf, limitOf, usedOf, usedPercent } from './feature.js';
import { UNLIMITED, moneyNumber, toNumber, wholeDown, wholeUp } from './figure.js';
import { freeSubscription, isEnding, mainOf, projectOf, type Main } from './project.js';
import type { DigaNextPhase, DigaSubscription } from './schema.js';

/*
 * The billing state in the words of Diga's SubscriptionSchema. Source: contracts/diga.md, whose sections the rules
 * name; what it leaves open and how that is settled stands in docs/surfaces/diga.md.
 */

/** The vendor's own words for what follows a cancellation, for a catalog that has no free plan (section 5.5). */
const FREE_PHASE: DigaNextPhase = { name: 'Free', period: 'month', price: 0 };

/** Whether a phase follows whose period the vendor has no word for, so that it is left out (section 5.8). */
export function hasUnspeakablePhase(state: BillingState): boolean {
  const next = mainOf(state)?.nextPhase ?? null;
  return next !== null && toNextPhase(next) === null;
}

/** The vendor's object; undefined when nothing is live and there is no free plan to fall back to. */
export function toDigaSubscription(state: BillingState, freePlan: Plan | undefined): DigaSubscription | undefined {
  const main = projectOf(state, freePlan);
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
  const amounts = fixedPrices(plan).map((price) => roundToMoney(fixedAmount(phase, price), plan.currency));
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
