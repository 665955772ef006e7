import { Overloaded } from '../store/batcher.js';

/** How many may wait for one customer; more are told to come again. */
const MAX_WAITING = 5_000;

/**
 * Lets commands on one customer go one after the other inside this process. They would wait for each other at the customer's
 * row all the same; but there each of them would hold a connection that another customer needs. Correctness never depends on it.
 */
export class Turns {
  readonly #queues = new Map<string, { last: Promise<unknown>; waiting: number }>();

  /** Runs `work` when what came before it for the same customer has ended, however it ended. @throws Overloaded when too many wait. */
  async take<Result>(customerId: string, work: () => Promise<Result>): Promise<Result> {
    const queue = this.#queues.get(customerId) ?? { last: Promise.resolve(), waiting: 0 };
    if (queue.waiting >= MAX_WAITING) throw new Overloaded('too many commands wait for one customer');
    this.#queues.set(customerId, queue);
    queue.waiting += 1;
    const turn = queue.last.then(work);
    queue.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      queue.waiting -= 1;
      if (queue.waiting === 0) this.#queues.delete(customerId);
    }
  }
}
