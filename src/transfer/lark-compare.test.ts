import { describe, expect, it } from 'vitest';
import type { LarkCard, LarkMetric, LarkState, LarkSubject, LarkSubscription } from '../reader/lark-api.js';
import { differencesOf, type Reading } from './lark-compare.js';

const subject: LarkSubject = { id: 'subj_a', externalId: 'acme', name: 'Acme', email: null, metadata: { tier: 'gold' } };
const metric: LarkMetric = { id: 'pmtr_a', name: 'Hours', eventName: 'compute', unit: 'hour', aggregation: 'sum', valueField: 'hours', dimensions: [] };
const rate = (code: string, metricId: string, words: object = {}) => ({ code, name: `Rate ${code}`, metricId, words: { code, name: `Rate ${code}`, pricing_metric_id: metricId, included_units: 10, price: { price_type: 'flat', amount: { value: '0.5', currency_code: 'usd' } }, ...words } });
const card: LarkCard = { id: 'rc_a', name: 'Pro', description: null, interval: 'monthly', catalogId: null, metadata: {}, fixedRates: [], usageRates: [rate('hours', 'pmtr_a'), rate('more', 'pmtr_a')], omitted: [] };
const subscription: LarkSubscription = {
  id: 'sub_a', subjectId: 'subj_a', cardId: 'rc_a', status: 'active', cancelsAtEndOfCycle: false, period: { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' },
  effectiveAt: '2026-01-01T00:00:00Z', quantities: { base: '2' }, multipliers: {}, metadata: {},
};
const usage = (rateName: string, metricId: string, usedUnits: string) => ({ rateName, metricId, includedUnits: '10', usedUnits });
const state: LarkState = { hasActiveSubscription: true, hasOverage: false, active: [{ subscriptionId: 'sub_a', cardId: 'rc_a' }], usage: [usage('Rate hours', 'pmtr_a', '4'), usage('Rate more', 'pmtr_a', '4')] };

interface Side {
  subject?: LarkSubject | undefined;
  subscriptions?: LarkSubscription[] | undefined;
  state?: LarkState | undefined;
  card?: LarkCard;
  metric?: LarkMetric;
}
const side = (over: Side = {}): Reading => ({ subject, subscriptions: [subscription], state, cardOf: () => over.card ?? card, metricOf: () => over.metric ?? metric, ...over });

/** The same things under Paidup's ids, as an import leaves them. */
const paidup = (over: Side = {}): Reading => {
  const ids = { id: 'sub_b', subjectId: 'subj_b', cardId: 'rc_b' };
  const own: Side = {
    subject: { ...subject, id: 'subj_b' },
    card: { ...card, id: 'rc_b', metadata: { 'lark.rate_card_id': 'rc_a' }, usageRates: [rate('hours', 'pmtr_b', { price: { amount: { value: '0.50', currency_code: 'USD' } } }), rate('more', 'pmtr_b')] },
    metric: { ...metric, id: 'pmtr_b' },
    subscriptions: [{ ...subscription, ...ids, quantities: { base: '2.0' }, effectiveAt: '2026-01-01T00:00:00.000Z', metadata: { 'lark.subscription_id': 'sub_a' } }],
    state: { ...state, active: [{ subscriptionId: 'sub_b', cardId: 'rc_b' }], usage: state.usage.map((each) => ({ ...each, metricId: 'pmtr_b', usedUnits: '4.0' })) },
  };
  return side({ ...own, ...over });
};
const fields = (left: Reading, right: Reading): string[] => differencesOf(left, right).map(({ field }) => field);

describe('two sides', () => {
  it('that differ in ids, notation and marks of an import only do not differ', () => {
    expect(differencesOf(side(), paidup())).toEqual([]);
  });

  it('of a subject without an external id are the same when Paidup calls it by the id that it had', () => {
    const nameless = side({ subject: { ...subject, externalId: null } });
    expect(fields(nameless, paidup({ subject: { ...subject, id: 'subj_b', externalId: 'subj_a', metadata: { tier: 'gold', 'lark.subject_id': 'subj_a' } } }))).toEqual([]);
    expect(fields(nameless, paidup())).toEqual(['subject.external_id']);
  });

  const one = (over: Partial<LarkSubscription>) => [{ ...subscription, cardId: 'rc_b', metadata: { 'lark.subscription_id': 'sub_a' }, id: 'sub_b', ...over }];
  const name = 'Pro, 2026-01-01T00:00:00Z';
  it.each<[string, Reading, string[]]>([
    ['profile', paidup({ subject: { ...subject, name: 'ACME', metadata: { tier: 'silver', own: '1' } } }), ['subject.name', 'subject.metadata.tier', 'subject.metadata.own']],
    ['status', paidup({ subscriptions: one({ status: 'paused' }) }), [`subscriptions[${name}].status`]],
    ['period', paidup({ subscriptions: one({ period: { start: '2026-03-01T00:00:00Z', end: '2026-04-02T00:00:00Z' } }) }), [`subscriptions[${name}].current_period.end`]],
    ['quantities', paidup({ subscriptions: one({ quantities: { base: '3' }, multipliers: { base: '0.5' } }) }), [`subscriptions[${name}].fixed_rate_quantities.base`, `subscriptions[${name}].rate_price_multipliers.base`]],
    ['a price', paidup({ card: { ...card, usageRates: [rate('hours', 'pmtr_b', { price: { price_type: 'flat', amount: { value: '0.6', currency_code: 'usd' } } }), rate('more', 'pmtr_b')] } }), [`subscriptions[${name}].rate_card.rates.hours.price.amount.value`]],
    ['a metric', paidup({ metric: { ...metric, eventName: 'other' } }), [`subscriptions[${name}].rate_card.rates.hours.pricing_metric.eventName`, `subscriptions[${name}].rate_card.rates.more.pricing_metric.eventName`]],
    ['usage', paidup({ state: { ...state, active: [{ subscriptionId: 'sub_b', cardId: 'rc_b' }], hasOverage: true, usage: [usage('Rate hours', 'pmtr_b', '11'), usage('Rate more', 'pmtr_b', '4')] } }), ['billing_state.has_overage_for_usage', `billing_state.usage_data[${name}][Rate hours].used_units`]],
  ])('are told apart in %s, field by field', (_name, right, expected) => {
    expect(fields(side(), right)).toEqual(expected);
  });

  it('are matched by what they came from, then by card and beginning, then by card; what is on one side only is told', () => {
    const other = { ...subscription, id: 'sub_c', effectiveAt: '2026-02-01T00:00:00Z' };
    const left = side({ subscriptions: [subscription, other], state: undefined });
    const right = (...subscriptions: LarkSubscription[]) => paidup({ subscriptions, state: undefined });
    expect(fields(left, right({ ...other, id: 'x', metadata: { 'lark.subscription_id': 'sub_c' } }, { ...subscription, id: 'y' }))).toEqual([]);
    expect(differencesOf(left, right({ ...other, id: 'x' }))).toEqual([{ field: `subscriptions[${name}]`, source: 'active', paidup: null }]);
    expect(differencesOf(right(subscription), left)).toEqual([{ field: 'subscriptions[Pro, 2026-02-01T00:00:00Z]', source: null, paidup: 'active' }]);
  });

  it('do not differ in what has ended', () => {
    expect(fields(side({ subscriptions: [subscription, { ...subscription, id: 'sub_old', status: 'cancelled' }] }), paidup())).toEqual([]);
  });

  it('tell the usage of two subscriptions to one card apart', () => {
    const second = { ...subscription, id: 'sub_2', effectiveAt: '2026-02-01T00:00:00Z' };
    const usedBy = (ids: [string, string], cardId: string, used: [string, string]): LarkState => ({ ...state, active: ids.map((subscriptionId) => ({ subscriptionId, cardId })), usage: used.flatMap((each) => [usage('Rate hours', 'm', each), usage('Rate more', 'm', each)]) });
    const left = side({ subscriptions: [subscription, second], state: usedBy(['sub_a', 'sub_2'], 'rc_a', ['4', '7']) });
    // In Paidup they were made the other way round.
    const subscriptions = [{ ...second, id: 'p2' }, { ...subscription, id: 'p1' }];
    expect(fields(left, paidup({ subscriptions, state: usedBy(['p2', 'p1'], 'rc_b', ['7', '4']) }))).toEqual([]);
    expect(fields(left, paidup({ subscriptions, state: usedBy(['p2', 'p1'], 'rc_b', ['4', '7']) }))).toHaveLength(4);
  });

  it('are compared by the billing state alone where nothing else may be read', () => {
    const bare = (used: string): Reading => ({ subject: undefined, subscriptions: undefined, state: { ...state, usage: [usage('Rate hours', 'x', used)] }, cardOf: () => undefined, metricOf: () => undefined });
    expect(fields(bare('4'), bare('4.00'))).toEqual([]);
    expect(fields(bare('4'), bare('5'))).toEqual(['billing_state.usage_data[Rate hours].used_units']);
  });
});
