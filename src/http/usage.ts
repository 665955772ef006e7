import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { decimalText } from '../core/decimal.js';
import { instantText } from '../core/instant.js';
import type { Granularity } from '../core/series.js';
import { readUsageSeries, type UsageSeries } from '../service/usage.js';
import { customerOf, instantParameter } from './answer.js';
import type { HttpContext } from './context.js';
import { CustomerPath, InstantText, Nullable, Words } from './schema.js';

const UsageQuery = Type.Object({
  meter: Type.String({ description: 'Code of the meter' }),
  granularity: Type.Optional(Words(['hour', 'day', 'week', 'month'], { description: "Stretches of the calendar in the customer's zone; day unless told" })),
  from: Type.Optional(InstantText),
  to: Type.Optional(InstantText),
  group_by: Type.Optional(Type.String({ description: "Dimensions of the meter, with commas between" })),
});

const SeriesView = Type.Object({
  meter: Type.String(),
  unit: Nullable(Type.String()),
  granularity: Type.String(),
  timezone: Type.String(),
  data: Type.Array(
    Type.Object({
      start: InstantText,
      end: InstantText,
      value: Type.String(),
      events: Type.Integer(),
      groups: Type.Optional(Type.Array(Type.Object({ dimensions: Type.Record(Type.String(), Type.String()), value: Type.String() }))),
    }),
  ),
});

interface UsageParameters {
  meter: string;
  granularity?: Granularity;
  from?: string;
  to?: string;
  group_by?: string;
}

export function usageRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  app.get<{ Params: { customer: string }; Querystring: UsageParameters }>(
    '/v1/customers/:customer/usage',
    { config: { right: 'usage:read' }, schema: { tags: ['usage'], summary: 'Usage of a meter over time, from the events', params: CustomerPath, querystring: UsageQuery, response: { 200: SeriesView } } },
    async (request) => {
      const { meter, granularity = 'day', from, to, group_by: groups } = request.query;
      const series = await readUsageSeries(engine, customerOf(request), {
        meter,
        granularity,
        from: instantParameter(from, 'querystring:/from'),
        to: instantParameter(to, 'querystring:/to'),
        groupBy: groups === undefined || groups === '' ? [] : groups.split(','),
      });
      return seriesView(series);
    },
  );
}

function seriesView({ meter, granularity, zone, points, dimensions }: UsageSeries) {
  return {
    meter: meter.code,
    unit: meter.unit,
    granularity,
    timezone: zone,
    data: points.map((point) => ({
      start: instantText(point.startsAt),
      end: instantText(point.endsAt),
      value: decimalText(point.value),
      events: point.events,
      ...(dimensions.length === 0
        ? {}
        : { groups: point.groups.map(({ values, value }) => ({ dimensions: Object.fromEntries(dimensions.map((name, index) => [name, values[index] ?? ''])), value: decimalText(value) })) }),
    })),
  };
}
