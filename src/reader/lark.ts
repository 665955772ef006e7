/**
 * Client of Lark's API. Source: its API documentation and official SDK; the vendor's words (subject, rate card,
 * rate) stay in the files that begin with its name.
 */
import { minorDigits, parseCurrency } from '../core/currency.js';
import { decimal as exact, decimalText, multiply } from '../core/decimal.js';
import { readPath, toSegment, type Answer, type Source } from './call.js';
import { decimal, field, flag, isRecord, items, money, text, type Json, type Maybe } from './json.js';
import { beyondNarrowKeys, toSection, type Section } from './section.js';

/** A secret or a publishable key. */
export function larkHeaders(key: string): Record<string, string> {
  return { 'x-api-key': key };
}

/** The vendor documents no error body: `detail` as a sentence or a list, or `message`, is read. */
export function larkMessage(body: Json): string | null {
  const own = text(field(body, 'detail')) ?? text(field(body, 'message'));
  if (own !== null) return own;
  const words = items(field(body, 'detail')).map(faultText).filter((word) => word !== null);
  return words.length === 0 ? null : words.join('; ');
}

function faultText(fault: Json): string | null {
  const words = text(field(fault, 'msg'));
  const place = items(field(fault, 'loc')).map(text).filter((part) => part !== null && part !== 'body').join('.');
  return words === null || place === '' ? words : `${place}: ${words}`;
}

/** As many as the vendor gives at once. */
const pageSize = 100;
const pageLimit = 1000;

/** All pages of a list as one; a page that fails, or a list without an end, is the failure of all. `plural`: where the items stand. */
export async function readLarkList(source: Source, path: string, plural: string): Promise<Answer> {
  const found: Json[] = [];
  const omitted: string[] = [];
  for (let page = 0; page < pageLimit; page += 1) {
    const answer = await readPath(source, `${path}${path.includes('?') ? '&' : '?'}limit=${pageSize}&offset=${page * pageSize}`);
    if (!answer.ok) return answer;
    found.push(...items(field(answer.body, plural)));
    omitted.push(...answer.omitted);
    if (flag(field(answer.body, 'has_more')) !== true) return { ok: true, body: found, omitted };
  }
  return { ok: false, status: null, message: 'the list has no end', retryAfterMs: null };
}

/**
 * Sections `billing state`, `gate` derived from it, `subject`, `subscriptions`, the `rate cards` that these name, the
 * `pricing metrics` that those count by, `invoices`. What follows from a call that failed is left out.
 */
export async function readLark(source: Source, subject: string): Promise<Section[]> {
  const segment = toSegment(subject);
  if (segment === null) return [{ name: 'billing state', ok: false, status: null, message: 'the subject is empty or not a path segment' }];
  const query = `subject_id=${segment}`;
  const [state, profile, subscriptions, invoices] = await Promise.all([
    readPath(source, `/customer-access/${segment}/billing-state`),
    readPath(source, `/subjects/${segment}`),
    readLarkList(source, `/subscriptions?${query}`, 'subscriptions'),
    readLarkList(source, `/invoices?${query}`, 'invoices'),
  ]);
  const others = [
    toSection('subject', profile, readSubject),
    toSection('subscriptions', subscriptions, (body) => items(body).map(readSubscription)),
    ...(subscriptions.ok ? await readCatalog(source, subscriptions.body) : []),
    toSection('invoices', invoices, (body) => items(body).map(readInvoice)),
  ];
  // A publishable key reads billing states and nothing else.
  return [toSection('billing state', state, readState), ...(state.ok ? [toSection('gate', state, decideAccess), ...others.map(beyondNarrowKeys)] : others)];
}

async function readCatalog(source: Source, subscriptions: Json): Promise<Section[]> {
  const cards = await readEach(source, '/rate-cards', items(subscriptions).map((subscription) => field(subscription, 'rate_card_id')));
  const section = toSection('rate cards', cards, (body) => items(body).map(readCard));
  if (!cards.ok) return [section];
  const rates = items(cards.body).flatMap((card) => items(field(card, 'usage_based_rates')));
  const metrics = await readEach(source, '/pricing-metrics', rates.map((rate) => field(rate, 'pricing_metric_id')));
  return [section, toSection('pricing metrics', metrics, (body) => items(body).map(readMetric))];
}

/** Each of the things that the ids name, once; the first that fails is the failure of all. */
async function readEach(source: Source, path: string, ids: readonly Maybe[]): Promise<Answer> {
  const segments = new Set(ids.map((id) => toSegment(text(id) ?? '')).filter((segment) => segment !== null));
  const answers = await Promise.all([...segments].map((segment) => readPath(source, `${path}/${segment}`)));
  const failure = answers.find((answer) => !answer.ok);
  return failure ?? { ok: true, body: answers.flatMap((answer) => (answer.ok ? [answer.body] : [])), omitted: [] };
}

function readState(body: Json): Json {
  return {
    has_active_subscription: flag(field(body, 'has_active_subscription')),
    has_overage_for_usage: flag(field(body, 'has_overage_for_usage')),
    active_subscriptions: items(field(body, 'active_subscriptions')).map((subscription) => ({
      subscription_id: text(field(subscription, 'subscription_id')),
      rate_card_id: text(field(subscription, 'rate_card_id')),
    })),
    usage: items(field(body, 'usage_data')).map((usage) => ({
      rate_name: text(field(usage, 'rate_name')),
      pricing_metric_id: text(field(usage, 'pricing_metric_id')),
      included_units: decimal(field(usage, 'included_units')),
      used_units: decimal(field(usage, 'used_units')),
    })),
  };
}

/** The documented rule for feature access; null when the answer lacks one of the two flags. */
function decideAccess(body: Json): Json {
  const isActive = flag(field(body, 'has_active_subscription'));
  const isOver = flag(field(body, 'has_overage_for_usage'));
  return {
    allowed: isActive === null || isOver === null ? null : isActive && !isOver,
    rule: 'has_active_subscription and not has_overage_for_usage',
  };
}

function readSubject(body: Json): Json {
  return { id: text(field(body, 'id')), external_id: text(field(body, 'external_id')), name: text(field(body, 'name')), email: text(field(body, 'email')), created_at: text(field(body, 'created_at')), metadata: field(body, 'metadata') ?? null };
}

function readSubscription(body: Json): Json {
  const period = field(body, 'current_period');
  return {
    id: text(field(body, 'id')),
    rate_card_id: text(field(body, 'rate_card_id')),
    status: text(field(body, 'status')),
    effective_at: text(field(body, 'effective_at')),
    current_period: isRecord(period) ? { start: text(period['start']), end: text(period['end']) } : null,
    cancels_at_end_of_cycle: flag(field(body, 'cancels_at_end_of_cycle')),
    quantities: field(body, 'fixed_rate_quantities') ?? null,
    multipliers: field(body, 'rate_price_multipliers') ?? null,
    metadata: field(body, 'metadata') ?? null,
  };
}

function readCard(body: Json): Json {
  const rates = [...items(field(body, 'fixed_rates')).map((rate) => readRate(rate, 'fixed')), ...items(field(body, 'usage_based_rates')).map((rate) => readRate(rate, text(field(rate, 'usage_based_rate_type')) ?? 'simple'))];
  return { id: text(field(body, 'id')), name: text(field(body, 'name')), billing_interval: text(field(body, 'billing_interval')), rates };
}

function readRate(rate: Json, type: string): Json {
  const cells = items(field(field(rate, 'pricing_matrix'), 'cells'));
  const common = { code: text(field(rate, 'code')), name: text(field(rate, 'name')), type, included_units: decimal(field(rate, 'included_units')), pricing_metric_id: text(field(rate, 'pricing_metric_id')) };
  if (cells.length === 0) return { ...common, price: priceText(field(rate, 'price')) };
  return { ...common, price: cells.map((cell) => `${coordinatesText(field(cell, 'dimension_coordinates'))}: ${priceText(field(cell, 'price'))}`).join('; ') };
}

function coordinatesText(coordinates: Maybe): string {
  return isRecord(coordinates) ? Object.entries(coordinates).map(([key, value]) => `${key} ${text(value) ?? ''}`).join(', ') : '';
}

/** As people say it: `0.005 USD`, `3 USD per 10, round_up`. */
function priceText(price: Maybe): string {
  const amount = larkMoney(field(price, 'amount'));
  const words = isRecord(amount) ? `${text(amount['amount']) ?? ''} ${text(amount['currency']) ?? ''}`.trim() : '-';
  if (field(price, 'price_type') !== 'package') return words;
  return `${words} per ${decimal(field(price, 'package_units')) ?? '?'}, ${text(field(price, 'rounding_behavior')) ?? '?'}`;
}

/** `{value, currency_code}` in the smallest unit as money in major units; of a currency that is not known, as it is. */
function larkMoney(amount: Maybe): Json {
  const value = decimal(field(amount, 'value'));
  const code = text(field(amount, 'currency_code'));
  const currency = code === null ? undefined : parseCurrency(code);
  if (value === null || currency === undefined) return money(field(amount, 'value'), code ?? undefined);
  return { amount: decimalText(multiply(exact(value), exact(`1e-${minorDigits(currency)}`))), currency };
}

function readMetric(body: Json): Json {
  const aggregation = field(body, 'aggregation');
  return {
    id: text(field(body, 'id')),
    name: text(field(body, 'name')),
    event_name: text(field(body, 'event_name')),
    unit: text(field(body, 'unit')),
    aggregation: text(field(aggregation, 'aggregation_type')),
    value_field: text(field(aggregation, 'value_field')),
    dimensions: items(field(body, 'dimensions')).map(text),
  };
}

function readInvoice(body: Json): Json {
  return {
    id: text(field(body, 'id')),
    created_at: text(field(body, 'created_at')),
    status: text(field(body, 'status')),
    total: larkMoney(field(body, 'total_amount')),
    lines: items(field(body, 'line_items')).map((line) => ({ description: text(field(line, 'description')), quantity: decimal(field(line, 'quantity')), amount: larkMoney(field(line, 'amount')) })),
  };
}
