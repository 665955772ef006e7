import {
  ONE, ZERO, add, decimal, decimalText, divide, isPositive, larger, multiply, notBelowZero, smaller, subtract, sum, type Decimal,
} from './decimal.js';
import type { FlatModel, Packages, Rate, Tier } from './price.js';

/** A part of a rated amount: exact, in major units, with the quantity it is for. */
export interface RatedLine {
  readonly description: string;
  readonly quantity: Decimal;
  readonly unitAmount: Decimal | null;
  readonly amount: Decimal;
}

export interface Rated {
  /** Exact, in major units; rounded only when it becomes an invoice line. */
  readonly amount: Decimal;
  readonly lines: readonly RatedLine[];
}

/** Quantity counted under one combination of dimension values (none for a price without dimensions). */
export interface CountedQuantity {
  readonly values: readonly string[];
  readonly quantity: Decimal;
}

/**
 * What a window's quantity costs: free units first (in the order of the cells for a dimensional price), then the
 * model on what is above them, then minimum and maximum. A quantity below zero counts as zero.
 * Zero usage costs the first tier's flat amount under graduated and volume, nothing otherwise.
 */
export function rate(rateRule: Rate, quantities: readonly CountedQuantity[], free: Decimal | 'unlimited'): Rated {
  return withinBounds(rateRule, rateGross(rateRule, quantities, free));
}

/** As `rate`, with `percentOff` taken off before minimum and maximum: a discount does not undercut what is owed at least. */
export function rateDiscounted(rateRule: Rate, input: { quantities: readonly CountedQuantity[]; free: Decimal | 'unlimited'; percentOff: Decimal }): Decimal {
  const gross = rateGross(rateRule, input.quantities, input.free).amount;
  const rest = divide({ dividend: multiply(gross, subtract(HUNDRED, input.percentOff)), divisor: HUNDRED, scale: EXACT_SCALE, rounding: 'half_away_from_zero' });
  return withinBounds(rateRule, { amount: rest, lines: [] }).amount;
}

const HUNDRED = decimal(100);
/** More places than an amount and a percentage written by people have together. */
const EXACT_SCALE = 130;

function rateGross(rateRule: Rate, quantities: readonly CountedQuantity[], free: Decimal | 'unlimited'): Rated {
  return free === 'unlimited' ? { amount: ZERO, lines: [] } : rateGroups(rateRule, quantities, free);
}

/**
 * What `quantity` more units cost when `already` units of the same window were billed before: the cost of all less
 * the cost of those, both under the maximum; a minimum is owed only on all of it.
 */
export function rateIncrement(rateRule: Rate, input: { already: Decimal; quantity: Decimal; free: Decimal }): Rated {
  const all = rate(rateRule, [{ values: [], quantity: add(input.already, input.quantity) }], input.free);
  if (!isPositive(input.already)) return all;
  const before = rate({ ...rateRule, minimum: null }, [{ values: [], quantity: input.already }], input.free);
  const lines = [...all.lines, { description: 'already billed', quantity: input.already, unitAmount: null, amount: subtract(ZERO, before.amount) }];
  return { amount: subtract(all.amount, before.amount), lines };
}

function rateGroups(rateRule: Rate, quantities: readonly CountedQuantity[], free: Decimal): Rated {
  const { model } = rateRule;
  if (model.type !== 'dimensional') {
    const total = sum(quantities.map((counted) => counted.quantity));
    return rateModel(model, notBelowZero(subtract(notBelowZero(total), free)));
  }
  // Combinations without a cell cost nothing, but they are use, and use up what is free first.
  const unpriced = quantities.filter((counted) => !model.cells.some((cell) => isSame(cell.values, counted.values)));
  let freeLeft = notBelowZero(subtract(free, notBelowZero(sum(unpriced.map((counted) => counted.quantity)))));
  const groups = model.cells.map((cell) => {
    const counted = notBelowZero(sum(quantities.filter((entry) => isSame(entry.values, cell.values)).map((entry) => entry.quantity)));
    const freeHere = smaller(freeLeft, counted);
    freeLeft = subtract(freeLeft, freeHere);
    const rated = rateModel(cell.model, subtract(counted, freeHere));
    const where = model.dimensions.map((dimension, index) => `${dimension}=${cell.values[index] ?? ''}`).join(', ');
    return { ...rated, lines: rated.lines.map((line) => ({ ...line, description: `${where}: ${line.description}` })) };
  });
  return { amount: sum(groups.map((group) => group.amount)), lines: groups.flatMap((group) => group.lines) };
}

/** The cost of a quantity (not negative, free units already taken off) under a model without dimensions. */
function rateModel(model: FlatModel, quantity: Decimal): Rated {
  switch (model.type) {
    case 'per_unit':
      return one({ description: 'units', quantity, unitAmount: model.amount, amount: multiply(quantity, model.amount) });
    case 'package': {
      const packages = packagesOf(quantity, model);
      return one({
        description: `packages of ${decimalText(model.size)}`,
        quantity: packages,
        unitAmount: model.amount,
        amount: multiply(packages, model.amount),
      });
    }
    case 'graduated':
      return rateGraduated(model.tiers, quantity);
    case 'volume':
      return rateVolume(model.tiers, quantity);
  }
}

/** How many packages a quantity (not negative) is billed as. */
export function packagesOf(quantity: Decimal, { size, round }: Packages): Decimal {
  return divide({ dividend: quantity, divisor: size, scale: 0, rounding: round === 'up' ? 'away_from_zero' : 'toward_zero' });
}

/** Each tier prices the units that lie in it; its flat amount is owed once the quantity enters it. */
function rateGraduated(tiers: readonly Tier[], quantity: Decimal): Rated {
  const lines: RatedLine[] = [];
  let from = ZERO;
  tiers.forEach((tier, index) => {
    const isEntered = index === 0 || quantity.gt(from);
    if (!isEntered) return;
    // The last tier is open-ended even when it names an upper end: nothing that was used goes unpriced.
    const to = tier.upTo === null || index === tiers.length - 1 ? quantity : smaller(quantity, tier.upTo);
    lines.push(...tierLines(tier, { from, quantity: subtract(to, from) }));
    from = tier.upTo ?? from;
  });
  return { amount: sum(lines.map((line) => line.amount)), lines };
}

/** The tier that the whole quantity reaches prices all of it. */
function rateVolume(tiers: readonly Tier[], quantity: Decimal): Rated {
  const tier = tiers.find((candidate) => candidate.upTo === null || quantity.lte(candidate.upTo)) ?? tiers.at(-1);
  if (tier === undefined) throw new Error('a volume model has at least one tier');
  const lines = tierLines(tier, { from: ZERO, quantity });
  return { amount: sum(lines.map((line) => line.amount)), lines };
}

function tierLines(tier: Tier, part: { from: Decimal; quantity: Decimal }): RatedLine[] {
  const range = tier.upTo === null ? `above ${decimalText(part.from)}` : `${decimalText(part.from)} to ${decimalText(tier.upTo)}`;
  const units: RatedLine = {
    description: `units, tier ${range}`,
    quantity: part.quantity,
    unitAmount: tier.unitAmount,
    amount: multiply(part.quantity, tier.unitAmount),
  };
  if (tier.flatAmount.eq(ZERO)) return [units];
  return [units, { description: `flat, tier ${range}`, quantity: ONE, unitAmount: tier.flatAmount, amount: tier.flatAmount }];
}

function withinBounds(rateRule: Rate, gross: Rated): Rated {
  const raised = rateRule.minimum === null ? gross.amount : larger(gross.amount, rateRule.minimum);
  const amount = rateRule.maximum === null ? raised : smaller(raised, rateRule.maximum);
  const difference = subtract(amount, gross.amount);
  if (difference.eq(ZERO)) return gross;
  const description = isPositive(difference) ? 'up to the minimum' : 'above the maximum';
  return { amount, lines: [...gross.lines, { description, quantity: ONE, unitAmount: difference, amount: difference }] };
}

function one(line: RatedLine): Rated {
  return { amount: line.amount, lines: [line] };
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}
