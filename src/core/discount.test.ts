import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, canceled, currency, event, facts, fixed, phase, plan, subscription, usage } from '../../test/support/core.js';
import { bookDue } from './booking.js';
import type { CouponTerms } from './coupon.js';
import type { UsageEvent } from './event.js';
import { moneyText, sumMoney } from './money.js';
import type { Plan } from './plan.js';
import type { SubscriptionChange } from './subscription.js';

const PRO = plan({ code: 'pro', prices: [fixed('base', '30', { per_seat: true }), fixed('extra', '7'), usage('calls', { model: { type: 'per_unit', amount: '0.07' } })] });

function coupon(over: Partial<CouponTerms>): CouponTerms {
  return { code: 'offer', name: 'Offer', percentOff: null, amountOff: null, currency: null, periods: null, ...over };
}

function applied(over: Partial<CouponTerms>, day = '2025-12-01'): SubscriptionChange {
  return { type: 'coupon_applied', madeAt: at(day), coupon: coupon(over) };
}

/** The totals of the invoices up to a day. */
function totals(parts: { plan?: Plan; plans?: readonly Plan[]; changes: readonly SubscriptionChange[]; quantities?: Record<string, string>; events?: readonly UsageEvent[]; until: string }): string[] {
  const { plan: sold = PRO, events = [], until, ...rest } = parts;
  return bookDue(facts([subscription({ plan: sold, ...rest })], events), at(until)).due.map((invoice) => moneyText(invoice.total));
}

describe('a percentage', () => {
  it('is taken off fixed prices and usage of each covered period, rounded line by line', () => {
    expect(totals({ changes: [applied({ percentOff: '15' })], events: [event('a', '2026-01-05', 101)], until: '2026-02-01' })).toEqual(['31.45', '37.46']);
  });

  it('covers as many periods as it says, the trial not counted', () => {
    expect(totals({ changes: [applied({ percentOff: '100', periods: 2 })], until: '2026-03-01' })).toEqual(['0.00', '0.00', '37.00']);
    const trial = plan({ trial_days: 14, prices: [fixed('base', '30')] });
    expect(totals({ plan: trial, changes: [applied({ percentOff: '100', periods: 1 })], until: '2026-02-15' })).toEqual(['0.00', '30.00']);
  });

  it('covers what begins after it was applied and before it was taken off', () => {
    const removed: SubscriptionChange = { type: 'coupon_removed', madeAt: at('2026-02-10'), code: 'offer' };

    expect(totals({ changes: [applied({ percentOff: '50' }, '2026-01-10'), removed], until: '2026-03-01' })).toEqual(['37.00', '18.50', '37.00']);
  });

  it('is taken off before the minimum and the maximum of a price', () => {
    const least = plan({ prices: [usage('calls', { minimum: '5' })] });
    const most = plan({ prices: [usage('calls', { maximum: '20' })] });

    expect(totals({ plan: least, changes: [applied({ percentOff: '90' })], events: [event('a', '2026-01-05', 20)], until: '2026-02-01' })).toEqual(['5.00']);
    expect(totals({ plan: most, changes: [applied({ percentOff: '50' })], events: [event('a', '2026-01-05', 30)], until: '2026-02-01' })).toEqual(['15.00']);
  });

  it('of a hundred makes everything free', () => {
    const months = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(months, fc.integer({ min: 1, max: 9 }), fc.option(fc.integer({ min: 2, max: 27 }), { nil: null }), (uses, seats, changeDay) => {
        const day = `2026-01-${String(changeDay ?? 2).padStart(2, '0')}`;
        const terms = { planVersionId: PRO.versionId, quantities: { base: '5' }, multipliers: {}, overage: true };
        const changes = changeDay === null ? [] : [phase(PRO, day, false, { madeAt: at(day), proration: { mode: 'prorate', policy: 'by_second' }, terms })];
        const events = uses.map((n, month) => event(`e${month}`, `2026-0${month + 1}-15`, n));

        expect(new Set(totals({ changes: [applied({ percentOff: '100' }), ...changes], quantities: { base: String(seats) }, events, until: '2026-06-01' }))).toEqual(new Set(['0.00']));
      }),
      { numRuns: 50 },
    );
  });
});

describe('an amount', () => {
  const five = { amountOff: '5', currency: currency('USD') };

  it('is taken off the fixed prices of a period together, and never more than they cost', () => {
    expect(totals({ changes: [applied(five)], until: '2026-01-01' })).toEqual(['32.00']);
    expect(totals({ changes: [applied({ ...five, amountOff: '50' })], until: '2026-01-01' })).toEqual(['0.00']);
  });

  it('is shared out to a part of a period', () => {
    const calendar = plan({ alignment: 'calendar', prices: [fixed('base', '31')] });
    const bought = subscription({ plan: calendar, startsAt: '2026-01-17', changes: [applied({ ...five, amountOff: '3.10' })] });

    expect(bookDue(facts([bought]), at('2026-01-17')).due.map((invoice) => moneyText(invoice.total))).toEqual(['13.50']);
  });
});

describe('what is given back of a discounted period', () => {
  it('is only what was paid for it', () => {
    const offers = fc.oneof(fc.integer({ min: 1, max: 100 }).map((percent) => ({ percentOff: String(percent) })), fc.integer({ min: 1, max: 60 }).map((amount) => ({ amountOff: String(amount), currency: currency('USD') })));
    fc.assert(
      fc.property(offers, fc.integer({ min: 2, max: 31 }), fc.integer({ min: 1, max: 5 }), (offer, day, seats) => {
        const end = `2026-01-${String(day).padStart(2, '0')}`;
        const change = { ...canceled(end, end), proration: { mode: 'prorate', policy: 'by_second' } } as SubscriptionChange;
        const of = subscription({ plan: PRO, quantities: { base: String(seats) }, changes: [applied(offer), change] });
        const { due } = bookDue(facts([of]), at(end));
        const left = (32 - day) / 31;
        const [paid, given] = [due[0]?.total, sumMoney(due.slice(1).map((invoice) => invoice.total), currency('USD'))];

        expect(Math.abs(Number(given.minor) + Number(paid?.minor) * left)).toBeLessThanOrEqual(2);
        // An amount off is rounded once, the prices that it is taken off once each.
        expect(-given.minor <= (paid?.minor ?? 0n) + 1n).toBe(true);
      }),
    );
  });
});
