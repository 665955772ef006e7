import type { FeatureInput, Grant, MeterInput, PlanInput, Price } from '@paidup/sdk';
import { decimal, decimalText, divide } from '../core/decimal.js';
import { field, flag, isRecord, items, text, type Json, type Maybe } from '../reader/json.js';
import { codeOf } from './code.js';
import { moneyOf, quantityOf } from './single.js';

/** A plan of DocSpace in Paidup's words, with what it is counted by. Source of the words: docs/surfaces/docspace.md. */
export interface DocspacePlan {
  readonly code: string;
  readonly input: PlanInput;
  readonly meters: Readonly<Record<string, MeterInput>>;
  readonly features: Readonly<Record<string, FeatureInput>>;
  /** Code of the price whose quantity the source counts the plan by. */
  readonly seats: string;
}

const PREFIX = 'docspace_';
const MONTH = { unit: 'month', count: 1 } as const;
/** What the vendor multiplies by the quantity of a plan: contracts/docspace.md section 5.3. */
const PER_SEAT = new Set(['manager', 'total_size']);

/** How the use of a feature is counted; others are told as they stand. */
const AGGREGATIONS: Readonly<Record<string, 'count' | 'max'>> = { free_backup: 'count', file_size: 'max' };

/** The aggregation of the meter that counts a feature. */
export function aggregationOf(id: string): 'count' | 'max' | 'last' {
  return AGGREGATIONS[id] ?? 'last';
}

/** The plan that is offered, or what is known of it where it is not offered any more: then all of it is for one. */
export function planOf(plan: Maybe, of: { readonly currency: string; readonly quantity: string }): DocspacePlan {
  const price = moneyOf(field(plan, 'price'));
  return assemble(plan, { amount: price?.amount ?? '0', currency: price?.currency ?? of.currency, seats: 'admin', paidFrom: 'invoice' });
}

/** What is bought from the wallet, by quantity. */
export function servicePlanOf(service: Maybe, currency: string): DocspacePlan {
  const price = moneyOf(field(service, 'price'));
  return assemble(service, { amount: price?.amount ?? '0', currency: price?.currency ?? currency, seats: 'unit', paidFrom: 'wallet' });
}

/** Of a plan that is not offered any more, what one seat costs and gives: the current plan's figures by its quantity. */
export function perSeat(current: Maybe, quantity: string): Json {
  if (!isRecord(current)) return null;
  const part = (value: string): string => decimalText(divide({ dividend: decimal(value), divisor: decimal(quantity), scale: 8, rounding: 'half_away_from_zero' }));
  const price = moneyOf(current['price']);
  const features = items(current['features']).map((feature) => {
    const value = quantityOf(field(feature, 'value'));
    const id = text(field(feature, 'id')) ?? '';
    if (!isRecord(feature) || value === null || value === 'unlimited' || !PER_SEAT.has(id)) return feature;
    return { ...feature, value: field(feature['value'], 'bytes') === undefined ? part(value) : { bytes: part(value) } };
  });
  return { ...current, price: price === null ? null : { amount: part(price.amount), currency: price.currency }, features };
}

interface Terms {
  readonly amount: string;
  readonly currency: string;
  readonly seats: string;
  readonly paidFrom: 'invoice' | 'wallet';
}

function assemble(plan: Maybe, { amount, currency, seats, paidFrom }: Terms): DocspacePlan {
  const parts = new Parts(seats, paidFrom);
  for (const feature of items(field(plan, 'features'))) parts.add(feature);
  const title = text(field(plan, 'title'));
  const id = text(field(plan, 'id')) ?? '0';
  const fixed: Price = { code: seats, name: title ?? seats, type: 'fixed', amount, per_seat: true, paid_from: paidFrom, ...(paidFrom === 'wallet' ? { renewal: 'cover_usage' } : {}) };
  const mark = (name: string, is: boolean): Record<string, string> => (is ? { [`docspace.${name}`]: 'true' } : {});
  const input: PlanInput = {
    name: title ?? `DocSpace ${id}`, currency, interval: flag(field(plan, 'yearly')) === true ? { unit: 'year', count: 1 } : MONTH,
    features: parts.grants, prices: [fixed, ...parts.prices], ...(paidFrom === 'invoice' ? { wallet_credit: 'kept', collection: 'charge' } : {}),
    metadata: { 'docspace.quota_id': id, ...mark('nonprofit', flag(field(plan, 'non_profit')) === true), ...(paidFrom === 'wallet' ? parts.titles : {}) },
  };
  return { code: codeOf(`docspace ${title ?? id}`, ['docspace', JSON.stringify(input)]), input, meters: parts.meters, features: parts.features, seats };
}

/** Features as they are read, one after the other. */
class Parts {
  readonly #seats: string;
  readonly #paidFrom: Terms['paidFrom'];
  readonly grants: Grant[] = [];
  readonly prices: Price[] = [];
  readonly meters: Record<string, MeterInput> = {};
  readonly features: Record<string, FeatureInput> = {};
  /** What a service calls its feature. */
  readonly titles: Record<string, string> = {};

  constructor(seats: string, paidFrom: Terms['paidFrom']) {
    this.#seats = seats;
    this.#paidFrom = paidFrom;
  }

  add(feature: Json): void {
    const id = text(field(feature, 'id'));
    const value = field(feature, 'value');
    if (id === null || !/^[A-Za-z0-9_.-]{1,80}$/.test(id)) return;
    const code = `${PREFIX}${id}`;
    const title = text(field(feature, 'title')) ?? '';
    const metadata: Record<string, string> = { 'docspace.feature_id': id, ...(title === '' || /\d/.test(title) ? {} : { 'docspace.title': title }) };
    if (title !== '') this.titles[`docspace.${id}.title`] = title;
    if (typeof value === 'boolean') {
      this.features[code] = { name: title === '' ? id : title, type: 'flag', metadata };
      this.grants.push({ feature: code, granted: value });
      return;
    }
    const limit = quantityOf(value);
    if (limit === null) return;
    const isSize = isRecord(value) || id.endsWith('_size');
    const aggregation = aggregationOf(id);
    this.meters[code] = { name: title === '' ? id : title, event_name: `docspace.${id}`, aggregation, property: aggregation === 'count' ? null : 'value', unit: isSize ? 'byte' : null };
    this.features[code] = { name: title === '' ? id : title, type: 'metered', meter: code, metadata, ...(isSize ? { unit: 'size' } : {}), ...(aggregation === 'max' ? { combine: 'max' } : {}) };
    const isPerSeat = limit !== 'unlimited' && (PER_SEAT.has(id) || this.#paidFrom === 'wallet');
    const counting = this.#paidFrom === 'wallet' ? {} : { price: id };
    this.grants.push({ feature: code, limit, ...counting, ...(isPerSeat ? { per_quantity_of: this.#seats } : {}) });
    // The plan counts; what is bought beside it widens its limit.
    if (this.#paidFrom === 'invoice') this.prices.push({ code: id, name: title === '' ? id : title, type: 'usage', meter: code, included: 'unlimited', model: { type: 'per_unit', amount: '0' }, window: aggregation === 'count' ? MONTH : { unit: 'lifetime' } });
  }
}
