import { meterFault, parseEvent, readEventInput, type EventInput, type UsageEvent } from '../core/event.js';
import type { Instant } from '../core/instant.js';
import { decideIntake, type IncomingEvent, type Intake } from '../core/intake.js';
import { WindowBook } from '../core/window-book.js';
import { matchEvent, type UsageWindow } from '../core/window.js';
import { usagePriceAt } from '../core/subscription.js';
import type { Subscription } from '../core/subscription.js';
import { bumpRevisions, lockCustomers, type StoredCustomer } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import { eventKey, insertEvents, selectKnownEvents } from '../store/event.js';
import { insertMembers, selectMembers, selectWindowsFrom, upsertWindows, type StoredMember, type StoredWindow, type WindowRange } from '../store/window.js';
import { withPlans } from './catalog-cache.js';
import { findCustomerIds } from './customer.js';
import type { Engine, EventToRecord, RecordedEvent } from './engine.js';

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

/** One batch, one transaction: lock the customers, read what deciding needs, decide in core, write, commit. */
export async function recordEvents(engine: Engine, items: readonly EventToRecord[]): Promise<RecordedEvent[]> {
  return engine.database.transaction(async (transaction) => {
    const byCustomer = groupByCustomer(items);
    const locked = await lockCustomers(transaction, [...byCustomer.keys()]);
    const loaded = await load(engine, transaction, { byCustomer, locked });
    const decided = loaded.map((customer) => decide(customer));
    await save(transaction, decided);
    return answers(items, decided);
  });
}

interface LoadedCustomer {
  readonly stored: StoredCustomer;
  readonly subscriptions: readonly Subscription[];
  readonly incoming: readonly IncomingEvent[];
  readonly known: ReadonlySet<string>;
  readonly windows: readonly UsageWindow[];
  readonly members: readonly StoredMember[];
}

async function load(
  engine: Engine,
  transaction: Queryable,
  input: { byCustomer: ReadonlyMap<string, readonly UsageEvent[]>; locked: readonly StoredCustomer[] },
): Promise<LoadedCustomer[]> {
  const customers = await withPlans(engine, transaction, (planOf) =>
    input.locked.map((stored) => {
      const { subscriptions } = engine.standings.resolve(stored.customer.id, stored.standingText, planOf);
      const events = input.byCustomer.get(stored.customer.id) ?? [];
      return { stored, subscriptions, incoming: events.map((event) => ({ event, matches: matchEvent(subscriptions, event) })) };
    }),
  );
  const known = await selectKnownEvents(
    transaction,
    customers.flatMap(({ stored, incoming }) => incoming.map(({ event }) => ({ customerId: stored.customer.id, eventId: event.id }))),
  );
  const windows = groupWindows(await selectWindowsFrom(transaction, customers.flatMap(windowRanges)));
  const members = await selectMembers(transaction, customers.flatMap(membersAsked));
  return customers.map((customer) => ({
    ...customer,
    known,
    windows: windows.get(customer.stored.customer.id) ?? [],
    members: members.filter((member) => member.customerId === customer.stored.customer.id),
  }));
}

interface DecidedCustomer extends LoadedCustomer {
  readonly decision: ReturnType<typeof decideIntake>;
}

function decide(customer: LoadedCustomer): DecidedCustomer {
  const { id } = customer.stored.customer;
  const book = new WindowBook(customer.windows, customer.members.map(({ member }) => member));
  const decision = decideIntake({ incoming: customer.incoming, isKnown: (eventId) => customer.known.has(eventKey(id, eventId)), book });
  return { ...customer, decision };
}

async function save(transaction: Queryable, decided: readonly DecidedCustomer[]): Promise<void> {
  const changed = decided.filter(({ decision }) => decision.newEvents.length > 0);
  if (changed.length === 0) return;
  await bumpRevisions(transaction, changed.map(({ stored }) => stored.customer.id));
  await insertEvents(
    transaction,
    changed.flatMap(({ stored, decision }) => decision.newEvents.map((event) => ({ customerId: stored.customer.id, event, revision: stored.revision + 1 }))),
  );
  await upsertWindows(transaction, changed.flatMap(({ stored, subscriptions, decision }) => storedWindows(stored.customer.id, subscriptions, decision.windows)));
  await insertMembers(transaction, changed.flatMap(({ stored, decision }) => decision.members.map((member) => ({ customerId: stored.customer.id, member }))));
}

/** Windows as rows: those of a price paid from the wallet weigh on it until they are settled. */
export function storedWindows(customerId: string, subscriptions: readonly Subscription[], windows: readonly UsageWindow[]): StoredWindow[] {
  const byId = new Map(subscriptions.map((subscription) => [subscription.id, subscription]));
  return windows.map((window) => {
    const subscription = byId.get(window.subscriptionId);
    const price = subscription === undefined ? undefined : usagePriceAt(subscription, window.priceCode, window.startsAt);
    return { customerId, window, isUnsettled: price?.paidFrom === 'wallet' };
  });
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

function groupWindows(windows: readonly StoredWindow[]): Map<string, UsageWindow[]> {
  const groups = new Map<string, UsageWindow[]>();
  for (const { customerId, window } of windows) {
    const group = groups.get(customerId);
    if (group === undefined) groups.set(customerId, [window]);
    else group.push(window);
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
