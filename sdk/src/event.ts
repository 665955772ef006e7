import type { Call, CallOptions, KeylessOptions } from './call.js';
import type { Decimal, Instant, InstantInput, OpenPeriod } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

/** A report that usage happened. */
export interface UsageEvent {
  /** Yours, unique for the customer for ever: the same id counts once, however often it is sent. */
  id: string;
  /** Id of the customer, or your own external id. */
  customer: string;
  /** Meters count events by name. `meter:` and the code of a meter: that one alone counts it. */
  name: string;
  /** When it happened; the moment it arrives unless told. Of any age, but at most an hour ahead. */
  timestamp?: InstantInput | undefined;
  /** What meters add, compare and tell apart. Write quantities as decimal strings. */
  properties?: Readonly<Record<string, unknown>> | undefined;
  /** How often it happened, to meters that count events: a whole number; "1" unless told. */
  occurrences?: Decimal | undefined;
}

/** A usage window that an event counted in, and what it says now. */
export interface CountedWindow {
  subscription: string;
  /** Code of the price. */
  price: string;
  /** Code of the meter. */
  meter: string;
  window: OpenPeriod;
  /** Null when usage is only counted. */
  included: Decimal | null;
  carried: Decimal;
  used: Decimal;
  remaining: Decimal | null;
  overage: Decimal;
}

/** What came of one event. */
export interface EventResult {
  id: string;
  /** `duplicate`: this id had come before, and counts once. `refused`: not taken, see `reason`. */
  status: 'accepted' | 'duplicate' | 'refused';
  /** Why it was refused, or counts nowhere. */
  reason?: string;
  /** JSON pointer into the events that were given to ingestEvents: what is wrong, and with which. */
  pointer?: string;
  windows: CountedWindow[];
}

/** An event as it was stored. */
export interface StoredEvent {
  id: string;
  name: string;
  timestamp: Instant;
  properties: Record<string, unknown>;
  /** How often it happened, where that is not once. */
  occurrences?: Decimal;
  /** Number of the customer's change that brought it. */
  revision: number;
  customer: { id: string; external_id: string | null; name: string | null; timezone: string };
  /** Codes of the meters that can count it. */
  meters: string[];
  /** The usage windows that it counts in, by the subscriptions as they are known now; `measured` in the meter's raw units. */
  windows: Array<Pick<CountedWindow, 'subscription' | 'price' | 'meter' | 'window'> & { measured: Decimal }>;
  /** Why it counts in no window; null when it counts. */
  uncounted: { code: 'no_meter' | 'not_measurable' | 'no_subscription' | 'no_price'; detail: string } | null;
}

export interface EventQuery extends PageQuery {
  /** Code of a meter: only the events that it counts. */
  meter?: string | undefined;
  from?: InstantInput | undefined;
  /** Not with it. */
  to?: InstantInput | undefined;
}

export interface CustomerEventQuery extends EventQuery {
  /** Which comes first, by their own time; `oldest` unless told. */
  order?: 'oldest' | 'newest' | undefined;
}

export interface AllEventQuery extends EventQuery {
  /** Id or external id. */
  customer?: string | undefined;
}

export interface EventOperations {
  /**
   * Reports usage, each event for itself: one that is refused leaves the others as they are. Any number of events:
   * they go out in order in calls of at most 1,000, and the results come back as one list in the same order. When a
   * call fails, those before it are taken; send all of them again, their ids keep them from counting twice.
   */
  ingestEvents(events: readonly UsageEvent[], options?: KeylessOptions): Promise<{ results: EventResult[] }>;
  /** A page of the customer's events in order of time. Problems: `invalid_request`, `not_found`. */
  listEvents(customer: string, query?: CustomerEventQuery, options?: CallOptions): Promise<Page<StoredEvent>>;
  /** Every event of the customer in order of time. */
  events(customer: string, query?: CustomerEventQuery, options?: CallOptions): AsyncGenerator<StoredEvent, void, undefined>;
  /** A page of the events of all customers, newest first. Problems: `forbidden`, `invalid_request`, `not_found`. */
  listAllEvents(query?: AllEventQuery, options?: CallOptions): Promise<Page<StoredEvent>>;
  /** Every event of all customers, newest first. */
  allEvents(query?: AllEventQuery, options?: CallOptions): AsyncGenerator<StoredEvent, void, undefined>;
}

/** What one call takes at most: events, and bytes of body (the server takes 4 MiB, its frame included). */
const MAX_EVENTS = 1000;
const MAX_BYTES = 4_000_000;

export function eventOperations(call: Call): EventOperations {
  const listAllEvents = (query?: AllEventQuery, options?: CallOptions): Promise<Page<StoredEvent>> => call({ method: 'GET', path: ['v1', 'events'], query: { ...query }, options });
  const listEvents = (customer: string, query?: CustomerEventQuery, options?: CallOptions): Promise<Page<StoredEvent>> => call({ method: 'GET', path: ['v1', 'customers', customer, 'events'], query: { ...query }, options });
  return {
    ingestEvents: async (events, options) => {
      const results: EventResult[] = [];
      for (const part of partsOf(events)) {
        const first = results.length;
        // No idempotency key: the ids of the events do its work, and an answer to each would have to be kept.
        const answer = await call<{ results: EventResult[] }>({ method: 'POST', path: ['v1', 'events'], json: `{"events":[${part.join(',')}]}`, repeat: 'by_body', options });
        for (const result of answer.results) results.push(fromFirst(result, first));
      }
      return { results };
    },
    listEvents,
    listAllEvents,
    allEvents: (query, options) => everyItem((page) => listAllEvents({ ...query, ...page }, options), query),
    events: (customer, query, options) => everyItem((page) => listEvents(customer, { ...query, ...page }, options), query),
  };
}

/** The events as JSON, in parts that one call takes. */
function partsOf(events: readonly UsageEvent[]): string[][] {
  const encoder = new TextEncoder();
  const parts: string[][] = [];
  let part: string[] = [];
  let bytes = 0;
  for (const event of events) {
    const text = JSON.stringify(event);
    const length = encoder.encode(text).length + 1;
    if (part.length > 0 && (part.length === MAX_EVENTS || bytes + length > MAX_BYTES)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(text);
    bytes += length;
  }
  return part.length === 0 ? parts : [...parts, part];
}

/** The result with its pointer counted from the first event of all, not of its part. */
function fromFirst(result: EventResult, first: number): EventResult {
  if (first === 0 || result.pointer === undefined) return result;
  return { ...result, pointer: result.pointer.replace(/^\/events\/(\d+)/, (_whole, index: string) => `/events/${Number(index) + first}`) };
}
