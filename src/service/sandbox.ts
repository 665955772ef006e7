import { instantText, latest, parseInstant, type Instant } from '../core/instant.js';
import { plusLength, type CalendarLength } from '../core/period.js';
import { Refusal, invalidInput } from '../core/problems.js';
import { selectAllCustomers } from '../store/customer.js';
import { ensureStoreFact, setStoreFact, selectStoreFact } from '../store/store-fact.js';
import type { Database } from '../store/database.js';
import { bookDueCustomers, nextDueMoment } from './booking.js';
import type { Clock, Engine } from './engine.js';

/** A clock that stands still until it is moved; it is kept with the store, so that a restart finds it as it was. */
export class SandboxClock implements Clock {
  #now: Instant;
  /** Moves wait for each other: each does what falls due on its way. */
  #moving: Promise<unknown> = Promise.resolve();

  constructor(now: Instant) {
    this.#now = now;
  }

  now(): Instant {
    return this.#now;
  }

  set(at: Instant): void {
    this.#now = at;
  }

  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#moving.then(work, work);
    this.#moving = turn.catch(() => undefined);
    return turn;
  }
}

const FACT = 'sandbox_clock';
/** Calendars and stores agree on everything before. */
const LATEST = Date.UTC(2200, 0, 1) as Instant;

/** The store's own clock; a store that has none yet becomes a sandbox now. */
export async function openSandboxClock(database: Database, now: Instant): Promise<SandboxClock> {
  const kept = parseInstant(await ensureStoreFact(database, FACT, instantText(now)));
  if (kept === undefined) throw new Error('the sandbox clock of the store cannot be read');
  return new SandboxClock(kept);
}

/** Whether the store is a sandbox: its facts are dated by a clock of its own. */
export async function isSandboxStore(database: Database): Promise<boolean> {
  return (await selectStoreFact(database, FACT)) !== undefined;
}

/** Whether anybody lives in the store. */
export async function hasCustomers(database: Database): Promise<boolean> {
  return (await selectAllCustomers(database, { after: 0, limit: 1 })).length > 0;
}

/** Whether the engine goes by a clock that can be set. */
export function isSandbox(engine: Engine): boolean {
  return engine.clock instanceof SandboxClock;
}

/** @throws Refusal `sandbox_only`. */
export function readSandboxClock(engine: Engine): Instant {
  return sandboxClockOf(engine).now();
}

/**
 * Moves the clock and does everything that falls due on the way, each at its own moment, in order.
 * @throws Refusal `sandbox_only`; `invalid_request` when the clock would go backwards or beyond the year 2200.
 */
export async function setSandboxClock(engine: Engine, input: { set: Instant | undefined; advance: CalendarLength | undefined }): Promise<Instant> {
  const clock = sandboxClockOf(engine);
  const { set, advance } = input;
  if ((set === undefined) === (advance === undefined)) throw invalidInput([{ pointer: '/set', detail: 'give either set or advance' }]);
  return clock.inTurn(async () => {
    const target = set ?? advanced(clock.now(), advance ?? {});
    if (target < clock.now()) throw invalidInput([{ pointer: set === undefined ? '/advance' : '/set', detail: `must not lie before ${instantText(clock.now())}: what has happened has happened` }]);
    if (target > LATEST) throw invalidInput([{ pointer: set === undefined ? '/advance' : '/set', detail: `must not lie after ${instantText(LATEST)}` }]);
    await runUntil(engine, clock, target);
    return clock.now();
  });
}

/** @throws Refusal `invalid_request` beyond the calendar's end. */
function advanced(from: Instant, length: CalendarLength): Instant {
  try {
    return plusLength(from, length);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalidInput([{ pointer: '/advance', detail: 'leads beyond the end of the calendar' }]);
  }
}

async function runUntil(engine: Engine, clock: SandboxClock, target: Instant): Promise<void> {
  for (;;) {
    const due = await nextDueMoment(engine, target);
    if (due === undefined) break;
    await moveTo(engine, clock, latest(due, clock.now()));
    await bookDueCustomers(engine, (customerId, error) => {
      throw new Error(`what is due for ${customerId} could not be done`, { cause: error });
    });
    // A wallet that the moment left low is filled before time goes on.
    await engine.charges.idle();
  }
  await moveTo(engine, clock, target);
}

async function moveTo(engine: Engine, clock: SandboxClock, at: Instant): Promise<void> {
  if (at === clock.now()) return;
  await setStoreFact(engine.database, FACT, instantText(at));
  clock.set(at);
}

function sandboxClockOf(engine: Engine): SandboxClock {
  if (engine.clock instanceof SandboxClock) return engine.clock;
  throw new Refusal('sandbox_only', 'This Paidup goes by the real clock, which nobody sets. Start one with --sandbox, on a store of its own, to move time.');
}
