import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Feature, FeatureDefinition } from '../core/feature.js';
import { instantText } from '../core/instant.js';
import type { Meter, MeterDefinition } from '../core/meter.js';
import type { PlanDefinition } from '../core/plan.js';
import {
  archivePlan, getFeature, getMeter, getPlan, listFeatures, listMeters, listPlanVersions, listPlans, putFeature, putMeter, putPlan,
} from '../service/catalog.js';
import type { SoldPlan } from '../service/catalog-cache.js';
import { commandsOf, pageOfAll } from './answer.js';
import type { HttpContext } from './context.js';
import { FeatureBody, MeterBody, PlanBody } from './catalog-schema.js';
import { CodePath, Done, InstantText, PageOf, PageQuery } from './schema.js';

const MeterView = Type.Intersect([Type.Object({ id: Type.String(), code: Type.String() }), MeterBody]);
const FeatureView = Type.Intersect([Type.Object({ id: Type.String(), code: Type.String() }), FeatureBody]);
export const PlanView = Type.Intersect([
  Type.Object({ id: Type.String(), code: Type.String(), version: Type.Integer(), version_id: Type.String(), archived: Type.Boolean() }),
  PlanBody,
]);
const PlanVersionView = Type.Intersect([PlanView, Type.Object({ created_at: { ...InstantText, description: 'When this version was made' } })]);
const PlansQuery = Type.Intersect([PageQuery, Type.Object({ archived: Type.Optional(Type.Boolean({ description: 'true: those that are not sold any more' })) })]);

export function catalogRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  const command = commandsOf(engine);
  const tags = ['catalog'];
  const read = { right: 'catalog:read' } as const;
  const write = { right: 'catalog:write' } as const;

  app.get<{ Querystring: Page }>('/v1/meters', { config: read, schema: { tags, summary: 'List meters', querystring: PageQuery, response: { 200: PageOf(MeterView, 'Meters by code') } } }, async (request) =>
    listed(await listMeters(engine), request.query, meterView),
  );
  app.get<{ Params: Code }>('/v1/meters/:code', { config: read, schema: { tags, summary: 'Read a meter', params: CodePath, response: { 200: MeterView } } }, async (request) =>
    meterView(await getMeter(engine, request.params.code)),
  );
  app.put<{ Params: Code; Body: MeterDefinition }>('/v1/meters/:code', { config: write, schema: { tags, summary: 'Define a meter', params: CodePath, body: MeterBody, response: { 200: MeterView } } }, (request, reply) =>
    command(request, reply, async (unit) => ({ status: 200, body: meterView(await putMeter(engine, unit, { code: request.params.code, definition: request.body })) })),
  );

  app.get<{ Querystring: Page }>('/v1/features', { config: read, schema: { tags, summary: 'List features', querystring: PageQuery, response: { 200: PageOf(FeatureView, 'Features by code') } } }, async (request) =>
    listed(await listFeatures(engine), request.query, featureView),
  );
  app.get<{ Params: Code }>('/v1/features/:code', { config: read, schema: { tags, summary: 'Read a feature', params: CodePath, response: { 200: FeatureView } } }, async (request) =>
    featureView(await getFeature(engine, request.params.code)),
  );
  app.put<{ Params: Code; Body: FeatureDefinition }>('/v1/features/:code', { config: write, schema: { tags, summary: 'Define a feature', params: CodePath, body: FeatureBody, response: { 200: FeatureView } } }, (request, reply) =>
    command(request, reply, async (unit) => ({ status: 200, body: featureView(await putFeature(engine, unit, { code: request.params.code, definition: request.body })) })),
  );

  app.get<{ Querystring: Page & { archived?: boolean } }>('/v1/plans', { config: read, schema: { tags, summary: 'List plans that are sold', querystring: PlansQuery, response: { 200: PageOf(PlanView, 'Newest versions by code') } } }, async (request) =>
    listed(await listPlans(engine, { isArchived: request.query.archived }), request.query, planView),
  );
  app.get<{ Params: Code }>('/v1/plans/:code', { config: read, schema: { tags, summary: 'Read a plan', params: CodePath, response: { 200: PlanView } } }, async (request) =>
    planView(await getPlan(engine, request.params.code)),
  );
  app.get<{ Params: Code; Querystring: Page }>(
    '/v1/plans/:code/versions',
    { config: read, schema: { tags, summary: 'List the versions of a plan, newest first', params: CodePath, querystring: PageQuery, response: { 200: PageOf(PlanVersionView, 'Versions, newest first') } } },
    async (request) => listed(await listPlanVersions(engine, request.params.code), request.query, planVersionView),
  );
  app.put<{ Params: Code; Body: PlanDefinition }>(
    '/v1/plans/:code',
    { config: write, schema: { tags, summary: 'Define a plan: a new version unless the newest says the same', params: CodePath, body: PlanBody, response: { 200: PlanView } } },
    (request, reply) => command(request, reply, async (unit) => ({ status: 200, body: planView(await putPlan(engine, unit, { code: request.params.code, definition: request.body })) })),
  );
  app.delete<{ Params: Code }>('/v1/plans/:code', { config: write, schema: { tags, summary: 'Stop selling a plan; who has it keeps it', params: CodePath, response: { 204: Done } } }, (request, reply) =>
    command(request, reply, async (unit) => {
      await archivePlan(engine, unit, request.params.code);
      return { status: 204, body: null };
    }),
  );
}

interface Code {
  code: string;
}

interface Page {
  limit?: number;
  cursor?: string;
}

function listed<Item>(all: readonly Item[], query: Page, view: (item: Item) => unknown): { data: unknown[]; next_cursor: string | null } {
  const { items, nextCursor } = pageOfAll(all, query);
  return { data: items.map(view), next_cursor: nextCursor };
}

function meterView(meter: Meter) {
  return {
    id: meter.id,
    code: meter.code,
    name: meter.name,
    event_name: meter.eventName,
    aggregation: meter.aggregation,
    property: meter.property,
    unit: meter.unit,
    dimensions: meter.dimensions,
    conversion: meter.conversion === null ? null : { divide_by: meter.conversion.divideBy.toFixed(), round: meter.conversion.round },
  };
}

function featureView(feature: Feature) {
  const { id, code, name, type, combine, unit, meter, metadata } = feature;
  return { id, code, name, type, combine, unit, meter, metadata };
}

export function planView({ plan, definition, isArchived }: SoldPlan) {
  const { id, code, version, versionId, name, description, trialDays, alignment, proration } = plan;
  return {
    ...definition, id, code, version, version_id: versionId, archived: isArchived, name, description, trial_days: trialDays, alignment, proration,
    features: definition.features ?? [], prices: definition.prices ?? [], metadata: definition.metadata ?? {},
  };
}

function planVersionView(sold: SoldPlan) {
  return { ...planView(sold), created_at: instantText(sold.changedAt) };
}
