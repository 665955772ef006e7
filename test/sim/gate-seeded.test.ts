import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/core/instant.js';
import { buildApp } from '../../src/http/app.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { createApiKey } from '../../src/service/api-key.js';
import type { Engine } from '../../src/service/engine.js';
import { openEngine } from '../../src/service/open.js';
import { verifyStore } from '../../src/service/verify.js';
import type { Database } from '../../src/store/database.js';
import { STORES, TestClock, openStore, type StoreKind } from '../support/app.js';
import { chance } from '../support/crash-child.js';
import { DAY_MS, GateModel, type ModelGatePlan, type ModelHold } from '../support/gate-model.js';

/**
 * Days of random uses, holds, overrides, events and changes of plan against the model of test/support/gate-model.ts,
 * through the API of a real engine that is started anew now and then. PAIDUP_SEED repeats a run; PAIDUP_RUNS makes more.
 */
const STEPS = 150;
const FROM = Date.UTC(2026, 0, 3, 7);
const FREE = { isSoft: false, each: 0, cap: null, isFromWallet: false };
const PLANS: readonly ModelGatePlan[] = [
  { code: 'small', included: 20, ...FREE },
  { code: 'large', included: 35, ...FREE },
  { code: 'capped', included: 25, isSoft: true, each: 1, cap: 10, isFromWallet: false },
];
const PAID: ModelGatePlan = { code: 'paid', included: 5, isSoft: true, each: 1, cap: null, isFromWallet: true };

interface Customer {
  readonly name: string;
  readonly model: GateModel;
  subscription: string;
  /** Consumes that were allowed, with their answers. */
  readonly consumed: Array<{ body: object; answer: unknown }>;
  readonly recorded: Array<{ at: number; revision: number; state: unknown }>;
}

const moment = (at: number): string => new Date(at).toISOString();
const dimes = (count: number): string => (count / 10).toFixed(2);
const text = (value: number | string | null): string | null => (value === null ? null : String(value));

class Run {
  readonly #database: Database;
  readonly #seed: number;
  readonly #clock = new TestClock(instant(FROM));
  readonly #customers: Customer[] = ['free', 'paying'].map((name, index) => ({ name, model: new GateModel(FROM, (index === 0 ? PLANS[0] : PAID) as ModelGatePlan), subscription: '', consumed: [], recorded: [] }));
  readonly #log: string[] = [];
  #engine!: Engine;
  #app!: FastifyInstance;
  #key = '';
  #step = 0;
  #names = 0;
  /** How often what was seen: a run that never says no proves little. */
  readonly seen = { yes: 0, no: 0, lifts: 0 };

  constructor(database: Database, seed: number) {
    this.#database = database;
    this.#seed = seed;
  }

  #draw(below: number): number {
    return Math.floor(chance(this.#seed, (this.#step += 1)) * below);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#draw(items.length)] as Item;
  }

  #hint(): string {
    return `PAIDUP_SEED=${this.#seed}; last steps:\n${this.#log.slice(-25).join('\n')}\n`;
  }

  async start(): Promise<void> {
    if (this.#key !== '') await this.#app.close();
    this.#engine = await openEngine({ database: this.#database, provider: sandboxProvider, clock: this.#clock });
    this.#app = await buildApp({ engine: this.#engine });
    if (this.#key === '') this.#key = (await createApiKey(this.#engine, { kind: 'secret', name: 'test', scopes: [] })).key;
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every shape
  async #call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', url: string, body?: object): Promise<{ status: number; body: any }> {
    const response = await this.#app.inject({ method, url, headers: { authorization: `Bearer ${this.#key}` }, ...(body === undefined ? {} : { payload: body }) });
    if (method !== 'GET' && !url.endsWith('/check')) this.#log.push(`${moment(this.#clock.now())} ${method} ${url} ${JSON.stringify(body)} -> ${response.statusCode} ${response.body.slice(0, 90)}`);
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  }

  async prepare(): Promise<void> {
    await this.start();
    await this.#call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'sum', property: 'n' });
    await this.#call('PUT', '/v1/features/calls', { name: 'Calls', type: 'metered', meter: 'calls' });
    for (const { code, included, isSoft, each, cap, isFromWallet } of [...PLANS, PAID]) {
      const price = { code: 'calls', type: 'usage', meter: 'calls', included: String(included), window: { unit: 'day' }, overage: isSoft ? 'allowed' : 'blocked', model: { type: 'per_unit', amount: dimes(each) } };
      const more = { ...(cap === null ? {} : { overage_cap: dimes(cap) }), ...(isFromWallet ? { paid_from: 'wallet' } : {}) };
      const { status } = await this.#call('PUT', `/v1/plans/${code}`, { currency: 'USD', interval: { unit: 'month', count: 1 }, features: [{ feature: 'calls', price: 'calls' }], prices: [{ ...price, ...more }] });
      expect(status, this.#hint()).toBeLessThan(300);
    }
    for (const customer of this.#customers) {
      await this.#call('PUT', `/v1/customers/${customer.name}`, { currency: 'USD' });
      const { body } = await this.#call('POST', `/v1/customers/${customer.name}/subscriptions`, { plan: customer.model.plan.code });
      customer.subscription = body.id as string;
    }
  }

  // --- What happens --------------------------------------------------------------------------------------------

  async consume({ name, model, consumed }: Customer): Promise<void> {
    const [quantity, partial] = [1 + this.#draw(9), this.#draw(3) === 0];
    const body = { id: `c-${(this.#names += 1)}`, feature: 'calls', quantity: String(quantity), partial, remedies: false };
    const part = partial ? model.partOf(quantity) : model.allows(quantity) ? quantity : 0;
    const { status, body: answer } = await this.#call('POST', `/v1/customers/${name}/consume`, body);
    model.used += part;
    this.#count(part > 0);
    expect([status, answer.allowed, answer.quantity, answer.used, answer.held], this.#hint()).toEqual([200, part > 0, String(part), String(model.used), String(model.held)]);
    if (part > 0) consumed.push({ body, answer });
  }

  async again({ name, consumed }: Customer): Promise<void> {
    if (consumed.length === 0) return;
    const { body, answer } = this.#pick(consumed);
    expect((await this.#call('POST', `/v1/customers/${name}/consume`, body)).body, this.#hint()).toEqual(answer);
  }

  async open({ name, model }: Customer): Promise<void> {
    const [quantity, seconds] = [1 + this.#draw(8), 1 + this.#draw(100_000)];
    const isAllowed = model.allows(quantity);
    const { status, body } = await this.#call('POST', `/v1/customers/${name}/holds`, { feature: 'calls', quantity: String(quantity), expires_in: seconds });
    this.#count(isAllowed);
    expect([status, body.allowed], this.#hint()).toEqual(isAllowed ? [201, true] : [200, false]);
    if (!isAllowed) return;
    const hold = { id: body.id as string, quantity, dimes: model.asideFor(quantity), expiresAt: model.now + seconds * 1000 };
    expect(body.amount.amount, this.#hint()).toBe(dimes(hold.dimes));
    model.holds.push(hold);
  }

  async end({ name, model }: Customer, hold: ModelHold): Promise<void> {
    const url = `/v1/customers/${name}/holds/${hold.id}`;
    const close = (): void => void (model.holds = model.holds.filter((other) => other !== hold));
    const dice = this.#draw(6);
    if (dice === 0) {
      close();
      expect((await this.#call('POST', `${url}/release`)).status, this.#hint()).toBe(200);
      return;
    }
    if (dice === 1) {
      const seconds = 1 + this.#draw(100_000);
      const until = model.now + seconds * 1000;
      const { status } = await this.#call('POST', `${url}/extend`, { expires_in: seconds });
      expect(status, this.#hint()).toBe(until < hold.expiresAt ? 400 : 200);
      if (status === 200) hold.expiresAt = until;
      return;
    }
    const quantity = [this.#draw(hold.quantity + 1), hold.quantity, hold.quantity + 1 + this.#draw(4)][this.#draw(3)] ?? 0;
    const isSettled = model.settles(hold, quantity);
    const { status, body } = await this.#call('POST', `${url}/settle`, { quantity: String(quantity) });
    expect([status >= 400, body.feature?.settled ?? null], this.#hint()).toEqual([!isSettled, isSettled ? String(quantity) : null]);
    if (!isSettled) return;
    close();
    model.used += quantity;
  }

  async report({ name, model }: Customer): Promise<void> {
    const n = 1 + this.#draw(6);
    await this.#call('POST', '/v1/events', { events: [{ id: `e-${(this.#names += 1)}`, customer: name, name: 'call', properties: { n } }] });
    model.used += n;
  }

  async overrideOf({ name, model }: Customer): Promise<void> {
    const url = `/v1/customers/${name}/entitlements/calls`;
    if (model.override !== null && this.#draw(2) === 0) {
      model.override = null;
      expect((await this.#call('DELETE', url)).status, this.#hint()).toBe(204);
      return;
    }
    const way = this.#pick(['replace', 'add', 'max', 'deny'] as const);
    const limit = this.#draw(6) === 0 ? 'unlimited' : this.#draw(60);
    const expiresAt = this.#draw(4) === 0 ? Infinity : model.now + 1 + this.#draw(2 * DAY_MS);
    const body = { ...(way === 'deny' ? { granted: false } : { limit: String(limit), combine: way }), reason: 'x', ...(expiresAt === Infinity ? {} : { expires_at: moment(expiresAt) }) };
    model.override = { way, limit, expiresAt };
    expect((await this.#call('PUT', url, body)).status, this.#hint()).toBe(200);
  }

  /** The paying customer gets money, the other another plan. */
  async change({ name, model, subscription }: Customer): Promise<void> {
    if (model.plan.isFromWallet) {
      const amount = 1 + this.#draw(40);
      model.balance += amount;
      expect((await this.#call('POST', `/v1/customers/${name}/credits`, { amount: dimes(amount), reason: 'gift' })).status, this.#hint()).toBeLessThan(300);
      return;
    }
    const plan = this.#pick(PLANS.filter((other) => other !== model.plan));
    model.plan = plan;
    expect((await this.#call('POST', `/v1/subscriptions/${subscription}/change`, { plan: plan.code, proration: 'none' })).status, this.#hint()).toBe(200);
  }

  async act(customer: Customer): Promise<void> {
    const { holds } = customer.model;
    const dice = this.#draw(20);
    if (dice < 6) return this.consume(customer);
    if (dice < 10) return this.open(customer);
    if (dice < 14) return holds.length === 0 ? this.open(customer) : this.end(customer, this.#pick(holds));
    if (dice < 15) return this.report(customer);
    if (dice < 16) return this.overrideOf(customer);
    if (dice < 18) return this.change(customer);
    if (dice < 19) return this.again(customer);
    this.#log.push(`${moment(this.#clock.now())} restart`);
    return this.start();
  }

  #move({ model }: Customer): void {
    const coming = [model.turnsAt, ...model.holds.map(({ expiresAt }) => expiresAt), ...(model.override === null || model.override.expiresAt === Infinity ? [] : [model.override.expiresAt])];
    const dice = this.#draw(6);
    const to = dice === 0 ? this.#pick(coming) - this.#draw(2) : model.now + this.#draw(dice < 4 ? 600_000 : 20_000_000);
    if (to <= model.now) return;
    this.#clock.set(instant(to));
    for (const other of this.#customers) other.model.advance(to);
  }

  // --- What is compared ----------------------------------------------------------------------------------------

  #count(isYes: boolean): void {
    if (isYes) this.seen.yes += 1;
    else this.seen.no += 1;
  }

  async #state({ name }: Customer, query = ''): Promise<{ revision: number; state: { entitlements: unknown; wallet: unknown } }> {
    const { revision, entitlements, wallet } = (await this.#call('GET', `/v1/customers/${name}/state${query}`)).body;
    return { revision, state: { entitlements, wallet } };
  }

  async compare(customer: Customer): Promise<void> {
    const { name, model, recorded } = customer;
    const asked = 1 + this.#draw(45);
    const check = async (quantity: number) => (await this.#call('POST', `/v1/customers/${name}/check`, { feature: 'calls', quantity: String(quantity), remedies: false })).body;
    const answer = await check(asked);
    const { body: state } = await this.#call('GET', `/v1/customers/${name}/state`);
    const [entitlement] = state.entitlements;
    const figures = [text(model.limit), String(model.used), String(model.held), text(model.remaining)];
    expect([answer.limit, answer.used, answer.held, answer.remaining, answer.revision], this.#hint()).toEqual([...figures, state.revision]);
    expect([entitlement.limit, entitlement.used, entitlement.held, entitlement.remaining, entitlement.granted], this.#hint()).toEqual([...figures, !model.isDenied]);
    expect(state.wallet[0].available, this.#hint()).toBe(dimes(model.available));
    expect(answer.allowed, `${this.#hint()}${asked} asked`).toBe(model.allows(asked));
    const lifts = answer.allowed ? null : model.liftsAt(asked);
    expect(answer.lifts_at === null ? null : Date.parse(answer.lifts_at as string), `${this.#hint()}${asked} asked: when it lifts`).toBe(lifts);
    if (lifts !== null) await this.#lifts(check, asked, lifts);
    await this.#past(customer, recorded);
  }

  /** With a clock that stands there it is allowed, and one that stands a millisecond before it says no. */
  async #lifts(check: (quantity: number) => Promise<{ allowed: boolean }>, asked: number, lifts: number): Promise<void> {
    const now = this.#clock.now();
    const allowed: boolean[] = [];
    for (const at of [lifts - 1, lifts]) {
      this.#clock.set(instant(at));
      allowed.push((await check(asked)).allowed);
    }
    this.#clock.set(now);
    this.seen.lifts += 1;
    expect(allowed, `${this.#hint()}${asked} asked at ${moment(lifts)}`).toEqual([false, true]);
  }

  async #past(customer: Customer, recorded: Customer['recorded']): Promise<void> {
    if (this.#draw(6) === 0) recorded.push({ at: this.#clock.now(), ...(await this.#state(customer)) });
    if (recorded.length === 0 || this.#draw(6) > 0) return;
    const past = this.#pick(recorded);
    if (past.at === this.#clock.now()) return;
    expect((await this.#state(customer, `?at=${moment(past.at)}&known_at_revision=${past.revision}`)).state, `${this.#hint()}the state of ${moment(past.at)}`).toEqual(past.state);
  }

  async go(): Promise<void> {
    for (let step = 0; step < STEPS; step += 1) {
      const customer = this.#pick(this.#customers);
      this.#move(customer);
      await this.act(customer);
      await this.compare(customer);
    }
    expect((await verifyStore(this.#engine, { isRepair: false })).differences, this.#hint()).toEqual([]);
    await this.#app.close();
  }
}

const GIVEN = process.env['PAIDUP_SEED'];
const FIRST = Number(GIVEN ?? (process.env['PAIDUP_RUNS'] === undefined ? 7 : Math.floor(Math.random() * 1e9)));
const RUNS = GIVEN === undefined ? Number(process.env['PAIDUP_RUNS'] ?? 1) : 1;
const SEEDS = Array.from({ length: RUNS }, (_, index) => FIRST + index);

async function runSeed(store: StoreKind, seed: number): Promise<Run['seen']> {
  const database = await openStore(store);
  try {
    const run = new Run(database, seed);
    await run.prepare();
    await run.go();
    return run.seen;
  } finally {
    await database.close();
  }
}

describe.each(STORES)('a seeded gate on the %s store', (store) => {
  it.each(SEEDS)('says what the model says: PAIDUP_SEED=%i', async (seed) => {
    const { yes, no, lifts } = await runSeed(store, seed);
    expect([yes > 10, no > 3, lifts > 5], JSON.stringify({ yes, no, lifts })).toEqual([true, true, true]);
  });
});
