import type { UsageEvent } from '../core/event.js';
import { assertBalanced, postTransaction, type Balance } from '../core/ledger.js';
import { EMPTY_STANDING, withSubscriptionChange, type Standing } from '../core/standing.js';
import { resolveSubscription, type Subscription } from '../core/subscription.js';
import { deriveWindows, type Member } from '../core/window-book.js';
import { seriesText, type UsageWindow } from '../core/window.js';
import { lockCustomers, selectAllCustomers, selectOrphans, updateStanding, type StoredCustomer } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import { selectEvents } from '../store/event.js';
import { selectTransactions } from '../store/ledger.js';
import { selectSettingChanges } from '../store/setting.js';
import { fromStandingText, standingText } from '../store/standing.js';
import { selectSubscriptionChanges } from '../store/subscription.js';
import { deleteWindows, saveCounts, selectCustomerMembers, selectCustomerWindows, type StoredWindow } from '../store/window.js';
import { inUnit, type Engine } from './engine.js';
import { storedWindows } from './event.js';

/** Something kept that does not follow from the facts. */
export interface Difference {
  readonly customerId: string;
  readonly what: 'standing' | 'window' | 'member' | 'ledger' | 'orphan';
  readonly detail: string;
}

export interface Verification {
  readonly customers: number;
  readonly events: number;
  readonly windows: number;
  readonly transactions: number;
  readonly differences: readonly Difference[];
}

const PAGE = 200;

/**
 * Derives every customer's standing, windows and balances from the facts alone and compares them with what is kept.
 * With `isRepair`, what differs is written anew from the facts (an unbalanced ledger cannot be: facts are not changed).
 */
export async function verifyStore(engine: Engine, options: { isRepair: boolean; onProgress?: (customers: number) => void }): Promise<Verification> {
  await engine.catalog.refresh();
  const total = { customers: 0, events: 0, windows: 0, transactions: 0 };
  const differences: Difference[] = (await selectOrphans(engine.database)).map(({ kind, customerId, rows }) => ({ customerId, what: 'orphan', detail: `${rows} ${kind} rows of a customer that is not there` }));
  let after = 0;
  for (;;) {
    const page = await selectAllCustomers(engine.database, { after, limit: PAGE });
    for (const { customer } of page) {
      after = customer.accountNumber;
      // Its own transaction, so that what is compared belongs together.
      const checked = await inUnit(engine, (unit) => verifyCustomer(engine, unit.transaction, customer.id, options.isRepair));
      if (checked === undefined) continue;
      total.customers += 1;
      total.events += checked.events;
      total.windows += checked.windows;
      total.transactions += checked.transactions;
      differences.push(...checked.differences);
    }
    options.onProgress?.(total.customers);
    if (page.length === 0) return { ...total, differences };
  }
}

interface CheckedCustomer {
  readonly events: number;
  readonly windows: number;
  readonly transactions: number;
  readonly differences: readonly Difference[];
}

async function verifyCustomer(engine: Engine, transaction: Queryable, customerId: string, isRepair: boolean): Promise<CheckedCustomer | undefined> {
  const [stored] = await lockCustomers(transaction, [customerId], { withDeleted: true });
  if (stored === undefined) return undefined;
  const ledger = await deriveBalances(transaction, customerId);
  // Nothing follows from a ledger that does not balance: what is kept of it stays until people have looked.
  const balances = ledger.faults.length > 0 ? fromStandingText(stored.standingText).balances : ledger.balances;
  const standing = await deriveStanding(transaction, customerId, balances);
  const subscriptions = standing.subscriptions.map((record) => resolveSubscription(record, (versionId) => engine.catalog.planVersion(versionId)));
  const events: UsageEvent[] = [];
  for await (const event of selectEvents(transaction, { customerId })) events.push(event);
  const derived = deriveWindows(subscriptions, events);
  const kept = { windows: await selectCustomerWindows(transaction, customerId), members: await selectCustomerMembers(transaction, customerId) };
  const differences = [
    ...ledger.faults.map((detail): Difference => ({ customerId, what: 'ledger', detail })),
    ...compareStanding(stored, standing),
    ...compareTexts({ customerId, what: 'window', kept: kept.windows.map(windowText), derived: storedWindows(customerId, subscriptions, derived.windows).map(windowText) }),
    ...compareTexts({ customerId, what: 'member', kept: kept.members.map(({ member }) => memberText(member)), derived: derived.members.map(memberText) }),
  ];
  if (isRepair && differences.length > 0) await repair(transaction, { stored, standing, subscriptions, derived });
  return { events: events.length, windows: derived.windows.length, transactions: ledger.transactions, differences };
}

async function deriveBalances(transaction: Queryable, customerId: string): Promise<{ balances: Balance[]; faults: string[]; transactions: number }> {
  const stored = await selectTransactions(transaction, customerId);
  const faults: string[] = [];
  let balances: Balance[] = [];
  for (const entry of stored) {
    try {
      assertBalanced(entry.transaction);
      balances = postTransaction(balances, entry.transaction);
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  return { balances, faults, transactions: stored.length };
}

async function deriveStanding(transaction: Queryable, customerId: string, balances: readonly Balance[]): Promise<Standing> {
  let standing: Standing = { ...EMPTY_STANDING, balances };
  for (const { subscriptionId, change } of await selectSubscriptionChanges(transaction, customerId)) standing = withSubscriptionChange(standing, subscriptionId, change);
  for (const change of await selectSettingChanges(transaction, customerId)) {
    standing = change.setting === 'top_up' ? { ...standing, topUp: change.value } : { ...standing, paymentMethod: change.value };
  }
  return standing;
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

async function repair(
  transaction: Queryable,
  input: { stored: StoredCustomer; standing: Standing; subscriptions: readonly Subscription[]; derived: { windows: UsageWindow[]; members: Member[] } },
): Promise<void> {
  const { stored, derived } = input;
  const customerId = stored.customer.id;
  await updateStanding(transaction, { customerId, standing: input.standing, revision: stored.revision });
  await deleteWindows(transaction, customerId, null);
  await saveCounts(transaction, {
    customerIds: [],
    members: derived.members.map((member) => ({ customerId, member })),
    windows: storedWindows(customerId, input.subscriptions, derived.windows),
  });
}

function windowText({ window, isUnsettled }: StoredWindow): string {
  const { tally } = window;
  const figures = [window.startsAt, window.supersededAt, tally.used.toFixed(), tally.events, tally.last?.at ?? '', tally.last?.eventId ?? '', window.carried.toFixed(), isUnsettled];
  return JSON.stringify([seriesText(window), ...figures.map(String)]);
}

function memberText(member: Member): string {
  return JSON.stringify([seriesText(member), member.startsAt, member.member]);
}
