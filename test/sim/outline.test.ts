import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attentionsOf } from '../../src/core/attention.js';
import { chanceFrom } from '../../src/cli/demo/crowd-member.js';
import { spansOf, type SubscriptionSpan } from '../../src/core/outline.js';
import { freshOutlines, refreshOutlines } from '../../src/service/outline.js';
import { readState } from '../../src/service/state.js';
import { verifyStore } from '../../src/service/verify.js';
import { selectOutline } from '../../src/store/outline.js';
import { STORES, startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';

const MONTH = { unit: 'month', count: 1 } as const;
const CUSTOMERS = 6;
const STEPS = 300;
const PLANS = ['blocked', 'capped', 'gauge', 'paid', 'regions', 'volume', 'fractions', 'dollars'];
const DAY_MS = 86_400_000;

async function defineCatalog({ call }: TestPaidup): Promise<void> {
  for (const [code, aggregation] of [['calls', 'sum'], ['files', 'last'], ['tokens', 'sum']] as const) await call('PUT', `/v1/meters/${code}`, { event_name: code, aggregation, property: 'n', dimensions: ['region'] });
  for (const code of ['calls', 'files']) await call('PUT', `/v1/features/${code}`, { name: code, type: 'metered', meter: code });
  const usage = (code: string, over: object = {}) => ({ code, type: 'usage', meter: code, model: { type: 'per_unit', amount: '0.10' }, ...over });
  const put = (code: string, prices: object[], over: object = {}) => call('PUT', `/v1/plans/${code}`, { currency: 'EUR', interval: MONTH, prices, ...over });
  await put('blocked', [{ code: 'base', type: 'fixed', amount: '10', per_seat: true }, usage('calls', { included: '50', overage: 'blocked', rollover: { cap: { multiple: '1' } } })], { features: [{ feature: 'calls', price: 'calls' }] });
  await put('capped', [usage('calls', { included: '20', overage_cap: '4' })]);
  await put('gauge', [{ code: 'seat', type: 'fixed', amount: '3', per_seat: true }, usage('files', { included: 'unlimited', window: { unit: 'lifetime' }, model: { type: 'per_unit', amount: '0' } })], { features: [{ feature: 'files', limit: '5', per_quantity_of: 'seat', price: 'files' }], trial_days: 10 });
  await put('paid', [usage('tokens', { paid_from: 'wallet' }), { code: 'rent', type: 'fixed', amount: '2', paid_from: 'wallet' }]);
  // Costs less by the hundredth than by the ninetieth; fractions of a cent, each rounded by itself; another currency than the customer's.
  await put('volume', [usage('tokens', { paid_from: 'wallet', model: { type: 'volume', tiers: [{ up_to: '90', unit_amount: '0.30' }, { up_to: null, unit_amount: '0.05' }] } })]);
  await put('fractions', ['one', 'two', 'three'].map((code) => usage(code, { meter: 'tokens', paid_from: 'wallet', model: { type: 'per_unit', amount: '0.0333' } })));
  await put('dollars', [usage('tokens', { paid_from: 'wallet' })], { currency: 'USD' });
  await put('regions', [usage('calls', { included: '40', overage: 'blocked', model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: { type: 'per_unit', amount: '0' } }, { values: { region: 'us' }, model: { type: 'per_unit', amount: '0' } }] } })]);
}

function spanText({ subscriptionId, startsAt, endsAt, status, planCode, amount }: SubscriptionSpan): string {
  return [subscriptionId, startsAt, endsAt, status, planCode, amount.toFixed()].join(' ');
}

describe.each(STORES)('outlines on %s', (store) => {
  let paidup: TestPaidup;
  const chance = chanceFrom(20_261_126);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(chance() * items.length)] as Item;
  let made = 0;

  beforeAll(async () => {
    paidup = await startPaidup({ store, now: at('2026-03-01T09:00:00Z'), isSandbox: true });
    await defineCatalog(paidup);
    for (let index = 0; index < CUSTOMERS; index += 1) {
      await paidup.call('PUT', `/v1/customers/c${index}`, { currency: 'EUR' });
      await paidup.call('PUT', `/v1/customers/c${index}/payment-method`, { token: index % 3 === 0 ? 'card_declines' : 'card_succeeds' });
    }
  });
  afterAll(() => paidup.stop());

  /** Something that happens to a customer; what is refused changes nothing. */
  async function happen(): Promise<void> {
    const customer = `/v1/customers/c${Math.floor(chance() * CUSTOMERS)}`;
    const { call } = paidup;
    const { body } = await call<{ data: Array<{ id: string; status: string }> }>('GET', `${customer}/subscriptions`);
    const live = body.data.filter(({ status }) => status !== 'canceled').map(({ id }) => `/v1/subscriptions/${id}`);
    const quantity = (most: number): string => String(Math.floor(chance() * most));
    const inDays = (days: number): string => new Date(paidup.clock.now() + days * DAY_MS).toISOString();
    const event = (name: string, most: number, days = 0) =>
      call('POST', '/v1/events', { events: [{ id: `e-${(made += 1)}`, customer: customer.slice('/v1/customers/'.length), name, timestamp: inDays(days), properties: { n: String(Math.floor(chance() * most) - (name === 'files' ? 0 : 5)), region: pick(['eu', 'us']) } }] });
    const held = await call<{ data?: Array<{ id: string; status: string }> }>('GET', `${customer}/holds`);
    const hold = `${customer}/holds/${pick((held.body.data ?? []).filter(({ status }) => status === 'open'))?.id ?? 'none'}`;
    const subscription = pick(live) ?? '/v1/subscriptions/none';
    const deeds: Array<() => Promise<unknown>> = [
      () => event('calls', 40), () => event('calls', 40), () => event('files', 16), () => event('files', 16), () => event('tokens', 120), () => event('tokens', 120),
      () => (live.length > 2 ? event('calls', 40) : call('POST', `${customer}/subscriptions`, { plan: pick(PLANS) })),
      () => call('POST', `${customer}/top-ups`, { amount: pick(['5', '20']) }),
      () => call('PUT', `${customer}/top-up-settings`, { enabled: pick([true, true, false]), min_balance: '5', up_to_balance: '20' }),
      () => call('DELETE', `${customer}/top-up-settings`),
      () => call('PUT', `${customer}/entitlements/${pick(['calls', 'files'])}`, { limit: pick(['3', '30']), reason: 'chance', combine: pick(['replace', 'add', 'max']), expires_at: pick([null, inDays(3)]) }),
      () => call('POST', `${customer}/holds`, { feature: pick(['calls', 'files']), quantity: '4', expires_in: 7_200 }),
      () => call('POST', `${customer}/credits`, { amount: '6', reason: 'chance', expires_at: inDays(4) }),
      () => call('POST', `${subscription}/${pick(['cancel', 'pause', 'resume', 'reactivate'])}`, {}),
      () => call('POST', `${subscription}/cancel`, { at_period_end: true }),
      () => call('POST', `${subscription}/change`, { plan: pick(PLANS), when: pick(['now', 'period_end']), overage: pick([true, false]), usage: pick(['keep', 'restart']) }),
      () => call('POST', `${subscription}/change`, { quantities: pick([{ base: '3' }, { seat: '2' }]) }),
      () => call('POST', `${subscription}/phases`, { plan: pick(PLANS), starts_at: inDays(2), duration: { unit: 'day', count: 3 } }),
      () => event(pick(['calls', 'files', 'tokens']), 60, -1 - Math.floor(chance() * 40)),
      () => call('POST', `${customer}/consume`, { id: `e-${(made += 1)}`, feature: 'calls', quantity: quantity(30), partial: true, properties: { region: 'eu' } }),
      () => call('POST', `${customer}/holds`, pick([{ amount: quantity(12), expires_in: 7_200 }, { service: 'tokens', quantity: quantity(90), expires_in: 90_000 }])),
      () => call('POST', `${hold}/${pick(['settle', 'release'])}`, {}),
      () => call('POST', `${customer}/adjustments`, { amount: pick(['-7', '7']), reason: 'chance' }),
      () => call('PUT', `${customer}/payment-method`, { token: pick(['card_declines', 'card_declines', 'card_succeeds']) }),
      () => call('PUT', customer, { currency: pick(['EUR', 'USD']) }),
      () => call('PUT', '/v1/features/calls', { name: pick(['Calls', 'Requests']), type: 'metered', meter: 'calls', combine: pick(['add', 'max']) }),
      () => call('PUT', '/v1/plans/capped', { currency: 'EUR', interval: MONTH, prices: [{ code: 'calls', type: 'usage', meter: 'calls', model: { type: 'per_unit', amount: '0.10' }, included: pick(['20', '30']), overage_cap: pick(['1', '4']) }] }),
      () => call('POST', '/v1/sandbox/clock', { advance: { hours: 1 + Math.floor(chance() * 90) } }),
    ];
    const { status } = (await pick(deeds)()) as { status: number };
    expect(status).toBeLessThan(500);
  }

  /** Every outline that is said to hold says what the state does. */
  async function wrong(): Promise<unknown[]> {
    const faults: unknown[] = [];
    for (let index = 0; index < CUSTOMERS; index += 1) {
      const state = await readState(paidup.engine, `c${index}`);
      const kept = await selectOutline(paidup.engine.database, state.customer.id, state.asOf);
      if (kept === undefined || kept === 'stale') continue;
      const said = [...kept.attentions].sort((left, right) => (left.kind < right.kind ? -1 : 1));
      const is = attentionsOf(state).sort((left, right) => (left.kind < right.kind ? -1 : 1));
      if (JSON.stringify(said) !== JSON.stringify(is)) faults.push({ customer: index, said, is });
      const spans = [kept.spans, state.subscriptions.flatMap(({ subscription }) => spansOf(subscription))].map((each) => [...each].map(spanText).sort());
      if (JSON.stringify(spans[0]) !== JSON.stringify(spans[1])) faults.push({ customer: index, spans });
    }
    return faults;
  }

  it('hold as long as they say, whatever happens', async () => {
    const kinds = new Set<string>();
    for (let step = 0; step < STEPS; step += 1) {
      await happen();
      await paidup.engine.charges.idle();
      expect(await wrong(), `after step ${step}`).toEqual([]);
      // Now and then, so that some hold while others do not.
      if (chance() < 0.7) await refreshOutlines(paidup.engine);
      for (let index = 0; index < CUSTOMERS; index += 1) for (const { kind } of attentionsOf(await readState(paidup.engine, `c${index}`))) kinds.add(kind);
    }

    expect([...kinds].sort()).toEqual(['limit_reached', 'top_up_off', 'wallet_low']);
  }, 600_000);

  it('are proven by verify, and found when they are wrong', async () => {
    expect(await freshOutlines(paidup.engine)).toBe(0);
    expect((await verifyStore(paidup.engine, { isRepair: false })).differences).toEqual([]);
  }, 600_000);
});
