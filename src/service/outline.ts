import { instant, type Instant } from '../core/instant.js';
import { NO_OUTLINE, outlineOf, type Outline } from '../core/outline.js';
import { shareCatalog } from '../store/catalog.js';
import type { Queryable } from '../store/database.js';
import { awaitStaleOutline, countStaleOutlines, hasStaleOutlines, lockStaleOutlines, postponeOutlines, replaceOutlines, type StaleOutline } from '../store/outline.js';
import { selectStates, type StateAnswer } from '../store/state.js';
import { withPlans } from './catalog-cache.js';
import type { Engine } from './engine.js';
import { factsOf } from './facts.js';

/** How many customers one transaction outlines: whoever changes one of them meanwhile waits for it. */
const CUSTOMERS_PER_ROUND = 100;

/** How many a read brings up to date by itself; of more it tells that it is behind. */
const CUSTOMERS_PER_READ = 2_000;

/** When a customer that could not be outlined is tried again. */
const RETRY_MS = 60_000;

/** Told of a customer that cannot be outlined: its facts do not make a state. Its last outline stands until it is tried again. */
export type OutlineFailure = (customerId: string, error: unknown) => void;

/**
 * Outlines anew some customers whose outline does not hold any more. Their rows in customer_outlines are locked before
 * their facts are read: what is changed later finds them, and says so again. Tells how many there were. One that cannot be
 * outlined keeps no other waiting.
 */
export async function refreshOutlines(engine: Engine, onFailure: OutlineFailure = () => undefined): Promise<number> {
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
    const made: Array<StaleOutline & { readonly outline: Outline }> = [];
    const failed: string[] = [];
    for (const [index, row] of stale.entries()) {
      try {
        made.push({ ...row, outline: await outlined(engine, transaction, { answer: answers[index], at }) });
      } catch (error) {
        onFailure(row.customerId, error);
        failed.push(row.customerId);
      }
    }
    await replaceOutlines(transaction, made);
    await postponeOutlines(transaction, failed, instant(at + RETRY_MS));
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
