import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, InstantInput, OpenPeriod } from './money.js';

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

/** Where the use in one window is going if it goes on at the rate of the window so far. */
export interface UsageForecast {
  subscription: string;
  /** Code of the price. */
  price: string;
  name: string;
  /** Code of the meter. */
  meter: string;
  unit: string | null;
  window: OpenPeriod;
  used: Decimal;
  /** Included and carried; null when it is only counted. */
  available: Decimal | null;
  /** Used by the end of the window, rounded to two decimal places; null while there is no forecast. */
  projected: Decimal | null;
  /** When nothing is left of what is available; null unless the outlook is `runs_out`. */
  runs_out_at: Instant | null;
  /** `too_early`: less than a tenth of the window is over. `no_end`: it never ends. `unlimited`: nothing is included that could run out. */
  outlook: 'lasts' | 'runs_out' | 'used_up' | 'unlimited' | 'too_early' | 'no_end';
}

export interface UsageOperations {
  /** What a meter counted for the customer, from the events themselves; at most 2,000 points. Problems: `invalid_request`, `not_found`. */
  readUsage(customer: string, query: UsageQuery, options?: CallOptions): Promise<UsageSeries>;
  /** Where each usage window in force is going. Problems: `not_found`. */
  readForecast(customer: string, options?: CallOptions): Promise<{ as_of: Instant; data: UsageForecast[] }>;
}

export function usageOperations(call: Call): UsageOperations {
  return {
    readUsage: (customer, query, options) => call({ method: 'GET', path: ['v1', 'customers', customer, 'usage'], query: { ...query }, options }),
    readForecast: (customer, options) => call({ method: 'GET', path: ['v1', 'customers', customer, 'forecast'], options }),
  };
}
