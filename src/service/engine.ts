import type { ConsumeAsked } from '../core/consume.js';
import type { UsageEvent } from '../core/event.js';
import type { IdPrefix } from '../core/id.js';
import type { Instant } from '../core/instant.js';
import type { Intake } from '../core/intake.js';
import type { PaymentProvider } from '../provider/port.js';
import type { ApiKey } from '../store/api-key.js';
import type { Batcher } from '../store/batcher.js';
import type { Database, Queryable } from '../store/database.js';
import type { BillingState } from '../core/state.js';
import type { Session } from '../store/session.js';
import type { StateAnswer, StateQuestion } from '../store/state.js';
import type { Bell } from './bell.js';
import type { Catalog } from './catalog-cache.js';
import type { Charges } from './charges.js';
import type { Feed } from './feed.js';
import type { Post } from './post.js';
import type { Recent } from './recent.js';
import type { Standings } from './standing.js';
import type { Turns } from './turns.js';

/** Tells the time. */
export interface Clock {
  now(): Instant;
}

/** An event on its way to the store, its customer known. */
export interface EventToRecord {
  readonly customerId: string;
  readonly event: UsageEvent;
}

/** A use that the gate has to decide, its customer known. */
export interface UseToDecide {
  readonly customerId: string;
  readonly consume: ConsumeAsked;
}

/** What the gathering path of usage takes. */
export type UsageItem = EventToRecord | UseToDecide;

/** What came of it, with the customer's revision that it belongs to; undefined when the customer is not there any more. */
export type RecordedItem = (Intake & { readonly revision: number }) | undefined;

/**
 * A state worked out before, with when it holds: for the version of the customer's row and the revision of the catalog
 * that it was derived from, from `from` (in) to `until` (out). The store is asked for both at every read.
 */
export interface RememberedState {
  readonly version: string;
  readonly catalogRevision: number;
  readonly from: Instant;
  readonly until: Instant;
  readonly state: BillingState;
  /** Tells this state from every other of the customer; begins with its revision. */
  readonly stamp: string;
}

/** How this process sends webhooks. */
export interface Webhooks {
  readonly post: Post;
  /** The time by which is sent and tried again: the real one, also in a sandbox, for receivers live by it. */
  readonly now: () => Instant;
  /** A number in [0, 1). */
  readonly chance: () => number;
}

/** A store with what a process keeps beside it: the two gathering paths and what never changes once read. */
export interface Engine {
  readonly database: Database;
  /** The time of billing: in a sandbox it stands still until it is moved. */
  readonly clock: Clock;
  /** The time that people in front of a browser live by. */
  readonly realClock: Clock;
  readonly provider: PaymentProvider;
  readonly catalog: Catalog;
  readonly standings: Standings;
  /** External ids and subscription ids to customer ids: an alias never changes its target. */
  readonly aliases: Recent<string, string>;
  /** What was read of each key shown lately, by the key itself. */
  readonly keys: Recent<string, { readonly key: ApiKey | undefined; readonly readAt: number }>;
  /** What was read of each browser's session lately, by the hash of its token. */
  readonly sessions: Recent<string, { readonly session: Session | undefined; readonly readAt: number }>;
  readonly events: Batcher<UsageItem, RecordedItem>;
  readonly states: Batcher<StateQuestion, StateAnswer | undefined>;
  /** Numbers of customers' last changes, by customer id; undefined for those that are not there. */
  readonly revisions: Batcher<string, number | undefined>;
  /** States worked out lately, by customer id; see RememberedState for why they cannot be stale. */
  readonly remembered: Recent<string, RememberedState>;
  /** Commands on one customer, one after the other. */
  readonly turns: Turns;
  /** Payments that are being asked for in the background. */
  readonly charges: Charges;
  /** Rings at every commit of this process. */
  readonly commits: Bell;
  /** What all processes commit, for live streams. */
  readonly feed: Feed;
  readonly webhooks: Webhooks;
  newId(prefix: IdPrefix): string;
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
  engine.commits.ring();
  for (const action of actions) await action();
  return result;
}
