/** A decimal number as text in plain notation, such as "12.50": quantities and amounts never pass through floating point. */
export type Decimal = string;

/** A moment as an answer gives it: RFC 3339 in UTC, such as "2026-01-31T09:30:00Z". */
export type Instant = string;

/** A moment as a question may give it: RFC 3339 with any offset, or a Date. */
export type InstantInput = string | Date;

/** An amount of money in major units, with the decimal places of its currency: {"amount": "29.00", "currency": "USD"}. */
export interface Money {
  amount: Decimal;
  /** ISO 4217. */
  currency: string;
}

/** From `start` (in) to `end` (out). */
export interface Period {
  start: Instant;
  end: Instant;
}

/** From `start` (in) to `end` (out); `end` is null for a stretch that never ends. */
export interface OpenPeriod {
  start: Instant;
  end: Instant | null;
}

/** A calendar length, such as three months. `count` is 1 to 1000. */
export interface Interval {
  unit: 'day' | 'week' | 'month' | 'year';
  count: number;
}

/** `anniversary`: periods count from the anchor; `calendar`: from the start of the anchor's calendar unit, the first one short. */
export type Alignment = 'anniversary' | 'calendar';

/** Strings of your own, by name. */
export type Metadata = Record<string, string>;
