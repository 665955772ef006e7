import { anchorFor, type CountedPeriod } from './anchor.js';
import { startOfLocalDay } from '../core/period.js';

/** Zones that are asked first where several would do. */
const COMMON = ['Europe/Berlin', 'Europe/London', 'America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles', 'Asia/Kolkata', 'Asia/Tokyo', 'Australia/Sydney', 'America/Sao_Paulo'];

let all: readonly string[] | undefined;

/** A zone in which all periods under way are periods: the one preferred, else one whose days they begin with, else any. Undefined when there is none. */
export function zoneFor(periods: ReadonlyArray<Omit<CountedPeriod, 'zone'>>, preferred: string): string | undefined {
  const fits = (zone: string): boolean => periods.every((period) => anchorFor({ ...period, zone }) !== undefined);
  if (fits(preferred)) return preferred;
  all ??= [...COMMON, ...Intl.supportedValuesOf('timeZone')];
  const fitting = all.filter(fits);
  return fitting.find((zone) => periods.every(({ period: { startsAt } }) => startOfLocalDay(startsAt, zone) === startsAt)) ?? fitting[0];
}
