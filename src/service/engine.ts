import { randomBytes } from 'node:crypto';
import { ID_BYTES, idFromBytes, type IdPrefix } from '../core/id.js';
import { instant, type Instant } from '../core/instant.js';
import type { PaymentProvider } from '../provider/port.js';
import { Batcher } from '../store/batcher.js';
import { StoreUnavailable, type Database, type Queryable } from '../store/database.js';
import { selectStates, type StateRows } from '../store/state.js';
import { Catalog } from './catalog.js';
import { recordEvents, type EventToRecord, type RecordedEvent } from './event.js';
import { Recent } from './recent.js';
import { Standings } from './standing.js';
import type { ApiKey } from '../store/api-key.js';

/** Tells the time. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => instant(Date.now()) };

/** A store with what a process keeps beside it: the two gathering paths and what never changes once read. */
export interface Engine {
  readonly database: Database;
  readonly clock: Clock;
  readonly provider: PaymentProvider;
  readonly catalog: Catalog;
  readonly standings: Standings;
  /** External ids and subscription ids to customer ids: an alias never changes its target. */
  readonly aliases: Recent<string, string>;
  readonly keys: Recent<string, { readonly key: ApiKey | undefined; readonly readAt: number }>;
  readonly events: Batcher<EventToRecord, RecordedEvent>;
  readonly states: Batcher<{ readonly customerId: string; readonly at: Instant }, StateRows | undefined>;
  newId(prefix: IdPrefix): string;
}

/** How many items a batch of events may hold; more gain nothing and make the lock on a customer last. */
const MAX_EVENTS_PER_BATCH = 1000;
/** Events that may wait for their batch: about a second of work; more is refused with 503. */
const MAX_WAITING_EVENTS = 50_000;
const MAX_STATES_PER_BATCH = 256;
const MAX_WAITING_STATES = 20_000;
const REMEMBERED_CUSTOMERS = 50_000;

/** The engine over an opened and migrated store. */
export async function openEngine(input: { database: Database; provider: PaymentProvider; clock?: Clock }): Promise<Engine> {
  const { database } = input;
  const isWeather = (error: unknown): boolean => error instanceof StoreUnavailable;
  const engine: Engine = {
    database,
    clock: input.clock ?? systemClock,
    provider: input.provider,
    catalog: new Catalog(database),
    standings: new Standings(REMEMBERED_CUSTOMERS),
    aliases: new Recent(REMEMBERED_CUSTOMERS * 2),
    keys: new Recent(10_000),
    events: new Batcher({
      lanes: database.profile.lanes,
      maxItems: MAX_EVENTS_PER_BATCH,
      maxWaiting: MAX_WAITING_EVENTS,
      perform: (items: readonly EventToRecord[]) => recordEvents(engine, items),
      isWeather,
    }),
    states: new Batcher({
      lanes: database.profile.lanes,
      maxItems: MAX_STATES_PER_BATCH,
      maxWaiting: MAX_WAITING_STATES,
      perform: (asked) => selectStates(database, asked),
      isWeather,
    }),
    newId: (prefix) => idFromBytes(prefix, randomBytes(ID_BYTES)),
  };
  await engine.catalog.refresh();
  return engine;
}

/** Finishes what was accepted and closes the store. */
export async function closeEngine(engine: Engine): Promise<void> {
  await engine.events.drain();
  await engine.states.drain();
  await engine.database.close();
}

/** One command under way: its transaction, its moment, and what must happen once it is committed. */
export interface Unit {
  readonly transaction: Queryable;
  readonly at: Instant;
  readonly afterCommit: (action: () => void | Promise<void>) => void;
}

/** Runs `work` as one transaction at one moment; what it asked for after the commit is done before this resolves. */
export async function inUnit<T>(engine: Engine, work: (unit: Unit) => Promise<T>): Promise<T> {
  let actions: Array<() => void | Promise<void>> = [];
  const result = await engine.database.transaction((transaction) => {
    actions = [];
    return work({ transaction, at: engine.clock.now(), afterCommit: (action) => actions.push(action) });
  });
  for (const action of actions) await action();
  return result;
}
