import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, Money } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

/** What the payment provider was asked for. */
export interface Payment {
  id: string;
  purpose: 'deposit' | 'top_up' | 'refund' | 'invoice';
  /** `open`: the provider has not answered yet. */
  status: 'open' | 'succeeded' | 'declined';
  amount: Money;
  description: string;
  decline_reason: string | null;
  /** The payment that this gives back. */
  refund_of: string | null;
  created_at: Instant;
}

export interface RefundInput {
  /** Major units; all that is left of the payment unless told. */
  amount?: Decimal | undefined;
  reason?: string | null | undefined;
}

export interface PaymentOperations {
  /** A page of charges and refunds, oldest first. Problems: `not_found`. */
  listPayments(customer: string, query?: PageQuery, options?: CallOptions): Promise<Page<Payment>>;
  /** Every charge and refund, oldest first. */
  payments(customer: string, query?: PageQuery, options?: CallOptions): AsyncGenerator<Payment, void, undefined>;
  /**
   * Gives money of the wallet back to the card that it came from. Under one idempotency key it is given back once.
   * Problems: `insufficient_funds`, `invalid_request`, `not_found`, `payment_declined`, `refund_conflict`.
   */
  refundPayment(customer: string, payment: string, refund?: RefundInput, options?: CallOptions): Promise<Payment>;
}

export function paymentOperations(call: Call): PaymentOperations {
  const path = (customer: string, ...rest: string[]): string[] => ['v1', 'customers', customer, 'payments', ...rest];
  const listPayments = (customer: string, query?: PageQuery, options?: CallOptions): Promise<Page<Payment>> => call({ method: 'GET', path: path(customer), query: { ...query }, options });
  return {
    listPayments,
    payments: (customer, query, options) => everyItem((page) => listPayments(customer, page, options), query),
    refundPayment: (customer, payment, refund, options) => call({ method: 'POST', path: path(customer, payment, 'refunds'), body: refund ?? {}, options }),
  };
}
