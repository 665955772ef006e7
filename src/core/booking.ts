import type { Cursor } from './charge.js';
import { lateDueAt, nextDueAt } from './due.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, earliest, latest, type Instant } from './instant.js';
import { contributionsOf, graceEnd, type Contributions, type Invoice, type InvoiceLine } from './invoice.js';
import { postAll, type LedgerTransaction } from './ledger.js';
import { addMoney, subtractMoney, sumMoney, zeroMoney, type Money } from './money.js';
import { WALLET_SERIES, type PaidFrom } from './plan.js';
import { issueTransactions } from './receivable.js';
import { withCursors } from './standing.js';
import { phaseAt, type Subscription } from './subscription.js';
import { applyTax } from './tax.js';
import { boughtOf, hasLapsed, isAskedFor, lapsed, raised, withRenewal, type Renewal } from './wallet-renewal.js';
import { availableIn, expiriesDue } from './wallet.js';
import { windowText, type UsageWindow } from './window.js';

/** Everything that falls due at one moment, in the order in which it happens. */
export interface Step {
  readonly date: Instant;
  /** What had expired in the wallet by then. */
  readonly expiries: readonly LedgerTransaction[];
  /** What the moment itself changes of subscriptions paid from the wallet. */
  readonly renewals: readonly Renewal[];
  readonly invoices: readonly Invoice[];
  /** What is missing in the wallet for what somebody asks for at this moment; null when nothing is. */
  readonly missing: Money | null;
  /** Until then its invoices are drafts, which late usage still changes. */
  readonly finalizesAt: Instant;
}

/** The facts with everything booked that was due, and what was booked on the way. */
export interface Booked {
  readonly facts: CustomerFacts;
  /** Final, in order of date. */
  readonly steps: readonly Step[];
  /** The invoices of the steps. */
  readonly due: readonly Invoice[];
  /** What expired after the last step. */
  readonly expiries: readonly LedgerTransaction[];
  /** Due, but waiting for late usage until their `finalizesAt`; in order of date. */
  readonly drafts: readonly Invoice[];
}

/** More than any schedule brings in the ten years that a state may be asked ahead; what is more waits for the worker. */
const MAX_STEPS = 5_000;
/** More moments without a line than trials, pauses and changes bring; whoever comes so far finds nothing. */
const MAX_PROBES = 10_000;

/**
 * Makes every invoice that has fallen due by `at` and tells the facts as they are then. Reading, the worker, commands
 * and previews all go through here: only who saves the outcome differs.
 */
export function bookDue(facts: CustomerFacts, at: Instant): Booked {
  const made: Array<{ step: Step; facts: CustomerFacts }> = [];
  let current = facts;
  while (made.length < MAX_STEPS) {
    const step = nextStep(current, at);
    if (step === null) break;
    current = withStep(current, step);
    made.push({ step, facts: current });
  }
  // One that is final takes those before it along: invoices are final in order.
  const last = made.findLastIndex(({ step }) => step.finalizesAt <= at);
  const steps = made.slice(0, last + 1).map(({ step }) => step);
  const waiting = made.slice(last + 1).map(({ step }) => step);
  const booked = made[last]?.facts ?? facts;
  // What expires after a draft's date waits with it: the draft may still be paid by it.
  const expiries = expiriesDue(booked, waiting.reduce((until, step) => earliest(until, step.date), at));
  return {
    facts: withTransactions(booked, expiries),
    steps,
    due: steps.flatMap(({ invoices }) => invoices),
    expiries,
    drafts: waiting.flatMap(({ invoices }) => invoices),
  };
}

/** The facts once a step is booked. */
export function withStep(facts: CustomerFacts, step: Step): CustomerFacts {
  return step.invoices.reduce(withInvoice, step.renewals.reduce(withRenewal, withTransactions(facts, step.expiries)));
}

function withTransactions(facts: CustomerFacts, transactions: readonly LedgerTransaction[]): CustomerFacts {
  return transactions.length === 0 ? facts : { ...facts, ...postAll(facts, transactions) };
}

/** The next invoice after everything that is due at `at`, if nothing more happens; null when nothing will be billed again. */
export function upcomingInvoice(booked: Booked, at: Instant): Invoice | null {
  const facts = booked.drafts.reduce(withInvoice, booked.facts);
  // What is paid from the wallet is no claim: the next one comes after it.
  const isClaiming = facts.subscriptions.some((subscription) => subscription.phases.some(({ plan }) => plan.minimum !== null || plan.prices.some(({ paidFrom }) => paidFrom === 'invoice')));
  for (let current = facts, looked = 0; isClaiming && looked < MAX_SILENT_STEPS; looked += 1) {
    const step = nextStep(current, FOREVER);
    if (step === null) return null;
    const next = step.invoices.find(({ paidFrom }) => paidFrom === 'invoice');
    if (next !== undefined) return next.date <= at ? null : next;
    current = withStep(current, step);
  }
  return null;
}

/** Daily settlements of a year before a yearly plan's next turn. */
const MAX_SILENT_STEPS = 400;

/** When the worker has to look at the customer: now where something is due, else as nextDueAfter. */
export function nextBookingAt(facts: CustomerFacts, at: Instant): Instant {
  const booked = bookDue(facts, at);
  return booked.steps.length > 0 || booked.expiries.length > 0 ? at : nextDueAfter(booked, at);
}

/** The first moment after `at` at which something more may fall due or become final, if the facts stay as they are; FOREVER when none. */
export function nextDueAfter({ drafts, facts: after }: Booked, at: Instant): Instant {
  const expiring = after.credits.reduce((first, credit) => (credit.expiresAt > at ? earliest(first, credit.expiresAt) : first), FOREVER);
  const waiting = drafts.reduce((first, invoice) => earliest(first, invoice.finalizesAt), expiring);
  const cursors = new Map(after.cursors.map((cursor) => [cursor.subscriptionId, cursor]));
  const passed: Cursor = { at, revision: after.revision };
  return after.subscriptions.reduce((first, subscription) => {
    const cursor = cursors.get(subscription.id) ?? null;
    const from = cursor !== null && cursor.at > at ? cursor : passed;
    return earliest(first, nextDueAt(subscription, subscription.startsAt > at ? null : from, rowsOf(after.windows, subscription.id)));
  }, waiting);
}

/** Everything that falls due at the earliest moment at which anything does, up to `limit`; null when nothing does. */
function nextStep(facts: CustomerFacts, limit: Instant): Step | null {
  const probes = new Map<string, Cursor | null>(facts.subscriptions.map(({ id }) => [id, cursorOf(facts, id)]));
  for (let probe = 0; probe < MAX_PROBES; probe += 1) {
    const dated = facts.subscriptions.map((subscription) => ({ subscription, date: nextDueAt(subscription, probes.get(subscription.id) ?? null, rowsOf(facts.windows, subscription.id)) }));
    const date = dated.reduce((first, entry) => earliest(first, entry.date), FOREVER);
    if (date === FOREVER || date > limit) return null;
    const late = dated.filter(({ subscription }) => lateDueAt(subscription, probes.get(subscription.id) ?? null, rowsOf(facts.windows, subscription.id)) === date);
    const step = stepAt(facts, { date, isLateDue: new Set(late.map(({ subscription }) => subscription.id)) });
    if (step !== null) return step;
    for (const entry of dated) if (entry.date === date) probes.set(entry.subscription.id, { at: date, revision: Number.MAX_SAFE_INTEGER });
  }
  return null;
}

function cursorOf(facts: CustomerFacts, subscriptionId: string): Cursor | null {
  return facts.cursors.find((cursor) => cursor.subscriptionId === subscriptionId) ?? null;
}

/** What one subscription brings. */
interface Part {
  readonly subscription: Subscription;
  readonly contributions: Contributions;
}

/** What falls due at `date`; null when nothing is worth an invoice and nothing changes. */
function stepAt(facts: CustomerFacts, due: { date: Instant; isLateDue: ReadonlySet<string> }): Step | null {
  const { date, isLateDue } = due;
  // One that has been invoiced further than this would be thrown back.
  const asked = facts.subscriptions.filter(({ id, startsAt }) => startsAt <= date && (cursorOf(facts, id)?.at ?? date) <= date);
  const expiries = asked.length === 0 ? [] : expiriesDue(facts, date);
  let current = withTransactions(facts, expiries);
  const renewals: Renewal[] = [];
  const invoices: Invoice[] = [];
  let missing: Money | null = null;
  const parts: Part[] = [];
  for (const subscription of asked) {
    const renewed = renewAt(current, subscription, date);
    renewals.push(...renewed.renewals);
    missing ??= renewed.missing;
    current = renewed.renewals.reduce(withRenewal, current);
    const part = { subscription: renewed.subscription, contributions: renewed.contributions };
    parts.push(part);
    const { wallet } = part.contributions;
    if (!isDue(part, 'wallet', isLateDue) || wallet.lines.length === 0) continue;
    const invoice = invoiceOf(current, [part], { date, paidFrom: 'wallet' });
    invoices.push(invoice);
    // The cursors move with all of the moment's invoices together. What it took is not to come a second time.
    current = { ...current, ...postAll(current, issueTransactions(invoice.key, invoice)), windows: settledWindows(current.windows, invoice) };
  }
  for (const group of grouped(parts, date).filter((group) => group.some((part) => isDue(part, 'invoice', isLateDue)))) {
    const invoice = invoiceOf(current, group, { date, paidFrom: 'invoice' });
    invoices.push(invoice);
    current = { ...current, ...postAll(current, issueTransactions(invoice.key, invoice)) };
  }
  if (invoices.length === 0 && renewals.length === 0) return null;
  // What is bought, or ends for want of money, is so at once and for good: what is used or spent next depends on it.
  const isBought = parts.some(({ subscription, contributions }) => hasLapsed(subscription, date) || boughtOf(contributions, subscription).minor !== 0n);
  const finalizesAt = isBought ? date : invoices.reduce((last, invoice) => latest(last, invoice.finalizesAt), date);
  return { date, expiries, renewals, missing, finalizesAt, invoices: invoices.map((invoice) => ({ ...invoice, finalizesAt })) };
}

/** What a subscription brings at `date`, once it is decided whether the wallet pays what it buys there. */
function renewAt(facts: CustomerFacts, asked: Subscription, date: Instant): Part & { readonly renewals: readonly Renewal[]; readonly missing: Money | null } {
  const contributionsOfAll = (subscription: Subscription): Contributions =>
    contributionsOf(subscription, rowsOf(facts.windows, subscription.id), { after: cursorOf(facts, subscription.id), upTo: date });
  const part = (subscription: Subscription): Part => ({ subscription, contributions: contributionsOfAll(subscription) });
  const before = part(asked);
  const buys = boughtOf(before.contributions, asked);
  if (buys.minor <= 0n) return { ...before, renewals: [], missing: null };
  const isAsked = isAskedFor(before.contributions, date);
  const more = isAsked ? null : raised(facts, asked, date);
  const after = more === null ? before : part(more.subscription);
  const cost = boughtOf(after.contributions, asked);
  const available = availableIn(facts, cost.currency, date);
  if (available.minor >= cost.minor) return { ...after, renewals: more === null ? [] : [more], missing: null };
  if (isAsked) return { ...before, renewals: [], missing: subtractMoney(cost, available) };
  const end = lapsed(facts, asked, date);
  return { ...part(end.subscription), renewals: [end], missing: null };
}

/** Whether the part makes an invoice by itself: by a line of its own, or by late usage whose time has come. */
function isDue({ subscription, contributions }: Part, paidFrom: PaidFrom, isLateDue: ReadonlySet<string>): boolean {
  const { lines } = contributions[paidFrom];
  return lines.some((line) => isWorthIssuing(line) && (isOwnLine(line) || isLateDue.has(subscription.id)));
}

function grouped(parts: readonly Part[], date: Instant): Part[][] {
  const groups = new Map<string, Part[]>();
  for (const part of parts.filter(({ contributions: { invoice } }) => invoice.lines.length > 0 || invoice.settles.length > 0)) {
    const { currency, invoiceSeries } = phaseAt(part.subscription, date).plan;
    const key = `${currency} ${invoiceSeries}`;
    groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return [...groups.values()];
}

/** An invoice over nothing is written only for a period with fixed prices, or with usage that is counted by the period. */
function isWorthIssuing({ amount, kind, source }: InvoiceLine): boolean {
  return amount.minor !== 0n || kind === 'fixed' || (source.of === 'usage' && source.charge.usage.price.window === null);
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

function invoiceOf(facts: CustomerFacts, parts: readonly Part[], input: { date: Instant; paidFrom: PaidFrom }): Invoice {
  const { date, paidFrom } = input;
  const plans = parts.map(({ subscription }) => phaseAt(subscription, date).plan);
  const [plan] = plans;
  if (plan === undefined) throw new Error('an invoice is of something');
  const { currency } = plan;
  const contributions = parts.map((part) => part.contributions[paidFrom]);
  const lines = contributions.flatMap((contribution) => contribution.lines);
  const taxed = applyTax(sumMoney(lines.map((line) => line.amount), currency), paidFrom === 'wallet' ? null : facts.tax);
  const walletCredit = paidFrom === 'wallet' ? taxed.total : creditOf(facts, taxed.total, { date, isApplied: plans.every((each) => each.isWalletApplied) });
  const series = paidFrom === 'wallet' ? WALLET_SERIES : plan.invoiceSeries;
  const from = parts.map(({ subscription: { id } }) => continuation(id, cursorOf(facts, id), date));
  return {
    date,
    currency,
    paidFrom,
    series,
    isCollected: plans.every((each) => each.isCollected),
    lines,
    ...taxed,
    walletCredit,
    amountDue: subtractMoney(taxed.total, walletCredit),
    finalizesAt: graceEnd(date, Math.max(...contributions.map((contribution) => contribution.graceHours))),
    key: `${date} ${currency} ${series} ${from.join(' ')}`,
    subscriptionIds: parts.map(({ subscription }) => subscription.id),
    settles: contributions.flatMap((contribution) => contribution.settles),
  };
}

/** Where an invoice goes on from. The number of the change counts only at its own moment: a draft before it has none yet. */
function continuation(id: string, cursor: Cursor | null, date: Instant): string {
  if (cursor === null) return `${id}@`;
  return cursor.at < date ? `${id}@${cursor.at}` : `${id}@${cursor.at}.${cursor.revision}`;
}

/** What the wallet pays of a total: what is available, as far as it goes. What an invoice gives back goes to the wallet. */
function creditOf(facts: CustomerFacts, total: Money, input: { date: Instant; isApplied: boolean }): Money {
  if (total.minor < 0n) return total;
  if (!input.isApplied) return zeroMoney(total.currency);
  const available = availableIn(facts, total.currency, input.date);
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
  return {
    ...facts,
    cursors: withCursors(facts.cursors, invoice.subscriptionIds.map((subscriptionId) => ({ subscriptionId, at: invoice.date, revision: facts.revision }))),
    ...postAll(facts, issueTransactions(invoice.key, invoice)),
    windows: settledWindows(facts.windows, invoice),
  };
}

function settledWindows(windows: readonly UsageWindow[], invoice: Invoice): readonly UsageWindow[] {
  const settled = new Set(invoice.settles.map(windowText));
  return windows.map((row) => (settled.has(windowText(row)) ? settledRow(row) : row));
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
