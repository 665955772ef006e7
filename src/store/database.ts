import type { Statement } from './statement.js';

/** What runs statements: a whole store, or one transaction of it. Values and columns travel as text where JS has no such type. */
export interface Queryable {
  rows<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]>;
}

/** What one kind of store lacks or does best. Nothing above the store reads it. */
export interface Profile {
  readonly name: 'embedded' | 'postgres';
  /** How many batches may be under way at once. */
  readonly lanes: number;
}

/** A store: PGlite in process or PostgreSQL elsewhere, behind the same few verbs. */
export interface Database extends Queryable {
  readonly profile: Profile;
  /** Runs `work` in one transaction; commits when it resolves. Deadlocks and lost races are run again. */
  transaction<T>(work: (transaction: Queryable) => Promise<T>): Promise<T>;
  /** Runs several statements without parameters; for migrations, inside `work` of a transaction of its own. */
  script<T>(work: (run: (sql: string) => Promise<void>, transaction: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The store cannot be reached or has gone away: weather, not a bug. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/**
 * Settings of every session. All our statements look rows up by key, so the planner must not be led by the
 * statistics of a table that was empty a moment ago into reading all of it.
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  search_path: 'paidup',
  timezone: 'UTC',
  jit: 'off',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
};

/** SQLSTATEs after which the same transaction may succeed: serialization failure, deadlock. */
const WORTH_REPEATING = new Set(['40001', '40P01']);
const MAX_ATTEMPTS = 5;

/** Runs `attempt` again while it fails for a reason that another try may not meet. */
export async function repeated<T>(attempt: () => Promise<T>): Promise<T> {
  for (let made = 1; ; made += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (made >= MAX_ATTEMPTS || !WORTH_REPEATING.has(sqlState(error) ?? '')) throw error;
    }
  }
}

/** The five-character SQLSTATE of a database error, or undefined for any other. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}
