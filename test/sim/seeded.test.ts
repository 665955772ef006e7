import { describe, expect, it } from 'vitest';
import { instant } from '../../src/core/instant.js';
import { stateView } from '../../src/http/state.js';
import { openEngine } from '../../src/service/open.js';
import { readState } from '../../src/service/state.js';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { chance } from '../support/crash-child.js';

/**
 * A seeded run through some years of simulated time, against a small model written from the named policies of
 * PRODUCT.md and nothing of src/core: what a customer used, what is included and what was carried, month by month.
 * PAIDUP_SEED repeats a run.
 */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ZONES = ['UTC', 'America/New_York', 'Europe/Madrid', 'Australia/Lord_Howe', 'Africa/Cairo', 'America/St_Johns', 'America/Santiago', 'Asia/Kathmandu', 'Pacific/Auckland'];

/** Units are hundredths, so that the model can count in whole numbers. */
interface ModelPlan {
  readonly code: string;
  readonly included: number;
  /** The most that carries over; null: nothing does. */
  readonly cap: number | null;
}

const PLANS: readonly ModelPlan[] = [
  { code: 'plain', included: 10_000, cap: null },
  { code: 'unused-kept', included: 5000, cap: Number.MAX_SAFE_INTEGER },
  { code: 'twice', included: 7500, cap: 15_000 },
  // These two follow one another: the cap is the same, so that nothing is left to opinion.
  { code: 'small', included: 3000, cap: 4000 },
  { code: 'large', included: 9000, cap: 4000 },
];

interface ModelSubscription {
  readonly id: string;
  readonly zone: string;
  readonly startsAt: number;
  endsAt: number;
  phases: Array<{ from: number; plan: ModelPlan }>;
}

interface ModelCustomer {
  readonly name: string;
  readonly zone: string;
  readonly events: Map<string, { at: number; units: number }>;
  readonly subscriptions: ModelSubscription[];
}

// --- The calendar, by Intl alone -----------------------------------------------------------------------------

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of `zone` at the moment, as if it were UTC. */
function wallClock(at: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    formats.set(zone, format);
  }
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second']) + (((at % 1000) + 1000) % 1000);
}

/** The moment at which the wall clock of `zone` shows `wall`: the first of two, and the gap's length later for none. */
function momentOf(wall: number, zone: string): number {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((near) => wallClock(near, zone) - near);
  const fitting = offsets.map((offset) => wall - offset).filter((at) => wallClock(at, zone) === wall);
  return fitting.length > 0 ? Math.min(...fitting) : wall - (offsets[0] ?? 0);
}

/** Boundary k, counted from the anchor: k months on, the day clamped to the month's last. */
function boundary(subscription: ModelSubscription, k: number): number {
  const wall = new Date(wallClock(subscription.startsAt, subscription.zone));
  const [year, month] = [wall.getUTCFullYear(), wall.getUTCMonth() + k];
  const day = Math.min(wall.getUTCDate(), new Date(Date.UTC(year, month + 1, 0)).getUTCDate());
  return momentOf(Date.UTC(year, month, day) + (wall.getTime() % DAY_MS + DAY_MS) % DAY_MS, subscription.zone);
}

// --- The model -----------------------------------------------------------------------------------------------

interface ModelWindow {
  readonly start: number;
  readonly end: number;
  readonly included: number;
  readonly carried: number;
  readonly used: number;
}

function planAt(subscription: ModelSubscription, at: number): ModelPlan {
  const phase = subscription.phases.findLast(({ from }) => from <= at) ?? subscription.phases[0];
  if (phase === undefined) throw new Error('a subscription has a phase');
  return phase.plan;
}

/** Late events count by their own timestamp; carry = min(cap, included + carried - used), not below 0. */
function windowAt(customer: ModelCustomer, subscription: ModelSubscription, at: number): ModelWindow {
  let carried = 0;
  for (let k = 0; ; k += 1) {
    const [start, next] = [boundary(subscription, k), boundary(subscription, k + 1)];
    const end = Math.min(next, subscription.endsAt);
    const used = [...customer.events.values()].filter((event) => event.at >= start && event.at < end).reduce((total, event) => total + event.units, 0);
    const { included } = planAt(subscription, start);
    if (at < next) return { start, end, included, carried, used };
    const { cap } = planAt(subscription, next);
    carried = cap === null ? 0 : Math.min(cap, Math.max(0, included + carried - used));
  }
}

const isLive = (subscription: ModelSubscription, at: number): boolean => at >= subscription.startsAt && at < subscription.endsAt;
const text = (units: number): string => String(units / 100);
const moment = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

function expectedUsage(customer: ModelCustomer, at: number): unknown[] {
  return customer.subscriptions
    .filter((subscription) => isLive(subscription, at))
    .map((subscription) => {
      const { start, end, included, carried, used } = windowAt(customer, subscription, at);
      return {
        subscription: subscription.id,
        window: { start: moment(start), end: moment(end) },
        included: text(included),
        carried: text(carried),
        used: text(used),
        remaining: text(Math.max(0, included + carried - used)),
        overage: text(Math.max(0, used - included - carried)),
      };
    });
}

// --- The run -------------------------------------------------------------------------------------------------

class Run {
  readonly #paidup: TestPaidup;
  readonly #seed: number;
  readonly #customers: ModelCustomer[] = [];
  readonly #log: string[] = [];
  #step = 0;
  #events = 0;

  constructor(paidup: TestPaidup, seed: number) {
    this.#paidup = paidup;
    this.#seed = seed;
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

  #hint(): string {
    return `PAIDUP_SEED=${this.#seed}; last steps:\n${this.#log.slice(-12).join('\n')}`;
  }

  async #call(method: 'GET' | 'PUT' | 'POST', url: string, body?: unknown) {
    const answer = await this.#paidup.call(method, url, body);
    if (method !== 'GET') this.#log.push(`${moment(this.#now)} ${method} ${url} ${JSON.stringify(body)?.slice(0, 300)} -> ${answer.status}`);
    return answer;
  }

  async prepare(): Promise<void> {
    await this.#call('PUT', '/v1/meters/units', { event_name: 'use', aggregation: 'sum', property: 'units' });
    for (const { code, included, cap } of PLANS) {
      const rollover = cap === null ? null : code === 'twice' ? { cap: { multiple: '2' } } : cap === Number.MAX_SAFE_INTEGER ? {} : { cap: { units: text(cap) } };
      const price = { code: 'units', type: 'usage', meter: 'units', included: text(included), model: { type: 'per_unit', amount: '0.01' }, rollover };
      expect((await this.#call('PUT', `/v1/plans/${code}`, { currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [price] })).status).toBe(200);
    }
    for (const zone of ZONES) {
      const name = `in-${zone.replace('/', '-')}`;
      await this.#call('POST', '/v1/customers', { external_id: name, timezone: zone });
      this.#customers.push({ name, zone, events: new Map(), subscriptions: [] });
      await this.subscribe(this.#customers.at(-1) as ModelCustomer);
    }
  }

  /** A start in the past, now or in the future; often at local midnight, often at the end of a month. */
  async subscribe(customer: ModelCustomer): Promise<void> {
    const near = this.#now + (this.#draw(90) - 60) * DAY_MS;
    const wall = new Date(wallClock(near, customer.zone));
    const day = Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth(), this.#draw(3) === 0 ? 31 : wall.getUTCDate());
    const startsAt = momentOf(day + this.#pick([0, 0, 9.5 * HOUR_MS, 2.25 * HOUR_MS, DAY_MS - 1000]), customer.zone);
    const plan = this.#pick(PLANS);
    const { status, body } = await this.#call('POST', `/v1/customers/${customer.name}/subscriptions`, { plan: plan.code, starts_at: moment(startsAt) });
    expect(status, this.#hint()).toBe(201);
    customer.subscriptions.push({ id: body.id, zone: customer.zone, startsAt, endsAt: Infinity, phases: [{ from: startsAt, plan }] });
  }

  async cancel(customer: ModelCustomer): Promise<void> {
    const subscription = this.#pick(customer.subscriptions);
    if (!isLive(subscription, this.#now)) return;
    const atPeriodEnd = this.#draw(2) === 0;
    const endsAt = atPeriodEnd ? windowAt(customer, subscription, this.#now).end : this.#now;
    const { status, body } = await this.#call('POST', `/v1/subscriptions/${subscription.id}/cancel`, { at_period_end: atPeriodEnd });
    expect([status, body.ends_at], this.#hint()).toEqual([200, moment(endsAt)]);
    subscription.endsAt = endsAt;
  }

  async schedulePhase(customer: ModelCustomer): Promise<void> {
    const subscription = this.#pick(customer.subscriptions);
    const follower = PLANS.find(({ code }) => code === (subscription.phases.at(-1)?.plan.code === 'small' ? 'large' : 'small'));
    if (!isLive(subscription, this.#now) || follower === undefined || !['small', 'large'].includes(subscription.phases[0]?.plan.code ?? '')) return;
    const from = windowAt(customer, { ...subscription, endsAt: Infinity }, this.#now).end;
    const { status } = await this.#call('POST', `/v1/subscriptions/${subscription.id}/phases`, { plan: follower.code });
    expect(status, this.#hint()).toBe(from >= subscription.endsAt ? 409 : 200);
    if (status === 200) subscription.phases = [...subscription.phases.filter((phase) => phase.from < from), { from, plan: follower }];
  }

  async sendEvents(): Promise<void> {
    const sent = Array.from({ length: 1 + this.#draw(30) }, () => {
      const customer = this.#pick(this.#customers);
      const known = [...customer.events.keys()];
      const isAgain = known.length > 0 && this.#draw(6) === 0;
      const id = isAgain ? this.#pick(known) : `e${(this.#events += 1)}`;
      return { customer, id, at: this.#momentFor(customer), units: this.#draw(60_000) / (this.#draw(5) === 0 ? 1 : 20) };
    }).map((event) => ({ ...event, units: Math.floor(event.units) - (this.#draw(20) === 0 ? 500 : 0) }));
    const events = sent.map(({ customer, id, at, units }) => ({ id, customer: customer.name, name: 'use', timestamp: moment(at), properties: { units: text(units) } }));
    const { status, body } = await this.#call('POST', '/v1/events', { events });
    expect(status, this.#hint()).toBe(200);
    sent.forEach(({ customer, id, at, units }, index) => {
      const result = body.results[index];
      const isNew = !customer.events.has(id);
      expect(result.status, `${this.#hint()}\n${id}`).toBe(isNew ? 'accepted' : 'duplicate');
      if (!isNew) return;
      customer.events.set(id, { at, units });
      const live = customer.subscriptions.filter((subscription) => isLive(subscription, at)).map((subscription) => subscription.id);
      expect(result.windows.map((window: { subscription: string }) => window.subscription), `${this.#hint()}\n${JSON.stringify(events[index])}`).toEqual(live);
      for (const window of result.windows) {
        const subscription = customer.subscriptions.find((candidate) => candidate.id === window.subscription) as ModelSubscription;
        expect(window.window.start, `${this.#hint()}\n${JSON.stringify(events[index])}`).toBe(moment(windowAt(customer, subscription, at).start));
      }
    });
  }

  /** Most are new; some are late, some ahead of the clock, some stand exactly on a boundary or a millisecond before. */
  #momentFor(customer: ModelCustomer): number {
    const at = [this.#now - this.#draw(3 * DAY_MS), this.#now - this.#draw(3 * DAY_MS), this.#now - this.#draw(200 * DAY_MS), this.#now + this.#draw(HOUR_MS), this.#boundaryNear(customer)][this.#draw(5)] ?? this.#now;
    return Math.min(at, this.#now + HOUR_MS);
  }

  #boundaryNear(customer: ModelCustomer): number {
    const subscription = customer.subscriptions.at(-1);
    if (subscription === undefined || this.#now < subscription.startsAt) return this.#now;
    return windowAt(customer, { ...subscription, endsAt: Infinity }, this.#now).start - this.#draw(2);
  }

  async compare(customer: ModelCustomer): Promise<void> {
    const { body } = await this.#call('GET', `/v1/customers/${customer.name}/state`);
    const figures = body.usage.map(({ subscription, window, included, carried, used, remaining, overage }: Record<string, unknown>) => ({ subscription, window, included, carried, used, remaining, overage }));
    expect(figures, `${this.#hint()}\n${customer.name} at ${moment(this.#now)}`).toEqual(expectedUsage(customer, this.#now));
    // What a process remembers may not change what it says: one that has just started says the same.
    const { database, provider, clock } = this.#paidup.engine;
    const started = await openEngine({ database, provider, clock });
    expect(body, `${this.#hint()}\n${customer.name} at ${moment(this.#now)}`).toEqual(JSON.parse(JSON.stringify(stateView(await readState(started, customer.name)))));
  }

  async go(years: number): Promise<void> {
    const until = this.#now + years * 365 * DAY_MS;
    while (this.#now < until) {
      const customer = this.#pick(this.#customers);
      const dice = this.#draw(20);
      if (dice === 0) await this.cancel(customer);
      else if (dice === 1 && customer.subscriptions.length < 6) await this.subscribe(customer);
      else if (dice < 4) await this.schedulePhase(customer);
      else await this.sendEvents();
      await this.compare(customer);
      this.#paidup.clock.set(instant(this.#now + this.#draw(5 * DAY_MS)));
      if (this.#draw(8) === 0) this.#paidup.clock.set(instant(Math.max(this.#now, this.#boundaryNear(customer) + 1)));
    }
    for (const customer of this.#customers) await this.compare(customer);
    expect((await verifyStore(this.#paidup.engine, { isRepair: false })).differences, this.#hint()).toEqual([]);
  }
}

describe.each(STORES)('a seeded run on the %s store', (store) => {
  it.each([1, 2, 3])('of %i years says what the model says', async (years) => {
    const seed = Number(process.env['PAIDUP_SEED'] ?? Math.floor(Math.random() * 1e9));
    const paidup = await startPaidup({ store, now: instant(Date.UTC(2024, 0, 5, 12)) });
    try {
      const run = new Run(paidup, seed);
      await run.prepare();
      await run.go(years);
    } finally {
      await paidup.stop();
    }
  });
});
