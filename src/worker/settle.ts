import type { Engine } from '../service/engine.js';
import { settleOpenPayments } from '../service/payment.js';
import { REST_MS, startLoop, type Worker, type WorkerLog } from './loop.js';

/** How long a payment is left to whoever asked for it, and the longest rest between two tries. */
const FIRST_TRY_MS = 5_000;
const LONGEST_REST_MS = 300_000;

/** When a payment that is open is asked about next; by the real clock, for it is the provider that answers. */
interface Patience {
  readonly nextAt: number;
  readonly restMs: number;
}

/**
 * Asks the provider again about payments that stayed open: a crash or lost answers kept their result from us. Each is
 * asked by its own key, so that any number of processes may do it and money moves once.
 */
export function startSettling(engine: Engine, log: WorkerLog, timing: { restMs?: number; firstTryMs?: number } = {}): Worker {
  const { restMs = REST_MS, firstTryMs = FIRST_TRY_MS } = timing;
  let patience = new Map<string, Patience>();
  const round = async (): Promise<void> => {
    const now = Date.now();
    const seen = new Map<string, Patience>();
    try {
      const { settled, failures } = await settleOpenPayments(engine, ({ id }) => {
        const known = patience.get(id) ?? { nextAt: now + firstTryMs, restMs: firstTryMs };
        const isTried = now >= known.nextAt && !engine.charges.isRunning(id);
        const rest = Math.min(known.restMs * 2, LONGEST_REST_MS);
        seen.set(id, isTried ? { nextAt: now + rest, restMs: rest } : known);
        return isTried;
      });
      patience = seen;
      for (const failure of failures) log.error({ err: failure }, 'a payment could not be settled; it is asked about again later');
      if (settled > 0) log.info({ settled }, 'payments settled that had stayed open');
    } catch (error) {
      // Weather: the store is away. The loop goes on.
      log.error({ err: error }, 'the worker could not look for open payments; it tries again');
    }
  };
  return startLoop(round, restMs);
}
