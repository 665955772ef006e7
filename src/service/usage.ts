import type { UsageEvent } from '../core/event.js';
import { type Instant } from '../core/instant.js';
import { eventNamesOf, type Meter } from '../core/meter.js';
import { plusLocalDays, startOfLocalDay, type Period } from '../core/period.js';
import { invalidInput } from '../core/problems.js';
import { usageSeries, type Granularity, type SeriesPoint } from '../core/series.js';
import { selectEvents } from '../store/event.js';
import { getMeter } from './catalog.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';
import { askedPeriods } from './series.js';
import { readState } from './state.js';

export interface UsageSeries {
  readonly meter: Meter;
  readonly granularity: Granularity;
  readonly dimensions: readonly string[];
  readonly zone: string;
  readonly points: readonly SeriesPoint[];
}

/** Days shown when no start is given. */
const DEFAULT_DAYS = 30;

/**
 * What a meter counted for a customer, point by point, in calendar stretches of the customer's zone; from the events
 * themselves. By default the last 30 local days.
 * @throws Refusal `not_found`, `invalid_request`.
 */
export async function readUsageSeries(
  engine: Engine,
  name: string,
  input: { meter: string; granularity: Granularity; from?: Instant | undefined; to?: Instant | undefined; groupBy: readonly string[] },
): Promise<UsageSeries> {
  const customerId = await findCustomerId(engine, name);
  const meter = await getMeter(engine, input.meter);
  const unknown = input.groupBy.find((dimension) => !meter.dimensions.includes(dimension));
  if (unknown !== undefined) throw invalidInput([{ pointer: 'querystring:/group_by', detail: `the meter has no dimension "${unknown}"` }]);
  const { zone } = (await readState(engine, customerId)).customer;
  const to = input.to ?? engine.clock.now();
  const from = input.from ?? startOfLocalDay(plusLocalDays(to, 1 - DEFAULT_DAYS, zone), zone);
  const periods = askedPeriods({ from, to, granularity: input.granularity, zone });
  const points = await readUsagePoints(engine, customerId, { meter, periods, dimensions: input.groupBy });
  return { meter, granularity: input.granularity, dimensions: input.groupBy, zone, points };
}

/**
 * What a meter counted for a customer in each of some stretches of time that follow on one another; from the events.
 * @throws Refusal `invalid_request` for a dimension that the meter does not have.
 */
export async function readUsagePoints(engine: Engine, customerId: string, input: { meter: Meter; periods: readonly Period[]; dimensions: readonly string[] }): Promise<SeriesPoint[]> {
  const { meter, periods, dimensions } = input;
  const unknown = dimensions.find((dimension) => !meter.dimensions.includes(dimension));
  if (unknown !== undefined) throw invalidInput([{ pointer: '/dimensions', detail: `the meter has no dimension "${unknown}"` }]);
  const events: UsageEvent[] = [];
  const first = periods[0];
  const last = periods.at(-1);
  if (first !== undefined && last !== undefined) {
    for await (const event of selectEvents(engine.database, { customerId, from: first.startsAt, to: last.endsAt, names: eventNamesOf(meter) })) events.push(event);
  }
  return usageSeries({ meter, events, periods, dimensions });
}
