import { isPassing, type ClientOptions, type Open } from './call.js';
import { EventReader, type ServerEvent, type StreamMemory } from './server-event.js';
import type { State } from './state.js';
import { pause } from './wait.js';

/** What a stream about one customer tells. */
export type CustomerNews =
  | { type: 'state'; id: string; state: State }
  /** The last thing it tells. */
  | { type: 'deleted' };

/** What a stream about all customers tells. */
export type ChangeNews =
  | { type: 'change'; id: string; customer: string; external_id: string | null; revision: number }
  /** So much has happened since the last id that what you keep has to be read anew. */
  | { type: 'reset'; id: string };

export interface StreamOptions {
  /** `id` of the last thing that you were told, to go on from there. */
  lastEventId?: string | undefined;
  /** Ends the stream; its iteration then throws the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Told when a connection stands, and when it is gone and another is made: what happens in between is told afterwards. */
  onConnection?: ((isOpen: boolean) => void) | undefined;
}

export interface StreamOperations {
  /**
   * The customer's state now, and again whenever it is another: by a change, or by the clock alone. Always the newest:
   * what changes faster than you take it is told together. Connections that break are made again. Problems: `not_found`,
   * `forbidden`, `unauthorized`.
   */
  streamCustomer(customer: string, options?: StreamOptions): AsyncGenerator<CustomerNews, void, undefined>;
  /** Whose state changes, once for each revision, from now on or from `lastEventId`; for secret keys. Problems: `forbidden`, `unauthorized`. */
  streamChanges(options?: StreamOptions): AsyncGenerator<ChangeNews, void, undefined>;
}

/** The server shows every 15 seconds that it is there; a connection that is silent for this long is dead. */
const SILENCE_MS = 45_000;
const LONGEST_BACK_OFF_MS = 30_000;

export function streamOperations(open: Open, { maxRetries = 2 }: ClientOptions): StreamOperations {
  return {
    async *streamCustomer(customer, options) {
      for await (const { event, data, id } of follow(open, ['v1', 'customers', customer, 'stream'], { ...options, maxRetries })) {
        if (event === 'state') yield { type: 'state', id, state: JSON.parse(data) as State };
        if (event !== 'deleted') continue;
        yield { type: 'deleted' };
        return;
      }
    },
    async *streamChanges(options) {
      for await (const { event, data, id } of follow(open, ['v1', 'stream'], { ...options, maxRetries })) {
        if (event === 'reset') yield { type: 'reset', id };
        if (event === 'change') yield { type: 'change', id, ...(JSON.parse(data) as { customer: string; external_id: string | null; revision: number }) };
      }
    },
  };
}

/** Events of one address, over as many connections as it takes. Until the first has stood, it gives up as a call would. */
async function* follow(open: Open, path: readonly string[], options: StreamOptions & { maxRetries: number }): AsyncGenerator<ServerEvent, void, undefined> {
  const { signal, maxRetries, onConnection } = options;
  const memory: StreamMemory = { lastEventId: options.lastEventId, retryMs: 1_000 };
  let failures = 0;
  let hasStood = false;
  for (;;) {
    try {
      const headers: Record<string, string> = memory.lastEventId === undefined ? {} : { 'last-event-id': memory.lastEventId };
      const { bytes, close } = await open({ method: 'GET', path, options: { signal } }, headers);
      hasStood = true;
      failures = 0;
      onConnection?.(true);
      yield* eventsIn(bytes, memory, close);
      onConnection?.(false);
    } catch (error) {
      signal?.throwIfAborted();
      failures += 1;
      if (!isPassing(error) || (!hasStood && failures > maxRetries)) throw error;
    }
    await pause(Math.min(memory.retryMs * 2 ** Math.max(0, failures - 1), LONGEST_BACK_OFF_MS) * (1 - Math.random() / 2), signal);
  }
}

/** What comes over one connection. It ends when the connection does, however it does. */
async function* eventsIn(bytes: ReadableStream<Uint8Array>, memory: StreamMemory, close: () => void): AsyncGenerator<ServerEvent, void, undefined> {
  const reader = bytes.getReader();
  const events = new EventReader(memory);
  try {
    for (;;) {
      const part = await readOrEnd(reader, close);
      if (part === undefined) return;
      yield* events.read(part);
    }
  } finally {
    close();
  }
}

async function readOrEnd(reader: ReadableStreamDefaultReader<Uint8Array>, close: () => void): Promise<Uint8Array | undefined> {
  const timer = setTimeout(close, SILENCE_MS);
  try {
    return (await reader.read()).value;
  } catch {
    // Broken, or closed by us: whoever follows connects again, or finds that its signal has fired.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
