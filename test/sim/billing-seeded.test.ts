import { describe, expect, it } from 'vitest';
import { instant } from '../../src/core/instant.js';
import { bookDueCustomers } from '../../src/service/booking.js';
import { verifyStore } from '../../src/service/verify.js';
import { setPaymentMethod } from '../../src/service/payment-method.js';
import { selectInvoices } from '../../src/store/invoice-list.js';
import { startPaidup, type StoreKind, type TestPaidup } from '../support/app.js';
import { BillingModel, inOrder, isFitting, nextMoment, openUsage, periodEnd, periodStart, type Asking, type Book, type Command, type ModelInvoice } from '../support/billing-model.js';
import { planOf, type Subscription } from '../support/billing-model-book.js';
import { COUPONS, METER, PLANS, couponBody, planBody, type Coupon } from '../support/billing-model-plans.js';
import { chance } from '../support/crash-child.js';

/**
 * Three years of random commands, usage, deposits and clock steps, through the API of a real engine, against the model
 * of test/support/billing-model.ts. PAIDUP_SEED repeats a run; PAIDUP_RUNS makes more of them.
 */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEARS = 3;
// Years in which every one of these zones but Kolkata changed its clocks, Sao Paulo at midnight.
const FROM = Date.UTC(2016, 0, 29, 12);
const ZONES = ['Europe/Madrid', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Sao_Paulo', 'UTC'] as const;
const MODES: readonly Asking[] = [null, null, 'prorate', 'by_second', 'by_day', 'difference', 'none'];
const TAXES = [null, { name: 'IVA', rate: 21_000n, isInclusive: false }, { name: 'QST', rate: 9975n, isInclusive: false }, { name: 'USt', rate: 19_000n, isInclusive: true }] as const;
const MAX_SUBSCRIPTIONS = 3;
const MAX_BACKLOG = 20;

interface Recorded {
  readonly at: number;
  readonly revision: number;
  readonly state: unknown;
}

interface Customer {
  readonly name: string;
  readonly id: string;
  readonly zone: string;
  readonly model: BillingModel;
  readonly recorded: Recorded[];
  /** What was to come when the customer was looked at last; undefined when something has happened since. */
  expected: { readonly date: string | null; readonly lines: readonly unknown[] } | undefined;
}

const moment = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

function cents(amount: string): bigint {
  const sign = amount.startsWith('-') ? -1n : 1n;
  return sign * BigInt(amount.replace(/[-.]/g, ''));
}

function invoiceText(invoice: ModelInvoice): string {
  const { date, lines, subtotal, tax, total, walletCredit } = invoice;
  return `${moment(date)} lines ${lines.join(' ')} | subtotal ${subtotal} tax ${tax} total ${total} wallet ${walletCredit}`;
}

/** Parts of an answer that are the same in a preview and in what was issued. */
function shapeOf(invoices: ReadonlyArray<Record<string, unknown> & { lines: ReadonlyArray<Record<string, unknown>> }>): unknown {
  return invoices.map(({ date, currency, lines, subtotal, taxes, tax, total, wallet_credit: credit }) => ({
    date, currency, subtotal, tax, total, credit,
    taxes: (taxes as object[]).map((line) => ({ ...line, explanation: null })),
    lines: lines.map((line) => ({ ...line, subscription: null, explanation: null })),
  }));
}

function withoutRevision(state: Record<string, unknown>): unknown {
  const { revision: _revision, customer: _customer, ...rest } = state;
  return rest;
}

class Run {
  readonly #paidup: TestPaidup;
  readonly #seed: number;
  readonly #isSandbox: boolean;
  readonly #customers: Customer[] = [];
  readonly #log: string[] = [];
  #step = 0;
  #events = 0;
  #isWorking = true;
  commands = 0;

  constructor(paidup: TestPaidup, seed: number, isSandbox: boolean) {
    this.#paidup = paidup;
    this.#seed = seed;
    this.#isSandbox = isSandbox;
  }

  #draw(below: number): number {
    return Math.floor(chance(this.#seed, (this.#step += 1)) * below);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#draw(items.length)] as Item;
  }

  get #now(): number {
    return this.#paidup.clock.now();
  }

  #hint(name = ''): string {
    const steps = this.#log.filter((line) => name === '' || line.includes(name) || line.includes(' clock ') || line.includes('worker'));
    return `PAIDUP_SEED=${this.#seed}; ${name} last steps:\n${steps.slice(-Number(process.env['PAIDUP_STEPS'] ?? 25)).join('\n')}\n`;
  }

  async #call(method: 'GET' | 'PUT' | 'POST', url: string, body?: unknown, name = '') {
    const answer = await this.#paidup.call(method, url, body);
    if (method !== 'GET') this.#log.push(`${moment(this.#now)} ${name} ${method} ${url} ${JSON.stringify(body)} -> ${answer.status}`);
    return answer;
  }

  async #sure(method: 'GET' | 'PUT' | 'POST', url: string, body?: unknown, name = '') {
    const answer = await this.#call(method, url, body, name);
    expect(answer.status, `${this.#hint(name)}${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  }

  async prepare(): Promise<void> {
    await this.#sure('PUT', '/v1/meters/units', METER);
    for (const plan of PLANS) await this.#sure('PUT', `/v1/plans/${plan.code}`, planBody(plan));
    for (const coupon of COUPONS) await this.#sure('PUT', `/v1/coupons/${coupon.code}`, couponBody(coupon));
    for (const zone of ZONES) {
      const name = `in-${zone.replace('/', '-')}`;
      const { id } = await this.#sure('PUT', `/v1/customers/${name}`, { name, currency: 'EUR', timezone: zone });
      await setPaymentMethod(this.#paidup.engine, name, 'card_succeeds');
      this.#customers.push({ name, id, zone, model: new BillingModel(zone, this.#now), recorded: [], expected: undefined });
    }
  }

  // --- What is done ------------------------------------------------------------------------------------------

  async #do(customer: Customer, path: string, command: Command, body: object): Promise<void> {
    const { model, name } = customer;
    const isWell = isFitting(model.at(this.#now), command);
    const preview = await this.#call('POST', `${path}/preview`, body, name);
    const done = await this.#call('POST', path, body, name);
    const hint = this.#hint(name);
    expect([preview.status, done.status], `${hint}${JSON.stringify(done.body)}`).toEqual(isWell ? [200, path.startsWith('/v1/customers') ? 201 : 200] : [409, 409]);
    if (!isWell) return;
    this.commands += 1;
    customer.expected = undefined;
    const issued = await Promise.all(done.body.invoices.map(async (id: string) => this.#sure('GET', `/v1/invoices/${id}?explain=true`)));
    expect(shapeOf(issued), `${hint}a preview is what is issued`).toEqual(shapeOf(preview.body.due_now.invoices));
    const upcoming = await this.#sure('GET', `/v1/customers/${name}/upcoming-invoice?explain=true`);
    expect(shapeOf([upcoming]), `${hint}a preview tells the next invoice`).toEqual(shapeOf([preview.body.next_invoice]));
    expect(done.body.current_period, hint).toEqual(preview.body.current_period);
    model.command(this.#now, command.do === 'subscribe' ? { ...command, id: done.body.id } : command);
  }

  async subscribe(customer: Customer): Promise<void> {
    const plan = this.#pick(PLANS);
    const seats = plan.seat === null ? 1n : BigInt(1 + this.#draw(6));
    const trialDays = this.#pick([0, 0, 0, 14, 30]);
    const anchorAt = !plan.isCalendar && this.#draw(4) === 0 ? this.#now + this.#draw(40) * DAY_MS : null;
    const coupon = this.#draw(5) === 0 ? this.#pick(COUPONS) : null;
    const body = {
      plan: plan.code, ...(plan.seat === null ? {} : { quantities: { seat: String(seats) } }), trial_days: trialDays,
      ...(anchorAt === null ? {} : { billing_anchor: moment(anchorAt) }), ...(coupon === null ? {} : { coupon: coupon.code }),
    };
    await this.#do(customer, `/v1/customers/${customer.name}/subscriptions`, { do: 'subscribe', id: '', terms: { plan: plan.code, seats }, trialDays, anchorAt, coupon }, body);
  }

  async change(customer: Customer, subscription: Subscription): Promise<void> {
    const { id, terms } = subscription;
    const isOtherPlan = this.#draw(3) > 0;
    const plan = isOtherPlan ? this.#pick(PLANS).code : null;
    const target = planOf(plan ?? terms.plan);
    const isNew = target.seat !== null && planOf(terms.plan).seat === null;
    const seats = target.seat !== null && (isNew || !isOtherPlan || this.#draw(2) === 0) ? BigInt(this.#draw(8)) : null;
    const [when, mode] = [this.#pick(['now', 'now', 'period_end'] as const), this.#pick(MODES)];
    const [isRestart, isPutOff] = [this.#draw(4) === 0, this.#draw(4) === 0];
    const asked = { ...(mode === null ? {} : { proration: mode }), ...(isRestart ? { usage: 'restart' } : {}), ...(isPutOff ? { invoice: 'next' } : {}) };
    const body = { ...(plan === null ? {} : { plan }), ...(seats === null ? {} : { quantities: { seat: String(seats) } }), when, ...asked };
    await this.#do(customer, `/v1/subscriptions/${id}/change`, { do: 'change', id, plan, seats, when, mode, isRestart, isPutOff }, body);
  }

  async stop(customer: Customer, { id }: Subscription): Promise<void> {
    const mode = this.#pick([null, null, 'prorate', 'by_second', 'by_day', 'difference'] as const);
    const when = this.#pick(['now', 'period_end'] as const);
    const proration = mode === null ? {} : { proration: mode };
    if (this.#draw(2) === 0) return this.#do(customer, `/v1/subscriptions/${id}/cancel`, { do: 'cancel', id, atPeriodEnd: when === 'period_end', mode }, { at_period_end: when === 'period_end', ...proration });
    const subscription = customer.model.at(this.#now).subscriptions.find((one) => one.id === id) as Subscription;
    const from = when === 'now' || subscription.status === 'ended' ? this.#now : periodEnd(subscription, this.#now);
    const resumesAt = this.#draw(2) === 0 ? from + DAY_MS * (1 + this.#draw(60)) : null;
    return this.#do(customer, `/v1/subscriptions/${id}/pause`, { do: 'pause', id, when, resumesAt, mode }, { when, ...proration, ...(resumesAt === null ? {} : { resumes_at: moment(resumesAt) }) });
  }

  async goOn(customer: Customer, { id, status }: Subscription): Promise<void> {
    const verb = status === 'ended' && this.#draw(4) > 0 ? 'reactivate' : this.#draw(8) === 0 ? 'reactivate' : 'resume';
    await this.#do(customer, `/v1/subscriptions/${id}/${verb}`, { do: verb, id }, {});
  }

  /** Where a coupon covers the current period or one to come, another is refused in ways that the model does not tell. */
  async giveCoupon(customer: Customer, { id, coupon: given, period }: Subscription): Promise<void> {
    const coupon: Coupon = this.#pick(COUPONS);
    if ((given !== null && given.left !== 0) || period.off !== null) return;
    await this.#do(customer, `/v1/subscriptions/${id}/apply-coupon`, { do: 'coupon', id, coupon }, { coupon: coupon.code });
  }

  async use(customer: Customer): Promise<void> {
    const sent = Array.from({ length: 1 + this.#draw(4) }, () => {
      const late = [this.#draw(3 * DAY_MS), this.#draw(3 * DAY_MS), this.#draw(10 * DAY_MS), this.#draw(120 * DAY_MS), 0][this.#draw(5)] ?? 0;
      return { at: this.#now - late, units: BigInt(1 + this.#draw(120)) };
    });
    const events = sent.map(({ at, units }) => ({ id: `e${(this.#events += 1)}`, customer: customer.name, name: 'use', timestamp: moment(at), properties: { units: String(units) } }));
    await this.#sure('POST', '/v1/events', { events }, customer.name);
    customer.model.events.push(...sent);
    customer.expected = undefined;
  }

  async money(customer: Customer): Promise<void> {
    const { name, model } = customer;
    customer.expected = undefined;
    if (this.#draw(2) === 0) {
      const amount = 1000 + this.#draw(30_000);
      await this.#sure('POST', `/v1/customers/${name}/top-ups`, { amount: (amount / 100).toFixed(2) }, name);
      model.deposit(this.#now, BigInt(amount));
      return;
    }
    const tax = this.#pick(TAXES);
    model.setTax(this.#now, tax);
    const rates = tax === null ? [] : [{ name: tax.name, percent: String(Number(tax.rate) / 1000), inclusive: tax.isInclusive }];
    await this.#sure('PUT', `/v1/customers/${name}/tax`, { rates }, name);
  }

  async act(customer: Customer): Promise<void> {
    const { subscriptions } = customer.model.at(this.#now);
    const dice = this.#draw(20);
    if (subscriptions.length === 0 || (dice === 0 && subscriptions.length < MAX_SUBSCRIPTIONS)) return this.subscribe(customer);
    const subscription = this.#pick(subscriptions);
    if (dice < 7) return this.use(customer);
    if (dice < 12) return this.change(customer, subscription);
    if (dice < 14) return this.stop(customer, subscription);
    if (dice < 17) return this.goOn(customer, subscription);
    if (dice < 18) return this.giveCoupon(customer, subscription);
    return this.money(customer);
  }

  // --- Time --------------------------------------------------------------------------------------------------

  async move(to: number): Promise<void> {
    this.#log.push(`${moment(this.#now)} clock -> ${moment(to)}`);
    if (this.#isSandbox) await this.#paidup.call('POST', '/v1/sandbox/clock', { set: moment(to) });
    else this.#paidup.clock.set(instant(to));
    if (!this.#isSandbox && this.#draw(12) === 0) {
      this.#isWorking = !this.#isWorking;
      this.#log.push(`${moment(to)} worker ${this.#isWorking ? 'on' : 'off'}`);
    }
    expect(this.#now, this.#hint()).toBe(to);
  }

  /** What the worker does, where there is one. Nobody can tell from the state whether it has run. */
  async work(customer: Customer): Promise<void> {
    // A command writes only so much of a long backlog down.
    if (this.#customers.some(({ model }) => model.pending(this.#now) > MAX_BACKLOG)) this.#isWorking = true;
    if (this.#isSandbox) await this.#sure('POST', '/v1/sandbox/clock', { set: moment(this.#now) });
    if (this.#isWorking && !this.#isSandbox) {
      const url = `/v1/customers/${customer.name}/state`;
      const before = await this.#sure('GET', url);
      await bookDueCustomers(this.#paidup.engine, (name, error) => {
        throw new Error(`${this.#hint()}${name} cannot be booked`, { cause: error });
      });
      expect(withoutRevision(await this.#sure('GET', url)), `${this.#hint(customer.name)}the state without and with the worker`).toEqual(withoutRevision(before));
    }
    if (this.#isWorking) for (const { model } of this.#customers) model.book(this.#now);
  }

  #nextStep(customer: Customer): number {
    const turns = customer.model.at(this.#now).subscriptions.map(nextMoment).filter((at) => at < this.#now + 400 * DAY_MS);
    const dice = this.#draw(6);
    if (dice === 0) return this.#now;
    if (dice < 3 && turns.length > 0) return this.#pick(turns) - (this.#draw(4) === 0 ? 1 : 0);
    return this.#now + (dice === 3 ? this.#draw(40 * DAY_MS) : HOUR_MS * this.#draw(24 * 9));
  }

  // --- What is compared --------------------------------------------------------------------------------------

  async compare(customer: Customer): Promise<void> {
    const { name, model } = customer;
    const state = await this.#sure('GET', `/v1/customers/${name}/state`);
    const book = model.at(this.#now);
    await this.#compareInvoices(customer);
    expect(figuresOf(state), `${this.#hint(name)}${name} at ${moment(this.#now)}`).toEqual(modelFigures(book, model, this.#now));
    const upcoming = state.upcoming_invoice;
    const next = model.upcoming(this.#now);
    const told = upcoming === null ? '' : upcomingText(upcoming);
    // One that comes to nothing is none to the model.
    if (!told.includes('lines  |')) expect(told, `${this.#hint(name)}${name} upcoming at ${moment(this.#now)}`).toBe(next === undefined ? '' : invoiceText(next));
    customer.expected = upcoming === null ? undefined : { date: upcoming.date, lines: upcoming.lines };
    customer.recorded.push({ at: this.#now, revision: state.revision, state: withoutRevision(state) });
  }

  async #compareInvoices(customer: Customer): Promise<void> {
    const { name, model, id } = customer;
    const stored = await selectInvoices(this.#paidup.engine.database, { filter: { customerId: id }, order: 'newest', after: undefined, limit: 10_000 });
    const texts = stored
      .map(({ invoice: { date, lines, subtotal, tax, total, walletCredit } }) => ({
        date, lines: inOrder(lines.map((line) => line.amount.minor).filter((minor) => minor !== 0n)), subtotal: subtotal.minor, tax: tax.minor, total: total.minor, walletCredit: walletCredit.minor,
      }))
      .filter(({ lines }) => lines.length > 0);
    expect(texts.map(invoiceText).sort(), `${this.#hint(name)}invoices of ${name}`).toEqual(model.issued.map(invoiceText).sort());
  }

  /** The invoice that was to come has come, if nothing happened on the way. */
  async hasCome(customer: Customer): Promise<void> {
    const { expected, name } = customer;
    if (expected?.date == null || !this.#isWorking || Date.parse(expected.date) > this.#now) return;
    const { data } = await this.#sure('GET', `/v1/invoices?customer=${name}&limit=100`);
    const came = data.filter((invoice: { date: string }) => invoice.date === expected.date).map((invoice: { lines: unknown }) => invoice.lines);
    expect(came, `${this.#hint(name)}the upcoming invoice of ${name} came`).toContainEqual(expected.lines);
    customer.expected = undefined;
  }

  async remember(customer: Customer): Promise<void> {
    if (customer.recorded.length === 0) return;
    const { at, revision, state } = this.#pick(customer.recorded);
    const known = await this.#sure('GET', `/v1/customers/${customer.name}/state?at=${moment(at)}&known_at_revision=${revision}`);
    expect(withoutRevision(known), `${this.#hint(customer.name)}the state of ${moment(at)} as known at revision ${revision}`).toEqual(state);
  }

  async go(): Promise<void> {
    const until = this.#now + YEARS * 365 * DAY_MS;
    while (this.#now < until) {
      const customer = this.#pick(this.#customers);
      await this.move(this.#nextStep(customer));
      await this.work(customer);
      await this.hasCome(customer);
      for (let times = this.#draw(3); times >= 0; times -= 1) await this.act(customer);
      await this.work(customer);
      await this.compare(customer);
      if (this.#draw(3) === 0) await this.remember(customer);
    }
    this.#isWorking = true;
    await this.work(this.#customers[0] as Customer);
    for (const customer of this.#customers) await this.compare(customer);
    await this.#finish();
  }

  async #finish(): Promise<void> {
    const { engine } = this.#paidup;
    const invoices = await selectInvoices(engine.database, { filter: {}, order: 'newest', after: undefined, limit: 100_000 });
    const numbers = invoices.map(({ invoice }) => invoice.number).sort();
    expect(numbers, this.#hint()).toEqual(numbers.map((_, index) => `INV-${String(index + 1).padStart(6, '0')}`));
    for (const { name, model } of this.#customers) {
      const { wallet, owed, taxes, invoices: made } = model.at(this.#now);
      const revenue = made.reduce((sum, invoice) => sum + invoice.subtotal, 0n);
      const sums = new Map<string, bigint>();
      let cursor: string | null = null;
      do {
        const page: { data: Array<{ entries: Array<{ account: string; amount: { amount: string } }> }>; next_cursor: string | null } = await this.#sure('GET', `/v1/customers/${name}/ledger?limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
        for (const { account, amount } of page.data.flatMap(({ entries }) => entries)) sums.set(account, (sums.get(account) ?? 0n) + cents(amount.amount));
        cursor = page.next_cursor;
      } while (cursor !== null);
      const of = (account: string): bigint => sums.get(account) ?? 0n;
      expect([of('wallet'), of('receivable'), of('revenue'), of('tax'), of('wallet') + of('receivable') + of('revenue') + of('tax') + of('provider')], this.#hint(name)).toEqual([wallet, -owed, revenue, taxes, 0n]);
    }
    expect((await verifyStore(engine, { isRepair: false })).differences, this.#hint()).toEqual([]);
  }
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- an answer of the API
function upcomingText(invoice: any): string {
  const { date, lines, subtotal, tax, total, wallet_credit: credit } = invoice;
  return invoiceText({
    date: Date.parse(date), lines: inOrder(lines.map((line: { amount: { amount: string } }) => cents(line.amount.amount)).filter((amount: bigint) => amount !== 0n)),
    subtotal: cents(subtotal.amount), tax: cents(tax.amount), total: cents(total.amount), walletCredit: cents(credit.amount),
  });
}

interface StateAnswer {
  readonly owed: { readonly amount: string };
  readonly wallet: ReadonlyArray<{ readonly balance: string }>;
  readonly subscriptions: ReadonlyArray<{ readonly id: string; readonly status: string; readonly plan: { readonly code: string }; readonly quantities: { readonly seat?: string }; readonly current_period: object | null }>;
  readonly usage: ReadonlyArray<{ readonly subscription: string; readonly window: object; readonly used: string; readonly carried: string }>;
}

/** What a state and the model say in the same words. */
interface Figures {
  readonly owed: bigint;
  readonly wallet: bigint;
  readonly subscriptions: readonly string[];
  readonly usage: readonly string[];
}

const STATUSES: Record<string, string> = { trialing: 'active', canceled: 'ended' };

function subscriptionText(one: { id: string; plan: string; seats: string; status: string; period: object | null }): string {
  const { id, plan, seats, status, period } = one;
  return `${id} ${plan} x ${seats} ${status} ${JSON.stringify(period)}`;
}

function figuresOf(state: StateAnswer): Figures {
  return {
    owed: cents(state.owed.amount),
    wallet: cents(state.wallet[0]?.balance ?? '0.00'),
    subscriptions: state.subscriptions.map(({ id, plan, status, current_period: period, quantities }) =>
      subscriptionText({ id, plan: plan.code, seats: quantities.seat ?? '1', status: STATUSES[status] ?? status, period })),
    usage: state.usage.map(({ subscription, window, used, carried }) => `${subscription} ${JSON.stringify(window)} used ${used} carried ${carried}`),
  };
}

function modelFigures(book: Book, model: BillingModel, now: number): Figures {
  const span = (start: number, end: number): object => ({ start: moment(start), end: moment(end) });
  return {
    owed: book.owed,
    wallet: book.wallet,
    subscriptions: book.subscriptions.map((one) => {
      const { id, terms, status } = one;
      return subscriptionText({ id, plan: terms.plan, seats: String(terms.seats), status, period: status !== 'active' ? null : span(periodStart(one, now), periodEnd(one, now)) });
    }),
    usage: book.subscriptions.flatMap((one) => {
      const open = openUsage(one, model.events);
      return open === undefined ? [] : [`${one.id} ${JSON.stringify(span(open.window.from, Math.min(open.window.to, one.endsAt ?? open.window.to)))} used ${open.used} carried ${open.carried}`];
    }),
  };
}

async function runSeed(store: StoreKind, seed: number): Promise<number> {
  const isSandbox = seed % 3 === 0;
  const paidup = await startPaidup({ store, now: instant(FROM), isSandbox });
  try {
    const run = new Run(paidup, seed, isSandbox);
    await run.prepare();
    await run.go();
    return run.commands;
  } finally {
    await paidup.stop();
  }
}

const GIVEN = process.env['PAIDUP_SEED'];
/** The gate runs the same lives every time, one with the sandbox clock and one with a worker; PAIDUP_RUNS draws new ones. */
const FIRST = Number(GIVEN ?? (process.env['PAIDUP_RUNS'] === undefined ? 105 : Math.floor(Math.random() * 1e9)));
const RUNS = GIVEN === undefined ? Number(process.env['PAIDUP_RUNS'] ?? 2) : 1;
const seeds = (runs: number): number[] => Array.from({ length: runs }, (_, index) => FIRST + index);

describe.each([['embedded', seeds(RUNS)], ['postgres', seeds(Math.ceil(RUNS / 10))]] as const)('seeded billing on the %s store', (store, each) => {
  it.each(each)('invoices what the model says, and says before what it will do: PAIDUP_SEED=%i', async (seed) => {
    expect(await runSeed(store, seed)).toBeGreaterThan(0);
  });
});
