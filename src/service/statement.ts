import { parseCurrency } from '../core/currency.js';
import { FOREVER, type Instant } from '../core/instant.js';
import { invalidInput } from '../core/problems.js';
import { statementOf, type Statement, type StatementFilter } from '../core/statement.js';
import { selectTransactions } from '../store/ledger.js';
import type { Engine } from './engine.js';
import { readState } from './state.js';

/** The movements of one of the customer's wallets: in its own currency, of all time, unless asked otherwise. @throws Refusal `not_found`, `invalid_request`. */
export async function readStatement(engine: Engine, name: string, asked: Omit<StatementFilter, 'currency' | 'from' | 'to'> & { currency?: string | undefined; from?: Instant | undefined; to?: Instant | undefined }): Promise<Statement> {
  const { customer } = await readState(engine, name);
  const { currency: code, from, to, ...filter } = asked;
  const currency = code === undefined ? customer.currency : parseCurrency(code);
  if (currency === undefined) throw invalidInput([{ pointer: 'querystring:/currency', detail: `"${code}" is not an ISO 4217 currency` }]);
  const transactions = await selectTransactions(engine.database, customer.id);
  return statementOf(transactions.map(({ transaction }) => transaction), { ...filter, currency, from: from ?? (0 as Instant), to: to ?? FOREVER });
}
