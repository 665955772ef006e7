import type { Plan } from '@paidup/sdk';
import { describe, expect, it } from 'vitest';
import { draftOf, inputOf } from './draft.js';
import { definitionOf } from './definition.js';

const TYPES = { single_sign_on: 'flag', seats: 'limit', calls: 'metered' } as const;
const typeOf = (code: string): (typeof TYPES)[keyof typeof TYPES] | undefined => TYPES[code as keyof typeof TYPES];

const RICH: Plan = {
  id: 'plan_1', code: 'rich', version: 3, version_id: 'ver_1', archived: false,
  name: 'Rich', description: 'With everything.', currency: 'EUR', interval: { unit: 'month', count: 3 }, alignment: 'calendar', trial_days: 7, proration: 'by_day',
  trial_requires_payment_method: true, minimum: '5', maximum: '5000.5', invoice_grace_hours: 12, wallet_credit: 'kept', collection: 'charge', self_service: true, family: 'one', invoice_series: 'EU',
  features: [
    { feature: 'single_sign_on', granted: false, limit: null, per_quantity_of: null, price: null },
    { feature: 'seats', granted: true, limit: '3', per_quantity_of: 'seat', price: null, combine: 'max' },
    { feature: 'calls', granted: true, limit: null, per_quantity_of: null, price: 'calls' },
  ],
  prices: [
    { code: 'seat', name: 'Seat', type: 'fixed', amount: '12.50', per_seat: true, package: { size: '5', round: 'down' }, below_usage: 'refused', renewal: 'cover_usage', paid_from: 'wallet' },
    { code: 'calls', name: 'Calls', type: 'usage', meter: 'calls', included: '1000', model: { type: 'graduated', tiers: [{ up_to: '10', unit_amount: '0.5' }, { up_to: null, flat_amount: '3' }] }, window: { unit: 'week', count: 2 }, rollover: { cap: { multiple: '2' } }, overage: 'blocked', overage_cap: '9', minimum: '1', maximum: '100', paid_from: 'invoice' },
    { code: 'bytes', name: 'Bytes', type: 'usage', meter: 'bytes', included: 'unlimited', model: { type: 'dimensional', dimensions: ['region'], cells: [{ values: { region: 'eu' }, model: { type: 'per_unit', amount: '1' } }] }, window: { unit: 'lifetime' }, rollover: null, overage: 'allowed', minimum: null, maximum: null, paid_from: 'wallet' },
    { code: 'talk', name: 'Talk', type: 'usage', meter: 'talk', included: '5', model: { type: 'package', size: '10', amount: '2', round: 'up' }, window: null, rollover: { cap: { units: '40' } }, overage: 'allowed', minimum: null, maximum: null, paid_from: 'invoice' },
    { code: 'mail', name: 'Mail', type: 'usage', meter: 'mail', included: '5', model: { type: 'per_unit', amount: '2' }, window: { unit: 'month' }, rollover: { cap: null }, overage: 'allowed', minimum: null, maximum: null, paid_from: 'invoice' },
  ],
  metadata: { kept: 'yes' },
};

describe('a plan in the editor', () => {
  it('is what it was, to the last field, when nothing is typed', () => {
    expect(inputOf(draftOf(RICH), typeOf)).toEqual(definitionOf(RICH));
  });

  it('says nothing of what a feature of another type would take', () => {
    const draft = draftOf(RICH);
    const [flag, seats] = draft.grants;
    const grants = [{ ...flag!, feature: 'seats', isGranted: true, limit: 'unlimited' }, { ...seats!, feature: 'single_sign_on' }];

    expect(inputOf({ ...draft, grants }, typeOf).features).toEqual([
      { feature: 'seats', granted: true, limit: 'unlimited', per_quantity_of: null, price: null },
      { feature: 'single_sign_on', granted: true, limit: null, per_quantity_of: null, price: null },
    ]);
  });

  it('passes on what it cannot read, for the engine to say what is wrong', () => {
    const draft = draftOf(RICH);
    const prices = draft.prices.map((price) => (price.code === 'talk' ? { ...price, rolloverCap: 'a lot' } : price));

    expect(inputOf({ ...draft, prices }, typeOf).prices?.[3]).toMatchObject({ rollover: { cap: { units: 'a lot' } } });
  });
});
