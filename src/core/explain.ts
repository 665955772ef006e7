import type { FixedCharge } from './charge.js';
import { decimalText, type Decimal } from './decimal.js';
import { FOREVER, instantText, type Instant } from './instant.js';
import type { InvoiceLine, LineSource } from './invoice.js';
import { moneyText, type Money } from './money.js';
import type { Period } from './period.js';
import type { BoundCharge } from './plan-bound.js';
import { isWhole, type Share } from './proration.js';
import type { TaxLine } from './tax.js';
import { multiplierOf, phaseAt, quantityOf, type Subscription } from './subscription.js';
import type { PriceUsage } from './usage.js';
import type { UsageCharge } from './usage-charge.js';

/** Why a figure is what it is. A reader with a pocket calculator can follow `steps` from the `inputs`. */
export interface Explanation {
  /** Short name of the rule, such as `fixed_in_advance`; docs/explanations.md tells each. */
  readonly rule: string;
  /** The named policies that decided, such as proration by_second. */
  readonly policy: Readonly<Record<string, string>>;
  /** The figures that went in: decimals and instants as text. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The calculation, line by line. */
  readonly steps: readonly string[];
  /** Which events were counted, for a figure that stands on usage. */
  readonly events: EventsLink | null;
}

/** The events of a meter in a window, from start (in) to end (out). */
export interface EventsLink {
  readonly meter: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

const ROUNDING = 'half away from zero, once per line';

export function explainLine(line: InvoiceLine): Explanation {
  return explainSource(line.source, line);
}

function explainSource(source: LineSource, line: InvoiceLine): Explanation {
  switch (source.of) {
    case 'fixed':
      return explainFixed(source.charge);
    case 'usage':
      return explainUsageCharge(source.charge);
    case 'bound':
      return explainBound(source.charge);
    case 'discount':
      return {
        rule: source.coupon.percentOff === null ? 'coupon_amount' : 'coupon_percent',
        policy: { coupon: source.coupon.code, covers: source.coupon.periods === null ? 'every billing period' : `${source.coupon.periods} billing period(s)`, rounding: ROUNDING },
        inputs: { percent_off: source.coupon.percentOff ?? '', amount_off: source.coupon.amountOff ?? '', on: moneyText(source.onAmount) },
        steps: [
          source.coupon.percentOff === null
            ? `${source.coupon.amountOff ?? ''} off the fixed prices of a period, no more than they cost, and its share of a part of one: ${amountText(line.amount)}`
            : `${source.coupon.percentOff} % of ${amountText(source.onAmount)}, taken off before minimum and maximum: ${amountText(line.amount)}`,
        ],
        events: null,
      };
  }
}

function explainFixed(charge: FixedCharge): Explanation {
  const { phase, price, quantity, unitAmount, amount, share, full, period, proration } = charge;
  const multiplier = multiplierOf(phase, price.code);
  const isBack = amount.minor < 0n;
  const total = unitAmount.times(quantity);
  const each = `${decimalText(price.amount)}${multiplier.eq(1) ? '' : ` x multiplier ${decimalText(multiplier)}`} x ${decimalText(quantity)}`;
  const outcome = `${isBack ? ', given back' : ''} = ${amountText(amount)}`;
  const isPlain = isWhole(share) && proration?.mode !== 'difference';
  const packed = price.packages === null ? [] : [`${decimalText(quantityOf(phase, price.code))} in packages of ${decimalText(price.packages.size)}, rounded ${price.packages.round}: ${decimalText(quantity)}`];
  const steps = isPlain
    ? [`${each} for ${spanText(full)}${outcome}`]
    : [
        `${each} = ${decimalText(total)} ${amount.currency} for ${spanText(full)}`,
        ...(isWhole(share) ? [] : [`${spanText(period)} is ${shareText(share)} of it`]),
        ...(proration?.mode === 'difference' ? ['the difference to the dearer price is owed for the whole period, whatever is left of it'] : []),
        `${decimalText(total)}${isWhole(share) ? '' : ` x ${fractionText(share)}`}${outcome}`,
      ];
  return {
    rule: charge.kind === 'fixed' ? 'fixed_in_advance' : isBack ? 'proration_credit' : 'proration_charge',
    policy: { proration: proration === null ? 'none: a whole period' : proration.mode === 'prorate' ? proration.policy : proration.mode, rounding: ROUNDING },
    inputs: {
      plan: `${phase.plan.code} v${phase.plan.version}`,
      price: price.code,
      unit_amount: decimalText(price.amount),
      multiplier: decimalText(multiplier),
      quantity: decimalText(quantityOf(phase, price.code)),
      ...(price.packages === null ? {} : { package_size: decimalText(price.packages.size), packages: decimalText(quantity) }),
      share: fractionText(share),
    },
    steps: [...packed, ...steps],
    events: null,
  };
}

function explainUsageCharge({ kind, usage, before, amount }: UsageCharge): Explanation {
  const now = explainUsage(usage);
  if (before === null) return now;
  return {
    ...now,
    rule: 'late_usage',
    inputs: { ...now.inputs, used_when_invoiced: decimalText(before.figures.used), amount_when_invoiced: moneyText(before.amount) },
    steps: [
      ...now.steps,
      `it was invoiced when ${decimalText(before.figures.used)} were known, for ${amountText(before.amount)}`,
      `${kind}: ${moneyText(usage.amount)} - ${moneyText(before.amount)} = ${amountText(amount)}`,
    ],
  };
}

/** Why a window's usage costs what it does. */
export function explainUsage(usage: PriceUsage): Explanation {
  const { price, phase, figures, window, rated, amount } = usage;
  const multiplier = multiplierOf(phase, price.code);
  const free = figures.included === null ? 'everything is included' : `${decimalText(figures.included)} included + ${decimalText(figures.carried)} carried`;
  const steps = [
    `${decimalText(figures.used)} used in ${spanText(window)}; ${free}`,
    ...(figures.included === null ? [] : [`remaining ${decimalText(figures.remaining ?? figures.used)}, overage ${decimalText(figures.overage)}`]),
    ...rated.lines.map((line) => `${line.description}: ${decimalText(line.quantity)}${line.unitAmount === null ? '' : ` x ${decimalText(line.unitAmount)}`} = ${decimalText(line.amount)}`),
    `${decimalText(rated.amount)}${multiplier.eq(1) ? '' : ` x multiplier ${decimalText(multiplier)}`} = ${amountText(amount)}`,
  ];
  return {
    rule: 'usage_in_arrears',
    policy: {
      model: price.model.type,
      terms: 'those in force when the window closes',
      order: 'included, carried, overage',
      zero_usage: 'first tier flat fee only',
      rounding: ROUNDING,
      ...(price.rollover === null ? {} : { rollover: capText(price.rollover.cap) }),
      ...(price.overageCap === null ? {} : { overage_cap: decimalText(price.overageCap) }),
    },
    inputs: {
      plan: `${phase.plan.code} v${phase.plan.version}`,
      price: price.code,
      meter: `${price.meter.code} (${price.meter.aggregation})`,
      used: decimalText(figures.used),
      included: figures.included === null ? 'unlimited' : decimalText(figures.included),
      carried: decimalText(figures.carried),
      multiplier: decimalText(multiplier),
    },
    steps,
    events: { meter: price.meter.code, startsAt: window.startsAt, endsAt: window.endsAt },
  };
}

function explainBound({ kind, phase, period, share, bound, billed, amount, invoiced }: BoundCharge): Explanation {
  return {
    rule: `plan_${kind}`,
    policy: { proration: isWhole(share) ? 'none: a whole period' : phase.plan.proration, rounding: ROUNDING },
    inputs: { plan: `${phase.plan.code} v${phase.plan.version}`, [kind]: decimalText(bound), billed: moneyText(billed), share: fractionText(share) },
    steps: [
      `fixed prices and usage of ${spanText(period)}, discounts taken off: ${amountText(billed)}`,
      `the ${kind} is ${decimalText(bound)}${isWhole(share) ? '' : ` x ${fractionText(share)} (${shareText(share)})`}`,
      invoiced === null ? `the difference: ${amountText(amount)}` : `the difference, less ${amountText(invoiced)} that were invoiced for it: ${amountText(amount)}`,
    ],
    events: null,
  };
}

/** Why an invoice's tax is what it is. */
export function explainTax(base: Money, line: TaxLine): string {
  const { rate, amount } = line;
  return rate.isInclusive
    ? `${rate.name}: ${rate.percent} % is held in ${amountText(base)}: ${amountText(amount)}`
    : `${rate.name}: ${rate.percent} % of the rounded subtotal ${amountText(base)} = ${amountText(amount)}`;
}

/** How a subscription's billing period at a moment comes about. */
export function explainPeriod(subscription: Subscription, at: Instant): Explanation {
  const { schedule } = phaseAt(subscription, at);
  const { unit, count } = schedule.interval;
  return {
    rule: 'billing_period',
    policy: { alignment: schedule.alignment, month_end: 'clamped to the last day, always counted from the anchor' },
    inputs: { anchor: instantText(schedule.anchorAt), zone: schedule.zone, interval: `${count} ${unit}`, starts_at: instantText(schedule.startsAt) },
    steps: [`boundary k = the anchor plus k x ${count} ${unit}(s) on the calendar of ${schedule.zone}`],
    events: null,
  };
}

function amountText(money: Money): string {
  return `${moneyText(money)} ${money.currency}`;
}

function spanText({ startsAt, endsAt }: Period): string {
  return `${instantText(startsAt)} to ${endsAt === FOREVER ? 'ever' : instantText(endsAt)}`;
}

function shareText(share: Share): string {
  const [part, whole] = measures(share);
  return `${part} of ${whole} ${share.unit === 'day' ? 'days' : 'seconds'}`;
}

function fractionText(share: Share): string {
  return isWhole(share) ? '1' : measures(share).join(' / ');
}

/** Days, or seconds with their thousandths. */
function measures({ part, whole, unit }: Share): [number, number] {
  return unit === 'day' ? [part, whole] : [part / 1000, whole / 1000];
}

function capText(cap: { readonly units: Decimal } | { readonly multiple: Decimal } | null): string {
  if (cap === null) return 'all that is unused';
  return 'units' in cap ? `at most ${decimalText(cap.units)} units` : `at most ${decimalText(cap.multiple)} x included`;
}
