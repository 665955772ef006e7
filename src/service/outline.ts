import type { Instant } from '../core/instant.js';
import { NO_OUTLINE, outlineOf, type Outline } from '../core/outline.js';
import { shareCatalog } from '../store/catalog.js';
import type { Queryable } from '../store/database.js';
import { awaitStaleOutline, countStaleOutlines, hasStaleOutlines, lockStaleOutlines, replaceOutlines } from '../store/outline.js';
import { selectStates, type StateAnswer } from '../store/state.js';
import { withPlans } from './catalog-cache.js';
import type { Engine } from './engine.js';
import { factsOf } from './facts.js';

/** How many customers one transaction outlines: whoever changes one of them meanwhile waits for it. */
const CUSTOMERS_PER_ROUND = 100;

/** How many a read brings up to date by itself; of more it tells that it is behind. */
const CUSTOMERS_PER_READ = 2_000;

/**
 * Outlines anew some customers whose outline does not hold any more. Their rows in customer_outlines are locked before
 * their facts are read: what is changed later finds them, and says so again. Tells how many there were.
 */
export async function refreshOutlines(engine: Engine): Promise<number> {
  const at = engine.clock.now();
  return engine.database.transaction(async (transaction) => {
    // Nothing is locked, and so nothing written, where nothing is to be done: this is asked all the time.
    if (!(await hasStaleOutlines(transaction, at))) return 0;
    // Before any outline: whoever changes the catalog locks it before he ends outlines, and waits for those that are made by the former one.
    await shareCatalog(transaction);
    await engine.catalog.refresh(transaction);
    const stale = await lockStaleOutlines(transaction, at, CUSTOMERS_PER_ROUND);
    if (stale.length === 0) return 0;
    const answers = await selectStates(transaction, stale.map(({ customerId }) => ({ customerId, at, known: null })));
    const outlines = await Promise.all(stale.map(async (row, index) => ({ ...row, outline: await outlined(engine, transaction, { answer: answers[index], at }) })));
    await replaceOutlines(transaction, outlines);
    return stale.length;
  });
}

/** What is deleted has no outline. */
async function outlined(engine: Engine, transaction: Queryable, { answer, at }: { answer: StateAnswer | undefined; at: Instant }): Promise<Outline> {
  if (answer?.rows == null) return NO_OUTLINE;
  const { stored, windows } = answer.rows;
  const { standing, subscriptions } = await withPlans(engine, transaction, (planOf) => engine.standings.resolve(stored.customer.id, stored.standingText, planOf));
  return outlineOf(factsOf({ stored, standing, subscriptions, windows }), at);
}

/**
 * Brings outlines up to date before they are read, and tells of how many customers they do not hold all the same: none,
 * unless a great many have changed at once. What others are at work on it passes over, and waits for with nothing in its
 * hands.
 */
export async function freshOutlines(engine: Engine): Promise<number> {
  for (let done = 0; done < CUSTOMERS_PER_READ; done += CUSTOMERS_PER_ROUND) {
    if ((await refreshOutlines(engine)) === CUSTOMERS_PER_ROUND) continue;
    const at = engine.clock.now();
    if (!(await hasStaleOutlines(engine.database, at))) return 0;
    await engine.database.transaction((transaction) => awaitStaleOutline(transaction, at));
  }
  return countStaleOutlines(engine.database, engine.clock.now());
}
