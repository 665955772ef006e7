import type { Instant } from './instant.js';
import type { Money } from './money.js';

/** `deposit`: asked for by somebody; `top_up`: by the wallet itself; `refund`: back to the card; `invoice`: pays one. */
export type PaymentPurpose = 'deposit' | 'top_up' | 'refund' | 'invoice';

/** A payment that the provider was asked for and has not answered, as far as the customer's wallet is concerned. */
export interface OpenPayment {
  readonly id: string;
  readonly purpose: PaymentPurpose;
  readonly money: Money;
  readonly requestedAt: Instant;
}

/** A fact about a payment. */
export type PaymentChange =
  | { readonly type: 'requested'; readonly payment: OpenPayment }
  | { readonly type: 'succeeded'; readonly paymentId: string; readonly madeAt: Instant }
  | { readonly type: 'declined'; readonly paymentId: string; readonly madeAt: Instant; readonly reason: string };

/** What the payments of a customer come to, as far as anything depends on it. */
export interface PaymentStanding {
  /** Asked for and not answered, in the order in which they were asked for. */
  readonly open: readonly OpenPayment[];
  /** Automatic top-ups asked for lately and not declined, the newest last: what a daily ceiling counts. */
  readonly topUps: ReadonlyArray<{ readonly id: string; readonly at: Instant; readonly money: Money }>;
  /** The last automatic top-up that was declined. */
  readonly declined: { readonly at: Instant; readonly reason: string; readonly money: Money } | null;
}

export const NO_PAYMENTS: PaymentStanding = { open: [], topUps: [], declined: null };

/** Longer than a local day has ever been. */
const REMEMBERED_MS = 48 * 3_600_000;

export function withPaymentChange(standing: PaymentStanding, change: PaymentChange): PaymentStanding {
  if (change.type === 'requested') {
    const { payment } = change;
    const recent = standing.topUps.filter((topUp) => topUp.at > payment.requestedAt - REMEMBERED_MS);
    const topUps = payment.purpose === 'top_up' ? [...recent, { id: payment.id, at: payment.requestedAt, money: payment.money }] : recent;
    return { ...standing, open: [...standing.open, payment], topUps };
  }
  const answered = standing.open.find((payment) => payment.id === change.paymentId);
  if (answered === undefined) return standing;
  const open = standing.open.filter((payment) => payment !== answered);
  if (change.type === 'succeeded' || answered.purpose !== 'top_up') return { ...standing, open };
  const { madeAt, reason } = change;
  return { open, topUps: standing.topUps.filter((topUp) => topUp.id !== answered.id), declined: { at: madeAt, reason, money: answered.money } };
}
