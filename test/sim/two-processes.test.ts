import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { BillingState } from '../../src/core/state.js';
import { stateView } from '../../src/http/state.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { listPlans, putFeature, putMeter, putPlan } from '../../src/service/catalog.js';
import { createCustomer, findCustomerId, updateCustomer } from '../../src/service/customer.js';
import { inUnit, type Engine } from '../../src/service/engine.js';
import { ingestEvents } from '../../src/service/event.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { readState } from '../../src/service/state.js';
import { subscribe } from '../../src/service/subscribe.js';
import { cancelSubscription } from '../../src/service/subscription.js';
import { performCommand } from '../../src/service/command.js';
import { verifyStore } from '../../src/service/verify.js';
import { depositToWallet } from '../../src/service/payment.js';
import { setPaymentMethod } from '../../src/service/payment-method.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { selectEvents } from '../../src/store/event.js';
import { SchemaMismatch, migrate, readMigrations } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { statement } from '../../src/store/statement.js';
import { selectCustomerWindows } from '../../src/store/window.js';
import { STORES, TestClock, type StoreKind } from '../support/app.js';
import { at } from '../support/core.js';
import type { CrashPlan } from '../support/crash-child.js';
import { freshDatabase } from '../support/postgres.js';

const FROM = at('2026-01-01T00:00:00Z');
const CHILD = fileURLToPath(new URL('../support/crash-child.ts', import.meta.url));
const CUSTOMERS = ['hot', ...Array.from({ length: 60 }, (_, index) => `many-${(index * 37) % 60}`)];
const PER_UNIT = { type: 'per_unit', amount: '1' } as const;

async function open(url: string): Promise<Engine> {
  const database = await openPostgres(url);
  await migrate(database);
  return openEngine({ database, provider: sandboxProvider, clock: new TestClock(at('2026-04-01T00:00:00Z')) });
}

interface Run {
  /** Answers by `customer id`: how often the process was told each status. */
  readonly accepted: string[];
  readonly answered: Set<string>;
  readonly errors: string[];
}

/** Starts both processes, lets them go at the same moment, and collects what each was told. */
async function runTogether(url: string, plans: readonly CrashPlan[]): Promise<Run[]> {
  const runs = plans.map(() => ({ accepted: [] as string[], answered: new Set<string>(), errors: [] as string[] }));
  const children = plans.map((plan) => spawn(process.execPath, ['--import', 'tsx', CHILD, url, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'pipe'] }));
  let ready = 0;
  await Promise.all(
    children.map(async (child, index) => {
      const run = runs[index] as Run;
      child.stderr.on('data', (data: Buffer) => run.errors.push(data.toString()));
      const ended = new Promise((resolve) => {
        child.once('exit', resolve);
      });
      for await (const line of createInterface({ input: child.stdout })) {
        const [word, customer, id, status] = line.split(' ');
        if (word === 'ready' && (ready += 1) === children.length) for (const other of children) other.stdin.write('go\n');
        if (word === 'error' || status === 'refused') run.errors.push(line);
        if (word !== 'answered') continue;
        run.answered.add(`${customer} ${id}`);
        if (status === 'accepted') run.accepted.push(`${customer} ${id}`);
      }
      expect(await ended, run.errors.join('\n')).toBe(0);
    }),
  );
  return runs;
}

describe('two processes on one PostgreSQL', () => {
  it('count each event once, tell one of them so, and never meet in a deadlock', async () => {
    const seed = Number(process.env['PAIDUP_SEED'] ?? Math.floor(Math.random() * 1e9));
    const hint = `PAIDUP_SEED=${seed}`;
    const url = await freshDatabase();
    const engine = await open(url);
    await inUnit(engine, (unit) => putMeter(engine, unit, { code: 'units', definition: { event_name: 'call', aggregation: 'sum', property: 'units', dimensions: ['region'] } }));
    await inUnit(engine, (unit) => putMeter(engine, unit, { code: 'users', definition: { event_name: 'call', aggregation: 'unique', property: 'user' } }));
    const definition = {
      currency: 'EUR',
      interval: { unit: 'month', count: 1 },
      prices: [
        { code: 'units', type: 'usage', meter: 'units', included: '500', model: PER_UNIT, window: { unit: 'week' }, rollover: {} },
        { code: 'regions', type: 'usage', meter: 'units', model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: PER_UNIT }] }, window: { unit: 'day' } },
        { code: 'users', type: 'usage', meter: 'users', model: PER_UNIT },
      ],
    } as const;
    await inUnit(engine, (unit) => putPlan(engine, unit, { code: 'pro', definition }));
    for (const externalId of CUSTOMERS) {
      const { customer } = await inUnit(engine, (unit) => createCustomer(engine, unit, { externalId, timezone: 'America/New_York' }));
      await inUnit(engine, (unit) => subscribe(engine, unit, { customerId: customer.id, plan: 'pro', startsAt: FROM }));
    }

    const plan = { customers: CUSTOMERS, prefix: 'e', ids: 400, calls: 250, concurrency: 16, maxBatch: 60, from: FROM, isHeld: true };
    // The same calls in one, then overlapping ones: both processes draw from the same ids of the same customers.
    const [one, two] = (await runTogether(url, [{ ...plan, seed }, { ...plan, seed }])) as [Run, Run];
    const [three, four] = (await runTogether(url, [{ ...plan, seed: seed + 1, ids: 800 }, { ...plan, seed: seed + 2, ids: 800 }])) as [Run, Run];

    const runs = [one, two, three, four];
    expect(runs.flatMap((run) => run.errors), hint).toEqual([]);
    const accepted = runs.flatMap((run) => run.accepted);
    expect(new Set(accepted).size, `${hint}: one process alone is told that it was first`).toBe(accepted.length);
    const answered = new Set(runs.flatMap((run) => [...run.answered]));
    expect(answered, hint).toEqual(new Set(accepted));
    expect([three, four].map((run) => run.accepted.length > 0), `${hint}: both had their share`).toEqual([true, true]);

    for (const name of CUSTOMERS) {
      const customerId = await findCustomerId(engine, name);
      const ids: string[] = [];
      for await (const event of selectEvents(engine.database, { customerId })) ids.push(`${name} ${event.id}`);
      expect(new Set(ids), hint).toEqual(new Set([...answered].filter((key) => key.startsWith(`${name} `))));
      const windows = await selectCustomerWindows(engine.database, customerId);
      for (const price of ['units', 'regions', 'users']) {
        expect(windows.filter(({ window }) => window.priceCode === price).reduce((total, { window }) => total + window.tally.events, 0), `${hint}: ${name} ${price}`).toBe(ids.length);
      }
    }
    expect((await verifyStore(engine, { isRepair: false })).differences, hint).toEqual([]);
    await closeEngine(engine);
  });

  it('see at once what the other did, whatever they remember', async () => {
    const url = await freshDatabase();
    const [one, other] = [await open(url), await open(url)];
    await inUnit(one, (unit) => putMeter(one, unit, { code: 'calls', definition: { event_name: 'call', aggregation: 'count' } }));
    const definition = { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [{ code: 'calls', type: 'usage', meter: 'calls', model: PER_UNIT }] } as const;
    await inUnit(one, (unit) => putPlan(one, unit, { code: 'pro', definition }));
    const { customer } = await inUnit(one, (unit) => createCustomer(one, unit, { externalId: 'acme' }));
    const agree = async (): Promise<BillingState> => {
      const [left, right] = [await readState(one, 'acme'), await readState(other, 'acme')];
      expect(JSON.stringify(stateView(left))).toBe(JSON.stringify(stateView(right)));
      return left;
    };
    expect((await agree()).subscriptions).toHaveLength(0);
    const { subscription } = await inUnit(other, (unit) => subscribe(other, unit, { customerId: customer.id, plan: 'pro', startsAt: FROM }));
    expect((await agree()).subscriptions).toHaveLength(1);
    for (let index = 1; index <= 5; index += 1) {
      const engine = index % 2 === 0 ? one : other;
      await ingestEvents(engine, [{ id: `e${index}`, customer: 'acme', name: 'call' }]);
      expect((await agree()).usage[0]?.figures.used.toFixed()).toBe(String(index));
    }
    await inUnit(other, (unit) => updateCustomer(unit, customer.id, { name: 'Acme' }));
    expect((await agree()).customer.name).toBe('Acme');
    await inUnit(other, (unit) => putMeter(other, unit, { code: 'calls', definition: { event_name: 'call', aggregation: 'count', unit: 'call' } }));
    expect((await agree()).usage[0]?.price.meter.unit).toBe('call');
    await setPaymentMethod(other, 'acme', 'card_succeeds');
    await depositToWallet(other, 'acme', { amount: '5', currency: undefined, idempotency: undefined });
    expect((await agree()).wallets[0]?.balance.minor).toBe(500n);
    await inUnit(other, (unit) => performCommand(other, unit, { customerId: customer.id, decide: cancelSubscription({ subscriptionId: subscription.id, atPeriodEnd: false, reason: null }) }));
    expect((await agree()).usage).toHaveLength(0);
    await closeEngine(one);
    await closeEngine(other);
  });

  it('read a catalog that the other is changing without ever failing', async () => {
    const url = await freshDatabase();
    const [writer, reader] = [await open(url), await open(url)];
    let isDone = false;
    const faults: string[] = [];
    const write = async (): Promise<void> => {
      for (let index = 0; index < 150; index += 1) {
        const code = `c${String(index).padStart(4, '0')}`;
        await inUnit(writer, async (unit) => {
          await putMeter(writer, unit, { code, definition: { event_name: code, aggregation: 'count' } });
          await putFeature(writer, unit, { code, definition: { type: 'flag' } });
          await putPlan(writer, unit, { code: `a${code}`, definition: { currency: 'EUR', interval: { unit: 'month', count: 1 }, features: [{ feature: code, granted: true }], prices: [{ code: 'p', type: 'usage', meter: code, model: PER_UNIT }] } });
        });
      }
      isDone = true;
    };
    const read = async (): Promise<void> => {
      while (!isDone) await listPlans(reader).catch((error: Error) => faults.push(error.message));
    };
    await Promise.all([write(), read(), read(), read()]);
    expect(faults).toEqual([]);
    expect(await listPlans(reader)).toHaveLength(150);
    await closeEngine(writer);
    await closeEngine(reader);
  });
});

describe('migrations', () => {
  it('run once when four start at the same time on an empty database', async () => {
    const url = await freshDatabase();
    const databases = await Promise.all(Array.from({ length: 4 }, () => openPostgres(url)));
    const ran = await Promise.all(databases.map((database) => migrate(database)));
    expect(ran.map((migrations) => migrations.length).sort((left, right) => left - right)).toEqual([0, 0, 0, (await readMigrations()).length]);
    for (const database of databases) {
      expect(await migrate(database)).toEqual([]);
      await database.close();
    }
  });

  it('leave nothing behind when one fails', async () => {
    const database = await openPostgres(await freshDatabase());
    const known = await readMigrations();
    const broken = { number: 9000, file: '9000_broken.sql', sql: 'create table half (id text); select no_such_function()', checksum: 'x' };
    await expect(migrate(database, [...known, broken])).rejects.toThrow(/no_such_function/);
    expect((await migrate(database)).map(({ number }) => number)).toEqual(known.map(({ number }) => number));
    await database.close();
  });

  const insertNewer = statement('test_insert_newer_migration', `insert into migrations (number, file, checksum) values (9999, '9999_of_tomorrow.sql', 'x')`);
  const changeChecksum = statement('test_change_migration_checksum', `update migrations set checksum = 'changed' where number = 1`);

  async function migrated(store: StoreKind) {
    const database = store === 'embedded' ? await openEmbeddedDatabase('memory') : await openPostgres(await freshDatabase());
    await migrate(database);
    return database;
  }

  it.each(STORES)('refuse a %s store that a newer version made', async (store) => {
    const database = await migrated(store);
    await database.rows(insertNewer, []);
    await expect(migrate(database)).rejects.toThrow(SchemaMismatch);
    await expect(migrate(database)).rejects.toThrow(/9999_of_tomorrow/);
    await database.close();
  });

  it.each(STORES)('refuse a %s store whose migration was another', async (store) => {
    const database = await migrated(store);
    await database.rows(changeChecksum, []);
    await expect(migrate(database)).rejects.toThrow(SchemaMismatch);
    await database.close();
  });
});
