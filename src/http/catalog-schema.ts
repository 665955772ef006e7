import { Type } from 'typebox';
import { DecimalText, Interval, Metadata, Nullable, Words } from './schema.js';

/** Shapes of the catalog, as PRODUCT's "Shapes that scripts rely on" gives them. */

export const MeterBody = Type.Object({
  name: Type.Optional(Type.String()),
  event_name: Type.String({ description: 'Events with this name are counted' }),
  aggregation: Words(['count', 'sum', 'max', 'last', 'unique']),
  property: Type.Optional(Nullable(Type.String({ description: 'Event property that is added, compared or told apart; not for count' }))),
  unit: Type.Optional(Nullable(Type.String())),
  dimensions: Type.Optional(Nullable(Type.Array(Type.String(), { maxItems: 10 }))),
  conversion: Type.Optional(
    Nullable(Type.Object({ divide_by: DecimalText, round: Type.Optional(Words(['up', 'none'])) }, { description: "Turns a window's total into sold units, such as seconds into minutes" })),
  ),
});

export const FeatureBody = Type.Object({
  name: Type.Optional(Type.String()),
  type: Words(['flag', 'limit', 'metered']),
  combine: Type.Optional(Words(['add', 'max'], { description: 'How limits of several subscriptions become one' })),
  unit: Type.Optional(Words(['count', 'size'])),
  meter: Type.Optional(Nullable(Type.String({ description: 'Code of the meter that counts its use' }))),
  metadata: Type.Optional(Metadata),
});

const Tier = Type.Object({ up_to: Nullable(DecimalText), unit_amount: Type.Optional(DecimalText), flat_amount: Type.Optional(DecimalText) });

const PerUnit = Type.Object({ type: Type.Literal('per_unit'), amount: DecimalText });
const Package = Type.Object({ type: Type.Literal('package'), size: DecimalText, amount: DecimalText, round: Type.Optional(Words(['up', 'down'])) });
const Tiered = Type.Object({ type: Words(['graduated', 'volume']), tiers: Type.Array(Tier, { minItems: 1, maxItems: 100 }) });

const FlatModel = oneOfType([
  ['per_unit', PerUnit],
  ['package', Package],
  ['graduated', Tiered],
  ['volume', Tiered],
]);

const Dimensional = Type.Object({
  type: Type.Literal('dimensional'),
  dimensions: Type.Array(Type.String(), { minItems: 1, maxItems: 10 }),
  cells: Type.Array(Type.Object({ values: Type.Record(Type.String(), Type.String()), model: FlatModel }), { minItems: 1, maxItems: 1000 }),
});

export const Model = oneOfType([
  ['per_unit', PerUnit],
  ['package', Package],
  ['graduated', Tiered],
  ['volume', Tiered],
  ['dimensional', Dimensional],
]);

const PriceCode = { code: Type.String(), name: Type.Optional(Type.String()), paid_from: Type.Optional(Words(['invoice', 'wallet'])) };

const FixedPrice = Type.Object({
  ...PriceCode,
  type: Type.Literal('fixed'),
  amount: DecimalText,
  per_seat: Type.Optional(Type.Boolean({ description: 'Whether a subscription may have a quantity of it other than one' })),
  package: Type.Optional(Nullable(Type.Object({ size: DecimalText, round: Type.Optional(Words(['up', 'down'])) }, { description: 'The amount is for so many of the quantity; a package that is not full counts as one (up, unless told) or not at all (down). Needs per_seat' }))),
  renewal: Type.Optional(Words(['same_quantity', 'cover_usage'], { description: 'cover_usage: each turn raises its quantity until the limits that it multiplies cover what is used (for prices paid from the wallet); same_quantity unless told' })),
  below_usage: Type.Optional(Words(['allowed', 'refused'], { description: 'Whether its quantity may go below what is used of a limit that it multiplies; allowed unless told' })),
});

// One of the two, told by number: a union would take both and check only the one that fits.
export const RolloverCap = Type.Object(
  { multiple: Type.Optional(DecimalText), units: Type.Optional(DecimalText) },
  { minProperties: 1, maxProperties: 1, additionalProperties: false, description: 'At most so many times the next included, or so many units' },
);

const UsagePrice = Type.Object({
  ...PriceCode,
  type: Type.Literal('usage'),
  meter: Type.String(),
  included: Type.Optional(Type.String({ description: 'Units that cost nothing, or "unlimited" to count only' })),
  model: Model,
  window: Type.Optional(
    Nullable(Type.Object({ unit: Words(['day', 'week', 'month', 'year', 'lifetime']), count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })) }, { description: 'By default the billing period' })),
  ),
  rollover: Type.Optional(
    Nullable(
      Type.Object({ cap: Type.Optional(Nullable(RolloverCap)) }, { description: 'Unused units carry over, at most the cap' }),
    ),
  ),
  overage: Type.Optional(Words(['allowed', 'blocked'])),
  overage_cap: Type.Optional(Nullable({ ...DecimalText, description: 'The most that a window may cost; use that would cost more is blocked' })),
  minimum: Type.Optional(Nullable(DecimalText)),
  maximum: Type.Optional(Nullable(DecimalText)),
});

const Grant = Type.Object({
  feature: Type.String(),
  granted: Type.Optional(Type.Boolean()),
  limit: Type.Optional(Nullable(Type.String({ description: 'A decimal, or "unlimited"' }))),
  per_quantity_of: Type.Optional(Nullable(Type.String({ description: 'Code of the fixed price whose quantity multiplies the limit' }))),
  price: Type.Optional(Nullable(Type.String({ description: 'Code of the usage price that counts it' }))),
  combine: Type.Optional(Nullable(Words(['add', 'max'], { description: 'How the limit joins those of other plans; as the feature says unless told' }))),
});

export const PlanBody = Type.Object({
  name: Type.Optional(Type.String()),
  description: Type.Optional(Nullable(Type.String())),
  currency: Type.String({ examples: ['EUR'] }),
  interval: Interval,
  alignment: Type.Optional(Words(['anniversary', 'calendar'])),
  trial_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650 })),
  trial_requires_payment_method: Type.Optional(Type.Boolean({ description: 'A trial ends the subscription unless a payment method is on file by then' })),
  proration: Type.Optional(Words(['by_second', 'by_day', 'none'], { description: 'How parts of a period are measured; by_second unless told' })),
  minimum: Type.Optional(Nullable({ ...DecimalText, description: 'The least that a billing period costs, fixed prices and usage together' })),
  maximum: Type.Optional(Nullable({ ...DecimalText, description: 'The most that a billing period costs' })),
  invoice_grace_hours: Type.Optional(Type.Integer({ minimum: 0, maximum: 720, description: 'How long an invoice with usage waits for late events before it is final' })),
  collection: Type.Optional(Words(['send', 'charge'], { description: 'charge: what is due on its invoices is charged to the card on file as they are issued; send: somebody pays them; send unless told' })),
  wallet_credit: Type.Optional(Words(['applied', 'kept'], { description: 'Whether the wallet pays invoices as far as it goes; applied unless told' })),
  invoice_series: Type.Optional(Type.String({ description: 'The series that its invoices are numbered in; INV unless told', examples: ['INV'] })),
  self_service: Type.Optional(Type.Boolean({ description: 'Whether a customer may take it, change it and leave it by itself (plan-options, plan-change); false unless told' })),
  family: Type.Optional(Nullable(Type.String({ description: 'A customer changes by itself between plans of one family; those that name none are one too' }))),
  features: Type.Optional(Type.Array(Grant, { maxItems: 500 })),
  prices: Type.Optional(
    Type.Array(
      oneOfType([
        ['fixed', FixedPrice],
        ['usage', UsagePrice],
      ]),
      { maxItems: 200 },
    ),
  ),
  metadata: Type.Optional(Metadata),
});

/**
 * One of several shapes told apart by `type`. Written as a chain of conditions, so that what is wrong is named where
 * it is wrong; a plain union would list the faults of every shape that was not meant.
 */
function oneOfType(shapes: ReadonlyArray<readonly [type: string, schema: object]>) {
  return Type.Unsafe<object>({
    type: 'object',
    required: ['type'],
    properties: { type: { type: 'string', enum: shapes.map(([type]) => type) } },
    allOf: shapes.map(([type, schema]) => ({ if: { properties: { type: { const: type } }, required: ['type'] }, then: schema })),
  });
}
