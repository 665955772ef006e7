import type { Call, CallOptions } from './call.js';
import type { Decimal, Instant, Money } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

/** The prepaid account in one currency. All amounts are major units of it. */
export interface Wallet {
  /** ISO 4217. */
  currency: string;
  balance: Decimal;
  /** Set aside by holds. */
  held: Decimal;
  /** What usage paid from the wallet has cost so far and is not posted yet. */
  accrued: Decimal;
  /** balance - held - accrued. */
  available: Decimal;
  last_credit: { at: Instant; amount: Decimal } | null;
}

export interface Wallets {
  /** One per currency; the customer's own first. */
  data: Wallet[];
  revision: number;
}

export interface DepositInput {
  /** Major units, above zero, with no more decimal places than the currency has. */
  amount: Decimal;
  /** ISO 4217; the customer's own unless told. */
  currency?: string | undefined;
}

/** Money that was charged and added to the wallet. */
export interface Deposit {
  /** Id of the payment. */
  id: string;
  /** Id of the ledger transaction. */
  transaction: string;
  amount: Money;
  created_at: Instant;
}

/** A movement of money: its entries sum to zero. */
export interface LedgerTransaction {
  id: string;
  kind: string;
  description: string;
  /** Why it was given, corrected or refunded, as it was said. */
  reason?: string;
  occurred_at: Instant;
  revision: number;
  entries: Array<{ account: string; amount: Money }>;
}

export interface WalletOperations {
  /** Problems: `not_found`. */
  readWallet(customer: string, options?: CallOptions): Promise<Wallets>;
  /**
   * Charges the card on file and adds the money to the wallet. Under one idempotency key the card is charged once.
   * Problems: `invalid_request`, `not_found`, `payment_declined`, `payment_method_missing`.
   */
  deposit(customer: string, deposit: DepositInput, options?: CallOptions): Promise<Deposit>;
  /** A page of the movements of money, oldest first. Problems: `not_found`. */
  readLedger(customer: string, query?: PageQuery, options?: CallOptions): Promise<Page<LedgerTransaction>>;
  /** Every movement of money, oldest first. */
  ledger(customer: string, query?: PageQuery, options?: CallOptions): AsyncGenerator<LedgerTransaction, void, undefined>;
}

export function walletOperations(call: Call): WalletOperations {
  const readLedger = (customer: string, query?: PageQuery, options?: CallOptions): Promise<Page<LedgerTransaction>> =>
    call({ method: 'GET', path: ['v1', 'customers', customer, 'ledger'], query: { ...query }, options });
  return {
    readWallet: (customer, options) => call({ method: 'GET', path: ['v1', 'customers', customer, 'wallet'], options }),
    deposit: (customer, deposit, options) => call({ method: 'POST', path: ['v1', 'customers', customer, 'top-ups'], body: deposit, options }),
    readLedger,
    ledger: (customer, query, options) => everyItem((page) => readLedger(customer, page, options), query),
  };
}
