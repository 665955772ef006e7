import { bookDue } from './booking.js';
import type { Customer } from './customer.js';
import type { CustomerFacts } from './facts.js';
import { factsOfStanding, standingOf, withSettlements, type History } from './history.js';
import { FOREVER, type Instant } from './instant.js';
import { issuedInvoice, type IssuedInvoice } from './issued-invoice.js';
import { assertBalanced, type LedgerTransaction } from './ledger.js';
import type { Plan } from './plan.js';
import { issueTransactions } from './receivable.js';
import { resolveSubscription, type Subscription } from './subscription.js';
import { WindowBook } from './window-book.js';
import type { Invoice } from './invoice.js';

/** An invoice that does not follow from what was known when it was issued. */
export interface InvoiceFault {
  readonly invoiceId: string;
  readonly detail: string;
}

/**
 * Makes every issued invoice again from the facts as they were known when it was issued, and compares: lines, taxes,
 * totals, what it settled, and what it did in the books. Events are counted as they became known.
 */
export function proveInvoices(input: { history: History; customer: Customer; planOf: (versionId: string) => Plan; idOf: (invoice: Invoice) => string }): InvoiceFault[] {
  const { history, customer, planOf, idOf } = input;
  const replay = new Replay(history, planOf);
  const revisions = [...new Set(history.invoices.map(({ revision }) => revision))];
  return revisions.flatMap((revision) => {
    const issued = history.invoices.filter((entry) => entry.revision === revision).map(({ invoice }) => invoice);
    const issuedAt = issued[0]?.issuedAt ?? FOREVER;
    const made = bookDue(replay.factsBefore(revision, customer), issuedAt).due.map((invoice) => ({ invoice, again: issuedInvoice(invoice, { id: idOf(invoice), number: '', issuedAt, revision }) }));
    const kept = history.transactions.filter((entry) => entry.revision === revision).map(({ transaction }) => transaction);
    return issued.flatMap((invoice, index) => compare(invoice, { made: made[index], kept }));
  });
}

function compare(invoice: IssuedInvoice, found: { made: { invoice: Invoice; again: IssuedInvoice } | undefined; kept: readonly LedgerTransaction[] }): InvoiceFault[] {
  const { made, kept } = found;
  if (made === undefined) return [{ invoiceId: invoice.id, detail: `${invoice.number} does not follow from the facts: nothing was due` }];
  const issued = textOf({ ...invoice, number: '' });
  const again = textOf(made.again);
  const faults = issued === again ? [] : [{ invoiceId: invoice.id, detail: `${invoice.number} says ${issued}, but the facts give ${again}` }];
  const expected = issueTransactions(invoice.id, made.invoice);
  const entries = kept.filter((transaction) => expected.some((other) => other.id === transaction.id));
  const isBooked = textOf(entries) === textOf(expected);
  return isBooked ? faults : [...faults, { invoiceId: invoice.id, detail: `the ledger does not hold ${invoice.number} as it was issued` }];
}

/** Counts a customer's events in the order in which they became known, so that each invoice is proved on what was known then. */
class Replay {
  readonly #history: History;
  readonly #planOf: (versionId: string) => Plan;
  #book = new WindowBook([], []);
  #counted = 0;
  #latest = Number.NEGATIVE_INFINITY;
  #subscriptions: readonly Subscription[] = [];
  #changes = 0;
  readonly #events: History['events'];

  constructor(history: History, planOf: (versionId: string) => Plan) {
    this.#history = history;
    this.#planOf = planOf;
    this.#events = [...history.events].sort((left, right) => left.revision - right.revision);
  }

  /** The facts that the change `revision` found, with its own changes of subscriptions, but not its invoices. */
  factsBefore(revision: number, customer: Customer): CustomerFacts {
    const history = this.#history;
    const known = <Entry extends { revision: number }>(entries: readonly Entry[]): Entry[] => entries.filter((entry) => entry.revision <= revision);
    const before = <Entry extends { revision: number }>(entries: readonly Entry[]): Entry[] => entries.filter((entry) => entry.revision < revision);
    const changes = known(history.changes);
    const invoices = before(history.invoices);
    const standing = standingOf({ changes, settings: known(history.settings), transactions: before(history.transactions), invoices, holds: before(history.holds), payments: before(history.payments), firings: before(history.firings) });
    if (changes.length !== this.#changes) {
      const effective = changes.slice(this.#changes).map(({ change }) => effectOf(change));
      this.#subscriptions = standing.subscriptions.map((record) => resolveSubscription(record, this.#planOf));
      this.#changes = changes.length;
      // What took effect before something that was counted makes all of it be counted anew.
      if (effective.some((moment) => moment <= this.#latest)) this.#restart();
    }
    this.#countUpTo(revision);
    const windows = withSettlements(this.#book.allWindows(), invoices.map(({ invoice }) => invoice));
    return { ...factsOfStanding(standing), customer, revision, subscriptions: this.#subscriptions, windows };
  }

  #restart(): void {
    this.#book = new WindowBook([], []);
    this.#counted = 0;
    this.#latest = Number.NEGATIVE_INFINITY;
  }

  #countUpTo(revision: number): void {
    for (let entry = this.#events[this.#counted]; entry !== undefined && entry.revision <= revision; entry = this.#events[this.#counted]) {
      this.#book.count(this.#subscriptions, entry.event);
      this.#latest = Math.max(this.#latest, entry.event.occurredAt);
      this.#counted += 1;
    }
  }
}

/** The earliest moment at which the change may make events count otherwise. */
function effectOf(change: History['changes'][number]['change']): Instant {
  if (change.type === 'created' || change.type === 'phase_scheduled') return change.startsAt;
  if (change.type === 'canceled') return change.endsAt;
  return (change.type === 'reactivated' ? 0 : change.madeAt) as Instant;
}

/** A value as text that is equal for equal values. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
}

/** Faults of a ledger: transactions whose entries do not sum to zero. */
export function unbalanced(transactions: readonly LedgerTransaction[]): string[] {
  return transactions.flatMap((transaction) => {
    try {
      assertBalanced(transaction);
      return [];
    } catch (error) {
      return [(error as Error).message];
    }
  });
}
