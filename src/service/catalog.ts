import { parseFeature, type Feature, type FeatureDefinition } from '../core/feature.js';
import { isSameCounting, parseMeter, type Meter, type MeterDefinition } from '../core/meter.js';
import { parsePlan, usagePrices, type PlanDefinition } from '../core/plan.js';
import { Refusal, notFound } from '../core/problems.js';
import { archivePlan as archivePlanRow, bumpCatalogRevision, insertPlanVersion, upsertFeature, upsertMeter } from '../store/catalog.js';
import { outdateOutlinesOfPlans } from '../store/outline.js';
import type { Queryable } from '../store/database.js';
import { readCatalog, type CatalogContent, type SoldPlan } from './catalog-cache.js';
import type { Engine, Unit } from './engine.js';

export async function listMeters(engine: Engine): Promise<Meter[]> {
  await engine.catalog.refresh();
  return engine.catalog.meters();
}

export async function listFeatures(engine: Engine): Promise<Feature[]> {
  await engine.catalog.refresh();
  return engine.catalog.features();
}

/** Plans that are sold, or those that are not any more, each in its newest version. */
export async function listPlans(engine: Engine, { isArchived = false }: { isArchived?: boolean | undefined } = {}): Promise<SoldPlan[]> {
  await engine.catalog.refresh();
  return engine.catalog.plans().filter((sold) => sold.isArchived === isArchived);
}

/** Every version of the plan, newest first. @throws Refusal `not_found`. */
export async function listPlanVersions(engine: Engine, code: string): Promise<SoldPlan[]> {
  const { plan } = await getPlan(engine, code);
  return engine.catalog.versionsOf(plan.code).toReversed();
}

/** @throws Refusal `not_found`. */
export async function getMeter(engine: Engine, code: string): Promise<Meter> {
  const meter = (await listMeters(engine)).find((candidate) => candidate.code === code);
  if (meter === undefined) throw notFound('meter', code);
  return meter;
}

/** @throws Refusal `not_found`. */
export async function getFeature(engine: Engine, code: string): Promise<Feature> {
  const feature = (await listFeatures(engine)).find((candidate) => candidate.code === code);
  if (feature === undefined) throw notFound('feature', code);
  return feature;
}

/** The newest version of the plan, archived or not. @throws Refusal `not_found`. */
export async function getPlan(engine: Engine, code: string, queryable: Queryable = engine.database): Promise<SoldPlan> {
  await engine.catalog.refresh(queryable);
  const sold = engine.catalog.plans().find((candidate) => candidate.plan.code === code || candidate.plan.id === code);
  if (sold === undefined) throw notFound('plan', code);
  return sold;
}

/**
 * Defines the meter, anew or for the first time.
 * @throws Refusal `invalid_request`; `meter_in_use` when a plan counts by it and it would count differently.
 */
export async function putMeter(engine: Engine, unit: Unit, input: { code: string; definition: MeterDefinition }): Promise<Meter> {
  const content = await changeCatalog(engine, unit);
  const before = content.meters.get(input.code);
  const meter = parseMeter({ id: before?.id ?? engine.newId('mtr'), ...input });
  const isCounting = [...content.versions.values()].some((plan) => usagePrices(plan).some((price) => price.meter.code === input.code));
  if (before !== undefined && isCounting && !isSameCounting(before, meter)) {
    throw new Refusal('meter_in_use', `A plan counts by the meter "${input.code}": its event, aggregation, property, dimensions and conversion stay as they are. Define another meter.`);
  }
  await upsertMeter(unit.transaction, { code: meter.code, id: meter.id, definition: input.definition }, unit.at);
  return meter;
}

/**
 * Defines the feature, anew or for the first time.
 * @throws Refusal `invalid_request`; `feature_in_use` when a plan grants it and would no longer make sense.
 */
export async function putFeature(engine: Engine, unit: Unit, input: { code: string; definition: FeatureDefinition }): Promise<Feature> {
  const content = await changeCatalog(engine, unit);
  const before = content.features.get(input.code);
  const feature = parseFeature({ id: before?.id ?? engine.newId('feat'), ...input, hasMeter: (code) => content.meters.has(code) });
  const isGranted = plansGranting(content, input.code).length > 0;
  if (before !== undefined && isGranted && (before.type !== feature.type || before.meter !== feature.meter)) {
    throw new Refusal('feature_in_use', `A plan grants the feature "${input.code}": its type and meter stay as they are. Define another feature.`);
  }
  await upsertFeature(unit.transaction, { code: feature.code, id: feature.id, definition: input.definition }, unit.at);
  // What is outlined of customers names features, and goes by how their limits join.
  if (before !== undefined && (before.name !== feature.name || before.combine !== feature.combine)) await outdateOutlinesOfPlans(unit.transaction, plansGranting(content, input.code));
  return feature;
}

/** Codes of the plans of which any version grants the feature. */
function plansGranting({ versions }: CatalogContent, feature: string): string[] {
  return [...new Set([...versions.values()].filter((plan) => plan.grants.some((grant) => grant.feature.code === feature)).map(({ code }) => code))];
}

/** Adds a version of the plan unless its newest one says the same. @throws Refusal `invalid_request`. */
export async function putPlan(engine: Engine, unit: Unit, input: { code: string; definition: PlanDefinition }): Promise<SoldPlan> {
  const content = await changeCatalog(engine, unit);
  const before = content.plans.get(input.code);
  if (before !== undefined && !before.isArchived && JSON.stringify(before.definition) === JSON.stringify(input.definition)) return before;
  const identity = {
    id: before?.plan.id ?? engine.newId('plan'),
    code: input.code,
    versionId: engine.newId('plnv'),
    version: (before?.plan.version ?? 0) + 1,
  };
  const plan = parsePlan(identity, input.definition, { meter: (code) => content.meters.get(code), feature: (code) => content.features.get(code) });
  await insertPlanVersion(unit.transaction, { planId: plan.id, code: plan.code, versionId: plan.versionId, version: plan.version, definition: input.definition }, unit.at);
  return { plan, definition: input.definition, isArchived: false, madeAt: before?.madeAt ?? unit.at, changedAt: unit.at };
}

/** The plan is not sold any more; who has it keeps it. @throws Refusal `not_found`. */
export async function archivePlan(engine: Engine, unit: Unit, code: string): Promise<void> {
  const content = await changeCatalog(engine, unit);
  if (!content.plans.has(code)) throw notFound('plan', code);
  await archivePlanRow(unit.transaction, code, unit.at);
}

/** Locks the catalog for this unit, and reads it as it is under the lock. */
async function changeCatalog(engine: Engine, unit: Unit): Promise<CatalogContent> {
  await bumpCatalogRevision(unit.transaction);
  unit.afterCommit(() => engine.catalog.refresh());
  return readCatalog(unit.transaction);
}
