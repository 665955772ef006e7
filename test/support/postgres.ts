import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the PostgreSQL that this run started for itself. */
    postgresUrl: string;
  }
}

/** The address of an empty database of its own, on the PostgreSQL that the tests started. */
export async function freshDatabase(): Promise<string> {
  const server = inject('postgresUrl');
  const name = `paidup_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}
