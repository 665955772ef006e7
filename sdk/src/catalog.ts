import type { Call, CallOptions } from './call.js';
import type { Alignment, Decimal, Instant, Interval, Metadata } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

/** What a meter does with the events it counts. */
export type Aggregation = 'count' | 'sum' | 'max' | 'last' | 'unique';

/** How events turn into a quantity. Fixed from the moment a plan counts by it. */
export interface MeterInput {
  /** The code unless told. */
  name?: string | undefined;
  /** Events with this name are counted. */
  event_name: string;
  aggregation: Aggregation;
  /** The event property that is added, compared or told apart; needed for all but `count`. */
  property?: string | null | undefined;
  /** A word for what is counted, such as "minute". */
  unit?: string | null | undefined;
  /** Event properties that usage can be told apart by: prices by dimension, `group_by` of usage. */
  dimensions?: readonly string[] | null | undefined;
  /** Turns a window's total into sold units, such as seconds into minutes. */
  conversion?: { divide_by: Decimal; round?: 'up' | 'none' | undefined } | null | undefined;
}

export interface Meter {
  id: string;
  code: string;
  name: string;
  event_name: string;
  aggregation: Aggregation;
  property: string | null;
  unit: string | null;
  dimensions: string[];
  conversion: { divide_by: Decimal; round: 'up' | 'none' } | null;
}

/** What a plan can grant: a flag, a limit, or a metered allowance. */
export interface FeatureInput {
  name?: string | undefined;
  type: 'flag' | 'limit' | 'metered';
  /** How the limits of several subscriptions become one; `add` unless told. */
  combine?: 'add' | 'max' | undefined;
  /** `size` is in bytes. */
  unit?: 'count' | 'size' | undefined;
  /** Code of the meter that counts its use. */
  meter?: string | null | undefined;
  metadata?: Metadata | undefined;
}

export interface Feature {
  id: string;
  code: string;
  name: string;
  type: 'flag' | 'limit' | 'metered';
  combine: 'add' | 'max';
  unit: 'count' | 'size';
  meter: string | null;
  metadata: Metadata;
}

export interface Tier {
  /** Where the tier ends (in); null for the last one. */
  up_to: Decimal | null;
  /** Per unit within the tier, in major units. */
  unit_amount?: Decimal | undefined;
  /** Once, when the tier is reached, in major units. */
  flat_amount?: Decimal | undefined;
}

/** A price model without dimensions. Amounts are major units of the plan's currency. */
export type FlatModel =
  | { type: 'per_unit'; amount: Decimal }
  | { type: 'package'; size: Decimal; amount: Decimal; round?: 'up' | 'down' | undefined }
  | { type: 'graduated' | 'volume'; tiers: readonly Tier[] };

/** What a quantity costs. */
export type Model = FlatModel | { type: 'dimensional'; dimensions: readonly string[]; cells: ReadonlyArray<{ values: Readonly<Record<string, string>>; model: FlatModel }> };

/** Money per billing period, in advance. */
export interface FixedPrice {
  code: string;
  name?: string | undefined;
  type: 'fixed';
  /** Major units of the plan's currency, per unit of quantity or per package. */
  amount: Decimal;
  /** Whether a subscription may have a quantity of it other than one. */
  per_seat?: boolean | undefined;
  /** So many of the quantity are sold together; a package that is not full counts as one (`up`, unless told) or not at all. Needs `per_seat`. */
  package?: { size: Decimal; round?: 'up' | 'down' | undefined } | null | undefined;
  /** Whether its quantity may go below what is used of a limit that it multiplies; `allowed` unless told. */
  below_usage?: 'allowed' | 'refused' | undefined;
  /** `cover_usage`: each turn raises its quantity until the limits that it multiplies cover what is used; for prices paid from the wallet. */
  renewal?: 'same_quantity' | 'cover_usage' | undefined;
  paid_from?: 'invoice' | 'wallet' | undefined;
}

/** Money for usage, in arrears, per usage window. */
export interface UsagePrice {
  code: string;
  name?: string | undefined;
  type: 'usage';
  /** Code of the meter. */
  meter: string;
  /** Units that cost nothing, or "unlimited" to count only; "0" unless told. */
  included?: Decimal | undefined;
  model: Model;
  /** The stretch over which usage is counted; the billing period unless told. `lifetime` never starts anew. */
  window?: { unit: Interval['unit'] | 'lifetime'; count?: number | undefined } | null | undefined;
  /** Unused units carry over, at most the cap: a multiple of what is included, or units; null: without a cap. */
  rollover?: { cap?: { multiple: Decimal } | { units: Decimal } | null | undefined } | null | undefined;
  /** Whether usage above included and carried goes on; `allowed` unless told. */
  overage?: 'allowed' | 'blocked' | undefined;
  /** The most that a window may cost, in major units: use that would cost more is blocked. */
  overage_cap?: Decimal | null | undefined;
  /** Least and most that a window costs, in major units. */
  minimum?: Decimal | null | undefined;
  maximum?: Decimal | null | undefined;
  paid_from?: 'invoice' | 'wallet' | undefined;
}

export type Price = FixedPrice | UsagePrice;

/** That the plan gives a feature. */
export interface Grant {
  /** Code of the feature. */
  feature: string;
  granted?: boolean | undefined;
  /** A decimal, or "unlimited". */
  limit?: Decimal | null | undefined;
  /** Code of the fixed price whose quantity multiplies the limit. */
  per_quantity_of?: string | null | undefined;
  /** For a metered feature: code of the usage price that counts it. */
  price?: string | null | undefined;
  /** How the limit joins those of other plans; as the feature says unless told. */
  combine?: 'add' | 'max' | null | undefined;
}

/** How parts of a billing period are measured. */
export type ProrationPolicy = 'by_second' | 'by_day' | 'none';

/** How a plan is billed, beside its prices. */
export interface PlanBilling {
  /** A trial ends the subscription unless a payment method is on file by then. */
  trial_requires_payment_method?: boolean | undefined;
  /** The least and the most that a billing period costs, fixed prices and usage together, in major units. */
  minimum?: Decimal | null | undefined;
  maximum?: Decimal | null | undefined;
  /** How long an invoice with usage waits for late events before it is final: 0 to 720; 0 unless told. */
  invoice_grace_hours?: number | undefined;
  /** Whether the wallet pays invoices as far as it goes; `applied` unless told. */
  wallet_credit?: 'applied' | 'kept' | undefined;
  /** `charge`: what is due on its invoices is charged to the card on file as they are issued; `send` unless told. */
  collection?: 'send' | 'charge' | undefined;
  /** Whether a customer may take it, change it and leave it by itself; false unless told. */
  self_service?: boolean | undefined;
  /** A customer changes by itself between plans of one family; those that name none are one too. */
  family?: string | null | undefined;
  /** The series that its invoices are numbered in; INV unless told. */
  invoice_series?: string | undefined;
}

/** What is sold. */
export interface PlanInput extends PlanBilling {
  name?: string | undefined;
  description?: string | null | undefined;
  /** ISO 4217; all its amounts are in it. */
  currency: string;
  interval: Interval;
  alignment?: Alignment | undefined;
  /** Whole local calendar days in the customer's zone. */
  trial_days?: number | undefined;
  /** `by_second` unless told. */
  proration?: ProrationPolicy | undefined;
  features?: readonly Grant[] | undefined;
  prices?: readonly Price[] | undefined;
  metadata?: Metadata | undefined;
}

/** One immutable version of a plan, as it was defined. */
export interface Plan extends PlanBilling {
  id: string;
  code: string;
  version: number;
  version_id: string;
  /** True when it is not sold any more. */
  archived: boolean;
  name: string;
  description: string | null;
  currency: string;
  interval: Interval;
  alignment: Alignment;
  trial_days: number;
  proration: ProrationPolicy;
  features: Grant[];
  prices: Price[];
  metadata: Metadata;
}

/** A version of a plan, with when it was made. */
export interface PlanVersion extends Plan {
  created_at: Instant;
}

export interface PlanQuery extends PageQuery {
  /** True: those that are not sold any more. */
  archived?: boolean | undefined;
}

export interface CatalogOperations {
  /** Defines the meter, anew or for the first time. Problems: `invalid_request`; `meter_in_use` when a plan counts by it and it would count differently. */
  putMeter(code: string, meter: MeterInput, options?: CallOptions): Promise<Meter>;
  /** Problems: `not_found`. */
  getMeter(code: string, options?: CallOptions): Promise<Meter>;
  /** A page of the meters, by code. */
  listMeters(query?: PageQuery, options?: CallOptions): Promise<Page<Meter>>;
  /** Every meter, by code. */
  meters(query?: PageQuery, options?: CallOptions): AsyncGenerator<Meter, void, undefined>;
  /** Defines the feature, anew or for the first time. Problems: `invalid_request`. */
  putFeature(code: string, feature: FeatureInput, options?: CallOptions): Promise<Feature>;
  /** Problems: `not_found`. */
  getFeature(code: string, options?: CallOptions): Promise<Feature>;
  /** A page of the features, by code. */
  listFeatures(query?: PageQuery, options?: CallOptions): Promise<Page<Feature>>;
  /** Every feature, by code. */
  features(query?: PageQuery, options?: CallOptions): AsyncGenerator<Feature, void, undefined>;
  /** Adds a version of the plan unless its newest one says the same; who has an older version keeps it. Problems: `invalid_request`. */
  putPlan(code: string, plan: PlanInput, options?: CallOptions): Promise<Plan>;
  /** The newest version, archived or not. Problems: `not_found`. */
  getPlan(code: string, options?: CallOptions): Promise<Plan>;
  /** A page of the versions of the plan, newest first. Problems: `not_found`. */
  listPlanVersions(code: string, query?: PageQuery, options?: CallOptions): Promise<Page<PlanVersion>>;
  /** Every version of the plan, newest first. */
  planVersions(code: string, query?: PageQuery, options?: CallOptions): AsyncGenerator<PlanVersion, void, undefined>;
  /** A page of the plans that are sold, each in its newest version, by code. */
  listPlans(query?: PlanQuery, options?: CallOptions): Promise<Page<Plan>>;
  /** Every plan that is sold, by code. */
  plans(query?: PlanQuery, options?: CallOptions): AsyncGenerator<Plan, void, undefined>;
  /** Stops selling the plan; who has it keeps it. Problems: `not_found`. */
  archivePlan(code: string, options?: CallOptions): Promise<void>;
}

export function catalogOperations(call: Call): CatalogOperations {
  const listed = <Item>(kind: string) => (query?: PageQuery, options?: CallOptions): Promise<Page<Item>> => call({ method: 'GET', path: ['v1', kind], query: { ...query }, options });
  const listMeters = listed<Meter>('meters');
  const listFeatures = listed<Feature>('features');
  const listPlans = (query?: PlanQuery, options?: CallOptions): Promise<Page<Plan>> => call({ method: 'GET', path: ['v1', 'plans'], query: { ...query }, options });
  const listPlanVersions = (code: string, query?: PageQuery, options?: CallOptions): Promise<Page<PlanVersion>> =>
    call({ method: 'GET', path: ['v1', 'plans', code, 'versions'], query: { ...query }, options });
  return {
    putMeter: (code, meter, options) => call({ method: 'PUT', path: ['v1', 'meters', code], body: meter, options }),
    getMeter: (code, options) => call({ method: 'GET', path: ['v1', 'meters', code], options }),
    listMeters,
    meters: (query, options) => everyItem((page) => listMeters(page, options), query),
    putFeature: (code, feature, options) => call({ method: 'PUT', path: ['v1', 'features', code], body: feature, options }),
    getFeature: (code, options) => call({ method: 'GET', path: ['v1', 'features', code], options }),
    listFeatures,
    features: (query, options) => everyItem((page) => listFeatures(page, options), query),
    putPlan: (code, plan, options) => call({ method: 'PUT', path: ['v1', 'plans', code], body: plan, options }),
    getPlan: (code, options) => call({ method: 'GET', path: ['v1', 'plans', code], options }),
    listPlanVersions,
    planVersions: (code, query, options) => everyItem((page) => listPlanVersions(code, { ...query, ...page }, options), query),
    listPlans,
    plans: (query, options) => everyItem((page) => listPlans({ ...query, ...page }, options), query),
    archivePlan: (code, options) => call({ method: 'DELETE', path: ['v1', 'plans', code], options }),
  };
}
