import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { instantText } from '../core/instant.js';
import { MESSAGE_TYPES, type TypeFilter, type WebhookEndpoint } from '../core/webhook-endpoint.js';
import { ROTATION_SECONDS, changeEndpoint, createEndpoint, listEndpoints, readEndpoint, removeEndpoint, rotateSecret, type EndpointInput } from '../service/webhook-endpoint.js';
import { commandsOf, page, readCursor } from './answer.js';
import type { HttpContext } from './context.js';
import { Done, InstantText, Nullable, PageOf, PageQuery, Words } from './schema.js';

const LONGEST_ROTATION_SECONDS = 7 * 86_400;

const Types = Type.Array(Words(['*', ...MESSAGE_TYPES]), { description: 'What it is told; empty: everything but usage.recorded; *: everything' });
const Url = Type.String({ description: 'https, and public unless this server allows others', examples: ['https://example.com/hooks'] });
const Description = Nullable(Type.String({ maxLength: 255 }));

const EndpointView = Type.Object({
  id: Type.String(),
  url: Type.String(),
  description: Nullable(Type.String()),
  customer: Nullable(Type.String({ description: 'The one customer that it is told about; null: all of them' })),
  types: Types,
  enabled: Type.Boolean(),
  disabled_at: Nullable(InstantText),
  disabled_reason: Nullable(Type.String()),
  created_at: InstantText,
});
const NewEndpointView = Type.Intersect([EndpointView, Type.Object({ secret: Type.String({ description: 'What messages are signed with; shown this once' }) })]);

const EndpointBody = Type.Object({
  url: Url,
  description: Type.Optional(Description),
  customer: Type.Optional(Nullable(Type.String({ description: 'Id or external id of the one customer that it is told about; all of them unless told' }))),
  types: Type.Optional(Types),
  enabled: Type.Optional(Type.Boolean({ description: 'Whether it is told; true unless told' })),
});
const EndpointChangeBody = Type.Object({
  url: Type.Optional(Url),
  description: Type.Optional(Description),
  types: Type.Optional(Types),
  enabled: Type.Optional(Type.Boolean({ description: 'Switched on again, it is told what happens from then on' })),
});
const RotationBody = Type.Object({
  expires_in: Type.Optional(Type.Integer({ minimum: 0, maximum: LONGEST_ROTATION_SECONDS, description: `Seconds for which the secret before goes on signing; ${ROTATION_SECONDS} unless told` })),
});

export const EndpointPath = Type.Object({ endpoint: Type.String() });
export const ENDPOINTS = '/v1/webhook-endpoints';
export interface NamedEndpoint {
  Params: { endpoint: string };
}

interface Body extends EndpointInput {
  url: string;
  customer?: string | null;
  types?: TypeFilter[];
}

/** Who is told what happens. */
export function webhookEndpointRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['webhooks'];
  const read = { right: 'webhooks:read' } as const;
  const write = { right: 'webhooks:write' } as const;
  app.post<{ Body: Body }>(ENDPOINTS, { config: write, schema: { tags, summary: 'Make an endpoint, which is told what happens from now on', body: EndpointBody, response: { 201: NewEndpointView } } }, (request, reply) =>
    command(request, reply, async (unit) => ({ status: 201, body: newEndpointView(await createEndpoint(engine, unit, request.body)) })),
  );
  app.get<{ Querystring: { limit?: number; cursor?: string; customer?: string } }>(
    ENDPOINTS,
    { config: read, schema: { tags, summary: 'List endpoints', querystring: Type.Intersect([PageQuery, Type.Object({ customer: Type.Optional(Type.String({ description: 'Those that are told about this customer alone' })) })]), response: { 200: PageOf(EndpointView, 'Endpoints') } } },
    async (request) => {
      const { limit = 50, cursor, customer } = request.query;
      const { items, nextCursor } = page(await listEndpoints(engine, { after: readCursor(cursor), customer, limit: limit + 1 }), limit, ({ id }) => id);
      return { data: items.map(endpointView), next_cursor: nextCursor };
    },
  );
  app.get<NamedEndpoint>(`${ENDPOINTS}/:endpoint`, { config: read, schema: { tags, summary: 'Read an endpoint', params: EndpointPath, response: { 200: EndpointView } } }, async (request) =>
    endpointView(await readEndpoint(engine, request.params.endpoint)),
  );
  app.patch<NamedEndpoint & { Body: EndpointInput }>(
    `${ENDPOINTS}/:endpoint`,
    { config: write, schema: { tags, summary: 'Change an endpoint', params: EndpointPath, body: EndpointChangeBody, response: { 200: EndpointView } } },
    (request, reply) => command(request, reply, async (unit) => ({ status: 200, body: endpointView(await changeEndpoint(engine, unit, { ...request.body, id: request.params.endpoint })) })),
  );
  app.delete<NamedEndpoint>(`${ENDPOINTS}/:endpoint`, { config: write, schema: { tags, summary: 'Take an endpoint away, with its log', params: EndpointPath, response: { 204: Done } } }, (request, reply) =>
    command(request, reply, async (unit) => {
      await removeEndpoint(unit, request.params.endpoint);
      return { status: 204, body: null };
    }),
  );
  app.post<NamedEndpoint & { Body: { expires_in?: number } | null }>(
    `${ENDPOINTS}/:endpoint/rotate-secret`,
    { config: write, schema: { tags, summary: 'Give an endpoint a new secret; the one before goes on signing for a while', params: EndpointPath, body: Nullable(RotationBody), response: { 200: NewEndpointView } } },
    (request, reply) =>
      command(request, reply, async (unit) => ({ status: 200, body: newEndpointView(await rotateSecret(engine, unit, { id: request.params.endpoint, expiresIn: request.body?.expires_in ?? ROTATION_SECONDS })) })),
  );
}

function endpointView({ id, url, description, customerId, types, isEnabled, disabledAt, disabledReason, createdAt }: WebhookEndpoint) {
  return {
    id,
    url,
    description,
    customer: customerId,
    types,
    enabled: isEnabled,
    disabled_at: disabledAt === null ? null : instantText(disabledAt),
    disabled_reason: disabledReason,
    created_at: instantText(createdAt),
  };
}

function newEndpointView(endpoint: WebhookEndpoint) {
  const [newest] = endpoint.secrets;
  if (newest === undefined) throw new Error('an endpoint has no secret');
  return { ...endpointView(endpoint), secret: newest.secret };
}
