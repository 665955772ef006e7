import { mayFire, nextAlertAt } from '../core/alert-firing.js';
import { eventOfUse, meterOfFeature } from '../core/held-usage.js';
import { FOREVER, earliest, type Instant } from '../core/instant.js';
import { decideIntake, type GateContext, type Incoming, type IntakeDecision } from '../core/intake.js';
import type { Standing } from '../core/standing.js';
import { mayTurnLimits, mayTurnWallets, type CountedUse } from '../core/outline-turn.js';
import { isServing, usagePriceAt, usageWindowAt, type Subscription } from '../core/subscription.js';
import { refillAt } from '../core/top-up.js';
import { WindowBook } from '../core/window-book.js';
import { matchEvent, windowText, type Match } from '../core/window.js';
import { bringDueForward, lockCustomers, updateStanding, type StoredCustomer } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import { eventKey, insertNewEvents, selectKnownEvents, type EventToInsert, type KnownEvent } from '../store/event.js';
import { outdateOutlines } from '../store/outline.js';
import { fromStandingText } from '../store/standing.js';
import { saveCounts, selectMembers, selectOpenWindows, selectWindowsFrom, type CountedCustomer, type StoredMember, type StoredWindow, type WindowRange } from '../store/window.js';
import { fireAlerts } from './alert.js';
import { loadUpToDate } from './booking.js';
import { withPlans } from './catalog-cache.js';
import { inUnit, type Engine, type RecordedItem, type Unit, type UsageItem } from './engine.js';
import { factsOf } from './facts.js';
import { topUpIfDue } from './top-up.js';
import { storedWindows } from './window.js';

/** One batch, one transaction: lock the customers, read what deciding needs, decide in core item by item, write, commit. */
export async function recordItems(engine: Engine, items: readonly UsageItem[]): Promise<RecordedItem[]> {
  return inUnit(engine, (unit) => recordInUnit(engine, unit, items));
}

/** The same as a part of a transaction that does more. */
export async function recordInUnit(engine: Engine, unit: Unit, items: readonly UsageItem[]): Promise<RecordedItem[]> {
  const { transaction } = unit;
  const byCustomer = groupByCustomer(items);
  const locked = await lockUpToDate(engine, unit, [...byCustomer.keys()]);
  const customers = await matchAll(engine, unit, { byCustomer, locked });
  const read = await readAll(transaction, customers, unit.at);
  const decided = customers.map((customer) => decide(customer, read));
  await save(transaction, decided, unit.at);
  await followUp(engine, unit, { decided, read });
  return answers(items, decided, read);
}

/**
 * Locks the customers. What is due of a wallet is written down before anything more is counted: credit that has expired
 * was not used up by what is used from now on, and what a turn could pay for does not depend on it.
 */
async function lockUpToDate(engine: Engine, unit: Unit, ids: readonly string[]): Promise<StoredCustomer[]> {
  const locked = await lockCustomers(unit.transaction, ids);
  const current: StoredCustomer[] = [];
  for (const stored of locked) {
    const isBehind = hasExpired(stored.standingText, unit.at) || (stored.dueAt <= unit.at && (await isPaidFromWallet(engine, unit, stored)));
    current.push(isBehind ? (await loadUpToDate(engine, unit, stored)).stored : stored);
  }
  return current;
}

async function isPaidFromWallet(engine: Engine, { transaction }: Unit, { customer, standingText }: StoredCustomer): Promise<boolean> {
  const { subscriptions } = await withPlans(engine, transaction, (planOf) => engine.standings.resolve(customer.id, standingText, planOf));
  return subscriptions.some(({ phases }) => phases.some(({ plan }) => plan.prices.some(({ paidFrom }) => paidFrom === 'wallet')));
}

/** Most customers have no credit that expires: their text says so without being read. */
function hasExpired(standingText: string, at: Instant): boolean {
  if (!EXPIRING.test(standingText)) return false;
  return fromStandingText(standingText).credits.some((credit) => credit.expiresAt <= at);
}

const EXPIRING = /"expiresAt":\d/;

interface LockedCustomer {
  readonly stored: StoredCustomer;
  readonly standing: Standing;
  readonly subscriptions: readonly Subscription[];
  readonly incoming: ReadonlyArray<{ readonly item: Incoming; /** Where it counts; of a use, where all of it would. */ readonly matches: readonly Match[] }>;
  /** Null when nothing has to be decided by the gate. */
  readonly gate: GateContext | null;
}

interface DecidedCustomer extends LockedCustomer {
  readonly decision: IntakeDecision;
}

/** What was read for a batch, by customer. */
interface Read {
  /** Keys of events that were not there and are now: of customers without a gate. */
  readonly inserted: ReadonlySet<string>;
  /** Of customers with a gate, the events that are there of those that come in. */
  readonly known: ReadonlyMap<string, KnownEvent>;
  readonly windows: ReadonlyMap<string, readonly StoredWindow[]>;
  readonly members: ReadonlyMap<string, readonly StoredMember[]>;
}

async function matchAll(engine: Engine, unit: Unit, input: { byCustomer: ReadonlyMap<string, readonly UsageItem[]>; locked: readonly StoredCustomer[] }): Promise<LockedCustomer[]> {
  const metersOf = engine.catalog.metersOf.bind(engine.catalog);
  return withPlans(engine, unit.transaction, (planOf) =>
    input.locked.map((stored) => {
      const { standing, subscriptions } = engine.standings.resolve(stored.customer.id, stored.standingText, planOf);
      const items = input.byCustomer.get(stored.customer.id) ?? [];
      const isGated = items.some((item) => 'consume' in item);
      const gate = isGated ? { facts: factsOf({ stored, standing, subscriptions, windows: [] }), at: unit.at, metersOf } : null;
      return { stored, standing, subscriptions, gate, incoming: items.map((item) => match(item, { subscriptions, gate })) };
    }),
  );
}

function match(item: UsageItem, { subscriptions, gate }: Pick<LockedCustomer, 'subscriptions' | 'gate'>): LockedCustomer['incoming'][number] {
  if ('event' in item) {
    const matches = matchEvent(subscriptions, item.event);
    return { item: { type: 'event', event: item.event, matches }, matches };
  }
  const { id, question } = item.consume;
  const meter = gate === null ? undefined : meterOfFeature(subscriptions, question.feature, gate.at);
  const event = meter === undefined || gate === null ? undefined : eventOfUse(meter, { id, quantity: question.quantity, properties: question.properties, at: gate.at });
  return { item: { type: 'consume', consume: item.consume }, matches: event === undefined ? [] : matchEvent(subscriptions, event) };
}

/** Independent of each other, so they share one round trip. What the gate decides is inserted once it is decided. */
async function readAll(transaction: Queryable, customers: readonly LockedCustomer[], at: Instant): Promise<Read> {
  const gated = customers.filter(({ gate }) => gate !== null);
  const [inserted, known, windows, open, members] = await Promise.all([
    insertNewEvents(transaction, customers.flatMap(firstOfEachId)),
    selectKnownEvents(transaction, gated.flatMap(idsAsked)),
    selectWindowsFrom(transaction, customers.flatMap(windowRanges)),
    gated.length === 0 ? [] : selectOpenWindows(transaction, gated.map(({ stored }) => stored.customer.id), at),
    selectMembers(transaction, customers.flatMap(membersAsked)),
  ]);
  return { inserted, known, windows: grouped(oneOfEach([...windows, ...open])), members: grouped(members) };
}

/** Rows that were read for two reasons. */
function oneOfEach(windows: readonly StoredWindow[]): StoredWindow[] {
  return [...new Map(windows.map((row) => [`${row.customerId}\n${windowText(row.window)}`, row])).values()];
}

function idsAsked({ stored, incoming }: LockedCustomer): Array<{ customerId: string; id: string }> {
  const ids = new Set(incoming.map(({ item }) => idOf(item)));
  return [...ids].map((id) => ({ customerId: stored.customer.id, id }));
}

function idOf(item: Incoming): string {
  return item.type === 'event' ? item.event.id : item.consume.id;
}

/** Of events that share an id, the one that arrived first is the event; the others repeat it. */
function firstOfEachId({ stored, gate, incoming }: LockedCustomer): EventToInsert[] {
  if (gate !== null) return [];
  const first = new Map<string, EventToInsert>();
  for (const { item } of incoming) {
    if (item.type === 'event' && !first.has(item.event.id)) first.set(item.event.id, { customerId: stored.customer.id, event: item.event, revision: stored.revision + 1 });
  }
  return [...first.values()];
}

function decide(customer: LockedCustomer, read: Read): DecidedCustomer {
  const { id } = customer.stored.customer;
  const windows = (read.windows.get(id) ?? []).map(({ window }) => window);
  const book = new WindowBook(windows, (read.members.get(id) ?? []).map(({ member }) => member));
  const { gate } = customer;
  const known: Parameters<typeof decideIntake>[0]['known'] =
    gate === null ? (eventId) => (read.inserted.has(eventKey(id, eventId)) ? undefined : null) : (eventId) => read.known.get(eventKey(id, eventId))?.answer;
  return { ...customer, decision: decideIntake({ incoming: customer.incoming.map(({ item }) => item), known, book, gate }) };
}

async function save(transaction: Queryable, decided: readonly DecidedCustomer[], now: Instant): Promise<void> {
  const changed = decided.filter(isChanged);
  if (changed.length === 0) return;
  const made = changed.flatMap(({ stored, gate, decision }) => (gate === null ? [] : decision.newEvents.map((event) => ({ customerId: stored.customer.id, revision: stored.revision + 1, ...event }))));
  const [inserted] = await Promise.all([
    insertNewEvents(transaction, made),
    saveCounts(transaction, {
      customers: changed.map((customer) => ({ id: customer.stored.customer.id, dueAt: dueAt(customer, now) })),
      members: changed.flatMap(({ stored, decision }) => decision.members.map((member) => ({ customerId: stored.customer.id, member }))),
      windows: changed.flatMap((customer) => storedWindows(customer.stored.customer.id, customer, customer.decision.windows)),
    }),
  ]);
  // Its customers are locked since before it was asked what is there.
  if (inserted.size !== made.length) throw new Error('an event that was decided on was there already');
}

function isChanged({ decision }: DecidedCustomer): boolean {
  return decision.newEvents.length > 0;
}

/** What the events make due at once: top-ups of wallets that the windows they counted in are paid from, usage alerts, and outlines that hold no more. */
async function followUp(engine: Engine, unit: Unit, { decided, read }: { decided: readonly DecidedCustomer[]; read: Read }): Promise<void> {
  const turned = decided.filter((customer) => mayTurnLimits(countedUse(customer, read), unit.at)).map(({ stored }) => stored.customer.id);
  const low = await followUpMoney(engine, unit, decided.filter((customer) => isSpending(customer) || isWatched(customer, unit.at)));
  await outdateOutlines(unit.transaction, [...new Set([...turned, ...low])]);
}

function countedUse({ stored, standing, subscriptions, decision }: DecidedCustomer, read: Read): CountedUse {
  return { standing, subscriptions, before: (read.windows.get(stored.customer.id) ?? []).map(({ window }) => window), after: decision.windows };
}

/** Fills wallets and fires alerts; gives the customers whose wallet may be low. */
async function followUpMoney(engine: Engine, unit: Unit, concerned: readonly DecidedCustomer[]): Promise<string[]> {
  if (concerned.length === 0) return [];
  const low: string[] = [];
  const windows = grouped(await selectOpenWindows(unit.transaction, concerned.map(({ stored }) => stored.customer.id), unit.at));
  const later: CountedCustomer[] = [];
  for (const { stored, standing: before, subscriptions, decision } of concerned) {
    const { id } = stored.customer;
    const revision = stored.revision + 1;
    const facts = factsOf({ stored: { ...stored, revision }, standing: before, subscriptions, windows: (windows.get(id) ?? []).map(({ window }) => window) });
    if (mayTurnWallets(facts, decision.windows, unit.at)) low.push(id);
    const filled = await topUpIfDue(engine, unit, { facts, standing: before });
    const standing = await fireAlerts(unit, { facts, standing: filled });
    if (standing !== before) await updateStanding(unit.transaction, { customerId: id, revision, standing });
    const refilledAt = filled === before ? refillAt(facts, unit.at) : FOREVER;
    later.push({ id, dueAt: earliest(refilledAt, nextAlertAt({ ...facts, firings: standing.firings }, unit.at)) });
  }
  await bringDueForward(unit.transaction, later.filter(({ dueAt: until }) => until !== FOREVER));
  return low;
}

function isWatched({ standing: { alerts, firings }, subscriptions, decision }: DecidedCustomer, at: Instant): boolean {
  return mayFire({ alerts, firings, subscriptions }, decision.windows, at);
}

/** Whether a wallet pays for a window that was counted in. */
function isSpending({ subscriptions, decision }: DecidedCustomer): boolean {
  return decision.windows.some(({ subscriptionId, priceCode }) => {
    const subscription = subscriptions.find(({ id }) => id === subscriptionId);
    // Under any of its terms: those that price a window are not those under which it began.
    return subscription?.phases.some(({ plan }) => plan.prices.some(({ code, paidFrom }) => code === priceCode && paidFrom === 'wallet')) === true;
  });
}

/**
 * When the worker has to look because of the events: when a window with a cadence of its own closes that was empty
 * before; and at once for a subscription that has no turns any more. Else the next turn comes anyway.
 */
function dueAt({ subscriptions, decision }: DecidedCustomer, now: Instant): Instant {
  return decision.windows.reduce((first, window) => {
    const subscription = subscriptions.find((candidate) => candidate.id === window.subscriptionId);
    if (subscription === undefined || !isServing(subscription, now)) return earliest(first, now);
    const price = usagePriceAt(subscription, window.priceCode, window.startsAt);
    if (price === undefined || (price.window === null && price.paidFrom === 'invoice')) return first;
    return earliest(first, usageWindowAt(subscription, price, window.startsAt).endsAt);
  }, FOREVER);
}

function answers(items: readonly UsageItem[], decided: readonly DecidedCustomer[], read: Read): RecordedItem[] {
  const queues = new Map(decided.map((customer) => [customer.stored.customer.id, { customer, next: 0 }]));
  return items.map(({ customerId }) => {
    const queue = queues.get(customerId);
    if (queue === undefined) return undefined;
    const { customer, next } = queue;
    queue.next += 1;
    const intake = customer.decision.intakes[next];
    const item = customer.incoming[next]?.item;
    if (intake === undefined || item === undefined) throw new Error('an item has no outcome');
    const earlier = read.known.get(eventKey(customerId, idOf(item)))?.revision;
    return { ...intake, revision: earlier ?? customer.stored.revision + (isChanged(customer) ? 1 : 0) };
  });
}

function groupByCustomer(items: readonly UsageItem[]): Map<string, UsageItem[]> {
  const groups = new Map<string, UsageItem[]>();
  for (const item of items) {
    const group = groups.get(item.customerId);
    if (group === undefined) groups.set(item.customerId, [item]);
    else group.push(item);
  }
  return groups;
}

function grouped<Row extends { readonly customerId: string }>(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.customerId);
    if (group === undefined) groups.set(row.customerId, [row]);
    else group.push(row);
  }
  return groups;
}

/** For each price touched, the earliest window that an event of the batch counts in. */
function windowRanges(customer: LockedCustomer): WindowRange[] {
  const ranges = new Map<string, WindowRange>();
  for (const { matches } of customer.incoming) {
    for (const { series, window } of matches) {
      const key = `${series.subscriptionId}\n${series.priceCode}`;
      const range = ranges.get(key);
      if (range !== undefined && range.from <= window.startsAt) continue;
      ranges.set(key, { customerId: customer.stored.customer.id, subscriptionId: series.subscriptionId, priceCode: series.priceCode, from: window.startsAt });
    }
  }
  return [...ranges.values()];
}

function membersAsked(customer: LockedCustomer): StoredMember[] {
  return customer.incoming.flatMap(({ matches }) =>
    matches.flatMap(({ series, window, measurement }) =>
      measurement.member === null ? [] : [{ customerId: customer.stored.customer.id, member: { ...series, startsAt: window.startsAt, member: measurement.member } }],
    ),
  );
}
