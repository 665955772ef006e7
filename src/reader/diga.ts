/**
 * Client of Diga's billing API. Source: its published OpenAPI file, of which every dated version is read:
 * a field is shown when it is there. The vendor's words (rollover minutes, included minutes) stay in this file.
 */
import { Big } from 'big.js';
import { readPath, type Answer, type Source } from './call.js';
import { decimal, field, flag, isRecord, items, money, size, text, type Json, type Maybe } from './json.js';
import { toSection, type Section } from './section.js';

type Read = (value: Maybe, currency: Maybe) => Json;

const unlimited = (read: Read): Read => (value, currency) => (value === null ? 'unlimited' : read(value, currency));

const fields: Record<string, Read> = {
  name: text,
  price: money,
  currency: text,
  period: text,
  active_since: text,
  period_start: text,
  period_end: text,
  included_minutes: decimal,
  rollover_minutes_count: decimal,
  minutes_count: decimal,
  usage_based_billing_enabled: flag,
  overage_price_per_minute: money,
  next_payment_date: text,
  next_invoice_date: text,
  next_invoice_amount: money,
  next_phase: readPhase,
  max_concurrent_calls: unlimited(decimal),
  knowledge_items_count: decimal,
  knowledge_storage_used_bytes: size,
  knowledge_storage_limit_bytes: unlimited(size),
  copilot_usage_percent: decimal,
  included_workflows: decimal,
  workflows_count: decimal,
};

/** The credentials of one project. */
export function digaHeaders(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** `message`, or the sentences of a 422's `detail` list. */
export function digaMessage(body: Json): string | null {
  const own = text(field(body, 'message')) ?? text(field(body, 'detail'));
  if (own !== null) return own;
  const details = items(field(body, 'detail')).map((item) => text(field(item, 'msg')));
  const words = details.filter((word) => word !== null);
  return words.length === 0 ? null : words.join('; ');
}

/** What stands beside the subscription, in the order in which it is reported. An older system has not all of them. */
const calls: { name: string; path: string; shape: 'object' | 'list'; read: (body: Json) => Json }[] = [
  { name: 'upcoming invoice', path: '/v1/billing/subscription/upcoming-invoice', shape: 'object', read: readUpcoming },
  { name: 'payment methods', path: '/v1/billing/payment_method/', shape: 'list', read: (body) => items(body).map(readMethod) },
  { name: 'knowledge', path: '/v1/knowledge/usage', shape: 'object', read: readKnowledge },
  { name: 'usage alert', path: '/v1/notification/usage_alert', shape: 'object', read: readAlert },
];

/** In the vendor's words of a 404: there is the address, and no invoice, as nothing is paid for. */
const unpaid = /paid subscription not found/i;

/**
 * Sections `subscription`, `usage` derived from it (left out when that call fails), `upcoming invoice` (null on the free
 * plan), `payment methods`, `knowledge`, `usage alert`. Those four are left out where their address is not there.
 */
export async function readDiga(source: Source): Promise<Section[]> {
  const [answer, ...others] = await Promise.all([
    readPath(source, '/v1/billing/subscription/'),
    ...calls.map(async (call) => sectionOf(call, await readPath(source, call.path, call.shape))),
  ]);
  const subscription = toSection('subscription', answer, readSubscription);
  const usage = answer.ok ? [toSection('usage', answer, summariseUsage)] : [];
  return [subscription, ...usage, ...others.flat()];
}

function sectionOf({ name, read }: (typeof calls)[number], answer: Answer): Section[] {
  if (!answer.ok && answer.status === 404) return unpaid.test(answer.message) ? [{ name, ok: true, value: null }] : [];
  return [toSection(name, answer, read)];
}

function readUpcoming(body: Json): Json {
  const currency = field(body, 'currency');
  return {
    plan_amount: money(field(body, 'plan_amount'), currency),
    extra_usage_amount: money(field(body, 'extra_usage_amount'), currency),
    total_due: money(field(body, 'total_due'), currency),
    next_payment_date: text(field(body, 'next_payment_date')),
  };
}

/** A card on one line; of a method that is none, what the vendor tells. */
function readMethod(method: Json): Json {
  const card = field(method, 'card');
  const month = decimal(field(card, 'exp_month'));
  const year = decimal(field(card, 'exp_year'));
  return {
    id: text(field(method, 'id')),
    type: text(field(method, 'type')),
    brand: text(field(card, 'brand')),
    last4: text(field(card, 'last4')),
    expires: month === null || year === null ? null : `${year}-${month.padStart(2, '0')}`,
    email: text(field(field(method, 'link'), 'email')),
    is_default: flag(field(method, 'is_default')),
  };
}

function readKnowledge(body: Json): Json {
  return {
    used: size(field(body, 'used_bytes')),
    limit: unlimited(size)(field(body, 'limit_bytes'), undefined),
    items: decimal(field(body, 'item_count')),
  };
}

function readAlert(body: Json): Json {
  return { enabled: flag(field(body, 'enabled')), percent: decimal(field(body, 'percent')), updated_at: text(field(body, 'updated_at')) };
}

function readSubscription(body: Json): Json {
  const currency = field(body, 'currency');
  const present = Object.entries(fields).filter(([name]) => field(body, name) !== undefined);
  return Object.fromEntries(present.map(([name, read]) => [name, read(field(body, name), currency)]));
}

function readPhase(phase: Maybe, currency: Maybe): Json {
  if (!isRecord(phase)) return null;
  return { name: text(phase['name']), period: text(phase['period']), price: money(phase['price'], currency) };
}

/** Rollover is what was carried into the window, so both differences hold with the published fields. */
function summariseUsage(body: Json): Json {
  const included = decimal(field(body, 'included_minutes'));
  const carried = decimal(field(body, 'rollover_minutes_count')) ?? '0';
  const used = decimal(field(body, 'minutes_count'));
  const isWhole = included !== null && used !== null;
  const left = isWhole ? new Big(included).plus(carried).minus(used) : null;
  return {
    unit: 'minute',
    included,
    carried,
    used,
    remaining: left === null ? null : (left.gt(0) ? left : new Big(0)).toFixed(),
    overage: left === null ? null : (left.lt(0) ? left.neg() : new Big(0)).toFixed(),
  };
}
