import { isNegative, isPositive, parseDecimal, ZERO, type Decimal } from './decimal.js';
import { MAX_INTERVAL_COUNT, type Interval } from './period.js';
import type { InputError } from './problems.js';

/** A stretch of quantity up to and with `upTo`; null for the rest. Amounts in major units. */
export interface Tier {
  readonly upTo: Decimal | null;
  readonly unitAmount: Decimal;
  readonly flatAmount: Decimal;
}

/** So many units are sold together; a package that is not full counts as one (`up`) or not at all (`down`). */
export interface Packages {
  readonly size: Decimal;
  readonly round: 'up' | 'down';
}

/** How a quantity becomes an amount. */
export type FlatModel =
  | { readonly type: 'per_unit'; readonly amount: Decimal }
  | ({ readonly type: 'package'; readonly amount: Decimal } & Packages)
  | { readonly type: 'graduated' | 'volume'; readonly tiers: readonly Tier[] };

/** A model of its own for each combination of values; each group is rated alone. */
export interface DimensionalModel {
  readonly type: 'dimensional';
  readonly dimensions: readonly string[];
  readonly cells: ReadonlyArray<{ readonly values: readonly string[]; readonly model: FlatModel }>;
}

export type PriceModel = FlatModel | DimensionalModel;

/** A rule about money for usage: what is free, the model, and the bounds of the amount per window. */
export interface Rate {
  readonly model: PriceModel;
  /** Units that cost nothing; `unlimited` when only counted. */
  readonly included: Decimal | 'unlimited';
  readonly minimum: Decimal | null;
  readonly maximum: Decimal | null;
}

export interface TierDefinition {
  readonly up_to: string | null;
  readonly unit_amount?: string | undefined;
  readonly flat_amount?: string | undefined;
}

/** Packages as the API takes them; rounded up unless told. */
export interface PackagesDefinition {
  readonly size: string;
  readonly round?: 'up' | 'down' | undefined;
}

export type FlatModelDefinition =
  | { readonly type: 'per_unit'; readonly amount: string }
  | ({ readonly type: 'package'; readonly amount: string } & PackagesDefinition)
  | { readonly type: 'graduated' | 'volume'; readonly tiers: readonly TierDefinition[] };

/** A price model as the API takes it. */
export type ModelDefinition =
  | FlatModelDefinition
  | {
      readonly type: 'dimensional';
      readonly dimensions: readonly string[];
      readonly cells: ReadonlyArray<{ readonly values: Readonly<Record<string, string>>; readonly model: FlatModelDefinition }>;
    };

/** Collects what is wrong and hands back something usable, so that one answer names every fault. */
export class InputReader {
  readonly errors: InputError[] = [];

  fault(pointer: string, detail: string): void {
    this.errors.push({ pointer, detail });
  }

  decimal(text: string | undefined | null, pointer: string): Decimal {
    const value = text == null ? undefined : parseDecimal(text);
    if (value === undefined) this.fault(pointer, 'must be a decimal string, such as "12.50"');
    return value ?? ZERO;
  }

  notNegative(text: string | undefined | null, pointer: string): Decimal {
    const value = this.decimal(text, pointer);
    if (isNegative(value)) this.fault(pointer, 'must not be negative');
    return value;
  }

  positive(text: string | undefined | null, pointer: string): Decimal {
    const before = this.errors.length;
    const value = this.decimal(text, pointer);
    if (this.errors.length === before && !isPositive(value)) this.fault(pointer, 'must be above zero');
    return value;
  }

  interval(interval: Interval, pointer: string): Interval {
    if (!Number.isInteger(interval.count) || interval.count < 1 || interval.count > MAX_INTERVAL_COUNT) {
      this.fault(`${pointer}/count`, `must be a whole number from 1 to ${MAX_INTERVAL_COUNT}`);
    }
    return interval;
  }
}

export function parseModel(definition: ModelDefinition, pointer: string, reader: InputReader): PriceModel {
  if (definition.type !== 'dimensional') return parseFlatModel(definition, pointer, reader);
  const { dimensions } = definition;
  if (dimensions.length === 0) reader.fault(`${pointer}/dimensions`, 'must name at least one dimension');
  const seen = new Set<string>();
  const cells = definition.cells.map((cell, index) => {
    const values = dimensions.map((dimension) => {
      const value = cell.values[dimension];
      if (value === undefined) reader.fault(`${pointer}/cells/${index}/values`, `needs a value for "${dimension}"`);
      return value ?? '';
    });
    const key = dimensionKey(values);
    if (seen.has(key)) reader.fault(`${pointer}/cells/${index}/values`, 'stands in another cell too');
    seen.add(key);
    return { values, model: parseFlatModel(cell.model, `${pointer}/cells/${index}/model`, reader) };
  });
  if (cells.length === 0) reader.fault(`${pointer}/cells`, 'must hold at least one cell');
  return { type: 'dimensional', dimensions, cells };
}

/** The text under which a combination of dimension values is counted; empty for prices without dimensions. */
export function dimensionKey(values: readonly string[]): string {
  return values.length === 0 ? '' : JSON.stringify(values);
}

function parseFlatModel(definition: FlatModelDefinition, pointer: string, reader: InputReader): FlatModel {
  switch (definition.type) {
    case 'per_unit':
      return { type: 'per_unit', amount: reader.notNegative(definition.amount, `${pointer}/amount`) };
    case 'package':
      return { type: 'package', amount: reader.notNegative(definition.amount, `${pointer}/amount`), ...parsePackages(definition, pointer, reader) };
    case 'graduated':
    case 'volume':
      return { type: definition.type, tiers: parseTiers(definition.tiers, `${pointer}/tiers`, reader) };
  }
}

export function parsePackages(definition: PackagesDefinition, pointer: string, reader: InputReader): Packages {
  return { size: reader.positive(definition.size, `${pointer}/size`), round: definition.round ?? 'up' };
}

function parseTiers(definitions: readonly TierDefinition[], pointer: string, reader: InputReader): Tier[] {
  if (definitions.length === 0) reader.fault(pointer, 'must hold at least one tier');
  let below = ZERO;
  return definitions.map((tier, index) => {
    const here = `${pointer}/${index}`;
    const upTo = tier.up_to === null ? null : reader.positive(tier.up_to, `${here}/up_to`);
    if (upTo === null && index !== definitions.length - 1) reader.fault(`${here}/up_to`, 'may be null in the last tier only');
    if (upTo !== null && upTo.lte(below)) reader.fault(`${here}/up_to`, 'must be greater than in the tier before');
    below = upTo ?? below;
    return {
      upTo,
      unitAmount: reader.notNegative(tier.unit_amount ?? '0', `${here}/unit_amount`),
      flatAmount: reader.notNegative(tier.flat_amount ?? '0', `${here}/flat_amount`),
    };
  });
}
