/*
 * The vendor's schemas as its published OpenAPI file had them, by date: a model written from the tables of
 * contracts/diga.md section 2, not from our own schemas. The file forbids no further fields.
 */

export const DIGA_VERSIONS = ['seed', '2026-03-11', '2026-04-07', '2026-07-03', '2026-07-22'] as const;
export type DigaVersion = (typeof DIGA_VERSIONS)[number];

type Schema = Record<string, unknown>;

/** R: required; N: may be null; O: optional; -: not in that version. One letter group a version, in their order. */
type Marks = readonly ['R' | 'RN' | 'O' | 'ON' | '-', 'R' | 'RN' | 'O' | 'ON' | '-', 'R' | 'RN' | 'O' | 'ON' | '-', 'R' | 'RN' | 'O' | 'ON' | '-', 'R' | 'RN' | 'O' | 'ON' | '-'];

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const integer: Schema = { type: 'integer' };
const flag: Schema = { type: 'boolean' };
const instant: Schema = { type: 'string', format: 'date-time' };
const always: Marks = ['R', 'R', 'R', 'R', 'R'];

const object = (required: Schema, optional: Schema = {}): Schema => ({ type: 'object', properties: { ...required, ...optional }, required: Object.keys(required) });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

const nextPhase = object({ name: text, period: { enum: ['month', 'year'] }, price: number });

/** "yes" in the seed's column says neither required nor nullable: the later optional N is taken. */
const SUBSCRIPTION: ReadonlyArray<readonly [string, Schema, Marks]> = [
  ['name', text, always],
  ['next_invoice_date', instant, ['RN', 'RN', 'RN', '-', '-']],
  ['next_invoice_amount', number, ['ON', 'ON', 'ON', '-', '-']],
  ['period_start', instant, always],
  ['period_end', instant, always],
  ['included_minutes', integer, always],
  ['max_concurrent_calls', integer, ['-', '-', '-', '-', 'ON']],
  ['active_since', instant, always],
  ['price', number, always],
  ['currency', text, always],
  ['period', { enum: ['month', 'year', 'day', 'week'] }, always],
  ['overage_price_per_minute', number, ['RN', 'RN', 'RN', 'RN', 'RN']],
  ['usage_based_billing_enabled', flag, always],
  ['minutes_count', integer, always],
  ['rollover_minutes_count', integer, always],
  ['next_payment_date', instant, always],
  ['next_phase', nextPhase, ['ON', 'ON', 'ON', 'ON', 'ON']],
  ['knowledge_storage_used_bytes', integer, ['-', 'R', 'R', 'R', 'R']],
  ['knowledge_items_count', integer, ['-', 'R', 'R', 'R', 'R']],
  ['knowledge_storage_limit_bytes', integer, ['-', 'ON', 'ON', 'ON', 'ON']],
  ['copilot_usage_percent', { ...number, minimum: 0, maximum: 100 }, ['-', '-', 'O', 'O', 'O']],
  ['included_workflows', integer, ['-', '-', '-', 'R', 'R']],
  ['workflows_count', integer, ['-', '-', '-', 'ON', 'ON']],
];

/** SubscriptionSchema as it was on a date. */
export function digaSubscriptionSchema(version: DigaVersion): Schema {
  const column = DIGA_VERSIONS.indexOf(version);
  const rows = SUBSCRIPTION.map(([name, schema, marks]) => ({ name, schema, mark: marks[column] ?? '-' })).filter(({ mark }) => mark !== '-');
  return {
    type: 'object',
    properties: Object.fromEntries(rows.map(({ name, schema, mark }) => [name, mark.endsWith('N') ? orNull(schema) : schema])),
    required: rows.filter(({ mark }) => mark.startsWith('R')).map(({ name }) => name),
  };
}

export const DIGA_UPCOMING_INVOICE = object({ plan_amount: number, extra_usage_amount: number, total_due: number, currency: text, next_payment_date: instant });

export const DIGA_PAYMENT_METHODS: Schema = {
  type: 'array',
  items: object(
    { id: text, type: text, card: orNull(object({ brand: text, last4: text, exp_month: integer, exp_year: integer })), link: orNull(object({}, { email: orNull(text) })) },
    { is_default: flag },
  ),
};

const addressParts = ['city', 'country', 'line1', 'line2', 'postal_code', 'state'];

export const DIGA_CUSTOMER = object(
  { id: text },
  {
    address: orNull(object({}, Object.fromEntries(addressParts.map((part) => [part, orNull(text)])))),
    email: orNull(text), name: orNull(text), phone: orNull(text), metadata: orNull({ type: 'object' }), default_payment_method_id: orNull(text),
  },
);

export const DIGA_KNOWLEDGE_USAGE = object({ used_bytes: integer, item_count: integer }, { limit_bytes: orNull(integer) });

export const DIGA_USAGE_ALERT = object({ id: { type: 'string', format: 'uuid' }, enabled: flag, percent: { ...integer, minimum: 1, maximum: 99 }, updated_at: instant });

export const DIGA_ERROR = object({ error_code: { type: 'string', pattern: '^[A-Z][A-Z0-9_]*$' }, message: text }, { status: { const: 'error' } });

export const DIGA_VALIDATION_ERROR = object({ detail: { type: 'array', minItems: 1, items: object({ loc: { type: 'array', items: { type: ['string', 'integer'] } }, msg: text, type: text }) } });
