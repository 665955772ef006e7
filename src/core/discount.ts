import { fixedTotal, invoicedPrices, justBefore, turnsIn, type FixedCharge } from './charge.js';
import type { AppliedCoupon } from './coupon.js';
import { decimal, divide, multiply, smaller, type Decimal } from './decimal.js';
import { moneyToDecimal, negateMoney, roundToMoney, subtractMoney, sumMoney, zeroMoney, type Money } from './money.js';
import { minorDigits, type Currency } from './currency.js';
import { prorate } from './proration.js';
import { rateDiscounted } from './rating.js';
import { multiplierOf, type Subscription, type Turn } from './subscription.js';
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

/**
 * What an amount takes off charges for the fixed prices of one phase: no more than they cost, and its share of a part of
 * a period. An amount that covers all of them takes off exactly what they came to, rounding and all.
 */
export function amountOffFixed(charges: readonly FixedCharge[], amount: string): Money {
  const [charge] = charges;
  if (charge === undefined) throw new Error('an amount is taken off something');
  const { phase, share } = charge;
  const { currency } = charge.amount;
  const total = fixedTotal(phase, 'invoice');
  const isAll = charges.length === invoicedPrices(phase).length;
  if (isAll && decimal(amount).gte(total)) return negateMoney(sumMoney(charges.map((one) => one.amount), currency));
  const off = prorate(smaller(decimal(amount), total), share, currency);
  return charge.amount.minor < 0n ? off : negateMoney(off);
}

/** Charges for the fixed prices of one phase at one moment: what an amount is taken off together. */
export function fixedGroups(charges: readonly FixedCharge[]): FixedCharge[][] {
  const groups = new Map<string, FixedCharge[]>();
  for (const charge of charges) {
    const key = `${charge.date} ${charge.phase.revision} ${charge.phase.startsAt} ${charge.amount.minor < 0n ? '-' : '+'} ${charge.kind}`;
    groups.set(key, [...(groups.get(key) ?? []), charge]);
  }
  return [...groups.values()];
}

/** What coupons take off charges, all together; below zero where they take something off. */
export function discountTotal(subscription: Subscription, charges: { fixed: readonly FixedCharge[]; used: readonly UsageCharge[] }, currency: Currency): Money {
  if (subscription.coupons.length === 0) return zeroMoney(currency);
  const { fixed, used } = charges;
  const percents = (turn: Turn): string[] => couponsOf(subscription, turn).flatMap((coupon) => coupon.percentOff ?? []);
  const amounts = (turn: Turn): string[] => couponsOf(subscription, turn).flatMap((coupon) => (coupon.currency === currency ? (coupon.amountOff ?? []) : []));
  const taken = [
    ...fixed.flatMap((charge) => percents(charge.turn).map((percent) => percentOff(charge.amount, percent))),
    ...used.flatMap((charge) => percents(charge.turn).map((percent) => percentOffUsage(charge, percent))),
    ...fixedGroups(fixed).flatMap((group) => (group[0] === undefined ? [] : amounts(group[0].turn).map((amount) => amountOffFixed(group, amount)))),
  ];
  return sumMoney(taken, currency);
}

/** Whether the coupon covers the billing period that begins with the turn: it is among the first so many after it was applied. */
function covers(subscription: Subscription, coupon: AppliedCoupon, turn: Turn): boolean {
  const comesAfter = ({ startsAt, revision }: Turn): boolean => startsAt > coupon.appliedAt || (startsAt === coupon.appliedAt && revision >= coupon.revision);
  if (!comesAfter(turn) || isRemoved(coupon, turn)) return false;
  if (coupon.periods === null) return true;
  const span = { after: { at: justBefore(coupon.appliedAt), revision: 0 }, upTo: turn.startsAt };
  const earlier = turnsIn(subscription, span).filter((other) => comesAfter(other) && (other.startsAt < turn.startsAt || other.revision < turn.revision));
  return earlier.length < coupon.periods;
}

function isRemoved({ removedAt, removedRevision }: AppliedCoupon, turn: Turn): boolean {
  if (removedAt === null) return false;
  return turn.startsAt > removedAt || (turn.startsAt === removedAt && turn.revision > (removedRevision ?? 0));
}

function discountedAmount(usage: PriceUsage, percent: string): Money {
  const { price, phase, amount } = usage;
  if (amount.minor === 0n) return amount;
  const exact: Decimal = rateDiscounted(withCap(price), { quantities: countedQuantities(usage), free: freeUnits(usage.figures), percentOff: decimal(percent) });
  return roundToMoney(multiply(exact, multiplierOf(phase, price.code)), amount.currency);
}

