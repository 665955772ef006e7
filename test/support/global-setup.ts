import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { openEmbedded } from '../../src/store/embedded.js';
import { migrate } from '../../src/store/migrate.js';
import { startPostgres } from './postgres-server.js';

/** One PostgreSQL for the whole run, where each test takes a database of its own; and one empty store that tests begin with a copy of. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres({ fsync: 'off', synchronous_commit: 'off' });
  project.provide('postgresUrl', server.url);
  const folder = mkdtempSync(path.join(tmpdir(), 'paidup-empty-'));
  await makeEmptyStore(folder);
  project.provide('emptyStore', folder);
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

/** An embedded store that is up to date and holds nothing: in `store`, and as one file for memory. */
async function makeEmptyStore(folder: string): Promise<void> {
  const dataDir = path.join(folder, 'store');
  const database = await openEmbeddedDatabase(dataDir);
  await migrate(database);
  await database.close();
  const store = await openEmbedded({ dataDir });
  const dump = await store.pg.dumpDataDir('none');
  writeFileSync(path.join(folder, 'store.tar'), new Uint8Array(await dump.arrayBuffer()));
  await store.close();
}
