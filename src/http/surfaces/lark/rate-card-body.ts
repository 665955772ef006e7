import { Type, type Static } from 'typebox';
import { parseCurrency, type Currency } from '../../../core/currency.js';
import { decimalFromJson, isNegative, ZERO } from '../../../core/decimal.js';
import type { Meter } from '../../../core/meter.js';
import type { PlanDefinition, PriceDefinition } from '../../../core/plan.js';
import { InputReader, type FlatModelDefinition, type ModelDefinition, type PackagesDefinition } from '../../../core/price.js';
import { invalidInput } from '../../../core/problems.js';
import { Metadata, Nullable } from '../../schema.js';
import { slugOf } from './code.js';
import { fromMinorUnits } from './money.js';
import { WORDS, type LarkWords } from './words.js';

/** A rate card as Lark's clients of any age send it: contracts/lark.md sections 3 and 5. */

const Words = { name: Type.String({ minLength: 1, maxLength: 255 }), code: Type.Optional(Type.String()), description: Type.Optional(Nullable(Type.String({ maxLength: 4096 }))) };

const PriceBody = Type.Record(Type.String(), Type.Any(), {
  description: 'flat: {price_type, amount}; package: {price_type, amount, package_units, rounding_behavior}; an amount is {currency_code, value in the smallest unit}',
});

const FixedRateBody = Type.Object({ ...Words, price: PriceBody });

const UsageRateBody = Type.Object({
  ...Words,
  usage_based_rate_type: Type.Optional(Type.Union([Type.Literal('simple'), Type.Literal('dimensional')])),
  pricing_metric_id: Type.String(),
  included_units: Type.Optional(Nullable(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))),
  price: Type.Optional(PriceBody),
  dimensions: Type.Optional(Type.Array(Type.Object({ key: Type.String(), values: Type.Array(Type.String(), { minItems: 1, maxItems: 1000 }), description: Type.Optional(Nullable(Type.String({ maxLength: 4096 }))) }), { minItems: 1, maxItems: 10 })),
  pricing_matrix: Type.Optional(Type.Object({ cells: Type.Array(Type.Object({ dimension_coordinates: Type.Record(Type.String(), Type.String()), price: PriceBody }), { minItems: 1, maxItems: 1000 }) })),
});

export const RateCardBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 255 }),
  billing_interval: Type.Union([Type.Literal('monthly'), Type.Literal('yearly')]),
  description: Type.Optional(Nullable(Type.String({ maxLength: 4096 }))),
  fixed_rates: Type.Optional(Nullable(Type.Array(FixedRateBody, { maxItems: 100 }))),
  usage_based_rates: Type.Optional(Nullable(Type.Array(UsageRateBody, { maxItems: 100 }))),
  metadata: Type.Optional(Nullable(Metadata)),
  rate_catalog_id: Type.Optional(Nullable(Type.String())),
});

type CardBody = Static<typeof RateCardBody>;
type UsageBody = Static<typeof UsageRateBody>;

/** The meters that the card's metrics stand for, by pricing metric id. */
export type Meters = ReadonlyMap<string, Meter>;

/** What a card is read with: what is wrong is gathered, and the one currency of all its amounts is found. */
class CardReader extends InputReader {
  currency: Currency | undefined;
  /** The code of that currency as it was written. */
  currencyCode = '';
  readonly #codes = new Set<string>();

  currencyOf(code: unknown, pointer: string): Currency {
    const currency = typeof code === 'string' ? parseCurrency(code) : undefined;
    if (currency === undefined) this.fault(`${pointer}/currency_code`, 'must be an ISO 4217 currency, such as "usd"');
    else if (this.currency !== undefined && this.currency !== currency) this.fault(`${pointer}/currency_code`, 'must be one currency for the whole rate card');
    else if (this.currency === undefined) [this.currency, this.currencyCode] = [currency, code as string];
    return currency ?? ('USD' as Currency);
  }

  /** Clients of 2025 sent no codes: then it is made of the name. */
  code({ code, name }: { code?: string; name: string }): string {
    if (code !== undefined) return code;
    const slug = slugOf(name, 'rate');
    let made = slug;
    for (let count = 2; this.#codes.has(made); count += 1) made = `${slug}_${count}`;
    this.#codes.add(made);
    return made;
  }
}

/** The card as a plan. Its fixed prices come first, in the order of the card. @throws Refusal `invalid_request`. */
export function planDefinitionOf(body: CardBody, meters: Meters): PlanDefinition {
  const reader = new CardReader();
  const words: { -readonly [Key in keyof LarkWords]: LarkWords[Key] } & { descriptions: Record<string, string>; dimensions: Record<string, LarkWords['dimensions'][string]> } = { currency_code: '', descriptions: {}, dimensions: {} };
  const describe = (code: string, description: string | null | undefined): void => {
    if (description != null) words.descriptions[code] = description;
  };
  const fixed = (body.fixed_rates ?? []).map((rate, index): PriceDefinition => {
    const code = reader.code(rate);
    describe(code, rate.description);
    return { code, name: rate.name, type: 'fixed', per_seat: true, ...readFixedPrice(rate.price, `/fixed_rates/${index}/price`, reader) };
  });
  const usage = (body.usage_based_rates ?? []).map((rate, index): PriceDefinition => {
    const code = reader.code(rate);
    describe(code, rate.description);
    if (rate.dimensions !== undefined) words.dimensions[code] = rate.dimensions.map(({ key, values, description }) => ({ key, values, description: description ?? null }));
    const pointer = `/usage_based_rates/${index}`;
    return { code, name: rate.name, type: 'usage', meter: meterCode(rate, meters, `${pointer}/pricing_metric_id`, reader), included: String(rate.included_units ?? 0), model: readModel(rate, pointer, reader) };
  });
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  words.currency_code = reader.currencyCode;
  if (body.rate_catalog_id != null) words.rate_catalog_id = body.rate_catalog_id;
  return {
    name: body.name,
    description: body.description ?? null,
    currency: reader.currency ?? 'USD',
    interval: { unit: body.billing_interval === 'monthly' ? 'month' : 'year', count: 1 },
    // A card on file is charged when the subscription begins and with each cycle: section 4.
    collection: 'charge',
    prices: [...fixed, ...usage],
    metadata: { ...body.metadata, [WORDS]: JSON.stringify(words) },
  };
}

function meterCode({ pricing_metric_id: id }: UsageBody, meters: Meters, pointer: string, reader: CardReader): string {
  const meter = meters.get(id);
  if (meter === undefined) reader.fault(pointer, `there is no pricing metric "${id}"`);
  return meter?.code ?? '';
}

function readFixedPrice(price: Record<string, unknown>, pointer: string, reader: CardReader): { amount: string; package?: PackagesDefinition } {
  const model = readPrice(price, pointer, reader);
  return model.type === 'per_unit' ? { amount: model.amount } : { amount: model.amount, package: { size: model.size, round: model.round } };
}

function readModel(rate: UsageBody, pointer: string, reader: CardReader): ModelDefinition {
  if (rate.usage_based_rate_type !== 'dimensional') {
    if (rate.price === undefined) reader.fault(`${pointer}/price`, 'is needed');
    return rate.price === undefined ? { type: 'per_unit', amount: '0' } : readPrice(rate.price, `${pointer}/price`, reader);
  }
  const { dimensions, pricing_matrix: matrix } = rate;
  if (dimensions === undefined) reader.fault(`${pointer}/dimensions`, 'is needed');
  if (matrix === undefined) reader.fault(`${pointer}/pricing_matrix`, 'is needed');
  const cells = (matrix?.cells ?? []).map((cell, index) => {
    const here = `${pointer}/pricing_matrix/cells/${index}`;
    for (const { key, values } of dimensions ?? []) {
      const value = cell.dimension_coordinates[key];
      if (value === undefined || !values.includes(value)) reader.fault(`${here}/dimension_coordinates/${key}`, 'must be one of the values of the dimension');
    }
    return { values: cell.dimension_coordinates, model: readPrice(cell.price, `${here}/price`, reader) };
  });
  return { type: 'dimensional', dimensions: (dimensions ?? []).map(({ key }) => key), cells };
}

/** `{price_type, amount: {value, currency_code}}`, or as the guide and older clients have it: `{type, amount, currency_code}`. */
function readPrice(price: Record<string, unknown>, pointer: string, reader: CardReader): Exclude<FlatModelDefinition, { type: 'graduated' | 'volume' }> {
  const type = price.price_type ?? price.type ?? 'flat';
  const isObject = typeof price.amount === 'object' && price.amount !== null;
  const amount = (isObject ? price.amount : { value: price.amount, currency_code: price.currency_code }) as { value?: unknown; currency_code?: unknown };
  const currency = reader.currencyOf(amount.currency_code, isObject ? `${pointer}/amount` : pointer);
  const value = decimalFromJson(amount.value);
  if (value === undefined || isNegative(value)) reader.fault(isObject ? `${pointer}/amount/value` : `${pointer}/amount`, 'must be a decimal in the smallest unit of the currency, not negative');
  const major = fromMinorUnits(value ?? ZERO, currency);
  if (type === 'package') {
    const { package_units: units, rounding_behavior: rounding } = price;
    if (!Number.isSafeInteger(units) || (units as number) < 1) reader.fault(`${pointer}/package_units`, 'must be a whole number, at least 1');
    if (rounding !== 'round_up' && rounding !== 'round_down') reader.fault(`${pointer}/rounding_behavior`, 'must be round_up or round_down');
    return { type: 'package', size: String(units), amount: major, round: rounding === 'round_down' ? 'down' : 'up' };
  }
  if (type !== 'flat') reader.fault(`${pointer}/price_type`, 'must be flat or package');
  return { type: 'per_unit', amount: major };
}
