/** Lark's objects, read one by one for whoever moves a customer over or compares one. Source: contracts of lark.ts. */
import { readPath, sendPath, toSegment, type Answer, type Source } from './call.js';
import { decimal, field, flag, isRecord, items, text, type Json, type Maybe } from './json.js';
import { readLarkList } from './lark.js';

/** Why something could not be read. `status` is the HTTP status; null when there was no whole answer. */
export class ReadFailure extends Error {
  override readonly name = 'ReadFailure';
  readonly status: number | null;

  constructor(status: number | null, message: string) {
    super(message);
    this.status = status;
  }
}

export type Texts = Readonly<Record<string, string>>;

export interface LarkSubject {
  readonly id: string;
  readonly externalId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly metadata: Texts;
}

export interface LarkMetric {
  readonly id: string;
  readonly name: string;
  readonly eventName: string;
  readonly unit: string;
  readonly aggregation: string;
  readonly valueField: string | null;
  readonly dimensions: readonly string[];
}

/** A rate as it came, without its id. */
export interface LarkRate {
  readonly code: string;
  readonly name: string;
  /** Null for a fixed one. */
  readonly metricId: string | null;
  readonly words: Readonly<Record<string, Json>>;
}

export interface LarkCard {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly interval: string;
  readonly catalogId: string | null;
  readonly metadata: Texts;
  readonly fixedRates: readonly LarkRate[];
  readonly usageRates: readonly LarkRate[];
  /** What of the card the other side has no words for. */
  readonly omitted: readonly string[];
}

export interface LarkSubscription {
  readonly id: string;
  readonly subjectId: string;
  readonly cardId: string;
  readonly status: string;
  readonly cancelsAtEndOfCycle: boolean;
  readonly period: { readonly start: string; readonly end: string } | null;
  readonly effectiveAt: string | null;
  readonly quantities: Texts;
  readonly multipliers: Texts;
  readonly metadata: Texts;
}

export interface LarkUsage {
  readonly rateName: string;
  readonly metricId: string;
  readonly includedUnits: string;
  readonly usedUnits: string;
}

export interface LarkState {
  readonly hasActiveSubscription: boolean | null;
  readonly hasOverage: boolean | null;
  readonly active: ReadonlyArray<{ readonly subscriptionId: string; readonly cardId: string }>;
  readonly usage: readonly LarkUsage[];
}

/** What a metric counted over a stretch of time for one combination of dimension values; value null: nothing happened. */
export interface LarkSummary {
  readonly start: string;
  readonly end: string;
  readonly coordinates: Texts;
  readonly value: string | null;
}

export interface LarkCatalog {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface LarkTimeline {
  readonly id: string;
  readonly subjectId: string;
  /** Null while it has not been started. */
  readonly subscriptionId: string | null;
  readonly status: string;
}

/** A stretch of a timeline with fixed terms; the last one may have no end. */
export interface LarkTimelineItem {
  readonly start: string;
  readonly end: string | null;
  readonly cardId: string;
  readonly quantities: Texts;
  readonly multipliers: Texts;
}

export interface SummaryAsked {
  readonly metricId: string;
  readonly subjectId: string;
  readonly start: string;
  readonly end: string;
  readonly granularity: 'day' | null;
  readonly dimensions: readonly string[];
}

/** Every method throws ReadFailure when what it asks for is refused or not answered. */
export class LarkApi {
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  async subjects(): Promise<LarkSubject[]> {
    const found = (await this.#list('/subjects', 'subjects')).map(toSubject);
    // What is made while pages are read pushes others to the next page: they come twice.
    return [...new Map(found.map((subject) => [subject.id, subject])).values()];
  }

  /** By the vendor's id or by the external id. */
  async subject(name: string): Promise<LarkSubject> {
    return toSubject(bodyOf(await readPath(this.#source, `/subjects/${segmentOf(name)}`)));
  }

  async metrics(): Promise<{ metrics: LarkMetric[]; omitted: readonly string[] }> {
    const answer = await readLarkList(this.#source, '/pricing-metrics', 'pricing_metrics');
    return { metrics: items(bodyOf(answer)).map(toMetric), omitted: answer.ok ? answer.omitted : [] };
  }

  async metric(id: string): Promise<LarkMetric> {
    return toMetric(bodyOf(await readPath(this.#source, `/pricing-metrics/${segmentOf(id)}`)));
  }

  async cards(): Promise<LarkCard[]> {
    const answer = await readLarkList(this.#source, '/rate-cards', 'rate_cards');
    const omitted = answer.ok ? answer.omitted : [];
    return items(bodyOf(answer)).map((body) => toCard(body, omitted));
  }

  async card(id: string): Promise<LarkCard> {
    const answer = await readPath(this.#source, `/rate-cards/${segmentOf(id)}`);
    return toCard(bodyOf(answer), answer.ok ? answer.omitted : []);
  }

  async catalogs(): Promise<LarkCatalog[]> {
    return (await this.#list('/rate-catalogs', 'rate_catalogs')).map((body) => ({ id: needed(body, 'id'), name: text(field(body, 'name')) ?? '', description: text(field(body, 'description')) ?? '' }));
  }

  async timelines(): Promise<LarkTimeline[]> {
    return (await this.#list('/subscription-timelines', 'subscription_timelines')).map((body) => ({ id: needed(body, 'id'), subjectId: text(field(body, 'subject_id')) ?? '', subscriptionId: text(field(body, 'subscription_id')), status: text(field(body, 'status')) ?? '' }));
  }

  async timelineItems(id: string): Promise<LarkTimelineItem[]> {
    return (await this.#list(`/subscription-timelines/${segmentOf(id)}/items`, 'items')).map((body) => {
      const [period, input] = [field(body, 'period') ?? null, field(body, 'subscription_input') ?? null];
      return { start: needed(period, 'start'), end: text(field(period, 'end')), cardId: needed(input, 'rate_card_id'), quantities: texts(field(input, 'fixed_rate_quantities')), multipliers: texts(field(input, 'rate_price_multipliers')) };
    });
  }

  /** In the vendor's order: the oldest first. */
  async subscriptionsOf(subject: string): Promise<LarkSubscription[]> {
    return (await this.#list(`/subscriptions?subject_id=${segmentOf(subject)}`, 'subscriptions')).map(toSubscription);
  }

  async state(subject: string): Promise<LarkState> {
    return toState(bodyOf(await readPath(this.#source, `/customer-access/${segmentOf(subject)}/billing-state`)));
  }

  /** In order of time; stretches and combinations in which nothing happened are left out. */
  async summaries({ metricId, subjectId, start, end, granularity, dimensions }: SummaryAsked): Promise<LarkSummary[]> {
    const body = { subject_id: subjectId, period: { start, end, inclusive_start: true, inclusive_end: false }, period_granularity: granularity, dimensions: dimensions.length === 0 ? null : dimensions };
    const answer = await sendPath(this.#source, `/pricing-metrics/${segmentOf(metricId)}/summary`, { method: 'POST', body, shape: 'list' });
    return items(bodyOf(answer)).map(toSummary).filter(({ value }) => value !== null);
  }

  /** Makes something in the vendor's words, once however often the same key comes; gives its id. */
  async make(path: string, body: unknown, idempotencyKey: string): Promise<string> {
    return needed(bodyOf(await sendPath(this.#source, path, { method: 'POST', body, headers: { 'idempotency-key': idempotencyKey } })), 'id');
  }

  async #list(path: string, plural: string): Promise<Json[]> {
    return items(bodyOf(await readLarkList(this.#source, path, plural)));
  }
}

function bodyOf(answer: Answer): Json {
  if (answer.ok) return answer.body;
  throw new ReadFailure(answer.status, answer.message);
}

function segmentOf(name: string): string {
  const segment = toSegment(name);
  if (segment === null) throw new ReadFailure(null, `"${name}" is not a path segment`);
  return segment;
}

function needed(body: Json, name: string): string {
  const found = text(field(body, name));
  if (found === null) throw new ReadFailure(200, `the answer has no ${name}`);
  return found;
}

function texts(value: Maybe): Texts {
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).flatMap(([name, item]) => {
    const found = text(item);
    return found === null ? [] : [[name, found] as const];
  }));
}

function toSubject(body: Json): LarkSubject {
  return { id: needed(body, 'id'), externalId: text(field(body, 'external_id')), name: text(field(body, 'name')), email: text(field(body, 'email')), metadata: texts(field(body, 'metadata')) };
}

function toMetric(body: Json): LarkMetric {
  const aggregation = field(body, 'aggregation');
  return {
    id: needed(body, 'id'),
    name: needed(body, 'name'),
    eventName: needed(body, 'event_name'),
    unit: text(field(body, 'unit')) ?? '',
    aggregation: text(field(aggregation, 'aggregation_type')) ?? '',
    valueField: text(field(aggregation, 'value_field')),
    dimensions: items(field(body, 'dimensions')).map(text).filter((name) => name !== null),
  };
}

function toCard(body: Json, omitted: readonly string[]): LarkCard {
  const id = needed(body, 'id');
  return {
    id,
    name: needed(body, 'name'),
    description: text(field(body, 'description')),
    interval: text(field(body, 'billing_interval')) ?? '',
    catalogId: text(field(body, 'rate_catalog_id')),
    metadata: texts(field(body, 'metadata')),
    fixedRates: items(field(body, 'fixed_rates')).map(toRate),
    usageRates: items(field(body, 'usage_based_rates')).map(toRate),
    omitted: omitted.filter((name) => name.startsWith(`${id}#`)).map((name) => name.slice(id.length + 1)),
  };
}

function toRate(body: Json): LarkRate {
  const { id: _id, ...words } = isRecord(body) ? body : {};
  return { code: text(field(body, 'code')) ?? '', name: text(field(body, 'name')) ?? '', metricId: text(field(body, 'pricing_metric_id')), words };
}

function toSubscription(body: Json): LarkSubscription {
  const period = field(body, 'current_period');
  const [start, end] = [text(field(period, 'start')), text(field(period, 'end'))];
  return {
    id: needed(body, 'id'),
    subjectId: text(field(body, 'subject_id')) ?? '',
    cardId: needed(body, 'rate_card_id'),
    status: text(field(body, 'status')) ?? '',
    cancelsAtEndOfCycle: flag(field(body, 'cancels_at_end_of_cycle')) === true,
    period: start === null || end === null ? null : { start, end },
    effectiveAt: text(field(body, 'effective_at')),
    quantities: texts(field(body, 'fixed_rate_quantities')),
    multipliers: texts(field(body, 'rate_price_multipliers')),
    metadata: texts(field(body, 'metadata')),
  };
}

function toState(body: Json): LarkState {
  return {
    hasActiveSubscription: flag(field(body, 'has_active_subscription')),
    hasOverage: flag(field(body, 'has_overage_for_usage')),
    active: items(field(body, 'active_subscriptions')).map((one) => ({ subscriptionId: text(field(one, 'subscription_id')) ?? '', cardId: text(field(one, 'rate_card_id')) ?? '' })),
    usage: items(field(body, 'usage_data')).map((usage) => ({
      rateName: text(field(usage, 'rate_name')) ?? '',
      metricId: text(field(usage, 'pricing_metric_id')) ?? '',
      includedUnits: decimal(field(usage, 'included_units')) ?? '',
      usedUnits: decimal(field(usage, 'used_units')) ?? '',
    })),
  };
}

function toSummary(body: Json): LarkSummary {
  const period = field(body, 'period');
  return { start: needed(period ?? null, 'start'), end: needed(period ?? null, 'end'), coordinates: texts(field(body, 'dimension_coordinates')), value: decimal(field(body, 'value')) };
}
