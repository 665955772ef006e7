import { setTimeout as rest } from 'node:timers/promises';
import { Refusal } from '../core/problems.js';
import type { Engine } from './engine.js';

/** What is waited for, and how long at most. */
export interface RevisionWait {
  readonly revision: number;
  readonly waitMs: number;
  /** Ends the wait: nobody is there any more to be told, or the server stops. */
  readonly signal: AbortSignal;
}

/** How often is looked for what another process did; a commit of this one is seen at once. */
const GLANCE_MS = 250;
/** Between two looks: a busy process commits all the time. */
const REST_MS = 20;

/**
 * Resolves when the customer's last change is the one of this number, or a later one. All who wait are looked after by
 * one gathered statement at a time.
 * @throws Refusal `not_found`; `revision_not_reached` when the time is over.
 */
export async function waitForRevision(engine: Engine, customerId: string, wait: RevisionWait): Promise<void> {
  const endsAt = performance.now() + wait.waitMs;
  for (;;) {
    const seen = engine.commits.count;
    const [revision] = await engine.revisions.submit([customerId]);
    if (revision === undefined) throw new Refusal('not_found', 'There is no such customer.');
    if (revision >= wait.revision) return;
    const leftMs = endsAt - performance.now();
    if (leftMs <= 0 || wait.signal.aborted) throw notReached(wait.revision, revision);
    await engine.commits.after(seen, Math.min(GLANCE_MS, leftMs), wait.signal);
    await rest(Math.min(REST_MS, leftMs));
  }
}

function notReached(asked: number, present: number): Refusal {
  const detail = `is above ${present}, the number of the customer's last change`;
  return new Refusal('revision_not_reached', `The customer's last change is number ${present}; number ${asked} did not come in time.`, [{ pointer: 'querystring:/min_revision', detail }]);
}
