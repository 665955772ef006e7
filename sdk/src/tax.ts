import type { Call, CallOptions } from './call.js';
import type { Decimal } from './money.js';

export type TaxStatus = 'taxable' | 'exempt' | 'reverse_charge';

export interface TaxRateInput {
  /** Such as "VAT". */
  name: string;
  /** "0" to "100". */
  percent: Decimal;
  /** Whether prices hold the tax already; false unless told. All rates of a customer alike. */
  inclusive?: boolean | undefined;
}

/** How a customer is taxed; invoices that were issued stay as they are. */
export interface TaxInput {
  /** `taxable` unless told; the other two add nothing. */
  status?: TaxStatus | undefined;
  /** At most five. */
  rates?: readonly TaxRateInput[] | undefined;
}

export interface Tax {
  status: TaxStatus;
  rates: Array<{ name: string; percent: Decimal; inclusive: boolean }>;
}

export interface TaxOperations {
  /** Problems: `not_found`. */
  getTax(customer: string, options?: CallOptions): Promise<Tax>;
  /** Problems: `invalid_request`, `not_found`. */
  setTax(customer: string, tax: TaxInput, options?: CallOptions): Promise<Tax>;
}

export function taxOperations(call: Call): TaxOperations {
  const path = (customer: string): string[] => ['v1', 'customers', customer, 'tax'];
  return {
    getTax: (customer, options) => call({ method: 'GET', path: path(customer), options }),
    setTax: (customer, tax, options) => call({ method: 'PUT', path: path(customer), body: tax, options }),
  };
}
