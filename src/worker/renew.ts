import { bookDueCustomers } from '../service/booking.js';
import type { Engine } from '../service/engine.js';
import { REST_MS, startLoop, type Worker, type WorkerLog } from './loop.js';

/** Writes down what falls due: invoices, what the wallet pays, and automatic top-ups that had to wait. */
export function startRenewals(engine: Engine, log: WorkerLog, restMs: number = REST_MS): Worker {
  return startLoop(() => round(engine, log), restMs);
}

async function round(engine: Engine, log: WorkerLog): Promise<void> {
  try {
    const issued = await bookDueCustomers(engine, (customer, error) => log.error({ err: error, customer }, 'what is due for a customer could not be written down; the next round tries again'));
    if (issued > 0) log.info({ issued }, 'invoices issued');
  } catch (error) {
    // Weather: the store is away. The loop goes on.
    log.error({ err: error }, 'the worker could not look for what is due; it tries again');
  }
}
