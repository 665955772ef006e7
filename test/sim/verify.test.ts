import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bucketOf } from '../../src/core/customer.js';
import { instant } from '../../src/core/instant.js';
import { stateView } from '../../src/http/state.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { putMeter, putPlan } from '../../src/service/catalog.js';
import { createCustomer, findCustomerId } from '../../src/service/customer.js';
import { inUnit, type Engine } from '../../src/service/engine.js';
import { ingestEvents } from '../../src/service/event.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { readState } from '../../src/service/state.js';
import { subscribe } from '../../src/service/subscribe.js';
import { verifyStore } from '../../src/service/verify.js';
import { depositToWallet } from '../../src/service/payment.js';
import { setPaymentMethod } from '../../src/service/payment-method.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { migrate } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { statement } from '../../src/store/statement.js';
import { STORES, TestClock } from '../support/app.js';
import { at } from '../support/core.js';
import { chance } from '../support/crash-child.js';
import { emptyStoreFolder } from '../support/empty-store.js';
import { freshDatabase } from '../support/postgres.js';

const EVENTS = Number(process.env['PAIDUP_EVENTS'] ?? 100_000);
/** Enough for the rows that are spoiled one by one. */
const FEW_EVENTS = 8_000;
const FROM = at('2025-01-01T00:00:00Z');
const NOW = at('2026-01-20T10:00:00Z');
const ZONES = ['UTC', 'America/New_York', 'Europe/Madrid', 'Asia/Kathmandu', 'Pacific/Auckland', 'America/Sao_Paulo', 'Africa/Cairo', 'Australia/Lord_Howe'];
const DAY_MS = 86_400_000;

async function open(store: string): Promise<Engine> {
  const database = store.startsWith('postgres:') ? await openPostgres(store) : await openEmbeddedDatabase(store);
  await migrate(database);
  return openEngine({ database, provider: sandboxProvider, clock: new TestClock(NOW) });
}

/** A plan that counts in every way there is, in windows of every length. */
async function defineCatalog(engine: Engine): Promise<void> {
  const meters = { count: 'count', sum: 'sum', max: 'max', last: 'last', unique: 'unique' } as const;
  for (const [code, aggregation] of Object.entries(meters)) {
    const property = aggregation === 'count' ? null : aggregation === 'unique' ? 'user' : 'units';
    await inUnit(engine, (unit) => putMeter(engine, unit, { code, definition: { event_name: 'call', aggregation, property, dimensions: ['region', 'size'], conversion: aggregation === 'sum' ? { divide_by: '60', round: 'up' } : null } }));
  }
  const model = { type: 'per_unit', amount: '0.01' } as const;
  const byPlace = { type: 'dimensional', dimensions: ['region', 'size'], cells: [{ values: { region: 'eu', size: 's' }, model }] } as const;
  const usage = (code: string, meter: string, over: object = {}) => ({ code, type: 'usage' as const, meter, included: '1000', model, ...over });
  await inUnit(engine, (unit) =>
    putPlan(engine, unit, {
      code: 'pro',
      definition: {
        currency: 'EUR',
        interval: { unit: 'month', count: 1 },
        prices: [
          usage('count', 'count', { rollover: {}, window: { unit: 'week' } }),
          usage('sum', 'sum', { rollover: { cap: { multiple: '2' } } }),
          usage('max', 'max', { paid_from: 'wallet' }),
          usage('last', 'last', { window: { unit: 'lifetime' } }),
          usage('unique', 'unique', { rollover: { cap: { units: '50' } } }),
          usage('placed', 'sum', { model: byPlace }),
          usage('unique-placed', 'unique', { model: byPlace, window: { unit: 'year' } }),
        ],
      },
    }),
  );
}

async function makeCustomers(engine: Engine): Promise<string[]> {
  const names: string[] = [];
  for (const [index, timezone] of ZONES.entries()) {
    const name = `customer-${index}`;
    names.push(name);
    const { customer } = await inUnit(engine, (unit) => createCustomer(engine, unit, { externalId: name, timezone }));
    await inUnit(engine, (unit) => subscribe(engine, unit, { customerId: customer.id, plan: 'pro', startsAt: at('2025-01-31T05:00:00Z') }));
    await setPaymentMethod(engine, name, 'card_succeeds');
    await depositToWallet(engine, name, { amount: '100.05', currency: 'EUR', idempotency: undefined });
  }
  return names;
}

/** One event in every hundred is sent again; one in ten is older than the subscription or long late. */
function eventAt(seed: number, index: number, names: readonly string[]) {
  const of = index % 100 === 99 ? index - 50 : index;
  const draw = (step: number, below: number): number => Math.floor(chance(seed + step, of) * below);
  return {
    id: `e${of}`,
    customer: names[draw(1, names.length)],
    name: 'call',
    timestamp: new Date(FROM + draw(2, (NOW - FROM) / 1000) * 1000).toISOString(),
    properties: { units: `${draw(3, 2000) - 100}.${draw(4, 100)}`, user: `u${draw(5, 400)}`, region: ['eu', 'us', 'ap'][draw(6, 3)], size: ['s', 'm'][draw(7, 2)] },
  };
}

async function ingestAll(engine: Engine, input: { seed: number; names: readonly string[]; count: number }): Promise<{ accepted: number; duplicates: number }> {
  const { seed, names, count } = input;
  const told = { accepted: 0, duplicates: 0 };
  // Neither in the order of time nor of ids: events are drawn at random, and the last thousand go first.
  const order = Array.from({ length: count }, (_, index) => (index + count - 1000) % count);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < order.length) {
      const from = next;
      next += 1 + Math.floor(chance(seed, from) ** 3 * 999);
      for (const outcome of await ingestEvents(engine, order.slice(from, next).map((index) => eventAt(seed, index, names)))) {
        if (outcome.status === 'accepted') told.accepted += 1;
        else if (outcome.status === 'duplicate') told.duplicates += 1;
        else throw new Error(`${outcome.id}: ${outcome.reason}`);
      }
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return told;
}

/** The states of all customers at several moments, as the native API writes them. */
async function states(engine: Engine, names: readonly string[]): Promise<string> {
  const texts: string[] = [];
  const clock = engine.clock as TestClock;
  for (const moment of [FROM + 60 * DAY_MS, FROM + 200 * DAY_MS, NOW, NOW + 40 * DAY_MS]) {
    clock.set(instant(moment));
    for (const name of names) texts.push(JSON.stringify(stateView(await readState(engine, name))));
  }
  clock.set(NOW);
  return texts.join('\n');
}

/** Single rows of one customer, spoiled behind the engine's back. */
const TAMPERINGS = [
  ['used is one more', 'window', statement('test_add_one', `update usage_windows set used = used + 1 where bucket = $1 and customer_id = $2 and price_code = 'sum' and starts_at = (select max(starts_at) from usage_windows where bucket = $1 and customer_id = $2 and price_code = 'sum')`)],
  ['used is a hair more', 'window', statement('test_add_little', `update usage_windows set used = used + 0.000000000001 where bucket = $1 and customer_id = $2 and price_code = 'last'`)],
  ['one event fewer', 'window', statement('test_one_event_fewer', `update usage_windows set events = events - 1 where bucket = $1 and customer_id = $2 and price_code = 'count' and starts_at = (select min(starts_at) from usage_windows where bucket = $1 and customer_id = $2 and price_code = 'count')`)],
  ['carried is another', 'window', statement('test_carried', `update usage_windows set carried = carried + 1 where bucket = $1 and customer_id = $2 and price_code = 'unique' and starts_at = (select max(starts_at) from usage_windows where bucket = $1 and customer_id = $2 and price_code = 'unique')`)],
  ['a window is superseded at another moment', 'window', statement('test_superseded', `update usage_windows set superseded_at = superseded_at + interval '1 second' where bucket = $1 and customer_id = $2 and price_code = 'max' and superseded_at < 'infinity'`)],
  ['a window is settled', 'window', statement('test_settled', `update usage_windows set is_unsettled = false where bucket = $1 and customer_id = $2 and price_code = 'max'`)],
  ['last stands on another event', 'window', statement('test_last_event', `update usage_windows set last_event_id = 'zzz' where bucket = $1 and customer_id = $2 and price_code = 'last'`)],
  ['a window is gone', 'window', statement('test_delete_window', `delete from usage_windows where bucket = $1 and customer_id = $2 and price_code = 'placed' and dimension_key = '["eu","s"]' and superseded_at = 'infinity'`)],
  ['all windows are gone', 'window', statement('test_delete_windows', `delete from usage_windows where bucket = $1 and customer_id = $2`)],
  ['a window is there that nothing was counted in', 'window', statement('test_insert_window', `insert into usage_windows (bucket, customer_id, subscription_id, price_code, dimension_key, starts_at, superseded_at, used, events, carried, is_unsettled) select bucket, customer_id, subscription_id, 'nothing', '', starts_at, superseded_at, 1, 1, 0, false from usage_windows where bucket = $1 and customer_id = $2 and price_code = 'last' limit 1`)],
  ['a member is gone', 'member', statement('test_delete_member', `delete from usage_window_members where bucket = $1 and customer_id = $2 and price_code = 'unique' and member = (select min(member) from usage_window_members where bucket = $1 and customer_id = $2 and price_code = 'unique')`)],
  ['a member is another', 'member', statement('test_other_member', `update usage_window_members set member = 'nobody' where (dimension_key, starts_at, member) = (select dimension_key, starts_at, member from usage_window_members where bucket = $1 and customer_id = $2 and price_code = 'unique-placed' limit 1) and bucket = $1 and customer_id = $2 and price_code = 'unique-placed'`)],
  ['the balance is another', 'standing', statement('test_balance', `update customers set standing = replace(standing, '10005', '99999') where bucket = $1 and id = $2`)],
  ['a subscription is gone from the standing', 'standing', statement('test_standing', `update customers set standing = '{"subscriptions":[],"balances":[],"topUp":null,"paymentMethod":null}' where bucket = $1 and id = $2`)],
] as const;

const deleteEvent = statement('test_delete_event', `delete from events where bucket = $1 and customer_id = $2 and id = (select min(id) from events where bucket = $1 and customer_id = $2 and occurred_at > '2025-03-01')`);
const unbalance = statement('test_unbalance', `update ledger_entries set amount_minor = amount_minor + 1 where bucket = $1 and customer_id = $2 and account = 'wallet'`);
const orphan = statement('test_orphan', `insert into usage_windows (bucket, customer_id, subscription_id, price_code, dimension_key, starts_at, superseded_at, used, events, carried, is_unsettled) values (1, 'cus_of_nobody', 'sub_of_nobody', 'sum', '', '2025-01-01', 'infinity', 1, 1, 0, false)`);
const orphanEvent = statement('test_orphan_event', `insert into events (bucket, customer_id, id, name, occurred_at, properties, revision) values (1, 'cus_of_nobody', 'e', 'call', '2025-01-01', '{}', 1)`);

describe.each(STORES)('verify on the %s store', (kind) => {
  /** Runs `test` on a store with that many random events, at a place that can be opened again. */
  async function withStore(count: number, test: (world: { store: string; engine: Engine; names: string[]; accepted: number; hint: string }) => Promise<void>): Promise<void> {
    const seed = Number(process.env['PAIDUP_SEED'] ?? Math.floor(Math.random() * 1e9));
    const hint = `PAIDUP_SEED=${seed}`;
    const folder = kind === 'embedded' ? emptyStoreFolder() : undefined;
    const store = folder ?? (await freshDatabase());
    try {
      const engine = await open(store);
      await defineCatalog(engine);
      const names = await makeCustomers(engine);
      const told = await ingestAll(engine, { seed, names, count });
      expect(told, hint).toEqual({ accepted: count * 0.99, duplicates: count * 0.01 });
      await test({ store, engine, names, accepted: told.accepted, hint });
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  }

  it(`proves a store that has taken ${EVENTS} random events, and it says the same after a restart`, () =>
    withStore(EVENTS, async ({ store, engine, names, accepted, hint }) => {
      const proof = await verifyStore(engine, { isRepair: false });
      expect(proof, hint).toMatchObject({ customers: names.length, events: accepted, differences: [] });
      expect(proof.windows, hint).toBeGreaterThan(100);
      const before = await states(engine, names);
      await closeEngine(engine);
      const again = await open(store);
      expect((await states(again, names)) === before, `${hint}: the same state after a restart`).toBe(true);
      await closeEngine(again);
    }));

  it('finds every row that is spoiled, and mends it to the byte', () =>
    withStore(FEW_EVENTS, async ({ store, engine, names, hint }) => {
      const before = await states(engine, names);
      for (let from = 0; from < TAMPERINGS.length; from += names.length) {
        // Each customer has its own spoiled row, so that one pass finds them all.
        const batch = TAMPERINGS.slice(from, from + names.length).map(([what, where, spoil], index) => ({ what, where, spoil, name: names[index] ?? '' }));
        for (const { name, spoil, what } of batch) {
          const customerId = await findCustomerId(engine, name);
          const was = await fingerprintOf(engine, customerId);
          await engine.database.rows(spoil, [bucketOf(customerId), customerId]);
          expect(await fingerprintOf(engine, customerId), `${hint}: "${what}" spoiled nothing`).not.toEqual(was);
        }
        const found = await verifyStore(engine, { isRepair: true });
        for (const { what, where, name } of batch) {
          const customerId = await findCustomerId(engine, name);
          expect(found.differences.filter((difference) => difference.customerId === customerId).map((difference) => difference.what), `${hint}: ${what}`).toContain(where);
        }
        expect((await verifyStore(engine, { isRepair: false })).differences, hint).toEqual([]);
        expect((await states(engine, names)) === before, `${hint}: the same state after the repair`).toBe(true);
      }
      await closeEngine(engine);
      const again = await open(store);
      expect((await states(again, names)) === before, `${hint}: the same state after repair and restart`).toBe(true);

      // Facts cannot be mended, but what follows from them can.
      const first = await findCustomerId(again, names[0] ?? '');
      await again.database.rows(deleteEvent, [bucketOf(first), first]);
      await again.database.rows(unbalance, [bucketOf(first), first]);
      const whats = (await verifyStore(again, { isRepair: true })).differences.map(({ what }) => what);
      expect(whats, hint).toEqual(expect.arrayContaining(['ledger', 'window']));
      expect((await verifyStore(again, { isRepair: false })).differences.map(({ what }) => what), hint).toEqual(['ledger']);
      await closeEngine(again);
    }));

  it.each([['windows', orphan], ['events', orphanEvent]] as const)('finds %s of a customer that is not there, as the migration promises', async (_what, spoil) => {
    const engine = await open(kind === 'embedded' ? 'memory' : await freshDatabase());
    await engine.database.rows(spoil, []);
    expect((await verifyStore(engine, { isRepair: false })).differences).not.toEqual([]);
    await closeEngine(engine);
  });
});

const fingerprint = statement(
  'test_fingerprint',
  `select (select md5(coalesce(string_agg(w::text, '|' order by w::text), '')) from usage_windows w where w.bucket = $1 and w.customer_id = $2) as windows,
    (select md5(coalesce(string_agg(m::text, '|' order by m::text), '')) from usage_window_members m where m.bucket = $1 and m.customer_id = $2) as members,
    (select md5(standing) from customers where bucket = $1 and id = $2) as standing`,
);

/** A hash of all that is derived of the customer: tells whether a tampering has really changed something. */
async function fingerprintOf(engine: Engine, customerId: string): Promise<unknown> {
  return engine.database.rows(fingerprint, [bucketOf(customerId), customerId]);
}
