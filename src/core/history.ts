import { withFiring, type AlertFiring } from './alert.js';
import type { Customer } from './customer.js';
import { decimal } from './decimal.js';
import type { UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, type Instant } from './instant.js';
import type { IssuedInvoice } from './issued-invoice.js';
import { withHoldChange, type HoldChange } from './hold.js';
import { postAll, type LedgerTransaction } from './ledger.js';
import { withPaymentChange, type PaymentChange } from './payment.js';
import type { Plan } from './plan.js';
import { EMPTY_STANDING, withCursors, withSetting, withSubscriptionChange, type SettingChange, type Standing, type SubscriptionEntry } from './standing.js';
import { resolveSubscription } from './subscription.js';
import { deriveWindows } from './window-book.js';
import { windowText, type UsageWindow } from './window.js';

/** Every fact of one customer, each with the number of the change that brought it, in the order in which they came. */
export interface History {
  readonly changes: readonly SubscriptionEntry[];
  readonly settings: ReadonlyArray<{ readonly revision: number; readonly madeAt: Instant; readonly change: SettingChange }>;
  readonly transactions: ReadonlyArray<{ readonly revision: number; readonly transaction: LedgerTransaction }>;
  readonly invoices: ReadonlyArray<{ readonly revision: number; readonly invoice: IssuedInvoice }>;
  readonly holds: ReadonlyArray<{ readonly revision: number; readonly change: HoldChange }>;
  readonly payments: ReadonlyArray<{ readonly revision: number; readonly change: PaymentChange }>;
  readonly firings: ReadonlyArray<{ readonly revision: number; readonly firing: AlertFiring }>;
  /** In order of time, then id. */
  readonly events: ReadonlyArray<{ readonly revision: number; readonly event: UsageEvent }>;
}

/** Which facts count: those that happened up to `at`, and that were known at `revision`. */
export interface Cutoff {
  readonly at: Instant;
  readonly revision: number;
}

export const EVERYTHING: Cutoff = { at: FOREVER, revision: Number.MAX_SAFE_INTEGER };

/**
 * The facts as they were at a moment, by what is known today or was known at an earlier revision. What was decided
 * later does not count, but for a subscription that was made with a start in the past: that had begun.
 */
export function historyUntil(history: History, cutoff: Cutoff): History {
  const { at, revision } = cutoff;
  const isKnown = (entry: { revision: number }): boolean => entry.revision <= revision;
  const changes = history.changes.filter(isKnown);
  const begun = new Set(changes.filter(({ change }) => change.type === 'created' && change.startsAt <= at).map((entry) => `${entry.subscriptionId} ${entry.revision}`));
  const invoices = history.invoices.filter((entry) => isKnown(entry) && entry.invoice.issuedAt <= at);
  const issuing = new Set(history.invoices.map((entry) => entry.revision));
  const issued = new Set(invoices.map((entry) => entry.revision));
  // Money that was asked for is there from the answer on, whenever it was asked for.
  const answered = new Map(history.payments.flatMap((entry) => (entry.change.type === 'succeeded' ? [[entry.revision, entry.change.madeAt] as const] : [])));
  return {
    changes: changes.filter((entry) => entry.change.madeAt <= at || begun.has(`${entry.subscriptionId} ${entry.revision}`)),
    settings: history.settings.filter((entry) => isKnown(entry) && entry.madeAt <= at),
    // What an invoice did in the books stands and falls with it.
    transactions: history.transactions.filter((entry) => isKnown(entry) && (issuing.has(entry.revision) ? issued.has(entry.revision) : (answered.get(entry.revision) ?? entry.transaction.occurredAt) <= at)),
    invoices,
    holds: history.holds.filter((entry) => isKnown(entry) && entry.change.madeAt <= at),
    payments: history.payments.filter((entry) => isKnown(entry) && momentOf(entry.change) <= at),
    firings: history.firings.filter((entry) => isKnown(entry) && entry.firing.madeAt <= at),
    events: history.events.filter((entry) => isKnown(entry) && entry.event.occurredAt <= at),
  };
}

function momentOf(change: PaymentChange): Instant {
  return change.type === 'requested' ? change.payment.requestedAt : change.madeAt;
}

/** What all facts of a history fold to. @throws when the ledger does not balance. */
export function standingOf(history: Omit<History, 'events'>): Standing {
  const folded = history.changes.reduce(withSubscriptionChange, EMPTY_STANDING);
  const set = withSettings(folded, history);
  return {
    ...set,
    ...postAll(set, history.transactions.map(({ transaction }) => transaction)),
    holds: history.holds.reduce((holds, { change }) => withHoldChange(holds, change), set.holds),
    cursors: history.invoices.reduce((cursors, { invoice }) => withCursors(cursors, invoice.cursors), set.cursors),
  };
}

/**
 * Settings, and what depends on them, in the order of their changes: a new card forgets what was declined before it, and
 * not after; with an alert go its firings.
 */
function withSettings(standing: Standing, { settings, payments, firings }: Pick<History, 'settings' | 'payments' | 'firings'>): Standing {
  const steps = [
    ...settings.map(({ revision, change }) => ({ revision, apply: (before: Standing): Standing => withSetting(before, change) })),
    ...payments.map(({ revision, change }) => ({ revision, apply: (before: Standing): Standing => ({ ...before, payments: withPaymentChange(before.payments, change) }) })),
    ...firings.map(({ revision, firing }) => ({ revision, apply: (before: Standing): Standing => ({ ...before, firings: withFiring(before.firings, firing) }) })),
  ];
  return steps.sort((left, right) => left.revision - right.revision).reduce((before, { apply }) => apply(before), standing);
}

/** The facts that a history amounts to, windows derived from its events. `planOf` must know every plan version it names. */
export function factsOfHistory(history: History, customer: Customer, planOf: (versionId: string) => Plan): CustomerFacts {
  const standing = standingOf(history);
  const subscriptions = standing.subscriptions.map((record) => resolveSubscription(record, planOf));
  const { windows } = deriveWindows(subscriptions, history.events.map(({ event }) => event));
  return { ...factsOfStanding(standing), customer, revision: lastRevision(history), subscriptions, windows: withSettlements(windows, history.invoices.map(({ invoice }) => invoice)) };
}

export function factsOfStanding({ subscriptions: _records, ...rest }: Standing): Omit<Standing, 'subscriptions'> {
  return rest;
}

/** The windows with what the invoices, in order, have billed of them. */
export function withSettlements(windows: readonly UsageWindow[], invoices: readonly IssuedInvoice[]): UsageWindow[] {
  const marks = new Map(invoices.flatMap((invoice) => invoice.settles).map((mark) => [windowText(mark), mark]));
  return windows.map((row) => {
    const mark = marks.get(windowText(row));
    return mark === undefined ? row : { ...row, settled: { used: decimal(mark.used), carried: decimal(mark.carried) } };
  });
}

/** The number of the last change in a history. */
export function lastRevision(history: History): number {
  const lists: ReadonlyArray<ReadonlyArray<{ revision: number }>> = [history.changes, history.settings, history.transactions, history.invoices, history.holds, history.payments, history.firings, history.events];
  return lists.reduce((last, entries) => entries.reduce((most, entry) => Math.max(most, entry.revision), last), 0);
}

