import { parseCurrency, type Currency } from './currency.js';
import { PURCHASED, burn, type CreditKind } from './credit.js';
import { add, decimal, decimalText, divide, multiply, type Decimal } from './decimal.js';
import { FOREVER, parseInstant, type Instant } from './instant.js';
import { moneyText, roundToMoney } from './money.js';
import { firstPeriods, isTimeZone, periodContaining, type Alignment, type IndexedPeriod, type Interval, type Schedule } from './period.js';
import { InputReader, parseModel, type ModelDefinition } from './price.js';
import { invalidInput } from './problems.js';
import { prorateChange, type ProrationPolicy } from './proration.js';
import { rateIncrement, type RatedLine } from './rating.js';
import { carry } from './rollover.js';
import { applyTax } from './tax.js';

/** The calculator: rules asked without any stored data. */

export interface AmountQuestion {
  readonly currency: string;
  readonly price: {
    readonly model: ModelDefinition;
    readonly included?: string | undefined;
    readonly minimum?: string | null | undefined;
    readonly maximum?: string | null | undefined;
  };
  readonly quantity: string;
  readonly already_billed_quantity?: string | undefined;
}

export interface AmountAnswer {
  /** Rounded once to the currency's minor unit. */
  readonly amount: string;
  /** Exact amounts that sum to it before rounding. */
  readonly lines: readonly RatedLine[];
}

/** What a quantity costs under a price, less what was billed for before. @throws Refusal `invalid_request`. */
export function calculateAmount(question: AmountQuestion): AmountAnswer {
  const reader = new InputReader();
  const currency = readCurrency(question.currency, reader);
  const { price } = question;
  const model = parseModel(price.model, '/price/model', reader);
  if (model.type === 'dimensional') reader.fault('/price/model/type', 'a dimensional model is calculated cell by cell: send the model of one cell');
  const included = reader.notNegative(price.included ?? '0', '/price/included');
  const bound = (text: string | null | undefined, pointer: string): Decimal | null => (text == null ? null : reader.notNegative(text, pointer));
  const minimum = bound(price.minimum, '/price/minimum');
  const maximum = bound(price.maximum, '/price/maximum');
  if (minimum !== null && maximum !== null && maximum.lt(minimum)) reader.fault('/price/maximum', 'must not be below the minimum');
  const quantity = reader.notNegative(question.quantity, '/quantity');
  const already = reader.notNegative(question.already_billed_quantity ?? '0', '/already_billed_quantity');
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  const rated = rateIncrement({ model, included, minimum, maximum }, { already, quantity, free: included });
  return { amount: moneyText(roundToMoney(rated.amount, currency)), lines: rated.lines };
}

export interface PeriodsQuestion {
  readonly anchor: string;
  readonly timezone?: string | undefined;
  readonly interval: Interval;
  readonly alignment?: Alignment | undefined;
  /** Where the first period begins; the anchor unless told. */
  readonly starts_at?: string | undefined;
  readonly count?: number | undefined;
  readonly containing?: string | undefined;
}

/** The most periods that one question may ask for. */
export const MAX_PERIODS = 1000;

/** The first periods of a schedule, or the one that contains a moment. @throws Refusal `invalid_request`. */
export function calculatePeriods(question: PeriodsQuestion): IndexedPeriod[] {
  const reader = new InputReader();
  const anchorAt = readInstant(question.anchor, '/anchor', reader);
  const startsAt = question.starts_at === undefined ? anchorAt : readInstant(question.starts_at, '/starts_at', reader);
  const zone = readZone(question.timezone, reader);
  const interval = reader.interval(question.interval, '/interval');
  const containing = question.containing === undefined ? undefined : readInstant(question.containing, '/containing', reader);
  if (containing !== undefined && containing < startsAt) reader.fault('/containing', 'lies before the first period');
  const count = question.count ?? 1;
  if (!Number.isInteger(count) || count < 1 || count > MAX_PERIODS) reader.fault('/count', `must be a whole number from 1 to ${MAX_PERIODS}`);
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  const schedule: Schedule = { anchorAt, startsAt, zone, interval, alignment: question.alignment ?? 'anniversary' };
  try {
    return containing === undefined ? firstPeriods(schedule, count) : [periodContaining(schedule, containing)];
  } catch (error) {
    if (error instanceof RangeError) throw invalidInput([{ pointer: '/interval', detail: 'leads beyond the end of the calendar' }]);
    throw error;
  }
}

export interface ProrationQuestion {
  readonly currency: string;
  readonly policy?: ProrationPolicy | undefined;
  readonly timezone?: string | undefined;
  readonly period: { readonly start: string; readonly end: string };
  /** Where within the period the change lies; before it the whole period is left, after it nothing. */
  readonly at: string;
  readonly old_amount: string;
  readonly new_amount: string;
}

export interface ProrationAnswer {
  readonly credit: string;
  readonly charge: string;
  readonly net: string;
}

/** What a change within a period gives back and charges, each leg rounded. @throws Refusal `invalid_request`. */
export function calculateProration(question: ProrationQuestion): ProrationAnswer {
  const reader = new InputReader();
  const currency = readCurrency(question.currency, reader);
  const zone = readZone(question.timezone, reader);
  const startsAt = readInstant(question.period.start, '/period/start', reader);
  const endsAt = readInstant(question.period.end, '/period/end', reader);
  if (endsAt <= startsAt) reader.fault('/period/end', 'must lie after the start');
  const at = readInstant(question.at, '/at', reader);
  const oldAmount = reader.notNegative(question.old_amount, '/old_amount');
  const newAmount = reader.notNegative(question.new_amount, '/new_amount');
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  const { credit, charge, net } = prorateChange({ currency, policy: question.policy ?? 'by_second', zone, period: { startsAt, endsAt }, at, oldAmount, newAmount });
  return { credit: moneyText(credit), charge: moneyText(charge), net: moneyText(net) };
}

export interface RolloverQuestion {
  readonly included: string;
  readonly carried?: string | undefined;
  readonly used: string;
  readonly cap?: { readonly multiple: string } | { readonly units: string } | null | undefined;
  /** What the next window includes; the same unless told. */
  readonly next_included?: string | undefined;
}

/** What unused units carry into the next window, and what may be used in it. @throws Refusal `invalid_request`. */
export function calculateRollover(question: RolloverQuestion): { readonly carry: string; readonly next_available: string } {
  const reader = new InputReader();
  const included = reader.notNegative(question.included, '/included');
  const carried = reader.notNegative(question.carried ?? '0', '/carried');
  const used = reader.notNegative(question.used, '/used');
  const nextIncluded = question.next_included === undefined ? included : reader.notNegative(question.next_included, '/next_included');
  const { cap } = question;
  const limit = cap == null ? null : 'multiple' in cap ? { multiple: reader.notNegative(cap.multiple, '/cap/multiple') } : { units: reader.notNegative(cap.units, '/cap/units') };
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  const carriedOn = carry({ included, carried, used, cap: limit, nextIncluded });
  return { carry: decimalText(carriedOn), next_available: decimalText(add(nextIncluded, carriedOn)) };
}

export interface BurnQuestion {
  readonly credits: ReadonlyArray<{
    readonly id: string;
    readonly amount: string;
    readonly priority?: number | undefined;
    readonly kind?: CreditKind | undefined;
    readonly expires_at?: string | null | undefined;
    readonly created_at?: string | undefined;
  }>;
  readonly use: string;
  /** Credits that have expired by then give nothing; none has unless told. */
  readonly at?: string | undefined;
}

export interface BurnAnswer {
  /** In the order in which they were taken from. */
  readonly used: ReadonlyArray<{ readonly id: string; readonly amount: string }>;
  /** Of every credit, in the order in which they came. */
  readonly remaining: ReadonlyArray<{ readonly id: string; readonly amount: string }>;
  readonly uncovered: string;
}

/** Which credits a use takes from, and what is left of each. @throws Refusal `invalid_request`. */
export function calculateBurn(question: BurnQuestion): BurnAnswer {
  const reader = new InputReader();
  const use = reader.notNegative(question.use, '/use');
  const at = question.at === undefined ? null : readInstant(question.at, '/at', reader);
  const credits = question.credits.map((credit, index) => readCredit(credit, `/credits/${index}`, reader));
  const twice = credits.findIndex(({ id }, index) => credits.findIndex((other) => other.id === id) !== index);
  if (twice !== -1) reader.fault(`/credits/${twice}/id`, 'stands twice');
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  // Whole units of the smallest place that anything is given in.
  const places = Math.max(...[use, ...credits.map(({ amount }) => amount)].map((value) => decimalText(value).split('.')[1]?.length ?? 0));
  const scale = decimal(10n ** BigInt(places));
  const units = (value: Decimal): bigint => BigInt(multiply(value, scale).toFixed(0));
  const text = (value: bigint): string => decimalText(divide({ dividend: decimal(value), divisor: scale, scale: places, rounding: 'toward_zero' }));
  const usable = credits.filter(({ expiresAt }) => at === null || expiresAt > at).map((credit) => ({ ...credit, amount: units(credit.amount) }));
  const { used, uncovered } = burn(usable, units(use));
  const taken = new Map(used.map(({ id, amount }) => [id, amount]));
  return {
    used: used.map(({ id, amount }) => ({ id, amount: text(amount) })),
    remaining: credits.map(({ id, amount }) => ({ id, amount: text(units(amount) - (taken.get(id) ?? 0n)) })),
    uncovered: text(uncovered),
  };
}

function readCredit(credit: BurnQuestion['credits'][number], pointer: string, reader: InputReader) {
  const priority = credit.priority ?? PURCHASED.priority;
  if (!Number.isInteger(priority)) reader.fault(`${pointer}/priority`, 'must be a whole number');
  return {
    id: credit.id,
    amount: reader.notNegative(credit.amount, `${pointer}/amount`),
    priority,
    kind: credit.kind ?? PURCHASED.kind,
    expiresAt: credit.expires_at == null ? FOREVER : readInstant(credit.expires_at, `${pointer}/expires_at`, reader),
    createdAt: credit.created_at === undefined ? (0 as Instant) : readInstant(credit.created_at, `${pointer}/created_at`, reader),
  };
}

export interface TaxQuestion {
  readonly currency: string;
  readonly subtotal: string;
  readonly rate_percent: string;
  readonly inclusive?: boolean | undefined;
}

/** The tax on an amount, rounded first; an inclusive one is found within it. Always subtotal + tax = total. @throws Refusal `invalid_request`. */
export function calculateTax(question: TaxQuestion): { readonly subtotal: string; readonly tax: string; readonly total: string } {
  const reader = new InputReader();
  const currency = readCurrency(question.currency, reader);
  const amount = reader.decimal(question.subtotal, '/subtotal');
  const percent = reader.notNegative(question.rate_percent, '/rate_percent');
  if (percent.gt(100)) reader.fault('/rate_percent', 'must not be above 100');
  if (reader.errors.length > 0) throw invalidInput(reader.errors);
  const rate = { name: 'tax', percent: percent.toFixed(), isInclusive: question.inclusive ?? false };
  const { subtotal, tax, total } = applyTax(roundToMoney(amount, currency), { status: 'taxable', rates: [rate] });
  return { subtotal: moneyText(subtotal), tax: moneyText(tax), total: moneyText(total) };
}

/** A rated line as text. */
export function ratedLineText(line: RatedLine): { description: string; quantity: string; unit_amount: string | null; amount: string } {
  return {
    description: line.description,
    quantity: decimalText(line.quantity),
    unit_amount: line.unitAmount === null ? null : decimalText(line.unitAmount),
    amount: decimalText(line.amount),
  };
}

function readCurrency(code: string, reader: InputReader): Currency {
  const currency = parseCurrency(code);
  if (currency === undefined) reader.fault('/currency', `"${code}" is not an ISO 4217 currency`);
  return currency ?? ('USD' as Currency);
}

function readZone(zone: string | undefined, reader: InputReader): string {
  const named = zone ?? 'UTC';
  if (isTimeZone(named)) return named;
  reader.fault('/timezone', `"${named}" is not an IANA time zone`);
  return 'UTC';
}

function readInstant(text: string, pointer: string, reader: InputReader): Instant {
  const at = parseInstant(text);
  if (at === undefined) reader.fault(pointer, 'must be an RFC 3339 date-time, such as 2026-01-31T09:30:00Z');
  return at ?? (0 as Instant);
}
