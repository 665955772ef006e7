import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { CHANGE_TYPES, type Change, type ChangeData } from '../core/change.js';
import { instantText } from '../core/instant.js';
import { listChanges } from '../service/change.js';
import type { BodyOf } from '../service/webhook-task.js';
import { customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { moneyView } from './money.js';
import { CustomerPath, InstantText, Money, Nullable, Words } from './schema.js';
import { stateView } from './state.js';

const ChangeView = Type.Object({
  revision: Type.Integer(),
  position: Type.Integer({ description: 'Counts from 0 what happened under one revision' }),
  type: Words(CHANGE_TYPES),
  made_at: Nullable(InstantText),
  data: Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer(), Type.Boolean(), Type.Null(), Money]), { description: 'What happened, as docs/guides/webhooks.md says of the type' }),
});

const ChangesView = Type.Object({
  data: Type.Array(ChangeView),
  revision: Type.Integer({ description: "Number of the customer's last change" }),
  next_after_revision: Nullable(Type.Integer({ description: 'after_revision of the next part; null when this is all' })),
});

const ChangesQuery = Type.Object({
  after_revision: Type.Optional(Type.Integer({ minimum: -1, default: -1, description: 'The last revision that is known already; -1 for everything' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'A revision is never cut, so a part may be somewhat longer' })),
});

export function changeRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  app.get<{ Params: { customer: string }; Querystring: { after_revision?: number; limit?: number } }>(
    '/v1/customers/:customer/changes',
    { config: { right: 'state:read' }, schema: { tags: ['webhooks'], summary: 'What happened after a revision, in order: what webhooks tell, to fill a gap', params: CustomerPath, querystring: ChangesQuery, response: { 200: ChangesView } } },
    async (request) => {
      const { after_revision: after = -1, limit = 50 } = request.query;
      const { changes, revision, nextAfter } = await listChanges(engine, customerOf(request), { after, limit });
      return { data: changes.map(changeView), revision, next_after_revision: nextAfter };
    },
  );
}

export function changeView({ revision, position, type, madeAt, data }: Change) {
  return { revision, position, type, made_at: madeAt === null ? null : instantText(madeAt), data: dataView(data) };
}

/** The body of a webhook message about a change. */
export const changeMessage: BodyOf = ({ change, customer, state, at }) => {
  const { revision, position, type, data } = change;
  const told = { customer: customer.id, external_id: customer.externalId, revision, position, ...dataView(data), state: state === null ? null : stateView(state) };
  return JSON.stringify({ type, timestamp: instantText(at), data: told });
};

function dataView(data: ChangeData): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [wireName(name), typeof value === 'object' && value !== null ? moneyView(value) : value]));
}

function wireName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
