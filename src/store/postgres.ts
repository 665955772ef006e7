import pg from 'pg';
import { SESSION_SETTINGS, StoreUnavailable, repeated, sqlState, type Database, type Queryable } from './database.js';
import type { Statement } from './statement.js';

const TYPES_AS_TEXT = new Set([20, 114, 1114, 1184, 1700, 3802]);

/** SQLSTATE classes that mean the server is away, full or shutting down. */
const AWAY = /^(08|53|57P0)/;

/** A pool of connections to PostgreSQL. @throws StoreUnavailable when the first connection cannot be made. */
export async function openPostgres(url: string, options: { maxConnections?: number } = {}): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    // Statements that do not wait for each other go out together.
    pipeline: true,
    application_name: 'paidup',
    idle_in_transaction_session_timeout: 60_000,
    options: Object.entries(SESSION_SETTINGS).map(([name, value]) => `-c ${name}=${value}`).join(' '),
    types: { getTypeParser: (oid: number, format?: 'text' | 'binary') => (TYPES_AS_TEXT.has(oid) ? asText : (pg.types.getTypeParser(oid, format) as typeof asText)) },
  });
  // An idle connection that breaks is dropped by the pool; the next query opens another or reports.
  pool.on('error', () => undefined);
  const database = new PostgresDatabase(pool);
  await database.ping();
  return database;
}

class PostgresDatabase implements Database {
  readonly profile = { name: 'postgres', lanes: 2 } as const;
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async ping(): Promise<void> {
    await weather(() => this.#pool.query('select 1'));
  }

  rows<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return weather(() => run<Row>(this.#pool, statement, values));
  }

  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return repeated(() => this.#inTransaction((client) => work({ rows: (statement, values) => run(client, statement, values) })));
  }

  script<T>(work: (execute: (sql: string) => Promise<void>, transaction: Queryable) => Promise<T>): Promise<T> {
    return this.#inTransaction((client) =>
      work(
        async (sql) => {
          await client.query(sql);
        },
        { rows: (statement, values) => run(client, statement, values) },
      ),
    );
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  #inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return weather(async () => {
      const client = await this.#pool.connect();
      let broken: Error | undefined;
      // A connection that dies while it is ours emits an error that nobody else listens to.
      const onError = (error: Error): void => {
        broken = error;
      };
      client.on('error', onError);
      try {
        // Not waited for: the first statement of the work goes out right behind it.
        const begun = client.query('begin');
        begun.catch(() => undefined);
        const result = await work(client);
        await begun;
        await client.query('commit');
        return result;
      } catch (error) {
        await client.query('rollback').catch((failure: unknown) => {
          broken = failure as Error;
        });
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    });
  }
}

async function run<Row>(target: pg.Pool | pg.PoolClient, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
  const result = await target.query({ name: statement.name, text: statement.sql, values: values as unknown[] });
  return result.rows as Row[];
}

async function weather<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (isAway(error)) throw new StoreUnavailable('the database cannot be reached', { cause: error });
    throw error;
  }
}

function isAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return AWAY.test(state);
  const { code, message } = error as { code?: string; message?: string };
  if (/^(ECONN|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|ENOENT)/.test(code ?? '')) return true;
  return /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|after calling end/.test(message ?? '');
}

function asText(value: string): string {
  return value;
}
