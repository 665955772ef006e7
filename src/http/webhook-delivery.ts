import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { instantText, parseInstant, type Instant } from '../core/instant.js';
import { invalidInput } from '../core/problems.js';
import { MESSAGE_TYPES } from '../core/webhook-endpoint.js';
import { listDeliveries, readDelivery, redeliver, sendTest, type DeliveryStatus, type SentByHand, type WebhookAttempt, type WebhookDelivery } from '../service/webhook-delivery.js';
import { page, readCursor, reservedOf } from './answer.js';
import type { HttpContext } from './context.js';
import { InstantText, Nullable, PageOf, PageQuery, Words } from './schema.js';
import { ENDPOINTS, EndpointPath, type NamedEndpoint } from './webhook-endpoint.js';

const STATUSES = ['pending', 'delivered', 'failed'] as const;

const AttemptView = Type.Object({
  at: InstantText,
  status: Nullable(Type.Integer({ description: "Status of the receiver's answer" })),
  error: Nullable(Type.String({ description: 'Why there was no answer, such as timeout, address_refused or ECONNREFUSED' })),
  duration_ms: Type.Integer(),
});

const LISTED = {
  id: Type.String({ description: 'webhook-id of the message' }),
  type: Words(MESSAGE_TYPES),
  customer: Nullable(Type.String()),
  revision: Nullable(Type.Integer()),
  position: Nullable(Type.Integer()),
  status: Words(STATUSES, { description: 'pending: not delivered yet, and tried again; failed: given up' }),
  attempts: Type.Array(AttemptView, { description: 'The oldest first; of many the last ones' }),
  created_at: InstantText,
  delivered_at: Nullable(InstantText),
};
const ListedDeliveryView = Type.Object(LISTED);
const DeliveryView = Type.Object({ ...LISTED, body: Type.String({ description: 'What was sent, to the byte' }) });
const SentView = Type.Object({ delivery: Type.String(), delivered: Type.Boolean(), attempt: AttemptView });

const DeliveryPath = Type.Object({ ...EndpointPath.properties, delivery: Type.String() });
interface Named {
  Params: { endpoint: string; delivery: string };
}

/** What endpoints were sent, and sending by hand. */
export function webhookDeliveryRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const reserved = reservedOf(engine);
  const tags = ['webhooks'];
  const read = { right: 'webhooks:read' } as const;
  const write = { right: 'webhooks:write' } as const;
  app.post<NamedEndpoint>(`${ENDPOINTS}/:endpoint/test`, { config: write, schema: { tags, summary: 'Send the endpoint a test message at once, and tell how it went', params: EndpointPath, response: { 200: SentView } } }, (request, reply) =>
    reserved(request, reply, async () => ({ status: 200, body: sentView(await sendTest(engine, request.params.endpoint)) })),
  );
  app.get<NamedEndpoint & { Querystring: { limit?: number; cursor?: string; status?: DeliveryStatus; customer?: string } }>(
    `${ENDPOINTS}/:endpoint/deliveries`,
    {
      config: read,
      schema: {
        tags,
        summary: 'What the endpoint was sent, newest first; kept for 30 days',
        params: EndpointPath,
        querystring: Type.Intersect([PageQuery, Type.Object({ status: Type.Optional(Words(STATUSES)), customer: Type.Optional(Type.String()) })]),
        response: { 200: PageOf(ListedDeliveryView, 'Deliveries') },
      },
    },
    async (request) => {
      const { limit = 50, cursor, status, customer } = request.query;
      const found = await listDeliveries(engine, request.params.endpoint, { status, customer, before: readPlace(cursor), limit: limit + 1 });
      const { items, nextCursor } = page(found, limit, ({ createdAt, id }) => `${instantText(createdAt)} ${id}`);
      return { data: items.map(listedView), next_cursor: nextCursor };
    },
  );
  app.get<Named>(
    `${ENDPOINTS}/:endpoint/deliveries/:delivery`,
    { config: read, schema: { tags, summary: 'Read a delivery, with what was sent', params: DeliveryPath, response: { 200: DeliveryView } } },
    async (request) => {
      const delivery = await readDelivery(engine, request.params.endpoint, request.params.delivery);
      return { ...listedView(delivery), body: delivery.body };
    },
  );
  app.post<Named>(
    `${ENDPOINTS}/:endpoint/deliveries/:delivery/redeliver`,
    { config: write, schema: { tags, summary: 'Send a message again at once, as it was, and tell how it went', params: DeliveryPath, response: { 200: SentView } } },
    (request, reply) => reserved(request, reply, async () => ({ status: 200, body: sentView(await redeliver(engine, request.params.endpoint, request.params.delivery)) })),
  );
}

function listedView({ id, type, customerId, revision, position, status, attempts, createdAt, deliveredAt }: WebhookDelivery) {
  const isAboutCustomer = customerId !== null;
  return {
    id,
    type,
    customer: customerId,
    revision: isAboutCustomer ? revision : null,
    position: isAboutCustomer ? position : null,
    status,
    attempts: attempts.map(attemptView),
    created_at: instantText(createdAt),
    delivered_at: deliveredAt === null ? null : instantText(deliveredAt),
  };
}

function attemptView({ at, status, error, durationMs }: WebhookAttempt) {
  return { at: instantText(at), status, error, duration_ms: durationMs };
}

function sentView({ deliveryId, isDelivered, attempt }: SentByHand) {
  return { delivery: deliveryId, delivered: isDelivered, attempt: attemptView(attempt) };
}

/** A cursor names the moment and the id of the last one shown. */
function readPlace(cursor: string | undefined): { at: Instant; id: string } | null {
  const text = readCursor(cursor);
  if (text === undefined) return null;
  const [moment = '', id = ''] = text.split(' ');
  const at = parseInstant(moment);
  if (at === undefined) throw invalidInput([{ pointer: 'querystring:/cursor', detail: 'is not a cursor of this list' }]);
  return { at, id };
}
