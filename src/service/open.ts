import { randomBytes } from 'node:crypto';
import { ID_BYTES, idFromBytes } from '../core/id.js';
import { instant } from '../core/instant.js';
import type { PaymentProvider } from '../provider/port.js';
import { Batcher } from '../store/batcher.js';
import { StoreUnavailable, type Database } from '../store/database.js';
import { selectRevisions } from '../store/revision.js';
import { selectStates } from '../store/state.js';
import { Bell } from './bell.js';
import { Catalog } from './catalog-cache.js';
import { Charges } from './charges.js';
import type { Clock, Engine, UsageItem, Webhooks } from './engine.js';
import { Feed, type FeedPace } from './feed.js';
import { recordItems } from './record.js';
import { settleByAsking } from './payment.js';
import { createPost } from './post.js';
import { Recent } from './recent.js';
import { Standings } from './standing.js';
import { Turns } from './turns.js';

export const systemClock: Clock = { now: () => instant(Date.now()) };

/** How many items a batch of events may hold; more gain nothing and make the lock on a customer last. */
const MAX_EVENTS_PER_BATCH = 1000;
/** Events that may wait for their batch: about a second of work; more is refused with 503. */
const MAX_WAITING_EVENTS = 50_000;
const MAX_STATES_PER_BATCH = 256;
const MAX_WAITING_STATES = 20_000;
const MAX_REVISIONS_PER_BATCH = 1000;
const REMEMBERED_CUSTOMERS = 50_000;
/** A state with its text takes some tens of kilobytes. */
const REMEMBERED_STATES = 4_000;

/** The engine over an opened and migrated store. Webhooks reach public addresses alone unless told. */
export async function openEngine(input: { database: Database; provider: PaymentProvider; clock?: Clock; realClock?: Clock; webhooks?: Partial<Webhooks>; feedPace?: Partial<FeedPace> }): Promise<Engine> {
  const { database } = input;
  const isWeather = (error: unknown): boolean => error instanceof StoreUnavailable;
  const catalog = new Catalog(database);
  const commits = new Bell();
  const engine: Engine = {
    database,
    clock: input.clock ?? systemClock,
    realClock: input.realClock ?? systemClock,
    provider: input.provider,
    catalog,
    standings: new Standings(REMEMBERED_CUSTOMERS, catalog),
    aliases: new Recent(REMEMBERED_CUSTOMERS * 2),
    keys: new Recent(10_000),
    sessions: new Recent(10_000),
    events: new Batcher({
      lanes: database.profile.lanes,
      maxItems: MAX_EVENTS_PER_BATCH,
      maxWaiting: MAX_WAITING_EVENTS,
      perform: (items: readonly UsageItem[]) => recordItems(engine, items),
      isWeather,
    }),
    states: new Batcher({
      lanes: database.profile.lanes,
      maxItems: MAX_STATES_PER_BATCH,
      maxWaiting: MAX_WAITING_STATES,
      perform: (asked) => selectStates(database, asked),
      isWeather,
    }),
    revisions: new Batcher({
      lanes: 1,
      maxItems: MAX_REVISIONS_PER_BATCH,
      maxWaiting: MAX_WAITING_STATES,
      perform: (customerIds) => selectRevisions(database, customerIds),
      isWeather,
    }),
    remembered: new Recent(REMEMBERED_STATES),
    turns: new Turns(),
    charges: new Charges((payment) => settleByAsking(engine, payment)),
    webhooks: { post: createPost({ allowed: [] }), now: () => systemClock.now(), chance: Math.random, ...input.webhooks },
    commits,
    feed: new Feed({ database, commits, now: () => engine.clock.now(), pace: input.feedPace }),
    newId: (prefix) => idFromBytes(prefix, randomBytes(ID_BYTES)),
  };
  await engine.catalog.refresh();
  return engine;
}

/** Finishes what was accepted and closes the store. */
export async function closeEngine(engine: Engine): Promise<void> {
  await engine.feed.stop();
  await engine.events.drain();
  await engine.states.drain();
  await engine.revisions.drain();
  await engine.charges.idle();
  await engine.database.close();
}
