import { createHash } from 'node:crypto';
import { bookDue, nextBookingAt, settledRow, withInvoice } from '../core/booking.js';
import type { CustomerFacts } from '../core/facts.js';
import type { Instant } from '../core/instant.js';
import type { Invoice } from '../core/invoice.js';
import { documentNumber, invoiceStanding, issuedInvoice, type IssuedInvoice } from '../core/issued-invoice.js';
import { postTransaction } from '../core/ledger.js';
import { issueTransactions } from '../core/receivable.js';
import { withCursors, type Standing } from '../core/standing.js';
import { windowText } from '../core/window.js';
import { insertDocumentOwner, insertInvoice, takeNumber } from '../store/invoice.js';
import { claimDueCustomer, lockCustomers, selectDueCustomers, updateDue, updateStanding } from '../store/customer.js';
import { insertTransaction } from '../store/ledger.js';
import { saveCounts } from '../store/window.js';
import type { Queryable } from '../store/database.js';
import { inUnit, type Engine } from './engine.js';
import { storedWindows } from './event.js';
import { loadCustomer } from './facts.js';

/** What booking left: the standing with it, and the invoices issued. */
export interface Issued {
  readonly standing: Standing;
  readonly invoices: readonly IssuedInvoice[];
}

/** The same invoice has the same id as a draft, in a preview and when it is issued: an id made from what it continues. */
export function invoiceIdOf(customerId: string, invoice: Pick<Invoice, 'key'>): string {
  return `inv_${createHash('sha256').update(`${customerId}\n${invoice.key}`).digest('hex').slice(0, 24)}`;
}

/**
 * Writes invoices down: the facts, their entries, their numbers, and the windows they settle. `facts` are those that
 * the invoices were made from; `facts.revision` is that of the change under way.
 */
export async function issueInvoices(transaction: Queryable, input: { facts: CustomerFacts; standing: Standing; invoices: readonly Invoice[]; issuedAt: Instant }): Promise<Issued> {
  const { facts, issuedAt } = input;
  const { revision } = facts;
  const customerId = facts.customer.id;
  let standing = input.standing;
  const invoices: IssuedInvoice[] = [];
  let posted = 0;
  for (const [position, invoice] of input.invoices.entries()) {
    const id = invoiceIdOf(customerId, invoice);
    const number = documentNumber(invoice.series, await takeNumber(transaction, invoice.series, { id, customerId }));
    const issued = issuedInvoice(invoice, { id, number, issuedAt, revision });
    await insertInvoice(transaction, { customerId, revision, position, invoice: issued, standing: invoiceStanding(issued, []) });
    await insertDocumentOwner(transaction, id, customerId);
    const entries = issueTransactions(id, invoice);
    for (const entry of entries) {
      await insertTransaction(transaction, { customerId, revision, position: posted, transaction: entry });
      posted += 1;
    }
    standing = { ...standing, cursors: withCursors(standing.cursors, issued.cursors), balances: entries.reduce(postTransaction, standing.balances) };
    invoices.push(issued);
  }
  const settled = new Map(input.invoices.flatMap((invoice) => invoice.settles).map((row) => [windowText(row), row]));
  const windows = facts.windows.filter((row) => settled.has(windowText(row))).map(settledRow);
  if (windows.length > 0) await saveCounts(transaction, { customers: [], members: [], windows: storedWindows(customerId, facts, windows) });
  return { standing, invoices };
}

/** The most invoices that one transaction writes; the rest of a long backlog follows in the next. */
export const INVOICES_PER_UNIT = 24;
const CUSTOMERS_PER_READ = 100;

/**
 * Books what is due for every customer that has something due, oldest first, each in a transaction of its own that
 * nobody else can take part in. Tells how many invoices were issued; failures are told and keep no other waiting.
 */
export async function bookDueCustomers(engine: Engine, onFailure: (customerId: string, error: unknown) => void): Promise<number> {
  let issued = 0;
  // Looked at in this run with nothing to issue, or failed: not asked again before the next run.
  const passed = new Set<string>();
  for (;;) {
    const due = (await selectDueCustomers(engine.database, engine.clock.now(), CUSTOMERS_PER_READ + passed.size)).filter(({ id }) => !passed.has(id));
    let isBusy = false;
    for (const { id } of due) {
      const made = await bookOne(engine, id, onFailure);
      if (made === 0) passed.add(id);
      else isBusy = true;
      issued += made;
    }
    if (!isBusy) return issued;
  }
}

/** Tells how many invoices were issued for the customer; none when another worker has it or it failed. */
async function bookOne(engine: Engine, customerId: string, onFailure: (customerId: string, error: unknown) => void): Promise<number> {
  try {
    return (await bookCustomer(engine, customerId)) ?? 0;
  } catch (error) {
    onFailure(customerId, error);
    return 0;
  }
}

/** When the next customer falls due, up to `limit`. */
export async function nextDueMoment(engine: Engine, limit: Instant): Promise<Instant | undefined> {
  const [next] = await selectDueCustomers(engine.database, limit, 1);
  return next?.dueAt;
}

/** Books what is due for one customer. Undefined when another worker has it or nothing is due any more. */
async function bookCustomer(engine: Engine, customerId: string): Promise<number | undefined> {
  return inUnit(engine, async (unit) => {
    const isMine = await claimDueCustomer(unit.transaction, customerId, unit.at);
    if (!isMine) return undefined;
    const [stored] = await lockCustomers(unit.transaction, [customerId]);
    if (stored === undefined) return undefined;
    const { facts: kept, standing } = await loadCustomer(engine, unit.transaction, stored);
    const facts = { ...kept, revision: stored.revision + 1 };
    const { due, drafts } = bookDue(facts, unit.at);
    // A draft can be asked for by its id from now on.
    for (const draft of drafts) await insertDocumentOwner(unit.transaction, invoiceIdOf(customerId, draft), customerId);
    if (due.length === 0) {
      await updateDue(unit.transaction, customerId, nextBookingAt(kept, unit.at));
      return 0;
    }
    const invoices = due.slice(0, INVOICES_PER_UNIT);
    const issued = await issueInvoices(unit.transaction, { facts, standing, invoices, issuedAt: unit.at });
    const booked = invoices.reduce(withInvoice, facts);
    await updateStanding(unit.transaction, { customerId, standing: issued.standing, revision: facts.revision, dueAt: nextBookingAt(booked, unit.at) });
    return issued.invoices.length;
  });
}
