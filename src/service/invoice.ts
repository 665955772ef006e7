import type { Instant } from '../core/instant.js';
import type { Invoice } from '../core/invoice.js';
import {
  decideCreditNote, decidePayment, decideVoid, decideWriteOff, documentNumber, invoiceStanding, type CreditNote, type InvoiceDecision, type InvoiceStanding, type IssuedInvoice,
} from '../core/issued-invoice.js';
import { postAll } from '../core/ledger.js';
import { CREDIT_NOTE_SERIES } from '../core/plan.js';
import { Refusal, notFound } from '../core/problems.js';
import { updateStanding } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import {
  insertCreditNote, insertDocumentOwner, insertInvoiceChange, selectChangesOfInvoices, selectCreditNotes, selectCreditNotesOfInvoices, selectDocumentOwner, selectInvoice, selectInvoiceChanges, takeNumber, updateInvoice,
  type StoredInvoice,
} from '../store/invoice.js';
import { insertTransaction } from '../store/ledger.js';
import { selectCustomerPayments } from '../store/payment.js';
import { invoiceIdOf, loadUpToDate } from './booking.js';
import { collectInvoice } from './collection.js';
import { lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';
import type { LoadedCustomer } from './facts.js';
import { chargeableMethod } from './payment-request.js';
import { readState } from './state.js';

/** An issued invoice with what became of it. */
export interface InvoiceRead {
  readonly customerId: string;
  readonly invoice: IssuedInvoice;
  readonly standing: InvoiceStanding;
  readonly creditNotes: readonly CreditNote[];
}

/** A draft: due, not final yet, derived anew at every read. */
export interface DraftRead {
  readonly customerId: string;
  readonly id: string;
  readonly draft: Invoice;
}

/** @throws Refusal `not_found`. */
export async function findInvoiceOwner(engine: Engine, invoiceId: string, queryable: Queryable = engine.database): Promise<string> {
  const known = engine.aliases.get(invoiceId) ?? (await selectDocumentOwner(queryable, invoiceId));
  if (known === undefined) throw notFound('invoice', invoiceId);
  engine.aliases.set(invoiceId, known);
  return known;
}

/** The invoice, issued or in draft. @throws Refusal `not_found`. */
export async function readInvoice(engine: Engine, invoiceId: string): Promise<InvoiceRead | DraftRead> {
  const customerId = await findInvoiceOwner(engine, invoiceId);
  const stored = await selectInvoice(engine.database, customerId, invoiceId);
  const [issued] = stored === undefined ? [] : await withOutcomes(engine, [stored]);
  if (issued !== undefined) return issued;
  const draft = (await listDrafts(engine, customerId)).find(({ id }) => id === invoiceId);
  if (draft === undefined) throw notFound('invoice', invoiceId);
  return draft;
}

/** The customer's drafts, oldest first. @throws Refusal `not_found`. */
export async function listDrafts(engine: Engine, customer: string): Promise<DraftRead[]> {
  const state = await readState(engine, customer);
  return state.drafts.map((draft) => {
    const id = invoiceIdOf(state.customer.id, draft);
    // Who has seen a draft may ask for it by its id, whether or not the worker has seen it too.
    engine.aliases.set(id, state.customer.id);
    return { customerId: state.customer.id, id, draft };
  });
}

/** The open amount was paid outside of Paidup. @throws Refusal `not_found`, `invoice_conflict`. */
export async function recordPayment(engine: Engine, unit: Unit, input: { invoiceId: string; reference: string | null }): Promise<InvoiceRead> {
  return changeInvoice(engine, unit, { invoiceId: input.invoiceId, decide: async (asked) => decidePayment(asked, { method: 'external', reference: input.reference }) });
}

/**
 * Charges what is open to the card on file, in the background; a decline leaves the invoice as it is.
 * @throws Refusal `not_found`, `invoice_conflict` unless it is open and not being charged, `payment_method_missing`.
 */
export async function chargeInvoice(engine: Engine, unit: Unit, invoiceId: string): Promise<InvoiceRead> {
  const customerId = await findInvoiceOwner(engine, invoiceId, unit.transaction);
  const { stored, standing: before } = await loadUpToDate(engine, unit, await lockCustomer(unit, customerId));
  const kept = await selectInvoice(unit.transaction, customerId, invoiceId);
  if (kept === undefined) throw notFound('issued invoice', invoiceId);
  const { invoice, status, due } = kept;
  if (status !== 'open') throw new Refusal('invoice_conflict', `${invoice.number} is ${status}: only an open invoice can be charged.`);
  const payments = await selectCustomerPayments(unit.transaction, customerId);
  if (payments.some(({ payment, result }) => payment.about === invoiceId && result === null)) throw new Refusal('invoice_conflict', `${invoice.number} is being charged already.`);
  chargeableMethod(before.paymentMethod, unit);
  const revision = stored.revision + 1;
  const standing = await collectInvoice(engine, unit, { standing: before, asked: { customerId, revision, invoice, due }, paymentId: engine.newId('pay') });
  await updateStanding(unit.transaction, { customerId, revision, standing });
  const changes = (await selectInvoiceChanges(unit.transaction, customerId, invoiceId)).map((one) => one.change);
  return { customerId, invoice, standing: invoiceStanding(invoice, changes), creditNotes: await selectCreditNotes(unit.transaction, customerId, invoiceId) };
}

/** Takes the invoice back. @throws Refusal `not_found`, `invoice_conflict`. */
export async function voidInvoice(engine: Engine, unit: Unit, input: { invoiceId: string; reason: string | null }): Promise<InvoiceRead> {
  return changeInvoice(engine, unit, { invoiceId: input.invoiceId, decide: async (asked) => decideVoid(asked, input.reason) });
}

/** Gives up on being paid. @throws Refusal `not_found`, `invoice_conflict`. */
export async function writeOffInvoice(engine: Engine, unit: Unit, input: { invoiceId: string; reason: string | null }): Promise<InvoiceRead> {
  return changeInvoice(engine, unit, { invoiceId: input.invoiceId, decide: async (asked) => decideWriteOff(asked, input.reason) });
}

/** Gives part of the invoice, or all that is left, back. @throws Refusal `not_found`, `invalid_request`, `invoice_conflict`. */
export async function creditInvoice(engine: Engine, unit: Unit, input: { invoiceId: string; amount: string | undefined; reason: string | null }): Promise<{ read: InvoiceRead; creditNote: CreditNote }> {
  const { invoiceId, amount, reason } = input;
  let creditNote: CreditNote | undefined;
  const decide = async (asked: AskedInvoice): Promise<InvoiceDecision> => {
    const earlier = await selectCreditNotes(unit.transaction, asked.customerId, invoiceId);
    const id = engine.newId('cn');
    // Decided before a number is taken: a refusal leaves no gap.
    decideCreditNote(asked, { id, number: '', amount, reason, earlier });
    const number = documentNumber(CREDIT_NOTE_SERIES, await takeNumber(unit.transaction, CREDIT_NOTE_SERIES, { id, customerId: asked.customerId }));
    const decision = decideCreditNote(asked, { id, number, amount, reason, earlier });
    creditNote = decision.creditNote;
    await insertCreditNote(unit.transaction, { customerId: asked.customerId, revision: asked.revision, note: decision.creditNote });
    await insertDocumentOwner(unit.transaction, id, asked.customerId);
    return decision;
  };
  const after = await changeInvoice(engine, unit, { invoiceId, decide });
  if (creditNote === undefined) throw new Error('a credit note was decided');
  return { read: after, creditNote };
}

interface AskedInvoice {
  readonly customerId: string;
  readonly revision: number;
  readonly invoice: IssuedInvoice;
  readonly standing: InvoiceStanding;
  readonly transactionId: string;
  readonly at: Instant;
}

/** Load, decide, save: what every command on an invoice has in common. */
async function changeInvoice(engine: Engine, unit: Unit, input: { invoiceId: string; decide: (asked: AskedInvoice) => Promise<InvoiceDecision> }): Promise<InvoiceRead> {
  const { invoiceId, decide } = input;
  const customerId = await findInvoiceOwner(engine, invoiceId, unit.transaction);
  const loaded = await loadUpToDate(engine, unit, await lockCustomer(unit, customerId));
  const kept = await selectInvoice(unit.transaction, customerId, invoiceId);
  if (kept === undefined) throw notFound('issued invoice', invoiceId);
  const changes = (await selectInvoiceChanges(unit.transaction, customerId, invoiceId)).map((one) => one.change);
  const { invoice } = kept;
  const revision = loaded.stored.revision + 1;
  const decision = await decide({ customerId, revision, invoice, standing: invoiceStanding(invoice, changes), transactionId: engine.newId('txn'), at: unit.at });
  const standing = invoiceStanding(invoice, [...changes, decision.change]);
  await insertInvoiceChange(unit.transaction, { customerId, revision, position: 0, invoiceId, change: decision.change, madeAt: unit.at });
  await updateInvoice(unit.transaction, { customerId, invoiceId, standing });
  await post(unit, { loaded, revision, decision });
  const creditNotes = await selectCreditNotes(unit.transaction, customerId, invoiceId);
  return { customerId, invoice, standing, creditNotes };
}

async function post(unit: Unit, input: { loaded: LoadedCustomer; revision: number; decision: InvoiceDecision }): Promise<void> {
  const { loaded: { stored, standing: before }, revision, decision } = input;
  const customerId = stored.customer.id;
  for (const [position, transaction] of decision.transactions.entries()) await insertTransaction(unit.transaction, { customerId, revision, position, transaction });
  await updateStanding(unit.transaction, { customerId, revision, standing: { ...before, ...postAll(before, decision.transactions) } });
}

/** Stored invoices with what became of them, in two reads however many they are. */
export async function withOutcomes(engine: Engine, stored: readonly StoredInvoice[]): Promise<InvoiceRead[]> {
  if (stored.length === 0) return [];
  const [changes, notes] = await Promise.all([selectChangesOfInvoices(engine.database, stored), selectCreditNotesOfInvoices(engine.database, stored)]);
  return stored.map(({ customerId, invoice }) => ({
    customerId,
    invoice,
    standing: invoiceStanding(invoice, changes.filter(({ invoiceId }) => invoiceId === invoice.id).map(({ change }) => change)),
    creditNotes: notes.filter(({ invoiceId }) => invoiceId === invoice.id),
  }));
}
