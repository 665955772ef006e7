import type { Instant } from '../core/instant.js';
import type { PlanDefinition } from '../core/plan.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { timestampText } from './timestamp.js';

export interface StoredRateCatalog {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly rateCount: number;
}

/** A rate of a catalog: a plan of one price. */
export interface CatalogRate {
  readonly interval: 'month' | 'year';
  readonly code: string;
  readonly definition: PlanDefinition;
}

const insertRateCatalogStatement = statement(
  'insert_rate_catalog',
  `
insert into rate_catalogs (id, name, description, created_at)
values ($1, $2, $3, $4)
`,
);

const selectRateCatalogsStatement = statement(
  'select_rate_catalogs',
  `
select c.id, c.name, c.description, (select count(*) from catalog_rates r where r.catalog_id = c.id) as rate_count
from rate_catalogs c
where ($1::text is null or c.id = $1)
order by c.position desc
limit $2
offset $3
`,
);

const insertCatalogRateStatement = statement(
  'insert_catalog_rate',
  `
insert into catalog_rates (catalog_id, billing_interval, code, definition, created_at)
values ($1, $2, $3, $4, $5)
on conflict (catalog_id, billing_interval, code) do nothing
returning code
`,
);

const selectCatalogRatesStatement = statement(
  'select_catalog_rates',
  `
select billing_interval, code, definition
from catalog_rates
where catalog_id = $1
order by position
limit $2
offset $3
`,
);

export async function insertRateCatalog(transaction: Queryable, catalog: Omit<StoredRateCatalog, 'rateCount'>, at: Instant): Promise<void> {
  await transaction.rows(insertRateCatalogStatement, [catalog.id, catalog.name, catalog.description, timestampText(at)]);
}

/** Newest first, behind the first `offset`; the one of the id, if one is named. */
export async function selectRateCatalogs(queryable: Queryable, input: { id: string | null; limit: number; offset: number }): Promise<StoredRateCatalog[]> {
  const rows = await queryable.rows<{ id: string; name: string; description: string; rate_count: string }>(selectRateCatalogsStatement, [input.id, input.limit, input.offset]);
  return rows.map((row) => ({ id: row.id, name: row.name, description: row.description, rateCount: Number(row.rate_count) }));
}

/** False when the catalog has a rate of this code for this interval already. */
export async function insertCatalogRate(transaction: Queryable, input: { catalogId: string; rate: CatalogRate }, at: Instant): Promise<boolean> {
  const { catalogId, rate } = input;
  return (await transaction.rows(insertCatalogRateStatement, [catalogId, rate.interval, rate.code, JSON.stringify(rate.definition), timestampText(at)])).length > 0;
}

/** In the order in which they were added, behind the first `offset`. */
export async function selectCatalogRates(queryable: Queryable, input: { catalogId: string; limit: number; offset: number }): Promise<CatalogRate[]> {
  const rows = await queryable.rows<{ billing_interval: CatalogRate['interval']; code: string; definition: string }>(selectCatalogRatesStatement, [input.catalogId, input.limit, input.offset]);
  return rows.map((row) => ({ interval: row.billing_interval, code: row.code, definition: JSON.parse(row.definition) as PlanDefinition }));
}
