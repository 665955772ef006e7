import { createContext, use, type ReactElement, type ReactNode } from 'react';
import styles from './instant.module.css';

const Zone = createContext<string | undefined>(undefined);

/** Within: instants are shown in this customer's zone too, where its clock shows another time than the reader's. */
export function CustomerZone({ zone, children }: { zone: string; children: ReactNode }): ReactElement {
  return <Zone value={zone}>{children}</Zone>;
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
  const own = formatInstant(at, { precision });
  const theirs = zone === undefined ? own : formatInstant(at, { precision, zone });
  return (
    <time dateTime={at} className={styles.instant} title={at}>
      {own}
      {theirs !== own && zone !== undefined && <span className={styles.zone}> {theirs} {cityOf(zone)}</span>}
    </time>
  );
}

/** From the first moment to the last; an end that is null is "open". */
export function Span({ start, end, precision = 'day' }: { start: string; end: string | null; precision?: Precision }): ReactElement {
  return (
    <span className={styles.span}>
      <Instant at={start} precision={precision} /> – <Instant at={end} precision={precision} none="open" />
    </span>
  );
}
