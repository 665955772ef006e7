import { fixedTotal, type FixedCharge } from './charge.js';
import type { AppliedCoupon } from './coupon.js';
import { decimal, divide, multiply, smaller, type Decimal } from './decimal.js';
import { latest } from './instant.js';
import { negateMoney, roundToMoney, subtractMoney, moneyToDecimal, type Money } from './money.js';
import { minorDigits } from './currency.js';
import { prorate } from './proration.js';
import { rateDiscounted } from './rating.js';
import { billingPeriodAt, multiplierOf, phaseAt, type Subscription, type Turn } from './subscription.js';
import { countedQuantities, freeUnits, withCap, type PriceUsage } from './usage.js';
import type { UsageCharge } from './usage-charge.js';

const HUNDRED = decimal(100);

/** The coupons that cover a billing period: those applied before it began and not used up or removed by then. */
export function couponsOf(subscription: Subscription, turn: Turn): AppliedCoupon[] {
  return subscription.coupons.filter((coupon) => covers(subscription, coupon, turn));
}

/** What a percentage takes off an amount that has no bounds of its own; below zero where the amount is above. */
export function percentOff(amount: Money, percent: string): Money {
  const dividend = multiply(moneyToDecimal(amount), decimal(percent));
  return negateMoney(roundToMoney(divide({ dividend, divisor: HUNDRED, scale: minorDigits(amount.currency), rounding: 'half_away_from_zero' }), amount.currency));
}

/** What a percentage takes off a window: before its minimum and maximum. */
export function percentOffUsage(charge: UsageCharge, percent: string): Money {
  const now = subtractMoney(discountedAmount(charge.usage, percent), charge.usage.amount);
  if (charge.before === null) return now;
  return subtractMoney(now, subtractMoney(discountedAmount(charge.before, percent), charge.before.amount));
}

/** What an amount takes off the fixed prices of a charge's phase: no more than they cost, and its share of a part of a period. */
export function amountOffFixed(charge: FixedCharge, amount: string): Money {
  const off = prorate(smaller(decimal(amount), fixedTotal(charge.phase)), charge.share, charge.amount.currency);
  return charge.amount.minor < 0n ? off : negateMoney(off);
}

function covers(subscription: Subscription, coupon: AppliedCoupon, turn: Turn): boolean {
  const isAfter = turn.startsAt > coupon.appliedAt || (turn.startsAt === coupon.appliedAt && turn.revision >= coupon.revision);
  if (!isAfter || (coupon.removedAt !== null && turn.startsAt >= coupon.removedAt)) return false;
  if (coupon.periods === null) return true;
  // Counted turn by turn from the first one covered; a trial's does not count.
  let at = latest(coupon.appliedAt, subscription.trialEndsAt ?? subscription.startsAt);
  const first = billingPeriodAt(subscription, at);
  if (first.startsAt < at) at = first.endsAt;
  for (let count = 0; count < coupon.periods; count += 1) {
    if (turn.startsAt < at) return true;
    const period = billingPeriodAt(subscription, at);
    if (turn.startsAt >= period.startsAt && turn.startsAt < period.endsAt) return true;
    if (phaseAt(subscription, at).isPaused) count -= 1;
    if (period.endsAt <= at) return false;
    at = period.endsAt;
  }
  return false;
}

function discountedAmount(usage: PriceUsage, percent: string): Money {
  const { price, phase, amount } = usage;
  if (amount.minor === 0n) return amount;
  const exact: Decimal = rateDiscounted(withCap(price), { quantities: countedQuantities(usage), free: freeUnits(usage.figures), percentOff: decimal(percent) });
  return roundToMoney(multiply(exact, multiplierOf(phase, price.code)), amount.currency);
}

