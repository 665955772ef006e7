import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, canceled, event, facts, fixed, meter, phase, plan, subscription, usage } from '../../test/support/core.js';
import { bookDue, upcomingInvoice } from './booking.js';
import { decimal, decimalText, multiply } from './decimal.js';
import type { UsageEvent } from './event.js';
import { instantText } from './instant.js';
import type { Invoice } from './invoice.js';
import { moneyText, roundToMoney, sumMoney } from './money.js';
import type { Subscription } from './subscription.js';

function upcoming(subscriptions: readonly Subscription[], moment: string, events: readonly UsageEvent[] = []): Invoice | null {
  return upcomingInvoice(bookDue(facts(subscriptions, events), at(moment)), at(moment));
}

/** Date, then price and amount of each line. */
function told(preview: Invoice | null): unknown[] | null {
  return preview === null ? null : [instantText(preview.date).slice(0, 10), ...preview.lines.map((line) => `${line.priceCode} ${moneyText(line.amount)}`)];
}

const PRO = plan({ prices: [fixed('base', '30', { per_seat: true }), usage('calls', { included: '100', model: { type: 'per_unit', amount: '0.07' } })] });

describe('an upcoming invoice', () => {
  it('has fixed prices in advance and usage in arrears', () => {
    const bought = subscription({ plan: PRO, quantities: { base: '3' } });
    const preview = upcoming([bought], '2026-01-20', [event('a', '2026-01-05', 150)]);

    expect(told(preview)).toEqual(['2026-02-01', 'base 90.00', 'calls 3.50']);
    expect(preview?.lines.map((line) => [line.period.startsAt, line.period.endsAt].map((moment) => instantText(moment).slice(0, 10)))).toEqual([
      ['2026-02-01', '2026-03-01'], ['2026-01-01', '2026-02-01'],
    ]);
  });

  it('of a subscription to come is its first, at its start', () => {
    expect(told(upcoming([subscription({ plan: PRO })], '2025-12-20'))).toEqual(['2026-01-01', 'base 30.00']);
  });

  it('comes after the trial, which costs nothing, whatever was used', () => {
    const trial = subscription({ plan: PRO, trialDays: 14 });

    expect(told(upcoming([trial], '2026-01-02', [event('a', '2026-01-05', 150)]))).toEqual(['2026-01-15', 'base 30.00']);
  });

  it('charges a short first period on the calendar by its part, rounded once', () => {
    const calendar = plan({ alignment: 'calendar', prices: [fixed('base', '100')] });

    expect(told(upcoming([subscription({ plan: calendar, startsAt: '2026-01-17' })], '2026-01-01'))).toEqual(['2026-01-17', 'base 48.39']);
    expect(told(upcoming([subscription({ plan: calendar, startsAt: '2026-01-17' })], '2026-01-17'))).toEqual(['2026-02-01', 'base 100.00']);
    expect(told(upcoming([subscription({ plan: calendar })], '2025-12-31'))).toEqual(['2026-01-01', 'base 100.00']);
  });

  it('charges a period in full after a trial that ended within a calendar unit only by its part', () => {
    const calendar = plan({ alignment: 'calendar', prices: [fixed('base', '31')] });

    expect(told(upcoming([subscription({ plan: calendar, trialDays: 15 })], '2026-01-02'))).toEqual(['2026-01-16', 'base 16.00']);
  });

  it('comes when a shorter usage window closes', () => {
    const weekly = plan({ prices: [fixed('base', '30'), usage('calls', { window: { unit: 'week', count: 1 } })] });

    expect(told(upcoming([subscription({ plan: weekly })], '2026-01-09', [event('a', '2026-01-02', 5), event('b', '2026-01-09', 7)]))).toEqual(['2026-01-15', 'calls 7.00']);
  });

  it('leaves a longer usage window for later', () => {
    const yearly = plan({ prices: [fixed('base', '30'), usage('calls', { window: { unit: 'year', count: 1 } })] });

    expect(told(upcoming([subscription({ plan: yearly })], '2026-01-09', [event('a', '2026-01-02', 5)]))).toEqual(['2026-02-01', 'base 30.00']);
  });

  it('is the last one when the subscription ends: usage, and nothing in advance', () => {
    const ending = subscription({ plan: PRO, changes: [canceled('2026-01-10', '2026-01-15')] });

    expect(told(upcoming([ending], '2026-01-12', [event('a', '2026-01-05', 200)]))).toEqual(['2026-01-15', 'calls 7.00']);
    expect(upcoming([ending], '2026-01-15', [event('a', '2026-01-05', 200)])).toBeNull();
  });

  it('does not exist where nothing will be billed again', () => {
    expect(upcoming([], '2026-01-01')).toBeNull();
    expect(upcoming([subscription({ plan: PRO, changes: [canceled('2025-12-01', '2026-01-01')] })], '2025-12-15')).toBeNull();
    expect(upcoming([subscription({ plan: plan({ prices: [fixed('base', '30')] }), changes: [canceled('2026-01-10', '2026-02-01')] })], '2026-01-20')).toBeNull();
  });

  it('has the terms of the phase that begins then and the usage of the one that ends', () => {
    const next = plan({ code: 'next', prices: [fixed('base', '80'), usage('calls', { model: { type: 'per_unit', amount: '9' } })] });
    const changed = subscription({ plan: PRO, plans: [next], changes: [phase(next, '2026-02-01')] });

    expect(told(upcoming([changed], '2026-01-20', [event('a', '2026-01-05', 200)]))).toEqual(['2026-02-01', 'base 80.00', 'calls 7.00']);
  });

  it('comes at a phase in the middle of a period', () => {
    const next = plan({ code: 'next', prices: [fixed('base', '80')] });
    const changed = subscription({ plan: PRO, plans: [next], changes: [phase(next, '2026-01-20', true)] });

    expect(told(upcoming([changed], '2026-01-10', [event('a', '2026-01-05', 200)]))).toEqual(['2026-01-20', 'base 80.00', 'calls 7.00']);
  });

  it('does not lose the usage of a window that a following plan does not count', () => {
    const weekly = plan({ prices: [usage('calls', { window: { unit: 'week', count: 1 } })] });
    const bare = plan({ code: 'bare', prices: [fixed('base', '1')] });
    const changed = subscription({ plan: weekly, plans: [bare], changes: [phase(bare, '2026-02-01')] });
    // The last week runs from 29 January; the plan that prices it ends on 1 February.
    const use = [event('a', '2026-01-30', 40)];

    expect(told(upcoming([changed], '2026-01-31', use))).toEqual(['2026-02-01', 'base 1.00', 'calls 40.00']);
  });

  it('leaves out what is paid from the wallet', () => {
    const sold = plan({ prices: [fixed('base', '30', { paid_from: 'wallet' }), usage('calls', { paid_from: 'wallet' })] });

    expect(upcoming([subscription({ plan: sold })], '2026-01-20', [event('a', '2026-01-05', 200)])).toBeNull();
  });

  it('joins subscriptions that turn at one moment and leaves the others', () => {
    const all = [subscription({ plan: PRO }), subscription({ id: 'sub_2', plan: PRO, startsAt: '2026-01-10' }), subscription({ id: 'sub_3', plan: PRO })];
    const preview = upcoming(all, '2026-01-20');

    expect(preview?.lines.map((line) => `${line.subscriptionId} ${line.priceCode}`)).toEqual(['sub_1 base', 'sub_1 calls', 'sub_3 base', 'sub_3 calls']);
  });

  it('multiplies by the subscription’s multiplier before it rounds', () => {
    const bought = subscription({ plan: PRO, multipliers: { base: '0.333', calls: '0.5' } });

    expect(told(upcoming([bought], '2026-01-20', [event('a', '2026-01-05', 101)]))).toEqual(['2026-02-01', 'base 9.99', 'calls 0.04']);
  });

  it('has no unit amount where tiers priced the quantity', () => {
    const tiered = plan({ meters: [meter()], prices: [usage('calls', { model: { type: 'graduated', tiers: [{ up_to: '10', unit_amount: '2' }, { up_to: null, unit_amount: '1' }] } })] });
    const preview = upcoming([subscription({ plan: tiered })], '2026-01-20', [event('a', '2026-01-05', 5)]);

    expect(preview?.lines.map((line) => line.unitAmount)).toEqual([null]);
  });

  it('sums its lines to the total and each fixed line is quantity times unit amount', () => {
    const amounts = fc.integer({ min: 0, max: 10_000_000 }).map((count) => decimalText(multiply(decimal(count), decimal('0.0001'))));
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 50 }), amounts, fc.nat(1000), fc.constantFrom('USD', 'JPY', 'KWD'), (base, seats, unit, n, code) => {
        const sold = plan({ currency: code, prices: [fixed('base', base, { per_seat: true }), usage('calls', { model: { type: 'per_unit', amount: unit } })] });
        const preview = upcoming([subscription({ plan: sold, quantities: { base: String(seats) } })], '2026-01-20', [event('a', '2026-01-05', n)]);
        if (preview === null) throw new Error('there is an invoice');

        expect(sumMoney(preview.lines.map((line) => line.amount), preview.currency)).toEqual(preview.subtotal);
        expect(preview.total).toEqual(preview.amountDue);
        for (const line of preview.lines) {
          expect(roundToMoney(multiply(line.quantity, line.unitAmount ?? decimal(-1)), preview.currency)).toEqual(line.amount);
        }
      }),
      { numRuns: 50 },
    );
  });
});
