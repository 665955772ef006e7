import { describe, expect, it } from 'vitest';
import { parseInstant, type Instant } from '../core/instant.js';
import { zoneFor } from './zone.js';

const at = (text: string): Instant => parseInstant(text) as Instant;
const month = (startsAt: string, start: string, end: string) => ({ startsAt: at(startsAt), period: { startsAt: at(start), endsAt: at(end) }, interval: { unit: 'month', count: 1 } as const, isCut: false });

describe('the zone in which months are counted', () => {
  const utc = month('2026-01-10T00:00:00Z', '2026-03-10T00:00:00Z', '2026-04-10T00:00:00Z');
  const berlin = month('2026-02-10T23:00:00Z', '2026-03-10T23:00:00Z', '2026-04-10T22:00:00Z');
  const angeles = month('2026-10-16T07:00:00Z', '2026-10-30T07:00:00Z', '2026-11-30T08:00:00Z');
  it.each([
    ['the one preferred, where it fits', zoneFor([utc], 'UTC'), 'UTC'],
    ['the one preferred, where there is nothing to fit', zoneFor([], 'Asia/Tokyo'), 'Asia/Tokyo'],
    ['one whose day the period begins with', zoneFor([berlin], 'UTC'), 'Europe/Berlin'],
    ['another one whose day the period begins with', zoneFor([angeles], 'UTC'), 'America/Los_Angeles'],
    ['none, where no zone gives them all', zoneFor([berlin, angeles], 'UTC'), undefined],
  ])('is %s', (_name, zone, expected) => {
    expect(zone).toBe(expected);
  });
});
