import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import {
  calculateAmount, calculateBurn, calculatePeriods, calculateProration, calculateRollover, calculateTax, ratedLineText,
  type AmountQuestion, type BurnQuestion, type PeriodsQuestion, type ProrationQuestion, type RolloverQuestion, type TaxQuestion,
} from '../core/calculate.js';
import { instantText } from '../core/instant.js';
import type { HttpContext } from './context.js';
import { Model, RolloverCap } from './catalog-schema.js';
import { DecimalText, InstantText, Interval, Nullable, Words } from './schema.js';

export const AmountBody = Type.Object({
  currency: Type.String(),
  price: Type.Object({ model: Model, included: Type.Optional(DecimalText), minimum: Type.Optional(Nullable(DecimalText)), maximum: Type.Optional(Nullable(DecimalText)) }),
  quantity: DecimalText,
  already_billed_quantity: Type.Optional(DecimalText),
});

const AmountView = Type.Object({
  amount: Type.String(),
  lines: Type.Array(Type.Object({ description: Type.String(), quantity: Type.String(), unit_amount: Nullable(Type.String()), amount: Type.String() })),
});

export const PeriodsBody = Type.Object({
  anchor: InstantText,
  timezone: Type.Optional(Type.String({ description: 'IANA; UTC unless told' })),
  interval: Interval,
  alignment: Type.Optional(Words(['anniversary', 'calendar'])),
  starts_at: Type.Optional({ ...InstantText, description: 'Where the first period begins; the anchor unless told' }),
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  containing: Type.Optional(InstantText),
});

const PeriodsView = Type.Object({ periods: Type.Array(Type.Object({ start: InstantText, end: InstantText })) });

export const ProrationBody = Type.Object({
  currency: Type.String(),
  policy: Type.Optional(Words(['by_second', 'by_day', 'none'], { description: 'by_second unless told' })),
  timezone: Type.Optional(Type.String({ description: 'IANA; UTC unless told' })),
  period: Type.Object({ start: InstantText, end: InstantText }),
  at: { ...InstantText, description: 'When the change comes; before the period all of it is left, after it nothing' },
  old_amount: DecimalText,
  new_amount: DecimalText,
});
const ProrationView = Type.Object({ credit: Type.String(), charge: Type.String(), net: Type.String() });

export const RolloverBody = Type.Object({
  included: DecimalText,
  carried: Type.Optional(DecimalText),
  used: DecimalText,
  cap: Type.Optional(Nullable(RolloverCap)),
  next_included: Type.Optional({ ...DecimalText, description: 'What the next window includes; the same unless told' }),
});
const RolloverView = Type.Object({ carry: Type.String(), next_available: Type.String() });

export const BurnBody = Type.Object({
  credits: Type.Array(
    Type.Object({
      id: Type.String(),
      amount: DecimalText,
      priority: Type.Optional(Type.Integer({ description: 'Lower goes first; 50 unless told' })),
      kind: Type.Optional(Words(['granted', 'purchased'], { description: 'Granted goes first; purchased unless told' })),
      expires_at: Type.Optional(Nullable(InstantText)),
      created_at: Type.Optional(InstantText),
    }),
    { maxItems: 1000 },
  ),
  use: DecimalText,
  at: Type.Optional({ ...InstantText, description: 'Credits that have expired by then give nothing; none has unless told' }),
});
const Shares = Type.Array(Type.Object({ id: Type.String(), amount: Type.String() }));
const BurnView = Type.Object({ used: Shares, remaining: Shares, uncovered: Type.String() });

export const TaxBody = Type.Object({ currency: Type.String(), subtotal: DecimalText, rate_percent: DecimalText, inclusive: Type.Optional(Type.Boolean({ description: 'Whether the subtotal holds the tax already' })) });
const TaxView = Type.Object({ subtotal: Type.String(), tax: Type.String(), total: Type.String() }, { description: 'Always subtotal + tax = total' });

/** Rules without stored data; any secret or customer key may ask. */
export function calculateRoutes(app: FastifyInstance, _context: HttpContext): void {
  const tags = ['calculator'];
  const config = { right: 'catalog:read' } as const;
  app.post<{ Body: AmountQuestion }>(
    '/v1/calculate/amount',
    { config, schema: { tags, summary: 'What a quantity costs under a price', body: AmountBody, response: { 200: AmountView } } },
    (request) => Promise.resolve(amountView(request.body)),
  );
  app.post<{ Body: PeriodsQuestion }>(
    '/v1/calculate/periods',
    { config, schema: { tags, summary: 'The periods of an anchor, or the one that contains a moment', body: PeriodsBody, response: { 200: PeriodsView } } },
    (request) => Promise.resolve(periodsView(request.body)),
  );
  app.post<{ Body: ProrationQuestion }>(
    '/v1/calculate/proration',
    { config, schema: { tags, summary: 'What a change within a period gives back and charges', body: ProrationBody, response: { 200: ProrationView } } },
    (request) => Promise.resolve(calculateProration(request.body)),
  );
  app.post<{ Body: RolloverQuestion }>(
    '/v1/calculate/rollover',
    { config, schema: { tags, summary: 'What unused units carry into the next window', body: RolloverBody, response: { 200: RolloverView } } },
    (request) => Promise.resolve(calculateRollover(request.body)),
  );
  app.post<{ Body: BurnQuestion }>(
    '/v1/calculate/burn',
    { config, schema: { tags, summary: 'Which wallet credits a use takes from', body: BurnBody, response: { 200: BurnView } } },
    (request) => Promise.resolve(calculateBurn(request.body)),
  );
  app.post<{ Body: TaxQuestion }>(
    '/v1/calculate/tax',
    { config, schema: { tags, summary: 'The tax on an amount', body: TaxBody, response: { 200: TaxView } } },
    (request) => Promise.resolve(calculateTax(request.body)),
  );
}

/** What a quantity costs, as the API tells it. @throws Refusal `invalid_request`. */
export function amountView(question: AmountQuestion): Static<typeof AmountView> {
  const { amount, lines } = calculateAmount(question);
  return { amount, lines: lines.map(ratedLineText) };
}

/** The periods of a question, as the API tells them. @throws Refusal `invalid_request`. */
export function periodsView(question: PeriodsQuestion): Static<typeof PeriodsView> {
  return { periods: calculatePeriods(question).map(({ startsAt, endsAt }) => ({ start: instantText(startsAt), end: instantText(endsAt) })) };
}
