import { decimalFromJson, decimalText } from '../core/decimal.js';
import { isRecord, type Json, type Maybe } from '../reader/json.js';
import type { LarkCard, LarkMetric, Texts } from '../reader/lark-api.js';

/** Metadata in which an import keeps what a thing was called in Lark: how it finds it again. */
export const CAME_FROM = { subject: 'lark.subject_id', card: 'lark.rate_card_id', subscription: 'lark.subscription_id' } as const;

const OWN: readonly string[] = Object.values(CAME_FROM);

/** The metadata without what imports keep there. */
export function ownMetadata(metadata: Texts): Texts {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !OWN.includes(name)));
}

/** What a metric is, whatever its id. */
export function metricWords(metric: LarkMetric): { readonly [name: string]: Json } {
  const { id: _id, dimensions, ...words } = metric;
  return { ...words, dimensions: [...dimensions] };
}

/** What a card is, whatever the ids of the card, its rates and their metrics. `metricOf` may know nothing. */
export function cardWords(card: LarkCard, metricOf: (id: string) => LarkMetric | undefined): { readonly [name: string]: Json } {
  const { name, description, interval, metadata } = card;
  const rates = [...card.fixedRates, ...card.usageRates].map(({ code, metricId, words }): readonly [string, Json] => {
    const { pricing_metric_id: _id, price, pricing_matrix: matrix, included_units: included, ...others } = words;
    const rest = { ...others, included_units: figureText(included), price: priceWords(price), pricing_matrix: matrixWords(matrix) };
    const metric = metricId === null ? undefined : metricOf(metricId);
    return [code, { ...rest, ...(metricId === null ? {} : { metric: metric === undefined ? null : metric.name }) }];
  });
  return { name, description, billing_interval: interval, metadata: { ...ownMetadata(metadata) }, rates: Object.fromEntries(rates) };
}

/** A figure in one notation; null where there is none. */
export function figureText(value: Maybe): string | null {
  if (value === undefined || value === null) return null;
  const figure = decimalFromJson(value);
  return figure === undefined ? JSON.stringify(value) : decimalText(figure);
}

/** Figures by name, in one notation. */
export function figureTexts(values: Texts): { [name: string]: Json } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, figureText(value)]));
}

/** What is missing is flat; currencies are written in small letters or capitals. */
function priceWords(price: Maybe): Json {
  if (!isRecord(price)) return null;
  const amount = isRecord(price['amount']) ? price['amount'] : {};
  const code = amount['currency_code'];
  return { ...price, price_type: price['price_type'] ?? 'flat', amount: { value: figureText(amount['value']), currency_code: typeof code === 'string' ? code.toLowerCase() : null } };
}

function matrixWords(matrix: Maybe): Json {
  const cells = isRecord(matrix) && Array.isArray(matrix['cells']) ? matrix['cells'] : null;
  return cells === null ? null : { cells: cells.map((cell) => (isRecord(cell) ? { ...cell, price: priceWords(cell['price']) } : cell)) };
}
