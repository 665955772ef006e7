import { chargesForPeriod, fixedAmount, fixedTotal, invoicedPrices, justBefore, turnsIn, type FixedCharge } from './charge.js';
import type { AppliedCoupon } from './coupon.js';
import { decimal, divide, multiply, type Decimal } from './decimal.js';
import { moneyToDecimal, negateMoney, roundToMoney, subtractMoney, sumMoney, zeroMoney, type Money } from './money.js';
import { minorDigits, type Currency } from './currency.js';
import { prorate } from './proration.js';
import { rateDiscounted } from './rating.js';
import { multiplierOf, type Phase, type Subscription, type Turn } from './subscription.js';
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
 * What an amount takes off the charges that one turn or one change brings: no more than the fixed prices cost together, and
 * its share of a part of a period. A change puts back what was taken off the old terms and takes it off the new ones, those
 * prices too that it leaves alone; but never more than was taken off, nor so little that more is given back than was paid.
 */
export function amountOffFixed(subscription: Subscription, charges: readonly FixedCharge[], amount: string): Money {
  const [charge] = charges;
  if (charge === undefined) throw new Error('an amount is taken off something');
  const { turn, amount: { currency } } = charge;
  let [net, taken] = [0n, 0n];
  for (const group of fixedGroups(chargesForPeriod(subscription, turn).filter((one) => one.turn.revision === turn.revision && one.price.paidFrom === 'invoice'))) {
    const came = group.reduce((total, one) => total + one.amount.minor, 0n);
    const wanted = wantedOff(group, decimal(amount));
    const least = wanted + net + came < 0n ? -(net + came) : wanted;
    const off = least > taken ? taken : least;
    if (groupText(group[0] as FixedCharge) === groupText(charge)) return { minor: off, currency };
    [net, taken] = [net + came + off, taken - off];
  }
  throw new Error('a charge belongs to a period');
}

/** As the terms say, in minor units; below zero where it is taken off. */
function wantedOff(charges: readonly FixedCharge[], amount: Decimal): bigint {
  const [charge] = charges as readonly [FixedCharge, ...FixedCharge[]];
  const { share, change, phase } = charge;
  const { currency } = charge.amount;
  const offOf = (terms: Phase): bigint => {
    if (amount.lt(fixedTotal(terms, 'invoice'))) return prorate(amount, share, currency).minor;
    // All of what they came to, rounding and all.
    const sizes = invoicedPrices(terms).map((price) => {
      const { minor } = charges.find((one) => one.phase === terms && one.price.code === price.code)?.amount ?? prorate(fixedAmount(terms, price), share, currency);
      return minor < 0n ? -minor : minor;
    });
    return sizes.reduce((total, size) => total + size, 0n);
  };
  if (change === null) return -offOf(phase);
  return offOf(change.from) - (change.to === null ? 0n : offOf(change.to));
}

/** Charges that one turn or one change brings: what an amount is taken off together. */
export function fixedGroups(charges: readonly FixedCharge[]): FixedCharge[][] {
  const groups = new Map<string, FixedCharge[]>();
  for (const charge of charges) groups.set(groupText(charge), [...(groups.get(groupText(charge)) ?? []), charge]);
  return [...groups.values()];
}

function groupText({ change, turn, phase }: FixedCharge): string {
  return change === null ? `turn ${turn.startsAt} ${turn.revision} ${phase.startsAt}` : `change ${change.at} ${change.revision}`;
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
    ...fixedGroups(fixed).flatMap((group) => (group[0] === undefined ? [] : amounts(group[0].turn).map((amount) => amountOffFixed(subscription, group, amount)))),
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

