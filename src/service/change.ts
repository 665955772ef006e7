import { changesOf, type Change, type ChangeFact } from '../core/change.js';
import { Refusal } from '../core/problems.js';
import { selectChangeFacts } from '../store/change.js';
import { selectCustomer } from '../store/customer.js';
import type { Queryable } from '../store/database.js';
import type { Engine } from './engine.js';

/** Facts that one read takes: some hundred changes. */
const FACTS_PER_READ = 500;

/** What happened in the revisions from one asked for up to `upTo` (in), whole revisions only. */
export interface ChangeRange {
  readonly changes: readonly Change[];
  readonly upTo: number;
}

/** What happened to the customer after a revision, from the facts: up to `upTo`, or as far as one read goes. */
export async function loadChanges(queryable: Queryable, asked: { customerId: string; after: number; upTo: number }): Promise<ChangeRange> {
  const { facts, upTo } = await loadFacts(queryable, asked);
  return { changes: changesOf({ after: asked.after, upTo, facts }), upTo };
}

async function loadFacts(queryable: Queryable, asked: { customerId: string; after: number; upTo: number }): Promise<{ facts: ChangeFact[]; upTo: number }> {
  if (asked.upTo <= asked.after) return { facts: [], upTo: asked.after };
  const facts = await selectChangeFacts(queryable, { ...asked, limit: FACTS_PER_READ });
  const last = facts.at(-1)?.revision;
  if (facts.length < FACTS_PER_READ || last === undefined) return { facts, upTo: asked.upTo };
  // The last revision may have been cut; one that has more facts than a read takes is read whole.
  const whole = facts.filter(({ revision }) => revision < last);
  if (whole.length > 0) return { facts: whole, upTo: last - 1 };
  return { facts: await selectChangeFacts(queryable, { ...asked, upTo: last, limit: null }), upTo: last };
}

/** A part of what happened to a customer. */
export interface ChangePage {
  readonly changes: readonly Change[];
  /** The number of the customer's last change. */
  readonly revision: number;
  /** From where to ask for more; null when this was all. */
  readonly nextAfter: number | null;
}

/** What happened to the customer after a revision, oldest first: whole revisions, about `limit` changes. @throws Refusal `not_found`. */
export async function listChanges(engine: Engine, customerId: string, { after, limit }: { after: number; limit: number }): Promise<ChangePage> {
  const stored = await selectCustomer(engine.database, customerId);
  if (stored === undefined) throw new Refusal('not_found', 'There is no such customer.');
  const { changes, upTo } = await loadChanges(engine.database, { customerId, after, upTo: stored.revision });
  // As many whole revisions as fit, at the least one.
  const lastFitting = changes.length <= limit ? undefined : (changes.slice(0, limit).findLast(({ revision }) => revision !== changes[limit]?.revision)?.revision ?? changes[0]?.revision);
  const end = lastFitting ?? upTo;
  return { changes: changes.filter(({ revision }) => revision <= end), revision: stored.revision, nextAfter: end < stored.revision ? end : null };
}
