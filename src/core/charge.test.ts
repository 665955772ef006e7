import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, canceled, currency, facts, fixed, phase, plan, subscription, type SubscriptionParts } from '../../test/support/core.js';
import { billed, commands, histories, lineText, live, only, type Command, type Life } from '../../test/support/life.js';
import { bookDue } from './booking.js';
import { fixedTotal, isUnbilled } from './charge.js';
import { nextDueAt } from './due.js';
import { explainLine } from './explain.js';
import { FOREVER, earliest, instant } from './instant.js';
import { moneyText } from './money.js';
import { boundaryAt, periodContaining } from './period.js';
import { isInTrial, phaseAt, type Proration, type Subscription, type SubscriptionChange } from './subscription.js';

const SMALL = plan({ code: 'small', prices: [fixed('base', '30', { per_seat: true }), fixed('extra', '7')] });
const LARGE = plan({ code: 'large', prices: [fixed('base', '60', { per_seat: true }), fixed('extra', '7')] });
const ODD = plan({ code: 'odd', prices: [fixed('base', '47.31', { per_seat: true })] });
const YEARLY = plan({ code: 'yearly', interval: { unit: 'year', count: 1 }, prices: [fixed('base', '300', { per_seat: true })] });
const PACKED = plan({ code: 'packed', prices: [fixed('base', '20', { per_seat: true, package: { size: '4' } })] });
const CALENDAR = plan({ code: 'calendar', alignment: 'calendar', prices: [fixed('base', '60')] });

const BY_SECOND: Proration = { mode: 'prorate', policy: 'by_second' };

function changed(to: typeof SMALL, day: string, over: Partial<Extract<SubscriptionChange, { type: 'phase_scheduled' }>> = {}, isAnchor = false): SubscriptionChange {
  return phase(to, day, isAnchor, { madeAt: at(day), proration: BY_SECOND, ...over });
}

function linesUpTo(of: Subscription, moment: string): string[] {
  return bookDue(facts([of]), at(moment)).due.flatMap((invoice) => invoice.lines.map((line) => lineText(line).replaceAll('T00:00:00Z', '')));
}

describe('what is unbilled', () => {
  it('lies after the cursor by moment, then by revision', () => {
    const cursor = { at: at('2026-01-10'), revision: 5 };

    expect([isUnbilled(null, at('2026-01-01'), 0), isUnbilled(cursor, at('2026-01-09'), 9), isUnbilled(cursor, at('2026-01-10'), 5), isUnbilled(cursor, at('2026-01-10'), 6), isUnbilled(cursor, at('2026-01-11'), 0)]).toEqual([true, false, false, true, true]);
  });
});

describe('a change within a period', () => {
  it('gives back what is left of the old price and charges the new one; what stays as it is stands on no line', () => {
    const of = subscription({ plan: SMALL, plans: [LARGE], changes: [changed(LARGE, '2026-01-16')] });

    expect(linesUpTo(of, '2026-01-20').slice(2)).toEqual([
      'proration small: base, unused [2026-01-16, 2026-02-01) -15.48', 'proration large: base, rest of the period [2026-01-16, 2026-02-01) 30.97',
    ]);
  });

  it('costs the difference for the whole period when it is dearer, and nothing when it is cheaper', () => {
    const proration: Proration = { mode: 'difference', policy: 'by_second' };
    const dearer = subscription({ plan: SMALL, plans: [LARGE], changes: [changed(LARGE, '2026-01-16', { proration })] });
    const cheaper = subscription({ plan: LARGE, plans: [SMALL], changes: [changed(SMALL, '2026-01-16', { proration })] });

    expect(linesUpTo(dearer, '2026-01-20').slice(2).map((line) => line.split(' ').at(-1))).toEqual(['-30.00', '60.00']);
    expect(linesUpTo(cheaper, '2026-01-20').slice(2)).toEqual([]);
  });

  it('costs nothing when nothing is prorated, and gives back later only what was paid', () => {
    const silent = changed(LARGE, '2026-01-10', { proration: { mode: 'none', policy: 'by_second' } });
    const end = { ...canceled('2026-01-16', '2026-01-16'), proration: BY_SECOND } as SubscriptionChange;
    const of = subscription({ plan: SMALL, plans: [LARGE], changes: [silent, end] });

    expect(linesUpTo(of, '2026-01-20').slice(2)).toEqual(['proration small: base, unused [2026-01-16, 2026-02-01) -15.48', 'proration small: extra, unused [2026-01-16, 2026-02-01) -3.61']);
  });

  it('is invoiced with the next turn when asked', () => {
    const of = subscription({ plan: SMALL, plans: [LARGE], changes: [changed(LARGE, '2026-01-16', { invoice: 'next' })] });

    expect(bookDue(facts([of]), at('2026-02-01')).due.map((invoice) => moneyText(invoice.total))).toEqual(['37.00', '82.49']);
  });

  it('to another interval gives back the old and charges a full new period', () => {
    const of = subscription({ plan: SMALL, plans: [YEARLY], changes: [changed(YEARLY, '2026-01-16', {}, true)] });

    expect(linesUpTo(of, '2026-01-20').slice(2)).toEqual([
      'proration small: base, unused [2026-01-16, 2026-02-01) -15.48', 'proration small: extra, unused [2026-01-16, 2026-02-01) -3.61', 'fixed yearly: base [2026-01-16, 2027-01-16) 300.00',
    ]);
  });

  it('within a trial costs nothing', () => {
    const of = subscription({ plan: SMALL, trialDays: 14, plans: [LARGE], changes: [changed(LARGE, '2026-01-05')] });

    expect(linesUpTo(of, '2026-01-20').map((line) => line.split(' ').at(-1))).toEqual(['60.00', '7.00']);
  });

  it('up and the mirrored one down cancel each other line by line', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 * 86_400 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.constantFrom('by_second' as const, 'by_day' as const), (second, few, many, policy) => {
        const moment = instant(at('2026-01-01') + second * 1000);
        const legs = (from: number, to: number): string[] => {
          const change = phase(ODD, '2026-01-02', false, { startsAt: moment, madeAt: moment, proration: { mode: 'prorate', policy }, terms: { planVersionId: ODD.versionId, quantities: { base: String(to) }, multipliers: {}, overage: true } });
          const of = subscription({ plan: ODD, quantities: { base: String(from) }, changes: [change] });
          return bookDue(facts([of]), moment).due.flatMap((invoice) => invoice.lines).filter((line) => line.kind === 'proration').map((line) => String(line.amount.minor)).sort();
        };

        expect(legs(few, many)).toEqual(legs(many, few).map((minor) => (minor.startsWith('-') ? minor.slice(1) : `-${minor}`)).sort());
      }),
    );
  });
});

describe('a fixed price in packages', () => {
  const of = (quantity: string, round: 'up' | 'down' | undefined, over: Partial<SubscriptionParts> = {}): Subscription =>
    subscription({ plan: plan({ code: 'boxes', prices: [fixed('box', '12', { per_seat: true, package: { size: '5', round } })] }), quantities: { box: quantity }, ...over });

  it.each([
    ['0', undefined, '0 x 12 = 0.00'],
    ['1', undefined, '1 x 12 = 12.00'],
    ['5', undefined, '1 x 12 = 12.00'],
    ['5.5', 'up', '2 x 12 = 24.00'],
    ['11', 'up', '3 x 12 = 36.00'],
    ['4.99', 'down', '0 x 12 = 0.00'],
    ['11', 'down', '2 x 12 = 24.00'],
    ['1000000000000000000001', 'up', '200000000000000000001 x 12 = 2400000000000000000012.00'],
  ] as const)('charges %s, rounded %s, as %s', (quantity, round, expected) => {
    const [line] = bookDue(facts([of(quantity, round)]), at('2026-01-01')).due.flatMap((invoice) => invoice.lines);

    expect(line?.description).toBe('boxes: box, packages of 5');
    expect(`${line?.quantity.toFixed() ?? ''} x ${line?.unitAmount?.toFixed() ?? ''} = ${moneyText(line?.amount ?? { minor: -1n, currency: currency('USD') })}`).toBe(expected);
  });

  it('applies the multiplier to the price of a package, and explains how many there are', () => {
    const [line] = bookDue(facts([of('11', 'up', { multipliers: { box: '0.5' } })]), at('2026-01-01')).due.flatMap((invoice) => invoice.lines);

    expect(line === undefined ? null : explainLine(line)).toMatchObject({
      rule: 'fixed_in_advance',
      inputs: { unit_amount: '12', multiplier: '0.5', quantity: '11', package_size: '5', packages: '3' },
      steps: ['11 in packages of 5, rounded up: 3', '12 x multiplier 0.5 x 3 for 2026-01-01T00:00:00Z to 2026-02-01T00:00:00Z = 18.00 USD'],
    });
  });

  it('costs nothing more until another package is begun', () => {
    const boxes = (quantity: string, day: string): SubscriptionChange => phase(of('1', 'up').phases[0].plan, day, false, { madeAt: at(day), proration: BY_SECOND, terms: { planVersionId: 'plnv_boxes', quantities: { box: quantity }, multipliers: {}, overage: true } });

    expect(linesUpTo(of('11', 'up', { changes: [boxes('15', '2026-01-10')] }), '2026-01-31')).toHaveLength(1);
    expect(linesUpTo(of('11', 'up', { changes: [boxes('15', '2026-01-10'), boxes('16', '2026-01-16')] }), '2026-01-31').slice(1)).toEqual([
      'proration boxes: box, packages of 5, unused [2026-01-16, 2026-02-01) -18.58', 'proration boxes: box, packages of 5, rest of the period [2026-01-16, 2026-02-01) 24.77',
    ]);
  });
});

describe('a pause', () => {
  it('gives back what is left; the resumed period is charged in full', () => {
    const paused = changed(SMALL, '2026-01-16', { isPaused: true }, true);
    const of = subscription({ plan: SMALL, changes: [paused, changed(SMALL, '2026-03-05', {}, true)] });

    expect(linesUpTo(of, '2026-03-10').filter((line) => line.includes('base'))).toEqual([
      'fixed small: base [2026-01-01, 2026-02-01) 30.00', 'proration small: base, unused [2026-01-16, 2026-02-01) -15.48', 'fixed small: base [2026-03-05, 2026-04-05) 30.00',
    ]);
  });

  it('has nothing due by itself', () => {
    const of = subscription({ plan: SMALL, changes: [changed(SMALL, '2026-01-16', { isPaused: true }, true)] });

    expect(nextDueAt(of, { at: at('2026-01-16'), revision: 9 }, [])).toBe(FOREVER);
  });
});

describe('whatever happens', () => {
  const plans = [SMALL, LARGE, ODD, YEARLY, CALENDAR, PACKED];
  const prorated = (command: Command): Command => ('proration' in command ? { ...command, proration: BY_SECOND } : command);
  it('what is charged by the second is the price weighted by time, to half a minor unit for each line', () => {
    const parts = { plans, commands: commands({ plans: plans.length }).map(prorated) };
    fc.assert(
      fc.property(histories(parts), (history) => {
        const life = live({ ...history, steps: [...history.steps, { after: { ms: 12_345_678 }, on: 0, command: { do: 'cancel', when: 'now', proration: BY_SECOND } }] }, 'each', 800);
        const lines = billed(life).flatMap((invoice) => invoice.lines);
        const minor = lines.reduce((total, line) => total + Number(line.amount.minor), 0);

        expect(Math.abs(minor - 100 * priceOverTime(life))).toBeLessThanOrEqual(0.5 * lines.length + 0.001);
      }),
      { numRuns: 300 },
    );
  });

  it('no period has more given back than it was charged', () => {
    const parts = { plans, isWide: true, commands: commands({ plans: plans.length }) };
    fc.assert(
      fc.property(histories(parts), (history) => {
        for (const [turn, minor] of billedByTurn(live(history, 'each', 400))) expect(`${turn} ${minor < 0n}`).toBe(`${turn} false`);
      }),
      { numRuns: 300 },
    );
  });
});

/** The fixed prices of each moment of the life, added up: an integral that knows nothing of invoices. */
function priceOverTime(life: Life): number {
  const subscription = only(life);
  let total = 0;
  let moment = subscription.startsAt;
  while (moment < subscription.endsAt) {
    const current = phaseAt(subscription, moment);
    const period = periodContaining(current.schedule, moment);
    const until = earliest(earliest(period.endsAt, current.endsAt), subscription.endsAt);
    if (!current.isPaused && !isInTrial(subscription, moment)) {
      const whole = boundaryAt(current.schedule, period.index + 1) - boundaryAt(current.schedule, period.index);
      total += (Number(fixedTotal(current).toFixed()) * (until - moment)) / whole;
    }
    moment = until;
  }
  return total;
}

function billedByTurn(life: Life): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const line of billed(life).flatMap((invoice) => invoice.lines)) {
    if (line.source.of !== 'fixed') continue;
    const { startsAt } = line.source.charge.turn;
    const key = `${line.subscriptionId} ${line.priceCode} ${startsAt}`;
    sums.set(key, (sums.get(key) ?? 0n) + line.amount.minor);
  }
  return sums;
}
