import type { Money } from '../core/money.js';
import type { PaymentMethod } from '../core/payment-method.js';

/** What came of a charge. A declined one took no money. */
export type ChargeResult = { readonly outcome: 'succeeded'; readonly reference: string } | { readonly outcome: 'declined'; readonly reason: string };

/** The provider did not answer, or not in a way that can be understood: weather. Whether money moved is not known. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
}

/** The far side of payments, in as few verbs as can be. */
export interface PaymentProvider {
  readonly name: string;
  /** Turns a token that the provider's page gave into a card that can be charged later. @throws Refusal when it is not known. */
  attachPaymentMethod(input: { customerId: string; token: string }): Promise<PaymentMethod>;
  /** Charges the card once per idempotency key: asked again with the same key, the answer is the same and no money moves. */
  charge(input: { idempotencyKey: string; customerId: string; paymentMethodId: string; money: Money; description: string }): Promise<ChargeResult>;
}
