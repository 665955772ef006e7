import { randomUUID } from 'node:crypto';
import { setTimeout as rest } from 'node:timers/promises';
import { FOREVER, type Instant } from '../core/instant.js';
import { Overloaded } from '../store/batcher.js';
import { sqlState, type Database } from '../store/database.js';
import { extendListener, joinListeners, pruneFeed, selectFeed, startFeed, type FeedChange, type FeedPage, type FeedPosition } from '../store/feed.js';
import { Bell } from './bell.js';

export type { FeedChange, FeedPosition } from '../store/feed.js';

/** A part of the feed, or that so much of it is gone that the reader has to begin anew at `to`. */
export interface FeedPart {
  readonly from: FeedPosition;
  readonly to: FeedPosition;
  readonly changes: readonly FeedChange[];
  readonly isReset: boolean;
}

/** Wakes whoever tells of one customer. */
export class Watch {
  readonly customerId: string;
  /** When the customer's state changes by the clock alone. */
  until: Instant = FOREVER;
  readonly #bell = new Bell();
  #seen = 0;

  constructor(customerId: string) {
    this.customerId = customerId;
  }

  wake(): void {
    this.#bell.ring();
  }

  /** From here on counts as not looked at. */
  look(): void {
    this.#seen = this.#bell.count;
  }

  /** True once it was woken since the last look; false after `waitMs`, or when the signal fires. */
  async isWoken(waitMs: number, signal: AbortSignal): Promise<boolean> {
    await this.#bell.after(this.#seen, waitMs, signal);
    return this.#bell.count !== this.#seen;
  }
}

/** How long things take, in milliseconds. */
export interface FeedPace {
  /** How often is looked for what other processes did; a commit of this one is seen at once. */
  readonly pollMs: number;
  /** Between two looks: what is changed more often is told together. */
  readonly restMs: number;
  /** How often the process's row is extended, and what is old cleared away. */
  readonly upkeepMs: number;
  /** How long what was told is kept, for who comes back. */
  readonly keptMs: number;
  /** How long a process without streams goes on to clear away: what it still had recorded is gone then. */
  readonly lingerMs: number;
}

const PACE: FeedPace = { pollMs: 200, restMs: 40, upkeepMs: 30_000, keptMs: 10 * 60_000, lingerMs: 16 * 60_000 };
/** How long to leave a store alone that is away. */
const AWAY_MS = 1_000;
const PAGE = 1_000;
const PRUNED_AT_ONCE = 5_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * What all processes commit, read by one loop as long as this process has streams (docs/adr/0011). It tells customers'
 * streams that they should look, and gives others the changes themselves.
 */
export class Feed {
  readonly #database: Database;
  readonly #commits: Bell;
  readonly #now: () => Instant;
  readonly #pace: FeedPace;
  readonly #processId = randomUUID();
  readonly #watches = new Map<string, Set<Watch>>();
  readonly #ticks = new Bell();
  readonly #stopping = new AbortController();
  #streams = 0;
  #starting: Promise<void> | undefined;
  #loop: Promise<void> | undefined;
  #sleep = new AbortController();
  #cursor: FeedPosition = { xid: 0n, seq: 0n };
  #last: FeedPart | undefined;
  #catalogRevision = -1;
  #upkeepAt = 0;
  #idleSince = 0;
  /** Where the feed was at some moments, the oldest first. */
  #marks: Array<{ readonly at: number; readonly position: FeedPosition }> = [];

  constructor(options: { database: Database; commits: Bell; now: () => Instant; pace?: Partial<FeedPace> | undefined }) {
    this.#database = options.database;
    this.#commits = options.commits;
    this.#now = options.now;
    this.#pace = { ...PACE, ...options.pace };
  }

  /** How many streams this process has. */
  get streams(): number {
    return this.#streams;
  }

  /**
   * One stream more; what is committed once this has resolved is told. Each is to be taken back by `leave`.
   * @throws Overloaded when writers keep the feed from beginning.
   */
  async join(): Promise<void> {
    this.#streams += 1;
    this.#starting ??= this.#start();
    try {
      await this.#starting;
    } catch (error) {
      this.leave();
      throw sqlState(error) === LOCK_NOT_AVAILABLE ? new Overloaded('the feed cannot begin while long transactions run', { cause: error }) : error;
    }
  }

  leave(): void {
    this.#streams -= 1;
    if (this.#streams > 0) return;
    this.#starting = undefined;
    this.#idleSince = performance.now();
  }

  watch(customerId: string): Watch {
    const watch = new Watch(customerId);
    this.#watches.set(customerId, (this.#watches.get(customerId) ?? new Set()).add(watch));
    return watch;
  }

  unwatch(watch: Watch): void {
    const others = this.#watches.get(watch.customerId);
    others?.delete(watch);
    if (others?.size === 0) this.#watches.delete(watch.customerId);
  }

  /** Where the feed is now: what is committed later comes after it. */
  get position(): FeedPosition {
    return this.#cursor;
  }

  /** What comes after a position, as soon as there is anything; undefined after `waitMs`, or when the signal fires. Nothing is gathered for whoever does not ask. */
  async next(from: FeedPosition, waitMs: number, signal: AbortSignal): Promise<FeedPart | undefined> {
    const endsAt = performance.now() + waitMs;
    for (;;) {
      const seen = this.#ticks.count;
      const part = await this.#after(from);
      if (part !== undefined) return part;
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0 || signal.aborted) return undefined;
      await this.#ticks.after(seen, leftMs, signal);
    }
  }

  /** Ends the loop. The process's row in the store is left to run out. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#sleep.abort();
    await this.#loop;
  }

  async #after(from: FeedPosition): Promise<FeedPart | undefined> {
    // All who keep up are given the same part.
    if (this.#last !== undefined && compare(this.#last.from, from) === 0) return this.#last;
    if (compare(from, this.#cursor) === 0) return undefined;
    const page = await selectFeed(this.#database, from, PAGE);
    // A number that no transaction has had yet comes from another store, or from before this one was restored.
    if (compare(from, page.start) < 0 || from.xid > page.horizon) return { from, to: nowOf(page), changes: [], isReset: true };
    return page.changes.length === 0 ? undefined : { from, to: endOf(page, from), changes: page.changes, isReset: false };
  }

  async #start(): Promise<void> {
    if (!(await extendListener(this.#database, this.#processId)) && !(await joinListeners(this.#database, this.#processId))) await startFeed(this.#database, this.#processId);
    this.#begin(await selectFeed(this.#database, this.#cursor, 1));
    this.#upkeepAt = performance.now() + this.#pace.upkeepMs;
    this.#sleep.abort();
    this.#loop ??= this.#run();
  }

  /** Goes on from now. What the streams may have missed they look up themselves. */
  #begin(page: FeedPage): void {
    this.#cursor = nowOf(page);
    this.#last = undefined;
    this.#catalogRevision = page.catalogRevision;
    this.#wakeAll();
    this.#ticks.ring();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted && !this.#isDone()) {
      const seen = this.#commits.count;
      let waitMs = this.#streams > 0 ? this.#pace.pollMs : this.#pace.upkeepMs;
      try {
        if (performance.now() >= this.#upkeepAt) await this.#upkeep();
        if (this.#streams > 0 && (await this.#poll())) continue;
      } catch {
        // The store is away. Streams stay; what they miss they are told once it is back.
        waitMs = AWAY_MS;
      }
      await this.#pause(seen, waitMs);
    }
    this.#loop = undefined;
  }

  #isDone(): boolean {
    return this.#streams === 0 && performance.now() - this.#idleSince > this.#pace.lingerMs;
  }

  async #pause(seen: number, waitMs: number): Promise<void> {
    this.#sleep = new AbortController();
    const { signal } = this.#sleep;
    if (this.#stopping.signal.aborted) return;
    if (this.#streams > 0) {
      await this.#commits.after(seen, waitMs, signal);
      await rest(this.#pace.restMs, undefined, { signal }).catch(() => undefined);
    } else {
      // Nothing to tell: only the clearing up is left, and no reason for the process to stay.
      await rest(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Reads on and wakes; true when there is more. */
  async #poll(): Promise<boolean> {
    const from = this.#cursor;
    const page = await selectFeed(this.#database, from, PAGE);
    if (from !== this.#cursor) return true;
    if (compare(from, page.start) < 0) {
      this.#begin(page);
      return true;
    }
    if (page.changes.length > 0) {
      this.#cursor = endOf(page, from);
      this.#last = { from, to: this.#cursor, changes: page.changes, isReset: false };
      for (const { customerId } of page.changes) for (const watch of this.#watches.get(customerId) ?? []) watch.wake();
      this.#ticks.ring();
    }
    // Names are in states, so all of them may read differently now.
    if (page.catalogRevision !== this.#catalogRevision) this.#wakeAll();
    this.#catalogRevision = page.catalogRevision;
    this.#wakeTurned();
    return page.changes.length === PAGE;
  }

  #wakeAll(): void {
    for (const watches of this.#watches.values()) for (const watch of watches) watch.wake();
  }

  /** The engine's clock may stand still or jump, so it is looked at, not waited for. */
  #wakeTurned(): void {
    const now = this.#now();
    for (const watches of this.#watches.values()) for (const watch of watches) if (watch.until <= now) watch.wake();
  }

  /** Keeps the process's row alive while it has streams, and deletes what nobody may ask for any more. */
  async #upkeep(): Promise<void> {
    const isListening = this.#streams > 0;
    // Asleep for too long: changes may not have been recorded.
    if (isListening && !(await extendListener(this.#database, this.#processId))) {
      if (!(await joinListeners(this.#database, this.#processId))) await startFeed(this.#database, this.#processId);
      this.#begin(await selectFeed(this.#database, this.#cursor, 1));
    }
    const now = performance.now();
    this.#marks.push({ at: now, position: isListening ? this.#cursor : nowOf(await selectFeed(this.#database, this.#cursor, 1)) });
    const old = this.#marks.filter(({ at }) => now - at >= this.#pace.keptMs).at(-1);
    if (old !== undefined) {
      while ((await pruneFeed(this.#database, old.position, PRUNED_AT_ONCE)) === PRUNED_AT_ONCE && !this.#stopping.signal.aborted);
      this.#marks = this.#marks.filter(({ at }) => at > old.at);
    }
    this.#upkeepAt = now + this.#pace.upkeepMs;
  }
}

function endOf({ changes }: FeedPage, from: FeedPosition): FeedPosition {
  return changes.at(-1)?.position ?? from;
}

/** Everything that was committed before the page was read lies before this, all that is committed later after it. */
function nowOf({ start, horizon }: FeedPage): FeedPosition {
  const now = { xid: horizon, seq: 0n };
  return compare(now, start) < 0 ? start : now;
}

function compare(left: FeedPosition, right: FeedPosition): number {
  const difference = left.xid === right.xid ? left.seq - right.seq : left.xid - right.xid;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
