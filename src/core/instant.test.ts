import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FOREVER, earliest, instant, instantText, instantTextInSeconds, latest, parseInstant } from './instant.js';

describe('parseInstant', () => {
  it.each([
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00Z'],
    ['2026-01-31t09:30:00z', '2026-01-31T09:30:00Z'],
    ['2026-01-31 09:30:00Z', '2026-01-31T09:30:00Z'],
    ['2024-02-29T23:59:59.999999999Z', '2024-02-29T23:59:59.999Z'],
    ['2026-01-01T00:00:00.1+01:00', '2025-12-31T23:00:00.100Z'],
    ['2025-12-31T18:15:00-05:45', '2026-01-01T00:00:00Z'],
    ['2026-01-01T00:00:00-00:00', '2026-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    ['0099-12-31T00:00:00Z', '0099-12-31T00:00:00Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
  ])('reads %s as %s', (text, expected) => {
    const read = parseInstant(text);
    expect(read === undefined ? undefined : instantText(read)).toBe(expected);
  });

  it.each([
    '', '2026-01-31', '2026-01-31T09:30Z', '2026-01-31T09:30:00', '2026-02-29T00:00:00Z', '1900-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-00-01T00:00:00Z',
    '2026-13-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:60:00Z', '2026-12-31T23:59:60Z', '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60', '2026-01-01T00:00:00+0100', '2026-01-01T00:00:00.Z', '2026-01-01T00:00:00.1234567890Z', ' 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n', '+002026-01-01T00:00:00Z',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('reads back every instant of the years 1 to 9999 that it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.parse('0001-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') }), (milliseconds) => {
        expect(parseInstant(instantText(instant(milliseconds)))).toBe(milliseconds);
      }),
    );
  });

  it('agrees with the platform on offsets', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1439, max: 1439 }), (minutes) => {
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) => String(part).padStart(2, '0'));
        const text = `2026-03-01T12:00:00${minutes < 0 ? '-' : '+'}${hours ?? ''}:${rest ?? ''}`;
        expect(parseInstant(text)).toBe(Date.parse(text));
      }),
    );
  });

  it('takes no instant that RFC 3339 could not write back in UTC', () => {
    for (const text of ['9999-12-31T23:59:59-00:01', '0001-01-01T00:00:00+00:01']) {
      const read = parseInstant(text);
      expect(read === undefined || /^\d{4}-/.test(instantText(read))).toBe(true);
    }
    // It can be written, but not be kept: PostgreSQL knows no such year.
    expect(parseInstant('0000-06-01T00:00:00Z')).toBeUndefined();
  });
});

describe('instants as text', () => {
  it('have a fraction only when there is one, and none in whole seconds', () => {
    expect(instantText(instant(1))).toBe('1970-01-01T00:00:00.001Z');
    expect(instantText(instant(1000))).toBe('1970-01-01T00:00:01Z');
    expect(instantTextInSeconds(instant(1999))).toBe('1970-01-01T00:00:01Z');
  });
});

describe('order', () => {
  it('puts forever after everything', () => {
    expect(earliest(FOREVER, instant(1))).toBe(1);
    expect(latest(instant(1), FOREVER)).toBe(FOREVER);
  });
});
