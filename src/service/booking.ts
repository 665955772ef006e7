import { createHash } from 'node:crypto';
import { nextAlertAt } from '../core/alert-firing.js';
import { bookDue, nextBookingAt, withStep, type Booked, type Step } from '../core/booking.js';
import type { CustomerFacts } from '../core/facts.js';
import { earliest, type Instant } from '../core/instant.js';
import type { Invoice } from '../core/invoice.js';
import { documentNumber, invoiceStanding, issuedInvoice, type IssuedInvoice } from '../core/issued-invoice.js';
import { postAll, type LedgerTransaction } from '../core/ledger.js';
import { Refusal } from '../core/problems.js';
import { issueTransactions } from '../core/receivable.js';
import { refillAt } from '../core/top-up.js';
import { withCursors, withSubscriptionChange, type Standing, type SubscriptionEntry } from '../core/standing.js';
import { windowText } from '../core/window.js';
import { insertDocumentOwner, insertInvoice, takeNumber } from '../store/invoice.js';
import { claimDueCustomer, lockCustomers, selectCustomer, selectDueCustomers, updateDue, updateStanding, type StoredCustomer } from '../store/customer.js';
import { insertTransaction } from '../store/ledger.js';
import { insertSubscriptionChange } from '../store/subscription.js';
import { saveCounts } from '../store/window.js';
import type { Queryable } from '../store/database.js';
import { fireAlerts } from './alert.js';
import { collectIssued } from './collection.js';
import { inUnit, type Engine, type Unit } from './engine.js';
import { storedWindows } from './window.js';
import { loadCustomer, type LoadedCustomer } from './facts.js';
import { topUpIfDue } from './top-up.js';

/** What booking left: the standing with it, and the invoices issued. */
export interface Issued {
  readonly standing: Standing;
  readonly invoices: readonly IssuedInvoice[];
}

/** The same invoice has the same id as a draft, in a preview and when it is issued: an id made from what it continues. */
export function invoiceIdOf(customerId: string, invoice: Pick<Invoice, 'key'>): string {
  return `inv_${createHash('sha256').update(`${customerId}\n${invoice.key}`).digest('hex').slice(0, 24)}`;
}

/** What is booked in one transaction: whole steps, and what expired after them. */
export interface Booking {
  readonly steps: readonly Step[];
  readonly expiries: readonly LedgerTransaction[];
}

/**
 * Writes down what is due: invoices with their entries, numbers and the windows they settle; what turns changed; what
 * expired. `facts` are those that it was made from; `facts.revision` is that of the change under way, which has added
 * `changes` changes of subscriptions already.
 */
export async function saveBooking(
  transaction: Queryable,
  input: { facts: CustomerFacts; standing: Standing; booking: Booking; issuedAt: Instant; changes: number },
): Promise<Issued> {
  const { facts, booking, issuedAt } = input;
  const writer = new BookingWriter(transaction, { facts, standing: input.standing, issuedAt, changes: input.changes });
  for (const step of booking.steps) {
    for (const expiry of step.expiries) await writer.post(expiry);
    for (const renewal of step.renewals) await writer.renew(renewal.entry);
    for (const invoice of step.invoices) await writer.issue(invoice);
  }
  for (const expiry of booking.expiries) await writer.post(expiry);
  const after = booking.steps.reduce(withStep, facts);
  const settled = new Set(booking.steps.flatMap((step) => step.invoices).flatMap((invoice) => invoice.settles).map(windowText));
  const windows = after.windows.filter((row) => settled.has(windowText(row)));
  if (windows.length > 0) await saveCounts(transaction, { customers: [], members: [], windows: storedWindows(facts.customer.id, after, windows) });
  return { standing: writer.standing, invoices: writer.invoices };
}

/** Adds facts to one change of one customer and folds them into the standing as it goes. */
class BookingWriter {
  readonly #transaction: Queryable;
  readonly #customerId: string;
  readonly #revision: number;
  readonly #issuedAt: Instant;
  #posted = 0;
  #changes: number;
  standing: Standing;
  readonly invoices: IssuedInvoice[] = [];

  constructor(transaction: Queryable, input: { facts: CustomerFacts; standing: Standing; issuedAt: Instant; changes: number }) {
    this.#transaction = transaction;
    this.#customerId = input.facts.customer.id;
    this.#revision = input.facts.revision;
    this.#issuedAt = input.issuedAt;
    this.#changes = input.changes;
    this.standing = input.standing;
  }

  async post(posted: LedgerTransaction): Promise<void> {
    await insertTransaction(this.#transaction, { customerId: this.#customerId, revision: this.#revision, position: this.#posted, transaction: posted });
    this.#posted += 1;
    this.standing = { ...this.standing, ...postAll(this.standing, [posted]) };
  }

  async renew(entry: SubscriptionEntry): Promise<void> {
    await insertSubscriptionChange(this.#transaction, { ...entry, customerId: this.#customerId, position: this.#changes });
    this.#changes += 1;
    this.standing = withSubscriptionChange(this.standing, entry);
  }

  async issue(invoice: Invoice): Promise<void> {
    const customerId = this.#customerId;
    const id = invoiceIdOf(customerId, invoice);
    const number = documentNumber(invoice.series, await takeNumber(this.#transaction, invoice.series, { id, customerId }));
    const issued = issuedInvoice(invoice, { id, number, issuedAt: this.#issuedAt, revision: this.#revision });
    await insertInvoice(this.#transaction, { customerId, revision: this.#revision, position: this.invoices.length, invoice: issued, standing: invoiceStanding(issued, []) });
    await insertDocumentOwner(this.#transaction, id, customerId);
    for (const entry of issueTransactions(id, invoice)) await this.post(entry);
    this.standing = { ...this.standing, cursors: withCursors(this.standing.cursors, issued.cursors) };
    this.invoices.push(issued);
  }
}

/** The most invoices that one transaction writes, but for those of one moment; the rest of a long backlog follows in the next. */
const INVOICES_PER_UNIT = 24;

/** What one transaction books of all that is due. */
export function firstBooking({ steps, expiries }: Booked): Booking {
  let count = 0;
  const taken = steps.findIndex((step) => {
    count += Math.max(step.invoices.length, 1);
    return count >= INVOICES_PER_UNIT;
  });
  const isAll = taken === -1 || taken === steps.length - 1;
  return isAll ? { steps, expiries } : { steps: steps.slice(0, taken + 1), expiries: [] };
}

/** Of each invoice of a booking, in order, whether its plans have it charged to the card. */
export function collectedOf({ steps }: Booking): boolean[] {
  return steps.flatMap(({ invoices }) => invoices.map(({ isCollected }) => isCollected));
}

/** The facts with a booking. */
export function withBooking(facts: CustomerFacts, { steps, expiries }: Booking): CustomerFacts {
  const after = steps.reduce(withStep, facts);
  return { ...after, ...postAll(after, expiries) };
}

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
    return stored === undefined ? undefined : bookStored(engine, unit, stored);
  });
}

/** Books what is due for a customer that is locked, fills a wallet that it left low, and tells what usage alerts have come due. Gives how many invoices were issued. */
export async function bookStored(engine: Engine, unit: Unit, stored: StoredCustomer): Promise<number> {
  const customerId = stored.customer.id;
  const { facts: kept, standing: before } = await loadCustomer(engine, unit.transaction, stored);
  const facts = { ...kept, revision: stored.revision + 1 };
  const booked = bookDue(facts, unit.at);
  // A draft can be asked for by its id from now on.
  for (const draft of booked.drafts) await insertDocumentOwner(unit.transaction, invoiceIdOf(customerId, draft), customerId);
  const booking = firstBooking(booked);
  const issued = await saveBooking(unit.transaction, { facts, standing: before, booking, issuedAt: unit.at, changes: 0 });
  const after = withBooking(facts, booking);
  const collected = await collectIssued(engine, unit, { standing: issued.standing, customerId, revision: facts.revision, invoices: issued.invoices, isCollected: collectedOf(booking) });
  const filled = await topUpIfDue(engine, unit, { facts: after, standing: collected });
  const standing = await fireAlerts(unit, { facts: after, standing: filled });
  if (standing === before) {
    await updateDue(unit.transaction, customerId, nextLookAt(kept, unit.at));
    return 0;
  }
  await updateStanding(unit.transaction, { customerId, standing, revision: facts.revision, dueAt: nextLookAt({ ...after, payments: standing.payments, firings: standing.firings }, unit.at) });
  return issued.invoices.length;
}

/**
 * The customer with everything booked that is due, under the lock that this unit holds: what a change leads to must not
 * depend on whether the worker has been there before it.
 */
export async function loadUpToDate(engine: Engine, unit: Unit, stored: StoredCustomer): Promise<LoadedCustomer> {
  for (let current = stored; ; ) {
    const loaded = await loadCustomer(engine, unit.transaction, current);
    const { steps, expiries } = bookDue({ ...loaded.facts, revision: current.revision + 1 }, unit.at);
    if (steps.length === 0 && expiries.length === 0) return loaded;
    await bookStored(engine, unit, current);
    const [booked] = await lockCustomers(unit.transaction, [stored.customer.id], { withDeleted: true });
    if (booked === undefined || booked.revision === current.revision) throw new Error('what is due for a locked customer cannot be booked');
    current = booked;
  }
}

/** The same without saving: the customer as it will be found. */
export function upToDate(loaded: LoadedCustomer, at: Instant): LoadedCustomer {
  const revision = loaded.stored.revision + 1;
  const { facts, steps, expiries } = bookDue({ ...loaded.facts, revision }, at);
  if (steps.length === 0 && expiries.length === 0) return loaded;
  const { balances, credits, cursors } = facts;
  const changed = steps.flatMap(({ renewals }) => renewals).reduce((standing, { entry }) => withSubscriptionChange(standing, entry), loaded.standing);
  return { stored: { ...loaded.stored, revision }, facts, standing: { ...changed, balances, credits, cursors } };
}

/** What is due and not written down: what the worker is about to issue. @throws Refusal `not_found`. */
export async function readDue(engine: Engine, customerId: string): Promise<readonly Invoice[]> {
  const stored = await selectCustomer(engine.database, customerId);
  if (stored === undefined) throw new Refusal('not_found', 'There is no such customer.');
  return bookDue((await loadCustomer(engine, engine.database, stored)).facts, engine.clock.now()).due;
}

/** When the worker has to look at the customer: when something falls due, a low wallet may be filled again, or a usage alert comes due by the clock. */
export function nextLookAt(facts: CustomerFacts, at: Instant): Instant {
  return [nextBookingAt(facts, at), refillAt(facts, at), nextAlertAt(facts, at)].reduce(earliest);
}
