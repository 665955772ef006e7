import type { Engine } from '../service/engine.js';
import { refreshOutlines, type OutlineFailure } from '../service/outline.js';
import { refreshUsageTotals } from '../service/usage-total.js';
import { REST_MS, startLoop, type Worker, type WorkerLog } from './loop.js';

/** Keeps outlines and usage totals up to date, so that lists and sums over all customers find little to do. */
export function startOverview(engine: Engine, log: WorkerLog, restMs: number = REST_MS): Worker {
  const totals = { restUntil: 0 };
  return startLoop((isStopping) => round(engine, log, { totals, isStopping }), restMs);
}

/** A quarter of an hour is counted anew as long as events come for it: of a busy one that takes no more than a tenth of the time. */
const REST_PER_WORK = 9;

async function round(engine: Engine, log: WorkerLog, { totals, isStopping }: { totals: { restUntil: number }; isStopping: () => boolean }): Promise<void> {
  try {
    const failed: OutlineFailure = (customer, error) => log.error({ err: error, customer }, 'a customer could not be outlined: lists and sums show it as it was; it is tried again in a minute');
    while (!isStopping() && (await refreshOutlines(engine, failed)) > 0);
    const began = performance.now();
    if (began < totals.restUntil) return;
    while (!isStopping() && (await refreshUsageTotals(engine)));
    const ended = performance.now();
    totals.restUntil = ended + REST_PER_WORK * (ended - began);
  } catch (error) {
    log.error({ err: error }, 'lists and sums over all customers could not be brought up to date; the next round tries again');
  }
}
