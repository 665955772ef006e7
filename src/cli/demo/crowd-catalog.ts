import type { FeatureDefinition } from '../../core/feature.js';
import type { MeterDefinition } from '../../core/meter.js';
import type { PlanDefinition } from '../../core/plan.js';

/** What the crowd uses: one invented product with prices of every kind. */
export const CROWD_METERS: Readonly<Record<string, MeterDefinition>> = {
  api_requests: { name: 'API requests', event_name: 'api.requests', aggregation: 'sum', property: 'requests', unit: 'request', dimensions: ['region'] },
  stored_gigabytes: { name: 'Stored data', event_name: 'storage.measured', aggregation: 'max', property: 'gigabytes', unit: 'GB' },
  talk_minutes: { name: 'Talk time', event_name: 'talk.ended', aggregation: 'sum', property: 'seconds', unit: 'minute', conversion: { divide_by: '60', round: 'up' } },
};

export const CROWD_FEATURES: Readonly<Record<string, FeatureDefinition>> = {
  single_sign_on: { name: 'Single sign-on', type: 'flag' },
  priority_support: { name: 'Priority support', type: 'flag' },
  team_seats: { name: 'Seats', type: 'limit' },
  api_requests: { name: 'API requests', type: 'metered', meter: 'api_requests' },
  stored_data: { name: 'Stored data', type: 'metered', meter: 'stored_gigabytes' },
  talk_time: { name: 'Talk time', type: 'metered', meter: 'talk_minutes' },
};

const MONTH = { unit: 'month', count: 1 } as const;

export const CROWD_PLANS = {
  orbit_starter: {
    name: 'Orbit Starter',
    currency: 'USD',
    interval: MONTH,
    trial_days: 14,
    features: [
      { feature: 'team_seats', limit: '3' },
      { feature: 'api_requests', price: 'requests' },
      { feature: 'stored_data', price: 'storage' },
    ],
    prices: [
      { code: 'base', name: 'Base fee', type: 'fixed', amount: '19.00' },
      {
        code: 'requests',
        name: 'API requests',
        type: 'usage',
        meter: 'api_requests',
        included: '10000',
        model: { type: 'graduated', tiers: [{ up_to: '100000', unit_amount: '0.002' }, { up_to: null, unit_amount: '0.001' }] },
      },
      { code: 'storage', name: 'Storage', type: 'usage', meter: 'stored_gigabytes', included: '20', model: { type: 'package', size: '10', amount: '2.00' } },
    ],
  },
  orbit_team: {
    name: 'Orbit Team',
    currency: 'EUR',
    interval: MONTH,
    features: [
      { feature: 'single_sign_on', granted: true },
      { feature: 'team_seats', limit: '1', per_quantity_of: 'seat' },
      { feature: 'api_requests', price: 'requests' },
      { feature: 'talk_time', price: 'talk' },
    ],
    prices: [
      { code: 'seat', name: 'Seat', type: 'fixed', amount: '12.00', per_seat: true },
      { code: 'requests', name: 'API requests', type: 'usage', meter: 'api_requests', included: '50000', model: { type: 'per_unit', amount: '0.0015' } },
      { code: 'talk', name: 'Talk time', type: 'usage', meter: 'talk_minutes', included: '500', model: { type: 'per_unit', amount: '0.04' }, rollover: { cap: { multiple: '2' } } },
    ],
  },
  orbit_scale: {
    name: 'Orbit Scale',
    currency: 'GBP',
    interval: { unit: 'year', count: 1 },
    features: [
      { feature: 'single_sign_on', granted: true },
      { feature: 'priority_support', granted: true },
      { feature: 'team_seats', limit: 'unlimited' },
      { feature: 'api_requests', price: 'requests' },
      { feature: 'stored_data', price: 'storage' },
    ],
    prices: [
      { code: 'base', name: 'Yearly fee', type: 'fixed', amount: '4800.00' },
      {
        code: 'requests',
        name: 'API requests',
        type: 'usage',
        meter: 'api_requests',
        included: '300000',
        window: MONTH,
        model: { type: 'volume', tiers: [{ up_to: '250000', unit_amount: '0.0009' }, { up_to: null, unit_amount: '0.0006' }] },
      },
      { code: 'storage', name: 'Storage', type: 'usage', meter: 'stored_gigabytes', included: '200', window: MONTH, model: { type: 'package', size: '50', amount: '6.00' } },
    ],
  },
  orbit_voice: {
    name: 'Orbit Voice',
    currency: 'JPY',
    interval: MONTH,
    features: [{ feature: 'talk_time', price: 'talk' }],
    prices: [
      { code: 'base', name: 'Base fee', type: 'fixed', amount: '2980' },
      { code: 'talk', name: 'Talk time', type: 'usage', meter: 'talk_minutes', included: '300', model: { type: 'per_unit', amount: '6' }, paid_from: 'wallet' },
    ],
  },
} as const satisfies Readonly<Record<string, PlanDefinition>>;

export type CrowdPlan = keyof typeof CROWD_PLANS;
