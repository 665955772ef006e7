import type { Call, CallOptions } from './call.js';

/** The card on file. */
export interface PaymentMethod {
  id: string;
  /** The payment provider, such as "sandbox". */
  provider: string;
  brand: string;
  last4: string;
  /** 1 to 12. */
  expiry_month: number;
  expiry_year: number;
  status: 'set' | 'expired';
}

export interface PaymentMethodInput {
  /** What the provider gave for the card; in the sandbox `card_succeeds`, `card_declines` or `card_expired`. */
  token: string;
}

export interface PaymentMethodOperations {
  /** Problems: `not_found`, also when the customer has none. */
  getPaymentMethod(customer: string, options?: CallOptions): Promise<PaymentMethod>;
  /** Puts a card on file in place of the one there is. Problems: `invalid_request`, `not_found`. */
  setPaymentMethod(customer: string, method: PaymentMethodInput, options?: CallOptions): Promise<PaymentMethod>;
  /** Problems: `not_found`. */
  removePaymentMethod(customer: string, options?: CallOptions): Promise<void>;
}

export function paymentMethodOperations(call: Call): PaymentMethodOperations {
  const path = (customer: string): string[] => ['v1', 'customers', customer, 'payment-method'];
  return {
    getPaymentMethod: (customer, options) => call({ method: 'GET', path: path(customer), options }),
    setPaymentMethod: (customer, method, options) => call({ method: 'PUT', path: path(customer), body: method, options }),
    removePaymentMethod: (customer, options) => call({ method: 'DELETE', path: path(customer), options }),
  };
}
