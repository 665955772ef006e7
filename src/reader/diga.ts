/**
 * Client of Diga's billing API. Source: its published OpenAPI file, of which every dated version is read:
 * a field is shown when it is there. The vendor's words (rollover minutes, included minutes) stay in this file.
 */
import { Big } from 'big.js';
import { readPath, type Source } from './call.js';
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

/** Section `subscription`, and `usage` derived from it; the failed section alone when the call fails. */
export async function readDiga(source: Source): Promise<Section[]> {
  const answer = await readPath(source, '/v1/billing/subscription/');
  const subscription = toSection('subscription', answer, readSubscription);
  return answer.ok ? [subscription, toSection('usage', answer, summariseUsage)] : [subscription];
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
