import { withPaymentChange } from '../core/payment.js';
import { paymentMethodStatus, type PaymentMethod } from '../core/payment-method.js';
import { Refusal } from '../core/problems.js';
import type { Standing } from '../core/standing.js';
import { insertPayment, type Payment } from '../store/payment.js';
import type { Unit } from './engine.js';

/** The card that can be charged now. @throws Refusal `payment_method_missing`. */
export function chargeableMethod(method: PaymentMethod | null, unit: Pick<Unit, 'at'>): PaymentMethod {
  const status = paymentMethodStatus(method, unit.at);
  if (method !== null && status === 'set') return method;
  throw new Refusal('payment_method_missing', status === 'expired' ? 'The card on file has expired.' : 'There is no card on file: set a payment method first.');
}

/** Writes down that a payment is asked for, before anybody is asked. Gives the standing with it. */
export async function requestPayment(unit: Unit, standing: Standing, payment: Payment): Promise<Standing> {
  await insertPayment(unit.transaction, payment);
  const { id, purpose, money, requestedAt } = payment;
  return { ...standing, payments: withPaymentChange(standing.payments, { type: 'requested', payment: { id, purpose, money, requestedAt } }) };
}
