import type { Currency } from './currency.js';
import { decimal, divide, multiply, type Decimal } from './decimal.js';
import { earliest, type Instant } from './instant.js';
import { minorDigits } from './currency.js';
import { addMoney, roundToMoney, sumMoney, zeroMoney, type Money } from './money.js';
import { boundaryAt, type IndexedPeriod, type Period } from './period.js';
import { fixedPrices, type FixedPrice } from './plan.js';
import { billingPeriodAt, isLive, multiplierOf, phaseAt, quantityOf, statusAt, type Phase, type Subscription } from './subscription.js';
import type { PriceUsage } from './usage.js';

/**
 * One line of an invoice; `amount` is rounded once, here. `unitAmount` (major units) is null where quantity times it is
 * not the amount: tiers, packages, free units, minimum, maximum.
 */
export interface InvoiceLine {
  readonly kind: 'fixed' | 'usage';
  readonly subscriptionId: string;
  readonly priceCode: string;
  readonly description: string;
  readonly period: Period;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal | null;
  readonly amount: Money;
}

/** An invoice that is not issued: what would be claimed at `date` if nothing more were used until then. */
export interface InvoicePreview {
  readonly date: Instant;
  readonly currency: Currency;
  readonly lines: readonly InvoiceLine[];
  readonly subtotal: Money;
  readonly tax: Money;
  readonly total: Money;
  readonly amountDue: Money;
}

/** A subscription with its usage at the moment asked about; none while it is not live. */
export interface Billed {
  readonly subscription: Subscription;
  readonly usage: readonly PriceUsage[];
}

/**
 * The next invoice seen from `at`: at the earliest moment when a billing period turns or a usage window closes,
 * fixed prices for the period that begins and usage for the windows that end. Null when nothing will be billed again.
 * Prices paid from the wallet are not on it.
 */
export function upcomingInvoice(billed: readonly Billed[], at: Instant): InvoicePreview | null {
  const dated = billed.flatMap(({ subscription, usage }) => {
    const date = nextChargeAt(subscription, usage, at);
    return date === undefined ? [] : [{ subscription, usage, date }];
  });
  const first = dated.reduce<(typeof dated)[number] | undefined>((soonest, entry) => (soonest === undefined || entry.date < soonest.date ? entry : soonest), undefined);
  if (first === undefined) return null;
  const { date } = first;
  const { currency } = phaseAt(first.subscription, date).plan;
  const lines = dated.flatMap((entry) => [...fixedLines(entry.subscription, date, at), ...usageLines(entry.usage, date)]).filter((line) => line.amount.currency === currency);
  const subtotal = sumMoney(lines.map((line) => line.amount), currency);
  // No tax rates can be configured yet, so the tax is the sum of no tax lines.
  const tax = zeroMoney(currency);
  const total = addMoney(subtotal, tax);
  return { date, currency, lines, subtotal, tax, total, amountDue: total };
}

/** When the subscription next puts something on an invoice after `at`, or undefined when it never will. */
function nextChargeAt(subscription: Subscription, usage: readonly PriceUsage[], at: Instant): Instant | undefined {
  const status = statusAt(subscription, at);
  if (status === 'canceled') return undefined;
  if (status === 'scheduled') return subscription.startsAt < subscription.endsAt ? subscription.startsAt : undefined;
  const billed = usage.filter((one) => isBilled(one) && (one.isOverageAllowed || one.amount.minor !== 0n));
  const turn = billingPeriodAt(subscription, at).endsAt;
  const isLast = turn >= subscription.endsAt;
  if (isLast && billed.length === 0) return undefined;
  return billed.reduce((date, one) => earliest(date, one.window.endsAt), turn);
}

function fixedLines(subscription: Subscription, date: Instant, at: Instant): InvoiceLine[] {
  if (!isLive(subscription, date)) return [];
  const isTrialing = statusAt(subscription, date) === 'trialing';
  const turnsThen = date <= at ? false : billingPeriodAt(subscription, date).startsAt === date;
  if (isTrialing || !turnsThen) return [];
  const phase = phaseAt(subscription, date);
  const period = billingPeriodAt(subscription, date);
  return fixedPrices(phase.plan)
    .filter((price) => price.paidFrom === 'invoice')
    .map((price) => fixedLine({ subscription, phase, price, period }));
}

function fixedLine(input: { subscription: Subscription; phase: Phase; price: FixedPrice; period: IndexedPeriod }): InvoiceLine {
  const { subscription, phase, price, period } = input;
  const quantity = quantityOf(phase, price.code);
  const unitAmount = multiply(price.amount, multiplierOf(phase, price.code));
  const amount = partOfPeriod({ amount: multiply(unitAmount, quantity), phase, period });
  return { kind: 'fixed', subscriptionId: subscription.id, priceCode: price.code, description: `${phase.plan.name}: ${price.name}`, period, quantity, unitAmount, amount };
}

/** The share of a full period's amount that a short first period costs, by the second; multiplied before divided, rounded once. */
function partOfPeriod(input: { amount: Decimal; phase: Phase; period: IndexedPeriod }): Money {
  const { amount, phase, period } = input;
  const { currency } = phase.plan;
  const full = { startsAt: boundaryAt(phase.schedule, period.index), endsAt: boundaryAt(phase.schedule, period.index + 1) };
  if (period.startsAt === full.startsAt || phase.schedule.alignment === 'anniversary') return roundToMoney(amount, currency);
  const share = multiply(amount, decimal(full.endsAt - period.startsAt));
  const prorated = divide({ dividend: share, divisor: decimal(full.endsAt - full.startsAt), scale: minorDigits(currency), rounding: 'half_away_from_zero' });
  return roundToMoney(prorated, currency);
}

/** The price of a unit where quantity times it is the amount: nothing was free, and no bound was met. */
function unitAmountOf({ price, phase, figures, amount }: PriceUsage): Decimal | null {
  if (price.model.type !== 'per_unit') return null;
  const unitAmount = multiply(price.model.amount, multiplierOf(phase, price.code));
  const plain = roundToMoney(multiply(unitAmount, figures.used), amount.currency);
  return plain.minor === amount.minor ? unitAmount : null;
}

/** What is only counted stands on no invoice. */
function isBilled({ price, amount }: PriceUsage): boolean {
  return price.paidFrom === 'invoice' && (price.included !== 'unlimited' || amount.minor !== 0n);
}

function usageLines(usage: readonly PriceUsage[], date: Instant): InvoiceLine[] {
  return usage
    .filter((one) => isBilled(one) && one.window.endsAt <= date)
    .map((one) => ({
      kind: 'usage' as const,
      subscriptionId: one.subscription.id,
      priceCode: one.price.code,
      description: `${one.phase.plan.name}: ${one.price.name}`,
      period: one.window,
      quantity: one.figures.used,
      unitAmount: unitAmountOf(one),
      amount: one.amount,
    }));
}
