import { moneyText, type Money } from '../core/money.js';

/** Money as the native API writes it. */
export function moneyView(money: Money): { amount: string; currency: string } {
  return { amount: moneyText(money), currency: money.currency };
}
