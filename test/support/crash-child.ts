import { instant } from '../../src/core/instant.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { ingestEvents } from '../../src/service/event.js';
import { openEngine } from '../../src/service/open.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { migrate } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';

/**
 * A process that is there to be killed. It opens the store named by its first argument (an address of PostgreSQL, or a
 * folder), sends events of the customers and ids named by the second, and writes one line for every answer:
 * `answered <customer> <id> <status>`; `error <name> <code>` for a call that failed; `done` when it has sent all.
 */
export interface CrashPlan {
  /** Names the calls of this process. */
  readonly seed: number;
  readonly customers: readonly string[];
  /** Ids are `prefix` and a number from 0 to `ids`. */
  readonly prefix: string;
  readonly ids: number;
  readonly calls: number;
  readonly concurrency: number;
  readonly maxBatch: number;
  /** Moments of events: from here, by id. */
  readonly from: number;
  /** Waits for a line on stdin before it starts to send. */
  readonly isHeld: boolean;
}

/** A number that follows from `seed` and `step` alone, from 0 to 1. */
export function chance(seed: number, step: number): number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(step + 1, 0x85ebca6b)) >>> 0;
  state = Math.imul(state ^ (state >>> 16), 0x7feb352d) >>> 0;
  state = Math.imul(state ^ (state >>> 15), 0x846ca68b) >>> 0;
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 32;
}

async function main(store: string, plan: CrashPlan): Promise<void> {
  const database = store.startsWith('postgres:') ? await openPostgres(store) : await openEmbeddedDatabase(store);
  await migrate(database);
  const engine = await openEngine({ database, provider: sandboxProvider, clock: { now: () => instant(plan.from + 86_400_000 * 90) } });
  process.stdout.write('ready\n');
  if (plan.isHeld) {
    await new Promise((resolve) => {
      process.stdin.once('data', resolve);
    });
  }
  let step = 0;
  const draw = (below: number): number => Math.floor(chance(plan.seed, (step += 1)) * below);
  const call = async (): Promise<void> => {
    const events = Array.from({ length: 1 + draw(plan.maxBatch) }, () => {
      const customer = chance(plan.seed, (step += 1)) < 0.5 ? plan.customers[0] : plan.customers[draw(plan.customers.length)];
      const id = draw(plan.ids);
      return {
        id: `${plan.prefix}${id}`, customer, name: 'call', timestamp: new Date(plan.from + id * 600_000).toISOString(),
        properties: { units: String((id % 7) + 1), user: `user-${id % 50}`, region: id % 3 === 0 ? 'eu' : 'us' },
      };
    });
    try {
      const outcomes = await ingestEvents(engine, events);
      process.stdout.write(outcomes.map((outcome, index) => `answered ${events[index]?.customer} ${outcome.id} ${outcome.status}\n`).join(''));
    } catch (error) {
      process.stdout.write(`error ${(error as Error).name} ${(error as { code?: string }).code ?? ''} ${(error as Error).message.replaceAll('\n', ' ')}\n`);
    }
  };
  let left = plan.calls;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: plan.concurrency }, worker));
  process.stdout.write('done\n');
  await engine.database.close();
  process.exit(0);
}

const [store, plan] = process.argv.slice(2);
if (store !== undefined && plan !== undefined && /crash-child\.ts$/.test(process.argv[1] ?? '')) await main(store, JSON.parse(plan) as CrashPlan);
