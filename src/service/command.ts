import { bookDue, upcomingInvoice } from '../core/booking.js';
import type { UsageEvent } from '../core/event.js';
import type { CustomerFacts } from '../core/facts.js';
import { latest, type Instant } from '../core/instant.js';
import type { Invoice } from '../core/invoice.js';
import type { IssuedInvoice } from '../core/issued-invoice.js';
import { moneyText } from '../core/money.js';
import { Refusal } from '../core/problems.js';
import { withSubscriptionChange, type Standing, type SubscriptionEntry } from '../core/standing.js';
import { billingState, type BillingState } from '../core/state.js';
import type { Subscription, SubscriptionChange } from '../core/subscription.js';
import { deriveWindows } from '../core/window-book.js';
import { windowText, type UsageWindow } from '../core/window.js';
import { selectCustomer, updateStanding } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import { hasEvents, selectEvents } from '../store/event.js';
import { insertSubscriptionChange, insertSubscriptionOwner } from '../store/subscription.js';
import { deleteWindows, saveCounts } from '../store/window.js';
import { fireAlerts } from './alert.js';
import { collectIssued } from './collection.js';
import { collectedOf, firstBooking, loadUpToDate, nextLookAt, saveBooking, upToDate, withBooking, type Booking } from './booking.js';
import { lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';
import { storedWindows } from './window.js';
import { topUpIfDue } from './top-up.js';
import { factsOf, loadCustomer, resolveAll, type LoadedCustomer } from './facts.js';

/** What a command asks core about: the customer, the moment, and who looks plans and the like up. */
export interface Situation {
  readonly loaded: LoadedCustomer;
  readonly at: Instant;
  /** The subscription of this id. @throws Refusal `not_found`. */
  readonly subscription: (id: string) => Subscription;
  /** The subscription as the changes decided so far leave it; for a command of several steps. */
  readonly after: (changes: readonly DecidedChange[], id: string) => Promise<Subscription>;
  readonly queryable: Queryable;
}

/** A change of one of the customer's subscriptions. */
export interface DecidedChange {
  readonly subscriptionId: string;
  readonly change: SubscriptionChange;
  /** What happened before this moment counts as it did. */
  readonly effectiveAt: Instant;
}

/** Load and decide; whether the outcome is saved is up to the caller. */
export type Decide = (situation: Situation) => Promise<readonly DecidedChange[]>;

/** What a command leads to. */
export interface Outcome {
  readonly at: Instant;
  readonly customerId: string;
  readonly revision: number;
  readonly before: CustomerFacts;
  /** With the invoices booked that fall due by the command itself. */
  readonly facts: CustomerFacts;
  /** Invoices that fall due at once, in order. */
  readonly due: readonly Invoice[];
}

interface Planned extends Outcome {
  readonly loaded: LoadedCustomer;
  readonly standing: Standing;
  readonly entries: readonly SubscriptionEntry[];
  readonly booking: Booking;
  /** The facts with the changes, before anything is booked. */
  readonly changed: CustomerFacts;
  /** Subscriptions whose windows had to be derived anew. */
  readonly recounted: ReadonlyArray<{ readonly subscription: Subscription; readonly members: ReturnType<typeof deriveWindows>['members'] }>;
}

/** A command as it was saved. */
export interface Performed extends Outcome {
  readonly invoices: readonly IssuedInvoice[];
}

/** Decides under the customer's lock and saves: the changes, and the invoices that they bring at once. */
export async function performCommand(engine: Engine, unit: Unit, input: { customerId: string; decide: Decide }): Promise<Performed> {
  const loaded = await loadUpToDate(engine, unit, await lockCustomer(unit, input.customerId));
  const planned = await plan(engine, { loaded, at: unit.at, queryable: unit.transaction, decide: input.decide });
  // Nothing decided, nothing counted.
  if (planned.entries.length === 0) return { ...planned, revision: loaded.stored.revision, invoices: [] };
  return save(engine, unit, planned);
}

/** The same without saving: what the command would lead to now. @throws Refusal as the command. */
export async function previewCommand(engine: Engine, input: { customerId: string; decide: Decide }): Promise<Outcome> {
  return previewOn(engine, await loadForPreview(engine, input.customerId), input.decide);
}

/** A customer as previews find it, at the moment of now. */
export interface Previewable {
  readonly loaded: LoadedCustomer;
  readonly at: Instant;
}

/** What several previews of one customer share. @throws Refusal `not_found`. */
export async function loadForPreview(engine: Engine, customerId: string): Promise<Previewable> {
  const stored = await selectCustomer(engine.database, customerId);
  if (stored === undefined) throw new Refusal('not_found', 'There is no such customer.');
  const at = engine.clock.now();
  return { loaded: upToDate(await loadCustomer(engine, engine.database, stored), at), at };
}

/** @throws Refusal as the command. */
export async function previewOn(engine: Engine, { loaded, at }: Previewable, decide: Decide): Promise<Outcome> {
  return plan(engine, { loaded, at, queryable: engine.database, decide });
}

/** What a preview tells. */
export interface PreviewFigures {
  readonly outcome: Outcome;
  readonly before: BillingState;
  readonly after: BillingState;
  readonly due: readonly Invoice[];
  readonly next: Invoice | null;
}

export function previewFigures(outcome: Outcome): PreviewFigures {
  const { at } = outcome;
  return {
    outcome,
    before: billingState(outcome.before, at),
    after: billingState(outcome.facts, at),
    due: outcome.due,
    next: upcomingInvoice(bookDue(outcome.facts, at), at),
  };
}

async function plan(engine: Engine, input: { loaded: LoadedCustomer; at: Instant; queryable: Queryable; decide: Decide }): Promise<Planned> {
  const { loaded, queryable } = input;
  const { stored } = loaded;
  // Time never runs backwards for a customer, whatever the clock does.
  const at = loaded.standing.cursors.reduce((now, cursor) => latest(now, cursor.at), input.at);
  const revision = stored.revision + 1;
  const decided = await input.decide(situation(engine, { loaded, at, queryable, revision }));
  const entries = decided.map(({ subscriptionId, change }) => ({ revision, subscriptionId, change }));
  const standing = entries.reduce(withSubscriptionChange, loaded.standing);
  const subscriptions = await resolveAll(engine, queryable, standing);
  const counted = await recount(queryable, { loaded, subscriptions, decided });
  const changed = { ...factsOf({ stored, standing, subscriptions, windows: counted.windows }), revision };
  const booking = dueNow(changed, at, entries.length > 0);
  const due = booking.steps.flatMap(({ invoices }) => invoices);
  const facts = withBooking(changed, booking);
  return { booking, at, customerId: stored.customer.id, revision, before: loaded.facts, facts, due, loaded, standing, entries, changed, recounted: counted.recounted };
}

/** A command books what is due, in order; of a long backlog the worker books what is left. */
function dueNow(facts: CustomerFacts, at: Instant, isChange: boolean): Booking {
  const booking = firstBooking(bookDue(facts, at));
  const missing = booking.steps.find((step) => step.missing !== null)?.missing;
  if (isChange && missing != null) {
    throw new Refusal('insufficient_funds', `The wallet lacks ${moneyText(missing)} ${missing.currency} for what this buys at once. Top the wallet up first.`);
  }
  return booking;
}

function situation(engine: Engine, input: { loaded: LoadedCustomer; at: Instant; queryable: Queryable; revision: number }): Situation {
  const { loaded, at, queryable, revision } = input;
  const find = (subscriptions: readonly Subscription[], id: string): Subscription => {
    const found = subscriptions.find((subscription) => subscription.id === id);
    if (found === undefined) throw new Refusal('not_found', `There is no subscription "${id}".`);
    return found;
  };
  return {
    loaded,
    at,
    queryable,
    subscription: (id) => find(loaded.facts.subscriptions, id),
    after: async (changes, id) => {
      const standing = changes.map(({ subscriptionId, change }) => ({ revision, subscriptionId, change })).reduce(withSubscriptionChange, loaded.standing);
      return find(await resolveAll(engine, queryable, standing), id);
    },
  };
}

interface Counted {
  readonly windows: readonly UsageWindow[];
  readonly recounted: Planned['recounted'];
}

/** Derives the windows of subscriptions anew whose change took effect before something that happened. */
async function recount(queryable: Queryable, input: { loaded: LoadedCustomer; subscriptions: readonly Subscription[]; decided: readonly DecidedChange[] }): Promise<Counted> {
  const { loaded, subscriptions, decided } = input;
  const customerId = loaded.stored.customer.id;
  let { windows } = loaded.facts;
  const recounted: Array<Planned['recounted'][number]> = [];
  for (const id of new Set(decided.map((change) => change.subscriptionId))) {
    const subscription = subscriptions.find((candidate) => candidate.id === id);
    const from = decided.filter((change) => change.subscriptionId === id).map((change) => change.effectiveAt).reduce((first, moment) => (moment < first ? moment : first));
    if (subscription === undefined || !(await hasEvents(queryable, customerId, from))) continue;
    const events: UsageEvent[] = [];
    for await (const event of selectEvents(queryable, { customerId, from: subscription.startsAt, to: subscription.endsAt })) events.push(event);
    const derived = deriveWindows([subscription], events);
    const settled = new Map(windows.map((row) => [windowText(row), row.settled]));
    windows = [...windows.filter((row) => row.subscriptionId !== id), ...derived.windows.map((row) => ({ ...row, settled: settled.get(windowText(row)) ?? null }))];
    recounted.push({ subscription, members: derived.members });
  }
  return { windows, recounted };
}

async function save(engine: Engine, unit: Unit, planned: Planned): Promise<Performed> {
  const { transaction } = unit;
  const { customerId, revision, entries, changed, at } = planned;
  for (const [position, entry] of entries.entries()) {
    if (entry.change.type === 'created') await insertSubscriptionOwner(transaction, entry.subscriptionId, customerId);
    await insertSubscriptionChange(transaction, { ...entry, customerId, position });
  }
  for (const { subscription, members } of planned.recounted) {
    await deleteWindows(transaction, customerId, subscription.id);
    const windows = changed.windows.filter((row) => row.subscriptionId === subscription.id);
    await saveCounts(transaction, { customers: [], members: members.map((member) => ({ customerId, member })), windows: storedWindows(customerId, changed, windows) });
  }
  const { standing: booked, invoices } = await saveBooking(transaction, { facts: changed, standing: planned.standing, booking: planned.booking, issuedAt: at, changes: entries.length });
  const collected = await collectIssued(engine, unit, { standing: booked, customerId, revision, invoices, isCollected: collectedOf(planned.booking) });
  const filled = await topUpIfDue(engine, unit, { facts: planned.facts, standing: collected });
  const standing = await fireAlerts(unit, { facts: planned.facts, standing: filled });
  await updateStanding(transaction, { customerId, standing, revision, dueAt: nextLookAt({ ...planned.facts, payments: standing.payments, firings: standing.firings }, at) });
  return { ...planned, invoices };
}
