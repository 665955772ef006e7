import type { OVERVIEW_SPANS } from './route.js';

export type Span = (typeof OVERVIEW_SPANS)[number];

/** Stretches of time over all customers are those of the reader's calendar. */
export const READER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** How often the figures are asked for again while somebody looks at them. */
export const AGAIN_MS = 15_000;

/** What a day or a month is called: short below a chart, in full beside the pointer. */
export function namesOf(start: string, { by, timezone: timeZone }: { by: string; timezone: string }): { label: string; name: string } {
  const at = new Date(start);
  if (by === 'month') return { label: at.toLocaleDateString(undefined, { month: 'short', timeZone }), name: at.toLocaleDateString(undefined, { month: 'long', year: 'numeric', timeZone }) };
  return { label: at.toLocaleDateString(undefined, { day: 'numeric', month: 'short', timeZone }), name: at.toLocaleDateString(undefined, { dateStyle: 'full', timeZone }) };
}

/** A number for an axis, where there is little room. */
export function shortNumber(value: string): string {
  return new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 }).format(value as `${number}`);
}
