import { runChild } from './child.js';
import type { LoadJob, LoadResult } from './load.js';
import type { PaidupStore } from './store.js';
import { EVENTS_PER_BULK_CALL, type Target, type Workload } from './workload.js';

const CONNECTIONS: Record<Workload, number> = { state: 64, check: 64, keyed: 64, event: 64, consume: 64, hot: 64, mixed: 64, bulk: 16, call: 16, list: 4, search: 4 };
const EVENTS: Record<Workload, number> = { state: 0, check: 0, keyed: 0, event: 1, consume: 1, hot: 1, mixed: 0, bulk: EVENTS_PER_BULK_CALL, call: EVENTS_PER_BULK_CALL, list: 0, search: 0 };
const WARM_UP_SHARE = 0.3;

/** Gives how many a second. */
export type Side = (seconds: number) => Promise<number>;

/** Requests a second, or events for workloads that send them. */
export function loading(target: Target, workload: Workload): Side {
  return async (seconds) => (await load({ target, workload, seconds })).perSecond * Math.max(1, EVENTS[workload]);
}

/** As `loading`, and remembers what the store has acknowledged. */
export function loadingStore(store: PaidupStore, workload: Exclude<Workload, 'mixed'>): Side {
  return async (seconds) => {
    const result = await load({ target: store.target, workload, seconds });
    store.acknowledged += result.answered * EVENTS[workload];
    return result.perSecond * Math.max(1, EVENTS[workload]);
  };
}

/** One run of the load in a process of its own. */
export function load(job: { target: Target; workload: Workload; seconds: number; requests?: number }): Promise<LoadResult> {
  const input: LoadJob = { ...job, connections: CONNECTIONS[job.workload], warmUpSeconds: job.requests === undefined ? job.seconds * WARM_UP_SHARE : 0 };
  return runChild<LoadResult>({ script: 'load.ts', core: 'load', input });
}

/** Both sides twice, half the time each, mirrored: a machine that grows slower or faster meanwhile favours neither. */
export async function compare(seconds: number, ours: Side, theirs: Side): Promise<{ ours: number; theirs: number }> {
  const half = seconds / 2;
  const rates = { ours: 0, theirs: 0 };
  rates.ours += await ours(half);
  rates.theirs += await theirs(half);
  rates.theirs += await theirs(half);
  rates.ours += await ours(half);
  return { ours: rates.ours / 2, theirs: rates.theirs / 2 };
}
