import { selectTransactions, type StoredTransaction } from '../store/ledger.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';

/** The customer's ledger, oldest first. @throws Refusal `not_found`. */
export async function readLedger(engine: Engine, name: string): Promise<StoredTransaction[]> {
  return selectTransactions(engine.database, await findCustomerId(engine, name));
}
