import { ONE, ZERO, add, decimal, divide, multiply, type Decimal } from './decimal.js';
import type { Instant } from './instant.js';
import { CONVERSION_SCALE, measure, type Meter } from './meter.js';

/** What several events of one stretch say alike, or together. */
export interface CountedValue {
  readonly startsAt: Instant;
  /** Of the meter's property; undefined where it has none. */
  readonly value: unknown;
  /** The sum where each says a plain decimal, not the same one; else null. */
  readonly added: Decimal | null;
  /** How many occurrences each of them stands for; null: one. */
  readonly occurrences: Decimal | null;
  readonly events: number;
}

/** What a meter counted of all customers in a stretch of time. */
export interface UsageTotal {
  readonly startsAt: Instant;
  /** Events that it could measure. */
  readonly events: number;
  /** In raw units; null for a meter whose customers' uses do not add up: see isAdditive. */
  readonly value: Decimal | null;
}

/** Whether uses of several customers add up: a greatest, a last or a number of different values of each is no sum. */
export function isAdditive({ aggregation }: Meter): boolean {
  return aggregation === 'count' || aggregation === 'sum';
}

/** Each stretch in which the meter counted anything, in order of time. */
export function usageTotals(meter: Meter, values: readonly CountedValue[]): UsageTotal[] {
  const totals = new Map<Instant, { events: number; value: Decimal }>();
  for (const counted of values) {
    const value = valueOf(meter, counted);
    if (value === undefined) continue;
    const before = totals.get(counted.startsAt) ?? { events: 0, value: ZERO };
    totals.set(counted.startsAt, { events: before.events + counted.events, value: add(before.value, value) });
  }
  const rows = [...totals.entries()].sort(([left], [right]) => left - right);
  return rows.map(([startsAt, { events, value }]) => ({ startsAt, events, value: isAdditive(meter) ? value : null }));
}

/** What the events come to together, or undefined where the meter cannot measure them. */
function valueOf(meter: Meter, { startsAt, value, added, occurrences, events }: CountedValue): Decimal | undefined {
  // Every meter that reads a property can read a plain decimal.
  if (added !== null) return added;
  const properties = meter.property === null ? {} : { [meter.property]: value };
  const measured = measure(meter, { id: '', occurredAt: startsAt, properties, occurrences: occurrences ?? ONE });
  return 'fault' in measured ? undefined : multiply(measured.value, decimal(events));
}

/** Raw units of all customers in the units that are sold: not rounded up, for that is done for each window by itself. */
export function soldUnits(meter: Meter, raw: Decimal): Decimal {
  if (meter.conversion === null) return raw;
  return divide({ dividend: raw, divisor: meter.conversion.divideBy, scale: CONVERSION_SCALE, rounding: 'half_away_from_zero' });
}
