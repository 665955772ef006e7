import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import type { Database, Queryable } from './database.js';
import { statement } from './statement.js';

/** A step of the schema: `0007_add_wallet_threshold.sql`, never edited once released. */
export interface Migration {
  readonly number: number;
  readonly file: string;
  readonly sql: string;
  readonly checksum: string;
}

/** The store was written by a newer Paidup, or its migrations are not the ones that were released. */
export class SchemaMismatch extends Error {
  override readonly name = 'SchemaMismatch';
}

const FOLDER = new URL('../../migrations/', import.meta.url);

/** Any fixed number: two starters must take the same lock. */
const LOCK = 4_610_000_001;

const selectMigrations = statement(
  'select_migrations',
  `
select number, file, checksum
from migrations
order by number
`,
);

const insertMigration = statement(
  'insert_migration',
  `
insert into migrations (number, file, checksum)
values ($1, $2, $3)
`,
);

/** The migrations that come with this program, in order. */
export async function readMigrations(folder: URL = FOLDER): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}_[a-z0-9_]+\.sql$/.test(file)).sort();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(new URL(file, folder), 'utf8');
      return { number: Number(file.slice(0, 4)), file, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Brings the schema up to date in one transaction and tells which migrations ran. Safe when several processes start
 * at once: the others wait and then find nothing to do.
 * @throws SchemaMismatch when the store is newer than this program or a released migration was changed.
 */
export async function migrate(database: Database, migrations?: readonly Migration[]): Promise<Migration[]> {
  const known = migrations ?? (await readMigrations());
  return database.script(async (execute, transaction) => {
    await execute(`set local lock_timeout = '60s'`);
    await execute(`select pg_advisory_xact_lock(${LOCK})`);
    await execute('create schema if not exists paidup');
    await execute('create table if not exists paidup.migrations (number integer primary key, file text not null, checksum text not null, applied_at timestamptz not null default now())');
    const pending = await pendingMigrations(transaction, known);
    for (const migration of pending) {
      await execute(migration.sql);
      await transaction.rows(insertMigration, [migration.number, migration.file, migration.checksum]);
    }
    return pending;
  });
}

async function pendingMigrations(transaction: Queryable, known: readonly Migration[]): Promise<Migration[]> {
  const applied = await transaction.rows<{ number: number; file: string; checksum: string }>(selectMigrations, []);
  for (const row of applied) {
    const migration = known.find((candidate) => candidate.number === row.number);
    if (migration === undefined) throw new SchemaMismatch(`The store has migration ${row.file}, which this version of Paidup does not know: start a newer version.`);
    if (migration.checksum !== row.checksum) throw new SchemaMismatch(`Migration ${row.file} is not the one that made this store.`);
  }
  const last = applied.at(-1)?.number ?? 0;
  return known.filter((migration) => migration.number > last);
}
