import type { Currency } from '../../../core/currency.js';
import type { Plan } from '../../../core/plan.js';
import type { BillingState } from '../../../core/state.js';
import { jsonNumber } from './feature.js';
import { isInCatalogue, isPaidFromWallet, planNameOf, quotaIdOf, unitAmount } from './plan.js';
import { serviceNameOf } from './wallet-service.js';

/** A currency that wallets are kept in. */
export interface AccountingCurrency {
  readonly id: number;
  readonly code: Currency;
}

/** The portal's own currency first, then those that services paid from the wallet are sold in, then those it has a wallet in. */
export function accountingCurrencies(state: BillingState, plans: readonly Plan[]): AccountingCurrency[] {
  const sold = plans.filter((plan) => isInCatalogue(plan) && isPaidFromWallet(plan)).map((plan) => plan.currency).sort();
  const held = state.wallets.filter((wallet) => wallet.isOpen).map((wallet) => wallet.currency);
  return [...new Set([state.customer.currency, ...sold, ...held])].map((code, index) => ({ id: index + 1, code }));
}

/** The currency in which a wallet can be kept that `text` names, or undefined. */
export function accountingCurrency(state: BillingState, plans: readonly Plan[], text: string): Currency | undefined {
  return accountingCurrencies(state, plans).find(({ code }) => code === text.toUpperCase())?.code;
}

/** What one unit of a service costs, in each currency that it is sold in; nothing for a service without a price. */
export function toServicePrices(state: BillingState, plans: readonly Plan[], serviceName: string) {
  const named = plans.filter((plan) => isPaidFromWallet(plan) && isInCatalogue(plan) && [serviceNameOf(plan), planNameOf(plan)].some((name) => name.toLowerCase() === serviceName.toLowerCase()));
  return named.flatMap((plan) => {
    const amount = unitAmount(plan);
    if (amount === undefined) return [];
    const price = jsonNumber(amount);
    return [{ id: plan.version, accountNumber: state.customer.accountNumber, serviceId: quotaIdOf(plan), costPrice: price, extraCharge: 0, servicePrice: price, currency: plan.currency }];
  });
}
