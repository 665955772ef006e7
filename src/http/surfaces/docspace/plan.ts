import { createHash } from 'node:crypto';
import { fixedTotal } from '../../../core/charge.js';
import type { Currency } from '../../../core/currency.js';
import { ONE, ZERO, decimalText, multiply, sum, type Decimal } from '../../../core/decimal.js';
import { fixedPrices, usagePrices, type FixedPrice, type Plan, type Price } from '../../../core/plan.js';
import type { PriceModel } from '../../../core/price.js';
import { packagesOf } from '../../../core/rating.js';
import type { SubscriptionState } from '../../../core/state.js';
import { quantityOf, type Phase } from '../../../core/subscription.js';
import { docspaceFlag, docspaceInteger, docspaceText } from './metadata.js';

/** The number that the vendor's clients know the plan by: its own, else one that follows from its code. */
export function quotaIdOf(plan: Plan): number {
  return docspaceInteger(plan.metadata, 'quota_id') ?? idFromCode(plan.code);
}

/** The vendor's names of its built-in plans (contracts/docspace.md section 5.4). */
const BUILT_IN_NAMES: ReadonlyMap<number, string> = new Map([
  [-1, 'trial'], [-3, 'startup'], [-7, 'nonprofit'], [-9, 'admin'], [-10, 'adminyear'], [-11, 'storage'], [-12, 'backup'], [-13, 'aitools'], [-14, 'adminwallet'],
]);

/** What the vendor's clients call the plan where they ask for a quantity of it: `admin`. */
export function planNameOf(plan: Plan): string {
  return docspaceText(plan.metadata, 'name') ?? BUILT_IN_NAMES.get(quotaIdOf(plan)) ?? plan.code;
}

/** The plan on offer that is called so, in any letter case; one in `currency` before one in another. What is hidden nobody can take. */
export function planNamed(plans: readonly Plan[], name: string, currency: Currency): Plan | undefined {
  const called = plans.filter((plan) => isInCatalogue(plan) && planNameOf(plan).toLowerCase() === name.toLowerCase());
  return called.find((plan) => plan.currency === currency) ?? called[0];
}

/** The price whose quantity the vendor counts a plan by: its first per seat. */
export function seatPriceOf(plan: Plan): FixedPrice | undefined {
  return fixedPrices(plan).find((price) => price.perSeat);
}

/** How many of the plan the phase has: seats, gigabytes; one of a plan that is not counted. */
export function seatsOf(phase: Phase): number {
  const price = seatPriceOf(phase.plan);
  return price === undefined ? 1 : Number(decimalText(quantityOf(phase, price.code)));
}

export function isYearly(plan: Plan): boolean {
  return plan.interval.unit === 'year' || (plan.interval.unit === 'month' && plan.interval.count >= 12);
}

/** Whether the plan is offered on this surface: it has a number of its own there and is not hidden. */
export function isInCatalogue(plan: Plan): boolean {
  return isNumbered(plan) && docspaceFlag(plan.metadata, 'visible', true);
}

/** Whether the plan is made for this surface: it has a number of its own there. */
export function isNumbered(plan: Plan): boolean {
  return docspaceInteger(plan.metadata, 'quota_id') !== undefined;
}

/** Whether it stands beside a plan: what is paid from the wallet does, unless it says otherwise. */
export function isAdditional(plan: Plan): boolean {
  return docspaceFlag(plan.metadata, 'additional', isPaidFromWallet(plan));
}

/** What the plan is called; what is paid from the wallet has no title of its own, only its feature has one. */
export function planTitle(plan: Plan): string | undefined {
  return docspaceText(plan.metadata, 'title') ?? (isPaidFromWallet(plan) ? undefined : plan.name);
}

export function isNonProfit(plan: Plan): boolean {
  return docspaceFlag(plan.metadata, 'nonprofit');
}

/** Whether everything that the plan asks money for is paid from the wallet: an add-on, in the vendor's eyes. */
export function isPaidFromWallet(plan: Plan): boolean {
  const asking = plan.prices.filter((price) => price.type === 'fixed' || !costsNothing(price));
  return asking.length > 0 && asking.every((price) => price.paidFrom === 'wallet');
}

export function isFree(plan: Plan): boolean {
  return plan.prices.every(costsNothing);
}

/** What one of each of the plan's fixed prices costs; of a plan without any, what one unit of its use does. */
export function unitAmount(plan: Plan): Decimal | undefined {
  return amountFor(plan, ONE);
}

/** What so many of each of the plan's fixed prices cost; of a plan without any, what so many units of its use do. */
export function amountFor(plan: Plan, quantity: Decimal): Decimal | undefined {
  const fixed = fixedPrices(plan);
  if (fixed.length > 0) return sum(fixed.map(({ amount, packages }) => multiply(amount, packages === null ? quantity : packagesOf(quantity, packages))));
  const [asking, ...more] = usagePrices(plan).filter((price) => !costsNothing(price));
  if (asking === undefined) return ZERO;
  return asking.model.type === 'per_unit' && more.length === 0 ? multiply(asking.model.amount, quantity) : undefined;
}

/** What the subscription's fixed prices cost per period, quantities and multipliers applied. */
export function periodAmount({ phase }: SubscriptionState): Decimal {
  return fixedTotal(phase);
}

function costsNothing(price: Price): boolean {
  if (price.type === 'fixed') return price.amount.eq(ZERO);
  const hasMinimum = price.minimum !== null && !price.minimum.eq(ZERO);
  return !hasMinimum && (price.included === 'unlimited' || isZeroModel(price.model));
}

function isZeroModel(model: PriceModel): boolean {
  switch (model.type) {
    case 'per_unit':
    case 'package':
      return model.amount.eq(ZERO);
    case 'graduated':
    case 'volume':
      return model.tiers.every((tier) => tier.unitAmount.eq(ZERO) && tier.flatAmount.eq(ZERO));
    case 'dimensional':
      return model.cells.every((cell) => isZeroModel(cell.model));
  }
}

/** A positive 31-bit number, the same for the same code for ever; the vendor's own built-in plans are negative. */
function idFromCode(code: string): number {
  return (createHash('sha256').update(code).digest().readUInt32BE(0) & 0x7fff_ffff) || 1;
}
