import { Type, type Static } from 'typebox';
import { decimalText } from '../../../core/decimal.js';
import { instant, instantText, parseInstant, type Instant } from '../../../core/instant.js';
import type { Meter, MeterDefinition } from '../../../core/meter.js';
import type { Period } from '../../../core/period.js';
import { Refusal, invalidInput } from '../../../core/problems.js';
import { MAX_SERIES_POINTS, type SeriesPoint } from '../../../core/series.js';
import { listMeters, putMeter } from '../../../service/catalog.js';
import { getCustomer } from '../../../service/customer.js';
import type { Engine, Unit } from '../../../service/engine.js';
import { readUsagePoints } from '../../../service/usage.js';
import { Nullable } from '../../schema.js';
import { codeFor } from './code.js';
import { derivedId, fromPricingMetricId, toPricingMetricId, toSubjectId } from './id.js';
import { ListOf, ListQuery, listOf, sliceOf, type Call, type Route } from './route.js';
import { asSubject } from './subject.js';

/** A meter in Lark's words. Source: contracts/lark.md section 3. */

const VALUED = ['sum', 'max', 'last'] as const;

/** At the vendor's, custom aggregations are switched on by hand. */
const CUSTOM = 'Custom aggregations are not enabled: use sum, max, last or count, of a value that your events carry already worked out';

const Aggregation = Type.Object({ aggregation_type: Type.String({ description: 'sum, max or last with value_field; count without' }), value_field: Type.Optional(Type.String()) });

const MetricBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255 }),
  event_name: Type.String(),
  unit: Type.String({ maxLength: 255 }),
  aggregation: Aggregation,
  dimensions: Type.Optional(Nullable(Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { maxItems: 10 }))),
});

const Metric = Type.Object({
  id: Type.String(),
  name: Type.String(),
  event_name: Type.String(),
  unit: Type.String(),
  aggregation: Aggregation,
  dimensions: Nullable(Type.Array(Type.String())),
});

const Granularity = Type.Union([Type.Literal('hour'), Type.Literal('day'), Type.Literal('week'), Type.Null()]);

export const PeriodBody = { start: Type.String(), end: Type.String(), inclusive_start: Type.Optional(Type.Boolean()), inclusive_end: Type.Optional(Type.Boolean()) };

const SummaryBody = Type.Object({
  subject_id: Type.String(),
  period: Type.Object(PeriodBody),
  period_granularity: Type.Optional(Granularity),
  dimensions: Type.Optional(Nullable(Type.Array(Type.String(), { maxItems: 10 }))),
});

const Summary = Type.Object({
  id: Type.String(),
  dimension_coordinates: Nullable(Type.Record(Type.String(), Type.String())),
  period: Type.Object({ start: Type.String(), end: Type.String(), inclusive_start: Type.Boolean(), inclusive_end: Type.Boolean() }),
  pricing_metric_id: Type.String(),
  subject_id: Type.String(),
  value: Nullable(Type.String({ description: 'Null where there was no usage event' })),
});

export const PRICING_METRIC_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/pricing-metrics', right: 'catalog:write', summary: 'Make a pricing metric', body: MetricBody, result: Metric, work: { change: async (call) => (unit) => makeMetric(call, unit) } },
  { method: 'GET', path: '/pricing-metrics', right: 'catalog:read', summary: 'List pricing metrics by code', query: ListQuery, result: ListOf('pricing_metrics', Metric), work: { read: listMetrics } },
  { method: 'GET', path: '/pricing-metrics/:pricing_metric_id', right: 'catalog:read', summary: 'Read a pricing metric', result: Metric, work: { read: readMetric } },
  { method: 'POST', path: '/pricing-metrics/:pricing_metric_id/summary', right: 'usage:read', summary: "What a subject has used", body: SummaryBody, result: Type.Array(Summary), work: { read: summarize } },
];

/** The meter that a pricing metric id stands for. @throws Refusal `not_found`. */
export async function findMeter(engine: Engine, metricId: string): Promise<Meter> {
  const id = fromPricingMetricId(metricId);
  const meter = id === undefined ? undefined : (await listMeters(engine)).find((candidate) => candidate.id === id);
  if (meter === undefined) throw new Refusal('not_found', 'Pricing metric not found');
  return meter;
}

async function makeMetric({ engine, request }: Call, unit: Unit): Promise<Static<typeof Metric>> {
  const body = request.body as Static<typeof MetricBody>;
  const definition = definitionOf(body);
  const view = toMetric(await putMeter(engine, unit, { code: codeFor(engine, body.name), definition }));
  if (view === undefined) throw new Error('a metric made in the vendor\'s words can be said in them');
  return view;
}

function definitionOf({ name, event_name, unit, aggregation, dimensions }: Static<typeof MetricBody>): MeterDefinition {
  const { aggregation_type: type, value_field: property } = aggregation;
  const common = { name, event_name, unit, dimensions: dimensions ?? [] };
  if (type === 'count') return { ...common, aggregation: 'count' };
  const valued = VALUED.find((word) => word === type);
  if (valued === undefined) {
    throw invalidInput([{ pointer: '/aggregation/aggregation_type', detail: type === 'custom' ? CUSTOM : 'must be one of sum, max, last, count' }]);
  }
  if (property === undefined || property === '') throw invalidInput([{ pointer: '/aggregation/value_field', detail: 'is needed' }]);
  return { ...common, aggregation: valued, property };
}

async function listMetrics(call: Call): Promise<Record<string, unknown>> {
  const { limit, offset } = sliceOf(call);
  const said = (await listMeters(call.engine)).flatMap((meter) => {
    const view = toMetric(meter);
    if (view === undefined) call.omit(toPricingMetricId(meter.id));
    return view === undefined ? [] : [{ meter, view }];
  });
  const found = said.slice(offset, offset + limit + 1);
  for (const { meter } of found.slice(0, limit)) noteConversion(call, meter);
  return listOf('pricing_metrics', found, { limit, view: ({ view }) => view });
}

async function readMetric(call: Call): Promise<Static<typeof Metric>> {
  const meter = await findMeter(call.engine, call.parameter('pricing_metric_id'));
  const view = toMetric(meter);
  if (view === undefined) {
    call.omit(toPricingMetricId(meter.id));
    throw new Refusal('not_found', 'Pricing metric not found');
  }
  noteConversion(call, meter);
  return view;
}

/** Lark's metrics count in the unit that events report; a meter's total may be turned into another. */
function noteConversion(call: Call, meter: Meter): void {
  if (meter.conversion !== null) call.omit(`${toPricingMetricId(meter.id)}#conversion`);
}

/** Undefined where Lark has no word for how the meter counts: distinct values. */
function toMetric({ id, name, eventName, unit, aggregation, property, dimensions }: Meter): Static<typeof Metric> | undefined {
  if (aggregation === 'unique') return undefined;
  return {
    id: toPricingMetricId(id),
    name,
    event_name: eventName,
    unit: unit ?? '',
    aggregation: property === null ? { aggregation_type: aggregation } : { aggregation_type: aggregation, value_field: property },
    dimensions: dimensions.length === 0 ? null : [...dimensions],
  };
}

async function summarize(call: Call): Promise<Array<Static<typeof Summary>>> {
  const { engine, request } = call;
  const body = request.body as Static<typeof SummaryBody>;
  const meter = await findMeter(engine, call.parameter('pricing_metric_id'));
  const customerId = await call.subject(body.subject_id);
  await getCustomer(engine, customerId).catch(asSubject);
  const whole = readPeriod(body.period);
  const dimensions = body.dimensions ?? [];
  const periods = stretchesOf(whole.counted, body.period_granularity ?? null);
  const points = await readUsagePoints(engine, customerId, { meter, periods, dimensions });
  return points.flatMap((point, index) => {
    const asked = {
      start: index === 0 ? whole.start : instantText(point.startsAt),
      end: index === points.length - 1 ? whole.end : instantText(point.endsAt),
      inclusive_start: index > 0 || whole.inclusiveStart,
      inclusive_end: index === points.length - 1 && whole.inclusiveEnd,
    };
    return coordinatesOf(point, dimensions).map(({ coordinates, value }) => ({
      id: derivedId('pmtr_sum', [meter.id, customerId, JSON.stringify(asked), JSON.stringify(coordinates)]),
      dimension_coordinates: coordinates,
      period: asked,
      pricing_metric_id: toPricingMetricId(meter.id),
      subject_id: toSubjectId(customerId),
      value,
    }));
  });
}

/** One sum, or one for each combination of values that occurred; where nothing occurred, one that says so. */
function coordinatesOf(point: SeriesPoint, dimensions: readonly string[]): Array<{ coordinates: Record<string, string> | null; value: string | null }> {
  if (point.events === 0) return [{ coordinates: null, value: null }];
  if (dimensions.length === 0) return [{ coordinates: null, value: decimalText(point.value) }];
  return point.groups.map(({ values, value }) => ({ coordinates: Object.fromEntries(dimensions.map((name, index) => [name, values[index] ?? ''])), value: decimalText(value) }));
}

/** A period as it is asked for, and as the half-open stretch that it means. */
export interface AskedPeriod {
  readonly start: string;
  readonly end: string;
  readonly inclusiveStart: boolean;
  readonly inclusiveEnd: boolean;
  readonly counted: Period;
}

/** Half-open unless it says otherwise: contracts/lark.md section 2. Instants are whole milliseconds. @throws Refusal `invalid_request`. */
function readPeriod(asked: { start: string; end: string; inclusive_start?: boolean; inclusive_end?: boolean }): AskedPeriod {
  const { inclusive_start: inclusiveStart = true, inclusive_end: inclusiveEnd = false } = asked;
  const [start, end] = [readInstant(asked.start, '/period/start'), readInstant(asked.end, '/period/end')];
  const counted = { startsAt: instant(start + (inclusiveStart ? 0 : 1)), endsAt: instant(end + (inclusiveEnd ? 1 : 0)) };
  if (counted.startsAt >= counted.endsAt) throw invalidInput([{ pointer: '/period/end', detail: 'must lie after the start' }]);
  return { start: instantText(start), end: instantText(end), inclusiveStart, inclusiveEnd, counted };
}

/** @throws Refusal `invalid_request`. */
export function readInstant(text: string, pointer: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) throw invalidInput([{ pointer, detail: 'must be an ISO 8601 date-time, such as 2025-11-01T00:00:00Z' }]);
  return at;
}

const STRETCH_MS = { hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

/** Hours, days or weeks counted from the start of the period; the last one ends with it. */
function stretchesOf(period: Period, granularity: keyof typeof STRETCH_MS | null): Period[] {
  if (granularity === null) return [period];
  const step = STRETCH_MS[granularity];
  const count = Math.ceil((period.endsAt - period.startsAt) / step);
  if (count > MAX_SERIES_POINTS) throw invalidInput([{ pointer: '/period', detail: `gives more than ${MAX_SERIES_POINTS} summaries; take a coarser granularity or a shorter period` }]);
  return Array.from({ length: count }, (_, index) => ({
    startsAt: instant(period.startsAt + index * step),
    endsAt: instant(Math.min(period.startsAt + (index + 1) * step, period.endsAt)),
  }));
}
