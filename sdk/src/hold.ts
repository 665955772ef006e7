import type { Call, CallOptions } from './call.js';
import type { GateAnswer, GateQuestion } from './gate.js';
import type { Decimal, Instant, Money } from './money.js';

/** Money of a wallet, or units of a feature, set aside until it is settled, released, or its time is over. */
export interface Hold {
  /** Of a hold of a feature that was just opened. */
  allowed?: true;
  id: string;
  status: 'open' | 'settled' | 'released' | 'expired';
  amount: Money;
  /** Units set aside, and those used in the end. */
  feature: { feature: string; quantity: Decimal; settled: Decimal | null } | null;
  service: { price: string; subscription: string; quantity: Decimal } | null;
  /** What was taken in the end; null unless it was settled. */
  settled: Money | null;
  description: string;
  reference: string | null;
  opened_at: Instant;
  expires_at: Instant;
}

export interface HoldInput {
  /** Major units, above zero; or name a service. */
  amount?: Decimal | undefined;
  /** Code of a usage price that the wallet pays: what its use will cost is set aside, and settling reports the use. */
  service?: string | undefined;
  /** How much of the service; 1 unless told. */
  quantity?: Decimal | undefined;
  /** Needed where several subscriptions have the price. */
  subscription?: string | undefined;
  /** ISO 4217; the customer's own unless told. */
  currency?: string | undefined;
  /** Seconds from now, up to 604,800. */
  expires_in: number;
  /** What stands on the statement once it is settled. */
  description?: string | undefined;
  /** Your own name for it. */
  reference?: string | null | undefined;
}

/** Units of a feature to set aside, if the gate allows their use. */
export interface UnitsHoldInput extends GateQuestion {
  /** Seconds from now, up to 604,800. */
  expires_in: number;
  description?: string | undefined;
  reference?: string | null | undefined;
}

/** Nothing was set aside: the gate does not allow the use. */
export type HoldRefusal = GateAnswer & { allowed: false };

export interface HoldOperations {
  /** Sets units of a feature aside; a "no" is an answer: look at `allowed`. Problems: `invalid_request`, `not_found`. */
  holdUnits(customer: string, hold: UnitsHoldInput, options?: CallOptions): Promise<(Hold & { allowed: true }) | HoldRefusal>;
  /** Problems: `insufficient_funds`, `invalid_request`, `not_found`. */
  openHold(customer: string, hold: HoldInput, options?: CallOptions): Promise<Hold>;
  /** Those that are open. Problems: `not_found`. */
  listHolds(customer: string, options?: CallOptions): Promise<{ data: Hold[] }>;
  /** Problems: `not_found`. */
  getHold(customer: string, hold: string, options?: CallOptions): Promise<Hold>;
  /** Takes what it came to (all of it unless told) and frees the rest. Problems: `hold_conflict`, `insufficient_funds`, `limit_reached`, `invalid_request`, `not_found`. */
  settleHold(customer: string, hold: string, settlement?: { amount?: Decimal | undefined; quantity?: Decimal | undefined }, options?: CallOptions): Promise<Hold>;
  /** Lets it last longer, counted from now. Problems: `hold_conflict`, `invalid_request`, `not_found`. */
  extendHold(customer: string, hold: string, extension: { expires_in: number }, options?: CallOptions): Promise<Hold>;
  /** Problems: `hold_conflict`, `not_found`. */
  releaseHold(customer: string, hold: string, options?: CallOptions): Promise<Hold>;
}

export function holdOperations(call: Call): HoldOperations {
  const path = (customer: string, ...rest: string[]): string[] => ['v1', 'customers', customer, 'holds', ...rest];
  return {
    holdUnits: (customer, hold, options) => call({ method: 'POST', path: path(customer), body: hold, options }),
    openHold: (customer, hold, options) => call({ method: 'POST', path: path(customer), body: hold, options }),
    listHolds: (customer, options) => call({ method: 'GET', path: path(customer), options }),
    getHold: (customer, hold, options) => call({ method: 'GET', path: path(customer, hold), options }),
    settleHold: (customer, hold, settlement, options) => call({ method: 'POST', path: path(customer, hold, 'settle'), body: settlement ?? {}, options }),
    extendHold: (customer, hold, extension, options) => call({ method: 'POST', path: path(customer, hold, 'extend'), body: extension, options }),
    releaseHold: (customer, hold, options) => call({ method: 'POST', path: path(customer, hold, 'release'), options }),
  };
}
