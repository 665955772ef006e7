import { standingOf, withSettlements } from '../core/history.js';
import { FOREVER, instantText, type Instant } from '../core/instant.js';
import { invoiceStanding } from '../core/issued-invoice.js';
import type { Books } from '../core/ledger.js';
import { NO_OUTLINE, outlineOf, type Outline } from '../core/outline.js';
import type { Plan } from '../core/plan.js';
import { proveInvoices, unbalanced } from '../core/proof.js';
import type { Standing } from '../core/standing.js';
import { resolveSubscription, type Subscription } from '../core/subscription.js';
import { deriveWindows, type Member } from '../core/window-book.js';
import { seriesText } from '../core/window.js';
import { lockCustomers, repairStanding, selectAllCustomers, selectCustomer, selectDue, updateDue, type StoredCustomer } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import { selectCustomerInvoices, selectInvoiceChanges, selectNumberGaps, updateInvoice } from '../store/invoice.js';
import { selectOrphans } from '../store/orphan.js';
import { outdateOutlines, selectOutline } from '../store/outline.js';
import { fromStandingText, standingText } from '../store/standing.js';
import { deleteWindows, saveCounts, selectCustomerMembers, selectCustomerWindows, type StoredWindow } from '../store/window.js';
import { invoiceIdOf, nextLookAt } from './booking.js';
import { inUnit, type Engine, type Unit } from './engine.js';
import { storedWindows } from './window.js';
import { factsOf } from './facts.js';
import { verifyUsageTotals } from './usage-total.js';
import { loadHistory } from './history.js';

/** Something kept that does not follow from the facts. */
export interface Difference {
  /** Null for what concerns no single customer. */
  readonly customerId: string | null;
  readonly what: 'outline' | 'standing' | 'window' | 'member' | 'ledger' | 'total' | 'orphan' | 'invoice' | 'status' | 'due' | 'number';
  readonly detail: string;
}

export interface Verification {
  readonly customers: number;
  readonly events: number;
  readonly windows: number;
  readonly transactions: number;
  readonly invoices: number;
  readonly differences: readonly Difference[];
}

const PAGE = 200;

/**
 * Derives every customer's standing, windows and balances from the facts alone and compares them with what is kept.
 * With `isRepair`, what differs is written anew from the facts (an unbalanced ledger cannot be: facts are not changed).
 */
export async function verifyStore(engine: Engine, options: { isRepair: boolean; onProgress?: (customers: number) => void }): Promise<Verification> {
  await engine.catalog.refresh();
  const total = { customers: 0, events: 0, windows: 0, transactions: 0, invoices: 0 };
  const differences: Difference[] = (await selectOrphans(engine.database)).map(({ kind, customerId, rows }) => ({ customerId, what: 'orphan', detail: `${rows} ${kind} rows of a customer that is not there` }));
  for (const { series, lastNumber, numbers } of await selectNumberGaps(engine.database)) differences.push({ customerId: null, what: 'number', detail: `series ${series} has given ${lastNumber} numbers, but ${numbers} are there` });
  let after = 0;
  for (;;) {
    const page = await selectAllCustomers(engine.database, { after, limit: PAGE });
    for (const { customer } of page) {
      after = customer.accountNumber;
      // Its own transaction, so that what is compared belongs together.
      const checked = await inUnit(engine, (unit) => verifyCustomer(engine, unit, customer.id, options.isRepair));
      if (checked === undefined) continue;
      total.customers += 1;
      total.events += checked.events;
      total.windows += checked.windows;
      total.transactions += checked.transactions;
      total.invoices += checked.invoices;
      differences.push(...checked.differences);
    }
    options.onProgress?.(total.customers);
    if (page.length > 0) continue;
    for (const detail of await verifyUsageTotals(engine, options.isRepair)) differences.push({ customerId: null, what: 'total', detail });
    return { ...total, differences };
  }
}

interface CheckedCustomer {
  readonly events: number;
  readonly windows: number;
  readonly transactions: number;
  readonly invoices: number;
  readonly differences: readonly Difference[];
}

async function verifyCustomer(engine: Engine, unit: Unit, customerId: string, isRepair: boolean): Promise<CheckedCustomer | undefined> {
  const { transaction } = unit;
  const [stored] = await lockCustomers(transaction, [customerId], { withDeleted: true });
  if (stored === undefined) return undefined;
  const whole = await loadHistory(transaction, customerId);
  const faults = unbalanced(whole.transactions.map((entry) => entry.transaction));
  // Nothing follows from a ledger that does not balance: what is kept of it stays until people have looked.
  const history = faults.length > 0 ? { ...whole, transactions: [] } : whole;
  const folded = standingOf(history);
  const standing = faults.length > 0 ? { ...folded, ...booksOf(fromStandingText(stored.standingText)) } : folded;
  const planOf = (versionId: string): Plan => engine.catalog.planVersion(versionId);
  const subscriptions = standing.subscriptions.map((record) => resolveSubscription(record, planOf));
  const derived = deriveWindows(subscriptions, history.events.map(({ event }) => event));
  const windows = storedWindows(customerId, { subscriptions }, withSettlements(derived.windows, history.invoices.map(({ invoice }) => invoice)));
  const kept = { windows: await selectCustomerWindows(transaction, customerId), members: await selectCustomerMembers(transaction, customerId) };
  const projections = [
    ...compareStanding(stored, standing),
    ...compareTexts({ customerId, what: 'window', kept: kept.windows.map(windowText), derived: windows.map(windowText) }),
    ...compareTexts({ customerId, what: 'member', kept: kept.members.map(({ member }) => memberText(member)), derived: derived.members.map(memberText) }),
    ...(await checkStatuses(transaction, customerId, isRepair)),
    ...(await checkDue({ unit, stored, standing, subscriptions, windows, isRepair })),
    ...(await checkOutline({ unit, stored, standing, subscriptions, windows, isRepair })),
  ];
  const proofs = faults.length > 0 ? [] : proveInvoices({ history, customer: stored.customer, planOf, idOf: (invoice) => invoiceIdOf(customerId, invoice) });
  if (isRepair && projections.length > 0) await repair(transaction, { stored, standing, windows, members: derived.members });
  return {
    events: history.events.length,
    windows: derived.windows.length,
    transactions: whole.transactions.length,
    invoices: history.invoices.length,
    differences: [
      ...faults.map((detail): Difference => ({ customerId, what: 'ledger', detail })),
      ...projections,
      ...proofs.map(({ detail }): Difference => ({ customerId, what: 'invoice', detail })),
    ],
  };
}

/** Status and open amount of each invoice, from what happened to it. */
async function checkStatuses(transaction: Queryable, customerId: string, isRepair: boolean): Promise<Difference[]> {
  const invoices = await selectCustomerInvoices(transaction, customerId);
  if (invoices.length === 0) return [];
  const changes = await selectInvoiceChanges(transaction, customerId, null);
  const differences: Difference[] = [];
  for (const { invoice, status, due } of invoices) {
    const standing = invoiceStanding(invoice, changes.filter((entry) => entry.invoiceId === invoice.id).map((entry) => entry.change));
    if (standing.status === status && standing.due.minor === due.minor) continue;
    differences.push({ customerId, what: 'status', detail: `${invoice.number} is kept as ${status} with ${due.minor} minor units due, but the facts give ${standing.status} and ${standing.due.minor}` });
    if (isRepair) await updateInvoice(transaction, { customerId, invoiceId: invoice.id, standing });
  }
  return differences;
}

/** What was derived of a customer, and where it is compared. */
interface Derived {
  readonly unit: Unit;
  readonly stored: StoredCustomer;
  readonly standing: Standing;
  readonly subscriptions: readonly Subscription[];
  readonly windows: readonly StoredWindow[];
  readonly isRepair: boolean;
}

/** Lists and sums over all customers must say what the facts do; of an outline that does not hold any more nothing is said. */
async function checkOutline({ unit, stored, standing, subscriptions, windows, isRepair }: Derived): Promise<Difference[]> {
  const customerId = stored.customer.id;
  const kept = await selectOutline(unit.transaction, customerId, unit.at);
  if (kept === 'stale') return [];
  if (kept === undefined) {
    if (isRepair) await outdateOutlines(unit.transaction, [customerId]);
    return [{ customerId, what: 'outline', detail: 'there is none, and none would be made' }];
  }
  const isDeleted = (await selectCustomer(unit.transaction, customerId)) === undefined;
  const derived = isDeleted ? NO_OUTLINE : outlineOf(factsOf({ stored, standing, subscriptions, windows: windows.map(({ window }) => window) }), unit.at);
  const differences = compareTexts({ customerId, what: 'outline', kept: outlineTexts(kept), derived: outlineTexts(derived) });
  if (isRepair && differences.length > 0) await outdateOutlines(unit.transaction, [customerId]);
  return differences;
}

function outlineTexts({ spans, attentions }: Omit<Outline, 'until'>): string[] {
  const texts = spans.map(({ subscriptionId, startsAt, endsAt, status, isAddon, planCode, currency, interval, amount }) =>
    JSON.stringify([subscriptionId, startsAt, String(endsAt), status, isAddon, planCode, currency, interval.unit, interval.count, amount.toFixed()]));
  return [...texts, ...attentions.map(({ kind, detail }) => JSON.stringify([kind, detail]))];
}

/** The worker must look at the customer no later than something falls due. */
async function checkDue(input: Derived): Promise<Difference[]> {
  const { unit, stored, standing, subscriptions, windows } = input;
  const customerId = stored.customer.id;
  const facts = factsOf({ stored, standing, subscriptions, windows: windows.map(({ window }) => window) });
  const needed = nextLookAt(facts, unit.at);
  const kept = await selectDue(unit.transaction, customerId);
  if (kept <= needed) return [];
  if (input.isRepair) await updateDue(unit.transaction, customerId, needed);
  const text = (at: Instant): string => (at === FOREVER ? 'never' : instantText(at));
  return [{ customerId, what: 'due', detail: `the worker would look at it ${text(kept)}, but something falls due ${text(needed)}` }];
}

function booksOf({ balances, credits }: Standing): Books {
  return { balances, credits };
}

function compareStanding(stored: StoredCustomer, derived: Standing): Difference[] {
  const text = standingText(derived);
  if (text === stored.standingText) return [];
  return [{ customerId: stored.customer.id, what: 'standing', detail: `kept ${stored.standingText}, but the facts give ${text}` }];
}

function compareTexts(input: { customerId: string; what: Difference['what']; kept: readonly string[]; derived: readonly string[] }): Difference[] {
  const { customerId, what } = input;
  const kept = new Set(input.kept);
  const derived = new Set(input.derived);
  return [
    ...input.kept.filter((text) => !derived.has(text)).map((text) => ({ customerId, what, detail: `kept, but does not follow from the facts: ${text}` })),
    ...input.derived.filter((text) => !kept.has(text)).map((text) => ({ customerId, what, detail: `follows from the facts, but is not kept: ${text}` })),
  ];
}

async function repair(transaction: Queryable, input: { stored: StoredCustomer; standing: Standing; windows: readonly StoredWindow[]; members: readonly Member[] }): Promise<void> {
  const { stored, windows, members } = input;
  const customerId = stored.customer.id;
  await repairStanding(transaction, customerId, input.standing);
  await outdateOutlines(transaction, [customerId]);
  await deleteWindows(transaction, customerId, null);
  await saveCounts(transaction, { customers: [], members: members.map((member) => ({ customerId, member })), windows });
}

function windowText({ window, isUnsettled }: StoredWindow): string {
  const { tally } = window;
  const figures = [window.startsAt, window.supersededAt, tally.used.toFixed(), tally.events, tally.last?.at ?? '', tally.last?.eventId ?? '', window.carried.toFixed(), isUnsettled, window.settled?.used.toFixed() ?? '', window.settled?.carried.toFixed() ?? ''];
  return JSON.stringify([seriesText(window), ...figures.map(String)]);
}

function memberText(member: Member): string {
  return JSON.stringify([seriesText(member), member.startsAt, member.member]);
}
