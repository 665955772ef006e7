import type { Call, CallOptions } from './call.js';
import type { FlatModel } from './catalog.js';
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

/** Billing rules without stored data. */
export interface CalculateOperations {
  /** What a quantity costs under a price. Problems: `invalid_request`. */
  calculateAmount(question: AmountQuestion, options?: CallOptions): Promise<AmountAnswer>;
  /** The billing periods of an anchor. Problems: `invalid_request`. */
  calculatePeriods(question: PeriodsQuestion, options?: CallOptions): Promise<{ periods: Period[] }>;
}

export function calculateOperations(call: Call): CalculateOperations {
  return {
    calculateAmount: (question, options) => call({ method: 'POST', path: ['v1', 'calculate', 'amount'], body: question, options }),
    calculatePeriods: (question, options) => call({ method: 'POST', path: ['v1', 'calculate', 'periods'], body: question, options }),
  };
}
