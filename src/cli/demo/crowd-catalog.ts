import type { FeatureDefinition } from '../../core/feature.js';
import type { MeterDefinition } from '../../core/meter.js';
import type { PlanDefinition } from '../../core/plan.js';

/** What the crowd uses: one invented product with prices of every kind. */
export const CROWD_METERS: Readonly<Record<string, MeterDefinition>> = {
  orbit_api_requests: { name: 'API requests', event_name: 'orbit.api.requests', aggregation: 'sum', property: 'requests', unit: 'request', dimensions: ['region'] },
  orbit_stored_gigabytes: { name: 'Stored data', event_name: 'orbit.storage.measured', aggregation: 'max', property: 'gigabytes', unit: 'GB' },
  orbit_talk_minutes: { name: 'Talk time', event_name: 'orbit.talk.ended', aggregation: 'sum', property: 'seconds', unit: 'minute', conversion: { divide_by: '60', round: 'up' } },
};

export const CROWD_FEATURES: Readonly<Record<string, FeatureDefinition>> = {
  orbit_single_sign_on: { name: 'Single sign-on', type: 'flag' },
  orbit_priority_support: { name: 'Priority support', type: 'flag' },
  orbit_team_seats: { name: 'Seats', type: 'limit' },
  orbit_api_requests: { name: 'API requests', type: 'metered', meter: 'orbit_api_requests' },
  orbit_stored_data: { name: 'Stored data', type: 'metered', meter: 'orbit_stored_gigabytes' },
  orbit_talk_time: { name: 'Talk time', type: 'metered', meter: 'orbit_talk_minutes' },
};

const MONTH = { unit: 'month', count: 1 } as const;
/** Customers change between these by themselves. */
const ORBIT = { self_service: true, family: 'orbit' } as const;

export const CROWD_PLANS = {
  orbit_starter: {
    name: 'Orbit Starter',
    ...ORBIT,
    currency: 'USD',
    interval: MONTH,
    trial_days: 14,
    features: [
      { feature: 'orbit_team_seats', limit: '3' },
      { feature: 'orbit_api_requests', price: 'requests' },
      { feature: 'orbit_stored_data', price: 'storage' },
    ],
    prices: [
      { code: 'base', name: 'Base fee', type: 'fixed', amount: '19.00' },
      {
        code: 'requests',
        name: 'API requests',
        type: 'usage',
        meter: 'orbit_api_requests',
        included: '10000',
        model: { type: 'graduated', tiers: [{ up_to: '100000', unit_amount: '0.002' }, { up_to: null, unit_amount: '0.001' }] },
      },
      { code: 'storage', name: 'Storage', type: 'usage', meter: 'orbit_stored_gigabytes', included: '20', model: { type: 'package', size: '10', amount: '2.00' } },
    ],
  },
  orbit_team: {
    name: 'Orbit Team',
    ...ORBIT,
    currency: 'EUR',
    interval: MONTH,
    features: [
      { feature: 'orbit_single_sign_on', granted: true },
      { feature: 'orbit_team_seats', limit: '1', per_quantity_of: 'seat' },
      { feature: 'orbit_api_requests', price: 'requests' },
      { feature: 'orbit_talk_time', price: 'talk' },
    ],
    prices: [
      { code: 'seat', name: 'Seat', type: 'fixed', amount: '12.00', per_seat: true },
      { code: 'requests', name: 'API requests', type: 'usage', meter: 'orbit_api_requests', included: '50000', model: { type: 'per_unit', amount: '0.0015' } },
      { code: 'talk', name: 'Talk time', type: 'usage', meter: 'orbit_talk_minutes', included: '500', model: { type: 'per_unit', amount: '0.04' }, rollover: { cap: { multiple: '2' } } },
    ],
  },
  orbit_scale: {
    name: 'Orbit Scale',
    ...ORBIT,
    currency: 'GBP',
    interval: { unit: 'year', count: 1 },
    features: [
      { feature: 'orbit_single_sign_on', granted: true },
      { feature: 'orbit_priority_support', granted: true },
      { feature: 'orbit_team_seats', limit: 'unlimited' },
      { feature: 'orbit_api_requests', price: 'requests' },
      { feature: 'orbit_stored_data', price: 'storage' },
    ],
    prices: [
      { code: 'base', name: 'Yearly fee', type: 'fixed', amount: '4800.00' },
      {
        code: 'requests',
        name: 'API requests',
        type: 'usage',
        meter: 'orbit_api_requests',
        included: '300000',
        window: MONTH,
        model: { type: 'volume', tiers: [{ up_to: '250000', unit_amount: '0.0009' }, { up_to: null, unit_amount: '0.0006' }] },
      },
      { code: 'storage', name: 'Storage', type: 'usage', meter: 'orbit_stored_gigabytes', included: '200', window: MONTH, model: { type: 'package', size: '50', amount: '6.00' } },
    ],
  },
  orbit_voice: {
    name: 'Orbit Voice',
    ...ORBIT,
    currency: 'JPY',
    interval: MONTH,
    features: [{ feature: 'orbit_talk_time', price: 'talk' }],
    prices: [
      { code: 'base', name: 'Base fee', type: 'fixed', amount: '2980' },
      { code: 'talk', name: 'Talk time', type: 'usage', meter: 'orbit_talk_minutes', included: '300', model: { type: 'per_unit', amount: '6' }, paid_from: 'wallet' },
    ],
  },
} as const satisfies Readonly<Record<string, PlanDefinition>>;

export type CrowdPlan = keyof typeof CROWD_PLANS;

/** What the crowd may go over to: another plan, or another interval, in the currency of each. */
export const CROWD_ALTERNATIVES: Readonly<Record<string, PlanDefinition>> = {
  orbit_growth: {
    ...CROWD_PLANS.orbit_starter,
    name: 'Orbit Growth',
    trial_days: 0,
    features: [{ feature: 'orbit_single_sign_on', granted: true }, { feature: 'orbit_team_seats', limit: '10' }, { feature: 'orbit_api_requests', price: 'requests' }, { feature: 'orbit_stored_data', price: 'storage' }],
    prices: [
      { code: 'base', name: 'Base fee', type: 'fixed', amount: '79.00' },
      { ...CROWD_PLANS.orbit_starter.prices[1], included: '100000' },
      { ...CROWD_PLANS.orbit_starter.prices[2], included: '100' },
    ],
  },
  orbit_starter_yearly: {
    ...CROWD_PLANS.orbit_starter,
    name: 'Orbit Starter, yearly',
    trial_days: 0,
    interval: { unit: 'year', count: 1 },
    prices: [{ code: 'base', name: 'Yearly fee', type: 'fixed', amount: '190.00' }, { ...CROWD_PLANS.orbit_starter.prices[1], window: MONTH }, { ...CROWD_PLANS.orbit_starter.prices[2], window: MONTH }],
  },
  orbit_business: {
    ...CROWD_PLANS.orbit_team,
    name: 'Orbit Business',
    features: [...CROWD_PLANS.orbit_team.features, { feature: 'orbit_priority_support', granted: true }],
    prices: [{ code: 'seat', name: 'Seat', type: 'fixed', amount: '29.00', per_seat: true }, { ...CROWD_PLANS.orbit_team.prices[1], included: '400000' }, { ...CROWD_PLANS.orbit_team.prices[2], included: '3000' }],
  },
  orbit_scale_monthly: {
    ...CROWD_PLANS.orbit_scale,
    name: 'Orbit Scale, monthly',
    interval: MONTH,
    prices: [{ code: 'base', name: 'Monthly fee', type: 'fixed', amount: '450.00' }, CROWD_PLANS.orbit_scale.prices[1], CROWD_PLANS.orbit_scale.prices[2]],
  },
  orbit_voice_plus: {
    ...CROWD_PLANS.orbit_voice,
    name: 'Orbit Voice Plus',
    prices: [{ code: 'base', name: 'Base fee', type: 'fixed', amount: '7980' }, { ...CROWD_PLANS.orbit_voice.prices[1], included: '1500' }],
  },
};
