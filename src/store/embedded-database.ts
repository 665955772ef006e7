import type { PGlite, QueryOptions, Transaction } from '@electric-sql/pglite';
import { repeated, type Database, type Queryable } from './database.js';
import { openEmbedded, type EmbeddedStore } from './embedded.js';
import type { Statement } from './statement.js';

/** Columns that travel as text: int8, json, timestamp, timestamptz, numeric. */
const TYPES_AS_TEXT = [20, 114, 1114, 1184, 1700];
const OPTIONS: QueryOptions = { parsers: Object.fromEntries(TYPES_AS_TEXT.map((oid) => [oid, (value: string) => value])) };

/** The embedded store in a folder, or in memory for `memory`, there a copy of another if one is given. @throws as openEmbedded does. */
export async function openEmbeddedDatabase(dataDir: string, copyOf?: Blob): Promise<Database> {
  return new EmbeddedDatabase(await openEmbedded({ dataDir, ...(copyOf === undefined ? {} : { copyOf }) }));
}

class EmbeddedDatabase implements Database {
  // One connection: a second batch would only wait for the first.
  readonly profile = { name: 'embedded', lanes: 1 } as const;
  readonly #store: EmbeddedStore;

  constructor(store: EmbeddedStore) {
    this.#store = store;
  }

  rows<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return run<Row>(this.#store.pg, statement, values);
  }

  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T> {
    return repeated(() => this.#store.pg.transaction((transaction) => work({ rows: (statement, values) => run(transaction, statement, values) })));
  }

  script<T>(work: (execute: (sql: string) => Promise<void>, transaction: Queryable) => Promise<T>): Promise<T> {
    return this.#store.pg.transaction((transaction) =>
      work(
        async (sql) => {
          await transaction.exec(sql);
        },
        { rows: (statement, values) => run(transaction, statement, values) },
      ),
    );
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

async function run<Row>(target: PGlite | Transaction, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
  const result = await target.query<Row>(statement.sql, values as unknown[], OPTIONS);
  return result.rows;
}
