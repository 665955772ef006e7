import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, canceled, currency, event, facts, fixed, plan, subscription, usage } from '../../test/support/core.js';
import { billed, commands, histories, lineText, lineTexts, live, only, type Life } from '../../test/support/life.js';
import { bookDue, nextBookingAt, owedIn, upcomingInvoice } from './booking.js';
import { decimal } from './decimal.js';
import { FOREVER, instant, instantText, type Instant } from './instant.js';
import type { Invoice } from './invoice.js';
import { EMPTY_BOOKS, postTransaction } from './ledger.js';
import { moneyText, roundToMoney, sumMoney, zeroMoney } from './money.js';
import type { Plan } from './plan.js';
import { phaseAt, usagePriceAt, usageWindowAt } from './subscription.js';
import { priceUsage } from './usage.js';
import { depositTransaction } from './wallet.js';
import { WindowBook, deriveWindows } from './window-book.js';

const TIERS = { type: 'graduated' as const, tiers: [{ up_to: '50', unit_amount: '0.10', flat_amount: '3' }, { up_to: null, unit_amount: '0.05' }] };
const ROLLING = plan({ code: 'rolling', prices: [fixed('base', '30', { per_seat: true }), usage('calls', { included: '100', rollover: { cap: { multiple: '1' } }, model: { type: 'per_unit', amount: '0.07' } })] });
const WEEKLY = plan({ code: 'weekly', prices: [fixed('base', '47.31', { per_seat: true }), fixed('extra', '7'), usage('calls', { window: { unit: 'week', count: 1 }, model: TIERS })] });
const WAITING = plan({ code: 'waiting', invoice_grace_hours: 100, prices: [fixed('base', '21', { per_seat: true }), usage('calls', { model: TIERS, minimum: '2' })] });
const YEARLY = plan({ code: 'yearly', interval: { unit: 'year', count: 1 }, prices: [fixed('base', '300', { per_seat: true }), usage('calls', { window: { unit: 'month', count: 1 }, overage_cap: '9' })] });
const CALENDAR = plan({ code: 'calendar', alignment: 'calendar', proration: 'by_day', prices: [fixed('base', '60', { per_seat: true }), usage('calls')] });
const BOUNDED = plan({ code: 'bounded', minimum: '45', maximum: '70', prices: [fixed('base', '30', { per_seat: true }), usage('calls', { model: { type: 'per_unit', amount: '0.07' } })] });

const COUPON = { code: 'half', name: 'Half', percentOff: '50', amountOff: null, currency: null, periods: 2 };

const FIVE = { code: 'five', name: 'Five', percentOff: null, amountOff: '5', currency: currency('USD'), periods: null };

function told(invoices: readonly Invoice[]): string[] {
  return invoices.map((invoice) => `${instantText(invoice.date).slice(0, 10)} ${moneyText(invoice.total)}`);
}

describe('booking', () => {
  it('makes an invoice at each turn and moves the cursor', () => {
    const { due, facts: after } = bookDue(facts([subscription({ plan: ROLLING })]), at('2026-03-15'));

    expect(told(due)).toEqual(['2026-01-01 30.00', '2026-02-01 30.00', '2026-03-01 30.00']);
    expect(after.cursors).toEqual([{ subscriptionId: 'sub_1', at: at('2026-03-01'), revision: 100 }]);
  });

  it('has nothing to do the second time', () => {
    const { facts: after } = bookDue(facts([subscription({ plan: ROLLING })], [event('a', '2026-01-05', 200)]), at('2026-03-15'));

    expect(bookDue(after, at('2026-03-15'))).toEqual({ facts: after, steps: [], due: [], expiries: [], drafts: [] });
  });

  it('leaves in draft what waits for late usage, until it waited long enough', () => {
    const given = facts([subscription({ plan: WAITING })]);

    expect([told(bookDue(given, at('2026-02-01')).due), told(bookDue(given, at('2026-02-01')).drafts)]).toEqual([['2026-01-01 21.00'], ['2026-02-01 24.00']]);
    expect(told(bookDue(given, at('2026-02-05T04:00:00Z')).due)).toEqual(['2026-01-01 21.00', '2026-02-01 24.00']);
  });

  it('bills usage that came late with the next invoice, and says of what', () => {
    const bought = subscription({ plan: ROLLING });
    const first = bookDue(facts([bought], [event('a', '2026-01-05', 150)]), at('2026-02-01'));
    const book = new WindowBook(first.facts.windows, []);
    book.count([bought], event('b', '2026-01-06', 10));
    const { due } = bookDue({ ...first.facts, windows: book.allWindows() }, at('2026-03-01'));

    expect(due.flatMap((invoice) => invoice.lines).filter((line) => line.kind === 'adjustment').map(lineText)).toEqual([
      'adjustment rolling: calls, reported after it was invoiced [2026-01-01T00:00:00Z, 2026-02-01T00:00:00Z) 0.70',
    ]);
  });

  it('joins what falls due together and keeps currencies and series apart', () => {
    const euros = plan({ code: 'euros', currency: 'EUR', prices: [fixed('base', '9')] });
    const series = plan({ code: 'series', invoice_series: 'ADD', prices: [fixed('base', '5')] });
    const all = [ROLLING, WEEKLY, euros, series].map((each, index) => subscription({ id: `sub_${index}`, plan: each }));
    const { due } = bookDue(facts(all), at('2026-01-01'));

    expect(due.map((invoice) => [invoice.currency, invoice.series, moneyText(invoice.total), invoice.subscriptionIds.length])).toEqual([['USD', 'INV', '84.31', 2], ['EUR', 'INV', '9.00', 1], ['USD', 'ADD', '5.00', 1]]);
  });

  it('is asked for next when something falls due by itself', () => {
    const given = facts([subscription({ plan: ROLLING, changes: [canceled('2026-01-10', '2026-02-10')] })]);

    expect([nextBookingAt(given, at('2025-12-01')), nextBookingAt(given, at('2026-01-01'))]).toEqual([at('2026-01-01'), at('2026-01-01')]);
    const booked = bookDue(given, at('2026-02-10')).facts;
    expect(nextBookingAt(booked, at('2026-02-10'))).toBe(FOREVER);
  });
});

describe('the wallet', () => {
  const deposited = (amount: string): ReturnType<typeof postTransaction> => postTransaction(EMPTY_BOOKS, depositTransaction({ id: 't', money: roundToMoney(decimal(amount), currency('USD')), description: '', at: at('2026-01-01') }));

  it('pays invoices as far as it goes; the rest is owed', () => {
    const { due, facts: after } = bookDue(facts([subscription({ plan: ROLLING })], [], deposited('40')), at('2026-02-01'));

    expect(due.map((invoice) => [moneyText(invoice.walletCredit), moneyText(invoice.amountDue)])).toEqual([['30.00', '0.00'], ['10.00', '20.00']]);
    expect(moneyText(owedIn(after, zeroMoney(currency('USD'))))).toBe('20.00');
  });

  it('is left alone by a plan that keeps it', () => {
    const kept = plan({ wallet_credit: 'kept', prices: [fixed('base', '30')] });
    const { due } = bookDue(facts([subscription({ plan: kept })], [], deposited('40')), at('2026-01-01'));

    expect(due.map((invoice) => moneyText(invoice.amountDue))).toEqual(['30.00']);
  });

  it('gets what an invoice gives back', () => {
    const end = { ...canceled('2026-01-01', '2026-01-01'), proration: { mode: 'prorate', policy: 'by_second' } } as ReturnType<typeof canceled>;
    const paid = bookDue(facts([subscription({ plan: ROLLING })], [], { revision: 1 }), at('2026-01-01')).facts;
    const { due } = bookDue({ ...paid, revision: 2, subscriptions: [subscription({ plan: ROLLING, changes: [end] })] }, at('2026-01-01'));

    expect(due.map((invoice) => [moneyText(invoice.total), moneyText(invoice.walletCredit), moneyText(invoice.amountDue)])).toEqual([['-30.00', '-30.00', '0.00']]);
  });
});

describe('whatever happens', () => {
  const drawn = (plans: readonly Plan[], over: { lateDays?: number } = {}): Parameters<typeof histories>[0] => ({
    plans, isWide: true, commands: commands({ plans: plans.length, coupons: [COUPON, FIVE], ...over }),
  });

  it('invoices made step by step are those made all at once', () => {
    fc.assert(
      fc.property(histories(drawn([ROLLING, WEEKLY, WAITING, YEARLY, CALENDAR, BOUNDED])), (history) => {
        expect(lineTexts(billed(live(history, 'each')))).toEqual(lineTexts(billed(live(history, 'never'))));
      }),
      { numRuns: 150 },
    );
  });

  it('what is upcoming is what is then made', () => {
    fc.assert(
      fc.property(histories(drawn([ROLLING, WEEKLY, YEARLY, CALENDAR, BOUNDED])), (history) => {
        const life = live(history, 'each');
        const upcoming = upcomingInvoice(bookDue(life.facts, life.now), life.now);
        if (upcoming === null) return;

        expect(bookDue(life.facts, upcoming.date).due.at(-1)?.lines.map(lineText)).toEqual(upcoming.lines.map(lineText));
      }),
      { numRuns: 200 },
    );
  });

  it('a window costs what all its usage costs, whenever it was reported', () => {
    fc.assert(
      fc.property(histories(drawn([ROLLING, WEEKLY, WAITING, YEARLY, BOUNDED], { lateDays: 50 })), (history) => {
        const life = live(history, 'worker', 500);

        for (const [startsAt, amount] of costOfWindows(life)) expect(`${instantText(startsAt)} ${billedFor(life, startsAt)}`).toBe(`${instantText(startsAt)} ${amount}`);
      }),
      { numRuns: 100 },
    );
  });

  it('the lines of an invoice are its subtotal, and what the wallet pays and what is due are its total', () => {
    const tax = { status: 'taxable' as const, rates: [{ name: 'VAT', percent: '21', isInclusive: false }] };
    fc.assert(
      fc.property(histories(drawn([ROLLING, WEEKLY, YEARLY, BOUNDED])), (history) => {
        const life = live(history, 'never');
        for (const invoice of bookDue({ ...life.facts, cursors: [], balances: [], tax }, life.now).due) {
          expect(sumMoney(invoice.lines.map((line) => line.amount), invoice.currency)).toEqual(invoice.subtotal);
          expect([invoice.subtotal.minor + invoice.tax.minor, invoice.walletCredit.minor + invoice.amountDue.minor]).toEqual([invoice.total.minor, invoice.total.minor]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** What each closed window of the calls costs by all events that were reported in the end: worked out without booking. */
function costOfWindows(life: Life): Array<[Instant, bigint]> {
  const subscription = only(life);
  const { windows } = deriveWindows([subscription], life.events);
  const costs: Array<[Instant, bigint]> = [];
  let moment = subscription.startsAt;
  while (moment < life.now && moment < subscription.endsAt) {
    const price = phaseAt(subscription, moment).isPaused ? undefined : usagePriceAt(subscription, 'calls', moment);
    if (price === undefined) {
      moment = phaseAt(subscription, moment).endsAt;
      continue;
    }
    const window = usageWindowAt(subscription, price, moment);
    if (window.endsAt > life.now) break;
    const last = instant(window.endsAt - 1);
    const terms = usagePriceAt(subscription, 'calls', last) ?? price;
    costs.push([window.startsAt, priceUsage({ subscription, phase: phaseAt(subscription, last), price: terms, window, rows: windows }).amount.minor]);
    moment = window.endsAt;
  }
  return costs;
}

function billedFor(life: Life, startsAt: Instant): bigint {
  const lines = billed(life).flatMap((invoice) => invoice.lines).filter((line) => line.subscriptionId === 'sub_1' && (line.kind === 'usage' || line.kind === 'adjustment') && line.period.startsAt === startsAt);
  return lines.reduce((total, line) => total + line.amount.minor, 0n);
}

