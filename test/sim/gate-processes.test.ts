import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/http/app.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { createApiKey } from '../../src/service/api-key.js';
import { findCustomerId } from '../../src/service/customer.js';
import type { Engine } from '../../src/service/engine.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { verifyStore } from '../../src/service/verify.js';
import { openEmbeddedDatabase } from '../../src/store/embedded-database.js';
import { selectEvents } from '../../src/store/event.js';
import { migrate } from '../../src/store/migrate.js';
import { openPostgres } from '../../src/store/postgres.js';
import { STORES, TestClock, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { chance } from '../support/crash-child.js';
import { emptyStoreFolder } from '../support/empty-store.js';
import { defineGateCatalog, gateCustomer } from '../support/gate-catalog.js';
import type { GateCall, GateChildPlan, GateLine } from '../support/gate-child.js';
import { freshDatabase } from '../support/postgres.js';

const NOW = '2026-03-10T12:00:00Z';
const LEFT = 500;
const ROUNDS = 2;
const CHILD = fileURLToPath(new URL('../support/gate-child.ts', import.meta.url));

interface Opened {
  readonly engine: Engine;
  readonly call: TestPaidup['call'];
  readonly key: string;
  close(): Promise<void>;
}

async function open(store: string, known?: string): Promise<Opened> {
  const database = store.startsWith('postgres:') ? await openPostgres(store) : await openEmbeddedDatabase(store);
  await migrate(database);
  const engine = await openEngine({ database, provider: sandboxProvider, clock: new TestClock(at(NOW)) });
  const app: FastifyInstance = await buildApp({ engine });
  const key = known ?? (await createApiKey(engine, { kind: 'secret', name: 'test', scopes: [] })).key;
  const call: Opened['call'] = async (method, url, body, headers) => {
    const response = await app.inject({ method, url, headers: { authorization: `Bearer ${key}`, ...headers }, ...(body === undefined ? {} : { payload: body as object }) });
    return { status: response.statusCode, body: (response.body === '' ? null : response.json()) as never, headers: response.headers };
  };
  return { engine, call, key, close: async () => (await app.close(), closeEngine(engine)) };
}

function start(store: string, plan: GateChildPlan, key: string): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', CHILD, store, JSON.stringify(plan), NOW], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, PAIDUP_TEST_KEY: key } });
}

/** What a child writes; `onLine` with how many answers there are, none when it is ready. The last line may have been cut short by a kill. */
async function listen(child: ChildProcess, onLine: (answers: number) => void): Promise<GateLine[]> {
  const lines: GateLine[] = [];
  const faults: string[] = [];
  child.stderr?.on('data', (data: Buffer) => faults.push(data.toString()));
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  if (child.stdout === null) throw new Error('the child has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'ready') lines.push(...parsed(line));
    onLine(lines.length);
  }
  await ended;
  if (child.signalCode !== 'SIGKILL' && child.exitCode !== 0) throw new Error(`the child failed: ${faults.join('')}`);
  return lines;
}

function parsed(line: string): GateLine[] {
  try {
    return [JSON.parse(line) as GateLine];
  } catch {
    return [];
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('two processes on one PostgreSQL', () => {
  const CUSTOMERS = { own: ['hard'], same: ['hard'], units: ['hard'], capped: ['capped'], wallet: ['paid'], money: ['paid'] } as const;

  /** What a process asks of each customer: by ids of its own, and of `same` by those of the other too. */
  function calls(name: string): GateCall[] {
    const consume = (customer: string, id: string): GateCall => ({ customer, path: 'consume', body: { id, feature: 'calls', remedies: false } });
    return numbers(LEFT).flatMap((n) => [
      consume('own', `${name}-${n}`), consume('capped', `${name}-${n}`), consume('wallet', `${name}-${n}`), consume('same', `${n}`), consume('same', `${n + LEFT / 2}`),
      // Each is a transaction of its own: fewer, of more.
      ...(n % 5 === 0 ? [{ customer: 'units', path: 'holds', body: { feature: 'calls', quantity: '5', expires_in: 60 } }, { customer: 'money', path: 'holds', body: { amount: '0.05', expires_in: 60 } }] : []),
    ]);
  }

  it('accept together exactly what is left, and tell the same of the same id', async () => {
    const url = await freshDatabase();
    const { engine, call, key, close } = await open(url);
    await defineGateCatalog(call);
    for (const [name, plans] of Object.entries(CUSTOMERS)) await gateCustomer(call, name, { plans, ...(plans[0] === 'paid' ? { credit: '5.00' } : {}) });
    const children = ['a', 'b'].map(() => start(url, { type: 'burst' }, key));
    let ready = 0;
    const onLine = (answers: number): void => {
      if (answers === 0) ready += 1;
      if (answers === 0 && ready === children.length) children.forEach(({ stdin }, index) => stdin?.write(`${JSON.stringify(calls(`p${index}`))}\n`));
    };
    const [one, two] = await Promise.all(children.map((child) => listen(child, onLine)));
    const lines = [...(one ?? []), ...(two ?? [])];
    const answersOf = (customer: string, from = lines): GateLine[] => from.filter((line) => line.call.customer === customer);
    const accepted = (customer: string, from = lines): number => answersOf(customer, from).filter(({ status, answer }) => (answer.allowed ?? status === 201) === true).length;
    const state = async (customer: string) => (await call('GET', `/v1/customers/${customer}/state`)).body;

    expect(lines.filter(({ status, call: { customer } }) => status >= 300 && customer !== 'money')).toEqual([]);
    expect(['own', 'capped', 'wallet', 'units', 'money'].map((customer) => [customer, accepted(customer)])).toEqual([['own', LEFT], ['capped', LEFT], ['wallet', LEFT], ['units', LEFT / 5], ['money', LEFT / 5]]);
    expect([one, two].map((own) => accepted('own', own) > 0), 'both had their share').toEqual([true, true]);
    const toldOf = (from: readonly GateLine[] = []): Map<string, string> => new Map(answersOf('same', [...from]).filter(({ answer }) => answer.allowed).map(({ answer }) => [answer.id as string, JSON.stringify(answer)]));
    const [told, toldToo] = [toldOf(one), toldOf(two)];
    expect(new Set([...told.keys(), ...toldToo.keys()]).size).toBe(LEFT);
    expect([...told].filter(([id, answer]) => toldToo.has(id) && toldToo.get(id) !== answer)).toEqual([]);
    expect([...told.keys()].filter((id) => toldToo.has(id)).length, 'ids that both sent').toBeGreaterThan(LEFT / 2);
    for (const customer of ['own', 'same', 'capped', 'wallet']) expect((await state(customer)).entitlements[0], customer).toMatchObject({ used: String(LEFT), held: '0' });
    expect([(await state('units')).entitlements[0].held, (await state('wallet')).wallet[0].available, (await state('money')).wallet[0].available]).toEqual([String(LEFT), '0.00', '0.00']);
    expect((await verifyStore(engine, { isRepair: false })).differences).toEqual([]);
    await close();
  });
});

describe.each(STORES)('a process that is killed again and again, on the %s store', (kind) => {
  const customers = numbers(6).map((n) => `k-${n}`);

  it('neither loses nor repeats a consume or a hold, and passes no limit', async () => {
    const seed = Number(process.env['PAIDUP_SEED'] ?? Math.floor(Math.random() * 1e9));
    const hint = `PAIDUP_SEED=${seed}`;
    const folder = kind === 'embedded' ? emptyStoreFolder() : undefined;
    const store = folder ?? (await freshDatabase());
    try {
      const before = await open(store);
      const { key } = before;
      await defineGateCatalog(before.call);
      for (const name of customers) await gateCustomer(before.call, name, { plans: ['hard'] });
      await before.close();
      const lines: GateLine[] = [];
      for (const round of numbers(ROUNDS)) {
        const child = start(store, { type: 'endless', seed: seed + round, customers, ids: 400 }, key);
        // Early or late, and in the middle of whatever it is doing then.
        const [answers, delayMs] = [Math.floor(5 + chance(seed, round) * 150), chance(seed + 1, round) * 30];
        lines.push(...(await listen(child, (count) => void (count === answers && setTimeout(() => child.kill('SIGKILL'), delayMs)))));
      }
      const { engine, call, close } = await open(store, key);
      expect(lines.filter(({ status }) => status >= 300), hint).toEqual([]);
      const allowed = lines.filter(({ answer }) => answer.allowed === true);
      expect(allowed.length, hint).toBeGreaterThan(30);
      for (const name of customers) {
        const { entitlements: [entitlement], usage: [window] } = (await call('GET', `/v1/customers/${name}/state`)).body;
        const events = new Set<string>();
        for await (const { id } of selectEvents(engine.database, { customerId: await findCustomerId(engine, name) })) events.add(id);
        const own = allowed.filter((line) => line.call.customer === name);
        // Everything that was acknowledged is there, with the same answer when it is sent again.
        const again = await Promise.all(own.map((line) => call('POST', `/v1/customers/${name}/${line.call.path}`, line.call.body, line.call.key === undefined ? {} : { 'idempotency-key': line.call.key })));
        expect(again.map(({ body }) => body as unknown), hint).toEqual(own.map(({ answer }) => answer as unknown));
        const after = (await call('GET', `/v1/customers/${name}/state`)).body.entitlements[0];
        const { data: holds } = (await call('GET', `/v1/customers/${name}/holds`)).body as { data: Array<{ feature: { quantity: string } }> };
        const consumed = new Set(own.filter((line) => line.call.path === 'consume').map(({ answer }) => answer.id as string));

        expect([...consumed].filter((id) => !events.has(id)), `${hint}: acknowledged, but not there`).toEqual([]);
        expect([after.used, after.held], `${hint}: sent again, it counts once`).toEqual([entitlement.used, entitlement.held]);
        expect(Number(window.used), hint).toBe(Number(entitlement.used));
        expect(holds.reduce((sum, { feature }) => sum + Number(feature.quantity), 0), hint).toBe(Number(entitlement.held));
        expect(Number(entitlement.used) + Number(entitlement.held), hint).toBeLessThanOrEqual(LEFT);
      }
      expect((await verifyStore(engine, { isRepair: false })).differences, hint).toEqual([]);
      await close();
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  });
});
