import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startChild, type Child } from './child.js';
import { seed } from './seed.js';
import type { PaidupInput } from './servers/paidup.js';
import type { Listening } from './tell.js';
import type { Target } from './workload.js';

/** A Paidup that serves a seeded store of its own. */
export interface PaidupStore {
  readonly target: Target;
  readonly server: Child<Listening>;
  /** Address of its database; empty for the embedded store. */
  readonly databaseUrl: string;
  /** Events acknowledged so far: each must be in the store in the end. */
  acknowledged: number;
  stop(): Promise<void>;
}

/** How stores are made. */
export interface StoreOptions {
  readonly customers: number;
  readonly profileFolder: string | undefined;
}

/** A Paidup on a fresh database of the PostgreSQL at `serverUrl`. */
export async function openOnPostgres(serverUrl: string, name: string, options: StoreOptions): Promise<PaidupStore> {
  await query(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return openPaidup({ databaseUrl: url.toString() }, options, () => undefined);
}

/** A Paidup on the embedded store, in a temporary folder. */
export async function openEmbedded(options: StoreOptions): Promise<PaidupStore> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'paidup-bench-'));
  return openPaidup({ dataDir }, options, () => rmSync(dataDir, { recursive: true, force: true }));
}

async function openPaidup(input: PaidupInput, { customers, profileFolder }: StoreOptions, cleanUp: () => void): Promise<PaidupStore> {
  const server = await startChild<Listening>({ script: 'servers/paidup.ts', core: 'server', input, profileFolder });
  const target: Target = { ...server.message, customers };
  const acknowledged = await seed(target);
  const stop = async (): Promise<void> => {
    await server.stop();
    cleanUp();
  };
  return { target, server, databaseUrl: input.databaseUrl ?? '', acknowledged, stop };
}

/** Runs one statement on a connection of its own; gives its rows. */
export async function query<Row extends object>(url: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** @throws when the store does not hold each event that was acknowledged, once. */
export async function proveAllStored(store: PaidupStore): Promise<void> {
  const [row] = await query<{ count: string }>(store.databaseUrl, 'select count(*) from paidup.events');
  const count = Number(row?.count);
  if (count !== store.acknowledged) throw new Error(`${store.acknowledged} events were acknowledged, ${count} are stored`);
}
