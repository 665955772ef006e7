import type { Instant } from '../core/instant.js';
import { parseFeature, type Feature, type FeatureDefinition } from '../core/feature.js';
import { eventNamesOf, parseMeter, type Meter, type MeterDefinition } from '../core/meter.js';
import { parsePlan, type Plan, type PlanDefinition } from '../core/plan.js';
import { selectCatalogRevision, selectFeatures, selectMeters, selectPlanVersions, type CatalogRow, type PlanVersionRow } from '../store/catalog.js';
import type { Database, Queryable } from '../store/database.js';

/** A version of a plan: the newest one is what is sold. */
export interface SoldPlan {
  readonly plan: Plan;
  readonly definition: PlanDefinition;
  readonly isArchived: boolean;
  /** When its first version was made. */
  readonly madeAt: Instant;
  /** When this version was. */
  readonly changedAt: Instant;
}

/** A subscription names a plan version that this process has not read yet. */
export class UnknownPlanVersion extends Error {
  override readonly name = 'UnknownPlanVersion';
}

export interface CatalogContent {
  readonly meters: ReadonlyMap<string, Meter>;
  readonly metersByEvent: ReadonlyMap<string, readonly Meter[]>;
  readonly features: ReadonlyMap<string, Feature>;
  /** Newest versions by code. */
  readonly plans: ReadonlyMap<string, SoldPlan>;
  /** All versions by code, oldest first. */
  readonly pasts: ReadonlyMap<string, readonly SoldPlan[]>;
  readonly versions: ReadonlyMap<string, Plan>;
}

/** The catalog as read last. Versions never change; whether there are newer ones is told by one small read. */
export class Catalog {
  readonly #database: Database;
  #revision = -1;
  #content: CatalogContent = { meters: new Map(), metersByEvent: new Map(), features: new Map(), plans: new Map(), pasts: new Map(), versions: new Map() };

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

  /** The number of the catalog's last change that was read. */
  get revision(): number {
    return this.#revision;
  }

  meters(): Meter[] {
    return [...this.#content.meters.values()];
  }

  feature(code: string): Feature | undefined {
    return this.#content.features.get(code);
  }

  features(): Feature[] {
    return [...this.#content.features.values()];
  }

  plans(): SoldPlan[] {
    return [...this.#content.plans.values()];
  }

  /** Every version of the plan, oldest first; none when there is no such plan. */
  versionsOf(code: string): readonly SoldPlan[] {
    return this.#content.pasts.get(code) ?? [];
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
export async function withPlans<T>(engine: { readonly catalog: Catalog }, queryable: Queryable, work: (planOf: (versionId: string) => Plan) => T): Promise<T> {
  const planOf = (versionId: string): Plan => engine.catalog.planVersion(versionId);
  try {
    return work(planOf);
  } catch (error) {
    if (!(error instanceof UnknownPlanVersion)) throw error;
    await engine.catalog.refresh(queryable);
    return work(planOf);
  }
}

/** The whole catalog as the store has it now. @throws when something stored does not make sense any more: a bug. */
export async function readCatalog(queryable: Queryable): Promise<CatalogContent> {
  // What refers is read before what it refers to: nothing is ever deleted, so all that a plan names is there.
  const planRows = await selectPlanVersions(queryable);
  const featureRows = await selectFeatures(queryable);
  const meterRows = await selectMeters(queryable);
  try {
    return parseCatalog({ planRows, featureRows, meterRows });
  } catch (error) {
    throw new Error('the stored catalog cannot be read', { cause: error });
  }
}

function parseCatalog(rows: { planRows: readonly PlanVersionRow[]; featureRows: readonly CatalogRow<FeatureDefinition>[]; meterRows: readonly CatalogRow<MeterDefinition>[] }): CatalogContent {
  const meters = new Map(rows.meterRows.map((row) => [row.code, parseMeter(row)]));
  const features = new Map(rows.featureRows.map((row) => [row.code, parseFeature({ ...row, hasMeter: (code) => meters.has(code) })]));
  const metersByEvent = new Map<string, Meter[]>();
  for (const meter of meters.values()) {
    for (const name of eventNamesOf(meter)) metersByEvent.set(name, [...(metersByEvent.get(name) ?? []), meter]);
  }
  const plans = new Map<string, SoldPlan>();
  const pasts = new Map<string, SoldPlan[]>();
  const versions = new Map<string, Plan>();
  const vocabulary = { meter: (code: string) => meters.get(code), feature: (code: string) => features.get(code) };
  for (const row of rows.planRows) {
    const plan = parsePlan({ id: row.planId, code: row.code, versionId: row.versionId, version: row.version }, row.definition, vocabulary);
    versions.set(plan.versionId, plan);
    const sold = { plan, definition: row.definition, isArchived: row.archivedAt !== null, madeAt: row.planMadeAt, changedAt: row.madeAt };
    plans.set(plan.code, sold);
    const past = pasts.get(plan.code);
    if (past === undefined) pasts.set(plan.code, [sold]);
    else past.push(sold);
  }
  return { meters, metersByEvent, features, plans, pasts, versions };
}
