import { createHash } from 'node:crypto';
import { parseCurrency, type Currency } from '../core/currency.js';
import type { Money } from '../core/money.js';
import { factsOfStanding } from '../core/history.js';
import type { Instant } from '../core/instant.js';
import { refundOutcome } from '../core/refund.js';
import { postAll, type LedgerTransaction } from '../core/ledger.js';
import { withPaymentChange, type PaymentChange } from '../core/payment.js';
import { Refusal, invalidInput } from '../core/problems.js';
import type { SettingChange, Standing } from '../core/standing.js';
import { topUpTransaction } from '../core/top-up.js';
import { depositTransaction, parseDeposit } from '../core/wallet.js';
import { ProviderUnavailable, type ChargeResult } from '../provider/port.js';
import { lockCustomers, updateStanding, type StoredCustomer } from '../store/customer.js';
import type { IdempotencyKey } from '../store/idempotency.js';
import { insertTransaction } from '../store/ledger.js';
import { insertPaymentResult, selectOpenPayments, selectPayment, type Payment, type PaymentResult, type PaymentWithResult } from '../store/payment.js';
import { insertSettingChange } from '../store/setting.js';
import { fromStandingText } from '../store/standing.js';
import { findCustomerId, lockCustomer } from './customer.js';
import { inUnit, type Engine, type Unit } from './engine.js';
import { loadUpToDate, nextLookAt } from './booking.js';
import { payByCard } from './collection.js';
import { loadCustomer, type LoadedCustomer } from './facts.js';
import { chargeableMethod, requestPayment } from './payment-request.js';
import { providerReference } from './provider-customer.js';
import { topUpIfDue } from './top-up.js';

/** What came of a deposit. */
export interface Deposit {
  readonly payment: Payment;
  readonly transaction: LedgerTransaction;
}

/** A deposit as it is asked for. */
export interface DepositInput {
  readonly amount: string;
  readonly currency: string | undefined;
  readonly description?: string;
  readonly participant?: string;
  readonly idempotency: IdempotencyKey | undefined;
}

const OPEN_PAYMENTS_PER_READ = 1000;

/**
 * Charges the customer's card and puts the money into the wallet. Asked again under the same idempotency key, the
 * payment is the same one: the card is charged once and the wallet credited once, whatever crashed in between.
 * @throws Refusal `invalid_request`, `payment_method_missing`, `payment_declined`.
 */
export async function depositToWallet(engine: Engine, name: string, input: DepositInput): Promise<Deposit> {
  const customerId = await findCustomerId(engine, name);
  const paymentId = input.idempotency === undefined ? engine.newId('pay') : paymentIdOf(customerId, input.idempotency);
  const { payment, result: earlier } = await inUnit(engine, (unit) => openDeposit(unit, { customerId, paymentId, ...input }));
  if (earlier?.outcome === 'succeeded') return { payment, transaction: transactionOf(payment) };
  if (earlier?.outcome === 'declined') throw declined(earlier.reason ?? 'declined');
  const result = await askProvider(engine, payment);
  // The decline is recorded first: a refusal undoes nothing.
  await inUnit(engine, (unit) => settlePayment(engine, unit, { payment, charged: result }));
  if (result.outcome === 'declined') throw declined(result.reason);
  return { payment, transaction: transactionOf(payment) };
}

/**
 * Asks the provider again about every payment whose result a crash kept from us, and settles it. One that cannot be
 * settled now stays open, is told, and keeps no other waiting. `isWanted` leaves out those that somebody else asks about.
 */
export async function settleOpenPayments(engine: Engine, isWanted: (payment: Payment) => boolean = () => true): Promise<{ settled: number; failures: unknown[] }> {
  const failures: unknown[] = [];
  let settled = 0;
  let after: Payment | undefined;
  for (;;) {
    const open = await selectOpenPayments(engine.database, { after, limit: OPEN_PAYMENTS_PER_READ });
    for (const payment of open.filter(isWanted)) {
      try {
        await settleByAsking(engine, payment);
        settled += 1;
      } catch (error) {
        failures.push(error);
      }
    }
    after = open.at(-1);
    if (open.length < OPEN_PAYMENTS_PER_READ) return { settled, failures };
  }
}

/** Asks the provider about a payment and settles it by the answer. Asked twice, money moves once. @throws ProviderUnavailable. */
export async function settleByAsking(engine: Engine, payment: Payment): Promise<ChargeResult> {
  const result = await askProvider(engine, payment);
  await inUnit(engine, (unit) => settlePayment(engine, unit, { payment, charged: result }));
  return result;
}

/** Asks the provider again about one payment and settles it; nothing happens when it is settled, or not there. @throws ProviderUnavailable. */
export async function settleAgain(engine: Engine, { customerId, paymentId }: { customerId: string; paymentId: string }): Promise<void> {
  const found = await selectPayment(engine.database, customerId, paymentId);
  if (found === undefined || found.result !== null) return;
  await settleByAsking(engine, found.payment);
}

async function openDeposit(unit: Unit, input: DepositInput & { customerId: string; paymentId: string }): Promise<PaymentWithResult> {
  const { customerId } = input;
  const stored = await lockCustomer(unit, customerId);
  const money = parseDeposit(input.amount, depositCurrency(stored, input.currency));
  const earlier = await selectPayment(unit.transaction, customerId, input.paymentId);
  if (earlier !== undefined) return samePayment(earlier, money);
  const standing = fromStandingText(stored.standingText);
  const method = chargeableMethod(standing.paymentMethod, unit);
  const revision = stored.revision + 1;
  const payment: Payment = {
    id: input.paymentId,
    customerId,
    revision,
    purpose: 'deposit',
    description: input.description ?? 'Balance top-up',
    money,
    paymentMethodId: method.id,
    requestedAt: unit.at,
    about: null,
    participant: input.participant ?? null,
  };
  await updateStanding(unit.transaction, { customerId, revision, standing: await requestPayment(unit, standing, payment) });
  return { payment, result: null };
}

function samePayment(earlier: PaymentWithResult, money: Money): PaymentWithResult {
  const asked = earlier.payment.money;
  if (asked.minor === money.minor && asked.currency === money.currency) return earlier;
  throw new Refusal('idempotency_key_reused', 'This idempotency key came with another amount before. Send a new key with a new request.');
}

function declined(reason: string): Refusal {
  return new Refusal('payment_declined', `The card was declined: ${reason}.`);
}

function depositCurrency(stored: StoredCustomer, asked: string | undefined): Currency {
  const currency = asked === undefined ? stored.customer.currency : parseCurrency(asked);
  if (currency === undefined) throw invalidInput([{ pointer: '/currency', detail: `"${asked}" is not an ISO 4217 currency` }]);
  return currency;
}

/** The payment's own id is the idempotency key at the provider. */
async function askProvider(engine: Engine, payment: Payment): Promise<ChargeResult> {
  const { id, customerId, paymentMethodId, money, description, requestedAt } = payment;
  const customerReference = await providerReference(engine, customerId);
  try {
    if (payment.purpose === 'refund') return await engine.provider.refund({ idempotencyKey: id, chargeReference: await chargeReferenceOf(engine, payment), money });
    return await engine.provider.charge({ idempotencyKey: id, customerReference, customerId, paymentMethodId, money, description, requestedAt });
  } catch (error) {
    throw new ProviderUnavailable('the payment provider did not answer', { cause: error });
  }
}

/** The provider's name for the charge that a refund gives back. */
async function chargeReferenceOf(engine: Engine, refund: Payment): Promise<string> {
  const charged = refund.about === null ? undefined : await selectPayment(engine.database, refund.customerId, refund.about);
  if (charged?.result?.reference == null) throw new Error(`refund ${refund.id} gives nothing back that was charged`);
  return charged.result.reference;
}

/** What the answer to a payment does in the books; nothing where no money moved. */
function outcomeOf(payment: Payment, answer: { result: PaymentResult; at: Instant }): LedgerTransaction | null {
  const hasSucceeded = answer.result.outcome === 'succeeded';
  if (payment.purpose === 'refund') return refundOutcome(payment, { hasSucceeded, at: answer.at });
  return hasSucceeded ? transactionOf(payment) : null;
}

/** What a charge that succeeded does in the books. */
function transactionOf(payment: Payment): LedgerTransaction {
  const { id, money, description, requestedAt, participant } = payment;
  const transactionId = `txn_${id.slice(4)}`;
  if (payment.purpose === 'top_up') return topUpTransaction({ id: transactionId, paymentId: id, money, at: requestedAt });
  const details = { paymentId: id, ...(participant === null ? {} : { participant }) };
  return { ...depositTransaction({ id: transactionId, money, description, at: requestedAt }), details };
}

/** Writes the result down, once; only the first one moves money. */
async function settlePayment(engine: Engine, unit: Unit, { payment, charged }: { payment: Payment; charged: ChargeResult }): Promise<void> {
  const { customerId } = payment;
  const { stored, facts, standing: before, isDeleted } = await loadPayer(engine, unit, payment);
  const revision = stored.revision + 1;
  const result: PaymentResult = {
    outcome: charged.outcome,
    reference: charged.outcome === 'succeeded' ? charged.reference : null,
    reason: charged.outcome === 'declined' ? charged.reason : null,
  };
  const isFirst = await insertPaymentResult(unit.transaction, { customerId, paymentId: payment.id, revision, result, madeAt: unit.at });
  if (!isFirst) return;
  const answered = withAnswer(before, { payment, result, unit });
  const moved = await booked(unit, { standing: answered, payment, result, revision });
  const settled = result.outcome === 'succeeded' ? moved : await switchedOff(unit, { standing: moved, payment, result, revision });
  const after = { ...facts, ...factsOfStanding(settled), revision };
  // What was used meanwhile may have taken the wallet below its minimum again; of somebody who has gone, nothing more is asked.
  const standing = isDeleted ? settled : await topUpIfDue(engine, unit, { facts: after, standing: settled });
  await updateStanding(unit.transaction, { customerId, revision, standing, dueAt: nextLookAt({ ...after, payments: standing.payments }, unit.at) });
}

/** Whoever pays, with what is due booked before the money comes; one deleted meanwhile as it was left: money that was taken is booked all the same. */
async function loadPayer(engine: Engine, unit: Unit, payment: Payment): Promise<LoadedCustomer & { readonly isDeleted: boolean }> {
  const [present] = await lockCustomers(unit.transaction, [payment.customerId]);
  if (present !== undefined) return { ...(await loadUpToDate(engine, unit, present)), isDeleted: false };
  const [deleted] = await lockCustomers(unit.transaction, [payment.customerId], { withDeleted: true });
  if (deleted === undefined) throw new Error(`payment ${payment.id} belongs to no customer`);
  return { ...(await loadCustomer(engine, unit.transaction, deleted)), isDeleted: true };
}

function withAnswer(standing: Standing, input: { payment: Payment; result: PaymentResult; unit: Unit }): Standing {
  const { payment, result, unit } = input;
  const common = { paymentId: payment.id, madeAt: unit.at };
  const change: PaymentChange = result.outcome === 'succeeded' ? { type: 'succeeded', ...common } : { type: 'declined', ...common, reason: result.reason ?? '' };
  return { ...standing, payments: withPaymentChange(standing.payments, change) };
}

async function booked(unit: Unit, input: { standing: Standing; payment: Payment; result: PaymentResult; revision: number }): Promise<Standing> {
  const { standing, payment, result, revision } = input;
  if (payment.purpose === 'invoice') return result.outcome === 'succeeded' ? payByCard(unit, input) : standing;
  const transaction = outcomeOf(payment, { result, at: unit.at });
  if (transaction === null) return standing;
  await insertTransaction(unit.transaction, { customerId: payment.customerId, revision, position: 0, transaction });
  return { ...standing, ...postAll(standing, [transaction]) };
}

/** A decline switches the automatic top-up off and keeps why. */
async function switchedOff(unit: Unit, input: { standing: Standing; payment: Payment; result: PaymentResult; revision: number }): Promise<Standing> {
  const { standing, payment, result, revision } = input;
  const { topUp } = standing;
  // Settings that name another currency by now were not what was declined.
  if (payment.purpose !== 'top_up' || topUp === null || !topUp.isEnabled || topUp.currency !== payment.money.currency) return standing;
  const value = { ...topUp, isEnabled: false, changedAt: unit.at, switchedOff: result.reason };
  const change: SettingChange = { setting: 'top_up', value };
  await insertSettingChange(unit.transaction, { customerId: payment.customerId, revision, madeAt: unit.at, change });
  return { ...standing, topUp: value };
}

/** The same request names the same payment: an id made from the key in place of chance. */
function paymentIdOf(customerId: string, key: IdempotencyKey): string {
  return `pay_${createHash('sha256').update(`${customerId}\n${key.scope}\n${key.key}`).digest('hex').slice(0, 24)}`;
}
