import { decideCollected, invoiceStanding, type IssuedInvoice } from '../core/issued-invoice.js';
import { postAll } from '../core/ledger.js';
import { moneyText, type Money } from '../core/money.js';
import { paymentMethodStatus } from '../core/payment-method.js';
import type { Standing } from '../core/standing.js';
import { insertInvoiceChange, selectInvoice, selectInvoiceChanges, updateInvoice } from '../store/invoice.js';
import { insertTransaction } from '../store/ledger.js';
import type { Payment, PaymentResult } from '../store/payment.js';
import type { Engine, Unit } from './engine.js';
import { requestPayment } from './payment-request.js';

/** An invoice whose open amount is to be charged to the card on file. */
export interface Collectable {
  readonly customerId: string;
  readonly revision: number;
  readonly invoice: Pick<IssuedInvoice, 'id' | 'number'>;
  readonly due: Money;
}

/**
 * Opens a charge for what is due on an invoice, where there is a card that can be charged; the provider is asked once this
 * is committed. Gives the standing with it.
 */
export async function collectInvoice(engine: Engine, unit: Unit, { standing, asked, paymentId }: { standing: Standing; asked: Collectable; paymentId: string }): Promise<Standing> {
  const { customerId, revision, invoice, due } = asked;
  const { paymentMethod } = standing;
  if (paymentMethod === null || paymentMethodStatus(paymentMethod, unit.at) !== 'set' || due.minor <= 0n) return standing;
  const payment: Payment = {
    id: paymentId,
    customerId,
    revision,
    purpose: 'invoice',
    description: `${invoice.number}: ${moneyText(due)} ${due.currency}`,
    money: due,
    paymentMethodId: paymentMethod.id,
    requestedAt: unit.at,
    about: invoice.id,
    participant: null,
  };
  const after = await requestPayment(unit, standing, payment);
  unit.afterCommit(() => engine.charges.start(payment));
  return after;
}

/** The invoices of a booking whose plans say so are charged as they are issued. The first charge of an invoice has an id that follows from it. */
export async function collectIssued(engine: Engine, unit: Unit, given: { standing: Standing; customerId: string; revision: number; invoices: readonly IssuedInvoice[]; isCollected: readonly boolean[] }): Promise<Standing> {
  const { customerId, revision, invoices, isCollected } = given;
  let { standing } = given;
  for (const [index, invoice] of invoices.entries()) {
    if (isCollected[index] !== true) continue;
    standing = await collectInvoice(engine, unit, { standing, asked: { customerId, revision, invoice, due: invoice.amountDue }, paymentId: `pay_${invoice.id.slice(4)}` });
  }
  return standing;
}

/** The card was charged: the invoice is paid by it. Gives the standing with it. */
export async function payByCard(unit: Unit, { standing, payment, result, revision }: { standing: Standing; payment: Payment; result: PaymentResult; revision: number }): Promise<Standing> {
  const { customerId, about: invoiceId, money } = payment;
  const kept = invoiceId === null ? undefined : await selectInvoice(unit.transaction, customerId, invoiceId);
  if (kept === undefined || invoiceId === null) throw new Error(`payment ${payment.id} is for no invoice`);
  const changes = (await selectInvoiceChanges(unit.transaction, customerId, invoiceId)).map((one) => one.change);
  const asked = { invoice: kept.invoice, standing: invoiceStanding(kept.invoice, changes), transactionId: `txn_${payment.id.slice(4)}`, at: unit.at };
  const { change, transactions } = decideCollected(asked, { money, reference: result.reference, paymentId: payment.id });
  if (change !== null) {
    await insertInvoiceChange(unit.transaction, { customerId, revision, position: 0, invoiceId, change, madeAt: unit.at });
    await updateInvoice(unit.transaction, { customerId, invoiceId, standing: invoiceStanding(kept.invoice, [...changes, change]) });
  }
  for (const [position, transaction] of transactions.entries()) await insertTransaction(unit.transaction, { customerId, revision, position, transaction });
  return { ...standing, ...postAll(standing, transactions) };
}
