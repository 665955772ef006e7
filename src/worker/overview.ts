import type { Engine } from '../service/engine.js';
import { refreshOutlines } from '../service/outline.js';
import { refreshUsageTotals } from '../service/usage-total.js';
import { REST_MS, startLoop, type Worker, type WorkerLog } from './loop.js';

/** Keeps outlines and usage totals up to date, so that lists and sums over all customers find little to do. */
export function startOverview(engine: Engine, log: WorkerLog, restMs: number = REST_MS): Worker {
  return startLoop(() => round(engine, log), restMs);
}

async function round(engine: Engine, log: WorkerLog): Promise<void> {
  try {
    while ((await refreshOutlines(engine)) > 0);
    while (await refreshUsageTotals(engine));
  } catch (error) {
    log.error({ err: error }, 'lists and sums over all customers could not be brought up to date; the next round tries again');
  }
}
