import { instant, type Instant } from './instant.js';

/** A card that the provider keeps for the customer; what the provider shows of it. */
export interface PaymentMethod {
  readonly id: string;
  readonly provider: string;
  readonly brand: string;
  readonly last4: string;
  /** 1 to 12. */
  readonly expiryMonth: number;
  readonly expiryYear: number;
}

export type PaymentMethodStatus = 'none' | 'set' | 'expired';

/** A card is good through the last day (UTC) of its expiry month. */
export function paymentMethodStatus(method: PaymentMethod | null, at: Instant): PaymentMethodStatus {
  if (method === null) return 'none';
  return at < expiresAt(method) ? 'set' : 'expired';
}

/** The first moment at which the card is not good any more. */
export function expiresAt(method: PaymentMethod): Instant {
  return instant(Date.UTC(method.expiryYear, method.expiryMonth, 1));
}
