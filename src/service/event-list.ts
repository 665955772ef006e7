import type { Customer } from '../core/customer.js';
import { eventMatches, type EventMatches } from '../core/event-match.js';
import type { Instant } from '../core/instant.js';
import { eventNamesOf } from '../core/meter.js';
import { selectCustomersById } from '../store/customer-list.js';
import { selectEventPage } from '../store/event.js';
import { selectNewestEvents, type EventEntry, type EventPlace } from '../store/event-list.js';
import { withPlans } from './catalog-cache.js';
import { getMeter } from './catalog.js';
import type { Engine } from './engine.js';

/** An event with whose it is and what it matches, by what is known now. */
export interface ListedEvent extends EventEntry, EventMatches {
  readonly customer: Customer;
}

export interface EventsAsked {
  /** Code of a meter: the events that it counts. */
  readonly meter: string | undefined;
  readonly from: Instant | undefined;
  readonly to: Instant | undefined;
  readonly limit: number;
}

/** Newest first by their own time; of one customer, or of all. @throws Refusal `not_found`. */
export async function listNewestEvents(engine: Engine, asked: EventsAsked & { customerId: string | null; before: EventPlace | undefined }): Promise<ListedEvent[]> {
  const { customerId, from, to, before, limit } = asked;
  return withMatches(engine, await selectNewestEvents(engine.database, { customerId, names: await namesOf(engine, asked.meter), from, to, before, limit }));
}

/** A customer's, in order of time and id. @throws Refusal `not_found`. */
export async function listEvents(engine: Engine, customerId: string, asked: EventsAsked & { after: { at: Instant; id: string } | undefined }): Promise<ListedEvent[]> {
  const { from, to, after, limit } = asked;
  const found = await selectEventPage(engine.database, { customerId, from, to, names: (await namesOf(engine, asked.meter)) ?? undefined, after, limit });
  return withMatches(engine, found.map((entry) => ({ ...entry, customerId })));
}

async function namesOf(engine: Engine, meter: string | undefined): Promise<string[] | null> {
  return meter === undefined ? null : eventNamesOf(await getMeter(engine, meter));
}

/** One read for all customers of the page. */
async function withMatches(engine: Engine, entries: readonly EventEntry[]): Promise<ListedEvent[]> {
  const ids = [...new Set(entries.map(({ customerId }) => customerId))];
  const customers = new Map((await selectCustomersById(engine.database, ids)).map((stored) => [stored.customer.id, stored]));
  await engine.catalog.refresh();
  return withPlans(engine, engine.database, (planOf) =>
    entries.map((entry) => {
      const stored = customers.get(entry.customerId);
      if (stored === undefined) throw new Error('an event has no customer');
      const { subscriptions } = engine.standings.resolve(entry.customerId, stored.standingText, planOf);
      return { ...entry, customer: stored.customer, ...eventMatches({ event: entry.event, meters: engine.catalog.metersOf(entry.event.name), subscriptions }) };
    }),
  );
}
