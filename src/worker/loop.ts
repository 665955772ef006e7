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
export const REST_MS = 1_000;

/** Runs `round` again and again with a rest between. It must not throw; one that may take long should ask whether it is to stop. */
export function startLoop(round: (isStopping: () => boolean) => Promise<void>, restMs: number): Worker {
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
      await round(() => isStopped);
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

