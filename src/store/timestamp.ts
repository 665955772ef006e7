import { FOREVER, instant, type Instant } from '../core/instant.js';

/** The text of a timestamptz parameter; FOREVER is infinity. */
export function timestampText(at: Instant): string {
  return at === FOREVER ? 'infinity' : new Date(at).toISOString();
}

/** The instant in a timestamptz that came as text from a session in UTC, such as `2026-01-31 10:00:00.5+00`. */
export function fromTimestamp(text: string): Instant {
  if (text === 'infinity') return FOREVER;
  const zone = text.lastIndexOf('+');
  if (zone === -1 || !/^\d{4}-/.test(text)) throw new Error(`not a timestamp in UTC: ${text}`);
  const seconds = Date.UTC(
    Number(text.slice(0, 4)),
    Number(text.slice(5, 7)) - 1,
    Number(text.slice(8, 10)),
    Number(text.slice(11, 13)),
    Number(text.slice(14, 16)),
    Number(text.slice(17, 19)),
  );
  const fraction = zone > 19 ? Number(text.slice(20, Math.min(zone, 23)).padEnd(3, '0')) : 0;
  return instant(seconds + fraction);
}
