import { describe, expect, it } from 'vitest';
import { at, event, feature, fixed, plan, subscription, usage } from '../../test/support/core.js';
import { decimalText, type Decimal } from './decimal.js';
import { entitlements, type Entitlement } from './entitlement.js';
import type { UsageEvent } from './event.js';
import { instantText } from './instant.js';
import { phaseAt, type Subscription } from './subscription.js';
import { usageAt } from './usage.js';
import { deriveWindows } from './window-book.js';

const FEATURES = [feature('sso', { type: 'flag' }), feature('seats'), feature('storage', { combine: 'max', unit: 'size' }), feature('calls', { type: 'metered' })];
const NOW = at('2026-01-20');

function entitled(subscriptions: readonly Subscription[], events: readonly UsageEvent[] = []): Entitlement[] {
  const { windows } = deriveWindows(subscriptions, events);
  return entitlements(subscriptions.map((one) => ({ subscription: one, phase: phaseAt(one, NOW), usage: usageAt(one, windows, NOW) })));
}

function shown(value: Decimal | 'unlimited' | null): string | null {
  return value === null || value === 'unlimited' ? value : decimalText(value);
}

/** Feature, granted, limit, used, remaining. */
function rows(all: readonly Entitlement[]): unknown[] {
  return all.map((one) => [one.feature.code, one.isGranted, shown(one.limit), shown(one.used), shown(one.remaining)]);
}

const PRO = plan({
  features: FEATURES,
  prices: [fixed('base', '10', { per_seat: true }), usage('calls', { included: '100', rollover: {} })],
  grants: [{ feature: 'sso' }, { feature: 'seats', limit: '5', per_quantity_of: 'base' }, { feature: 'storage', limit: '100' }, { feature: 'calls', price: 'calls' }],
});

describe('entitlements of one subscription', () => {
  it('are what its plan grants, limits times the quantity, use from the price that counts it', () => {
    const bought = subscription({ plan: PRO, quantities: { base: '3' } });

    expect(rows(entitled([bought], [event('a', '2026-01-05', 30)]))).toEqual([
      ['sso', true, null, null, null], ['seats', true, '15', null, '15'], ['storage', true, '100', null, '100'], ['calls', true, '100', '30', '70'],
    ]);
  });

  it('add what was carried and end when the window does', () => {
    const bought = subscription({ plan: PRO, startsAt: '2025-12-15' });
    const calls = entitled([bought], [event('a', '2025-12-20', 30), event('b', '2026-01-18', 200)]).at(-1);

    expect([shown(calls?.limit ?? null), shown(calls?.remaining ?? null)]).toEqual(['170', '0']);
    expect(calls?.resetsAt === undefined || calls.resetsAt === null ? null : instantText(calls.resetsAt)).toBe('2026-02-15T00:00:00Z');
  });

  it('never reset over a lifetime and have no limit where none is', () => {
    const sold = plan({ features: FEATURES, prices: [usage('calls', { included: 'unlimited', window: { unit: 'lifetime' } })], grants: [{ feature: 'calls', price: 'calls' }, { feature: 'seats', limit: 'unlimited' }] });
    const all = entitled([subscription({ plan: sold })], [event('a', '2026-01-05', 30)]);

    expect(rows(all)).toEqual([['calls', true, 'unlimited', '30', null], ['seats', true, 'unlimited', null, null]]);
    expect(all[0]?.resetsAt).toBeNull();
  });

  it('withhold what the plan names as not granted', () => {
    const sold = plan({ features: FEATURES, grants: [{ feature: 'sso', granted: false }, { feature: 'seats', granted: false }] });

    expect(rows(entitled([subscription({ plan: sold })]))).toEqual([['sso', false, null, null, null], ['seats', false, '0', null, '0']]);
  });
});

describe('entitlements of several subscriptions', () => {
  const both = [subscription({ plan: PRO }), subscription({ id: 'sub_2', plan: PRO, quantities: { base: '2' } })];

  it('add limits or take the larger, as the feature says', () => {
    expect(rows(entitled(both)).slice(0, 3)).toEqual([['sso', true, null, null, null], ['seats', true, '15', null, '15'], ['storage', true, '100', null, '100']]);
  });

  it('are granted when one of them grants, and unlimited when one of them is', () => {
    const generous = plan({ code: 'big', features: FEATURES, grants: [{ feature: 'seats', limit: 'unlimited' }, { feature: 'sso' }] });
    const meagre = plan({ code: 'small', features: FEATURES, grants: [{ feature: 'sso', granted: false }, { feature: 'seats', limit: '1' }] });

    expect(rows(entitled([subscription({ plan: meagre }), subscription({ id: 'sub_2', plan: generous })]))).toEqual([['sso', true, null, null, null], ['seats', true, 'unlimited', null, null]]);
  });

  it('do not count one event twice against a limit of which only the larger holds', () => {
    const largest = [feature('calls', { type: 'metered', combine: 'max' })];
    const sold = plan({ features: largest, prices: [usage('calls', { included: '100' })], grants: [{ feature: 'calls', price: 'calls' }] });
    const two = [subscription({ plan: sold }), subscription({ id: 'sub_2', plan: sold })];

    expect(rows(entitled(two, [event('a', '2026-01-05', 50)]))).toEqual([['calls', true, '100', '50', '50']]);
  });
});
