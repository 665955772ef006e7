import { describe, expect, it } from 'vitest';
import { at, canceled, event, facts, feature, fixed, phase, plan, pointersOf, subscription, usage } from '../../test/support/core.js';
import { CANCELED_BY_CUSTOMER, checkSeats, directionOf, isOwnCancellation, isOwnSchedule, lastSubscription, outgrown, ownSubscription, whenOf } from './plan-change.js';
import { isFreePlan, isPaidFromWalletOnly } from './plan-cost.js';
import { phaseAt } from './subscription.js';

const NOW = at('2026-01-15');
const phaseOf = (amount: string, over: { interval?: { unit: 'month' | 'year'; count: number }; seats?: string; multiplier?: string } = {}) =>
  subscription({ plan: plan({ interval: over.interval ?? { unit: 'month', count: 1 }, prices: [fixed('base', amount, { per_seat: true })] }), quantities: { base: over.seats ?? '1' }, multipliers: { base: over.multiplier ?? '1' } }).phases[0];

describe('a change that a customer makes by itself', () => {
  it.each([
    ['a dearer period', phaseOf('10'), phaseOf('10.01'), 'upgrade', 'now'],
    ['a cheaper period', phaseOf('10'), phaseOf('9.99'), 'downgrade', 'period_end'],
    ['another plan for as much', phaseOf('10'), phaseOf('10.00'), 'same', 'now'],
    ['more seats of a cheaper one', phaseOf('10'), phaseOf('6', { seats: '2' }), 'upgrade', 'now'],
    ['a multiplier that makes it cheaper', phaseOf('10'), phaseOf('12', { multiplier: '0.5' }), 'downgrade', 'period_end'],
    ['a year in place of a month, cheaper by the month', phaseOf('20'), phaseOf('220', { interval: { unit: 'year', count: 1 } }), 'upgrade', 'now'],
    ['a month in place of a year, dearer by the month', phaseOf('220', { interval: { unit: 'year', count: 1 } }), phaseOf('20'), 'downgrade', 'period_end'],
  ] as const)('by the price of a whole period: %s', (_case, before, after, direction, when) => {
    expect(directionOf(before, after)).toBe(direction);
    expect(whenOf(directionOf(before, after))).toBe(when);
  });

  it('is of the oldest live subscription that stands for itself, of a plan that may be changed before others', () => {
    const wallet = subscription({ id: 'wallet', plan: plan({ code: 'wallet', prices: [fixed('gb', '1', { paid_from: 'wallet' })] }) });
    const ended = subscription({ id: 'ended', plan: plan(), changes: [canceled('2026-01-02', '2026-01-10')] });
    const sold = subscription({ id: 'sold', plan: plan({ code: 'sold', prices: [fixed('base', '5')] }) });
    const own = subscription({ id: 'own', plan: plan({ code: 'own', prices: [fixed('base', '5')] }) });
    const addon = { ...subscription({ id: 'addon', plan: plan({ code: 'own' }) }), addonOf: 'own' };
    const find = (...held: Array<typeof own>) => ownSubscription(held, NOW, ({ code }) => code === 'own')?.id;

    expect([find(wallet, ended, addon), find(wallet, sold), find(sold, addon, own)]).toEqual([undefined, 'sold', 'own']);
    expect([lastSubscription([ended, sold], NOW)?.id, lastSubscription([sold], NOW)]).toEqual(['ended', undefined]);
  });

  it('takes whole seats of prices per seat only', () => {
    const sold = plan({ prices: [fixed('seat', '5', { per_seat: true }), fixed('base', '1')] });
    const wrong = (quantities: Record<string, string>) => pointersOf(() => checkSeats(sold, quantities));

    expect(() => checkSeats(sold, { seat: '12' })).not.toThrow();
    expect([wrong({ seat: '0' }), wrong({ seat: '01' }), wrong({ seat: '1.0' }), wrong({ base: '1' }), wrong({ 'a/b': '1' })]).toEqual([['/quantities/seat'], ['/quantities/seat'], ['/quantities/seat'], ['/quantities/base'], ['/quantities/a~1b']]);
  });

  it('takes back what it asked for, and nothing else', () => {
    const basic = plan({ code: 'basic' });
    const scheduled = subscription({ plan: plan(), plans: [basic], changes: [phase(basic, '2026-02-01')] });
    const ending = (reason: string | null) => {
      const change = canceled('2026-01-10', '2026-02-01');
      return subscription({ plan: plan(), changes: [change.type === 'canceled' ? { ...change, reason } : change] });
    };

    expect([isOwnSchedule(scheduled, NOW, () => true), isOwnSchedule(scheduled, NOW, () => false), isOwnSchedule(scheduled, at('2026-02-01'), () => true)]).toEqual([true, false, false]);
    expect([ending(`${CANCELED_BY_CUSTOMER}: moved`), ending('moved'), ending(null)].map((one) => isOwnCancellation(one, NOW))).toEqual([true, false, false]);
    expect(isOwnCancellation(ending(CANCELED_BY_CUSTOMER), at('2026-02-01'))).toBe(false);
  });

  it('leaves enough for what is in use when it begins, not for what is counted anew by then', () => {
    const [files, calls] = [feature('files', { type: 'metered', meter: 'files' }), feature('calls', { type: 'metered', meter: 'calls' })];
    const sold = (code: string, limit: string) => plan({
      code, features: [files, calls], grants: [{ feature: 'files', limit, price: 'files' }, { feature: 'calls', limit, price: 'calls' }],
      prices: [usage('files', { included: 'unlimited', window: { unit: 'lifetime' } }), usage('calls', { included: 'unlimited' })],
    });
    const [large, small] = [sold('large', '10'), sold('small', '5')];
    const events = [event('e-1', '2026-01-05T00:00:00Z', '7', { name: 'files' }), event('e-2', '2026-01-05T00:00:00Z', '7')];
    const after = (startsAt: string) => facts([subscription({ plan: large, plans: [small], changes: [phase(small, startsAt)] })], events);
    const before = facts([subscription({ plan: large })], events);
    const told = (startsAt: string) => outgrown(before, after(startsAt), at(startsAt)).map(({ entitlement, used, limit, limitBefore }) => [entitlement.feature.code, used.toFixed(), limit.toFixed(), limitBefore?.toFixed()]);

    expect(told('2026-01-15')).toEqual([['files', '7', '5', '10'], ['calls', '7', '5', '10']]);
    expect(told('2026-02-01')).toEqual([['files', '7', '5', '10']]);
    expect(outgrown(before, before, NOW)).toEqual([]);
  });
});

describe('what a plan may cost', () => {
  it.each([
    ['nothing', plan(), true, false],
    ['nothing, counted', plan({ prices: [usage('calls', { included: 'unlimited' }), fixed('base', '0')] }), true, false],
    ['a fixed price', plan({ prices: [fixed('base', '0.01')] }), false, false],
    ['usage', plan({ prices: [usage('calls', { included: '100' })] }), false, false],
    ['a minimum', plan({ minimum: '1' }), false, false],
    ['money of the wallet', plan({ prices: [fixed('base', '1', { paid_from: 'wallet' }), usage('calls', { included: 'unlimited' })] }), false, true],
    ['money of the wallet, and other', plan({ prices: [fixed('base', '1', { paid_from: 'wallet' }), fixed('more', '1')] }), false, false],
  ])('%s', (_case, one, isFree, isWallet) => {
    expect([isFreePlan(one), isPaidFromWalletOnly(one)]).toEqual([isFree, isWallet]);
    expect(phaseAt(subscription({ plan: one }), NOW).plan).toBe(one);
  });
});
