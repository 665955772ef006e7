import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { decimalText } from '../core/decimal.js';
import type { Entitlement, EntitlementSource } from '../core/entitlement.js';
import { instantText } from '../core/instant.js';
import type { OverrideInput } from '../core/override.js';
import { notFound } from '../core/problems.js';
import { removeOverride, setOverride } from '../service/entitlement.js';
import { readState } from '../service/state.js';
import { commandsOf, customerOf } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, Done, InstantText, Nullable, Words } from './schema.js';

const SourceView = Type.Object({
  type: Words(['plan', 'addon', 'override']),
  combine: Words(['add', 'max', 'replace'], { description: 'How its limit joins the others; one that replaces decides alone' }),
  granted: Type.Boolean(),
  limit: Nullable(Type.String()),
  subscription: Nullable(Type.String()),
  plan: Nullable(Type.String({ description: 'Code of the plan' })),
  price: Nullable(Type.String({ description: 'Code of the usage price that counts it' })),
  reason: Nullable(Type.String({ description: 'Of an override' })),
  expires_at: Nullable(InstantText),
});

export const EntitlementView = Type.Object({
  feature: Type.String(),
  name: Type.String(),
  type: Words(['flag', 'limit', 'metered']),
  granted: Type.Boolean(),
  limit: Nullable(Type.String({ description: 'A decimal or "unlimited"; null for a flag' })),
  used: Nullable(Type.String()),
  held: Type.String({ description: 'Set aside by open holds' }),
  remaining: Nullable(Type.String({ description: 'limit - used - held, not below zero' })),
  overage_allowed: Type.Boolean({ description: 'Whether use above the limit goes on, as overage' }),
  resets_at: Nullable(InstantText),
  sources: Type.Array(SourceView),
});

const FeaturePath = Type.Object({ customer: CustomerPath.properties.customer, feature: Type.String({ description: 'Code of the feature' }) });
const OverrideBody = Type.Object({
  granted: Type.Optional(Type.Boolean({ description: 'True unless told; false takes the feature away' })),
  limit: Type.Optional(Nullable(Type.String({ description: 'A decimal or "unlimited"; not for a flag' }))),
  combine: Type.Optional(Words(['replace', 'add', 'max'], { description: 'replace: it alone decides (unless told); add, max: it joins what the plans grant' })),
  reason: Type.String({ maxLength: 1000, description: 'For whoever asks later' }),
  expires_at: Type.Optional(Nullable({ ...InstantText, description: 'From then on the plans alone decide; never unless told' })),
});

type Named = { Params: { customer: string; feature: string } };
type Body = Omit<OverrideInput, 'expiresAt'> & { expires_at?: string | null };

/** Rights of a customer to features, and the overrides of them. */
export function entitlementRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['entitlements'];
  const address = '/v1/customers/:customer/entitlements';
  const read = async (customer: string, feature: string) => {
    const { entitlements, revision } = await readState(engine, customer);
    const found = entitlements.find((entitlement) => entitlement.feature.code === feature);
    return found === undefined ? undefined : { ...entitlementView(found), revision };
  };
  const OneView = Type.Intersect([EntitlementView, Type.Object({ revision: Type.Integer() })]);
  app.get<{ Params: { customer: string } }>(
    address,
    { config: { right: 'state:read' }, schema: { tags, summary: 'What the customer is entitled to, and where from', params: CustomerPath, response: { 200: Type.Object({ data: Type.Array(EntitlementView), revision: Type.Integer() }) } } },
    async (request) => {
      const { entitlements, revision } = await readState(engine, customerOf(request));
      return { data: entitlements.map(entitlementView), revision };
    },
  );
  app.get<Named>(`${address}/:feature`, { config: { right: 'state:read' }, schema: { tags, summary: 'Read one', params: FeaturePath, response: { 200: OneView } } }, async (request) => {
    const found = await read(customerOf(request), request.params.feature);
    if (found === undefined) throw notFound('entitlement to', request.params.feature);
    return found;
  });
  app.put<Named & { Body: Body }>(
    `${address}/:feature`,
    { config: { right: 'subscriptions:write' }, schema: { tags, summary: 'Override what the plans grant', params: FeaturePath, body: OverrideBody, response: { 200: OverrideView } } },
    (request, reply) =>
      command(request, reply, async (unit) => {
        const { expires_at: expiresAt, ...input } = request.body;
        const { override, revision } = await setOverride(engine, unit, { customerId: customerOf(request), feature: request.params.feature, ...input, expiresAt });
        const { isGranted, limit, combine, reason, expiresAt: until } = override;
        return { status: 200, body: { feature: override.feature.code, granted: isGranted, limit, combine, reason, expires_at: until === null ? null : instantText(until), revision } };
      }),
  );
  app.delete<Named>(`${address}/:feature`, { config: { right: 'subscriptions:write' }, schema: { tags, summary: 'Take the override back: what the plans say holds again', params: FeaturePath, response: { 204: Done } } }, (request, reply) =>
    command(request, reply, async (unit) => {
      await removeOverride(engine, unit, { customerId: customerOf(request), feature: request.params.feature });
      return { status: 204, body: null };
    }),
  );
}

const OverrideView = Type.Object({
  feature: Type.String(),
  granted: Type.Boolean(),
  limit: Nullable(Type.String()),
  combine: Words(['replace', 'add', 'max']),
  reason: Type.String(),
  expires_at: Nullable(InstantText),
  revision: Type.Integer(),
});

export function entitlementView(entitlement: Entitlement) {
  const { feature, isGranted, limit, used, held, remaining, resetsAt } = entitlement;
  return {
    feature: feature.code,
    name: feature.name,
    type: feature.type,
    granted: isGranted,
    limit: limitText(limit),
    used: used === null ? null : decimalText(used),
    held: decimalText(held),
    remaining: remaining === null ? null : decimalText(remaining),
    overage_allowed: entitlement.isOverageAllowed,
    resets_at: resetsAt === null ? null : instantText(resetsAt),
    sources: entitlement.sources.map(sourceView),
  };
}

export function limitText(limit: Entitlement['limit']): string | null {
  return limit === null || limit === 'unlimited' ? limit : decimalText(limit);
}

function sourceView({ type, combine, isGranted, limit, subscription, phase, grant, override }: EntitlementSource) {
  const until = override?.expiresAt ?? null;
  return {
    type,
    combine,
    granted: isGranted,
    limit: limitText(limit),
    subscription: subscription?.id ?? null,
    plan: phase?.plan.code ?? null,
    price: grant?.price ?? null,
    reason: override?.reason ?? null,
    expires_at: until === null ? null : instantText(until),
  };
}
