import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { decimalText } from '../core/decimal.js';
import { FOREVER, instantText } from '../core/instant.js';
import type { CountedIn } from '../core/window-book.js';
import { ingestEvents, type EventOutcome } from '../service/event.js';
import { reservedOf } from './answer.js';
import type { HttpContext } from './context.js';
import { DecimalText, InstantText, Nullable, Words } from './schema.js';
import { validatorCompiler } from './validate.js';

/** Most events in one call. */
const MAX_EVENTS = 1000;

const EventBody = Type.Object(
  {
    id: Type.String({ description: 'Yours, unique for the customer for ever: the same id counts once' }),
    customer: Type.String({ description: 'Id of the customer, or your own external id' }),
    name: Type.String({ description: 'Meters count events by name; `meter:` and the code of a meter: that one alone does' }),
    timestamp: Type.Optional(InstantText),
    properties: Type.Optional(Type.Record(Type.String(), Type.Any())),
    occurrences: Type.Optional({ ...DecimalText, description: 'How often it happened, to meters that count events: a whole number; 1 unless told' }),
  },
  { description: 'A report that usage happened' },
);

const EventsBody = Type.Object({ events: Type.Array(EventBody, { minItems: 1, maxItems: MAX_EVENTS, description: 'Each taken for itself' }) });

/** What is checked of the call as a whole: what is wrong with one event is told of it alone, and leaves the others as they are. */
const CheckedBody = Type.Object({ events: Type.Array(Type.Unknown(), { minItems: 1, maxItems: MAX_EVENTS }) });

const WindowView = Type.Object({
  subscription: Type.String(),
  price: Type.String(),
  meter: Type.String(),
  window: Type.Object({ start: InstantText, end: Nullable(InstantText) }),
  included: Nullable(Type.String()),
  carried: Type.String(),
  used: Type.String(),
  remaining: Nullable(Type.String()),
  overage: Type.String(),
});

const ResultView = Type.Object({
  id: Type.String(),
  status: Words(['accepted', 'duplicate', 'refused']),
  reason: Type.Optional(Type.String({ description: 'Why it was refused, or counts nowhere' })),
  pointer: Type.Optional(Type.String({ description: 'JSON pointer to what is wrong' })),
  windows: Type.Array(WindowView, { description: 'Where it counted, and what those windows say now' }),
});

const ResultsView = Type.Object({ results: Type.Array(ResultView) });

export function eventRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const reserved = reservedOf(engine);
  app.post<{ Body: { events: unknown[] } }>(
    '/v1/events',
    {
      config: { right: 'events:write' },
      validatorCompiler: ({ httpPart }) => validatorCompiler({ schema: CheckedBody, httpPart: httpPart ?? 'body', method: 'POST', url: '/v1/events' }),
      schema: { tags: ['events'], summary: 'Report usage: 1 to 1,000 events', body: EventsBody, response: { 200: ResultsView } },
    },
    // Events are safe to send again by their ids, so the answer may be kept after their commit.
    (request, reply) => reserved(request, reply, async () => ({ status: 200, body: { results: (await ingestEvents(engine, request.body.events)).map(resultView) } })),
  );
}

function resultView(outcome: EventOutcome, index: number) {
  switch (outcome.status) {
    case 'refused':
      return { id: outcome.id, status: outcome.status, reason: outcome.reason, pointer: `/events/${index}${outcome.pointer}`, windows: [] };
    case 'duplicate':
      return { id: outcome.id, status: outcome.status, windows: [] };
    case 'accepted':
      if (outcome.countedIn.length > 0) return { id: outcome.id, status: outcome.status, windows: outcome.countedIn.map(windowView) };
      return { id: outcome.id, status: outcome.status, reason: 'stored, but no subscription of the customer counted such events at that time', windows: [] };
  }
}

function windowView({ subscriptionId, price, startsAt, endsAt, usage }: CountedIn) {
  return {
    subscription: subscriptionId,
    price: price.code,
    meter: price.meter.code,
    window: { start: instantText(startsAt), end: endsAt === FOREVER ? null : instantText(endsAt) },
    included: usage.included === null ? null : decimalText(usage.included),
    carried: decimalText(usage.carried),
    used: decimalText(usage.used),
    remaining: usage.remaining === null ? null : decimalText(usage.remaining),
    overage: decimalText(usage.overage),
  };
}
