import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, canceled, fixed, phase, plan, record, subscription, usage } from '../../test/support/core.js';
import { FOREVER, instant, instantText, type Instant } from './instant.js';
import type { Period } from './period.js';
import { usagePrices, type Plan } from './plan.js';
import { decideCreate, decidePhase } from './subscription-change.js';
import {
  NO_PRORATION, billingPeriodAt, evolveSubscription, isLive, isOverageAllowed, phaseAt, statusAt, usagePriceAt, usageWindowAt, type Subscription, type SubscriptionChange,
} from './subscription.js';

const PRO = plan({ code: 'pro', prices: [fixed('base', '30', { per_seat: true }), usage('calls')] });
const TEAM = plan({ code: 'team', prices: [fixed('base', '60'), usage('calls')] });

function days(period: Period): string[] {
  return [period.startsAt, period.endsAt].map((moment) => (moment === FOREVER ? 'forever' : instantText(moment).replace('T00:00:00Z', '')));
}

function windowOf(of: Subscription, code: string, moment: string): string[] {
  const price = usagePriceAt(of, code, at(moment));
  if (price === undefined) throw new Error(`no price ${code}`);
  return days(usageWindowAt(of, price, at(moment)));
}

function create(over: Partial<Parameters<typeof decideCreate>[0]> = {}): ReturnType<typeof decideCreate> {
  return decideCreate({ plan: PRO, zone: 'UTC', madeAt: at('2026-01-01'), startsAt: at('2026-01-01'), trialDays: undefined, quantities: {}, multipliers: {}, overage: true, ...over });
}

function follow(of: Subscription, to: Plan, input: { at: string; startsAt?: string }): Extract<SubscriptionChange, { type: 'phase_scheduled' }> {
  const startsAt = input.startsAt === undefined ? undefined : at(input.startsAt);
  return decidePhase(of, { plan: to, startsAt, at: at(input.at), proration: NO_PRORATION, quantities: {}, multipliers: {}, overage: true });
}

describe('facts', () => {
  it('begin with one creation', () => {
    expect(() => record('sub_1', [create(), create()])).toThrow('created twice');
    expect(() => evolveSubscription(undefined, { id: 'sub_1', revision: 1 }, canceled('2026-01-01', '2026-02-01'))).toThrow('no creation');
  });
});

describe('status', () => {
  it('goes from scheduled over trialing and active to canceled', () => {
    const trial = subscription({ plan: PRO, trialDays: 14, changes: [canceled('2026-02-01', '2026-02-15')] });
    const seen = ['2025-12-31', '2026-01-01', '2026-01-14', '2026-01-15', '2026-02-14', '2026-02-15'].map((day) => statusAt(trial, at(day)));

    expect(seen).toEqual(['scheduled', 'trialing', 'trialing', 'active', 'active', 'canceled']);
  });

  it('is not scheduled once it was canceled before its start', () => {
    const never = subscription({ plan: PRO, changes: [canceled('2025-12-01', '2026-01-01')] });

    expect(statusAt(never, at('2025-12-15'))).toBe('canceled');
    expect(isLive(never, at('2026-01-01'))).toBe(false);
  });

  it('counts billing from the end of the trial', () => {
    const trial = subscription({ plan: PRO, trialDays: 30 });

    expect(days(billingPeriodAt(trial, at('2026-01-10')))).toEqual(['2026-01-01', '2026-01-31']);
    expect(days(billingPeriodAt(trial, at('2026-02-01')))).toEqual(['2026-01-31', '2026-02-28']);
    expect(days(billingPeriodAt(trial, at('2026-03-01')))).toEqual(['2026-02-28', '2026-03-31']);
  });

  it('has a short period between a trial and the calendar', () => {
    const trial = subscription({ plan: plan({ alignment: 'calendar' }), startsAt: '2026-01-05', trialDays: 10 });

    expect(['2026-01-05', '2026-01-15', '2026-02-01'].map((day) => days(billingPeriodAt(trial, at(day))))).toEqual([
      ['2026-01-05', '2026-01-15'], ['2026-01-15', '2026-02-01'], ['2026-02-01', '2026-03-01'],
    ]);
  });
});

describe('an end', () => {
  it('cuts billing periods and every kind of usage window', () => {
    const sold = plan({ prices: [usage('calls'), usage('weekly', { window: { unit: 'week', count: 1 } }), usage('ever', { window: { unit: 'lifetime' } })] });
    const ending = subscription({ plan: sold, changes: [canceled('2026-01-09', '2026-01-10')] });

    expect(days(billingPeriodAt(ending, at('2026-01-09')))).toEqual(['2026-01-01', '2026-01-10']);
    expect(['calls', 'weekly', 'ever'].map((code) => windowOf(ending, code, '2026-01-09'))).toEqual([
      ['2026-01-01', '2026-01-10'], ['2026-01-08', '2026-01-10'], ['2026-01-01', '2026-01-10'],
    ]);
  });
});

describe('usage windows over phases', () => {
  const allowance = (code: string, unit: 'day' | 'week' | 'month' | 'year' | 'lifetime' | undefined, count = 1): Plan =>
    plan({ code, prices: [usage('calls', unit === undefined ? {} : { window: { unit, count } })] });

  it('do not reach back before a phase whose plan counts by another window', () => {
    const changed = subscription({ plan: allowance('a', undefined), plans: [allowance('b', 'year')], changes: [phase(allowance('b', 'year'), '2026-02-01')] });

    expect(windowOf(changed, 'calls', '2026-01-10')).toEqual(['2026-01-01', '2026-02-01']);
    expect(windowOf(changed, 'calls', '2026-03-01')[0]).toBe('2026-02-01');
  });

  it('end where a later phase begins a new count, even one that is not the next', () => {
    const yearly = allowance('a', 'year');
    const changed = subscription({ plan: yearly, plans: [allowance('b', 'year'), TEAM], changes: [phase(allowance('b', 'year'), '2026-02-01'), phase(TEAM, '2026-03-15', true)] });

    expect(windowOf(changed, 'calls', '2026-02-10')).toEqual(['2026-01-01', '2026-03-15']);
    expect(windowOf(changed, 'calls', '2026-01-10')).toEqual(['2026-01-01', '2026-03-15']);
  });

  it('of a lifetime run through all phases', () => {
    const changed = subscription({ plan: allowance('a', 'lifetime'), plans: [allowance('b', 'lifetime')], changes: [phase(allowance('b', 'lifetime'), '2026-02-10', true)] });

    expect(windowOf(changed, 'calls', '2026-01-10')).toEqual(['2026-01-01', 'forever']);
    expect(windowOf(changed, 'calls', '2026-02-20')).toEqual(['2026-01-01', 'forever']);
  });

  it('tile, each moment lying in exactly one, whatever the windows of the phases', () => {
    const units = fc.constantFrom<Parameters<typeof allowance>[1]>(undefined, 'day', 'week', 'month', 'year');
    const arrangement = fc.record({
      units: fc.tuple(units, units, units),
      counts: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      startsAt: fc.constantFrom('2026-01-01', '2026-01-31'),
      trialDays: fc.constantFrom(0, 10),
      shifts: fc.tuple(fc.boolean(), fc.boolean()),
    });
    fc.assert(
      fc.property(arrangement, ({ units: [a, b, c], counts, startsAt, trialDays, shifts }) => {
        const plans = ([a, b, c] as const).map((unit, index) => allowance(`p${index}`, unit, counts[index]));
        const [first, second, third] = plans as [Plan, Plan, Plan];
        const begin = { plan: first, plans, startsAt, trialDays };
        const one = follow(subscription(begin), second, { at: '2026-02-05', ...(shifts[0] ? { startsAt: '2026-03-07' } : {}) });
        const two = follow(subscription({ ...begin, changes: [one] }), third, { at: '2026-04-05', ...(shifts[1] ? { startsAt: '2026-05-11' } : {}) });
        const changed = subscription({ ...begin, changes: [one, two] });

        let moment: Instant = changed.startsAt;
        while (moment < at('2026-08-01')) {
          const price = usagePriceAt(changed, 'calls', moment);
          if (price === undefined) throw new Error('every plan counts calls');
          const window = usageWindowAt(changed, price, moment);
          // The start of each window is the end of the one before: none overlaps, none is left out.
          expect(instantText(window.startsAt)).toBe(instantText(moment));
          const inside = instant(Math.min(window.endsAt, at('2026-08-01')) - 1);
          const later = usagePriceAt(changed, 'calls', inside);
          expect(later === undefined ? undefined : usageWindowAt(changed, later, inside)).toEqual(window);
          moment = window.endsAt;
        }
      }),
    );
  });
});

describe('overage', () => {
  it('is allowed where both the price and the subscription allow it', () => {
    const sold = plan({ prices: [usage('open'), usage('shut', { overage: 'blocked' })] });
    const allowed = (overage: boolean): boolean[] => {
      const of = subscription({ plan: sold, overage });
      return usagePrices(sold).map((price) => isOverageAllowed(phaseAt(of, of.startsAt), price));
    };

    expect([allowed(true), allowed(false)]).toEqual([[true, false], [false, false]]);
  });
});
