import { selectCustomerPayments, type PaymentWithResult } from '../store/payment.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';

/** Every payment that was ever asked for, oldest first, with what came of it; null while nobody knows. @throws Refusal `not_found`. */
export async function listPayments(engine: Engine, name: string): Promise<PaymentWithResult[]> {
  return selectCustomerPayments(engine.database, await findCustomerId(engine, name));
}
