import type { Meter } from '@paidup/sdk';
import { ReadFailure, type LarkApi, type LarkCard, type LarkCatalog, type LarkMetric, type LarkRate } from '../reader/lark-api.js';
import { codeOf, keyOf } from './code.js';
import { LarkLookup } from './lark-side.js';
import { CAME_FROM } from './lark-words.js';
import type { Tally } from './tally.js';
import { carried, type Target } from './target.js';

/** A rate card with the plan that it has become; null where it would be made, and in nothing where it cannot be. */
export interface CarriedCard {
  readonly card: LarkCard;
  readonly planCode: string | null;
}

interface Sides {
  readonly source: LarkApi;
  readonly target: Target;
  readonly tally: Tally;
}

/** Pricing metrics, rate cards and rate catalogs of the source, and what has become of them in Paidup. */
export class LarkCatalogCarrier {
  readonly #sides: Sides;
  /** Cards and metrics as they are said on each side, for comparing. */
  readonly lookups: { readonly source: LarkLookup; readonly target: LarkLookup };
  readonly #metrics = new Map<string, LarkMetric>();
  readonly #meters = new Map<string, Meter>();
  readonly #converted = new Set<string>();
  /** Paidup's rate cards by the ids that they had before. */
  readonly #known = new Map<string, LarkCard>();
  readonly #catalogs = new Map<string, string>();
  readonly #planCodes = new Map<string, string>();
  /** Of several subjects that ask for the same card at once, one has it made. */
  readonly #cards = new Map<string, Promise<CarriedCard | null>>();

  private constructor(sides: Sides) {
    this.#sides = sides;
    this.lookups = { source: new LarkLookup(sides.source), target: new LarkLookup(sides.target.lark) };
  }

  /** Carries what is on offer. @throws Stopped, ReadFailure. */
  static async carry(sides: Sides): Promise<LarkCatalogCarrier> {
    const carrier = new LarkCatalogCarrier(sides);
    await carrier.#carryMetrics();
    await carrier.#carryCatalogs();
    for (const card of await sides.target.lark.cards()) {
      const before = card.metadata[CAME_FROM.card];
      if (before !== undefined) carrier.#known.set(before, card);
    }
    for await (const plan of sides.target.client.plans()) carrier.#planCodes.set(plan.id, plan.code);
    for (const card of await sides.source.cards()) await carrier.#remember(card.id, async () => card);
    return carrier;
  }

  metric(id: string): LarkMetric | undefined {
    return this.#metrics.get(id);
  }

  /** Whether the source turns the metric's total into another unit: then its parts do not come to the total. */
  isConverted(id: string): boolean {
    return this.#converted.has(id);
  }

  /** The meter that a metric has become; undefined when it could not be carried. Its id is empty where it would be made. */
  meter(metricId: string): Meter | undefined {
    return this.#meters.get(metricId);
  }

  /** The card with its plan, also of one that is not on offer any more; null when it could not be carried. @throws Stopped, ReadFailure. */
  card(id: string): Promise<CarriedCard | null> {
    return this.#remember(id, () => this.#sides.source.card(id));
  }

  #remember(id: string, read: () => Promise<LarkCard>): Promise<CarriedCard | null> {
    const known = this.#cards.get(id) ?? read().then((card) => this.#carryCard(card));
    this.#cards.set(id, known);
    return known;
  }

  async #carryMetrics(): Promise<void> {
    const { source, target, tally } = this.#sides;
    const there: Meter[] = [];
    for await (const meter of target.client.meters()) there.push(meter);
    const { metrics, omitted } = await source.metrics();
    for (const name of omitted) {
      const [id = name, field] = name.split('#');
      if (field === 'conversion') this.#converted.add(id);
      tally.lost('meter', id, { field: field ?? null, reason: "its own system has no words for it in Lark's dialect" });
    }
    for (const metric of metrics) {
      this.#metrics.set(metric.id, metric);
      const code = codeOf(metric.name, [metric.id]);
      const known = there.find((meter) => meter.code === code) ?? there.find((meter) => isSame(meter, metric));
      if (known !== undefined) {
        tally.found('meter');
        this.#meters.set(metric.id, known);
        continue;
      }
      const made = await this.#makeMeter(code, metric);
      if (made === undefined) continue;
      there.push(made);
      this.#meters.set(metric.id, made);
    }
  }

  async #makeMeter(code: string, metric: LarkMetric): Promise<Meter | undefined> {
    const { target, tally } = this.#sides;
    const { name, eventName, unit, aggregation, valueField, dimensions } = metric;
    const kinds = ['sum', 'count', 'max', 'last'] as const;
    const kind = kinds.find((each) => each === aggregation);
    if (kind === undefined) {
      tally.lost('meter', name, { field: 'aggregation', reason: `"${aggregation}" is not counted by Paidup` });
      return undefined;
    }
    const input = { name, event_name: eventName, aggregation: kind, property: valueField, unit, dimensions: [...dimensions] };
    const made = tally.isDry ? { ...input, id: '', code, conversion: null } : await carried(() => target.client.putMeter(code, input), (reason) => tally.lost('meter', name, { reason }));
    if (made !== undefined) tally.made('meter', name, code);
    return made;
  }

  async #carryCatalogs(): Promise<void> {
    const { source, target, tally } = this.#sides;
    const catalogs = await source.catalogs().catch(absent);
    if (catalogs.length === 0) return;
    const there = await target.lark.catalogs();
    for (const catalog of catalogs) {
      const known = there.find(({ name, description }) => name === catalog.name && description === catalog.description);
      if (known !== undefined) {
        tally.found('rate catalog');
        this.#catalogs.set(catalog.id, known.id);
      } else await this.#makeCatalog(catalog);
      tally.past('rate catalog', catalog.name, 'its rates are kept ready and bill nobody: add them with POST /rate-catalogs/{id}/add_rates if they are still wanted');
    }
  }

  async #makeCatalog({ id, name, description }: LarkCatalog): Promise<void> {
    const { target, tally } = this.#sides;
    const made = tally.isDry ? '' : await carried(() => target.lark.make('/rate-catalogs', { name, description }, keyOf('lark', id)), (reason) => tally.lost('rate catalog', name, { reason }));
    if (made === undefined) return;
    tally.made('rate catalog', name, made);
    this.#catalogs.set(id, made);
  }

  async #carryCard(card: LarkCard): Promise<CarriedCard | null> {
    const { tally } = this.#sides;
    for (const field of card.omitted) tally.lost('plan', card.name, { field, reason: "its own system has no words for it in Lark's dialect" });
    const known = this.#known.get(card.id);
    if (known !== undefined) {
      tally.found('plan');
      return { card, planCode: await this.#planCode(known.id) };
    }
    const lacking = card.usageRates.filter(({ metricId }) => metricId === null || !this.#meters.has(metricId));
    if (lacking.length > 0) {
      tally.lost('plan', card.name, { reason: `its rate "${lacking[0]?.code}" counts by a pricing metric that was not carried` });
      return null;
    }
    if (tally.isDry) {
      tally.made('plan', card.name, null);
      return { card, planCode: null };
    }
    const made = await carried(() => this.#makeCard(card), (reason) => tally.lost('plan', card.name, { reason }));
    if (made === undefined) return null;
    const planCode = await this.#planCode(made);
    tally.made('plan', card.name, planCode);
    return { card, planCode };
  }

  async #makeCard(card: LarkCard): Promise<string> {
    const { name, description, interval, catalogId, metadata, fixedRates, usageRates } = card;
    const catalog = catalogId === null ? undefined : this.#catalogs.get(catalogId);
    const body = {
      name, description, billing_interval: interval,
      fixed_rates: fixedRates.map(({ words }) => words),
      usage_based_rates: usageRates.map((rate) => ({ ...rate.words, pricing_metric_id: this.#metricIdOf(rate) })),
      metadata: { ...metadata, [CAME_FROM.card]: card.id },
      ...(catalog === undefined ? {} : { rate_catalog_id: catalog }),
    };
    return this.#sides.target.lark.make('/rate-cards', body, keyOf('lark', card.id, body));
  }

  #metricIdOf({ metricId }: LarkRate): string {
    return (this.#meters.get(metricId ?? '')?.id ?? '').replace(/^mtr_/, 'pmtr_');
  }

  /** What follows the prefix is the same in both dialects: docs/surfaces/lark.md. */
  async #planCode(cardId: string): Promise<string> {
    const id = cardId.replace(/^rc_/, 'plan_');
    if (!this.#planCodes.has(id)) for await (const plan of this.#sides.target.client.plans()) this.#planCodes.set(plan.id, plan.code);
    const code = this.#planCodes.get(id);
    // One that is not sold any more is not listed, but read.
    return code ?? (await this.#sides.target.client.getPlan(id)).code;
  }
}

function isSame(meter: Meter, metric: LarkMetric): boolean {
  const { name, event_name: eventName, aggregation, property, unit, dimensions, conversion } = meter;
  const left = [name, eventName, aggregation, property ?? null, unit ?? '', ...(dimensions ?? [])];
  const right = [metric.name, metric.eventName, metric.aggregation, metric.valueField, metric.unit, ...metric.dimensions];
  return conversion == null && JSON.stringify(left) === JSON.stringify(right);
}

/** A system that has no such list has nothing in it. */
function absent(error: unknown): never[] {
  if (error instanceof ReadFailure && (error.status === 404 || error.status === 405)) return [];
  throw error;
}
