import { describe, expect, it } from 'vitest';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/http/app.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { createApiKey } from '../../src/service/api-key.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { openSandboxClock } from '../../src/service/sandbox.js';
import { verifyStore } from '../../src/service/verify.js';
import { STORES, openStore, type StoreKind } from '../support/app.js';
import { at } from '../support/core.js';

/*
 * A year of one customer on the sandbox clock, through the API: trial, upgrade, seats, overage, late usage, downgrade,
 * pause, a yearly plan, cancellation. What it must cost is worked out below in whole cents and milliseconds, by other
 * means than the engine's.
 */

interface Line {
  kind: string;
  description: string;
  quantity: string;
  amount: { amount: string };
  explanation: { rule: string; policy: Record<string, string>; steps: string[]; events: string | null };
}

interface Invoice {
  id: string;
  number: string;
  status: string;
  date: string;
  lines: Line[];
  subtotal: { amount: string };
  tax: { amount: string };
  total: { amount: string };
  wallet_credit: { amount: string };
}

interface World {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every shape
  call(method: 'GET' | 'PUT' | 'POST', url: string, body?: object): Promise<any>;
  advanceTo(moment: string): Promise<void>;
}

const STARTER = { base: 1900, seat: 500 };
const GROWTH = { base: 4900, seat: 800 };
const ANNUAL = 48_000;

/** Cents times the part of [from, to) that lies after `moment`, rounded half away from zero. */
function rest(cents: number, moment: string, from: string, to: string): number {
  const exact = BigInt(cents) * BigInt(Date.parse(to) - Date.parse(moment)) * 2n;
  const whole = BigInt(Date.parse(to) - Date.parse(from));
  return Number((exact + whole) / (2n * whole));
}

/** 21 % of a rounded subtotal, half away from zero. */
function withVat(cents: number): number {
  const sign = cents < 0 ? -1 : 1;
  return cents + sign * Math.floor((Math.abs(cents) * 21 + 50) / 100);
}

const PERIODS = ['2026-01-24T09:00:00Z', '2026-02-24T09:00:00Z', '2026-03-24T09:00:00Z', '2026-04-24T08:00:00Z', '2026-05-24T08:00:00Z', '2026-06-24T08:00:00Z', '2026-07-24T08:00:00Z'] as const;

/** What each invoice must come to before tax, in order. */
function expectedSubtotals(): Array<[date: string, cents: number]> {
  const [p0, p1, p2, p3, p4, p5, p6] = PERIODS;
  const change = (moment: string, span: readonly [string, string], legs: readonly number[]): number => legs.reduce((sum, cents) => sum + Math.sign(cents) * rest(Math.abs(cents), moment, span[0], span[1]), 0);
  return [
    [p0, STARTER.base + 3 * STARTER.seat],
    ['2026-02-10T12:00:00Z', change('2026-02-10T12:00:00Z', [p0, p1], [-STARTER.base, -3 * STARTER.seat, GROWTH.base, 3 * GROWTH.seat])],
    [p1, GROWTH.base + 3 * GROWTH.seat],
    ['2026-03-05T00:00:00Z', change('2026-03-05T00:00:00Z', [p1, p2], [-3 * GROWTH.seat, 7 * GROWTH.seat])],
    ['2026-03-15T00:00:00Z', change('2026-03-15T00:00:00Z', [p1, p2], [-7 * GROWTH.seat, 5 * GROWTH.seat])],
    [p2, GROWTH.base + 5 * GROWTH.seat],
    // 1,500 calls, 1,000 included, 0.02 each above.
    [p3, GROWTH.base + 5 * GROWTH.seat + 500 * 2],
    // The downgrade takes effect; 100 calls of the month before came late.
    [p4, STARTER.base + 5 * STARTER.seat + 100 * 2],
    [p5, STARTER.base + 5 * STARTER.seat],
    ['2026-06-30T10:00:00Z', change('2026-06-30T10:00:00Z', [p5, p6], [-STARTER.base, -5 * STARTER.seat])],
    ['2026-08-01T09:00:00Z', STARTER.base + 5 * STARTER.seat],
    ['2026-09-01T09:00:00Z', STARTER.base + 5 * STARTER.seat],
    // The yearly plan begins a new count: the month is given back from then on, the year charged.
    ['2026-09-10T00:00:00Z', change('2026-09-10T00:00:00Z', ['2026-09-01T09:00:00Z', '2026-10-01T09:00:00Z'], [-STARTER.base, -5 * STARTER.seat]) + ANNUAL],
    ['2026-12-01T00:00:00Z', change('2026-12-01T00:00:00Z', ['2026-09-10T00:00:00Z', '2027-09-10T00:00:00Z'], [-ANNUAL])],
  ];
}

async function withWorld(kind: StoreKind, work: (world: World, engine: Parameters<typeof verifyStore>[0]) => Promise<void>): Promise<void> {
  const database = await openStore(kind);
  const engine = await openEngine({ database, provider: sandboxProvider, clock: await openSandboxClock(database, at('2026-01-10T09:00:00Z')) });
  const app: FastifyInstance = await buildApp({ engine });
  const { key } = await createApiKey(engine, { kind: 'secret', name: 'year', scopes: [] });
  const call: World['call'] = async (method, url, body) => {
    const response = await app.inject({ method, url, headers: { authorization: `Bearer ${key}` }, ...(body === undefined ? {} : { payload: body }) });
    if (response.statusCode >= 300) throw new Error(`${method} ${url}: ${response.body}`);
    return response.json();
  };
  try {
    await work({ call, advanceTo: async (moment) => void (await call('POST', '/v1/sandbox/clock', { set: moment })) }, engine);
  } finally {
    await app.close();
    await closeEngine(engine);
  }
}

async function defineCatalog({ call }: World): Promise<void> {
  await call('PUT', '/v1/meters/calls', { event_name: 'call', aggregation: 'sum', property: 'n' });
  await call('PUT', '/v1/features/seats', { name: 'Seats', type: 'limit' });
  const month = { unit: 'month', count: 1 };
  const plan = (price: { base: number; seat: number }, included: string, over: object) => ({
    currency: 'EUR', interval: month,
    features: [{ feature: 'seats', limit: '1', per_quantity_of: 'seat' }],
    prices: [
      { code: 'base', name: 'Base', type: 'fixed', amount: (price.base / 100).toFixed(2) },
      { code: 'seat', name: 'Seats', type: 'fixed', amount: (price.seat / 100).toFixed(2), per_seat: true },
      { code: 'calls', name: 'Calls', type: 'usage', meter: 'calls', included, model: { type: 'per_unit', amount: '0.02' } },
    ],
    ...over,
  });
  await call('PUT', '/v1/plans/starter', plan(STARTER, '500', { name: 'Starter', trial_days: 14 }));
  await call('PUT', '/v1/plans/growth', plan(GROWTH, '1000', { name: 'Growth' }));
  await call('PUT', '/v1/plans/annual', { name: 'Annual', currency: 'EUR', interval: { unit: 'year', count: 1 }, prices: [{ code: 'base', name: 'Base', type: 'fixed', amount: (ANNUAL / 100).toFixed(2) }] });
}

/** Asks for the preview, then does it: what is due at once must be the same, line by line. */
async function command({ call }: World, path: string, body: object = {}): Promise<{ id: string }> {
  const preview = await call('POST', `${path}/preview`, body);
  const done = await call('POST', path, body);
  const issued: Invoice[] = await Promise.all((done.invoices as string[]).map((id) => call('GET', `/v1/invoices/${id}?explain=true`)));
  const shape = (invoices: Invoice[]): unknown => invoices.map(({ date, lines, subtotal, tax, total }) => ({ date, lines: lines.map((line) => ({ ...line, subscription: '' })), subtotal, tax, total }));
  expect(shape(issued), path).toEqual(shape(preview.due_now.invoices as Invoice[]));
  const upcoming = await call('GET', '/v1/customers/acme/upcoming-invoice?explain=true');
  expect(shape([upcoming]), path).toEqual(shape([preview.next_invoice]));
  expect(done.current_period).toEqual(preview.current_period);
  return done;
}

async function liveThrough(world: World): Promise<void> {
  const { call, advanceTo } = world;
  await call('PUT', '/v1/customers/acme', { name: 'Acme S.L.', currency: 'EUR', timezone: 'Europe/Madrid' });
  await call('PUT', '/v1/customers/acme/tax', { rates: [{ name: 'IVA', percent: '21' }] });
  const { id } = await command(world, '/v1/customers/acme/subscriptions', { plan: 'starter', quantities: { seat: '3' } });
  const of = `/v1/subscriptions/${id}`;
  const use = (event: string, n: string, timestamp: string) => call('POST', '/v1/events', { events: [{ id: event, customer: 'acme', name: 'call', timestamp, properties: { n } }] });
  await advanceTo('2026-01-12T00:00:00Z');
  // Use in the trial costs nothing, however much it is.
  await use('in-trial', '5000', '2026-01-11T00:00:00Z');
  await advanceTo('2026-02-10T12:00:00Z');
  await command(world, `${of}/change`, { plan: 'growth' });
  await advanceTo('2026-03-05T00:00:00Z');
  await command(world, `${of}/change`, { quantities: { seat: '7' } });
  await advanceTo('2026-03-15T00:00:00Z');
  await command(world, `${of}/change`, { quantities: { seat: '5' } });
  await advanceTo('2026-04-01T00:00:00Z');
  await use('busy', '1500', '2026-03-31T00:00:00Z');
  await advanceTo('2026-04-28T00:00:00Z');
  await use('late', '100', '2026-04-20T00:00:00Z');
  await advanceTo('2026-05-10T00:00:00Z');
  await command(world, `${of}/change`, { plan: 'starter', when: 'period_end' });
  await advanceTo('2026-06-30T10:00:00Z');
  await command(world, `${of}/pause`, { proration: 'prorate' });
  await advanceTo('2026-08-01T09:00:00Z');
  await command(world, `${of}/resume`);
  await advanceTo('2026-09-10T00:00:00Z');
  await command(world, `${of}/change`, { plan: 'annual', quantities: {} });
  await advanceTo('2026-11-01T00:00:00Z');
  await command(world, `${of}/cancel`, { at_period_end: true });
  await command(world, `${of}/resume`);
  await advanceTo('2026-12-01T00:00:00Z');
  await command(world, `${of}/cancel`, { proration: 'prorate', reason: 'moving on' });
  await advanceTo('2027-02-01T00:00:00Z');
}

const cents = (text: string): number => Math.round(Number(text) * 100);

describe.each(STORES)('a scripted year on the %s store', (kind) => {
  it('gives the invoices that were worked out by hand, each line explained, and verify proves them', () =>
    withWorld(kind, async (world, engine) => {
      await defineCatalog(world);
      await liveThrough(world);

      const { data } = (await world.call('GET', '/v1/invoices?customer=acme&limit=100')) as { data: Invoice[] };
      const invoices: Invoice[] = await Promise.all(data.reverse().map(({ id }) => world.call('GET', `/v1/invoices/${id}?explain=true`)));
      expect(invoices.map((invoice) => [invoice.date, cents(invoice.subtotal.amount)])).toEqual(expectedSubtotals());
      expect(invoices.map((invoice) => cents(invoice.total.amount))).toEqual(expectedSubtotals().map(([, subtotal]) => withVat(subtotal)));
      expect(invoices.map((invoice) => invoice.number)).toEqual(invoices.map((_, index) => `INV-${String(index + 1).padStart(6, '0')}`));
      for (const { lines, subtotal } of invoices) {
        expect(lines.reduce((sum, line) => sum + cents(line.amount.amount), 0)).toBe(cents(subtotal.amount));
        for (const { explanation, amount } of lines) {
          expect(explanation.rule).not.toBe('');
          expect(Object.keys(explanation.policy)).not.toHaveLength(0);
          // The last step ends in the very amount.
          expect(explanation.steps.at(-1)).toContain(`${amount.amount} EUR`);
        }
      }
      const counted = invoices.flatMap((invoice) => invoice.lines).find((line) => line.kind === 'usage' && line.quantity === '1500');
      const events = await world.call('GET', counted?.explanation.events ?? '');
      expect((events.data as Array<{ id: string }>).map((event) => event.id)).toEqual(['busy', 'late']);

      const proof = await verifyStore(engine, { isRepair: false });
      expect(proof).toMatchObject({ invoices: invoices.length, differences: [] });
    }));

  it('says of each moment of the past what it said then', () =>
    withWorld(kind, async (world, engine) => {
      await defineCatalog(world);
      await world.call('PUT', '/v1/customers/acme', { name: 'Acme S.L.', currency: 'EUR', timezone: 'Europe/Madrid' });
      const { id } = await world.call('POST', '/v1/customers/acme/subscriptions', { plan: 'growth', quantities: { seat: '2' } });
      const said: Array<[moment: string, revision: number, state: unknown]> = [];
      const look = async (moment: string): Promise<void> => {
        await world.advanceTo(moment);
        const state = await world.call('GET', '/v1/customers/acme/state');
        said.push([moment, state.revision as number, withoutRevision(state)]);
      };
      await look('2026-01-15T00:00:00Z');
      await world.call('POST', '/v1/events', { events: [{ id: 'e1', customer: 'acme', name: 'call', timestamp: '2026-01-14T00:00:00Z', properties: { n: 1200 } }] });
      await look('2026-01-20T00:00:00Z');
      await world.call('POST', `/v1/subscriptions/${id}/change`, { quantities: { seat: '4' } });
      await look('2026-02-20T00:00:00Z');
      await world.call('POST', `/v1/subscriptions/${id}/pause`);
      await look('2026-03-20T00:00:00Z');
      for (const [moment, revision, state] of said) {
        const known = await world.call('GET', `/v1/customers/acme/state?at=${moment}&known_at_revision=${revision}`);
        expect(withoutRevision(known), moment).toEqual(state);
      }
      // By what is known today, what was used the day before it was reported had been used.
      const today = await world.call('GET', '/v1/customers/acme/state?at=2026-01-15T00:00:00Z');
      expect(today.usage[0].used).toBe('1200');
      expect((await verifyStore(engine, { isRepair: false })).differences).toEqual([]);
    }));
});

function withoutRevision(state: { revision?: number; customer?: object }): unknown {
  const { revision: _revision, customer: _customer, ...rest } = state;
  return rest;
}
