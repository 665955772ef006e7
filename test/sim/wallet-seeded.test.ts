import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { instant } from '../../src/core/instant.js';
import type { BillingState } from '../../src/core/state.js';
import { buildApp } from '../../src/http/app.js';
import { createSandbox } from '../../src/provider/sandbox.js';
import type { PaymentProvider } from '../../src/provider/port.js';
import { createApiKey } from '../../src/service/api-key.js';
import { bookDueCustomers } from '../../src/service/booking.js';
import type { Engine } from '../../src/service/engine.js';
import { openEngine } from '../../src/service/open.js';
import { settleOpenPayments } from '../../src/service/payment.js';
import { readState } from '../../src/service/state.js';
import { verifyStore } from '../../src/service/verify.js';
import type { Database } from '../../src/store/database.js';
import { STORES, TestClock, openStore, type StoreKind } from '../support/app.js';
import { chance } from '../support/crash-child.js';
import { WalletModel, type Account, type ModelPlan, type ModelSubscription } from '../support/wallet-model.js';

/**
 * Months of random wallets against the model of test/support/wallet-model.ts, through the API of a real engine whose
 * worker comes and goes and which is started anew. PAIDUP_SEED repeats a run; PAIDUP_RUNS makes more of them.
 */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 75;
const FROM = Date.UTC(2026, 0, 3, 7);
/** A longer backlog is booked in several transactions, each of which may open a charge. */
const MAX_OFF_MS = 8 * DAY_MS;
const CARDS = ['card_succeeds', 'card_succeeds', 'card_times_out', 'card_declines'] as const;
const CURRENCIES = [['USD', 2], ['JPY', 0], ['KWD', 3]] as const;
const CALLS = { event: 'call', isDaily: false };
const BYTES = { event: 'byte', micro: 11_300n, isDaily: true };
const PLANS: readonly ModelPlan[] = [
  { code: 'metered', prices: [{ ...CALLS, micro: 3700n }, BYTES], base: 0n, each: 0n },
  { code: 'invoiced', prices: [{ ...CALLS, micro: 2100n }, BYTES], base: 9_000_000n, each: 0n },
  { code: 'bought', prices: [], base: 0n, each: 140_000n },
];

interface Recorded {
  readonly at: number;
  readonly revision: number;
  readonly state: unknown;
}

interface Customer {
  readonly name: string;
  readonly currency: string;
  readonly digits: number;
  readonly model: WalletModel;
  /** Payments whose answer was lost, in the order in which they were asked for; null for the automatic one. */
  pending: Array<bigint | null>;
  readonly recorded: Recorded[];
  charges: number;
  /** The automatic charge is under way, and about to be answered. */
  isAsking: boolean;
}

const decimalText = (micro: bigint): string => `${micro / 1_000_000n}.${String(micro % 1_000_000n).padStart(6, '0')}`;
const moment = (at: number): string => new Date(at).toISOString();

class Run {
  readonly #database: Database;
  readonly #seed: number;
  readonly #clock = new TestClock(instant(FROM));
  readonly #provider: PaymentProvider;
  /** What the provider has taken, by key. */
  readonly #taken = new Map<string, { readonly customer: string; readonly minor: bigint }>();
  readonly #customers: Customer[] = [];
  readonly #log: string[] = [];
  #engine!: Engine;
  #app!: FastifyInstance;
  #key = '';
  #step = 0;
  #events = 0;
  #offSince: number | null = null;
  commands = 0;

  constructor(database: Database, seed: number) {
    this.#database = database;
    this.#seed = seed;
    const sandbox = createSandbox();
    this.#provider = {
      ...sandbox,
      charge: async (input) => {
        if (!input.paymentMethodId.endsWith('card_declines')) {
          const before = this.#taken.get(input.idempotencyKey);
          expect(before?.minor ?? input.money.minor, this.#hint()).toBe(input.money.minor);
          this.#taken.set(input.idempotencyKey, { customer: input.customerId, minor: input.money.minor });
        }
        return sandbox.charge(input);
      },
    };
  }

  #draw(below: number): number {
    return Math.floor(chance(this.#seed, (this.#step += 1)) * below);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#draw(items.length)] as Item;
  }

  get #now(): number {
    return this.#clock.now();
  }

  #hint(name = ''): string {
    const steps = this.#log.filter((line) => name === '' || line.includes(name) || line.includes(' * '));
    return `PAIDUP_SEED=${this.#seed}; ${name} last steps:\n${steps.slice(-Number(process.env['PAIDUP_STEPS'] ?? 25)).join('\n')}\n`;
  }

  async start(): Promise<void> {
    this.#engine = await openEngine({ database: this.#database, provider: this.#provider, clock: this.#clock });
    this.#app = await buildApp({ engine: this.#engine });
    if (this.#key === '') this.#key = (await createApiKey(this.#engine, { kind: 'secret', name: 'test', scopes: [] })).key;
  }

  /** Another process over the same store. */
  async restart(): Promise<void> {
    this.#log.push(`${moment(this.#now)} * restart`);
    await this.#app.close();
    await this.start();
  }

  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every shape
  async #call(method: 'GET' | 'PUT' | 'POST', url: string, body?: object): Promise<{ status: number; body: any }> {
    const response = await this.#app.inject({ method, url, headers: { authorization: `Bearer ${this.#key}` }, ...(body === undefined ? {} : { payload: body }) });
    if (method !== 'GET') this.#log.push(`${moment(this.#now)} ${method} ${url} ${JSON.stringify(body)} -> ${response.statusCode}`);
    return { status: response.statusCode, body: response.body === '' ? null : response.json() };
  }

  async prepare(): Promise<void> {
    await this.start();
    for (const name of ['call', 'byte']) await this.#call('PUT', `/v1/meters/${name}s`, { event_name: name, aggregation: 'sum', property: 'n' });
    for (const [currency, digits] of CURRENCIES) {
      for (const { code, prices, base, each } of PLANS) {
        const definition = [
          ...prices.map(({ event, micro, isDaily }) => ({ code: event, type: 'usage', meter: `${event}s`, model: { type: 'per_unit', amount: decimalText(micro) }, paid_from: 'wallet', ...(isDaily ? { window: { unit: 'day' } } : {}) })),
          ...(base === 0n ? [] : [{ code: 'base', type: 'fixed', amount: decimalText(base) }]),
          ...(each === 0n ? [] : [{ code: 'gb', type: 'fixed', amount: decimalText(each), per_seat: true, paid_from: 'wallet' }]),
        ];
        const made = await this.#call('PUT', `/v1/plans/${code}-${currency}`, { currency, interval: { unit: 'month', count: 1 }, prices: definition });
        expect(made.status, JSON.stringify(made.body)).toBe(200);
      }
      const name = `in-${currency}`;
      await this.#call('PUT', `/v1/customers/${name}`, { name, currency });
      this.#customers.push({ name, currency, digits, model: new WalletModel(digits, this.#now), pending: [], recorded: [], charges: 0, isAsking: false });
    }
  }

  // --- What is done ------------------------------------------------------------------------------------------

  #text({ digits }: Customer, minor: bigint): string {
    const [sign, size] = minor < 0n ? ['-', -minor] : ['', minor];
    if (digits === 0) return `${sign}${size}`;
    const unit = 10n ** BigInt(digits);
    return `${sign}${size / unit}.${String(size % unit).padStart(digits, '0')}`;
  }

  #amount({ digits }: Customer, most: number): bigint {
    return BigInt(1 + this.#draw(most * 10 ** digits));
  }

  /** Asks for money where the wallet is low: what was due and is written down may have left it so. */
  #ask(customer: Customer): void {
    const { model, name } = customer;
    const amount = model.decide();
    if (amount === null) return;
    model.request(amount);
    customer.charges += 1;
    this.#log.push(`${moment(this.#now)} ${name} model charges ${amount} with ${String(model.card)}`);
    if (model.card === 'card_times_out') customer.pending.push(null);
    else customer.isAsking = true;
  }

  /** What a change that was written down leads to: a low wallet asks for money, and is answered. */
  async #settled(customer: Customer): Promise<void> {
    await this.#engine.charges.idle();
    const { model } = customer;
    model.isBehind = false;
    for (this.#ask(customer); customer.isAsking; this.#ask(customer)) {
      customer.isAsking = false;
      model.answer(model.card === 'card_declines' ? 'insufficient_funds' : null);
    }
  }

  /** Sends a command that the model takes or not; what is refused changes nothing. */
  async #command(customer: Customer, input: { path: string; body: object; isWell: boolean; method?: 'PUT' | 'POST' }, apply: (body: { id: string }) => void): Promise<void> {
    const { path, body, isWell, method = 'POST' } = input;
    const done = await this.#call(method, path.startsWith('/v1') ? path : `/v1/customers/${customer.name}${path}`, body);
    expect([done.status, done.status < 300], `${this.#hint(customer.name)}${JSON.stringify(done.body)}`).toEqual([done.status, isWell]);
    if (!isWell) return;
    this.commands += 1;
    if (customer.model.isBehind) this.#ask(customer);
    apply(done.body as { id: string });
    await this.#settled(customer);
  }

  async deposit(customer: Customer): Promise<void> {
    const { model } = customer;
    const amount = this.#amount(customer, 30);
    const path = `/v1/customers/${customer.name}/top-ups`;
    const done = await this.#call('POST', path, { amount: this.#text(customer, amount) });
    const expected = { card_succeeds: 201, card_declines: 402, card_times_out: 503 }[model.card ?? ''] ?? 409;
    expect(done.status, `${this.#hint(customer.name)}${JSON.stringify(done.body)}`).toBe(expected);
    if (done.status === 503) customer.pending.push(amount);
    else if (done.status < 409 && model.isBehind) this.#ask(customer);
    if (done.status === 201) model.receive('provider', amount);
    // A decline is written down too.
    if (done.status === 201 || done.status === 402) await this.#settled(customer);
  }

  async grant(customer: Customer): Promise<void> {
    const amount = this.#amount(customer, 20);
    const terms = { kind: this.#pick(['granted', 'granted', 'purchased'] as const), priority: this.#pick([0, 10, 50, 100]), expiresAt: this.#draw(4) === 0 ? Infinity : this.#now + this.#draw(20 * DAY_MS) + 1 };
    const body = { amount: this.#text(customer, amount), kind: terms.kind, priority: terms.priority, ...(terms.expiresAt === Infinity ? {} : { expires_at: moment(terms.expiresAt) }), reason: 'gift' };
    await this.#command(customer, { path: '/credits', body, isWell: true }, () => customer.model.receive(terms.kind === 'granted' ? 'promotion' : 'adjustment', amount, terms));
  }

  async adjust(customer: Customer): Promise<void> {
    const { model } = customer;
    const amount = this.#amount(customer, 15);
    if (this.#draw(3) === 0) return this.#command(customer, { path: '/adjustments', body: { amount: this.#text(customer, amount), reason: 'x' }, isWell: true }, () => model.receive('adjustment', amount));
    return this.#command(customer, { path: '/adjustments', body: { amount: this.#text(customer, -amount), reason: 'x' }, isWell: model.available >= amount }, () => model.spend('adjustment', amount));
  }

  async use(customer: Customer): Promise<void> {
    const { model, name } = customer;
    const sent = Array.from({ length: 1 + this.#draw(4) }, () => {
      const late = [0, 0, 0, this.#draw(3 * DAY_MS), this.#draw(45 * DAY_MS)][this.#draw(5)] ?? 0;
      const event = this.#pick(['call', 'byte']);
      return { id: `e${(this.#events += 1)}`, event, at: Math.max(this.#now - late, FROM), n: 1 + this.#draw(event === 'call' ? 900 : 250) };
    });
    await this.#call('POST', '/v1/events', { events: sent.map(({ id, event, at, n }) => ({ id, customer: name, name: event, timestamp: moment(at), properties: { n } })) });
    if (model.isBehind) this.#ask(customer);
    const counted = sent.filter(({ event, at, n }) => model.use(event, BigInt(n), at));
    const isDecided = model.isBehind || counted.length > 0;
    model.isBehind = false;
    model.catchUp();
    // What they made due of windows that had closed is not written down with them.
    const { isBehind } = model;
    if (isDecided) await this.#settled(customer);
    model.isBehind = isBehind;
  }

  async hold(customer: Customer): Promise<void> {
    const { model } = customer;
    const open = model.holds.length === 0 || this.#draw(3) === 0 ? undefined : this.#pick(model.holds);
    const seconds = 1 + this.#draw(5 * 86_400);
    const until = this.#now + seconds * 1000;
    const amount = this.#amount(customer, 8);
    if (open === undefined) return this.#command(customer, { path: '/holds', body: { amount: this.#text(customer, amount), expires_in: seconds }, isWell: model.available >= amount }, ({ id }) => model.holds.push({ id, amount, expiresAt: until }));
    const close = (): void => void (model.holds = model.holds.filter((other) => other !== open));
    switch (this.#draw(3)) {
      case 0:
        return this.#command(customer, { path: `/holds/${open.id}/extend`, body: { expires_in: seconds }, isWell: until >= open.expiresAt }, () => void (open.expiresAt = until));
      case 1:
        return this.#command(customer, { path: `/holds/${open.id}/settle`, body: { amount: this.#text(customer, amount) }, isWell: amount <= open.amount || model.available >= amount - open.amount }, () => {
          close();
          model.spend('revenue', amount);
        });
      default:
        return this.#command(customer, { path: `/holds/${open.id}/release`, body: {}, isWell: true }, close);
    }
  }

  async settings(customer: Customer): Promise<void> {
    const { model } = customer;
    if (this.#draw(2) === 0 || model.card === null) {
      const token = this.#pick(CARDS);
      return this.#command(customer, { path: '/payment-method', body: { token }, isWell: true, method: 'PUT' }, () => model.setCard(token));
    }
    const [isEnabled, upTo] = [this.#draw(5) > 0, BigInt(12 + this.#draw(20))];
    const ceiling = upTo + BigInt(this.#draw(40));
    const body = { enabled: isEnabled, min_balance: '10', up_to_balance: String(upTo), daily_ceiling: String(ceiling) };
    return this.#command(customer, { path: '/top-up-settings', body, isWell: true, method: 'PUT' }, () => (model.topUp = { isEnabled, min: 10n, upTo, ceiling, switchedOff: null }));
  }

  async subscribe(customer: Customer): Promise<void> {
    const { model, currency, name } = customer;
    const plan = this.#pick(PLANS);
    const active = (isBought: boolean): ModelSubscription | undefined => model.subscriptions.find((one) => model.statusOf(one) === 'active' && (model.planAt(one, this.#now).plan.each > 0n) === isBought);
    const one = active(plan.each > 0n);
    const quantity = BigInt(1 + this.#draw(60));
    const quantities = plan.each > 0n ? { quantities: { gb: String(quantity) } } : {};
    if (one === undefined) {
      // The model's months all have the day that they count from.
      if (new Date(this.#now).getUTCDate() > 28) return;
      const cost = model.subscribe('', plan, quantity);
      const created = model.subscriptions.at(-1);
      return this.#command(customer, { path: '/subscriptions', body: { plan: `${plan.code}-${currency}`, ...quantities }, isWell: cost }, ({ id }) => Object.assign(created as object, { id }));
    }
    if (this.#draw(4) === 0) return this.#command(customer, { path: `/v1/subscriptions/${one.id}/cancel`, body: { proration: 'none' }, isWell: true }, () => model.cancel(one));
    const isNow = this.#draw(2) === 0;
    const next = { plan, quantity };
    const before = model.planAt(one, this.#now);
    if (before.plan === plan && (plan.each === 0n || before.quantity === quantity)) return;
    const body = { ...(before.plan === plan ? {} : { plan: `${plan.code}-${currency}` }), ...quantities, when: isNow ? 'now' : 'period_end', proration: 'none' };
    await this.#command(customer, { path: `/v1/subscriptions/${one.id}/change`, body, isWell: true }, () => model.change(one, isNow ? this.#now : model.turnAfter(one, this.#now), next));
    expect(name).toBe(customer.name);
  }

  async settle(): Promise<void> {
    this.#log.push(`${moment(this.#now)} * settle`);
    const { failures } = await settleOpenPayments(this.#engine);
    expect(failures, this.#hint()).toEqual([]);
    await this.#engine.charges.idle();
    for (const customer of this.#customers) {
      const { pending, model } = customer;
      customer.pending = [];
      for (const amount of pending) {
        if (model.isBehind) this.#ask(customer);
        if (amount === null) model.answer(null);
        else model.receive('provider', amount);
        await this.#settled(customer);
      }
    }
  }

  async act(customer: Customer): Promise<void> {
    const dice = this.#draw(22);
    if (dice < 8) return this.use(customer);
    if (dice < 9) return this.deposit(customer);
    if (dice < 11) return this.grant(customer);
    if (dice < 12) return this.adjust(customer);
    if (dice < 15) return this.hold(customer);
    if (dice < 17) return this.settings(customer);
    if (dice < 20) return this.subscribe(customer);
    if (dice < 21) return this.settle();
    return this.restart();
  }

  // --- Time --------------------------------------------------------------------------------------------------

  #nextMoment({ model }: Customer): number {
    const coming = [...model.credits, ...model.holds].map(({ expiresAt }) => expiresAt).filter((at) => at !== Infinity);
    const dice = this.#draw(8);
    const turn = model.subscriptions.filter((one) => one.endsAt === Infinity).map((one) => model.turnAfter(one, this.#now));
    if (dice < 2 && coming.length > 0) return this.#pick(coming) - this.#draw(2);
    if (dice === 2 && turn.length > 0) return Math.min(...turn) - this.#draw(2);
    return this.#now + 1 + (dice < 6 ? this.#draw(HOUR_MS) : this.#draw(3 * DAY_MS));
  }

  async move(customer: Customer): Promise<void> {
    const to = Math.min(Math.max(this.#nextMoment(customer), this.#now + 1), this.#now + 6 * DAY_MS);
    this.#clock.set(instant(to));
    for (const { model } of this.#customers) model.advance(to);
    if (this.#draw(10) === 0) this.#offSince = this.#offSince === null ? to : null;
    if (this.#offSince !== null && to - this.#offSince > MAX_OFF_MS - 6 * DAY_MS) this.#offSince = null;
    this.#log.push(`${moment(to)} * clock, worker ${this.#offSince === null ? 'on' : 'off'}`);
  }

  /** What the worker does. Nobody can tell from the state whether it has been there, but for money that it asked for. */
  async work(): Promise<void> {
    if (this.#offSince !== null) return;
    const before = new Map<Customer, unknown>();
    const charges = new Map(this.#customers.map((customer) => [customer, customer.charges]));
    for (const customer of this.#customers) before.set(customer, (await this.#state(customer)).state);
    await bookDueCustomers(this.#engine, (name, error) => {
      throw new Error(`${this.#hint()}${name} cannot be booked`, { cause: error });
    });
    for (const customer of this.#customers) {
      await this.#settled(customer);
      if (charges.get(customer) !== customer.charges) continue;
      expect((await this.#state(customer)).state, `${this.#hint(customer.name)}the state without and with the worker`).toEqual(before.get(customer));
    }
  }

  // --- What is compared --------------------------------------------------------------------------------------

  async #state({ name }: Customer, query = ''): Promise<{ revision: number; state: unknown }> {
    const { body } = await this.#call('GET', `/v1/customers/${name}/state${query}`);
    const { revision, customer: _customer, ...state } = body as { revision: number; customer: unknown };
    return { revision, state };
  }

  #figures(state: BillingState, customer: Customer): unknown {
    const [wallet] = state.wallets;
    const credits = new Map<string, bigint>();
    for (const { kind, priority, expiresAt, remaining } of wallet?.credits ?? []) {
      const key = `${kind} ${priority} ${expiresAt}`;
      credits.set(key, (credits.get(key) ?? 0n) + remaining.minor);
    }
    return {
      balance: wallet?.balance.minor, held: wallet?.held.minor, accrued: wallet?.accrued.minor, available: wallet?.available.minor, owed: state.owed.minor,
      credits: [...credits].map(([key, left]) => `${key} ${left}`).sort(), charging: state.topUpStatus?.charging?.money.minor ?? null,
      topUp: state.topUp === null ? null : [state.topUp.isEnabled, state.topUp.switchedOff],
      subscriptions: state.subscriptions.map(({ subscription, status }) => `${subscription.id} ${status}`), currency: customer.currency,
    };
  }

  #modelFigures({ model, currency }: Customer): unknown {
    const { balance, held, accrued, available, topUp, charging } = model;
    return {
      balance, held, accrued, available, owed: -(model.ledger.get('receivable') ?? 0n),
      credits: [...model.creditsByTerms()].map(([key, left]) => `${key} ${left}`).sort(), charging: charging?.amount ?? null,
      topUp: topUp === null ? null : [topUp.isEnabled, topUp.switchedOff],
      subscriptions: model.subscriptions.map((one) => `${one.id} ${model.statusOf(one)}`), currency,
    };
  }

  async compare(customer: Customer): Promise<void> {
    const { name, recorded } = customer;
    const state = await readState(this.#engine, name);
    expect(this.#figures(state, customer), this.#hint(name)).toEqual(this.#modelFigures(customer));
    if (this.#draw(4) === 0) recorded.push({ at: this.#now, ...(await this.#state(customer)) });
    if (recorded.length === 0 || this.#draw(4) > 0) return;
    const past = this.#pick(recorded);
    if (past.at === this.#now) return;
    const known = await this.#state(customer, `?at=${moment(past.at)}&known_at_revision=${past.revision}`);
    expect(known.state, `${this.#hint(name)}the state of ${moment(past.at)} as known at revision ${past.revision}`).toEqual(past.state);
  }

  async go(): Promise<void> {
    while (this.#now < FROM + DAYS * DAY_MS) {
      const customer = this.#pick(this.#customers);
      await this.move(customer);
      await this.work();
      await this.act(customer);
      await this.compare(customer);
    }
    this.#offSince = null;
    await this.settle();
    await this.work();
    await this.settle();
    for (const customer of this.#customers) await this.#finish(customer);
    expect((await verifyStore(this.#engine, { isRepair: false })).differences, this.#hint()).toEqual([]);
    await this.#app.close();
  }

  async #finish(customer: Customer): Promise<void> {
    const { name, model, currency } = customer;
    await this.compare(customer);
    const { customer: { id } } = await readState(this.#engine, name);
    const sums = new Map<string, bigint>();
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await this.#call('GET', `/v1/customers/${name}/ledger?limit=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      for (const { account, amount } of body.data.flatMap((row: { entries: object[] }) => row.entries)) sums.set(account, (sums.get(account) ?? 0n) + BigInt(String(amount.amount).replace('.', '')));
      cursor = body.next_cursor as string | null;
    }
    const accounts: readonly Account[] = ['wallet', 'provider', 'promotion', 'adjustment', 'breakage', 'revenue', 'receivable'];
    expect(accounts.map((account) => `${account} ${sums.get(account) ?? 0n}`), this.#hint(name)).toEqual(accounts.map((account) => `${account} ${model.ledger.get(account) ?? 0n}`));
    expect([...sums.values()].reduce((total, sum) => total + sum, 0n)).toBe(0n);
    const taken = [...this.#taken.values()].filter((charge) => charge.customer === id).reduce((total, { minor }) => total + minor, 0n);
    const waiting = customer.pending.reduce<bigint>((total, amount) => total + (amount ?? model.charging?.amount ?? 0n), 0n);
    expect(taken - waiting, `${this.#hint(name)}what the provider took is what the ledger says`).toBe(-(sums.get('provider') ?? 0n));
    const { body: statement } = await this.#call('GET', `/v1/customers/${name}/statement`);
    const minor = (text: string): bigint => BigInt(text.replace('.', ''));
    expect(minor(statement.opening_balance) + minor(statement.credits) - minor(statement.debits), `${currency} statement`).toBe(minor(statement.closing_balance));
    expect(minor(statement.closing_balance), this.#hint(name)).toBe(model.balance);
  }
}

const GIVEN = process.env['PAIDUP_SEED'];
const FIRST = Number(GIVEN ?? (process.env['PAIDUP_RUNS'] === undefined ? 41 : Math.floor(Math.random() * 1e9)));
const RUNS = GIVEN === undefined ? Number(process.env['PAIDUP_RUNS'] ?? 1) : 1;
const SEEDS = Array.from({ length: RUNS }, (_, index) => FIRST + index);

async function runSeed(store: StoreKind, seed: number): Promise<number> {
  const database = await openStore(store);
  try {
    const run = new Run(database, seed);
    await run.prepare();
    await run.go();
    return run.commands;
  } finally {
    await database.close();
  }
}

describe.each(STORES)('seeded wallets on the %s store', (store) => {
  it.each(SEEDS)('come to what the model says: PAIDUP_SEED=%i', async (seed) => {
    expect(await runSeed(store, seed)).toBeGreaterThan(0);
  });
});
