import { createContext, use, type ReactElement, type ReactNode } from 'react';
import styles from './instant.module.css';

const Zone = createContext<string | undefined>(undefined);

/** Within: instants are shown in this customer's zone too, where its clock shows another time than the reader's. */
export function CustomerZone({ zone, children }: { zone: string | null | undefined; children: ReactNode }): ReactElement {
  return <Zone value={zone ?? undefined}>{children}</Zone>;
}

export type Precision = 'day' | 'minute' | 'second';

interface FormatOptions {
  precision?: Precision;
  /** IANA; the reader's unless told. */
  zone?: string | undefined;
  locale?: string | undefined;
}

/** A moment in the reader's locale. */
export function formatInstant(at: string, { precision = 'minute', zone, locale }: FormatOptions = {}): string {
  const time = precision === 'day' ? {} : { timeStyle: precision === 'minute' ? ('short' as const) : ('medium' as const) };
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', ...time, ...(zone === undefined ? {} : { timeZone: zone }) }).format(new Date(at));
}

/** "Madrid" of Europe/Madrid. */
export function cityOf(zone: string): string {
  return (zone.split('/').at(-1) ?? zone).replaceAll('_', ' ');
}

interface InstantProps {
  at: string | null;
  precision?: Precision;
  /** What stands where there is no instant. */
  none?: string;
}

/** A moment in the reader's zone, and in the customer's beside it. */
export function Instant({ at, precision = 'minute', none = '—' }: InstantProps): ReactElement {
  const zone = use(Zone);
  if (at === null) return <span className={styles.none}>{none}</span>;
  return (
    <time dateTime={at} title={at}>
      <span className={styles.own}>{formatInstant(at, { precision })}</span>
      <Theirs said={saidThere(at, { precision, zone })} zone={zone} />
    </time>
  );
}

/** From the first moment to the last, by days; without a last one, from the first on. */
export function Span({ start, end }: { start: string; end: string | null }): ReactElement {
  const zone = use(Zone);
  const own = formatSpan({ start, end });
  const there = formatSpan({ start, end, zone });
  return (
    <span title={`${start} – ${end ?? ''}`}>
      <span className={styles.own}>{own}</span>
      <Theirs said={there === own ? undefined : there} zone={zone} />
    </span>
  );
}

function Theirs({ said, zone }: { said: string | undefined; zone: string | undefined }): ReactElement | null {
  return said === undefined || zone === undefined ? null : (
    <>
      {' '}
      <span className={styles.zone}>
        ({said} {cityOf(zone)})
      </span>
    </>
  );
}

/** Days from one moment to another in the reader's locale: what they have in common is said once. */
export function formatSpan({ start, end, zone, locale }: { start: string; end: string | null; zone?: string | undefined; locale?: string | undefined }): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', ...(zone === undefined ? {} : { timeZone: zone }) });
  return end === null ? `from ${format.format(new Date(start))}` : format.formatRange(new Date(start), new Date(end));
}

/** What a clock shows there, where it is another than here; on the same day the time alone. */
function saidThere(at: string, { precision, zone, locale }: { precision: Precision; zone: string | undefined; locale?: string | undefined }): string | undefined {
  if (zone === undefined) return undefined;
  const there = formatInstant(at, { precision, zone, locale });
  if (there === formatInstant(at, { precision, locale })) return undefined;
  if (precision === 'day' || formatInstant(at, { precision: 'day', zone, locale }) !== formatInstant(at, { precision: 'day', locale })) return there;
  return new Intl.DateTimeFormat(locale, { timeStyle: precision === 'minute' ? 'short' : 'medium', timeZone: zone }).format(new Date(at));
}

/** What an input of date and time takes: the reader's own clock, without a zone. */
export function localText(at: string): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** The moment that was chosen there; undefined for none. */
export function fromLocalText(text: string): string | undefined {
  const date = new Date(text);
  return text === '' || Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

/** What an input of a day takes, and the moment at which that day begins on the reader's clock. */
export function localDay(at: string): string {
  return localText(at).slice(0, 10);
}

export function fromLocalDay(text: string): string | undefined {
  return text === '' ? undefined : fromLocalText(`${text}T00:00`);
}
