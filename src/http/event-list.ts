import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { decimalText } from '../core/decimal.js';
import type { Uncounted } from '../core/event-match.js';
import { FOREVER, instantText, parseInstant, type Instant } from '../core/instant.js';
import { invalidInput } from '../core/problems.js';
import { findCustomerId } from '../service/customer.js';
import { listEvents, listNewestEvents, type ListedEvent } from '../service/event-list.js';
import { customerOf, instantParameter, page, readCursor } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, InstantText, Nullable, PageOf, PageQuery, Words } from './schema.js';

const METER = Type.Optional(Type.String({ description: 'Code of a meter: the events that it counts' }));
const SPAN = { from: Type.Optional(InstantText), to: Type.Optional({ ...InstantText, description: 'Not with it' }) };

const AllEventsQuery = Type.Intersect([PageQuery, Type.Object({ customer: Type.Optional(Type.String({ description: 'Id or external id' })), meter: METER, ...SPAN })]);
const EventsQuery = Type.Intersect([
  PageQuery,
  Type.Object({ meter: METER, ...SPAN, order: Type.Optional(Words(['oldest', 'newest'], { description: 'Which comes first, by their own time; oldest unless told' })) }),
]);

const WHY: Readonly<Record<Uncounted, string>> = {
  no_meter: 'no meter counts events of this name',
  not_measurable: 'it lacks what meters measure of events of this name',
  no_subscription: 'no subscription was active when it happened',
  no_price: 'no price of the active subscriptions counts such events',
};

const StoredEventView = Type.Object({
  id: Type.String(),
  customer: Type.Object({ id: Type.String(), external_id: Nullable(Type.String()), name: Nullable(Type.String()), timezone: Type.String({ description: 'IANA' }) }),
  name: Type.String(),
  timestamp: InstantText,
  properties: Type.Record(Type.String(), Type.Any()),
  occurrences: Type.Optional(Type.String({ description: 'How often it happened, where that is not once' })),
  revision: Type.Integer({ description: 'Number of the change that brought it' }),
  meters: Type.Array(Type.String(), { description: 'Codes of the meters that can count it' }),
  windows: Type.Array(
    Type.Object({
      subscription: Type.String(),
      price: Type.String(),
      meter: Type.String(),
      window: Type.Object({ start: InstantText, end: Nullable(InstantText) }),
      measured: Type.String({ description: "In the meter's raw units: before any conversion; 1 for a meter of unique values" }),
    }),
    { description: 'The usage windows that it counts in, by the subscriptions as they are known now' },
  ),
  uncounted: Nullable(Type.Object({ code: Words(Object.keys(WHY) as Uncounted[]), detail: Type.String() }, { description: 'Why it counts in no window; null when it counts' })),
});

interface Query extends Static<typeof PageQuery> {
  meter?: string;
  from?: string;
  to?: string;
}

export function eventListRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const answer = { 200: PageOf(StoredEventView, 'Events') };
  app.get<{ Querystring: Query & { customer?: string } }>(
    '/v1/events',
    { config: { right: 'events:read' }, schema: { tags: ['overview'], summary: 'List the events of all customers, newest first, with what each counts in', querystring: AllEventsQuery, response: answer } },
    async (request) => {
      const { customer } = request.query;
      return newest(engine, request.query, customer === undefined ? null : await findCustomerId(engine, customer));
    },
  );
  app.get<{ Params: { customer: string }; Querystring: Query & { order?: 'oldest' | 'newest' } }>(
    '/v1/customers/:customer/events',
    { config: { right: 'usage:read' }, schema: { tags: ['events'], summary: "List a customer's events in order of time, with what each counts in", params: CustomerPath, querystring: EventsQuery, response: answer } },
    async (request) => (request.query.order === 'newest' ? newest(engine, request.query, customerOf(request)) : oldest(engine, request.query, customerOf(request))),
  );
}

async function newest(engine: HttpContext['engine'], query: Query, customerId: string | null) {
  const { limit = 50 } = query;
  const [at, customer, id] = placeIn(query.cursor, 3);
  const before = at === undefined ? undefined : { at, customerId: customer, id };
  const found = await listNewestEvents(engine, { ...askedOf(query), customerId, before });
  return viewOf(found, limit, ({ event, customerId: owner }) => `${instantText(event.occurredAt)} ${owner} ${event.id}`);
}

async function oldest(engine: HttpContext['engine'], query: Query, customerId: string) {
  const { limit = 50 } = query;
  const [at, id] = placeIn(query.cursor, 2);
  const found = await listEvents(engine, customerId, { ...askedOf(query), after: at === undefined ? undefined : { at, id } });
  return viewOf(found, limit, ({ event }) => `${instantText(event.occurredAt)} ${event.id}`);
}

function askedOf({ meter, from, to, limit = 50 }: Query) {
  return { meter, from: instantParameter(from, 'querystring:/from'), to: instantParameter(to, 'querystring:/to'), limit: limit + 1 };
}

/** What a cursor holds: a moment and so many words in all, the last of which may have blanks in it. */
function placeIn(cursor: string | undefined, words: number): [Instant | undefined, string, string] {
  const text = readCursor(cursor);
  if (text === undefined) return [undefined, '', ''];
  const parts = text.split(' ');
  const at = parseInstant(parts[0] ?? '');
  if (at === undefined || parts.length < words) throw invalidInput([{ pointer: 'querystring:/cursor', detail: 'is not a cursor of this list' }]);
  const rest = [...parts.slice(1, words - 1), parts.slice(words - 1).join(' ')];
  return [at, rest[0] ?? '', rest[1] ?? ''];
}

function viewOf(found: readonly ListedEvent[], limit: number, cursorOf: (item: ListedEvent) => string) {
  const { items, nextCursor } = page(found, limit, cursorOf);
  return { data: items.map(eventView), next_cursor: nextCursor };
}

function eventView({ customer, event, revision, meters, matches, uncounted }: ListedEvent) {
  return {
    id: event.id,
    customer: { id: customer.id, external_id: customer.externalId, name: customer.name, timezone: customer.zone },
    name: event.name,
    timestamp: instantText(event.occurredAt),
    properties: event.properties,
    ...(event.occurrences === undefined ? {} : { occurrences: decimalText(event.occurrences) }),
    revision,
    meters: meters.map(({ code }) => code),
    windows: matches.map(({ subscription, price, window, measurement }) => ({
      subscription: subscription.id,
      price: price.code,
      meter: price.meter.code,
      window: { start: instantText(window.startsAt), end: window.endsAt === FOREVER ? null : instantText(window.endsAt) },
      measured: decimalText(measurement.value),
    })),
    uncounted: uncounted === null ? null : { code: uncounted, detail: WHY[uncounted] },
  };
}
