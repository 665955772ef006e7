import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.js';

/** One PostgreSQL for the whole run; each test takes a database of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres({ fsync: 'off', synchronous_commit: 'off' });
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}
