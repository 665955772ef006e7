import { Type, type Static } from 'typebox';
import { Refusal } from '../../../core/problems.js';
import type { Unit } from '../../../service/engine.js';
import { addCatalogRates, createRateCatalog, getRateCatalog, listCatalogRates, listRateCatalogs, type KeptRate, type StoredRateCatalog } from '../../../service/rate-catalog.js';
import { Nullable, Words } from '../../schema.js';
import { RateCardBody, planDefinitionOf } from './rate-card-body.js';
import { FixedRate, UsageRate, asRates, metersOf, ratesOf } from './rate-card.js';
import { ListOf, ListQuery, listOf, sliceOf, type Call, type Route } from './route.js';

/** Rates kept ready for rate cards, in Lark's words. Source: contracts/lark.md section 3. */

const CatalogBody = Type.Object({ name: Type.String({ minLength: 1, maxLength: 255 }), description: Type.String({ maxLength: 4096 }) });
const RatesBody = Type.Pick(RateCardBody, ['billing_interval', 'fixed_rates', 'usage_based_rates']);

const Catalog = Type.Object({ id: Type.String(), name: Type.String(), description: Type.String(), rate_count: Type.Integer() });

const Rate = Type.Object({
  id: Type.String(),
  interval: Words(['monthly', 'yearly']),
  rate_catalog_id: Type.String(),
  type: Words(['fixed', 'usage_based']),
  fixed: Nullable(FixedRate),
  usage_based: Nullable(UsageRate),
});

const [read, write] = ['catalog:read', 'catalog:write'] as const;
const ONE = '/rate-catalogs/:rate_catalog_id';

export const RATE_CATALOG_ROUTES: readonly Route[] = [
  {
    method: 'POST', path: '/rate-catalogs', right: write, summary: 'Make a rate catalog', body: CatalogBody, result: Catalog,
    work: { change: async ({ engine, request }) => async (unit) => toCatalog(await createRateCatalog(engine, unit, named(request.body as Static<typeof CatalogBody>))) },
  },
  { method: 'GET', path: '/rate-catalogs', right: read, summary: 'List rate catalogs, newest first', query: ListQuery, result: ListOf('rate_catalogs', Catalog), work: { read: listCatalogs } },
  { method: 'GET', path: ONE, right: read, summary: 'Read a rate catalog', result: Catalog, work: { read: async ({ engine, parameter }) => toCatalog(await getRateCatalog(engine.database, parameter('rate_catalog_id')).catch(asCatalog)) } },
  { method: 'POST', path: `${ONE}/add_rates`, right: write, summary: 'Keep rates in a rate catalog', body: RatesBody, result: Catalog, work: { change: addRates } },
  { method: 'GET', path: `${ONE}/rates`, right: read, summary: "List a rate catalog's rates, in the order in which they were added", query: ListQuery, result: ListOf('rates', Rate), work: { read: listRates } },
];

function named({ name, description }: Static<typeof CatalogBody>): { name: string; description: string } {
  return { name, description };
}

async function listCatalogs(call: Call): Promise<Record<string, unknown>> {
  const { limit, offset } = sliceOf(call);
  return listOf('rate_catalogs', await listRateCatalogs(call.engine, { limit: limit + 1, offset }), { limit, view: toCatalog });
}

async function addRates({ engine, request, parameter }: Call): Promise<(unit: Unit) => Promise<Static<typeof Catalog>>> {
  const body = { ...(request.body as Static<typeof RatesBody>), name: 'rates' };
  const definition = planDefinitionOf(body, await metersOf(engine, body));
  return async (unit) => toCatalog(await addCatalogRates(engine, unit, { catalogId: parameter('rate_catalog_id'), definition }).catch(asCatalog).catch((error: unknown) => asRates(error, body)));
}

async function listRates(call: Call): Promise<Record<string, unknown>> {
  const { limit, offset } = sliceOf(call);
  const catalogId = call.parameter('rate_catalog_id');
  const kept = await listCatalogRates(call.engine, { catalogId, limit: limit + 1, offset }).catch(asCatalog);
  return listOf('rates', kept, { limit, view: (rate) => toRate(catalogId, rate) });
}

function toRate(catalogId: string, { interval, plan }: KeptRate): Static<typeof Rate> {
  const { fixed: [fixed = null], usage: [usage = null] } = ratesOf(plan);
  const rate = fixed ?? usage;
  if (rate === null) throw new Error("a rate made in the vendor's words can be said in them");
  return { id: rate.id, interval: interval === 'year' ? 'yearly' : 'monthly', rate_catalog_id: catalogId, type: fixed === null ? 'usage_based' : 'fixed', fixed, usage_based: usage };
}

function toCatalog({ id, name, description, rateCount }: StoredRateCatalog): Static<typeof Catalog> {
  return { id, name, description, rate_count: rateCount };
}

function asCatalog(error: unknown): never {
  throw error instanceof Refusal && error.slug === 'not_found' ? new Refusal('not_found', 'Rate catalog not found') : error;
}
