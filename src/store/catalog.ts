import type { FeatureDefinition } from '../core/feature.js';
import type { Instant } from '../core/instant.js';
import type { MeterDefinition } from '../core/meter.js';
import type { PlanDefinition } from '../core/plan.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** A named thing of the catalog as it is stored: its id and what it was defined as. */
export interface CatalogRow<Definition> {
  readonly code: string;
  readonly id: string;
  readonly definition: Definition;
}

/** One version of a plan, with what its code stands for. */
export interface PlanVersionRow {
  readonly planId: string;
  readonly code: string;
  readonly versionId: string;
  readonly version: number;
  readonly definition: PlanDefinition;
  readonly archivedAt: Instant | null;
  /** When the plan was made, and when this version of it was. */
  readonly planMadeAt: Instant;
  readonly madeAt: Instant;
}

const selectCatalogRevisionStatement = statement(
  'select_catalog_revision',
  `
select revision
from catalog
`,
);

const shareCatalogStatement = statement(
  'share_catalog',
  `
select revision
from catalog
for share
`,
);

const bumpCatalogRevisionStatement = statement(
  'bump_catalog_revision',
  `
update catalog
set revision = revision + 1
returning revision
`,
);

const selectMetersStatement = statement(
  'select_meters',
  `
select code, id, definition
from meters
order by code
`,
);

const selectFeaturesStatement = statement(
  'select_features',
  `
select code, id, definition
from features
order by code
`,
);

const selectPlanVersionsStatement = statement(
  'select_plan_versions',
  `
select p.id as plan_id, p.code, p.archived_at, p.created_at as plan_created_at, v.id as version_id, v.version, v.definition, v.created_at
from plans p
join plan_versions v on v.plan_code = p.code
order by p.code, v.version
`,
);

const upsertMeterStatement = statement(
  'upsert_meter',
  `
insert into meters (code, id, definition, created_at)
values ($1, $2, $3, $4)
on conflict (code) do update
set definition = excluded.definition
`,
);

const upsertFeatureStatement = statement(
  'upsert_feature',
  `
insert into features (code, id, definition, created_at)
values ($1, $2, $3, $4)
on conflict (code) do update
set definition = excluded.definition
`,
);

const upsertPlanStatement = statement(
  'upsert_plan',
  `
insert into plans (code, id, created_at)
values ($1, $2, $3)
on conflict (code) do update
set archived_at = null
`,
);

const insertPlanVersionStatement = statement(
  'insert_plan_version',
  `
insert into plan_versions (id, plan_code, version, definition, created_at)
values ($1, $2, $3, $4, $5)
`,
);

const archivePlanStatement = statement(
  'archive_plan',
  `
update plans
set archived_at = $2
where code = $1
  and archived_at is null
`,
);

export async function selectCatalogRevision(queryable: Queryable): Promise<number> {
  const [row] = await queryable.rows<{ revision: string }>(selectCatalogRevisionStatement, []);
  if (row === undefined) throw new Error('the catalog has no row');
  return Number(row.revision);
}

/** Until the transaction ends nobody changes the catalog. */
export async function shareCatalog(transaction: Queryable): Promise<void> {
  await transaction.rows(shareCatalogStatement, []);
}

/** Locks the catalog for this transaction and counts the change. */
export async function bumpCatalogRevision(transaction: Queryable): Promise<void> {
  await transaction.rows(bumpCatalogRevisionStatement, []);
}

export async function selectMeters(queryable: Queryable): Promise<CatalogRow<MeterDefinition>[]> {
  const rows = await queryable.rows<CatalogRow<string>>(selectMetersStatement, []);
  return rows.map((row) => ({ ...row, definition: JSON.parse(row.definition) as MeterDefinition }));
}

export async function selectFeatures(queryable: Queryable): Promise<CatalogRow<FeatureDefinition>[]> {
  const rows = await queryable.rows<CatalogRow<string>>(selectFeaturesStatement, []);
  return rows.map((row) => ({ ...row, definition: JSON.parse(row.definition) as FeatureDefinition }));
}

/** Every version of every plan, in order of code and version. */
export async function selectPlanVersions(queryable: Queryable): Promise<PlanVersionRow[]> {
  const rows = await queryable.rows<{ plan_id: string; code: string; archived_at: string | null; plan_created_at: string; version_id: string; version: number; definition: string; created_at: string }>(selectPlanVersionsStatement, []);
  return rows.map((row) => ({
    planId: row.plan_id,
    code: row.code,
    versionId: row.version_id,
    version: row.version,
    definition: JSON.parse(row.definition) as PlanDefinition,
    archivedAt: row.archived_at === null ? null : fromTimestamp(row.archived_at),
    planMadeAt: fromTimestamp(row.plan_created_at),
    madeAt: fromTimestamp(row.created_at),
  }));
}

export async function upsertMeter(transaction: Queryable, row: CatalogRow<MeterDefinition>, at: Instant): Promise<void> {
  await transaction.rows(upsertMeterStatement, [row.code, row.id, JSON.stringify(row.definition), timestampText(at)]);
}

export async function upsertFeature(transaction: Queryable, row: CatalogRow<FeatureDefinition>, at: Instant): Promise<void> {
  await transaction.rows(upsertFeatureStatement, [row.code, row.id, JSON.stringify(row.definition), timestampText(at)]);
}

/** Adds a version; the plan itself is made with its first one, and is sold again if it was archived. */
export async function insertPlanVersion(transaction: Queryable, row: Omit<PlanVersionRow, 'archivedAt' | 'planMadeAt' | 'madeAt'>, at: Instant): Promise<void> {
  await transaction.rows(upsertPlanStatement, [row.code, row.planId, timestampText(at)]);
  await transaction.rows(insertPlanVersionStatement, [row.versionId, row.code, row.version, JSON.stringify(row.definition), timestampText(at)]);
}

export async function archivePlan(transaction: Queryable, code: string, at: Instant): Promise<void> {
  await transaction.rows(archivePlanStatement, [code, timestampText(at)]);
}
