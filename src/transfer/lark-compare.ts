import { instantText, parseInstant } from '../core/instant.js';
import type { LarkCard, LarkMetric, LarkState, LarkSubject, LarkSubscription, LarkUsage } from '../reader/lark-api.js';
import type { Json } from '../reader/json.js';
import { CAME_FROM, cardWords, figureText, figureTexts, metricWords, ownMetadata } from './lark-words.js';

/** What one side says of a subject. What could not be read is undefined, and not compared. */
export interface Reading {
  readonly subject: LarkSubject | undefined;
  readonly subscriptions: readonly LarkSubscription[] | undefined;
  readonly state: LarkState | undefined;
  readonly cardOf: (id: string) => LarkCard | undefined;
  readonly metricOf: (id: string) => LarkMetric | undefined;
}

/** A field that the two sides say differently. */
export interface Difference {
  readonly field: string;
  readonly source: Json;
  readonly paidup: Json;
}

/** Two subscriptions that are the same one; `name`: what it is called in the fields. */
interface Pair {
  readonly name: string;
  readonly source: LarkSubscription;
  readonly paidup: LarkSubscription;
}

/**
 * Every field that differs, ids left out: things are matched by what they came from, else by what they are called and when
 * they began. What has ended is not compared: it is no part of how things stand.
 */
export function differencesOf(source: Reading, paidup: Reading): Difference[] {
  const differences: Difference[] = [];
  const compare = (field: string, left: Json, right: Json): void => compareValues(differences, field, left, right);
  if (source.subject !== undefined && paidup.subject !== undefined) compareSubjects(source.subject, paidup.subject, compare);
  const pairs = source.subscriptions === undefined || paidup.subscriptions === undefined ? undefined : comparePairs(source, paidup, compare);
  if (source.state !== undefined && paidup.state !== undefined) compareStates({ source, paidup, pairs }, compare);
  return differences;
}

type Compare = (field: string, left: Json, right: Json) => void;

function compareSubjects(source: LarkSubject, paidup: LarkSubject, compare: Compare): void {
  compare('subject.name', source.name, paidup.name);
  compare('subject.email', source.email, paidup.email);
  // A subject without an external id is found by the id that it had.
  compare('subject.external_id', source.externalId ?? source.id, paidup.externalId);
  compare('subject.metadata', { ...ownMetadata(source.metadata) }, { ...ownMetadata(paidup.metadata) });
}

function comparePairs(source: Reading, paidup: Reading, compare: Compare): Pair[] {
  const { pairs, onlySource, onlyPaidup } = pairsOf(source, paidup);
  for (const one of onlySource) compare(`subscriptions[${nameOf(source, one)}]`, one.status, null);
  for (const one of onlyPaidup) compare(`subscriptions[${nameOf(paidup, one)}]`, null, one.status);
  for (const pair of pairs) compareSubscriptions(pair, { source, paidup }, compare);
  return pairs;
}

/** First those that came from each other, then those alike in card and beginning, then those alike in card, each in order. */
export function pairsOf(source: Reading, paidup: Reading): { pairs: Pair[]; onlySource: LarkSubscription[]; onlyPaidup: LarkSubscription[] } {
  const isOn = ({ status }: LarkSubscription): boolean => status !== 'cancelled';
  let [left, right] = [(source.subscriptions ?? []).filter(isOn), (paidup.subscriptions ?? []).filter(isOn)];
  const found = new Map<LarkSubscription, LarkSubscription>();
  const cardName = (reading: Reading, one: LarkSubscription): string => reading.cardOf(one.cardId)?.name ?? '';
  const rules: Array<(a: LarkSubscription, b: LarkSubscription) => boolean> = [
    (a, b) => b.metadata[CAME_FROM.subscription] === a.id,
    (a, b) => cardName(source, a) === cardName(paidup, b) && isSameMoment(a.effectiveAt, b.effectiveAt),
    (a, b) => cardName(source, a) === cardName(paidup, b),
  ];
  for (const isPair of rules) {
    for (const one of left) {
      const other = right.find((candidate) => isPair(one, candidate));
      if (other === undefined) continue;
      found.set(one, other);
      right = right.filter((candidate) => candidate !== other);
    }
    left = left.filter((one) => !found.has(one));
  }
  const pairs = (source.subscriptions ?? []).flatMap((one) => {
    const other = found.get(one);
    return other === undefined ? [] : [{ name: nameOf(source, one), source: one, paidup: other }];
  });
  return { pairs, onlySource: left, onlyPaidup: right };
}

function nameOf(reading: Reading, { cardId, effectiveAt }: LarkSubscription): string {
  return `${reading.cardOf(cardId)?.name ?? cardId}, ${effectiveAt ?? 'not begun'}`;
}

function compareSubscriptions({ name, source, paidup }: Pair, sides: { source: Reading; paidup: Reading }, compare: Compare): void {
  const field = (of: string): string => `subscriptions[${name}].${of}`;
  compare(field('status'), source.status, paidup.status);
  compare(field('cancels_at_end_of_cycle'), source.cancelsAtEndOfCycle, paidup.cancelsAtEndOfCycle);
  compare(field('effective_at'), momentOf(source.effectiveAt), momentOf(paidup.effectiveAt));
  compare(field('current_period.start'), momentOf(source.period?.start), momentOf(paidup.period?.start));
  compare(field('current_period.end'), momentOf(source.period?.end), momentOf(paidup.period?.end));
  compare(field('fixed_rate_quantities'), figureTexts(source.quantities), figureTexts(paidup.quantities));
  compare(field('rate_price_multipliers'), figureTexts(source.multipliers), figureTexts(paidup.multipliers));
  compare(field('metadata'), { ...ownMetadata(source.metadata) }, { ...ownMetadata(paidup.metadata) });
  const [left, right] = [sides.source.cardOf(source.cardId), sides.paidup.cardOf(paidup.cardId)];
  if (left === undefined || right === undefined) return;
  compare(field('rate_card'), cardWords(left, sides.source.metricOf), cardWords(right, sides.paidup.metricOf));
  for (const { code, metricId } of left.usageRates) {
    const other = right.usageRates.find((rate) => rate.code === code);
    const [metric, otherMetric] = [sides.source.metricOf(metricId ?? ''), sides.paidup.metricOf(other?.metricId ?? '')];
    if (metric !== undefined && otherMetric !== undefined) compare(field(`rate_card.rates.${code}.pricing_metric`), metricWords(metric), metricWords(otherMetric));
  }
}

interface Compared {
  readonly source: Reading;
  readonly paidup: Reading;
  readonly pairs: readonly Pair[] | undefined;
}

function compareStates({ source, paidup, pairs }: Compared, compare: Compare): void {
  const [left, right] = [source.state as LarkState, paidup.state as LarkState];
  compare('billing_state.has_active_subscription', left.hasActiveSubscription, right.hasActiveSubscription);
  compare('billing_state.has_overage_for_usage', left.hasOverage, right.hasOverage);
  compare('billing_state.active_subscriptions', left.active.length, right.active.length);
  const [leftBlocks, rightBlocks] = [blocksOf(source), blocksOf(paidup)];
  if (pairs === undefined || leftBlocks === undefined || rightBlocks === undefined) {
    compareUsage('billing_state.usage_data', { left: left.usage, right: right.usage }, compare);
    return;
  }
  for (const { name, source: one, paidup: other } of pairs) {
    const [mine, theirs] = [leftBlocks.get(one.id), rightBlocks.get(other.id)];
    if (mine === undefined && theirs === undefined) continue;
    compareUsage(`billing_state.usage_data[${name}]`, { left: mine ?? [], right: theirs ?? [] }, compare);
  }
}

/** The usage of each active subscription: its rates stand together, in the order of the subscriptions. Undefined when that does not add up. */
function blocksOf({ state, cardOf }: Reading): Map<string, readonly LarkUsage[]> | undefined {
  const blocks = new Map<string, readonly LarkUsage[]>();
  let next = 0;
  for (const { subscriptionId, cardId } of state?.active ?? []) {
    const card = cardOf(cardId);
    if (card === undefined) return undefined;
    blocks.set(subscriptionId, state?.usage.slice(next, next + card.usageRates.length) ?? []);
    next += card.usageRates.length;
  }
  return next === (state?.usage.length ?? 0) ? blocks : undefined;
}

/** By the name of the rate, those of one name in their order. */
function compareUsage(field: string, { left, right }: { left: readonly LarkUsage[]; right: readonly LarkUsage[] }, compare: Compare): void {
  const names = [...new Set([...left, ...right].map(({ rateName }) => rateName))];
  for (const name of names) {
    const [mine, theirs] = [left, right].map((side) => side.filter(({ rateName }) => rateName === name)) as [LarkUsage[], LarkUsage[]];
    for (let index = 0; index < Math.max(mine.length, theirs.length); index += 1) {
      const [one, other] = [mine[index], theirs[index]];
      const place = `${field}[${name}${index === 0 ? '' : `, ${index + 1}`}]`;
      compare(`${place}.included_units`, figureText(one?.includedUnits), figureText(other?.includedUnits));
      compare(`${place}.used_units`, figureText(one?.usedUnits), figureText(other?.usedUnits));
    }
  }
}

function compareValues(differences: Difference[], field: string, left: Json, right: Json): void {
  if (isSame(left, right)) return;
  if (isObject(left) && isObject(right)) {
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) compareValues(differences, `${field}.${name}`, left[name] ?? null, right[name] ?? null);
    return;
  }
  differences.push({ field, source: left, paidup: right });
}

function isSame(left: Json, right: Json): boolean {
  return JSON.stringify(ordered(left)) === JSON.stringify(ordered(right));
}

/** Names in one order. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, item]) => [name, ordered(item)]));
  return value;
}

function isObject(value: Json): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** In one notation. */
function momentOf(text: string | null | undefined): string | null {
  const at = text == null ? undefined : parseInstant(text);
  return at === undefined ? (text ?? null) : instantText(at);
}

function isSameMoment(left: string | null, right: string | null): boolean {
  return momentOf(left) === momentOf(right);
}
