import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, event, facts, fixed, phase, plan, subscription, usage } from '../../test/support/core.js';
import { bookDue } from './booking.js';
import type { UsageEvent } from './event.js';
import { moneyText } from './money.js';
import type { Plan } from './plan.js';
import type { SubscriptionChange } from './subscription.js';

/** What a month on the calendar and the part before it are raised or cut by. */
function bounds(sold: Plan, over: { startsAt?: string; trialDays?: number; changes?: readonly SubscriptionChange[]; events?: readonly UsageEvent[] } = {}): string[] {
  const { events = [], ...parts } = over;
  const lines = bookDue(facts([subscription({ plan: sold, ...parts })], events), at('2026-02-01')).due.flatMap((invoice) => invoice.lines);
  return lines.filter((line) => line.kind === 'minimum' || line.kind === 'maximum').map((line) => `${line.kind} ${moneyText(line.amount)}`);
}

const LEAST = plan({ minimum: '50', prices: [fixed('base', '30'), usage('calls')] });
const MOST = plan({ maximum: '50', prices: [fixed('base', '30'), usage('calls')] });

describe('a plan’s minimum', () => {
  it('raises a period by what fixed prices and usage fall short, when it closes', () => {
    expect(bounds(LEAST)).toEqual(['minimum 20.00']);
    expect(bounds(LEAST, { events: [event('a', '2026-01-05', 5)] })).toEqual(['minimum 15.00']);
    expect(bounds(LEAST, { events: [event('a', '2026-01-05', 20)] })).toEqual([]);
  });

  it('is less for a short period by its part', () => {
    const calendar = plan({ alignment: 'calendar', minimum: '31', prices: [usage('calls')] });

    expect(bounds(calendar, { startsAt: '2026-01-17' })).toEqual(['minimum 15.00']);
    expect(bounds(plan({ alignment: 'calendar', proration: 'none', minimum: '31' }), { startsAt: '2026-01-17' })).toEqual(['minimum 31.00']);
  });

  it('is not owed for a trial', () => {
    expect(bounds(LEAST, { trialDays: 31 })).toEqual([]);
  });

  it('is owed for the days before a pause only', () => {
    const paused = phase(LEAST, '2026-01-16', true, { madeAt: at('2026-01-16'), isPaused: true, proration: { mode: 'prorate', policy: 'by_second' } });

    // 15 of 31 days: 24.19 of 50; 30 less the 15.48 given back were charged.
    expect(bounds(LEAST, { changes: [paused] })).toEqual(['minimum 9.67']);
  });
});

describe('a plan’s maximum', () => {
  it('cuts a period by what it is above, when it closes', () => {
    expect(bounds(MOST, { events: [event('a', '2026-01-05', 25)] })).toEqual(['maximum -5.00']);
    expect(bounds(MOST, { events: [event('a', '2026-01-05', 20)] })).toEqual([]);
  });
});

describe('a period with both', () => {
  it('costs no less than the one and no more than the other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), (n, least, more) => {
        const sold = plan({ minimum: String(least), maximum: String(least + more), prices: [fixed('base', '30'), usage('calls')] });
        const { due } = bookDue(facts([subscription({ plan: sold })], [event('a', '2026-01-05', n)]), at('2026-02-01'));
        const ofJanuary = due.flatMap((invoice) => invoice.lines).filter((line) => line.period.startsAt === at('2026-01-01')).reduce((total, line) => total + line.amount.minor, 0n);

        expect(Number(ofJanuary)).toBe(100 * Math.min(Math.max(30 + n, least), least + more));
      }),
    );
  });
});
