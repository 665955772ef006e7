import { selectStoreFact, setStoreFact } from '../store/store-fact.js';
import type { Engine } from './engine.js';
import { verifyStore } from './verify.js';

const FACT = 'projections';
/** Counts up when what facts fold to is kept in another form. */
const VERSION = '4';

/**
 * Derives what is kept of every customer anew from its facts, once after an update that keeps it in another form. Tells
 * how many customers it was; 0 when nothing had to be done.
 */
export async function ensureProjections(engine: Engine): Promise<number> {
  if ((await selectStoreFact(engine.database, FACT)) === VERSION) return 0;
  const { customers } = await verifyStore(engine, { isRepair: true });
  await setStoreFact(engine.database, FACT, VERSION);
  return customers;
}
