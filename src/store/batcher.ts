/** More work waits than may: the caller should come again later. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

export interface BatcherOptions<Item, Result> {
  /** How many batches may be under way at once. */
  readonly lanes: number;
  /** A batch takes whole jobs until it holds this many items. */
  readonly maxItems: number;
  /** Items that may wait; a job that would not fit is refused. */
  readonly maxWaiting: number;
  /** Answers a batch: one result per item, in order. */
  readonly perform: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** True for failures that are not an item's fault: the whole batch is told, and nobody is tried alone. */
  readonly isWeather: (error: unknown) => boolean;
}

interface Job<Item, Result> {
  readonly items: readonly Item[];
  readonly resolve: (results: readonly Result[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers what arrives while earlier batches are under way and performs it together. There is no timer: work that
 * finds a free lane goes in the same turn of the event loop. When a batch fails, its jobs are tried again in halves,
 * so that one that cannot be done fails alone.
 */
export class Batcher<Item, Result> {
  readonly #options: BatcherOptions<Item, Result>;
  #waiting: Job<Item, Result>[] = [];
  #waitingItems = 0;
  #busy = 0;
  #isScheduled = false;
  #onIdle: (() => void)[] = [];

  constructor(options: BatcherOptions<Item, Result>) {
    this.#options = options;
  }

  get waitingItems(): number {
    return this.#waitingItems;
  }

  /** The results of `items`, in order. @throws Overloaded when too much is waiting already. */
  submit(items: readonly Item[]): Promise<readonly Result[]> {
    if (items.length === 0) return Promise.resolve([]);
    if (this.#waitingItems > 0 && this.#waitingItems + items.length > this.#options.maxWaiting) {
      return Promise.reject(new Overloaded('too much work is waiting'));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      this.#waitingItems += items.length;
      this.#schedule();
    });
  }

  /** Resolves when nothing waits and nothing is under way. */
  drain(): Promise<void> {
    if (this.#busy === 0 && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
    });
  }

  /** What arrives in one turn of the event loop goes together. */
  #schedule(): void {
    if (this.#isScheduled || this.#busy >= this.#options.lanes) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  #start(): void {
    while (this.#busy < this.#options.lanes && this.#waiting.length > 0) {
      const jobs = this.#take();
      this.#busy += 1;
      void this.#settle(jobs).finally(() => {
        this.#busy -= 1;
        this.#start();
        if (this.#busy === 0 && this.#waiting.length === 0) for (const tell of this.#onIdle.splice(0)) tell();
      });
    }
  }

  #take(): Job<Item, Result>[] {
    let taken = 0;
    let count = 0;
    for (const job of this.#waiting) {
      if (taken > 0 && count + job.items.length > this.#options.maxItems) break;
      count += job.items.length;
      taken += 1;
    }
    this.#waitingItems -= count;
    return this.#waiting.splice(0, taken);
  }

  async #settle(jobs: Job<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.perform(jobs.flatMap((job) => job.items));
      let from = 0;
      for (const job of jobs) {
        job.resolve(results.slice(from, from + job.items.length));
        from += job.items.length;
      }
    } catch (error) {
      if (jobs.length === 1 || this.#options.isWeather(error)) {
        for (const job of jobs) job.reject(error);
        return;
      }
      const half = Math.ceil(jobs.length / 2);
      await this.#settle(jobs.slice(0, half));
      await this.#settle(jobs.slice(half));
    }
  }
}
