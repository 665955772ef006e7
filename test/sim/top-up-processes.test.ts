import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putMeter, putPlan } from '../../src/service/catalog.js';
import { createCustomer } from '../../src/service/customer.js';
import { inUnit, type Engine } from '../../src/service/engine.js';
import { ingestEvents } from '../../src/service/event.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { settleOpenPayments } from '../../src/service/payment.js';
import { setPaymentMethod } from '../../src/service/payment-method.js';
import { readState } from '../../src/service/state.js';
import { subscribe } from '../../src/service/subscribe.js';
import { setTopUpSettings } from '../../src/service/top-up-settings.js';
import { verifyStore } from '../../src/service/verify.js';
import { grantCredit, readLedger } from '../../src/service/wallet.js';
import { migrate } from '../../src/store/migrate.js';
import { selectOpenPayments } from '../../src/store/payment.js';
import { openPostgres } from '../../src/store/postgres.js';
import { TestClock } from '../support/app.js';
import { at } from '../support/core.js';
import { chance } from '../support/crash-child.js';
import { freshDatabase } from '../support/postgres.js';
import { takings, tillProvider, type TillWays } from '../support/till.js';

const NOW = '2026-03-10T12:00:00Z';
const EVENTS = 1000;
const ROUNDS = 5;
const CHILD = fileURLToPath(new URL('../support/top-up-child.ts', import.meta.url));

describe('two processes and one wallet that fills itself', () => {
  let folder = '';
  let url = '';

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'paidup-till-'));
    url = await freshDatabase();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function open(ways?: TillWays): Promise<Engine> {
    const database = await openPostgres(url);
    await migrate(database);
    return openEngine({ database, provider: tillProvider(folder, ways), clock: new TestClock(at(NOW)) });
  }

  /** A customer with 10.01 whose every event costs 0.01; below 10 the wallet is filled. */
  async function fill(engine: Engine, upToBalance: string): Promise<void> {
    await inUnit(engine, (unit) => putMeter(engine, unit, { code: 'calls', definition: { event_name: 'call', aggregation: 'count' } }));
    const price = { code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '0.01' }, paid_from: 'wallet' } as const;
    await inUnit(engine, (unit) => putPlan(engine, unit, { code: 'metered', definition: { currency: 'USD', interval: { unit: 'month', count: 1 }, prices: [price] } }));
    const { customer } = await inUnit(engine, (unit) => createCustomer(engine, unit, { externalId: 'payer', currency: 'USD' }));
    const customerId = customer.id;
    await inUnit(engine, (unit) => subscribe(engine, unit, { customerId, plan: 'metered' }));
    await inUnit(engine, (unit) => grantCredit(engine, unit, { customerId, amount: '10.01', reason: 'gift' }));
    await setPaymentMethod(engine, 'payer', 'card_succeeds');
    await inUnit(engine, (unit) => setTopUpSettings(engine, unit, { customerId, input: { enabled: true, minBalance: '10', upToBalance, dailyCeiling: '1000000' } }));
  }

  async function sendAtOnce(engines: readonly Engine[]): Promise<void> {
    const calls = Array.from({ length: EVENTS }, (_, index) => ingestEvents(engines[index % engines.length] as Engine, [{ id: `e${index}`, customer: 'payer', name: 'call' }]));
    const outcomes = (await Promise.all(calls)).flat();
    expect(outcomes.filter(({ status }) => status !== 'accepted')).toEqual([]);
    for (const engine of engines) await engine.charges.idle();
  }

  async function filledBy(engine: Engine): Promise<bigint[]> {
    const transactions = (await readLedger(engine, 'payer')).map(({ transaction }) => transaction).filter(({ kind }) => kind === 'top_up');
    return transactions.map(({ entries }) => entries.find(({ account }) => account === 'wallet')?.money.minor ?? 0n);
  }

  async function settled(engine: Engine, hint = ''): Promise<void> {
    for (let times = 0; times < 20; times += 1) {
      await engine.charges.idle();
      await settleOpenPayments(engine);
      if ((await selectOpenPayments(engine.database, { after: undefined, limit: 10 })).length === 0) break;
    }
    await engine.charges.idle();
    expect(await selectOpenPayments(engine.database, { after: undefined, limit: 10 }), hint).toEqual([]);
  }

  async function balanced(engine: Engine, used: number, hint = ''): Promise<void> {
    const taken = [...takings(folder).values()];
    const booked = await filledBy(engine);
    const sorted = (amounts: readonly bigint[]) => [...amounts].sort((left, right) => Number(left - right));
    expect(sorted(booked), `${hint} money taken is money booked`).toEqual(sorted(taken));
    const [wallet] = (await readState(engine, 'payer')).wallets;
    expect(wallet?.available.minor, `${hint} nothing is made or lost`).toBe(1001n + taken.reduce((sum, amount) => sum + amount, 0n) - BigInt(used));
    expect(wallet?.available.minor, `${hint} the wallet was filled`).toBeGreaterThanOrEqual(1000n);
    expect((await verifyStore(engine, { isRepair: false })).differences, hint).toEqual([]);
  }

  it('charge it exactly once for a thousand events at once', async () => {
    const engines = [await open(), await open()];
    await fill(engines[0] as Engine, '100');
    await sendAtOnce(engines);

    expect(takings(folder).size).toBe(1);
    await balanced(engines[1] as Engine, EVENTS);
    for (const engine of engines) await closeEngine(engine);
  });

  it('find a charge again whose answer was lost, and take no other for it', async () => {
    const lost: TillWays = { isLost: (ask) => ask === 0 };
    const engines = [await open(lost), await open(lost)];
    await fill(engines[0] as Engine, '100');
    await sendAtOnce(engines);
    const [taken, booked] = [takings(folder).size, await filledBy(engines[0] as Engine)];
    // Both at once: whoever heard nothing, and whoever looks after what is open.
    await Promise.all([...engines, ...engines].map((engine) => settleOpenPayments(engine)));
    await settled(engines[1] as Engine);

    expect([taken, booked, takings(folder).size]).toEqual([1, [], 1]);
    await balanced(engines[0] as Engine, EVENTS);
    for (const engine of engines) await closeEngine(engine);
  });

  /** Kills a child that sends events once this process, which sends others, has made so many calls since it was ready. */
  async function killOne(engine: Engine, input: { seed: number; calls: number; round: number }): Promise<void> {
    const { seed, calls, round } = input;
    const child = spawn(process.execPath, ['--import', 'tsx', CHILD, url, folder, String(seed), NOW], { stdio: ['ignore', 'pipe', 'pipe'] });
    const faults: string[] = [];
    child.stderr.on('data', (data: Buffer) => faults.push(data.toString()));
    const ended = new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
    });
    let isOver = false;
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== 'ready') continue;
      void ended.then(() => (isOver = true));
      for (let call = 0; !isOver; call += 1) {
        await ingestEvents(engine, Array.from({ length: 7 }, (_, index) => ({ id: `own-${round}-${call}-${index}`, customer: 'payer', name: 'call' })));
        if (call % 5 === 0) await settleOpenPayments(engine);
        if (call === calls) setTimeout(() => child.kill('SIGKILL'), Math.floor(chance(seed, call) * 20));
      }
    }
    await ended;
    if (child.signalCode !== 'SIGKILL') throw new Error(`the child failed: ${faults.join('')}`);
  }

  it('lose and repeat no charge when one is killed again and again', async () => {
    const seed = Number(process.env['PAIDUP_SEED'] ?? Math.floor(Math.random() * 1e9));
    const hint = `PAIDUP_SEED=${seed}`;
    const engine = await open({ isLost: (ask) => chance(seed, ask) < 0.3, delayMs: (ask) => Math.floor(chance(seed + 7, ask) * 20) });
    // Little by little: a charge every other event or so.
    await fill(engine, '11');
    for (let round = 0; round < ROUNDS; round += 1) await killOne(engine, { seed: seed + round, calls: Math.floor(2 + chance(seed, round) * 12), round });
    await settled(engine, hint);

    const { events } = await verifyStore(engine, { isRepair: false });
    expect(takings(folder).size, hint).toBeGreaterThan(ROUNDS);
    await balanced(engine, events, hint);
    await closeEngine(engine);
  });
});
