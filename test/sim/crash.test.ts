import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { putMeter, putPlan } from '../../src/service/catalog.js';
import { createCustomer, findCustomerId } from '../../src/service/customer.js';
import { inUnit, type Engine } from '../../src/service/engine.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { subscribe } from '../../src/service/subscribe.js';
import { verifyStore } from '../../src/service/verify.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { selectEvents } from '../../src/store/event.js';
import { migrate } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { selectCustomerWindows } from '../../src/store/window.js';
import { STORES, TestClock } from '../support/app.js';
import { at } from '../support/core.js';
import { chance, type CrashPlan } from '../support/crash-child.js';
import { emptyStoreFolder } from '../support/empty-store.js';
import { freshDatabase } from '../support/postgres.js';

const ROUNDS = 6;
const FROM = at('2026-01-01T00:00:00Z');
const CUSTOMERS = ['hot', 'cold-1', 'cold-2', 'cold-3'];
const CHILD = fileURLToPath(new URL('../support/crash-child.ts', import.meta.url));

async function open(store: string): Promise<Engine> {
  const database = store.startsWith('postgres:') ? await openPostgres(store) : await openEmbeddedDatabase(store);
  await migrate(database);
  return openEngine({ database, provider: sandboxProvider, clock: new TestClock(at('2026-04-01T00:00:00Z')) });
}

async function fill(store: string): Promise<void> {
  const engine = await open(store);
  await inUnit(engine, (unit) => putMeter(engine, unit, { code: 'units', definition: { event_name: 'call', aggregation: 'sum', property: 'units', dimensions: ['region'] } }));
  await inUnit(engine, (unit) => putMeter(engine, unit, { code: 'users', definition: { event_name: 'call', aggregation: 'unique', property: 'user' } }));
  const perUnit = { type: 'per_unit', amount: '1' } as const;
  const definition = {
    currency: 'EUR',
    interval: { unit: 'month', count: 1 },
    prices: [
      { code: 'units', type: 'usage', meter: 'units', included: '5000', model: perUnit, window: { unit: 'week' }, rollover: {} },
      { code: 'by-region', type: 'usage', meter: 'units', model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: perUnit }] } },
      { code: 'users', type: 'usage', meter: 'users', model: perUnit, window: { unit: 'day' } },
    ],
  } as const;
  await inUnit(engine, (unit) => putPlan(engine, unit, { code: 'pro', definition }));
  for (const externalId of CUSTOMERS) {
    const { customer } = await inUnit(engine, (unit) => createCustomer(engine, unit, { externalId, timezone: 'Europe/Madrid' }));
    await inUnit(engine, (unit) => subscribe(engine, unit, { customerId: customer.id, plan: 'pro', startsAt: FROM }));
  }
  await closeEngine(engine);
}

interface Answers {
  readonly accepted: Map<string, number>;
  readonly answered: Set<string>;
  readonly errors: string[];
}

/** When a child dies: so long after it has answered so many events, or so long after its birth. */
type Death = { readonly answers: number; readonly delayMs: number } | { readonly ageMs: number };

/** Runs the child until it is killed, and notes what it was told. */
async function runAndKill(store: string, plan: CrashPlan, input: { death: Death; answers: Answers }): Promise<void> {
  const { answers, death } = input;
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', CHILD, store, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'pipe'] });
  const faults: string[] = [];
  child.stderr?.on('data', (data: Buffer) => faults.push(data.toString()));
  const kill = (delayMs: number): void => void setTimeout(() => child.kill('SIGKILL'), delayMs);
  if ('ageMs' in death) kill(death.ageMs);
  let heard = 0;
  if (child.stdout === null) throw new Error('the child has no output');
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, customer, id, status] = line.split(' ');
    if (word === 'error') answers.errors.push(line);
    // The last line may have been cut short by the kill.
    if (word !== 'answered' || !['accepted', 'duplicate', 'refused'].includes(status ?? '')) continue;
    heard += 1;
    if ('answers' in death && heard === death.answers) kill(death.delayMs);
    const key = `${customer} ${id}`;
    answers.answered.add(key);
    if (status === 'refused') answers.errors.push(line);
    if (status === 'accepted') answers.accepted.set(key, (answers.accepted.get(key) ?? 0) + 1);
  }
  await ended;
  if (child.signalCode !== 'SIGKILL' && child.exitCode !== 0) throw new Error(`the child failed: ${faults.join('')}`);
}

it.each(STORES)('the %s store keeps every acknowledged event exactly once through kill -9', async (kind) => {
  const seed = Number(process.env['PAIDUP_SEED'] ?? Math.floor(Math.random() * 1e9));
  const hint = `PAIDUP_SEED=${seed}`;
  const folder = kind === 'embedded' ? emptyStoreFolder() : undefined;
  const store = folder ?? (await freshDatabase());
  try {
    await fill(store);
    const answers: Answers = { accepted: new Map(), answered: new Set(), errors: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      const plan: CrashPlan = {
        seed: seed + round, customers: CUSTOMERS, prefix: 'e', ids: 1500 * (round + 1), calls: 1_000_000, concurrency: 8, maxBatch: 40, from: FROM, isHeld: false,
      };
      // One round dies while it opens the store, the others in the midst of answering, however fast the machine is.
      const drawn = chance(seed, round);
      const death: Death = round === 3 ? { ageMs: Math.floor(300 + drawn * 900) } : { answers: Math.floor(100 + drawn * 1000), delayMs: Math.floor(chance(seed, ROUNDS + round) * 30) };
      await runAndKill(store, plan, { death, answers });
    }
    const engine = await open(store);
    expect(answers.errors, hint).toEqual([]);
    expect(answers.answered.size, hint).toBeGreaterThan(100);

    const stored = new Set<string>();
    const counted = new Map<string, number>();
    for (const name of CUSTOMERS) {
      const customerId = await findCustomerId(engine, name);
      for await (const event of selectEvents(engine.database, { customerId })) {
        expect(stored.has(`${name} ${event.id}`), `${hint}: ${name} ${event.id} is there twice`).toBe(false);
        stored.add(`${name} ${event.id}`);
      }
      for (const { window } of await selectCustomerWindows(engine.database, customerId)) counted.set(`${name} ${window.priceCode}`, (counted.get(`${name} ${window.priceCode}`) ?? 0) + window.tally.events);
    }
    expect([...answers.answered].filter((key) => !stored.has(key)), `${hint}: acknowledged, but not there`).toEqual([]);
    expect([...answers.accepted].filter(([, times]) => times > 1), `${hint}: accepted twice`).toEqual([]);
    for (const name of CUSTOMERS) {
      const distinct = [...stored].filter((key) => key.startsWith(`${name} `)).length;
      for (const price of ['units', 'by-region', 'users']) expect(counted.get(`${name} ${price}`) ?? 0, `${hint}: ${name} ${price}`).toBe(distinct);
    }
    const { differences, events } = await verifyStore(engine, { isRepair: false });
    expect(differences, hint).toEqual([]);
    expect(events, hint).toBe(stored.size);
    await closeEngine(engine);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
});
