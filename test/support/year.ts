import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/http/app.js';
import { sandboxProvider } from '../../src/provider/sandbox.js';
import { createApiKey } from '../../src/service/api-key.js';
import type { Engine } from '../../src/service/engine.js';
import { closeEngine, openEngine } from '../../src/service/open.js';
import { openSandboxClock } from '../../src/service/sandbox.js';
import { openStore, type StoreKind } from './app.js';
import { at } from './core.js';

/*
 * A year of one customer on the sandbox clock, through the API: trial, upgrade, seats, overage, late usage, downgrade,
 * pause, a yearly plan, cancellation.
 */

export interface Line {
  kind: string;
  description: string;
  quantity: string;
  amount: { amount: string };
  explanation: { rule: string; policy: Record<string, string>; steps: string[]; events: string | null };
}

export interface Invoice {
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

export interface World {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every shape
  call(method: 'GET' | 'PUT' | 'POST', url: string, body?: object): Promise<any>;
  advanceTo(moment: string): Promise<void>;
}

export const STARTER = { base: 1900, seat: 500 };
export const GROWTH = { base: 4900, seat: 800 };
export const ANNUAL = 48_000;

/** Runs `work` on a sandbox of its own that begins on 10 January 2026. */
export async function withWorld(kind: StoreKind, work: (world: World, engine: Engine) => Promise<void>): Promise<void> {
  const database = await openStore(kind);
  const engine = await openEngine({ database, provider: sandboxProvider, clock: await openSandboxClock(database, at('2026-01-10T09:00:00Z')) });
  const app: FastifyInstance = await buildApp({ engine, seller: { name: 'Paidup Cloud S.L.', lines: ['Carrer de la Llum 7', '08001 Barcelona', 'VAT ESB12345678'] } });
  const { key } = await createApiKey(engine, { kind: 'secret', name: 'year', scopes: [] });
  const call: World['call'] = async (method, url, body) => {
    const response = await app.inject({ method, url, headers: { authorization: `Bearer ${key}` }, ...(body === undefined ? {} : { payload: body }) });
    if (response.statusCode >= 300) throw new Error(`${method} ${url}: ${response.body}`);
    return response.headers['content-type'] === 'application/pdf' ? response.rawPayload : response.json();
  };
  try {
    await work({ call, advanceTo: async (moment) => void (await call('POST', '/v1/sandbox/clock', { set: moment })) }, engine);
  } finally {
    await app.close();
    await closeEngine(engine);
  }
}

export async function defineCatalog({ call }: World): Promise<void> {
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

/** Carries out a command of the customer's; a test looks at its preview first. */
export type Commander = (world: World, path: string, body?: object) => Promise<{ id: string }>;

export async function liveThrough(world: World, command: Commander): Promise<void> {
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

