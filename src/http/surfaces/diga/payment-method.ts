import type { PaymentMethod } from '../../../core/payment-method.js';
import type { DigaPaymentMethod } from './schema.js';

/** The vendor's list (contracts/diga.md section 2): the card on file, which is the one that is charged, expired or not. */
export function toDigaPaymentMethods(method: PaymentMethod | null): DigaPaymentMethod[] {
  if (method === null) return [];
  const { id, brand, last4, expiryMonth, expiryYear } = method;
  return [{ id, type: 'card', card: { brand, last4, exp_month: expiryMonth, exp_year: expiryYear }, link: null, is_default: true }];
}
