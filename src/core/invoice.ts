import { fixedCharges, type FixedCharge, type Span } from './charge.js';
import type { PaidFrom } from './plan.js';
import type { AppliedCoupon } from './coupon.js';
import type { Currency } from './currency.js';
import { ONE, decimal, decimalText, divide, multiply, type Decimal } from './decimal.js';
import { amountOffFixed, couponsOf, fixedGroups, percentOff, percentOffUsage } from './discount.js';
import { instant, type Instant } from './instant.js';
import { moneyToDecimal, roundToMoney, sumMoney, type Money } from './money.js';
import type { Period } from './period.js';
import { boundCharges, type BoundCharge } from './plan-bound.js';
import { isWhole } from './proration.js';
import { multiplierOf, phaseAt, type Subscription, type Turn } from './subscription.js';
import type { TaxLine } from './tax.js';
import type { PriceUsage } from './usage.js';
import { usageCharges, type UsageCharge } from './usage-charge.js';
import { windowText, type UsageWindow } from './window.js';

export type LineKind = 'fixed' | 'proration' | 'usage' | 'adjustment' | 'minimum' | 'maximum' | 'discount';

/** What a line was worked out from; explain.ts tells it in words. */
export type LineSource =
  | { readonly of: 'fixed'; readonly charge: FixedCharge }
  | { readonly of: 'usage'; readonly charge: UsageCharge }
  | { readonly of: 'bound'; readonly charge: BoundCharge }
  | { readonly of: 'discount'; readonly coupon: AppliedCoupon; readonly on: string; readonly onAmount: Money };

/**
 * One line of an invoice; `amount` is rounded once. `unitAmount` (major units) is null where quantity times it is
 * not the amount: tiers, packages, free units, minimum, maximum, parts of a period that do not divide evenly.
 */
export interface InvoiceLine {
  readonly kind: LineKind;
  readonly subscriptionId: string;
  /** Null for what concerns a plan as a whole. */
  readonly priceCode: string | null;
  readonly description: string;
  readonly period: Period;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal | null;
  readonly amount: Money;
  readonly source: LineSource;
}

/** An invoice as it is worked out: what falls due at `date`, and has not been invoiced before. */
export interface Invoice {
  readonly date: Instant;
  readonly currency: Currency;
  /** `wallet`: what it says was taken from the wallet at once, a transaction a line. */
  readonly paidFrom: PaidFrom;
  readonly series: string;
  /** Whether what is due on it is charged to the card on file. */
  readonly isCollected: boolean;
  readonly lines: readonly InvoiceLine[];
  /** Lines less tax that they hold already. Always subtotal + tax = total. */
  readonly subtotal: Money;
  readonly taxes: readonly TaxLine[];
  readonly tax: Money;
  readonly total: Money;
  /** What the wallet pays; below zero when the invoice gives money back to it. */
  readonly walletCredit: Money;
  /** total - walletCredit. */
  readonly amountDue: Money;
  /** Until then it is a draft, which late usage still changes. */
  readonly finalizesAt: Instant;
  /** Names it among the customer's invoices, as a draft and afterwards: its date, and from where each subscription goes on. */
  readonly key: string;
  readonly subscriptionIds: readonly string[];
  /** Rows of windows that it settles. */
  readonly settles: readonly UsageWindow[];
}

/** What one subscription brings to an invoice. */
export interface Contribution {
  readonly lines: readonly InvoiceLine[];
  readonly settles: readonly UsageWindow[];
  /** How long the invoice waits for late usage. */
  readonly graceHours: number;
}

/** What falls due of one subscription, by who pays it. */
export type Contributions = Readonly<Record<PaidFrom, Contribution>>;

const MS_PER_HOUR = 3_600_000;

export function graceEnd(date: Instant, hours: number): Instant {
  return instant(date + hours * MS_PER_HOUR);
}

/** The lines of what the subscription is charged in the span, in a fixed order, discounts last. */
export function contributionsOf(subscription: Subscription, rows: readonly UsageWindow[], span: Span): Contributions {
  const fixed = fixedCharges(subscription, span);
  const used = usageCharges(subscription, rows, span);
  const graceHours = used.length > 0 ? phaseAt(subscription, instant(span.upTo - 1)).plan.graceHours : 0;
  const paidFrom = (source: PaidFrom): Charges => ({ fixed: fixed.filter(({ price }) => price.paidFrom === source), used: used.filter(({ usage }) => usage.price.paidFrom === source) });
  const linesOf = (charges: Charges): InvoiceLine[] => [...charges.fixed.map((charge) => fixedLine(subscription, charge)), ...charges.used.map((charge) => usageLine(subscription, charge))];
  const invoiced = paidFrom('invoice');
  const billed = { ...invoiced, used: invoiced.used.filter((charge) => isShown(charge, span.upTo)) };
  const bounds = boundCharges(subscription, rows, span);
  const prepaid = paidFrom('wallet');
  return {
    invoice: {
      lines: [...linesOf(billed), ...bounds.map((charge) => boundLine(subscription, charge)), ...discountLines(subscription, billed)],
      settles: settledBy([...invoiced.used, ...bounds], rows),
      graceHours,
    },
    // What is paid from the wallet has no coupon and no bound, and is told only where it costs something.
    wallet: { lines: linesOf(prepaid).filter((line) => line.amount.minor !== 0n), settles: settledBy(prepaid.used, rows), graceHours },
  };
}

/** The rows that charges looked at, each once and as it is: a bound may have looked at it as it was. */
function settledBy(charges: ReadonlyArray<UsageCharge | BoundCharge>, rows: readonly UsageWindow[]): UsageWindow[] {
  const looked = charges.flatMap((charge) => charge.rows);
  if (looked.length === 0) return [];
  const starts = new Set(looked.map((row) => row.startsAt));
  const current = new Map(rows.filter((row) => starts.has(row.startsAt)).map((row) => [windowText(row), row]));
  return [...new Set(looked.map(windowText))].flatMap((key) => current.get(key) ?? []);
}

/** What is only counted stands on no invoice; nor does a trial, nor a window that cost nothing and closed earlier. */
function isShown({ usage, amount }: UsageCharge, date: Instant): boolean {
  return amount.minor !== 0n || (usage.price.included !== 'unlimited' && usage.rated.lines.length > 0 && usage.window.endsAt === date);
}

function fixedLine(subscription: Subscription, charge: FixedCharge): InvoiceLine {
  const { kind, phase, price, period, quantity, amount } = charge;
  const what = `${phase.plan.name}: ${price.name}${price.packages === null ? '' : `, packages of ${decimalText(price.packages.size)}`}`;
  const part = kind === 'fixed' ? '' : amount.minor < 0n ? ', unused' : ', rest of the period';
  return {
    kind,
    subscriptionId: subscription.id,
    priceCode: price.code,
    description: `${what}${part}`,
    period,
    quantity: amount.minor < 0n ? multiply(quantity, decimal(-1)) : quantity,
    unitAmount: isWhole(charge.share) ? charge.unitAmount : evenUnitAmount(amount, quantity),
    amount,
    source: { of: 'fixed', charge },
  };
}

/** What one of a prorated line costs, where that times the quantity is the line. */
function evenUnitAmount(amount: Money, quantity: Decimal): Decimal | null {
  if (quantity.eq(0)) return null;
  const total = moneyToDecimal(amount.minor < 0n ? { ...amount, minor: -amount.minor } : amount);
  const each = divide({ dividend: total, divisor: quantity, scale: UNIT_SCALE, rounding: 'half_away_from_zero' });
  return multiply(each, quantity).eq(total) ? each : null;
}

const UNIT_SCALE = 12;

function usageLine(subscription: Subscription, charge: UsageCharge): InvoiceLine {
  const { kind, usage, amount, before } = charge;
  const { price, phase, window, figures } = usage;
  const quantity = before === null ? figures.used : figures.used.minus(before.figures.used);
  return {
    kind,
    subscriptionId: subscription.id,
    priceCode: price.code,
    description: `${phase.plan.name}: ${price.name}${kind === 'usage' ? '' : ', reported after it was invoiced'}`,
    period: window,
    quantity,
    unitAmount: unitAmountOf(usage, quantity, amount),
    amount,
    source: { of: 'usage', charge },
  };
}

/** The price of a unit where quantity times it is the amount: nothing was free, and no bound was met. */
function unitAmountOf({ price, phase }: PriceUsage, quantity: Decimal, amount: Money): Decimal | null {
  if (price.model.type !== 'per_unit') return null;
  const unitAmount = multiply(price.model.amount, multiplierOf(phase, price.code));
  return roundToMoney(multiply(unitAmount, quantity), amount.currency).minor === amount.minor ? unitAmount : null;
}

function boundLine(subscription: Subscription, charge: BoundCharge): InvoiceLine {
  const { kind, phase, period, amount } = charge;
  const what = `${kind === 'minimum' ? 'up to the minimum' : 'above the maximum'}${charge.invoiced === null ? '' : ', after late usage'}`;
  return { kind, subscriptionId: subscription.id, priceCode: null, description: `${phase.plan.name}: ${what}`, period, quantity: ONE, unitAmount: moneyToDecimal(amount), amount, source: { of: 'bound', charge } };
}

interface Charges {
  readonly fixed: readonly FixedCharge[];
  readonly used: readonly UsageCharge[];
}

function discountLines(subscription: Subscription, charges: Charges): InvoiceLine[] {
  if (subscription.coupons.length === 0) return [];
  const lineOf = (coupon: AppliedCoupon, on: { description: string; priceCode: string | null; period: Period; onAmount: Money }, amount: Money): InvoiceLine => ({
    kind: 'discount', subscriptionId: subscription.id, priceCode: on.priceCode, description: `${coupon.name}: ${on.description}`, period: on.period, quantity: ONE,
    unitAmount: moneyToDecimal(amount), amount, source: { of: 'discount', coupon, on: on.description, onAmount: on.onAmount },
  });
  const ofCharge = (turn: Turn, line: InvoiceLine, amountBy: (percent: string) => Money): InvoiceLine[] =>
    couponsOf(subscription, turn).flatMap((coupon) => {
      if (coupon.percentOff === null) return [];
      const amount = amountBy(coupon.percentOff);
      const { description, priceCode, period } = line;
      return amount.minor === 0n ? [] : [lineOf(coupon, { description, priceCode, period, onAmount: line.amount }, amount)];
    });
  return [
    ...charges.fixed.flatMap((charge) => ofCharge(charge.turn, fixedLine(subscription, charge), (percent) => percentOff(charge.amount, percent))),
    ...charges.used.flatMap((charge) => ofCharge(charge.turn, usageLine(subscription, charge), (percent) => percentOffUsage(charge, percent))),
    ...fixedGroups(charges.fixed).flatMap((group) => amountLines(subscription, group, lineOf)),
  ];
}

function amountLines(
  subscription: Subscription,
  group: readonly FixedCharge[],
  lineOf: (coupon: AppliedCoupon, on: { description: string; priceCode: null; period: Period; onAmount: Money }, amount: Money) => InvoiceLine,
): InvoiceLine[] {
  const [first] = group;
  if (first === undefined) return [];
  const { currency } = first.amount;
  return couponsOf(subscription, first.turn).flatMap((coupon) => {
    if (coupon.amountOff === null || coupon.currency !== currency) return [];
    const amount = amountOffFixed(subscription, group, coupon.amountOff);
    const onAmount = sumMoney(group.map((charge) => charge.amount), currency);
    return amount.minor === 0n ? [] : [lineOf(coupon, { description: first.phase.plan.name, priceCode: null, period: first.period, onAmount }, amount)];
  });
}

