import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../sdk/src/index.js';
import { startPaidup, type TestPaidup } from '../support/app.js';
import { at } from '../support/core.js';
import { problemOf, recordedClient, uncalledOperations } from '../support/sdk.js';

const MONTH = { unit: 'month', count: 1 } as const;

let paidup: TestPaidup;
let client: Client;
let asked: readonly string[];

beforeAll(async () => {
  paidup = await startPaidup({ now: at('2026-03-10T12:00:00Z') });
  ({ client, asked } = await recordedClient(paidup));
  await client.putMeter('calls', { event_name: 'call', aggregation: 'count' });
  await client.putFeature('calls', { name: 'Calls', type: 'metered', meter: 'calls' });
  await client.putFeature('sso', { type: 'flag' });
  const calls = (included: string) => ({ code: 'calls', type: 'usage', meter: 'calls', included, overage: 'blocked', model: { type: 'per_unit', amount: '0' } }) as const;
  const base = (amount: string) => ({ code: 'base', type: 'fixed', amount }) as const;
  await client.putPlan('basic', { currency: 'EUR', interval: MONTH, features: [{ feature: 'calls', price: 'calls' }], prices: [base('10'), calls('10')] });
  await client.putPlan('team', { currency: 'EUR', interval: MONTH, features: [{ feature: 'calls', price: 'calls' }, { feature: 'sso' }], prices: [base('41'), calls('100')] });
  for (const name of ['acme', 'other']) {
    await client.putCustomer(name, { currency: 'EUR' });
    await client.createSubscription(name, { plan: 'basic' });
  }
});
afterAll(() => paidup.stop());

describe('the gate through the SDK', () => {
  it('says whether, why not, until when, and what would help', async () => {
    const yes = await client.check('acme', { feature: 'calls', quantity: '10' });
    const no = await client.check('acme', { feature: 'calls', quantity: '11' });

    expect(yes).toMatchObject({ allowed: true, reason: null, rule: 'included', quantity: '10', remaining: '10', remedies: [] });
    expect(no).toMatchObject({ allowed: false, reason: 'limit_reached', quantity: '0', resets_at: '2026-04-10T12:00:00Z', lifts_at: null });
    expect(no.remedies).toMatchObject([{ type: 'change_plan', plan: 'team', price: { amount: '31.00', currency: 'EUR' } }]);
    expect((await client.check('acme', { feature: 'calls', quantity: '11', remedies: false })).remedies).toEqual([]);
    expect((await problemOf(client.check('acme', { feature: 'typo' }))).errors[0]?.pointer).toBe('/feature');
  });

  it('answers several questions, of one customer or of several', async () => {
    const { results, revision } = await client.checkSeveral('acme', [{ feature: 'calls' }, { feature: 'sso' }], { remedies: false });
    const { results: each } = await client.checkCustomers([{ customer: 'acme', feature: 'calls' }, { customer: 'nobody', feature: 'calls' }]);

    expect(results.map(({ allowed, reason }) => [allowed, reason])).toEqual([[true, null], [false, 'feature_not_granted']]);
    expect(results.every((result) => result.revision === revision)).toBe(true);
    expect(each).toMatchObject([{ customer: 'acme', allowed: true }, { customer: 'nobody', error: { type: '/problems/not_found' } }]);
  });

  it('uses, once under one id, and what is left where that will do', async () => {
    const first = await client.consume('acme', { id: 'job-1', feature: 'calls', quantity: '4' });
    const again = await client.consume('acme', { id: 'job-1', feature: 'calls', quantity: '4' });
    const refused = await client.consume('acme', { id: 'job-2', feature: 'calls', quantity: '7', remedies: false });
    const part = await client.consume('acme', { id: 'job-2', feature: 'calls', quantity: '7', partial: true });

    expect(first).toMatchObject({ id: 'job-1', allowed: true, quantity: '4', used: '4', remaining: '6' });
    expect(again).toEqual(first);
    expect([refused.allowed, refused.reason, part.quantity, part.remaining]).toEqual([false, 'limit_reached', '6', '0']);
    expect((await client.readState('acme')).entitlements[0]).toMatchObject({ used: '10', held: '0' });
  });

  it('sets units aside until they are settled', async () => {
    const hold = await client.holdUnits('other', { feature: 'calls', quantity: '8', expires_in: 60, reference: 'job-3' });
    const refused = await client.holdUnits('other', { feature: 'calls', quantity: '3', expires_in: 60 });
    if (!hold.allowed) throw new Error(hold.detail);
    const settled = await client.settleHold('other', hold.id, { quantity: '5' });

    expect(hold).toMatchObject({ status: 'open', feature: { feature: 'calls', quantity: '8', settled: null }, reference: 'job-3' });
    expect(refused).toMatchObject({ allowed: false, reason: 'limit_reached', held: '8', lifts_at: hold.expires_at });
    expect(settled).toMatchObject({ status: 'settled', feature: { quantity: '8', settled: '5' } });
    expect((await problemOf(client.settleHold('other', hold.id))).slug).toBe('not_found');
    expect(await client.getEntitlement('other', 'calls')).toMatchObject({ used: '5', held: '0', remaining: '5' });
  });

  it('overrides what plans grant, with a reason and until a moment', async () => {
    const set = await client.setOverride('acme', 'calls', { limit: '5', combine: 'add', reason: 'outage', expires_at: new Date('2026-03-12T00:00:00Z') });
    const { data, revision } = await client.listEntitlements('acme');
    await client.removeOverride('acme', 'calls');

    expect(set).toMatchObject({ feature: 'calls', granted: true, limit: '5', combine: 'add', reason: 'outage', expires_at: '2026-03-12T00:00:00Z', revision });
    expect(data[0]).toMatchObject({ feature: 'calls', limit: '15', sources: [{ type: 'plan', plan: 'basic', limit: '10' }, { type: 'override', limit: '5', reason: 'outage' }] });
    expect((await client.getEntitlement('acme', 'calls')).limit).toBe('10');
    expect((await problemOf(client.removeOverride('acme', 'calls'))).slug).toBe('not_found');
  });

  it('has a method for every operation of it: the tests above have called each', async () => {
    const { known, uncalled } = await uncalledOperations(paidup, asked, 'gate');

    expect(known).toBe(7);
    expect(uncalled).toEqual([]);
  });
});
