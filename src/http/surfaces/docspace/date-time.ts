import { FOREVER, instant, instantTextInSeconds, parseInstant, type Instant } from '../../../core/instant.js';

/** What the vendor writes for a moment that never is: of a plan that costs nothing, of what is not set. */
export const NO_DATE_TIME = '0001-01-01T00:00:00.0000000Z';

/**
 * A moment as the vendor writes those of a tariff: seven decimals of the second, in the portal's zone, `Z` for UTC.
 * Never and for ever are both the least date that its platform has (contracts/docspace.md section 2).
 */
export function zonedDateTime(at: Instant | null, zone: string): string {
  if (at === null || at === FOREVER) return NO_DATE_TIME;
  const offset = offsetMinutes(at, zone);
  const local = new Date(at + offset * 60_000).toISOString().slice(0, -1);
  return `${local}0000${offset === 0 ? 'Z' : offsetText(offset)}`;
}

/** A moment in UTC without a zone, cut to the second, as the vendor writes what its database keeps. */
export function plainDateTime(at: Instant): string {
  return instantTextInSeconds(at).slice(0, -1);
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const LOCAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?$/;
const SECOND_MS = 1000;
const DAY_MS = 86_400_000;

/**
 * The stretch that a moment in a request stands for, first and last millisecond: a moment with its zone as it is,
 * without one in the portal's, a date alone is that whole day there. Undefined when it cannot be read.
 */
export function readDateTime(text: string, zone: string): { from: Instant; until: Instant } | undefined {
  const trimmed = text.trim();
  const at = parseInstant(trimmed);
  if (at !== undefined) return { from: at, until: at };
  const isDate = DATE.test(trimmed);
  const written = isDate ? `${trimmed}T00:00:00` : LOCAL.test(trimmed) ? trimmed : undefined;
  const utc = written === undefined ? Number.NaN : Date.parse(`${written}Z`);
  if (Number.isNaN(utc)) return undefined;
  const from = fromLocal(utc, zone);
  return { from, until: isDate ? instant(fromLocal(utc + DAY_MS, zone) - 1) : from };
}

/** The instant at which clocks in the zone show what those in UTC show at `utc`. */
function fromLocal(utc: number, zone: string): Instant {
  const guess = utc - offsetMinutes(instant(utc), zone) * 60 * SECOND_MS;
  return instant(utc - offsetMinutes(instant(guess), zone) * 60 * SECOND_MS);
}

function offsetMinutes(at: Instant, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at);
  const match = /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(parts.find((part) => part.type === 'timeZoneName')?.value ?? '');
  const minutes = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0);
  return match?.[1] === '-' ? -minutes : minutes;
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
