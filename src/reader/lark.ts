/**
 * Client of Lark's billing state. Source: its API documentation and official SDK; the vendor's words
 * (subject, rate card, rate) stay in this file.
 */
import { readPath, toSegment, type Source } from './call.js';
import { decimal, field, flag, items, text, type Json } from './json.js';
import { toSection, type Section } from './section.js';

/** A secret or a publishable key. */
export function larkHeaders(key: string): Record<string, string> {
  return { 'x-api-key': key };
}

/** The vendor documents no error body: `detail` as a sentence or a list, or `message`, is read. */
export function larkMessage(body: Json): string | null {
  const own = text(field(body, 'detail')) ?? text(field(body, 'message'));
  if (own !== null) return own;
  const words = items(field(body, 'detail')).map((item) => text(field(item, 'msg'))).filter((word) => word !== null);
  return words.length === 0 ? null : words.join('; ');
}

/** Section `billing state`, and `gate` derived from it; the failed section alone when the call fails. */
export async function readLark(source: Source, subject: string): Promise<Section[]> {
  const name = 'billing state';
  const segment = toSegment(subject);
  if (segment === null) return [{ name, ok: false, status: null, message: 'the subject is empty or not a path segment' }];
  const answer = await readPath(source, `/customer-access/${segment}/billing-state`);
  const state = toSection(name, answer, readState);
  return answer.ok ? [state, toSection('gate', answer, decideAccess)] : [state];
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
