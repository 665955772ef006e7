/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z, without leap seconds. */
export type Instant = number & { readonly instant: unique symbol };

/** Later than every instant; the end of what has no end. */
export const FOREVER = Number.POSITIVE_INFINITY as Instant;

/** What RFC 3339 can write in UTC, and a store can too: the years 0001 to 9999. */
const EARLIEST = Date.parse('0001-01-01T00:00:00Z');
const LATEST = Date.parse('9999-12-31T23:59:59.999Z');

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;

export function instant(milliseconds: number): Instant {
  return milliseconds as Instant;
}

/** The instant that an RFC 3339 date-time names, cut to the millisecond, or undefined. Leap seconds are not taken. */
export function parseInstant(text: string): Instant | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = offsetMinutes(match[8], match[9], match[10]);
  if (offset === undefined) return undefined;
  const days = new Date(0);
  days.setUTCFullYear(year, month - 1, day);
  const at = days.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + fraction;
  return at < EARLIEST || at > LATEST ? undefined : (at as Instant);
}

/** RFC 3339 in UTC; a fraction is written only when there is one. */
export function instantText(at: Instant): string {
  const known = texts.get(at);
  if (known !== undefined) return known;
  const iso = new Date(at).toISOString();
  const text = iso.endsWith('.000Z') ? `${iso.slice(0, -5)}Z` : iso;
  if (texts.size >= MAX_REMEMBERED_TEXTS) texts.clear();
  texts.set(at, text);
  return text;
}

/** Texts of instants written lately: the same boundaries stand in every answer, and writing a date is slow. */
const texts = new Map<Instant, string>();
const MAX_REMEMBERED_TEXTS = 10_000;

/** RFC 3339 in UTC in whole seconds, for those who want no fraction; cut, not rounded. */
export function instantTextInSeconds(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

export function earliest(left: Instant, right: Instant): Instant {
  return right < left ? right : left;
}

export function latest(left: Instant, right: Instant): Instant {
  return right > left ? right : left;
}

function offsetMinutes(sign: string | undefined, hours: string | undefined, minutes: string | undefined): number | undefined {
  if (sign === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
