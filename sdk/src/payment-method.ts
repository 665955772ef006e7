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
  /** What the provider gave for the card: at Stripe the id of a payment method (`pm_…`), in the sandbox the name of a card, such as `card_succeeds`. */
  token: string;
}

export interface SetupLinkInput {
  /** Where the browser goes once the card is on file: http or https. */
  success_url: string;
  /** Where it goes without one. */
  back_url: string;
}

export interface SetupLink {
  /** The provider's page; it is good for a day at most. */
  url: string;
}

export interface PaymentMethodOperations {
  /** Problems: `not_found`, also when the customer has none. */
  getPaymentMethod(customer: string, options?: CallOptions): Promise<PaymentMethod>;
  /** The same, read from the provider again: after the customer has come back from its page. Problems: `not_found`, `provider_unavailable`. */
  refreshPaymentMethod(customer: string, options?: CallOptions): Promise<PaymentMethod>;
  /** The address of a page on which the customer puts a card on file. Problems: `invalid_request`, `not_found`, `provider_unavailable`. */
  createSetupLink(customer: string, link: SetupLinkInput, options?: CallOptions): Promise<SetupLink>;
  /** Puts a card on file in place of the one there is. Problems: `invalid_request`, `not_found`, `payment_declined`, `provider_unavailable`. */
  setPaymentMethod(customer: string, method: PaymentMethodInput, options?: CallOptions): Promise<PaymentMethod>;
  /** Forgets the customer's cards, at the provider too. Problems: `not_found`, `provider_unavailable`. */
  removePaymentMethod(customer: string, options?: CallOptions): Promise<void>;
}

export function paymentMethodOperations(call: Call): PaymentMethodOperations {
  const path = (customer: string): string[] => ['v1', 'customers', customer, 'payment-method'];
  return {
    getPaymentMethod: (customer, options) => call({ method: 'GET', path: path(customer), options }),
    refreshPaymentMethod: (customer, options) => call({ method: 'GET', path: path(customer), query: { refresh: true }, options }),
    createSetupLink: (customer, link, options) => call({ method: 'POST', path: [...path(customer), 'setup-link'], body: link, options }),
    setPaymentMethod: (customer, method, options) => call({ method: 'PUT', path: path(customer), body: method, options }),
    removePaymentMethod: (customer, options) => call({ method: 'DELETE', path: path(customer), options }),
  };
}
