import { describe, expect, it } from 'vitest';
import { parseInstant, type Instant } from '../core/instant.js';
import { anchorFor } from './anchor.js';

const at = (text: string): Instant => parseInstant(text) as Instant;
const asked = (startsAt: string, start: string, end: string, over: { unit?: 'month' | 'year'; zone?: string; isCut?: boolean } = {}) =>
  anchorFor({ startsAt: at(startsAt), period: { startsAt: at(start), endsAt: at(end) }, interval: { unit: over.unit ?? 'month', count: 1 }, zone: over.zone ?? 'UTC', isCut: over.isCut ?? false });

describe('what a period under way is counted from', () => {
  it.each([
    ['the start, from which every period follows', asked('2026-01-31T00:00:00Z', '2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z'), null],
    ['the start of a year', asked('2024-02-29T12:00:00Z', '2026-02-28T12:00:00Z', '2027-02-28T12:00:00Z', { unit: 'year' }), null],
    ["the period's own beginning, once its day has moved", asked('2026-01-15T00:00:00Z', '2026-03-20T00:00:00Z', '2026-04-20T00:00:00Z'), at('2026-03-20T00:00:00Z')],
    ["the period's end, when its beginning is cut by a short month", asked('2026-01-15T00:00:00Z', '2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z'), at('2026-03-31T00:00:00Z')],
    ['the start, where the subscription ends within its period', asked('2026-01-15T00:00:00Z', '2026-02-15T00:00:00Z', '2026-03-01T00:00:00Z', { isCut: true }), null],
    ["the end of a first period that is short", asked('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-01-08T00:00:00Z'), at('2026-01-08T00:00:00Z')],
    ['midnight in its own zone, over a change of the clock', asked('2026-09-24T22:00:00Z', '2026-10-24T22:00:00Z', '2026-11-24T23:00:00Z', { zone: 'Europe/Madrid' }), null],
  ])('is %s', (_name, found, anchorAt) => {
    expect(found).toEqual({ anchorAt });
  });

  it.each([
    ['another zone', asked('2026-09-24T22:00:00Z', '2026-10-24T22:00:00Z', '2026-11-24T23:00:00Z')],
    ['another length', asked('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-02-08T00:00:00Z')],
    ['a period before the start', asked('2026-02-01T00:00:00Z', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')],
  ])('is nothing for %s', (_name, found) => {
    expect(found).toBeUndefined();
  });
});
