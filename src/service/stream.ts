import { Refusal } from '../core/problems.js';
import type { DerivedState } from './derived-state.js';
import type { Engine } from './engine.js';
import type { FeedPart, FeedPosition, Watch } from './feed.js';
import { readDerivedState } from './state.js';
import { isOverloaded, isStoreAway } from './weather.js';

/** What a stream about one customer tells. `quiet`: nothing for so long. */
export type CustomerNews = { readonly type: 'state'; readonly read: DerivedState } | { readonly type: 'deleted' } | { readonly type: 'quiet' };

/** What a stream about all customers tells. `position`: where it begins. */
export type ChangeNews = { readonly type: 'position'; readonly position: FeedPosition } | { readonly type: 'part'; readonly part: FeedPart } | { readonly type: 'quiet' };

export interface StreamTerms {
  readonly quietMs: number;
  /** Ends the stream. */
  readonly signal: AbortSignal;
}

/**
 * The customer's state whenever it is another than the one told before, whether by a change or by the clock alone, and
 * always the newest: what a slow reader did not take in between is left out. It begins with the present state unless its
 * stamp is `known`, and ends when the customer is deleted.
 * @throws Refusal `not_found` before anything is told.
 */
export async function followCustomer(engine: Engine, customerId: string, terms: StreamTerms & { readonly known: string | undefined }): Promise<AsyncGenerator<CustomerNews, void, undefined>> {
  await joinFeed(engine, terms.signal);
  const watch = engine.feed.watch(customerId);
  atEnd(terms.signal, () => engine.feed.unwatch(watch));
  await readDerivedState(engine, customerId);
  return endingInBadWeather(tellCustomer(engine, watch, terms));
}

async function* tellCustomer(engine: Engine, watch: Watch, terms: StreamTerms & { readonly known: string | undefined }): AsyncGenerator<CustomerNews, void, undefined> {
  const { signal, quietMs } = terms;
  let told = terms.known;
  while (!signal.aborted) {
    watch.look();
    const read = await readIfThere(engine, watch.customerId);
    if (read === undefined) {
      yield { type: 'deleted' };
      return;
    }
    watch.until = read.until;
    if (read.stamp !== told) yield { type: 'state', read };
    told = read.stamp;
    while (!(await watch.isWoken(quietMs, signal)) && !signal.aborted) yield { type: 'quiet' };
  }
}

async function readIfThere(engine: Engine, customerId: string): Promise<DerivedState | undefined> {
  try {
    return await readDerivedState(engine, customerId);
  } catch (error) {
    if (error instanceof Refusal && error.slug === 'not_found') return undefined;
    throw error;
  }
}

/** Every change of every customer after `after`, or from now on. A reader that is too slow or away for too long begins anew. */
export async function followChanges(engine: Engine, terms: StreamTerms & { readonly after: FeedPosition | undefined }): Promise<AsyncGenerator<ChangeNews, void, undefined>> {
  await joinFeed(engine, terms.signal);
  // Fixed now, and not when the first news is asked for: what comes in between must not be missed.
  const { position } = engine.feed;
  return endingInBadWeather(tellChanges(engine, { ...terms, position }));
}

async function* tellChanges(engine: Engine, terms: StreamTerms & { readonly after: FeedPosition | undefined; readonly position: FeedPosition }): AsyncGenerator<ChangeNews, void, undefined> {
  const { signal, quietMs, after } = terms;
  let position = after ?? terms.position;
  if (after === undefined) yield { type: 'position', position };
  while (!signal.aborted) {
    const part = await engine.feed.next(position, quietMs, signal);
    if (signal.aborted) return;
    if (part !== undefined) position = part.to;
    yield part === undefined ? { type: 'quiet' } : { type: 'part', part };
  }
}

async function joinFeed(engine: Engine, signal: AbortSignal): Promise<void> {
  await engine.feed.join();
  atEnd(signal, () => engine.feed.leave());
}

function atEnd(signal: AbortSignal, action: () => void): void {
  if (signal.aborted) action();
  else signal.addEventListener('abort', action, { once: true });
}

/** Without a store the stream ends; whoever comes back with its last id has missed nothing. */
async function* endingInBadWeather<News>(news: AsyncGenerator<News, void, undefined>): AsyncGenerator<News, void, undefined> {
  try {
    yield* news;
  } catch (error) {
    if (!isStoreAway(error) && !isOverloaded(error)) throw error;
  }
}
