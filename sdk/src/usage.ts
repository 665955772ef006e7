import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, InstantInput } from './money.js';

/** Which usage is asked for. */
export interface UsageQuery {
  /** Code of the meter. */
  meter: string;
  /** Stretches of the calendar in the customer's zone; `day` unless told. */
  granularity?: 'hour' | 'day' | 'week' | 'month' | undefined;
  /** The stretch that holds it is the first one; 30 local days before `to` unless told. */
  from?: InstantInput | undefined;
  /** The stretch that holds the moment before it is the last one; now unless told. */
  to?: InstantInput | undefined;
  /** Dimensions of the meter. */
  group_by?: readonly string[] | undefined;
}

/** What a meter counted from `start` (in) to `end` (out). */
export interface UsagePoint {
  start: Instant;
  end: Instant;
  /** In the meter's unit, conversion applied to this stretch alone. */
  value: Decimal;
  events: number;
  /** By combination of dimension values, when asked for. */
  groups?: Array<{ dimensions: Record<string, string>; value: Decimal }>;
}

/** Usage of a meter over time. */
export interface UsageSeries {
  meter: string;
  unit: string | null;
  granularity: 'hour' | 'day' | 'week' | 'month';
  /** The customer's IANA zone: its days may have 23 or 25 hours. */
  timezone: string;
  data: UsagePoint[];
}

export interface UsageOperations {
  /** What a meter counted for the customer, from the events themselves; at most 2,000 points. Problems: `invalid_request`, `not_found`. */
  readUsage(customer: string, query: UsageQuery, options?: CallOptions): Promise<UsageSeries>;
}

export function usageOperations(call: Call): UsageOperations {
  return { readUsage: (customer, query, options) => call({ method: 'GET', path: ['v1', 'customers', customer, 'usage'], query: { ...query }, options }) };
}
