import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, InstantInput } from './money.js';
import type { PageQuery } from './page.js';

/** One movement of a wallet. Amounts are major units of the statement's currency. */
export interface StatementRow {
  id: string;
  date: Instant;
  kind: string;
  description: string;
  /** Code of the price by which it was bought. */
  service: string | null;
  quantity: Decimal | null;
  unit: string | null;
  participant: string | null;
  reason: string | null;
  credit: Decimal;
  debit: Decimal;
  /** Of the wallet after it, whatever rows a filter leaves out. */
  balance: Decimal;
}

/** opening_balance + credits - debits = closing_balance, over the whole time asked for. */
export interface Statement {
  currency: string;
  opening_balance: Decimal;
  closing_balance: Decimal;
  credits: Decimal;
  debits: Decimal;
  data: StatementRow[];
  next_cursor: string | null;
}

export interface StatementQuery extends PageQuery {
  /** ISO 4217; the customer's own unless told. */
  currency?: string | undefined;
  from?: InstantInput | undefined;
  /** The moment after the last. */
  to?: InstantInput | undefined;
  kind?: string | undefined;
  direction?: 'credit' | 'debit' | undefined;
  participant?: string | undefined;
  service?: string | undefined;
}

export interface StatementOperations {
  /** A page of the movements of one wallet, oldest first. Problems: `invalid_request`, `not_found`. */
  readStatement(customer: string, query?: StatementQuery, options?: CallOptions): Promise<Statement>;
  /** The whole statement as a file, its bytes. Problems: `invalid_request`, `not_found`. */
  getStatementFile(customer: string, format: 'csv' | 'xlsx', query?: Omit<StatementQuery, 'limit' | 'cursor'>, options?: CallOptions): Promise<Uint8Array>;
}

const FILE_TYPES = { csv: 'text/csv', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' } as const;

export function statementOperations(call: Call): StatementOperations {
  return {
    readStatement: (customer, query, options) => call({ method: 'GET', path: ['v1', 'customers', customer, 'statement'], query: { ...query }, options }),
    getStatementFile: (customer, format, query, options) => call({ method: 'GET', path: ['v1', 'customers', customer, `statement.${format}`], query: { ...query }, answer: FILE_TYPES[format], options }),
  };
}
