import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { at, currency } from '../../test/support/core.js';
import { decimal } from './decimal.js';
import { instant } from './instant.js';
import { moneyText, roundToMoney } from './money.js';
import { WHOLE, isWhole, prorate, prorateChange, shareOf } from './proration.js';

const JANUARY = { startsAt: at('2026-01-01'), endsAt: at('2026-02-01') };
const USD = currency('USD');

const policies = fc.constantFrom('by_second' as const, 'by_day' as const);
const zones = fc.constantFrom('UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata');
const moments = fc.integer({ min: JANUARY.startsAt, max: JANUARY.endsAt }).map(instant);
const cents = fc.integer({ min: 0, max: 10_000_000 }).map((minor) => decimal((minor / 100).toFixed(2)));

describe('a share', () => {
  it.each([
    ['by_second', '2026-01-16T12:00:00Z', 1339200000, 2678400000],
    ['by_day', '2026-01-16T12:00:00Z', 16, 31],
    ['by_day', '2026-01-16T00:00:00Z', 16, 31],
    ['by_day', '2026-01-15T23:59:59Z', 17, 31],
  ] as const)('%s of January from %s is %i of %i', (policy, from, part, whole) => {
    expect(shareOf({ part: { startsAt: at(from), endsAt: JANUARY.endsAt }, full: JANUARY, policy, zone: 'UTC' })).toMatchObject({ part, whole });
  });

  it('counts the days of the zone, a day of 23 hours as one', () => {
    const march = { startsAt: at('2026-03-01T05:00:00Z'), endsAt: at('2026-04-01T04:00:00Z') };
    const part = { startsAt: at('2026-03-08T05:00:00Z'), endsAt: at('2026-03-09T04:00:00Z') };

    expect(shareOf({ part, full: march, policy: 'by_day', zone: 'America/New_York' })).toMatchObject({ part: 1, whole: 31 });
  });

  it('is none of a part outside, and at most all', () => {
    const outside = { startsAt: at('2026-02-01'), endsAt: at('2026-02-10') };
    const around = { startsAt: at('2025-12-01'), endsAt: at('2026-03-01') };

    expect(shareOf({ part: outside, full: JANUARY, policy: 'by_second', zone: 'UTC' }).part).toBe(0);
    expect(isWhole(shareOf({ part: around, full: JANUARY, policy: 'by_day', zone: 'UTC' }))).toBe(true);
  });

  it('is all of a period that lies within one day, which has no days to count', () => {
    const hour = { startsAt: at('2026-01-01T10:00:00Z'), endsAt: at('2026-01-01T11:00:00Z') };

    expect(shareOf({ part: hour, full: hour, policy: 'by_day', zone: 'UTC' })).toEqual(WHOLE);
  });

  it('and the share of the rest make the whole', () => {
    fc.assert(
      fc.property(policies, zones, moments, (policy, zone, cut) => {
        const before = shareOf({ part: { startsAt: JANUARY.startsAt, endsAt: cut }, full: JANUARY, policy, zone });
        const after = shareOf({ part: { startsAt: cut, endsAt: JANUARY.endsAt }, full: JANUARY, policy, zone });

        expect(before.part / before.whole + after.part / after.whole).toBeCloseTo(1, 12);
      }),
    );
  });
});

describe('a prorated amount', () => {
  it('is multiplied before it is divided and rounded once, half away from zero', () => {
    expect(moneyText(prorate(decimal('0.10'), { part: 1, whole: 3, unit: 'day' }, USD))).toBe('0.03');
    expect(moneyText(prorate(decimal('0.03'), { part: 1, whole: 2, unit: 'day' }, USD))).toBe('0.02');
    expect(moneyText(prorate(decimal('-0.03'), { part: 1, whole: 2, unit: 'day' }, USD))).toBe('-0.02');
  });

  it('of the whole is the amount, rounded', () => {
    expect(moneyText(prorate(decimal('9.995'), WHOLE, USD))).toBe('10.00');
  });

  it('never grows when the part shrinks', () => {
    fc.assert(
      fc.property(cents, policies, zones, moments, moments, (amount, policy, zone, one, other) => {
        const rest = (from: typeof one): bigint => prorate(amount, shareOf({ part: { startsAt: from, endsAt: JANUARY.endsAt }, full: JANUARY, policy, zone }), USD).minor;
        const [early, late] = one < other ? [one, other] : [other, one];

        expect(rest(late) <= rest(early)).toBe(true);
      }),
    );
  });
});

describe('a change of price', () => {
  const change = (old: ReturnType<typeof decimal>, dearer: typeof old, over: { at: typeof JANUARY.startsAt; policy: 'by_second' | 'by_day' | 'none'; zone: string }): ReturnType<typeof prorateChange> =>
    prorateChange({ currency: USD, period: JANUARY, oldAmount: old, newAmount: dearer, ...over });

  it('costs nothing within the period when nothing is prorated', () => {
    expect(moneyText(change(decimal(10), decimal(20), { at: at('2026-01-10'), policy: 'none', zone: 'UTC' }).net)).toBe('0.00');
  });

  it('up and the same change down cancel each other to the cent', () => {
    fc.assert(
      fc.property(cents, cents, policies, zones, moments, (old, dearer, policy, zone, moment) => {
        const up = change(old, dearer, { at: moment, policy, zone });
        const down = change(dearer, old, { at: moment, policy, zone });

        expect([down.credit.minor, down.charge.minor, down.net.minor]).toEqual([-up.charge.minor, -up.credit.minor, -up.net.minor]);
      }),
    );
  });

  it('gives back no more than was paid and charges no more than the price', () => {
    fc.assert(
      fc.property(cents, cents, policies, zones, moments, (old, dearer, policy, zone, moment) => {
        const { credit, charge, net } = change(old, dearer, { at: moment, policy, zone });

        expect(-credit.minor <= roundToMoney(old, USD).minor && credit.minor <= 0n).toBe(true);
        expect(charge.minor <= roundToMoney(dearer, USD).minor && charge.minor >= 0n).toBe(true);
        expect(net.minor).toBe(credit.minor + charge.minor);
      }),
    );
  });
});
