import { Type, type Static } from 'typebox';
import { decimalText } from '../../../core/decimal.js';
import { instantText } from '../../../core/instant.js';
import { fixedPrices, usagePrices, type FixedPrice, type Plan, type Price, type UsagePrice } from '../../../core/plan.js';
import type { FlatModel } from '../../../core/price.js';
import { Refusal } from '../../../core/problems.js';
import { getPlan, listPlans, putPlan } from '../../../service/catalog.js';
import type { SoldPlan } from '../../../service/catalog-cache.js';
import type { Engine, Unit } from '../../../service/engine.js';
import { getRateCatalog } from '../../../service/rate-catalog.js';
import { Metadata, Nullable, Words } from '../../schema.js';
import { codeFor } from './code.js';
import { derivedId, fromRateCardId, toPricingMetricId, toRateCardId } from './id.js';
import { Amount, toAmount } from './money.js';
import { findMeter } from './pricing-metric.js';
import { RateCardBody, planDefinitionOf, type Meters } from './rate-card-body.js';
import { ListOf, ListQuery, listOf, sliceOf, type Call, type Route } from './route.js';
import { WORDS, wordsOf, type LarkWords } from './words.js';

/** A plan in Lark's words. Source: contracts/lark.md section 3. */

const RatePrice = Type.Object({ price_type: Words(['flat', 'package']), amount: Amount, package_units: Type.Optional(Type.Integer()), rounding_behavior: Type.Optional(Words(['round_up', 'round_down'])) });
const RateWords = { id: Type.String(), code: Type.String(), name: Type.String(), description: Nullable(Type.String()) };

export const FixedRate = Type.Object({ ...RateWords, price: RatePrice });
export const UsageRate = Type.Object({
  ...RateWords,
  usage_based_rate_type: Words(['simple', 'dimensional']),
  included_units: Type.Integer(),
  pricing_metric_id: Type.String(),
  price: Type.Optional(RatePrice),
  dimensions: Type.Optional(Type.Array(Type.Object({ key: Type.String(), values: Type.Array(Type.String()), description: Nullable(Type.String()) }))),
  pricing_matrix: Type.Optional(Type.Object({ cells: Type.Array(Type.Object({ dimension_coordinates: Type.Record(Type.String(), Type.String()), price: RatePrice })) })),
});

const RateCard = Type.Object({
  id: Type.String(),
  name: Type.String(),
  billing_interval: Words(['monthly', 'yearly']),
  created_at: Type.String(),
  updated_at: Type.String(),
  fixed_rates: Type.Array(FixedRate),
  usage_based_rates: Type.Array(UsageRate),
  metadata: Metadata,
  description: Nullable(Type.String()),
  rate_catalog_id: Nullable(Type.String()),
});

export const RATE_CARD_ROUTES: readonly Route[] = [
  { method: 'POST', path: '/rate-cards', right: 'catalog:write', summary: 'Make a rate card', body: RateCardBody, result: RateCard, work: { change: makeRateCard } },
  { method: 'GET', path: '/rate-cards', right: 'catalog:read', summary: 'List rate cards, newest first', query: ListQuery, result: ListOf('rate_cards', RateCard), work: { read: listRateCards } },
  { method: 'GET', path: '/rate-cards/:rate_card_id', right: 'catalog:read', summary: 'Read a rate card', result: RateCard, work: { read: async (call) => told(call, await findRateCard(call.engine, call.parameter('rate_card_id'))) } },
];

/** The plan that a rate card id stands for. @throws Refusal `not_found`. */
export async function findRateCard(engine: Engine, rateCardId: string): Promise<SoldPlan> {
  const id = fromRateCardId(rateCardId);
  if (id === undefined) throw rateCardNotFound();
  return getPlan(engine, id).catch((error: unknown) => {
    throw error instanceof Refusal && error.slug === 'not_found' ? rateCardNotFound() : error;
  });
}

function rateCardNotFound(): Refusal {
  return new Refusal('not_found', 'Rate card not found');
}

async function makeRateCard({ engine, request }: Call): Promise<(unit: Unit) => Promise<Static<typeof RateCard>>> {
  const body = request.body as Static<typeof RateCardBody>;
  if (body.rate_catalog_id != null) await requireCatalog(engine, body.rate_catalog_id);
  const definition = planDefinitionOf(body, await metersOf(engine, body));
  return async (unit) => {
    const { view } = toRateCard(await putPlan(engine, unit, { code: codeFor(engine, body.name), definition }).catch((error: unknown) => asRates(error, body)));
    if (view === undefined) throw new Error("a rate card made in the vendor's words can be said in them");
    return view;
  };
}

async function requireCatalog(engine: Engine, id: string): Promise<void> {
  await getRateCatalog(engine.database, id).catch((error: unknown) => {
    throw error instanceof Refusal && error.slug === 'not_found' ? new Refusal('not_found', 'Rate catalog not found') : error;
  });
}

type Rates = Pick<Static<typeof RateCardBody>, 'fixed_rates' | 'usage_based_rates'>;

/** The meters of the card's metrics. Unknown ones are left out: what reads the card tells where they stand. */
export async function metersOf(engine: Engine, body: Rates): Promise<Meters> {
  const ids = [...new Set((body.usage_based_rates ?? []).map((rate) => rate.pricing_metric_id))];
  const found = await Promise.all(ids.map(async (id) => [id, await findMeter(engine, id).catch(absent)] as const));
  return new Map(found.flatMap(([id, meter]) => (meter === undefined ? [] : [[id, meter] as const])));
}

function absent(error: unknown): undefined {
  if (error instanceof Refusal && error.slug === 'not_found') return undefined;
  throw error;
}

/** What a plan's price is told to lack stands in the rate that it was made of: the fixed ones come first. */
export function asRates(error: unknown, body: Rates): never {
  if (!(error instanceof Refusal)) throw error;
  const fixed = body.fixed_rates?.length ?? 0;
  const renamed = (pointer: string): string =>
    pointer.replace(/^\/prices\/(\d+)/, (_whole, index: string) => (Number(index) < fixed ? `/fixed_rates/${index}` : `/usage_based_rates/${Number(index) - fixed}`)).replace('/model/dimensions', '/dimensions').replace('/model/cells', '/pricing_matrix/cells');
  throw new Refusal(error.slug, error.message, error.errors.map(({ pointer, detail }) => ({ pointer: renamed(pointer), detail })));
}

async function listRateCards(call: Call): Promise<Record<string, unknown>> {
  const { limit, offset } = sliceOf(call);
  const newest = (left: SoldPlan, right: SoldPlan): number => right.madeAt - left.madeAt || (left.plan.id < right.plan.id ? -1 : 1);
  const said = (await listPlans(call.engine)).sort(newest).map((sold) => ({ sold, ...toRateCard(sold) })).filter(({ sold, view }) => {
    if (view === undefined) call.omit(toRateCardId(sold.plan.id));
    return view !== undefined;
  });
  const found = said.slice(offset, offset + limit + 1);
  for (const { unsaid } of found.slice(0, limit)) unsaid.forEach(call.omit);
  return listOf('rate_cards', found, { limit, view: ({ view }) => view });
}

/** The card; what of it could not be said is noted. @throws Refusal `not_found` for a plan that is no rate card at all. */
function told(call: Call, sold: SoldPlan): Static<typeof RateCard> {
  const { view, unsaid } = toRateCard(sold);
  if (view === undefined) call.omit(toRateCardId(sold.plan.id));
  if (view === undefined) throw rateCardNotFound();
  unsaid.forEach(call.omit);
  return view;
}

/** The plan as a card, undefined when its interval has no word; with what of the plan has none. */
function toRateCard({ plan, madeAt, changedAt }: SoldPlan): { readonly view: Static<typeof RateCard> | undefined; readonly unsaid: readonly string[] } {
  const words = wordsOf(plan);
  const { unit, count } = plan.interval;
  const interval = count !== 1 ? undefined : unit === 'month' ? 'monthly' : unit === 'year' ? 'yearly' : undefined;
  if (interval === undefined) return { view: undefined, unsaid: [] };
  const id = toRateCardId(plan.id);
  const fixed = fixedPrices(plan).map((price) => ({ price, rate: toFixedRate(plan, price, words) }));
  const usage = usagePrices(plan).map((price) => ({ price, rate: toUsageRate(plan, price, words) }));
  const { [WORDS]: _words, ...metadata } = plan.metadata;
  const view = {
    id,
    name: plan.name,
    billing_interval: interval,
    created_at: instantText(madeAt),
    updated_at: instantText(changedAt),
    fixed_rates: fixed.flatMap(({ rate }) => rate ?? []),
    usage_based_rates: usage.flatMap(({ rate }) => rate ?? []),
    metadata,
    description: plan.description,
    rate_catalog_id: words.rate_catalog_id ?? null,
  } as const;
  const parts = [...unsaidOfPlan(plan), ...[...fixed, ...usage].flatMap(({ price, rate }) => (rate === undefined ? [price.code] : unsaidOfRate(price)))];
  return { view, unsaid: parts.map((part) => `${id}#${part}`) };
}

/** The rates of a plan that Lark has words for. */
export function ratesOf(plan: Plan): { readonly fixed: ReadonlyArray<Static<typeof FixedRate>>; readonly usage: ReadonlyArray<Static<typeof UsageRate>> } {
  const words = wordsOf(plan);
  return { fixed: fixedPrices(plan).flatMap((price) => toFixedRate(plan, price, words) ?? []), usage: usagePrices(plan).flatMap((price) => toUsageRate(plan, price, words) ?? []) };
}

function unsaidOfPlan(plan: Plan): string[] {
  const parts = { trial_days: plan.trialDays > 0, alignment: plan.alignment === 'calendar', minimum: plan.minimum !== null, maximum: plan.maximum !== null, features: plan.grants.length > 0 };
  return Object.entries(parts).flatMap(([part, isThere]) => (isThere ? [part] : []));
}

function unsaidOfRate(price: Price): string[] {
  const parts = price.type === 'fixed' ? { paid_from: price.paidFrom === 'wallet' } : {
    window: price.window !== null, rollover: price.rollover !== null, overage: price.overage === 'blocked', overage_cap: price.overageCap !== null,
    minimum: price.minimum !== null, maximum: price.maximum !== null, paid_from: price.paidFrom === 'wallet',
  };
  return Object.entries(parts).flatMap(([part, isThere]) => (isThere ? [`${price.code}.${part}`] : []));
}

/** Undefined where Lark has no words for it: packages of parts of one. */
function toFixedRate(plan: Plan, price: FixedPrice, words: LarkWords): Static<typeof FixedRate> | undefined {
  const { amount, packages } = price;
  const said = toPrice(plan, packages === null ? { type: 'per_unit', amount } : { type: 'package', amount, ...packages }, words);
  return said === undefined ? undefined : { ...rateWords('fr', plan, { price, words }), price: said };
}

/** Undefined where Lark has no words for it: tiers, parts of included units, packages of parts of a unit. */
function toUsageRate(plan: Plan, price: UsagePrice, words: LarkWords): Static<typeof UsageRate> | undefined {
  const included = price.included === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(decimalText(price.included));
  if (!Number.isSafeInteger(included)) return undefined;
  const common = { ...rateWords('ubr', plan, { price, words }), included_units: included, pricing_metric_id: toPricingMetricId(price.meter.id) };
  const { model } = price;
  if (model.type !== 'dimensional') {
    const said = toPrice(plan, model, words);
    return said === undefined ? undefined : { ...common, usage_based_rate_type: 'simple', price: said };
  }
  const cells = model.cells.flatMap((cell) => {
    const said = toPrice(plan, cell.model, words);
    return said === undefined ? [] : [{ dimension_coordinates: Object.fromEntries(model.dimensions.map((name, index) => [name, cell.values[index] ?? ''])), price: said }];
  });
  if (cells.length < model.cells.length) return undefined;
  const described = words.dimensions[price.code];
  const dimensions = described?.map(({ key, values, description }) => ({ key, values: [...values], description })) ?? model.dimensions.map((key, index) => ({ key, values: [...new Set(model.cells.map(({ values }) => values[index] ?? ''))], description: null }));
  return { ...common, usage_based_rate_type: 'dimensional', dimensions, pricing_matrix: { cells } };
}

function rateWords(prefix: 'fr' | 'ubr', plan: Plan, { price, words }: { price: FixedPrice | UsagePrice; words: LarkWords }) {
  const { code, name } = price;
  return { id: derivedId(prefix, [plan.versionId, code]), code, name, description: words.descriptions[code] ?? null };
}

function toPrice(plan: Plan, model: FlatModel, words: LarkWords): Static<typeof RatePrice> | undefined {
  if (model.type === 'per_unit') return { price_type: 'flat', amount: toAmount(model.amount, codeOf(plan, words)) };
  if (model.type !== 'package') return undefined;
  const units = Number(decimalText(model.size));
  if (!Number.isSafeInteger(units)) return undefined;
  return { price_type: 'package', amount: toAmount(model.amount, codeOf(plan, words)), package_units: units, rounding_behavior: model.round === 'up' ? 'round_up' : 'round_down' };
}

/** Rate cards write their currency in small letters, unless they were made otherwise. */
function codeOf(plan: Plan, words: LarkWords): { currency: Plan['currency']; code: string } {
  return { currency: plan.currency, code: words.currency_code === '' ? plan.currency.toLowerCase() : words.currency_code };
}
