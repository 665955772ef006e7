import type { FlatModel, Grant, Interval, Model, Plan, Price, Tier, UsagePrice } from '@paidup/sdk';
import { formatMoney } from '../../part/money.js';
import { formatQuantity } from '../../part/quantity.js';

/** "month" or "3 months". */
export function wordsOfInterval({ unit, count }: Interval): string {
  return count === 1 ? unit : `${count} ${unit}s`;
}

/** What a fixed price says: "€29.00 a month", "€4.00 a month for each". */
export function wordsOfFixed(price: Extract<Price, { type: 'fixed' }>, { currency, interval }: Pick<Plan, 'currency' | 'interval'>): string {
  const amount = `${formatMoney({ amount: price.amount, currency })} a ${wordsOfInterval(interval)}`;
  if (price.package != null) return `${amount} for every ${formatQuantity(price.package.size)}${price.package.round === 'down' ? ' that is full' : ''}`;
  return price.per_seat === true ? `${amount} for each` : amount;
}

/** What a model says, in a line. */
export function wordsOfModel(model: Model, { currency, unit }: { currency: string; unit: string | null }): string {
  const money = (amount: string): string => formatMoney({ amount, currency });
  const one = unit ?? 'unit';
  switch (model.type) {
    case 'per_unit':
      return /[1-9]/.test(model.amount) ? `${money(model.amount)} a ${one}` : 'free of charge';
    case 'package':
      return `${money(model.amount)} for every ${formatQuantity(model.size, unit)}${model.round === 'down' ? ' that are full' : ''}`;
    case 'graduated':
      return `each ${one} at the rate of its own tier, ${model.tiers.length} tiers`;
    case 'volume':
      return `every ${one} at the rate of the tier that is reached, ${model.tiers.length} tiers`;
    case 'dimensional':
      return `by ${model.dimensions.join(' and ')}, ${model.cells.length} rates`;
  }
}

export const MODEL_NAMES: Record<Model['type'], string> = { per_unit: 'Per unit', package: 'Package', graduated: 'Graduated tiers', volume: 'Volume tiers', dimensional: 'By dimension' };

/** Where a tier lies: "1 to 1,000", "over 10,000". */
export function wordsOfTier(tier: Tier, before: Tier | undefined): string {
  const from = before?.up_to ?? '0';
  return tier.up_to === null ? `over ${formatQuantity(from)}` : `over ${formatQuantity(from)}, up to ${formatQuantity(tier.up_to)}`;
}

/** What is included, and over which stretch it counts. */
export function wordsOfIncluded(price: UsagePrice, { interval, unit }: { interval: Interval; unit: string | null }): string {
  const { included = '0', window } = price;
  const stretch = window == null ? `a ${wordsOfInterval(interval)}` : window.unit === 'lifetime' ? 'for good' : `a ${wordsOfInterval({ unit: window.unit, count: window.count ?? 1 })}`;
  if (!/[1-9]/.test(included) && included !== 'unlimited') return 'nothing included';
  return `${formatQuantity(included, unit)} ${included === 'unlimited' ? '' : `${stretch} `}included`.trim();
}

/** What a grant gives. */
export function wordsOfGrant({ granted, limit, price, per_quantity_of: seats }: Grant): string {
  if (granted === false) return 'not granted';
  if (price != null) return `counted by ${price}`;
  if (limit == null) return 'granted';
  return `${formatQuantity(limit)}${seats == null ? '' : ` for each of ${seats}`}`;
}

/** The model of one cell, or the model itself. */
export function flatModelOf(model: Model, cell: number): FlatModel | undefined {
  return model.type === 'dimensional' ? model.cells[cell]?.model : model;
}

/** "region eu, tier fast" */
export function wordsOfCell(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
