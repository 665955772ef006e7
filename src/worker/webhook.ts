import type { Engine } from '../service/engine.js';
import { pruneLog } from '../service/webhook-delivery.js';
import { WebhookSender, type BodyOf } from '../service/webhook-task.js';
import { startLoop, type Worker, type WorkerLog } from './loop.js';

/** How long the worker rests between two looks. */
const REST_MS = 250;
/** How many customers of one endpoint are told at a time; one while it fails, so that it costs little to find out. */
const LANES = 8;
const LANES_WHILE_FAILING = 1;
const PRUNE_EVERY_MS = 3_600_000;

/** What one endpoint has under way in this process. */
interface Traffic {
  lanes: number;
  isFailing: boolean;
}

/**
 * Tells webhook endpoints what happened. Each endpoint has lanes of its own, so that one that is slow or dead holds up
 * no other; what is under way when the worker is stopped is broken off and sent again by whoever comes next.
 */
export function startWebhooks(engine: Engine, log: WorkerLog, { bodyOf, restMs = REST_MS }: { bodyOf: BodyOf; restMs?: number }): Worker {
  const dispatch = new Dispatch(new WebhookSender(engine, bodyOf), log);
  let prunedAt = -Infinity;
  const round = async (): Promise<void> => {
    try {
      await dispatch.round();
      if (performance.now() - prunedAt < PRUNE_EVERY_MS) return;
      prunedAt = performance.now();
      await pruneLog(engine);
    } catch (error) {
      // Weather: the store is away. The loop goes on.
      log.error({ err: error }, 'the worker could not look for webhooks to send; it tries again');
    }
  };
  const loop = startLoop(round, restMs);
  return {
    stop: async () => {
      const stopped = loop.stop();
      dispatch.stop();
      await stopped;
      await dispatch.idle();
    },
  };
}

class Dispatch {
  readonly #sender: WebhookSender;
  readonly #log: WorkerLog;
  readonly #stopping = new AbortController();
  readonly #traffic = new Map<string, Traffic>();
  readonly #running = new Set<Promise<void>>();

  constructor(sender: WebhookSender, log: WorkerLog) {
    this.#sender = sender;
    this.#log = log;
  }

  /** Opens lanes for the endpoints that have something due, and does not wait for them. */
  async round(): Promise<void> {
    for (const id of await this.#sender.dueEndpoints()) {
      if (this.#stopping.signal.aborted) return;
      const traffic = this.#traffic.get(id) ?? { lanes: 0, isFailing: false };
      this.#traffic.set(id, traffic);
      this.#open(id, traffic);
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #open(id: string, traffic: Traffic): void {
    if (traffic.lanes >= (traffic.isFailing ? LANES_WHILE_FAILING : LANES)) return;
    traffic.lanes += 1;
    const lane = this.#drive(id, traffic).finally(() => {
      traffic.lanes -= 1;
      this.#running.delete(lane);
      if (traffic.lanes === 0 && !traffic.isFailing) this.#traffic.delete(id);
    });
    this.#running.add(lane);
  }

  /** One task after the other until none is due; whoever finds one lets another lane look for more. */
  async #drive(id: string, traffic: Traffic): Promise<void> {
    const { signal } = this.#stopping;
    try {
      while (!signal.aborted) {
        const task = await this.#sender.claim(id);
        if (task === undefined) return;
        this.#open(id, traffic);
        const outcome = await this.#sender.tell(task, signal);
        if (outcome.type === 'stopped') return;
        if (outcome.type === 'disabled') this.#log.error({ endpoint: id, reason: outcome.reason }, 'a webhook endpoint was switched off');
        traffic.isFailing = outcome.type === 'failed';
        if (traffic.isFailing && traffic.lanes > LANES_WHILE_FAILING) return;
      }
    } catch (error) {
      this.#log.error({ err: error, endpoint: id }, 'a webhook could not be worked on; it is tried again');
      traffic.isFailing = true;
    }
  }
}
