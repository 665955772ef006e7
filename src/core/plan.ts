import { parseCurrency, type Currency } from './currency.js';
import { ZERO, type Decimal } from './decimal.js';
import type { Combination, Feature } from './feature.js';
import type { Meter } from './meter.js';
import { checkCode } from './name.js';
import type { Alignment, Interval, IntervalUnit } from './period.js';
import type { ProrationPolicy } from './proration.js';
import { InputReader, parseModel, parsePackages, type ModelDefinition, type Packages, type PackagesDefinition, type Rate } from './price.js';
import { invalidInput } from './problems.js';
import type { Rollover, RolloverCap } from './rollover.js';

export type PaidFrom = 'invoice' | 'wallet';

/** Money per period, in advance: `amount` (major units) times the subscription's quantity for this price, or times the packages that hold it. */
export interface FixedPrice {
  readonly type: 'fixed';
  readonly code: string;
  readonly name: string;
  readonly amount: Decimal;
  /** Whether a subscription may have a quantity of it other than one. */
  readonly perSeat: boolean;
  /** What the amount is for, when it is not for one. */
  readonly packages: Packages | null;
  readonly paidFrom: PaidFrom;
  /** Whether its quantity may go below what is used of a limit that it multiplies. */
  readonly isBelowUsageRefused: boolean;
  /** Whether each renewal raises its quantity until the limits that it multiplies cover what is used. */
  readonly coversUsage: boolean;
}

/** Money for usage, in arrears, per usage window. */
export interface UsagePrice extends Rate {
  readonly type: 'usage';
  readonly code: string;
  readonly name: string;
  readonly meter: Meter;
  /** Null: the billing period. `lifetime`: from the subscription's start, never starting anew. */
  readonly window: Interval | 'lifetime' | null;
  readonly rollover: Rollover | null;
  readonly overage: 'allowed' | 'blocked';
  /** The most that a window may cost (major units, before the multiplier); use that would cost more is blocked. Null: no cap. */
  readonly overageCap: Decimal | null;
  readonly paidFrom: PaidFrom;
}

export type Price = FixedPrice | UsagePrice;

/** That the plan gives a feature: a flag, a limit (times a price's quantity), or what a usage price counts. */
export interface Grant {
  readonly feature: Feature;
  readonly isGranted: boolean;
  readonly limit: Decimal | 'unlimited' | null;
  /** Code of the fixed price whose quantity multiplies the limit. */
  readonly perQuantityOf: string | null;
  /** Code of the usage price that counts the feature's use. */
  readonly price: string | null;
  /** How its limit joins those of others: as the feature says, unless the plan says otherwise. */
  readonly combine: Combination;
}

/** One immutable version of what is sold. */
export interface Plan {
  readonly id: string;
  readonly code: string;
  readonly versionId: string;
  readonly version: number;
  readonly name: string;
  readonly description: string | null;
  readonly currency: Currency;
  readonly interval: Interval;
  readonly alignment: Alignment;
  readonly trialDays: number;
  /** A trial of it ends the subscription unless a payment method is on file by then. */
  readonly trialRequiresPaymentMethod: boolean;
  /** How parts of its periods are measured. */
  readonly proration: ProrationPolicy;
  /** The least and the most that a billing period may cost, fixed prices and usage together, in major units; a short period's share of it. */
  readonly minimum: Decimal | null;
  readonly maximum: Decimal | null;
  /** How long an invoice with usage waits for late events before it is final, in hours. */
  readonly graceHours: number;
  /** Whether the wallet's available balance pays its invoices as far as it goes. */
  readonly isWalletApplied: boolean;
  /** Whether what is due on its invoices is charged to the card on file as they are issued. */
  readonly isCollected: boolean;
  /** The series that its invoices are numbered in. */
  readonly invoiceSeries: string;
  /** Whether a customer may take it, change it and leave it by itself: plan and seats. */
  readonly isSelfService: boolean;
  /** Whose plans a customer may change between by itself; null is a family too. */
  readonly family: string | null;
  readonly grants: readonly Grant[];
  readonly prices: readonly Price[];
  readonly metadata: Readonly<Record<string, string>>;
}

export type PriceDefinition =
  | {
      readonly code: string;
      readonly name?: string | undefined;
      readonly type: 'fixed';
      readonly amount: string;
      readonly per_seat?: boolean | undefined;
      readonly package?: PackagesDefinition | null | undefined;
      readonly below_usage?: 'allowed' | 'refused' | undefined;
      readonly renewal?: 'same_quantity' | 'cover_usage' | undefined;
      readonly paid_from?: PaidFrom | undefined;
    }
  | {
      readonly code: string;
      readonly name?: string | undefined;
      readonly type: 'usage';
      readonly meter: string;
      readonly included?: string | undefined;
      readonly model: ModelDefinition;
      readonly window?: { readonly unit: IntervalUnit | 'lifetime'; readonly count?: number | undefined } | null | undefined;
      readonly rollover?: { readonly cap?: { readonly multiple: string } | { readonly units: string } | null | undefined } | null | undefined;
      readonly overage?: 'allowed' | 'blocked' | undefined;
      readonly overage_cap?: string | null | undefined;
      readonly paid_from?: PaidFrom | undefined;
      readonly minimum?: string | null | undefined;
      readonly maximum?: string | null | undefined;
    };

export interface GrantDefinition {
  readonly feature: string;
  readonly granted?: boolean | undefined;
  readonly limit?: string | null | undefined;
  readonly per_quantity_of?: string | null | undefined;
  readonly price?: string | null | undefined;
  readonly combine?: Combination | null | undefined;
}

/** A plan as the API takes it and as its version is stored. */
export interface PlanDefinition {
  readonly name?: string | undefined;
  readonly description?: string | null | undefined;
  readonly currency: string;
  readonly interval: Interval;
  readonly alignment?: Alignment | undefined;
  readonly trial_days?: number | undefined;
  readonly trial_requires_payment_method?: boolean | undefined;
  readonly proration?: ProrationPolicy | undefined;
  readonly minimum?: string | null | undefined;
  readonly maximum?: string | null | undefined;
  readonly invoice_grace_hours?: number | undefined;
  readonly wallet_credit?: 'applied' | 'kept' | undefined;
  readonly collection?: 'send' | 'charge' | undefined;
  readonly invoice_series?: string | undefined;
  readonly self_service?: boolean | undefined;
  readonly family?: string | null | undefined;
  readonly features?: readonly GrantDefinition[] | undefined;
  readonly prices?: readonly PriceDefinition[] | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** What a plan's definition refers to. */
export interface PlanVocabulary {
  readonly meter: (code: string) => Meter | undefined;
  readonly feature: (code: string) => Feature | undefined;
}

export interface PlanIdentity {
  readonly id: string;
  readonly code: string;
  readonly versionId: string;
  readonly version: number;
}

const MAX_TRIAL_DAYS = 3650;
const MAX_GRACE_HOURS = 720;
const SERIES = /^[A-Z0-9][A-Z0-9-]{0,19}$/;
export const DEFAULT_SERIES = 'INV';
/** Credit notes, and what is paid from the wallet, have series of their own. */
export const CREDIT_NOTE_SERIES = 'CN';
export const WALLET_SERIES = 'WAL';
const OWN_SERIES = [CREDIT_NOTE_SERIES, WALLET_SERIES];

/** @throws Refusal `invalid_request` naming every wrong field by its JSON pointer. */
export function parsePlan(identity: PlanIdentity, definition: PlanDefinition, vocabulary: PlanVocabulary): Plan {
  const reader = new InputReader();
  checkCode(identity.code, '/code', reader.errors);
  const currency = parseCurrency(definition.currency);
  if (currency === undefined) reader.fault('/currency', `"${definition.currency}" is not an ISO 4217 currency`);
  const trialDays = definition.trial_days ?? 0;
  if (!Number.isInteger(trialDays) || trialDays < 0 || trialDays > MAX_TRIAL_DAYS) reader.fault('/trial_days', `must be a whole number from 0 to ${MAX_TRIAL_DAYS}`);
  const prices = (definition.prices ?? []).map((price, index) => parsePrice(price, `/prices/${index}`, reader, vocabulary));
  const duplicate = firstDuplicate(prices.map((price) => price.code));
  if (duplicate !== undefined) reader.fault(`/prices/${duplicate}/code`, 'stands twice');
  const grants = (definition.features ?? []).map((grant, index) => parseGrant(grant, { pointer: `/features/${index}`, prices, reader, vocabulary }));
  const twice = firstDuplicate((definition.features ?? []).map((grant) => grant.feature));
  if (twice !== undefined) reader.fault(`/features/${twice}/feature`, 'stands twice');
  const plan: Plan = {
    ...identity,
    name: definition.name ?? identity.code,
    description: definition.description ?? null,
    currency: currency ?? ('USD' as Currency),
    interval: reader.interval(definition.interval, '/interval'),
    alignment: definition.alignment ?? 'anniversary',
    trialDays,
    ...parseBilling(definition, reader),
    isSelfService: definition.self_service ?? false,
    family: parseFamily(definition.family ?? null, reader),
    grants,
    prices,
    metadata: definition.metadata ?? {},
  };
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  return plan;
}

function parseFamily(family: string | null, reader: InputReader): string | null {
  if (family !== null) checkCode(family, '/family', reader.errors);
  return family;
}

function parseBilling(definition: PlanDefinition, reader: InputReader) {
  const graceHours = definition.invoice_grace_hours ?? 0;
  if (!Number.isInteger(graceHours) || graceHours < 0 || graceHours > MAX_GRACE_HOURS) reader.fault('/invoice_grace_hours', `must be a whole number from 0 to ${MAX_GRACE_HOURS}`);
  const invoiceSeries = definition.invoice_series ?? DEFAULT_SERIES;
  if (!SERIES.test(invoiceSeries) || OWN_SERIES.includes(invoiceSeries)) reader.fault('/invoice_series', `must be 1 to 20 of A to Z, 0 to 9 and -, and neither of ${OWN_SERIES.join(', ')}`);
  return {
    trialRequiresPaymentMethod: definition.trial_requires_payment_method ?? false,
    proration: definition.proration ?? ('by_second' as const),
    ...parseBounds(definition, '', reader),
    graceHours,
    isWalletApplied: (definition.wallet_credit ?? 'applied') === 'applied',
    isCollected: definition.collection === 'charge',
    invoiceSeries,
  };
}

/** The least and the most that something costs. */
function parseBounds(definition: { minimum?: string | null | undefined; maximum?: string | null | undefined }, pointer: string, reader: InputReader) {
  const minimum = definition.minimum == null ? null : reader.notNegative(definition.minimum, `${pointer}/minimum`);
  const maximum = definition.maximum == null ? null : reader.notNegative(definition.maximum, `${pointer}/maximum`);
  if (minimum !== null && maximum !== null && maximum.lt(minimum)) reader.fault(`${pointer}/maximum`, 'must not be below the minimum');
  return { minimum, maximum };
}

export function usagePrices(plan: Plan): readonly UsagePrice[] {
  let prices = usagePricesOf.get(plan);
  if (prices === undefined) {
    prices = plan.prices.filter((price): price is UsagePrice => price.type === 'usage');
    usagePricesOf.set(plan, prices);
  }
  return prices;
}

/** Asked of the same plan for every event and every state. */
const usagePricesOf = new WeakMap<Plan, readonly UsagePrice[]>();

export function fixedPrices(plan: Plan): FixedPrice[] {
  return plan.prices.filter((price): price is FixedPrice => price.type === 'fixed');
}

export function usagePrice(plan: Plan, code: string): UsagePrice | undefined {
  return usagePrices(plan).find((price) => price.code === code);
}

function parsePrice(definition: PriceDefinition, pointer: string, reader: InputReader, vocabulary: PlanVocabulary): Price {
  checkCode(definition.code, `${pointer}/code`, reader.errors);
  const common = { code: definition.code, name: definition.name ?? definition.code, paidFrom: definition.paid_from ?? 'invoice' };
  if (definition.type === 'fixed') {
    if (definition.package != null && definition.per_seat !== true) reader.fault(`${pointer}/package`, 'needs "per_seat": true: without it there is one of the price, and no more');
    return {
      ...common,
      type: 'fixed',
      amount: reader.notNegative(definition.amount, `${pointer}/amount`),
      perSeat: definition.per_seat ?? false,
      packages: definition.package == null ? null : parsePackages(definition.package, `${pointer}/package`, reader),
      isBelowUsageRefused: definition.below_usage === 'refused',
      coversUsage: definition.renewal === 'cover_usage',
    };
  }
  const meter = vocabulary.meter(definition.meter);
  if (meter === undefined) reader.fault(`${pointer}/meter`, `there is no meter "${definition.meter}"`);
  const model = parseModel(definition.model, `${pointer}/model`, reader);
  if (model.type === 'dimensional') {
    const unknown = model.dimensions.find((dimension) => meter !== undefined && !meter.dimensions.includes(dimension));
    if (unknown !== undefined) reader.fault(`${pointer}/model/dimensions`, `the meter has no dimension "${unknown}"`);
    if (definition.rollover != null) reader.fault(`${pointer}/rollover`, 'is not offered for a dimensional price');
  }
  const included = definition.included === 'unlimited' ? 'unlimited' : reader.notNegative(definition.included ?? '0', `${pointer}/included`);
  if (included === 'unlimited' && definition.rollover != null) reader.fault(`${pointer}/rollover`, 'needs a number of included units');
  return {
    ...common,
    type: 'usage',
    meter: meter as Meter,
    included,
    model,
    ...parseBounds(definition, pointer, reader),
    overageCap: definition.overage_cap == null ? null : reader.notNegative(definition.overage_cap, `${pointer}/overage_cap`),
    window: parseWindow(definition.window, `${pointer}/window`, reader),
    rollover: parseRollover(definition.rollover, `${pointer}/rollover`, reader),
    overage: definition.overage ?? 'allowed',
  };
}

function parseWindow(
  window: { readonly unit: IntervalUnit | 'lifetime'; readonly count?: number | undefined } | null | undefined,
  pointer: string,
  reader: InputReader,
): UsagePrice['window'] {
  if (window == null) return null;
  if (window.unit === 'lifetime') return 'lifetime';
  return reader.interval({ unit: window.unit, count: window.count ?? 1 }, pointer);
}

function parseRollover(
  rollover: { readonly cap?: { readonly multiple: string } | { readonly units: string } | null | undefined } | null | undefined,
  pointer: string,
  reader: InputReader,
): Rollover | null {
  if (rollover == null) return null;
  if (rollover.cap == null) return { cap: null };
  const cap: RolloverCap =
    'multiple' in rollover.cap
      ? { multiple: reader.notNegative(rollover.cap.multiple, `${pointer}/cap/multiple`) }
      : { units: reader.notNegative(rollover.cap.units, `${pointer}/cap/units`) };
  return { cap };
}

function parseGrant(
  definition: GrantDefinition,
  context: { pointer: string; prices: readonly Price[]; reader: InputReader; vocabulary: PlanVocabulary },
): Grant {
  const { pointer, prices, reader } = context;
  const feature = context.vocabulary.feature(definition.feature);
  if (feature === undefined) reader.fault(`${pointer}/feature`, `there is no feature "${definition.feature}"`);
  const limit = definition.limit == null ? null : definition.limit === 'unlimited' ? 'unlimited' : reader.notNegative(definition.limit, `${pointer}/limit`);
  const counting = definition.price == null ? undefined : prices.find((price) => price.code === definition.price && price.type === 'usage');
  if (definition.price != null && counting === undefined) reader.fault(`${pointer}/price`, `the plan has no usage price "${definition.price}"`);
  const seats = definition.per_quantity_of ?? null;
  if (seats !== null && !prices.some((price) => price.code === seats && price.type === 'fixed')) {
    reader.fault(`${pointer}/per_quantity_of`, `the plan has no fixed price "${seats}"`);
  }
  if (feature?.type === 'flag' && (limit !== null || counting !== undefined)) reader.fault(pointer, 'a flag takes "granted" only');
  if (feature?.type === 'limit' && limit === null && definition.granted !== false) reader.fault(`${pointer}/limit`, 'is needed: a decimal string or "unlimited"');
  if (feature?.type === 'metered' && counting === undefined && limit === null) reader.fault(`${pointer}/price`, 'is needed: the code of the usage price that counts it');
  if (feature?.meter != null && counting?.type === 'usage' && counting.meter?.code !== feature.meter) {
    reader.fault(`${pointer}/price`, `counts another meter than the feature's "${feature.meter}"`);
  }
  return {
    feature: feature as Feature,
    isGranted: definition.granted ?? true,
    limit: definition.granted === false && limit === null ? (feature?.type === 'flag' ? null : ZERO) : limit,
    perQuantityOf: seats,
    price: definition.price ?? null,
    combine: definition.combine ?? feature?.combine ?? 'add',
  };
}

function firstDuplicate(codes: readonly string[]): number | undefined {
  const index = codes.findIndex((code, position) => codes.indexOf(code) !== position);
  return index === -1 ? undefined : index;
}
