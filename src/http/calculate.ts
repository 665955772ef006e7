import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { calculateAmount, calculatePeriods, ratedLineText, type AmountQuestion, type PeriodsQuestion } from '../core/calculate.js';
import { instantText } from '../core/instant.js';
import type { HttpContext } from './context.js';
import { Model } from './catalog-schema.js';
import { DecimalText, InstantText, Interval, Nullable, Words } from './schema.js';

const AmountBody = Type.Object({
  currency: Type.String(),
  price: Type.Object({ model: Model, included: Type.Optional(DecimalText), minimum: Type.Optional(Nullable(DecimalText)), maximum: Type.Optional(Nullable(DecimalText)) }),
  quantity: DecimalText,
  already_billed_quantity: Type.Optional(DecimalText),
});

const AmountView = Type.Object({
  amount: Type.String(),
  lines: Type.Array(Type.Object({ description: Type.String(), quantity: Type.String(), unit_amount: Nullable(Type.String()), amount: Type.String() })),
});

const PeriodsBody = Type.Object({
  anchor: InstantText,
  timezone: Type.Optional(Type.String({ description: 'IANA; UTC unless told' })),
  interval: Interval,
  alignment: Type.Optional(Words(['anniversary', 'calendar'])),
  starts_at: Type.Optional({ ...InstantText, description: 'Where the first period begins; the anchor unless told' }),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  containing: Type.Optional(InstantText),
});

const PeriodsView = Type.Object({ periods: Type.Array(Type.Object({ start: InstantText, end: InstantText })) });

/** Rules without stored data; any secret or customer key may ask. */
export function calculateRoutes(app: FastifyInstance, _context: HttpContext): void {
  const tags = ['calculator'];
  const config = { right: 'catalog:read' } as const;
  app.post<{ Body: AmountQuestion }>(
    '/v1/calculate/amount',
    { config, schema: { tags, summary: 'What a quantity costs under a price', body: AmountBody, response: { 200: AmountView } } },
    (request) => {
      const { amount, lines } = calculateAmount(request.body);
      return Promise.resolve({ amount, lines: lines.map(ratedLineText) });
    },
  );
  app.post<{ Body: PeriodsQuestion }>(
    '/v1/calculate/periods',
    { config, schema: { tags, summary: 'The periods of an anchor, or the one that contains a moment', body: PeriodsBody, response: { 200: PeriodsView } } },
    (request) => Promise.resolve({ periods: calculatePeriods(request.body).map(({ startsAt, endsAt }) => ({ start: instantText(startsAt), end: instantText(endsAt) })) }),
  );
}
