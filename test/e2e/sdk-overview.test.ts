import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../sdk/src/index.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { all, recordedClient, uncalledOperations } from '../support/sdk.js';

const MONTH = { unit: 'month', count: 1 } as const;

let paidup: TestPaidup;
let client: Client;
let asked: readonly string[];

beforeAll(async () => {
  paidup = await startPaidup({ now: at('2026-03-11T00:00:00Z') });
  ({ client, asked } = await recordedClient(paidup));
  await client.putMeter('calls', { event_name: 'call', aggregation: 'count' });
  await client.putPlan('basic', { currency: 'EUR', interval: MONTH, prices: [{ code: 'calls', type: 'usage', meter: 'calls', included: '10', model: { type: 'per_unit', amount: '0' } }] });
  await client.putCustomer('acme', { currency: 'EUR' });
  await client.createSubscription('acme', { plan: 'basic', starts_at: '2026-03-01T00:00:00Z' });
  await client.ingestEvents(['e-1', 'e-2', 'e-3', 'e-4'].map((id) => ({ id, customer: 'acme', name: 'call', timestamp: '2026-03-05T00:00:00Z' })));
});
afterAll(() => paidup.stop());

describe('what the pages show, through the SDK', () => {
  it('forecasts where each window is going', async () => {
    const { as_of: asOf, data } = await client.readForecast('acme');

    expect(asOf).toBe('2026-03-11T00:00:00Z');
    expect(data).toEqual([
      {
        subscription: expect.any(String), price: 'calls', name: 'calls', meter: 'calls', unit: null, window: { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' },
        // Four in 10 days: ten are used after 25 days, and 12.4 in 31.
        used: '4', available: '10', projected: '12.4', runs_out_at: '2026-03-26T00:00:00Z', outlook: 'runs_out',
      },
    ]);
  });

  it('lists the events of everybody, newest first, with what each counts in', async () => {
    const { data, next_cursor: next } = await client.listAllEvents({ limit: 3, meter: 'calls' });

    expect(data.map(({ id, customer, windows, uncounted }) => [id, customer.external_id, windows[0]?.price, uncounted])).toEqual(['e-4', 'e-3', 'e-2'].map((id) => [id, 'acme', 'calls', null]));
    expect(next).not.toBeNull();
    expect((await all(client.allEvents({ limit: 3 }))).map(({ id }) => id)).toEqual(['e-4', 'e-3', 'e-2', 'e-1']);
    expect((await all(client.events('acme', { order: 'newest', limit: 1 }))).map(({ id }) => id)).toEqual(['e-4', 'e-3', 'e-2', 'e-1']);
  });

  it('has a method for each of these operations', async () => {
    const { known, uncalled } = await uncalledOperations(paidup, asked, 'overview');

    expect(known).toBeGreaterThan(0);
    expect(uncalled).toEqual([]);
  });
});
