import type { Call, CallOptions } from './call.js';
import type { FlatModel, ProrationPolicy } from './catalog.js';
import type { Alignment, Decimal, InstantInput, Interval, Period } from './money.js';

export interface AmountQuestion {
  /** ISO 4217: the amount is rounded to its minor unit. */
  currency: string;
  /** Amounts are major units. */
  price: { model: FlatModel; included?: Decimal | undefined; minimum?: Decimal | null | undefined; maximum?: Decimal | null | undefined };
  quantity: Decimal;
  /** What was billed for before in the same window; "0" unless told. */
  already_billed_quantity?: Decimal | undefined;
}

export interface AmountAnswer {
  /** Major units, rounded once, half away from zero. */
  amount: Decimal;
  /** Exact amounts that sum to it before rounding. */
  lines: Array<{ description: string; quantity: Decimal; unit_amount: Decimal | null; amount: Decimal }>;
}

/** Either `count` periods from the start, or the one that holds `containing`. */
export type PeriodsQuestion = {
  anchor: InstantInput;
  /** IANA; UTC unless told. */
  timezone?: string | undefined;
  interval: Interval;
  alignment?: Alignment | undefined;
  /** Where the first period begins; the anchor unless told. */
  starts_at?: InstantInput | undefined;
} & ({ count: number } | { containing: InstantInput });

export interface ProrationQuestion {
  /** ISO 4217. */
  currency: string;
  /** `by_second` unless told. */
  policy?: ProrationPolicy | undefined;
  /** IANA; UTC unless told. By day, its calendar days count. */
  timezone?: string | undefined;
  period: { start: InstantInput; end: InstantInput };
  /** When the change comes; before the period all of it is left, after it nothing. */
  at: InstantInput;
  /** Of the whole period, in major units. */
  old_amount: Decimal;
  new_amount: Decimal;
}

/** Major units, each leg rounded once: credit + charge = net. */
export interface ProrationAnswer {
  /** Not above zero. */
  credit: Decimal;
  charge: Decimal;
  net: Decimal;
}

export interface RolloverQuestion {
  included: Decimal;
  /** "0" unless told. */
  carried?: Decimal | undefined;
  used: Decimal;
  /** The most that is carried: a multiple of what is included next, or units; without a cap unless told. */
  cap?: { multiple: Decimal } | { units: Decimal } | null | undefined;
  /** What the next window includes; the same unless told. */
  next_included?: Decimal | undefined;
}

export interface RolloverAnswer {
  carry: Decimal;
  /** What may be used in the next window. */
  next_available: Decimal;
}

export interface BurnQuestion {
  credits: Array<{
    id: string;
    amount: Decimal;
    /** Lower goes first; 50 unless told. */
    priority?: number | undefined;
    /** Granted goes first; purchased unless told. */
    kind?: 'granted' | 'purchased' | undefined;
    expires_at?: string | null | undefined;
    created_at?: string | undefined;
  }>;
  use: Decimal;
  /** Credits that have expired by then give nothing; none has unless told. */
  at?: string | undefined;
}

export interface BurnAnswer {
  /** In the order in which they were taken from. */
  used: Array<{ id: string; amount: Decimal }>;
  remaining: Array<{ id: string; amount: Decimal }>;
  uncovered: Decimal;
}

export interface TaxQuestion {
  /** ISO 4217. */
  currency: string;
  subtotal: Decimal;
  /** "0" to "100". */
  rate_percent: Decimal;
  /** Whether the subtotal holds the tax already; false unless told. */
  inclusive?: boolean | undefined;
}

/** Major units: subtotal + tax = total. */
export interface TaxAnswer {
  subtotal: Decimal;
  tax: Decimal;
  total: Decimal;
}

/** Billing rules without stored data. */
export interface CalculateOperations {
  /** What a quantity costs under a price. Problems: `invalid_request`. */
  calculateAmount(question: AmountQuestion, options?: CallOptions): Promise<AmountAnswer>;
  /** The billing periods of an anchor. Problems: `invalid_request`. */
  calculatePeriods(question: PeriodsQuestion, options?: CallOptions): Promise<{ periods: Period[] }>;
  /** What a change within a period gives back and charges. Problems: `invalid_request`. */
  calculateProration(question: ProrationQuestion, options?: CallOptions): Promise<ProrationAnswer>;
  /** What unused units carry into the next window. Problems: `invalid_request`. */
  calculateRollover(question: RolloverQuestion, options?: CallOptions): Promise<RolloverAnswer>;
  /** Which wallet credits a use takes from. Problems: `invalid_request`. */
  calculateBurn(question: BurnQuestion, options?: CallOptions): Promise<BurnAnswer>;
  /** The tax on an amount. Problems: `invalid_request`. */
  calculateTax(question: TaxQuestion, options?: CallOptions): Promise<TaxAnswer>;
}

export function calculateOperations(call: Call): CalculateOperations {
  const asking = <Question, Answer>(rule: string) => (question: Question, options?: CallOptions): Promise<Answer> => call({ method: 'POST', path: ['v1', 'calculate', rule], body: question, options });
  return {
    calculateAmount: asking('amount'),
    calculatePeriods: asking('periods'),
    calculateProration: asking('proration'),
    calculateRollover: asking('rollover'),
    calculateBurn: asking('burn'),
    calculateTax: asking('tax'),
  };
}
