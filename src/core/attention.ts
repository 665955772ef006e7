import { moneyToDecimal } from './money.js';
import { decimalText } from './decimal.js';
import { exhausted, type BillingState } from './state.js';

/** What may be wrong with an open invoice. `payment_failed`: its last charge was declined. `overdue`: nobody has paid it for some days. */
export const INVOICE_ATTENTIONS = ['payment_failed', 'overdue'] as const;

export type InvoiceAttention = (typeof INVOICE_ATTENTIONS)[number];

/** For how many days an invoice may be open, unless told, before it is overdue: invoices have no date of their own for that. */
export const OVERDUE_DAYS = 14;

/**
 * What may be wrong with a customer, beside its invoices. `limit_reached`: it has used all of something that is then blocked.
 * `wallet_low`: its wallet has less than the minimum of its top-up settings, switched on or not; without settings, nothing,
 * while something is paid from it. `top_up_off`: a decline has switched the automatic top-up off.
 */
export const CUSTOMER_ATTENTIONS = ['limit_reached', 'wallet_low', 'top_up_off'] as const;

export type CustomerAttention = (typeof CUSTOMER_ATTENTIONS)[number];

/** Why somebody should look at a customer. */
export interface Attention {
  readonly kind: CustomerAttention;
  /** Words that stay the same as long as the kind does: no figure that moves. */
  readonly detail: string;
}

/** In the order of CUSTOMER_ATTENTIONS. */
export function attentionsOf(state: BillingState): Attention[] {
  const reached = exhausted(state).filter(({ isUsed }) => isUsed);
  const low = lowWallet(state);
  const off = state.topUp !== null && !state.topUp.isEnabled ? state.topUp.switchedOff : null;
  return [
    ...(reached.length === 0 ? [] : [{ kind: 'limit_reached' as const, detail: reached.map(({ detail }) => detail).join(' ') }]),
    ...(low === null ? [] : [{ kind: 'wallet_low' as const, detail: low }]),
    ...(off === null ? [] : [{ kind: 'top_up_off' as const, detail: off }]),
  ];
}

function lowWallet({ wallets, topUp, subscriptions }: BillingState): string | null {
  if (topUp !== null) {
    const wallet = wallets.find(({ currency }) => currency === topUp.currency);
    const available = wallet === undefined ? null : moneyToDecimal(wallet.available);
    return available !== null && !available.lt(topUp.minBalance) ? null : `Less is available than the minimum of ${decimalText(topUp.minBalance)} ${topUp.currency}.`;
  }
  const paying = subscriptions.filter(({ status, phase }) => (status === 'active' || status === 'trialing') && phase.plan.prices.some(({ paidFrom }) => paidFrom === 'wallet')).map(({ phase }) => phase.plan.currency);
  // A wallet that has seen no movement yet is none.
  const empty = paying.find((currency) => (wallets.find((wallet) => wallet.currency === currency)?.available.minor ?? 0n) <= 0n);
  return empty === undefined ? null : `Nothing is available in ${empty}.`;
}
