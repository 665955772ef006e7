import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Refusal } from '../core/problems.js';
import type { FeedChange, FeedPosition } from '../service/feed.js';
import { followChanges, followCustomer, type ChangeNews, type CustomerNews } from '../service/stream.js';
import { customerOf } from './answer.js';
import { askerOf } from './auth.js';
import type { HttpContext } from './context.js';
import { endingOf } from './ending.js';
import { CustomerPath } from './schema.js';
import { stateBytes } from './state.js';

const StreamQuery = Type.Object({ last_event_id: Type.Optional(Type.String({ description: 'For clients that cannot send the header Last-Event-ID' })) });

/** Server-sent events (WHATWG HTML section 9.2). */
function eventsOf(description: string) {
  return { 200: { description, content: { 'text/event-stream': { schema: Type.String() } } } };
}

const CUSTOMER_EVENTS =
  'Events: `state` with the whole state as JSON, at once and whenever it is another, with the state\'s tag as id; `deleted`, after which the stream ends. It begins with the present state unless Last-Event-ID is its tag.';
const CHANGE_EVENTS =
  'Events: `change` with {"customer", "external_id", "revision"}, once for each revision, for one customer in order; `reset` when so much has happened since Last-Event-ID that everything has to be read anew.';

export function streamRoutes(app: FastifyInstance, context: HttpContext): void {
  const { engine, streams } = context;
  const tags = ['stream'];
  app.get<{ Params: { customer: string }; Querystring: { last_event_id?: string } }>(
    '/v1/customers/:customer/stream',
    {
      // A HEAD request would follow for ever what nobody reads.
      exposeHeadRoute: false,
      config: { right: 'state:read' },
      schema: { tags, summary: 'The state of the customer, live', params: CustomerPath, querystring: StreamQuery, response: eventsOf(CUSTOMER_EVENTS) },
    },
    async (request, reply) => {
      const ending = open(request, reply, context);
      const news = await followCustomer(engine, customerOf(request), { quietMs: streams.quietMs, signal: ending.signal, known: lastEventId(request) });
      return tell(reply, { news, ending, write: customerText, context });
    },
  );
  app.get<{ Querystring: { last_event_id?: string } }>(
    '/v1/stream',
    {
      exposeHeadRoute: false,
      config: { right: 'state:read' },
      schema: { tags, summary: 'Whose state changes, live; for secret keys', querystring: StreamQuery, response: eventsOf(CHANGE_EVENTS) },
    },
    async (request, reply) => {
      if (request.principal?.kind !== 'secret') throw new Refusal('forbidden', 'Only a secret key may hear of all customers.');
      const ending = open(request, reply, context);
      const news = await followChanges(engine, { quietMs: streams.quietMs, signal: ending.signal, after: positionOf(lastEventId(request)) });
      return tell(reply, { news, ending, write: changeText, context });
    },
  );
}

function lastEventId(request: FastifyRequest): string | undefined {
  const header = request.headers['last-event-id'];
  return typeof header === 'string' ? header : (request.query as { last_event_id?: string }).last_event_id;
}

/** How long an ended stream may take to send what is left; a reader that has stopped reading would take for ever. */
const PARTING_MS = 1_000;

/** Lets one stream more in, and ends it when its key does not work any more. @throws Refusal `overloaded`. */
function open(request: FastifyRequest, reply: FastifyReply, { engine, closing, streams }: HttpContext): AbortController {
  if (engine.feed.streams >= streams.maxOpen) throw new Refusal('overloaded', 'This process has as many streams open as it may: try again in a second.');
  const ending = endingOf(reply, closing);
  const timer = setInterval(() => {
    askerOf(engine, request).catch((error: unknown) => {
      if (error instanceof Refusal) ending.abort();
    });
  }, streams.recheckMs);
  ending.signal.addEventListener('abort', () => {
    clearInterval(timer);
    setTimeout(() => {
      if (!reply.raw.writableFinished) reply.raw.destroy();
    }, PARTING_MS).unref();
  }, { once: true });
  return ending;
}

interface Told<News> {
  readonly news: AsyncGenerator<News, void, undefined>;
  readonly ending: AbortController;
  readonly write: (news: News) => Buffer;
  readonly context: HttpContext;
}

/** Answers with the events. The next is made when the reader has taken the one before, so nothing is piled up for it. */
function tell<News>(reply: FastifyReply, told: Told<News>): FastifyReply {
  // Proxies must not gather what is meant for now. The connection ends with the stream, so that a server that stops is rid of it.
  void reply.headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-cache', 'x-accel-buffering': 'no', connection: 'close' });
  return reply.send(Readable.from(eventsIn(reply, told), { objectMode: false, highWaterMark: 1 }));
}

async function* eventsIn<News>(reply: FastifyReply, { news, ending, write, context }: Told<News>): AsyncGenerator<Buffer, void, undefined> {
  const cut = (): NodeJS.Timeout => setTimeout(() => reply.raw.destroy(), context.streams.stalledMs).unref();
  let stalled = cut();
  yield Buffer.from('retry: 1000\n\n');
  clearTimeout(stalled);
  for await (const one of news) {
    if (ending.signal.aborted) return;
    stalled = cut();
    yield write(one);
    clearTimeout(stalled);
  }
}

const QUIET = Buffer.from(': quiet\n\n');

function customerText(news: CustomerNews): Buffer {
  switch (news.type) {
    case 'state':
      return Buffer.concat([Buffer.from(`event: state\nid: ${news.read.stamp}\ndata: `), stateBytes(news.read, { assumptions: [], isOpen: false }), Buffer.from('\n\n')]);
    case 'deleted':
      return Buffer.from('event: deleted\ndata: {}\n\n');
    case 'quiet':
      return QUIET;
  }
}

function changeText(news: ChangeNews): Buffer {
  switch (news.type) {
    case 'position':
      // An id without data: whoever comes back before the first change has missed nothing either.
      return Buffer.from(`id: ${positionText(news.position)}\n\n`);
    case 'part':
      if (news.part.isReset) return Buffer.from(`event: reset\nid: ${positionText(news.part.to)}\ndata: {}\n\n`);
      return Buffer.from(news.part.changes.map(oneChange).join(''));
    case 'quiet':
      return QUIET;
  }
}

function oneChange({ position, customerId, externalId, revision }: FeedChange): string {
  return `event: change\nid: ${positionText(position)}\ndata: ${JSON.stringify({ customer: customerId, external_id: externalId, revision })}\n\n`;
}

function positionText({ xid, seq }: FeedPosition): string {
  return `${xid}-${seq}`;
}

/** What no feed has ever given is before every feed: who shows it has to begin anew. */
const BEFORE_ALL: FeedPosition = { xid: 0n, seq: 0n };
const LARGEST_XID = 2n ** 64n - 1n;
const LARGEST_SEQ = 2n ** 63n - 1n;

function positionOf(id: string | undefined): FeedPosition | undefined {
  if (id === undefined) return undefined;
  const [, xid, seq] = /^(\d{1,20})-(\d{1,19})$/.exec(id) ?? [];
  if (xid === undefined || seq === undefined || BigInt(xid) > LARGEST_XID || BigInt(seq) > LARGEST_SEQ) return BEFORE_ALL;
  return { xid: BigInt(xid), seq: BigInt(seq) };
}
