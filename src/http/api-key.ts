import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { instantText } from '../core/instant.js';
import { Refusal } from '../core/problems.js';
import { SCOPES, createApiKey, listApiKeys, revokeApiKey, type NewApiKey } from '../service/api-key.js';
import { page, readCursor, reservedOf } from './answer.js';
import { may, type Principal, type Right } from './auth.js';
import type { HttpContext } from './context.js';
import { InstantText, Nullable, PageOf, PageQuery, Words } from './schema.js';

const KINDS = ['secret', 'publishable', 'customer'] as const;

const ApiKeyView = Type.Object({
  id: Type.String(),
  kind: Words(KINDS),
  customer: Nullable(Type.String()),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  last4: Type.String(),
  created_at: InstantText,
  revoked_at: Nullable(InstantText),
});

const NewApiKeyView = Type.Intersect([ApiKeyView, Type.Object({ key: Type.String({ description: 'Shown this once' }) })]);

const ApiKeyBody = Type.Object({
  kind: Words(KINDS),
  customer: Type.Optional(Type.String({ description: 'For a customer key: id or external id' })),
  name: Type.Optional(Type.String()),
  scopes: Type.Optional(Type.Array(Words(SCOPES), { description: 'What the key is narrowed to; nothing: all that its kind may do. docspace:… says what its user is on that surface' })),
});

interface Body {
  kind: (typeof KINDS)[number];
  customer?: string;
  name?: string;
  scopes?: string[];
}

export function apiKeyRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const reserved = reservedOf(engine);
  const tags = ['keys'];
  const config = { right: 'keys:write' } as const;
  // The key is shown once and never kept, so this is the one write whose answer cannot be kept for a repeated request.
  app.post<{ Body: Body }>('/v1/api-keys', { config, schema: { tags, summary: 'Make a key', body: ApiKeyBody, response: { 201: NewApiKeyView } } }, async (request, reply) => {
    const { kind, customer, name, scopes } = request.body;
    refuseMoreThanOwn(request.principal, scopes ?? []);
    const made = await createApiKey(engine, { kind, customer, name: name ?? kind, scopes: scopes ?? [] });
    return reply.status(201).send({ ...apiKeyView(made.apiKey), key: made.key });
  });
  app.get<{ Querystring: { limit?: number; cursor?: string; customer?: string } }>(
    '/v1/api-keys',
    {
      config,
      schema: { tags, summary: 'List keys', querystring: Type.Intersect([PageQuery, Type.Object({ customer: Type.Optional(Type.String()) })]), response: { 200: PageOf(ApiKeyView, 'Keys') } },
    },
    async (request) => {
      const { limit = 50, cursor, customer } = request.query;
      const { items, nextCursor } = page(await listApiKeys(engine, { after: readCursor(cursor), customer, limit: limit + 1 }), limit, (key) => key.id);
      return { data: items.map(apiKeyView), next_cursor: nextCursor };
    },
  );
  app.delete<{ Params: { id: string } }>(
    '/v1/api-keys/:id',
    { config, schema: { tags, summary: 'Revoke a key', params: Type.Object({ id: Type.String() }), response: { 200: ApiKeyView } } },
    (request, reply) => reserved(request, reply, async () => ({ status: 200, body: apiKeyView(await revokeApiKey(engine, request.params.id)) })),
  );
}

/** A key cannot make one that may do more than itself. @throws Refusal `forbidden`. */
export function refuseMoreThanOwn(principal: Principal | null, scopes: readonly string[]): void {
  const own = principal?.scopes ?? [];
  if (own.length === 0 || own.includes('*')) return;
  const isWithin = scopes.length > 0 && scopes.every((scope) => own.includes(scope) || (!scope.includes('*') && principal !== null && may(principal, scope as Right)));
  if (!isWithin) throw new Refusal('forbidden', 'This key may give only scopes that it has itself, and must name them.');
}

function apiKeyView(key: NewApiKey['apiKey']) {
  const { id, kind, customerId, name, scopes, last4 } = key;
  return { id, kind, customer: customerId, name, scopes, last4, created_at: instantText(key.createdAt), revoked_at: key.revokedAt === null ? null : instantText(key.revokedAt) };
}
