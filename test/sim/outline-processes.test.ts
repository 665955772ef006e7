import { afterEach, describe, expect, it } from 'vitest';
import { chanceFrom } from '../../src/cli/demo/crowd-member.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { putFeature, putMeter, putPlan } from '../../src/service/catalog.js';
import { createCustomer, deleteCustomer, findCustomerId } from '../../src/service/customer.js';
import { listCustomers } from '../../src/service/customer-list.js';
import { inUnit, type Engine } from '../../src/service/engine.js';
import { ingestEvents } from '../../src/service/event.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { freshOutlines, refreshOutlines } from '../../src/service/outline.js';
import { readOverview } from '../../src/service/overview.js';
import { subscribe } from '../../src/service/subscribe.js';
import { readAllUsage } from '../../src/service/usage-total.js';
import { verifyStore } from '../../src/service/verify.js';
import { migrate } from '../../src/store/migrate.js';
import { countStaleOutlines, lockStaleOutlines } from '../../src/store/outline.js';
import { openPostgres } from '../../src/store/postgres.js';
import { startOverview } from '../../src/worker/overview.js';
import { TestClock } from '../support/app.js';
import { at } from '../support/core.js';
import { freshDatabase } from '../support/postgres.js';

const NOW = at('2026-04-01T00:00:00Z');
const CUSTOMERS = 24;
const ROUNDS = 40;
const feature = (name: string, combine: 'add' | 'max') => ({ code: 'calls', definition: { name, type: 'metered', meter: 'calls', combine } as const });

async function open(url: string): Promise<Engine> {
  const database = await openPostgres(url);
  await migrate(database);
  return openEngine({ database, provider: sandboxProvider, clock: new TestClock(NOW) });
}

describe('outlines and totals of two processes on one PostgreSQL', () => {
  const engines: Engine[] = [];
  afterEach(async () => {
    for (const engine of engines.splice(0)) await closeEngine(engine);
  });
  const start = async (): Promise<[Engine, Engine]> => {
    const url = await freshDatabase();
    const [one, two] = [await open(url), await open(url)];
    engines.push(one, two);
    await inUnit(one, (unit) => putMeter(one, unit, { code: 'calls', definition: { event_name: 'call', aggregation: 'sum', property: 'n' } }));
    await inUnit(one, (unit) => putFeature(one, unit, feature('Calls', 'add')));
    const usage = { code: 'calls', type: 'usage', meter: 'calls', included: '30', overage: 'blocked', model: { type: 'per_unit', amount: '0' } } as const;
    await inUnit(one, (unit) => putPlan(one, unit, { code: 'limited', definition: { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [usage], features: [{ feature: 'calls', price: 'calls' }] } }));
    return [one, two];
  };
  const add = async (engine: Engine, externalId: string): Promise<void> => {
    const { customer } = await inUnit(engine, (unit) => createCustomer(engine, unit, { externalId, currency: 'EUR' }));
    await inUnit(engine, (unit) => subscribe(engine, unit, { customerId: customer.id, plan: 'limited' }));
  };

  it('lets a reader wait for what another is at work on', async () => {
    const [one, two] = await start();
    await add(one, 'a');
    let locked: () => void = () => undefined;
    const isLocked = new Promise<void>((resolve) => {
      locked = resolve;
    });
    // Somebody who takes them in hand, and goes away without having done anything.
    const holding = two.database.transaction(async (transaction) => {
      await lockStaleOutlines(transaction, NOW, 100);
      locked();
      await new Promise((resolve) => {
        setTimeout(resolve, 300);
      });
    });
    await isLocked;
    const found = await listCustomers(one, { plan: 'limited', limit: 10 });
    await holding;

    expect(found.map(({ customer }) => customer.externalId)).toEqual(['a']);
    expect(await freshOutlines(two)).toBe(0);
  });

  it('are left as they are by a worker that is stopped, however many there are', async () => {
    const [one, two] = await start();
    for (let index = 0; index < 250; index += 1) await inUnit(one, (unit) => createCustomer(one, unit, { externalId: `m${index}` }));
    const worker = startOverview(two, { info: () => undefined, error: () => undefined });
    await worker.stop();
    const left = await countStaleOutlines(one.database, NOW);

    expect(left).toBeGreaterThan(0);
    expect(await freshOutlines(one)).toBe(0);
  });

  it('are right when all that was done at once is done', async () => {
    const [one, two] = await start();
    for (let index = 0; index < CUSTOMERS; index += 1) await add(one, `c${index}`);
    const chance = chanceFrom(7);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)] as Item;
    let sent = 0;
    const later: string[] = [];
    const failed: unknown[] = [];
    const deeds: Array<(engine: Engine) => Promise<unknown>> = [
      (engine) => ingestEvents(engine, Array.from({ length: 20 }, () => ({ id: `e${(sent += 1)}`, customer: `c${Math.floor(chance() * CUSTOMERS)}`, name: 'call', timestamp: '2026-03-31T23:50:00Z', properties: { n: String(Math.floor(chance() * 9) - 2) } }))),
      (engine) => readOverview(engine),
      (engine) => refreshOutlines(engine),
      (engine) => readAllUsage(engine, { from: undefined, to: undefined, granularity: 'day', zone: 'UTC' }),
      (engine) => inUnit(engine, (unit) => putFeature(engine, unit, feature(pick(['Calls', 'Requests']), pick(['add', 'max'])))),
      async (engine) => {
        const name = `later-${(sent += 1)}`;
        await add(engine, name);
        later.push(name);
      },
      async (engine) => {
        const name = later.pop();
        if (name === undefined) return;
        const id = await findCustomerId(engine, name);
        await inUnit(engine, (unit) => deleteCustomer(unit, id));
      },
      (engine) => listCustomers(engine, { attention: 'limit_reached', limit: 50 }),
    ];
    for (let round = 0; round < ROUNDS; round += 1) {
      const done = await Promise.allSettled([one, two].flatMap((engine) => Array.from({ length: 4 }, () => pick(deeds)(engine))));
      failed.push(...done.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : [])));
    }
    const overview = await readOverview(two);
    const { differences, customers } = await verifyStore(one, { isRepair: false });

    expect(failed).toEqual([]);
    expect([overview.behind, differences]).toEqual([0, []]);
    expect(customers).toBeGreaterThan(CUSTOMERS);
  }, 300_000);
});
