import { ZERO, decimalFromJson } from './decimal.js';
import type { Plan, Price } from './plan.js';

/** Nothing of it can ever cost anything. `multipliers`: decimal texts by price code; one unless told. */
export function isFreePlan(plan: Plan, multipliers: Readonly<Record<string, string>> = {}): boolean {
  return plan.minimum === null && plan.prices.every((price) => isFreePrice(price) || decimalFromJson(multipliers[price.code])?.eq(ZERO) === true);
}

/** Whether all that it asks money for is paid from the wallet, and there is some. */
export function isPaidFromWalletOnly(plan: Plan): boolean {
  const asking = plan.prices.filter((price) => !isFreePrice(price));
  return asking.length > 0 && asking.every(({ paidFrom }) => paidFrom === 'wallet');
}

function isFreePrice(price: Price): boolean {
  if (price.type === 'fixed') return price.amount.eq(ZERO);
  if (price.included === 'unlimited') return price.minimum === null;
  const models = price.model.type === 'dimensional' ? price.model.cells.map(({ model }) => model) : [price.model];
  return price.minimum === null && models.every((model) => ('tiers' in model ? model.tiers.every((tier) => tier.unitAmount.eq(ZERO) && tier.flatAmount.eq(ZERO)) : model.amount.eq(ZERO)));
}
