import { parsePlan, type Plan, type PlanDefinition } from '../core/plan.js';
import { Refusal, notFound } from '../core/problems.js';
import type { Queryable } from '../store/database.js';
import { insertCatalogRate, insertRateCatalog, selectCatalogRates, selectRateCatalogs, type CatalogRate, type StoredRateCatalog } from '../store/rate-catalog.js';
import { listMeters } from './catalog.js';
import type { Engine, Unit } from './engine.js';

export type { StoredRateCatalog } from '../store/rate-catalog.js';

/** A rate that is kept in a catalog, as the plan of one price that it would be. */
export interface KeptRate {
  readonly interval: CatalogRate['interval'];
  readonly plan: Plan;
}

export async function createRateCatalog(engine: Engine, unit: Unit, input: { name: string; description: string }): Promise<StoredRateCatalog> {
  const catalog = { id: engine.newId('rcat'), ...input };
  await insertRateCatalog(unit.transaction, catalog, unit.at);
  return { ...catalog, rateCount: 0 };
}

/** @throws Refusal `not_found`. */
export async function getRateCatalog(queryable: Queryable, id: string): Promise<StoredRateCatalog> {
  const [catalog] = await selectRateCatalogs(queryable, { id, limit: 1, offset: 0 });
  if (catalog === undefined) throw notFound('rate catalog', id);
  return catalog;
}

/** Newest first, behind the first `offset`. */
export async function listRateCatalogs(engine: Engine, slice: { limit: number; offset: number }): Promise<StoredRateCatalog[]> {
  return selectRateCatalogs(engine.database, { id: null, ...slice });
}

/** Keeps each price of the definition as a rate. @throws Refusal `invalid_request`, `not_found`, `already_exists` for a code that the catalog has for the interval. */
export async function addCatalogRates(engine: Engine, unit: Unit, input: { catalogId: string; definition: PlanDefinition }): Promise<StoredRateCatalog> {
  const { catalogId, definition } = input;
  await getRateCatalog(unit.transaction, catalogId);
  // What is kept must make sense as a whole: codes, models, meters and their dimensions.
  await engine.catalog.refresh(unit.transaction);
  const meters = new Map(engine.catalog.meters().map((meter) => [meter.code, meter]));
  parsePlan({ id: catalogId, code: 'rates', versionId: catalogId, version: 1 }, definition, { meter: (code) => meters.get(code), feature: () => undefined });
  const interval = definition.interval.unit === 'year' ? 'year' : 'month';
  for (const price of definition.prices ?? []) {
    const isNew = await insertCatalogRate(unit.transaction, { catalogId, rate: { interval, code: price.code, definition: { ...definition, prices: [price] } } }, unit.at);
    if (!isNew) throw new Refusal('already_exists', `Rate with code ${price.code} already exists in the catalog for this billing interval`);
  }
  return getRateCatalog(unit.transaction, catalogId);
}

/** In the order in which they were added, behind the first `offset`. @throws Refusal `not_found`. */
export async function listCatalogRates(engine: Engine, input: { catalogId: string; limit: number; offset: number }): Promise<KeptRate[]> {
  await getRateCatalog(engine.database, input.catalogId);
  const meters = new Map((await listMeters(engine)).map((meter) => [meter.code, meter]));
  const rates = await selectCatalogRates(engine.database, input);
  return rates.map(({ interval, definition }) => ({
    interval,
    plan: parsePlan({ id: input.catalogId, code: 'rates', versionId: `${input.catalogId} ${interval}`, version: 1 }, definition, { meter: (code) => meters.get(code), feature: () => undefined }),
  }));
}
