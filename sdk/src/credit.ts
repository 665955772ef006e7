import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, InstantInput, Money } from './money.js';
import type { LedgerTransaction } from './wallet.js';

/** What is left of one movement into a wallet. Lower priority goes first, then granted, then the earliest expiry. */
export interface Credit {
  /** Of the ledger transaction that brought it. */
  id: string;
  kind: 'granted' | 'purchased';
  priority: number;
  remaining: Money;
  expires_at: Instant | null;
  created_at: Instant;
}

export interface CreditGrantInput {
  /** Major units, above zero. */
  amount: Decimal;
  /** ISO 4217; the customer's own unless told. */
  currency?: string | undefined;
  /** `purchased`: it was paid for elsewhere; `granted` unless told. */
  kind?: 'granted' | 'purchased' | undefined;
  /** 0, used first, to 100; 50 unless told. */
  priority?: number | undefined;
  expires_at?: InstantInput | null | undefined;
  reason: string;
}

export interface AdjustmentInput {
  /** Major units, added to the balance; below zero it is taken off. */
  amount: Decimal;
  /** ISO 4217; the customer's own unless told. */
  currency?: string | undefined;
  reason: string;
}

export interface CreditOperations {
  /** What the balances are made of, in the order in which it is used up. Problems: `not_found`. */
  readCredits(customer: string, options?: CallOptions): Promise<{ data: Credit[]; revision: number }>;
  /** Problems: `invalid_request`, `not_found`. */
  grantCredit(customer: string, grant: CreditGrantInput, options?: CallOptions): Promise<LedgerTransaction>;
  /** Corrects a balance by hand. Problems: `insufficient_funds`, `invalid_request`, `not_found`. */
  adjustWallet(customer: string, adjustment: AdjustmentInput, options?: CallOptions): Promise<LedgerTransaction>;
}

export function creditOperations(call: Call): CreditOperations {
  const path = (customer: string, noun: string): string[] => ['v1', 'customers', customer, noun];
  return {
    readCredits: (customer, options) => call({ method: 'GET', path: path(customer, 'credits'), options }),
    grantCredit: (customer, grant, options) => call({ method: 'POST', path: path(customer, 'credits'), body: grant, options }),
    adjustWallet: (customer, adjustment, options) => call({ method: 'POST', path: path(customer, 'adjustments'), body: adjustment, options }),
  };
}
