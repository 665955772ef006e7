import { createHash } from 'node:crypto';
import { decideRefund } from '../core/refund.js';
import { postAll } from '../core/ledger.js';
import { Refusal, notFound } from '../core/problems.js';
import { updateStanding } from '../store/customer.js';
import type { IdempotencyKey } from '../store/idempotency.js';
import { insertTransaction } from '../store/ledger.js';
import { selectCustomerPayments, selectPayment, type Payment, type PaymentWithResult } from '../store/payment.js';
import { loadUpToDate } from './booking.js';
import { findCustomerId, lockCustomer } from './customer.js';
import { inUnit, type Engine, type Unit } from './engine.js';
import { settleByAsking } from './payment.js';
import { requestPayment } from './payment-request.js';

export type { PaymentWithResult } from '../store/payment.js';

/** A refund as it is asked for: all that is left of the payment unless an amount is told. */
export interface RefundInput {
  readonly paymentId: string;
  readonly amount: string | undefined;
  readonly reason: string | null;
  readonly idempotency: IdempotencyKey | undefined;
}

/**
 * Gives money of the wallet back to the card that it came from. It leaves the wallet when it is asked for, so that nobody
 * can spend it meanwhile, and comes back if the provider declines. Asked again under the same idempotency key, it is one.
 * @throws Refusal `not_found`, `invalid_request`, `refund_conflict`, `insufficient_funds`, `payment_declined`.
 */
export async function refundPayment(engine: Engine, name: string, input: RefundInput): Promise<Payment> {
  const customerId = await findCustomerId(engine, name);
  const refundId = input.idempotency === undefined ? engine.newId('ref') : refundIdOf(customerId, input.idempotency);
  const { payment: refund, result: earlier } = await inUnit(engine, (unit) => openRefund(engine, unit, { customerId, refundId, ...input }));
  const result = earlier ?? (await settleByAsking(engine, refund));
  if (result.outcome === 'declined') throw new Refusal('payment_declined', `The money could not be given back: ${result.reason ?? 'declined'}.`);
  return refund;
}

/** The customer's payments and refunds, oldest first. @throws Refusal `not_found`. */
export async function listPayments(engine: Engine, name: string): Promise<PaymentWithResult[]> {
  return selectCustomerPayments(engine.database, await findCustomerId(engine, name));
}

async function openRefund(engine: Engine, unit: Unit, input: RefundInput & { customerId: string; refundId: string }): Promise<PaymentWithResult> {
  const { customerId, refundId, paymentId } = input;
  const { stored, standing: before, facts } = await loadUpToDate(engine, unit, await lockCustomer(unit, customerId));
  const earlier = await selectPayment(unit.transaction, customerId, refundId);
  if (earlier !== undefined) return earlier;
  const asked = await selectPayment(unit.transaction, customerId, paymentId);
  if (asked === undefined) throw notFound('payment', paymentId);
  const { payment, result } = asked;
  const others = (await selectCustomerPayments(unit.transaction, customerId)).filter((other) => other.payment.purpose === 'refund' && other.payment.about === paymentId && other.result?.outcome !== 'declined');
  const decision = decideRefund({
    facts,
    at: unit.at,
    refundId,
    payment: { id: payment.id, purpose: payment.purpose, money: payment.money, hasSucceeded: result?.outcome === 'succeeded' },
    givenBack: others.map((other) => other.payment.money),
    amount: input.amount,
    reason: input.reason,
  });
  const revision = stored.revision + 1;
  const refund: Payment = {
    id: refundId,
    customerId,
    revision,
    purpose: 'refund',
    description: decision.description,
    money: decision.money,
    paymentMethodId: payment.paymentMethodId,
    requestedAt: unit.at,
    about: paymentId,
    participant: null,
  };
  await insertTransaction(unit.transaction, { customerId, revision, position: 0, transaction: decision.transaction });
  const standing = await requestPayment(unit, { ...before, ...postAll(before, [decision.transaction]) }, refund);
  await updateStanding(unit.transaction, { customerId, revision, standing });
  return { payment: refund, result: null };
}

function refundIdOf(customerId: string, key: IdempotencyKey): string {
  return `ref_${createHash('sha256').update(`${customerId}\n${key.scope}\n${key.key}`).digest('hex').slice(0, 24)}`;
}
