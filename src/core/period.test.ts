import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { at, schedule } from '../../test/support/core.js';
import { instant, instantText, type Instant } from './instant.js';
import {
  boundaryAt, firstPeriods, isTimeZone, localDaysBetween, nextPeriod, periodContaining, plusLocalDays, startOfLocalDay, type Alignment, type IntervalUnit, type Schedule,
} from './period.js';

const ZONES = [
  'UTC', 'America/New_York', 'Europe/Madrid', 'Asia/Kolkata', 'Asia/Beirut', 'Africa/Cairo', 'America/Santiago', 'America/Havana', 'America/Sao_Paulo',
  'Australia/Lord_Howe', 'Pacific/Apia', 'Pacific/Kiritimati', 'Africa/Casablanca', 'America/St_Johns',
];

const moments = fc.integer({ min: Date.parse('2005-01-01T00:00:00Z'), max: Date.parse('2035-01-01T00:00:00Z') }).map(instant);

const schedules: fc.Arbitrary<Schedule> = fc
  .record({
    anchorAt: moments,
    zone: fc.constantFrom(...ZONES),
    unit: fc.constantFrom<IntervalUnit>('day', 'week', 'month', 'year'),
    count: fc.integer({ min: 1, max: 14 }),
    alignment: fc.constantFrom<Alignment>('anniversary', 'calendar'),
    // Before the anchor (a trial) or after it (a billing day that has passed).
    startOffsetMs: fc.oneof(fc.constant(0), fc.integer({ min: -90 * 86_400_000, max: 90 * 86_400_000 })),
  })
  .map(({ anchorAt, zone, unit, count, alignment, startOffsetMs }) => ({
    anchorAt, zone, alignment, interval: { unit, count }, startsAt: instant(anchorAt + startOffsetMs),
  }));

function zoned(moment: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone);
}

function local(moment: Instant, zone: string): string {
  return zoned(moment, zone).toPlainDateTime().toString({ smallestUnit: 'minute' });
}

function ends(of: Schedule, count: number): string[] {
  return firstPeriods(of, count).map((period) => local(period.endsAt, of.zone));
}

describe('boundaries', () => {
  it.each([
    ['2023-01-31T00:00:00Z', { unit: 'month', count: 1 }, ['2023-02-28T00:00', '2023-03-31T00:00', '2023-04-30T00:00']],
    ['2024-01-30T00:00:00Z', { unit: 'month', count: 1 }, ['2024-02-29T00:00', '2024-03-30T00:00', '2024-04-30T00:00']],
    ['2023-02-28T00:00:00Z', { unit: 'month', count: 1 }, ['2023-03-28T00:00', '2023-04-28T00:00', '2023-05-28T00:00']],
    ['2024-02-29T12:00:00Z', { unit: 'year', count: 1 }, ['2025-02-28T12:00', '2026-02-28T12:00', '2027-02-28T12:00', '2028-02-29T12:00']],
    ['2024-02-29T12:00:00Z', { unit: 'month', count: 12 }, ['2025-02-28T12:00', '2026-02-28T12:00', '2027-02-28T12:00', '2028-02-29T12:00']],
    ['2023-11-30T00:00:00Z', { unit: 'month', count: 3 }, ['2024-02-29T00:00', '2024-05-30T00:00', '2024-08-30T00:00']],
    ['2024-12-30T00:00:00Z', { unit: 'week', count: 2 }, ['2025-01-13T00:00', '2025-01-27T00:00']],
    ['2024-02-28T00:00:00Z', { unit: 'day', count: 1 }, ['2024-02-29T00:00', '2024-03-01T00:00']],
  ] as const)('from %s every %j are clamped to the month and return to the anchor day', (anchor, interval, expected) => {
    expect(ends(schedule({ anchorAt: at(anchor), interval }), expected.length)).toEqual(expected);
  });

  it('keep the local time over a change of the clocks', () => {
    const madrid = schedule({ anchorAt: at('2026-02-28T23:00:00Z'), zone: 'Europe/Madrid' });

    expect(firstPeriods(madrid, 2).map((period) => instantText(period.endsAt))).toEqual(['2026-03-31T22:00:00Z', '2026-04-30T22:00:00Z']);
  });

  it('move forward out of a gap for that one time only', () => {
    const daily = schedule({ anchorAt: at('2026-03-06T07:30:00Z'), zone: 'America/New_York', interval: { unit: 'day', count: 1 } });

    expect(ends(daily, 4)).toEqual(['2026-03-07T02:30', '2026-03-08T03:30', '2026-03-09T02:30', '2026-03-10T02:30']);
  });

  it('take the first of two equal local times, except for an anchor that is the second', () => {
    const daily = schedule({ anchorAt: at('2026-10-31T05:30:00Z'), zone: 'America/New_York', interval: { unit: 'day', count: 1 } });
    const second = schedule({ anchorAt: at('2026-11-01T06:30:00Z'), zone: 'America/New_York', interval: { unit: 'day', count: 1 } });

    expect(instantText(boundaryAt(daily, 1))).toBe('2026-11-01T05:30:00Z');
    expect(instantText(boundaryAt(second, 0))).toBe('2026-11-01T06:30:00Z');
    expect(instantText(boundaryAt(second, 1))).toBe('2026-11-02T06:30:00Z');
  });

  it('leave out a day that a zone never had', () => {
    const apia = schedule({ anchorAt: at('2011-12-28T10:00:00Z'), zone: 'Pacific/Apia', interval: { unit: 'day', count: 1 } });

    expect(ends(apia, 4)).toEqual(['2011-12-29T00:00', '2011-12-31T00:00', '2012-01-01T00:00', '2012-01-02T00:00']);
  });

  it('depend on anchor, zone, interval and index alone, whatever was asked before', () => {
    fc.assert(
      fc.property(schedules, fc.array(fc.integer({ min: -200, max: 200 }), { minLength: 1, maxLength: 100 }), (one, indexes) => {
        const asked = indexes.map((index) => boundaryAt(one, index));
        const alone = indexes.map((index) => boundaryAt({ ...one, startsAt: instant(one.startsAt + 1) }, index));
        expect(asked).toEqual(alone);
        expect(indexes.map((index) => boundaryAt(one, index))).toEqual(asked);
      }),
      { numRuns: 50 },
    );
  });

  it('never go back', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: -60, max: 60 }), (one, index) => {
        expect(boundaryAt(one, index + 1)).toBeGreaterThanOrEqual(boundaryAt(one, index));
      }),
    );
  });

  it('keep the local time of day and the clamped day of the anchor, except in gaps', () => {
    fc.assert(
      fc.property(schedules.filter((one) => one.alignment === 'anniversary'), fc.integer({ min: -40, max: 40 }), (one, index) => {
        const anchor = zoned(one.anchorAt, one.zone).toPlainDateTime();
        const { unit, count } = one.interval;
        const wanted = anchor.add({ [`${unit}s`]: count * index });
        const boundary = zoned(boundaryAt(one, index), one.zone).toPlainDateTime();
        const isGap = !zonedOf(wanted, one.zone).equals(wanted);
        if (isGap) expect(Temporal.PlainDateTime.compare(boundary, wanted)).toBe(1);
        else expect(boundary.toString()).toBe(wanted.toString());
      }),
    );
  });
});

function zonedOf(wanted: Temporal.PlainDateTime, zone: string): Temporal.PlainDateTime {
  return wanted.toZonedDateTime(zone).toPlainDateTime();
}

describe('calendar alignment', () => {
  it.each([
    [{ unit: 'day', count: 1 }, '2026-08-20T15:00:00Z', ['2026-08-21T00:00', '2026-08-22T00:00']],
    // 20 August 2026 is a Thursday; weeks begin on Monday (ISO 8601).
    [{ unit: 'week', count: 1 }, '2026-08-20T15:00:00Z', ['2026-08-24T00:00', '2026-08-31T00:00']],
    [{ unit: 'month', count: 1 }, '2026-08-20T15:00:00Z', ['2026-09-01T00:00', '2026-10-01T00:00']],
    [{ unit: 'month', count: 3 }, '2026-08-20T15:00:00Z', ['2026-10-01T00:00', '2027-01-01T00:00']],
    [{ unit: 'month', count: 6 }, '2026-08-20T15:00:00Z', ['2027-01-01T00:00', '2027-07-01T00:00']],
    [{ unit: 'month', count: 5 }, '2026-08-20T15:00:00Z', ['2027-01-01T00:00', '2027-06-01T00:00']],
    [{ unit: 'year', count: 1 }, '2026-08-20T15:00:00Z', ['2027-01-01T00:00', '2028-01-01T00:00']],
    [{ unit: 'month', count: 1 }, '2026-09-01T00:00:00Z', ['2026-10-01T00:00', '2026-11-01T00:00']],
  ] as const)('every %j from %s ends where the calendar turns', (interval, anchor, expected) => {
    expect(ends(schedule({ anchorAt: at(anchor), interval, alignment: 'calendar' }), 2)).toEqual(expected);
  });

  it('follows a trial: the trial, then a short period, then whole ones', () => {
    const trial = schedule({ anchorAt: at('2026-01-15T10:00:00Z'), startsAt: at('2026-01-01T10:00:00Z'), alignment: 'calendar' });

    expect(ends(trial, 3)).toEqual(['2026-01-15T10:00', '2026-02-01T00:00', '2026-03-01T00:00']);
  });

  it.each([
    ['Asia/Beirut', '2024-03-31T10:00:00Z'],
    ['Africa/Cairo', '2024-04-26T10:00:00Z'],
    ['America/Santiago', '2025-09-07T12:00:00Z'],
    ['America/Havana', '2026-03-08T15:00:00Z'],
  ])('begins at midnight in %s even when the anchor day %s had none', (zone, anchor) => {
    for (const unit of ['day', 'week', 'month', 'year'] as const) {
      const of = schedule({ anchorAt: at(anchor), zone, interval: { unit, count: 1 }, alignment: 'calendar' });
      expect(ends(of, 2).map((text) => text.slice(11))).toEqual(['00:00', '00:00']);
    }
  });

  it('has every boundary at the first moment of its local day', () => {
    fc.assert(
      fc.property(schedules.filter((one) => one.alignment === 'calendar'), fc.integer({ min: -30, max: 30 }), (one, index) => {
        const boundary = boundaryAt(one, index);
        expect(local(boundary, one.zone)).toBe(local(startOfLocalDay(boundary, one.zone), one.zone));
      }),
      { numRuns: 300 },
    );
  });
});

describe('periods', () => {
  it('tile: each begins where the one before ends and contains its start but not its end', () => {
    fc.assert(
      fc.property(schedules, (one) => {
        const periods = firstPeriods(one, 30);
        expect(periods[0]?.startsAt).toBe(one.startsAt);
        periods.forEach((period, index) => {
          expect(period.endsAt).toBeGreaterThan(period.startsAt);
          const after = periods[index + 1];
          if (after !== undefined) {
            expect(after.startsAt).toBe(period.endsAt);
            expect(after).toEqual(nextPeriod(one, period));
          }
        });
      }),
    );
  });

  it('contain the moment asked for, the same one whatever was asked before', () => {
    fc.assert(
      fc.property(schedules, fc.array(fc.integer({ min: 0, max: 3 * 365 * 86_400_000 }), { minLength: 1, maxLength: 20 }), (one, offsets) => {
        const fresh = (moment: Instant): unknown => periodContaining({ ...one }, moment);
        for (const offset of offsets) {
          const moment = instant(one.startsAt + offset);
          const period = periodContaining(one, moment);
          expect(period.startsAt <= moment && moment < period.endsAt).toBe(true);
          expect(period).toEqual(fresh(moment));
          expect(periodContaining({ ...one }, period.startsAt)).toEqual(period);
          expect(periodContaining({ ...one }, instant(period.endsAt - 1))).toEqual(period);
        }
      }),
    );
  });

  it('end at an anchor that lies ahead, however far', () => {
    const trial = schedule({ anchorAt: at('2026-03-31'), startsAt: at('2026-01-01') });

    expect(firstPeriods(trial, 3).map((period) => [period.index, instantText(period.endsAt)])).toEqual([
      [-1, '2026-03-31T00:00:00Z'], [0, '2026-04-30T00:00:00Z'], [1, '2026-05-31T00:00:00Z'],
    ]);
  });

  it('begin short after an anchor that lies behind', () => {
    const passed = schedule({ anchorAt: at('2025-12-31'), startsAt: at('2026-02-10') });

    expect(firstPeriods(passed, 2).map((period) => [instantText(period.startsAt), instantText(period.endsAt), period.index])).toEqual([
      ['2026-02-10T00:00:00Z', '2026-02-28T00:00:00Z', 1], ['2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z', 2],
    ]);
  });

  it('do not exist before the start', () => {
    expect(() => periodContaining(schedule(), at('2025-12-31T23:59:59.999Z'))).toThrow('before the start');
  });
});

describe('local days', () => {
  it('are whole calendar days in the zone, 23 or 25 hours long where the clocks change', () => {
    expect(instantText(plusLocalDays(at('2026-03-28T23:30:00Z'), 1, 'Europe/Madrid'))).toBe('2026-03-29T22:30:00Z');
    expect(instantText(plusLocalDays(at('2026-10-24T22:30:00Z'), 1, 'Europe/Madrid'))).toBe('2026-10-25T23:30:00Z');
  });

  it('are counted by midnights, negative backwards', () => {
    expect(localDaysBetween(at('2026-01-01T23:59:59Z'), at('2026-01-02T00:00:00Z'), 'UTC')).toBe(1);
    expect(localDaysBetween(at('2026-01-05'), at('2026-01-02'), 'UTC')).toBe(-3);
  });

  it('begin at the first moment when midnight is missing', () => {
    expect(instantText(startOfLocalDay(at('2024-03-31T10:00:00Z'), 'Asia/Beirut'))).toBe('2024-03-30T22:00:00Z');
  });
});

describe('time zones', () => {
  it.each([['Europe/Madrid', true], ['UTC', true], ['america/new_york', true], ['Mars/Olympus', false], ['+02:00', false], ['', false], ['Europe/Madrid ', false]])(
    '%j is one: %s',
    (zone, expected) => {
      expect(isTimeZone(zone)).toBe(expected);
    },
  );
});
