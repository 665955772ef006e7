import { accruedAmounts } from './accrual.js';
import type { Cursor } from './charge.js';
import { nextDueAt, ownDueAt } from './due.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, earliest, type Instant } from './instant.js';
import { contributionOf, graceEnd, type Contribution, type Invoice, type InvoiceLine } from './invoice.js';
import { postTransaction } from './ledger.js';
import { addMoney, subtractMoney, sumMoney, zeroMoney, type Money } from './money.js';
import { issueTransactions } from './receivable.js';
import { withCursors } from './standing.js';
import { phaseAt, type Subscription } from './subscription.js';
import { applyTax } from './tax.js';
import { wallets } from './wallet.js';
import { windowText, type UsageWindow } from './window.js';

/** The facts with everything booked that was due, and what was booked on the way. */
export interface Booked {
  readonly facts: CustomerFacts;
  /** Final, in order of date. */
  readonly due: readonly Invoice[];
  /** Due, but waiting for late usage until their `finalizesAt`; in order of date. */
  readonly drafts: readonly Invoice[];
}

/** More than any schedule brings in the ten years that a state may be asked ahead; what is more waits for the worker. */
const MAX_INVOICES = 5_000;
/** More moments without a line than trials, pauses and changes bring; whoever comes so far finds nothing. */
const MAX_PROBES = 10_000;

/**
 * Makes every invoice that has fallen due by `at` and tells the facts as they are then. Reading, the worker, commands
 * and previews all go through here: only who saves the outcome differs.
 */
export function bookDue(facts: CustomerFacts, at: Instant): Booked {
  const made: Array<{ invoice: Invoice; facts: CustomerFacts }> = [];
  let current = facts;
  while (made.length < MAX_INVOICES) {
    const invoices = nextInvoices(current, at);
    if (invoices.length === 0) break;
    for (const invoice of invoices) {
      current = withInvoice(current, invoice);
      made.push({ invoice, facts: current });
    }
  }
  // One that is final takes those before it along: invoices are final in order.
  const last = made.findLastIndex(({ invoice }) => invoice.finalizesAt <= at);
  return {
    facts: made[last]?.facts ?? facts,
    due: made.slice(0, last + 1).map(({ invoice }) => invoice),
    drafts: made.slice(last + 1).map(({ invoice }) => invoice),
  };
}

/** The next invoice after everything that is due at `at`, if nothing more happens; null when nothing will be billed again. */
export function upcomingInvoice(booked: Booked, at: Instant): Invoice | null {
  const facts = booked.drafts.reduce(withInvoice, booked.facts);
  const [next] = nextInvoices(facts, FOREVER);
  return next === undefined || next.date <= at ? null : next;
}

/** When the worker has to look at the customer: now where something is due, else as nextDueAfter. */
export function nextBookingAt(facts: CustomerFacts, at: Instant): Instant {
  const booked = bookDue(facts, at);
  return booked.due.length > 0 ? at : nextDueAfter(booked, at);
}

/** The first moment after `at` at which something more may fall due or become final, if the facts stay as they are; FOREVER when none. */
export function nextDueAfter({ drafts, facts: after }: Booked, at: Instant): Instant {
  const waiting = drafts.reduce((first, invoice) => earliest(first, invoice.finalizesAt), FOREVER);
  const cursors = new Map(after.cursors.map((cursor) => [cursor.subscriptionId, cursor]));
  const passed: Cursor = { at, revision: after.revision };
  return after.subscriptions.reduce((first, subscription) => {
    const cursor = cursors.get(subscription.id) ?? null;
    const from = cursor !== null && cursor.at > at ? cursor : passed;
    return earliest(first, nextDueAt(subscription, subscription.startsAt > at ? null : from, rowsOf(after.windows, subscription.id)));
  }, waiting);
}

/** Everything that falls due at the earliest moment at which anything does, up to `limit`: an invoice per currency and series. */
function nextInvoices(facts: CustomerFacts, limit: Instant): Invoice[] {
  const cursors = new Map<string, Cursor | null>(facts.subscriptions.map(({ id }) => [id, facts.cursors.find((cursor) => cursor.subscriptionId === id) ?? null]));
  const probes = new Map(cursors);
  for (let probe = 0; probe < MAX_PROBES; probe += 1) {
    const dated = facts.subscriptions.map((subscription) => ({ subscription, date: nextDueAt(subscription, probes.get(subscription.id) ?? null, rowsOf(facts.windows, subscription.id)) }));
    const date = dated.reduce((first, entry) => earliest(first, entry.date), FOREVER);
    if (date === FOREVER || date > limit) return [];
    const parts = facts.subscriptions
      // One that has been invoiced further than this would be thrown back.
      .filter(({ id, startsAt }) => startsAt <= date && (cursors.get(id)?.at ?? date) <= date)
      .map((subscription) => ({ subscription, contribution: contributionOf(subscription, rowsOf(facts.windows, subscription.id), { after: cursors.get(subscription.id) ?? null, upTo: date }) }));
    const isLateDue = (part: Part): boolean =>
      dated.some(({ subscription, date: due }) => subscription === part.subscription && due === date) && ownDueAt(part.subscription, probes.get(part.subscription.id) ?? null, rowsOf(facts.windows, part.subscription.id)) === FOREVER;
    const groups = grouped(parts, date).filter((group) => isWorthIssuing(group) && group.some((part) => part.contribution.lines.some(isOwnLine) || (part.contribution.lines.length > 0 && isLateDue(part))));
    if (groups.length > 0) return invoicesOf(facts, groups, { date, cursors });
    for (const entry of dated) if (entry.date === date) probes.set(entry.subscription.id, { at: date, revision: Number.MAX_SAFE_INTEGER });
  }
  return [];
}

interface Part {
  readonly subscription: Subscription;
  readonly contribution: Contribution;
}

function grouped(parts: readonly Part[], date: Instant): Part[][] {
  const groups = new Map<string, Part[]>();
  for (const part of parts.filter(({ contribution }) => contribution.lines.length > 0 || contribution.settles.length > 0)) {
    const { currency, invoiceSeries } = phaseAt(part.subscription, date).plan;
    const key = `${currency} ${invoiceSeries}`;
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return [...groups.values()];
}

/** An invoice over nothing is written only for a period with fixed prices, or with usage that is counted by the period. */
function isWorthIssuing(parts: readonly Part[]): boolean {
  return parts.some(({ contribution: { lines } }) => lines.some((line) => line.amount.minor !== 0n || line.kind === 'fixed' || (line.source.of === 'usage' && line.source.charge.usage.price.window === null)));
}

/** Whether the line makes an invoice of its own. Late usage stands on an invoice that something else makes, discounts on what they are taken off. */
function isOwnLine({ source }: InvoiceLine): boolean {
  switch (source.of) {
    case 'fixed':
      return true;
    case 'usage':
      return !source.charge.isLate;
    case 'bound':
      return source.charge.invoiced === null;
    case 'discount':
      return false;
  }
}

function invoicesOf(facts: CustomerFacts, groups: readonly Part[][], input: { date: Instant; cursors: ReadonlyMap<string, Cursor | null> }): Invoice[] {
  const invoices: Invoice[] = [];
  let balances = facts.balances;
  for (const parts of groups) {
    const invoice = invoiceOf({ ...facts, balances }, parts, input);
    invoices.push(invoice);
    balances = issueTransactions(invoice.key, invoice).reduce(postTransaction, balances);
  }
  return invoices;
}

function invoiceOf(facts: CustomerFacts, parts: readonly Part[], input: { date: Instant; cursors: ReadonlyMap<string, Cursor | null> }): Invoice {
  const { date, cursors } = input;
  const plans = parts.map(({ subscription }) => phaseAt(subscription, date).plan);
  const [plan] = plans;
  if (plan === undefined) throw new Error('an invoice is of something');
  const { currency } = plan;
  const lines = parts.flatMap(({ contribution }) => contribution.lines);
  const taxed = applyTax(sumMoney(lines.map((line) => line.amount), currency), facts.tax);
  const walletCredit = creditOf(facts, taxed.total, plans.every((each) => each.isWalletApplied));
  const from = parts.map(({ subscription: { id } }) => continuation(id, cursors.get(id) ?? null, date));
  return {
    date,
    currency,
    series: plan.invoiceSeries,
    lines,
    ...taxed,
    walletCredit,
    amountDue: subtractMoney(taxed.total, walletCredit),
    finalizesAt: graceEnd(date, Math.max(...parts.map(({ contribution }) => contribution.graceHours))),
    key: `${date} ${currency} ${plan.invoiceSeries} ${from.join(' ')}`,
    subscriptionIds: parts.map(({ subscription }) => subscription.id),
    settles: parts.flatMap(({ contribution }) => contribution.settles),
  };
}

/** Where an invoice goes on from. The number of the change counts only at its own moment: a draft before it has none yet. */
function continuation(id: string, cursor: Cursor | null, date: Instant): string {
  if (cursor === null) return `${id}@`;
  return cursor.at < date ? `${id}@${cursor.at}` : `${id}@${cursor.at}.${cursor.revision}`;
}

/** What the wallet pays of a total: what is available, as far as it goes. What an invoice gives back goes to the wallet. */
function creditOf(facts: CustomerFacts, total: Money, isApplied: boolean): Money {
  if (total.minor < 0n) return total;
  if (!isApplied) return zeroMoney(total.currency);
  const wallet = wallets({ currency: total.currency, balances: facts.balances, accrued: accruedAmounts(facts).filter((money) => money.currency === total.currency) })[0];
  const available = wallet?.available ?? zeroMoney(total.currency);
  if (available.minor <= 0n) return zeroMoney(total.currency);
  return available.minor < total.minor ? available : total;
}

/** Rows by subscription: asked for again and again while invoices are made. */
const rowGroups = new WeakMap<readonly UsageWindow[], Map<string, UsageWindow[]>>();

function rowsOf(windows: readonly UsageWindow[], subscriptionId: string): readonly UsageWindow[] {
  let groups = rowGroups.get(windows);
  if (groups === undefined) {
    groups = new Map();
    for (const row of windows) {
      const group = groups.get(row.subscriptionId);
      if (group === undefined) groups.set(row.subscriptionId, [row]);
      else group.push(row);
    }
    rowGroups.set(windows, groups);
  }
  return groups.get(subscriptionId) ?? NO_ROWS;
}

const NO_ROWS: readonly UsageWindow[] = [];

/** The facts once the invoice is issued. */
export function withInvoice(facts: CustomerFacts, invoice: Invoice): CustomerFacts {
  const settled = new Set(invoice.settles.map(windowText));
  return {
    ...facts,
    cursors: withCursors(facts.cursors, invoice.subscriptionIds.map((subscriptionId) => ({ subscriptionId, at: invoice.date, revision: facts.revision }))),
    balances: issueTransactions(invoice.key, invoice).reduce(postTransaction, facts.balances),
    windows: facts.windows.map((row) => (settled.has(windowText(row)) ? settledRow(row) : row)),
  };
}

/** The row once an invoice has billed what it says. */
export function settledRow(row: UsageWindow): UsageWindow {
  return { ...row, settled: { used: row.tally.used, carried: row.carried } };
}

/** What is owed on invoices, in one currency. */
export function owedIn(facts: Pick<CustomerFacts, 'balances'>, zero: Money): Money {
  const entries = facts.balances.filter((balance) => balance.account === 'receivable' && balance.money.currency === zero.currency);
  return entries.reduce((total, balance) => addMoney(total, { ...balance.money, minor: -balance.money.minor }), zero);
}
