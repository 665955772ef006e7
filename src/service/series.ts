import { MIN_EVENT_AT } from '../core/event.js';
import { instantText, type Instant } from '../core/instant.js';
import type { Period } from '../core/period.js';
import { invalidInput } from '../core/problems.js';
import { MAX_SERIES_POINTS, seriesPeriods, type Granularity } from '../core/series.js';

/** What ends later ends in a year that RFC 3339 cannot write. */
const MAX_ASKED_AT = Date.UTC(9999, 0, 1) as Instant;

/** Calendar stretches of a zone that cover `from` (in) to `to` (out). @throws Refusal `invalid_request` when they are too many, or lie before any event or after the last year that can be written. */
export function askedPeriods(asked: { from: Instant; to: Instant; granularity: Granularity; zone: string }): Period[] {
  if (asked.from < MIN_EVENT_AT) throw invalidInput([{ pointer: 'querystring:/from', detail: `must not be before ${instantText(MIN_EVENT_AT)}` }]);
  if (asked.to > MAX_ASKED_AT) throw invalidInput([{ pointer: 'querystring:/to', detail: `must not be after ${instantText(MAX_ASKED_AT)}` }]);
  const periods = seriesPeriods(asked);
  if (periods === undefined) throw invalidInput([{ pointer: 'querystring:/from', detail: `gives more than ${MAX_SERIES_POINTS} points; take a coarser granularity or a shorter span` }]);
  return periods;
}
