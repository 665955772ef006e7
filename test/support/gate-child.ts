import { createInterface } from 'node:readline';
import { buildApp } from '../../src/http/app.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { openEngine } from '../../src/service/open.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { openPostgres } from '../../src/store/postgres.js';
import { TestClock } from './app.js';
import { at } from './core.js';
import { chance } from './crash-child.js';

/** What a child is told to do, as JSON in its arguments. */
export type GateChildPlan =
  /** Waits for a line of calls, sends all of them at the same moment, and ends. */
  | { readonly type: 'burst' }
  /** Sends consumes, holds and settlements of these customers until it is killed. */
  | { readonly type: 'endless'; readonly seed: number; readonly customers: readonly string[]; readonly ids: number };

export interface GateCall {
  /** Behind the customer's address: `consume`, `holds`. */
  readonly path: string;
  readonly customer: string;
  readonly body: object;
  /** Sent as idempotency key. */
  readonly key?: string;
}

/** One line that a child writes: what it asked and what it was answered. */
export interface GateLine {
  readonly call: GateCall;
  readonly status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every shape
  readonly answer: any;
}

/** At work at once, of a child that has no end. */
const WORKERS = 8;

/**
 * A process of its own over the store named by its first argument (an address of PostgreSQL, or a folder), with the API
 * key given by PAIDUP_TEST_KEY, at the moment named by the third. Writes `ready`, then a GateLine for every answer.
 */
async function main(store: string, plan: GateChildPlan, moment: string): Promise<void> {
  const database = store.startsWith('postgres:') ? await openPostgres(store) : await openEmbeddedDatabase(store);
  const app = await buildApp({ engine: await openEngine({ database, provider: sandboxProvider, clock: new TestClock(at(moment)) }) });
  const authorization = `Bearer ${process.env['PAIDUP_TEST_KEY'] ?? ''}`;
  const send = async (call: GateCall): Promise<GateLine> => {
    const headers = { authorization, ...(call.key === undefined ? {} : { 'idempotency-key': call.key }) };
    const response = await app.inject({ method: 'POST', url: `/v1/customers/${call.customer}/${call.path}`, headers, payload: call.body });
    // A store that is overloaded says so and has done nothing.
    if (response.statusCode === 503) return send(call);
    const line: GateLine = { call, status: response.statusCode, answer: response.json() };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    return line;
  };
  process.stdout.write('ready\n');
  if (plan.type === 'endless') return endless(plan, send);
  for await (const line of createInterface({ input: process.stdin })) {
    await Promise.all((JSON.parse(line) as GateCall[]).map(send));
    break;
  }
  await app.close();
  await database.close();
  process.exit(0);
}

async function endless({ seed, customers, ids }: Extract<GateChildPlan, { type: 'endless' }>, send: (call: GateCall) => Promise<GateLine>): Promise<void> {
  let step = 0;
  const draw = (below: number): number => Math.floor(chance(seed, (step += 1)) * below);
  const worker = async (): Promise<void> => {
    for (;;) {
      const customer = customers[draw(customers.length)] as string;
      const feature = 'calls';
      if (draw(4) > 0) {
        const id = draw(ids);
        await send({ customer, path: 'consume', body: { id: `c-${id}`, feature, quantity: String(1 + (id % 3)), remedies: false } });
        continue;
      }
      const key = `h-${seed}-${step}`;
      const { answer } = await send({ customer, path: 'holds', key, body: { feature, quantity: String(1 + draw(4)), expires_in: 3600 } });
      if (answer.allowed === true && draw(3) > 0) await send({ customer, path: `holds/${String(answer.id)}/settle`, key: `s-${key}`, body: {} });
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

const [store, plan, moment] = process.argv.slice(2);
if (store !== undefined && plan !== undefined && moment !== undefined && /gate-child\.ts$/.test(process.argv[1] ?? '')) await main(store, JSON.parse(plan) as GateChildPlan, moment);
