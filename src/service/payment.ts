import { createHash } from 'node:crypto';
import { parseCurrency, type Currency } from '../core/currency.js';
import { postTransaction, type LedgerTransaction } from '../core/ledger.js';
import type { Money } from '../core/money.js';
import { paymentMethodStatus } from '../core/payment-method.js';
import { Refusal, invalidInput } from '../core/problems.js';
import { depositTransaction, parseDeposit } from '../core/wallet.js';
import { ProviderUnavailable, type ChargeResult } from '../provider/port.js';
import { lockCustomers, updateStanding, type StoredCustomer } from '../store/customer.js';
import type { IdempotencyKey } from '../store/idempotency.js';
import { insertTransaction } from '../store/ledger.js';
import { insertPayment, insertPaymentResult, selectOpenPayments, selectPayment, type Payment, type PaymentWithResult } from '../store/payment.js';
import { fromStandingText } from '../store/standing.js';
import { findCustomerId, lockCustomer } from './customer.js';
import { inUnit, type Engine, type Unit } from './engine.js';
import { providerReference } from './provider-customer.js';

/** What came of a deposit. */
export interface Deposit {
  readonly payment: Payment;
  readonly transaction: LedgerTransaction;
}

const OPEN_PAYMENTS_PER_READ = 1000;

/**
 * Charges the customer's card and puts the money into the wallet. Asked again under the same idempotency key, the
 * payment is the same one: the card is charged once and the wallet credited once, whatever crashed in between.
 * @throws Refusal `invalid_request`, `payment_method_missing`, `payment_declined`.
 */
export async function depositToWallet(
  engine: Engine,
  name: string,
  input: { amount: string; currency: string | undefined; description?: string; idempotency: IdempotencyKey | undefined },
): Promise<Deposit> {
  const customerId = await findCustomerId(engine, name);
  const paymentId = input.idempotency === undefined ? engine.newId('pay') : paymentIdOf(customerId, input.idempotency);
  const { payment, outcome, declineReason } = await inUnit(engine, (unit) => openPayment(unit, { customerId, paymentId, ...input }));
  if (outcome === 'succeeded') return { payment, transaction: transactionOf(payment) };
  if (outcome === 'declined') throw declined(declineReason ?? 'declined');
  const result = await charge(engine, payment);
  const deposit = await inUnit(engine, (unit) => settlePayment(unit, payment, result));
  // The decline is recorded first: a refusal undoes nothing.
  if (result.outcome === 'declined') throw declined(result.reason);
  return deposit;
}

/**
 * Asks the provider again about every payment whose result a crash kept from us, and settles it. One that cannot be
 * settled now stays open, is told, and keeps no other waiting.
 */
export async function settleOpenPayments(engine: Engine): Promise<{ settled: number; failures: unknown[] }> {
  const failures: unknown[] = [];
  let settled = 0;
  let after: Payment | undefined;
  for (;;) {
    const open = await selectOpenPayments(engine.database, { after, limit: OPEN_PAYMENTS_PER_READ });
    for (const payment of open) {
      try {
        const result = await charge(engine, payment);
        await inUnit(engine, (unit) => settlePayment(unit, payment, result));
        settled += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    after = open.at(-1);
    if (open.length < OPEN_PAYMENTS_PER_READ) return { settled, failures };
  }
}

/** Asks the provider again about one payment and settles it; nothing happens when it is settled, or not there. */
export async function settleAgain(engine: Engine, { customerId, paymentId }: { customerId: string; paymentId: string }): Promise<void> {
  const found = await selectPayment(engine.database, customerId, paymentId);
  if (found === undefined || found.outcome !== null) return;
  const result = await charge(engine, found.payment);
  await inUnit(engine, (unit) => settlePayment(unit, found.payment, result));
}

async function openPayment(
  unit: Unit,
  input: { customerId: string; paymentId: string; amount: string; currency: string | undefined; description?: string },
): Promise<PaymentWithResult> {
  const stored = await lockCustomer(unit, input.customerId);
  const money = parseDeposit(input.amount, depositCurrency(stored, input.currency));
  const earlier = await selectPayment(unit.transaction, input.customerId, input.paymentId);
  if (earlier !== undefined) return samePayment(earlier, money);
  const method = fromStandingText(stored.standingText).paymentMethod;
  const status = paymentMethodStatus(method, unit.at);
  if (method === null || status !== 'set') {
    throw new Refusal('payment_method_missing', status === 'expired' ? 'The card on file has expired.' : 'There is no card on file: set a payment method first.');
  }
  const payment: Payment = {
    id: input.paymentId,
    customerId: input.customerId,
    description: input.description ?? 'Balance top-up',
    money,
    paymentMethodId: method.id,
    requestedAt: unit.at,
  };
  await insertPayment(unit.transaction, payment);
  return { payment, outcome: null, declineReason: null };
}

function samePayment(earlier: PaymentWithResult, money: Money): PaymentWithResult {
  const asked = earlier.payment.money;
  if (asked.minor === money.minor && asked.currency === money.currency) return earlier;
  throw new Refusal('idempotency_key_reused', 'This idempotency key came with another amount before. Send a new key with a new request.');
}

function declined(reason: string): Refusal {
  return new Refusal('payment_declined', `The card was declined: ${reason}.`);
}

function transactionOf(payment: Payment): LedgerTransaction {
  return depositTransaction({ id: `txn_${payment.id.slice(4)}`, money: payment.money, description: payment.description, at: payment.requestedAt });
}

function depositCurrency(stored: StoredCustomer, asked: string | undefined): Currency {
  const currency = asked === undefined ? stored.customer.currency : parseCurrency(asked);
  if (currency === undefined) throw invalidInput([{ pointer: '/currency', detail: `"${asked}" is not an ISO 4217 currency` }]);
  return currency;
}

/** The payment's own id is the idempotency key at the provider. */
async function charge(engine: Engine, payment: Payment): Promise<ChargeResult> {
  const { id, customerId, paymentMethodId, money, description, requestedAt } = payment;
  const customerReference = await providerReference(engine, customerId);
  try {
    return await engine.provider.charge({ idempotencyKey: id, customerReference, customerId, paymentMethodId, money, description, requestedAt });
  } catch (error) {
    throw new ProviderUnavailable('the payment provider did not answer', { cause: error });
  }
}

async function settlePayment(unit: Unit, payment: Payment, result: ChargeResult): Promise<Deposit> {
  const { customerId } = payment;
  // Money that was taken is booked even when the customer was deleted meanwhile.
  const [stored] = await lockCustomers(unit.transaction, [customerId], { withDeleted: true });
  if (stored === undefined) throw new Error(`payment ${payment.id} belongs to no customer`);
  const revision = stored.revision + 1;
  const isFirst = await insertPaymentResult(unit.transaction, {
    customerId,
    paymentId: payment.id,
    revision,
    outcome: result.outcome,
    reference: result.outcome === 'succeeded' ? result.reference : null,
    reason: result.outcome === 'declined' ? result.reason : null,
  });
  const transaction = transactionOf(payment);
  if (!isFirst) return { payment, transaction };
  const standing = fromStandingText(stored.standingText);
  const balances = result.outcome === 'succeeded' ? postTransaction(standing.balances, transaction) : standing.balances;
  if (result.outcome === 'succeeded') await insertTransaction(unit.transaction, { customerId, revision, position: 0, transaction });
  await updateStanding(unit.transaction, { customerId, revision, standing: { ...standing, balances } });
  return { payment, transaction };
}

/** The same request names the same payment: an id made from the key in place of chance. */
function paymentIdOf(customerId: string, key: IdempotencyKey): string {
  return `pay_${createHash('sha256').update(`${customerId}\n${key.scope}\n${key.key}`).digest('hex').slice(0, 24)}`;
}
