import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyStore } from '../../src/service/verify.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

/** What whoever moves to Paidup from elsewhere needs of the native API: subscriptions billed so far by others, and usage as totals. */

const NOW = '2026-11-15T12:00:00Z';

let paidup: TestPaidup;
beforeAll(async () => {
  paidup = await startPaidup({ now: at(NOW) });
  await paidup.call('PUT', '/v1/meters/hours', { event_name: 'compute', aggregation: 'sum', property: 'hours' });
  await paidup.call('PUT', '/v1/meters/runs', { event_name: 'compute', aggregation: 'count' });
  await paidup.call('PUT', '/v1/plans/pro', {
    name: 'Pro', currency: 'EUR', interval: { unit: 'month', count: 1 },
    prices: [
      { code: 'base', type: 'fixed', amount: '30.00' },
      { code: 'hours', type: 'usage', meter: 'hours', included: '10', model: { type: 'per_unit', amount: '1' } },
      { code: 'runs', type: 'usage', meter: 'runs', included: 'unlimited', model: { type: 'per_unit', amount: '0' } },
    ],
  });
  await paidup.call('PUT', '/v1/plans/big', { name: 'Big', currency: 'EUR', interval: { unit: 'month', count: 1 }, prices: [{ code: 'base', type: 'fixed', amount: '60.00' }] });
});
afterAll(() => paidup.stop());

const subscribe = async (customer: string, body: object) => {
  await paidup.call('POST', '/v1/customers', { external_id: customer, currency: 'EUR' });
  return paidup.call('POST', `/v1/customers/${customer}/subscriptions`, { plan: 'pro', ...body });
};
const invoicesOf = async (customer: string) => (await paidup.call('GET', `/v1/customers/${customer}/invoices`)).body.data;

describe('a subscription that was billed elsewhere so far', () => {
  test('is not invoiced for what is behind it, keeps its metadata and is invoiced from its next turn on', async () => {
    const made = await subscribe('moved', { starts_at: '2026-01-31T00:00:00Z', billed_until: '2026-10-31T00:00:00Z', metadata: { origin: 'elsewhere' } });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ status: 'active', invoices: [], metadata: { origin: 'elsewhere' }, current_period: { start: '2026-10-31T00:00:00Z', end: '2026-11-30T00:00:00Z' } });
    await paidup.call('POST', '/v1/events', { events: [{ id: 'e-1', customer: 'moved', name: 'compute', timestamp: '2026-11-01T00:00:00Z', properties: { hours: '14' } }] });

    const state = (await paidup.call('GET', '/v1/customers/moved/state')).body;
    expect(state.owed.amount).toBe('0.00');
    expect(state.upcoming_invoice).toMatchObject({ date: '2026-11-30T00:00:00Z', total: { amount: '34.00' } });
    expect(await invoicesOf('moved')).toEqual([]);
  });

  test('gives back what is left of the period that was paid elsewhere, when it changes within it', async () => {
    const { body } = await subscribe('changing', { starts_at: '2026-11-01T00:00:00Z', billed_until: '2026-11-01T00:00:00Z' });
    const preview = (await paidup.call('POST', `/v1/subscriptions/${body.id}/change/preview`, { plan: 'big' })).body;
    // 15.5 of 30 days are left; the usage price ends with nothing used.
    expect(preview.due_now.invoices[0].lines.map(({ amount }: { amount: { amount: string } }) => amount.amount)).toEqual(['-15.50', '31.00', '0.00']);
  });

  test.each([
    ['before its start', { starts_at: '2026-11-01T00:00:00Z', billed_until: '2026-10-31T00:00:00Z' }],
    ['after now', { starts_at: '2026-11-01T00:00:00Z', billed_until: '2026-11-15T12:00:00.001Z' }],
    ['in no form', { billed_until: 'yesterday' }],
  ])('cannot have been billed until a moment %s', async (name, body) => {
    const refused = await subscribe(`refused-${name.replaceAll(' ', '-')}`, body);
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/billed_until']);
  });
});

describe('usage that is brought in as a total', () => {
  test('counts for the one meter that it names, as often as it says, and once by its id', async () => {
    await subscribe('total', { starts_at: '2026-11-01T00:00:00Z', billed_until: '2026-11-01T00:00:00Z' });
    const events = [
      { id: 't-1', customer: 'total', name: 'meter:hours', timestamp: '2026-11-01T00:00:00Z', properties: { hours: '12.5' } },
      { id: 't-2', customer: 'total', name: 'meter:runs', timestamp: '2026-11-01T00:00:00Z', occurrences: '41' },
      { id: 't-3', customer: 'total', name: 'compute', properties: { hours: '1' } },
    ];
    await paidup.call('POST', '/v1/events', { events });
    const again = (await paidup.call('POST', '/v1/events', { events })).body.results;

    expect(again.map(({ status }: { status: string }) => status)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    const { usage } = (await paidup.call('GET', '/v1/customers/total/state')).body;
    expect(usage.map(({ used }: { used: string }) => used)).toEqual(['13.5', '42']);
    expect((await paidup.call('GET', '/v1/customers/total/usage?meter=runs&granularity=month&from=2026-11-01T00:00:00Z')).body.data[0].value).toBe('42');
    expect((await paidup.call('GET', '/v1/customers/total/events?meter=runs')).body.data).toMatchObject([{ id: 't-2', occurrences: '41' }, { id: 't-3' }]);
  });

  test.each(['0', '-1', '1.5', 'many', 3])('must have happened a whole number of times: %s', async (occurrences) => {
    const { results } = (await paidup.call('POST', '/v1/events', { events: [{ id: `w-${occurrences}`, customer: 'total', name: 'meter:runs', occurrences }] })).body;
    expect(results[0]).toMatchObject({ status: 'refused', pointer: '/events/0/occurrences' });
  });

  test('is refused for a meter that there is not, or that it does not fit', async () => {
    const { results } = (await paidup.call('POST', '/v1/events', { events: [{ id: 'n-1', customer: 'total', name: 'meter:nothing' }, { id: 'n-2', customer: 'total', name: 'meter:hours' }] })).body;
    expect(results).toMatchObject([{ status: 'refused', pointer: '/events/0/name' }, { status: 'refused', pointer: '/events/1/properties/hours' }]);
  });
});

test('all of it follows from the facts', async () => {
  paidup.clock.set(at('2027-01-05T00:00:00Z'));
  await paidup.call('POST', '/v1/customers/moved/credits', { amount: '1', reason: 'books what is due' });
  expect((await invoicesOf('moved')).map(({ total }: { total: { amount: string } }) => total.amount)).toEqual(['30.00', '34.00']);
  expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
});
