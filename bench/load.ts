import { Connection } from './connection.js';
import { childInput, tell } from './tell.js';
import { requestsOf, type Target, type Workload } from './workload.js';

/** Asks until a time or a number of requests has passed. */
export interface LoadJob {
  readonly target: Target;
  readonly workload: Workload;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** In place of `seconds`. */
  readonly requests?: number;
}

export interface LoadResult {
  /** Requests answered per second, warm-up left out. */
  readonly perSecond: number;
  /** All that were answered, warm-up and the last ones under way too. */
  readonly answered: number;
}

tell(await load(childInput<LoadJob>()));
process.disconnect();

/** @throws when any answer is not a 200: a number over failures would say nothing. */
async function load(job: LoadJob): Promise<LoadResult> {
  const next = requestsOf(job.workload, job.target);
  const startedAt = performance.now() + job.warmUpSeconds * 1000;
  const endsAt = job.requests === undefined ? startedAt + job.seconds * 1000 : Infinity;
  let answered = 0;
  let before = 0;
  let within = 0;
  await new Promise<void>((resolve, reject) => {
    let open = job.connections;
    const work = (): void => {
      const connection = new Connection(
        job.target.url,
        (status, start) => {
          if (status !== 200) return reject(new Error(`${job.workload}: ${start}`));
          const now = performance.now();
          answered += 1;
          if (now < startedAt) before = answered;
          else if (now < endsAt) within = answered - before;
          if (now < endsAt && answered < (job.requests ?? Infinity)) return connection.send(next());
          connection.close();
          open -= 1;
          if (open === 0) resolve();
        },
        reject,
      );
      connection.send(next());
    };
    for (let made = 0; made < job.connections; made += 1) work();
  });
  const seconds = (Math.min(performance.now(), endsAt) - startedAt) / 1000;
  return { perSecond: within / seconds, answered };
}
