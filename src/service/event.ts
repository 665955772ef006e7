import { meterFault, parseEvent, readEventInput, type EventInput, type UsageEvent } from '../core/event.js';
import { FOREVER, earliest, type Instant } from '../core/instant.js';
import { decideIntake, type IncomingEvent, type Intake } from '../core/intake.js';
import { WindowBook } from '../core/window-book.js';
import { matchEvent, type UsageWindow } from '../core/window.js';
import { isServing, usagePriceAt, usageWindowAt, type Subscription } from '../core/subscription.js';
import type { Standing } from '../core/standing.js';
import { refillAt } from '../core/top-up.js';
import { bringDueForward, lockCustomers, updateStanding, type StoredCustomer } from '../store/customer.js';
import { fromStandingText } from '../store/standing.js';
import type { Queryable } from '../store/database.js';
import { eventKey, insertNewEvents } from '../store/event.js';
import { saveCounts, selectMembers, selectOpenWindows, selectWindowsFrom, type CountedCustomer, type StoredMember, type StoredWindow, type WindowRange } from '../store/window.js';
import { withPlans } from './catalog-cache.js';
import { findCustomerIds } from './customer.js';
import { storedWindows } from './window.js';
import { loadUpToDate } from './booking.js';
import { inUnit, type Engine, type EventToRecord, type RecordedEvent, type Unit } from './engine.js';
import { factsOf } from './facts.js';
import { topUpIfDue } from './top-up.js';

/** What came of one event of a call. `pointer` is relative to the event. */
export type EventOutcome =
  | ({ readonly id: string } & Intake)
  | { readonly id: string; readonly status: 'refused'; readonly pointer: string; readonly reason: string };

/** Takes each event for itself: what is wrong with one leaves the others as they are. Resolves after the commit. */
export async function ingestEvents(engine: Engine, values: readonly unknown[]): Promise<EventOutcome[]> {
  const now = engine.clock.now();
  const inputs = values.map(readEventInput);
  const readable = inputs.filter((input): input is EventInput => !('fault' in input));
  if (readable.some((input) => engine.catalog.metersOf(input.name).length === 0)) await engine.catalog.refresh();
  const customers = await findCustomerIds(engine, readable.map((input) => input.customer));
  const outcomes = inputs.map((input, index) => {
    if ('fault' in input) return refused(idOf(values[index]), input.fault.pointer, input.fault.detail);
    return checkEvent(engine, { input, customerId: customers.get(input.customer), now });
  });
  const toRecord = outcomes.filter((outcome): outcome is EventToRecord => 'event' in outcome);
  const recorded = await engine.events.submit(toRecord);
  let next = 0;
  return outcomes.map((outcome): EventOutcome => {
    if (!('event' in outcome)) return outcome;
    const { id } = outcome.event;
    const intake = recorded[next];
    next += 1;
    return intake === undefined ? refused(id, '/customer', 'there is no such customer') : { id, ...intake };
  });
}

function checkEvent(engine: Engine, context: { input: EventInput; customerId: string | undefined; now: Instant }): EventToRecord | Extract<EventOutcome, { status: 'refused' }> {
  const { input, customerId, now } = context;
  const parsed = parseEvent(input, now);
  if ('fault' in parsed) return refused(input.id, parsed.fault.pointer, parsed.fault.detail);
  const wrong = meterFault(parsed.event, engine.catalog.metersOf(parsed.event.name));
  if (wrong !== undefined) return refused(input.id, wrong.pointer, wrong.detail);
  if (customerId === undefined) return refused(input.id, '/customer', `there is no customer "${input.customer}"`);
  return { customerId, event: parsed.event };
}

/** The id that unreadable input seems to have, so that its sender finds it again. */
function idOf(value: unknown): string {
  const id = (value as { id?: unknown } | null)?.id;
  return typeof id === 'string' ? id : '';
}

function refused(id: string, pointer: string, reason: string): Extract<EventOutcome, { status: 'refused' }> {
  return { id, status: 'refused', pointer, reason };
}

/** One batch, one transaction: lock the customers, take the events in, read what they count in, decide in core, write, commit. */
export async function recordEvents(engine: Engine, items: readonly EventToRecord[]): Promise<RecordedEvent[]> {
  return inUnit(engine, (unit) => recordInUnit(engine, unit, items));
}

/** The same as a part of a transaction that does more. */
export async function recordInUnit(engine: Engine, unit: Unit, items: readonly EventToRecord[]): Promise<RecordedEvent[]> {
  const { transaction } = unit;
  const byCustomer = groupByCustomer(items);
  const locked = await lockUpToDate(engine, unit, [...byCustomer.keys()]);
  const customers = await matchAll(engine, transaction, { byCustomer, locked });
  // Independent of each other, so they share one round trip.
  const [inserted, windows, members] = await Promise.all([
    insertNewEvents(transaction, customers.flatMap(firstOfEachId)),
    selectWindowsFrom(transaction, customers.flatMap(windowRanges)),
    selectMembers(transaction, customers.flatMap(membersAsked)),
  ]);
  const read = { inserted, windows: grouped(windows), members: grouped(members) };
  const decided = customers.map((customer) => decide(customer, read));
  await save(transaction, decided, unit.at);
  await fillWallets(engine, unit, decided);
  return answers(items, decided);
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
  readonly incoming: readonly IncomingEvent[];
}

interface DecidedCustomer extends LockedCustomer {
  readonly decision: ReturnType<typeof decideIntake>;
}

async function matchAll(
  engine: Engine,
  transaction: Queryable,
  input: { byCustomer: ReadonlyMap<string, readonly UsageEvent[]>; locked: readonly StoredCustomer[] },
): Promise<LockedCustomer[]> {
  return withPlans(engine, transaction, (planOf) =>
    input.locked.map((stored) => {
      const { standing, subscriptions } = engine.standings.resolve(stored.customer.id, stored.standingText, planOf);
      const events = input.byCustomer.get(stored.customer.id) ?? [];
      return { stored, standing, subscriptions, incoming: events.map((event) => ({ event, matches: matchEvent(subscriptions, event) })) };
    }),
  );
}

/** Of events that share an id, the one that arrived first is the event; the others repeat it. */
function firstOfEachId({ stored, incoming }: LockedCustomer): Array<EventToRecord & { revision: number }> {
  const first = new Map<string, UsageEvent>();
  for (const { event } of incoming) if (!first.has(event.id)) first.set(event.id, event);
  return [...first.values()].map((event) => ({ customerId: stored.customer.id, event, revision: stored.revision + 1 }));
}

function decide(
  customer: LockedCustomer,
  read: { inserted: ReadonlySet<string>; windows: ReadonlyMap<string, readonly StoredWindow[]>; members: ReadonlyMap<string, readonly StoredMember[]> },
): DecidedCustomer {
  const { id } = customer.stored.customer;
  const windows = (read.windows.get(id) ?? []).map(({ window }) => window);
  const book = new WindowBook(windows, (read.members.get(id) ?? []).map(({ member }) => member));
  const decision = decideIntake({ incoming: customer.incoming, isKnown: (eventId) => !read.inserted.has(eventKey(id, eventId)), book });
  return { ...customer, decision };
}

async function save(transaction: Queryable, decided: readonly DecidedCustomer[], now: Instant): Promise<void> {
  const changed = decided.filter(({ decision }) => decision.newEvents.length > 0);
  if (changed.length === 0) return;
  await saveCounts(transaction, {
    customers: changed.map((customer) => ({ id: customer.stored.customer.id, dueAt: dueAt(customer, now) })),
    members: changed.flatMap(({ stored, decision }) => decision.members.map((member) => ({ customerId: stored.customer.id, member }))),
    windows: changed.flatMap((customer) => storedWindows(customer.stored.customer.id, customer, customer.decision.windows)),
  });
}

/** Opens the automatic top-ups that the events have made due: of wallets that the windows they counted in are paid from. */
async function fillWallets(engine: Engine, unit: Unit, decided: readonly DecidedCustomer[]): Promise<void> {
  const spending = decided.filter((customer) => customer.standing.topUp?.isEnabled === true && customer.decision.windows.some((window) => isSpending(customer, window)));
  if (spending.length === 0) return;
  const windows = grouped(await selectOpenWindows(unit.transaction, spending.map(({ stored }) => stored.customer.id), unit.at));
  const halted: CountedCustomer[] = [];
  for (const { stored, standing: before, subscriptions } of spending) {
    const { id } = stored.customer;
    const revision = stored.revision + 1;
    const facts = factsOf({ stored: { ...stored, revision }, standing: before, subscriptions, windows: (windows.get(id) ?? []).map(({ window }) => window) });
    const standing = await topUpIfDue(engine, unit, { facts, standing: before });
    if (standing !== before) await updateStanding(unit.transaction, { customerId: id, revision, standing });
    else halted.push({ id, dueAt: refillAt(facts, unit.at) });
  }
  await bringDueForward(unit.transaction, halted.filter(({ dueAt: until }) => until !== FOREVER));
}

function isSpending({ subscriptions }: LockedCustomer, { subscriptionId, priceCode }: UsageWindow): boolean {
  const subscription = subscriptions.find(({ id }) => id === subscriptionId);
  // Under any of its terms: those that price a window are not those under which it began.
  return subscription?.phases.some(({ plan }) => plan.prices.some(({ code, paidFrom }) => code === priceCode && paidFrom === 'wallet')) === true;
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

function answers(items: readonly EventToRecord[], decided: readonly DecidedCustomer[]): RecordedEvent[] {
  const queues = new Map(decided.map(({ stored, decision }) => [stored.customer.id, { intakes: decision.intakes, next: 0 }]));
  return items.map(({ customerId }) => {
    const queue = queues.get(customerId);
    if (queue === undefined) return undefined;
    queue.next += 1;
    return queue.intakes[queue.next - 1];
  });
}

function groupByCustomer(items: readonly EventToRecord[]): Map<string, UsageEvent[]> {
  const groups = new Map<string, UsageEvent[]>();
  for (const { customerId, event } of items) {
    const group = groups.get(customerId);
    if (group === undefined) groups.set(customerId, [event]);
    else group.push(event);
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
function windowRanges(customer: { stored: StoredCustomer; incoming: readonly IncomingEvent[] }): WindowRange[] {
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

function membersAsked(customer: { stored: StoredCustomer; incoming: readonly IncomingEvent[] }): StoredMember[] {
  return customer.incoming.flatMap(({ matches }) =>
    matches.flatMap(({ series, window, measurement }) =>
      measurement.member === null ? [] : [{ customerId: customer.stored.customer.id, member: { ...series, startsAt: window.startsAt, member: measurement.member } }],
    ),
  );
}
