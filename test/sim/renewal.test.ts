import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { bookDueCustomers } from '../../src/service/booking.js';
import { putMeter, putPlan } from '../../src/service/catalog.js';
import { performCommand } from '../../src/service/command.js';
import { createCustomer } from '../../src/service/customer.js';
import { inUnit, type Engine } from '../../src/service/engine.js';
import { ingestEvents } from '../../src/service/event.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { readState } from '../../src/service/state.js';
import { subscribe } from '../../src/service/subscribe.js';
import { changeSubscription } from '../../src/service/subscription.js';
import { verifyStore } from '../../src/service/verify.js';
import { depositToWallet } from '../../src/service/payment.js';
import { setPaymentMethod } from '../../src/service/payment-method.js';
import type { Database, Queryable } from '../../src/store/database.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { selectInvoices } from '../../src/store/invoice-list.js';
import { migrate } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { stateView } from '../../src/http/state.js';
import { startRenewals } from '../../src/worker/renew.js';
import { STORES, TestClock, type StoreKind } from '../support/app.js';
import { at } from '../support/core.js';
import { chance } from '../support/crash-child.js';
import { emptyStoreFolder } from '../support/empty-store.js';
import { freshDatabase } from '../support/postgres.js';

const FROM = at('2026-01-31T10:00:00Z');
const LATER = '2026-12-15T00:00:00Z';
const CUSTOMERS = 24;
/** Turns of a monthly subscription from 31 January to 15 December, the first at its start. */
const TURNS = 11;
const CHILD = fileURLToPath(new URL('../support/renewal-child.ts', import.meta.url));

async function openAt(store: string, clock: TestClock, wrap: (database: Database) => Database = (database) => database): Promise<Engine> {
  const database = store.startsWith('postgres:') ? await openPostgres(store) : await openEmbeddedDatabase(store);
  await migrate(database);
  return openEngine({ database: wrap(database), provider: sandboxProvider, clock });
}

/** Customers with a monthly plan each, some use, and a wallet that pays for a while. */
async function fill(engine: Engine, customers: number): Promise<void> {
  await inUnit(engine, (unit) => putMeter(engine, unit, { code: 'calls', definition: { event_name: 'call', aggregation: 'sum', property: 'n' } }));
  const prices = [
    { code: 'base', type: 'fixed', amount: '10.00' },
    { code: 'calls', type: 'usage', meter: 'calls', included: '10', model: { type: 'per_unit', amount: '0.10' }, rollover: {} },
  ] as const;
  await inUnit(engine, (unit) => putPlan(engine, unit, { code: 'pro', definition: { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices } }));
  for (let index = 0; index < customers; index += 1) {
    const externalId = `customer-${index}`;
    const { customer } = await inUnit(engine, (unit) => createCustomer(engine, unit, { externalId, currency: 'EUR', timezone: index % 2 === 0 ? 'Europe/Madrid' : 'America/New_York' }));
    await inUnit(engine, (unit) => subscribe(engine, unit, { customerId: customer.id, plan: 'pro', startsAt: FROM }));
    if (index % 3 !== 0) continue;
    await setPaymentMethod(engine, externalId, 'card_succeeds');
    await depositToWallet(engine, externalId, { amount: '25.00', currency: undefined, idempotency: undefined });
  }
}

async function expectProved(engine: Engine, input: { customers: number; turns: number; hint: string }): Promise<void> {
  const { customers, turns, hint } = input;
  const invoices = await selectInvoices(engine.database, { filter: {}, order: 'newest', after: undefined, limit: 10_000 });
  const turned = invoices.map(({ customerId, invoice }) => `${customerId} ${invoice.date}`);
  expect(new Set(turned).size, `${hint}: a turn was invoiced twice`).toBe(turned.length);
  expect(turned.length, hint).toBe(customers * turns);
  expect(invoices.map(({ invoice }) => invoice.number).sort(), `${hint}: numbers without gaps`).toEqual(turned.map((_, index) => `INV-${String(index + 1).padStart(6, '0')}`));
  expect((await verifyStore(engine, { isRepair: false })).differences.map(({ what, detail }) => `${what}: ${detail}`), hint).toEqual([]);
}

async function withStore(kind: StoreKind, work: (store: string) => Promise<void>): Promise<void> {
  const folder = kind === 'embedded' ? emptyStoreFolder() : undefined;
  try {
    await work(folder ?? (await freshDatabase()));
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

describe.each(STORES)('renewals on the %s store', (kind) => {
  it('catch up after a year without a worker, and the state is the same before and after', () =>
    withStore(kind, async (store) => {
      const clock = new TestClock(FROM);
      const engine = await openAt(store, clock);
      await fill(engine, 3);
      clock.set(at('2026-02-10T00:00:00Z'));
      await ingestEvents(engine, [{ id: 'e', customer: 'customer-1', name: 'call', timestamp: '2026-02-09T00:00:00Z', properties: { n: 35 } }]);
      clock.set(at(LATER));
      const views = async (): Promise<string[]> => Promise.all(['customer-0', 'customer-1', 'customer-2'].map(async (name) => JSON.stringify({ ...stateView(await readState(engine, name)), revision: 0, customer: null })));
      const before = await views();
      expect(await bookDueCustomers(engine, rethrow)).toBe(3 * (TURNS - 1));
      expect(await views()).toEqual(before);
      expect(await bookDueCustomers(engine, rethrow)).toBe(0);
      await expectProved(engine, { customers: 3, turns: TURNS, hint: kind });
      await closeEngine(engine);
    }));

  it('leave all of an invoice or nothing, whichever statement is the last', () =>
    withStore(kind, async (store) => {
      const clock = new TestClock(FROM);
      let allowed = Number.POSITIVE_INFINITY;
      const engine = await openAt(store, clock, (database) => failing(database, () => (allowed -= 1) < 0));
      await fill(engine, 1);
      clock.set(at('2026-03-15T00:00:00Z'));
      let issued = 0;
      let crashes = 0;
      for (let statements = 0; issued === 0 && statements < 100; statements += 1) {
        allowed = statements;
        issued = await bookDueCustomers(engine, () => (crashes += 1)).catch(() => 0);
        allowed = Number.POSITIVE_INFINITY;
        const { differences } = await verifyStore(engine, { isRepair: false });
        expect(differences, `after ${statements} statements`).toEqual([]);
      }
      expect(crashes).toBeGreaterThan(5);
      await expectProved(engine, { customers: 1, turns: 2, hint: kind });
      await closeEngine(engine);
    }));

  it('survive kill -9 of the worker at any moment', () =>
    withStore(kind, async (store) => {
      const seed = Number(process.env['PAIDUP_SEED'] ?? Math.floor(Math.random() * 1e9));
      const clock = new TestClock(FROM);
      const engine = await openAt(store, clock);
      await fill(engine, CUSTOMERS);
      await closeEngine(engine);
      for (let round = 0; round < 4; round += 1) await runAndKill(store, Math.floor(20 + chance(seed, round) * 200));
      clock.set(at(LATER));
      const again = await openAt(store, clock);
      await bookDueCustomers(again, rethrow);
      await expectProved(again, { customers: CUSTOMERS, turns: TURNS, hint: `PAIDUP_SEED=${seed}` });
      await closeEngine(again);
    }));
});

it('two workers and commands on one PostgreSQL invoice every turn once', async () => {
  const url = await freshDatabase();
  const clock = new TestClock(FROM);
  const one = await openAt(url, clock);
  const other = await openAt(url, clock);
  await fill(one, CUSTOMERS);
  clock.set(at(LATER));
  const failures: unknown[] = [];
  const book = (engine: Engine): Promise<number> => bookDueCustomers(engine, (_, error) => failures.push(error));
  const issued = await Promise.all([book(one), book(other), book(one), book(other)]);
  expect(failures).toEqual([]);
  expect(issued.reduce((sum, count) => sum + count, 0)).toBe(CUSTOMERS * (TURNS - 1));
  await expectProved(one, { customers: CUSTOMERS, turns: TURNS, hint: 'two workers' });

  // Commands at the very moment of a turn, while workers book it.
  clock.set(at('2026-12-31T15:00:00Z'));
  const states = await Promise.all(Array.from({ length: CUSTOMERS }, (_, index) => readState(one, `customer-${index}`)));
  const change = states.map(({ customer, subscriptions }, index) => {
    const engine = index % 2 === 0 ? one : other;
    const subscriptionId = subscriptions[0]?.subscription.id ?? '';
    return inUnit(engine, (unit) => performCommand(engine, unit, { customerId: customer.id, decide: changeSubscription(engine, { subscriptionId, multipliers: { base: '2' } }) }));
  });
  await Promise.all([...change, book(one), book(other)]);
  await Promise.all([book(one), book(other)]);
  expect(failures).toEqual([]);
  const { differences, invoices } = await verifyStore(one, { isRepair: false });
  expect(differences).toEqual([]);
  expect(invoices).toBeGreaterThanOrEqual(CUSTOMERS * (TURNS + 2));
  await closeEngine(one);
  await closeEngine(other);
});

it('the loop books what falls due, goes on after weather, and stops when told', async () => {
  const clock = new TestClock(FROM);
  let isAway = false;
  const engine = await openAt('memory', clock, (database) => failing(database, () => isAway));
  await fill(engine, 2);
  const told: string[] = [];
  const worker = startRenewals(engine, { info: (_, text) => told.push(text), error: (_, text) => told.push(text) }, 5);
  isAway = true;
  await expect.poll(() => told.some((text) => text.includes('tries again'))).toBe(true);
  isAway = false;
  clock.set(at('2026-03-01T00:00:00Z'));
  await expect.poll(async () => (await selectInvoices(engine.database, { filter: {}, order: 'newest', after: undefined, limit: 10 })).length).toBe(4);
  await worker.stop();
  clock.set(at('2026-04-01T00:00:00Z'));
  expect(await selectInvoices(engine.database, { filter: {}, order: 'newest', after: undefined, limit: 10 })).toHaveLength(4);
  await closeEngine(engine);
});

function rethrow(customer: string, error: unknown): never {
  throw new Error(customer, { cause: error });
}

/** A store whose connection breaks when `isBroken` says so, before the statement. */
function failing(database: Database, isBroken: () => boolean): Database {
  const guard = (queryable: Queryable): Queryable => ({
    rows: (statement, values) => (isBroken() ? Promise.reject(new Error('the connection broke')) : queryable.rows(statement, values)),
  });
  return {
    ...database,
    profile: database.profile,
    rows: guard(database).rows,
    transaction: (work) => database.transaction((transaction) => work(guard(transaction))),
    script: (work) => database.script(work),
    close: () => database.close(),
  };
}

async function runAndKill(store: string, killMs: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', CHILD, store, LATER], { stdio: ['ignore', 'pipe', 'pipe'] });
  const faults: string[] = [];
  child.stderr.on('data', (data: Buffer) => faults.push(data.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  for await (const line of createInterface({ input: child.stdout })) if (line === 'ready') setTimeout(() => child.kill('SIGKILL'), killMs);
  await ended;
  if (child.signalCode !== 'SIGKILL' && child.exitCode !== 0) throw new Error(`the worker failed: ${faults.join('')}`);
}
