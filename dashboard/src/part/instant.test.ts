import { describe, expect, it } from 'vitest';
import { cityOf, formatInstant, formatSpan } from './instant.js';

describe('a moment in words', () => {
  it('is told in a locale and in a zone, as exactly as asked', () => {
    const at = '2026-12-13T23:00:00Z';

    expect(formatInstant(at, { precision: 'day', zone: 'UTC', locale: 'en-GB' })).toBe('13 Dec 2026');
    expect(formatInstant(at, { precision: 'day', zone: 'Europe/Madrid', locale: 'en-GB' })).toBe('14 Dec 2026');
    expect(formatInstant(at, { zone: 'Europe/Madrid', locale: 'en-GB' })).toBe('14 Dec 2026, 00:00');
    expect(formatInstant(at, { precision: 'second', zone: 'UTC', locale: 'en-GB' })).toBe('13 Dec 2026, 23:00:00');
  });

  it('says what two days have in common once', () => {
    const words = formatSpan({ start: '2026-11-14T12:00:00Z', end: '2026-12-14T12:00:00Z', zone: 'UTC', locale: 'en-GB' });

    // The kind of space around the dash is Unicode's business, and has changed.
    expect(words.replaceAll(/\s/g, ' ')).toBe('14 Nov – 14 Dec 2026');
    expect(formatSpan({ start: '2026-11-14T12:00:00Z', end: null, zone: 'UTC', locale: 'en-GB' })).toBe('from 14 Nov 2026');
  });

  it('names a zone by its city', () => {
    expect(['Europe/Madrid', 'America/Argentina/Buenos_Aires', 'UTC'].map(cityOf)).toEqual(['Madrid', 'Buenos Aires', 'UTC']);
  });
});
