import { parseFeature, type Feature, type FeatureDefinition } from '../core/feature.js';
import { isSameCounting, parseMeter, type Meter, type MeterDefinition } from '../core/meter.js';
import { parsePlan, usagePrices, type Plan, type PlanDefinition } from '../core/plan.js';
import { Refusal, notFound } from '../core/problems.js';
import {
  archivePlan as archivePlanRow, bumpCatalogRevision, insertPlanVersion, selectCatalogRevision, selectFeatures, selectMeters, selectPlanVersions,
  upsertFeature, upsertMeter,
} from '../store/catalog.js';
import type { Database, Queryable } from '../store/database.js';
import type { Engine, Unit } from './engine.js';

/** A plan as it is sold now: its newest version. */
export interface SoldPlan {
  readonly plan: Plan;
  readonly definition: PlanDefinition;
  readonly isArchived: boolean;
}

/** A subscription names a plan version that this process has not read yet. */
export class UnknownPlanVersion extends Error {
  override readonly name = 'UnknownPlanVersion';
}

interface CatalogContent {
  readonly meters: ReadonlyMap<string, Meter>;
  readonly metersByEvent: ReadonlyMap<string, readonly Meter[]>;
  readonly features: ReadonlyMap<string, Feature>;
  readonly plans: ReadonlyMap<string, SoldPlan>;
  readonly versions: ReadonlyMap<string, Plan>;
}

/** The catalog as read last. Versions never change; whether there are newer ones is told by one small read. */
export class Catalog {
  readonly #database: Database;
  #revision = -1;
  #content: CatalogContent = { meters: new Map(), metersByEvent: new Map(), features: new Map(), plans: new Map(), versions: new Map() };

  constructor(database: Database) {
    this.#database = database;
  }

  /** Reads the catalog again if anyone has changed it; inside a unit, through the unit's transaction. */
  async refresh(queryable: Queryable = this.#database): Promise<void> {
    const revision = await selectCatalogRevision(queryable);
    if (revision === this.#revision) return;
    this.#content = await readCatalog(queryable);
    this.#revision = revision;
  }

  meters(): Meter[] {
    return [...this.#content.meters.values()];
  }

  features(): Feature[] {
    return [...this.#content.features.values()];
  }

  plans(): SoldPlan[] {
    return [...this.#content.plans.values()];
  }

  /** Every version of every plan, oldest first. */
  versions(): Plan[] {
    return [...this.#content.versions.values()];
  }

  metersOf(eventName: string): readonly Meter[] {
    return this.#content.metersByEvent.get(eventName) ?? [];
  }

  /** @throws UnknownPlanVersion when it must be read first. */
  planVersion(versionId: string): Plan {
    const plan = this.#content.versions.get(versionId);
    if (plan === undefined) throw new UnknownPlanVersion(`plan version ${versionId} is not known`);
    return plan;
  }
}

/**
 * Runs `work`, and once more with a fresh catalog when it met a plan version that was not read yet. Inside a unit
 * `queryable` must be its transaction: the embedded store has one connection.
 */
export async function withPlans<T>(engine: Pick<Engine, 'catalog'>, queryable: Queryable, work: (planOf: (versionId: string) => Plan) => T): Promise<T> {
  const planOf = (versionId: string): Plan => engine.catalog.planVersion(versionId);
  try {
    return work(planOf);
  } catch (error) {
    if (!(error instanceof UnknownPlanVersion)) throw error;
    await engine.catalog.refresh(queryable);
    return work(planOf);
  }
}

export async function listMeters(engine: Engine): Promise<Meter[]> {
  await engine.catalog.refresh();
  return engine.catalog.meters();
}

export async function listFeatures(engine: Engine): Promise<Feature[]> {
  await engine.catalog.refresh();
  return engine.catalog.features();
}

/** Plans that are sold, each in its newest version. */
export async function listPlans(engine: Engine): Promise<SoldPlan[]> {
  await engine.catalog.refresh();
  return engine.catalog.plans().filter((sold) => !sold.isArchived);
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

/** Defines the feature, anew or for the first time. @throws Refusal `invalid_request`. */
export async function putFeature(engine: Engine, unit: Unit, input: { code: string; definition: FeatureDefinition }): Promise<Feature> {
  const content = await changeCatalog(engine, unit);
  const before = content.features.get(input.code);
  const feature = parseFeature({ id: before?.id ?? engine.newId('feat'), ...input, hasMeter: (code) => content.meters.has(code) });
  await upsertFeature(unit.transaction, { code: feature.code, id: feature.id, definition: input.definition }, unit.at);
  return feature;
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
  return { plan, definition: input.definition, isArchived: false };
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

async function readCatalog(queryable: Queryable): Promise<CatalogContent> {
  const meters = new Map((await selectMeters(queryable)).map((row) => [row.code, parseMeter(row)]));
  const features = new Map((await selectFeatures(queryable)).map((row) => [row.code, parseFeature({ ...row, hasMeter: (code) => meters.has(code) })]));
  const metersByEvent = new Map<string, Meter[]>();
  for (const meter of meters.values()) metersByEvent.set(meter.eventName, [...(metersByEvent.get(meter.eventName) ?? []), meter]);
  const plans = new Map<string, SoldPlan>();
  const versions = new Map<string, Plan>();
  const vocabulary = { meter: (code: string) => meters.get(code), feature: (code: string) => features.get(code) };
  for (const row of await selectPlanVersions(queryable)) {
    const plan = parsePlan({ id: row.planId, code: row.code, versionId: row.versionId, version: row.version }, row.definition, vocabulary);
    versions.set(plan.versionId, plan);
    plans.set(plan.code, { plan, definition: row.definition, isArchived: row.archivedAt !== null });
  }
  return { meters, metersByEvent, features, plans, versions };
}
