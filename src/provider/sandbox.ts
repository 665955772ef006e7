import type { PaymentMethod } from '../core/payment-method.js';
import { invalidInput } from '../core/problems.js';
import type { ChargeResult, PaymentProvider } from './port.js';

/** Cards of the sandbox by token: what they show and what charging them does. */
const CARDS: Readonly<Record<string, Omit<PaymentMethod, 'id' | 'provider'> & { readonly declines?: string }>> = {
  card_succeeds: { brand: 'visa', last4: '4242', expiryMonth: 12, expiryYear: 2099 },
  card_declines: { brand: 'visa', last4: '0002', expiryMonth: 12, expiryYear: 2099, declines: 'insufficient_funds' },
  card_expired: { brand: 'mastercard', last4: '0069', expiryMonth: 1, expiryYear: 2020, declines: 'expired_card' },
};

/** A payment provider that needs nothing: its cards do what their names say, the same way every time. */
export const sandboxProvider: PaymentProvider = {
  name: 'sandbox',

  attachPaymentMethod({ token }): Promise<PaymentMethod> {
    const card = CARDS[token];
    if (card === undefined) return Promise.reject(invalidInput([{ pointer: '/token', detail: `must be one of ${Object.keys(CARDS).join(', ')}` }]));
    const { brand, last4, expiryMonth, expiryYear } = card;
    return Promise.resolve({ id: `pm_sandbox_${token}`, provider: 'sandbox', brand, last4, expiryMonth, expiryYear });
  },

  charge({ idempotencyKey, paymentMethodId }): Promise<ChargeResult> {
    const reason = CARDS[paymentMethodId.replace(/^pm_sandbox_/, '')]?.declines;
    return Promise.resolve(reason === undefined ? { outcome: 'succeeded', reference: `sandbox_${idempotencyKey}` } : { outcome: 'declined', reason });
  },
};
