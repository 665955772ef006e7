import { bookDueCustomers } from '../service/booking.js';
import type { Engine } from '../service/engine.js';

/** What the worker tells of its work. */
export interface WorkerLog {
  info(facts: object, text: string): void;
  error(facts: object, text: string): void;
}

/** A loop that runs until it is stopped. */
export interface Worker {
  /** Resolves when the round under way has ended. */
  stop(): Promise<void>;
}

/** How long the worker rests between two looks. */
const REST_MS = 1_000;

/** Writes invoices down as they fall due. */
export function startRenewals(engine: Engine, log: WorkerLog, restMs: number = REST_MS): Worker {
  let isStopped = false;
  let wake: () => void = () => undefined;
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, restMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async (): Promise<void> => {
    while (!isStopped) {
      await round(engine, log);
      // Stopped during the round: there is nothing to rest for. The linter does not see the change.
      if (!(isStopped as boolean)) await rest();
    }
  };
  const running = run();
  return {
    stop: async () => {
      isStopped = true;
      wake();
      await running;
    },
  };
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
