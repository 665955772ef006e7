import { addMoney, zeroMoney, type Money } from './money.js';
import type { Currency } from './currency.js';
import type { Instant } from './instant.js';

/**
 * Where money of a customer can stand. Positive is what we owe or have earned, negative what we are owed or hold.
 * `wallet`: prepaid by the customer; `provider`: what came in from outside; `receivable`: what the customer owes on
 * invoices; `revenue` and `tax`: what invoices have claimed; `bad_debt`: what will not be paid.
 */
export type Account = 'wallet' | 'provider' | 'receivable' | 'revenue' | 'tax' | 'bad_debt';

/** An immutable signed line: positive adds to the account. */
export interface LedgerEntry {
  readonly account: Account;
  readonly money: Money;
}

export type TransactionKind = 'deposit' | 'invoice' | 'wallet_credit' | 'payment' | 'credit_note' | 'void' | 'write_off';

/** Entries that belong together and sum to zero in each currency. */
export interface LedgerTransaction {
  readonly id: string;
  readonly kind: TransactionKind;
  readonly description: string;
  readonly occurredAt: Instant;
  readonly entries: readonly LedgerEntry[];
}

/** What an account of a customer holds in one currency. */
export interface Balance {
  readonly account: Account;
  readonly money: Money;
  /** The latest movement into the account. */
  readonly lastCredit: { readonly at: Instant; readonly money: Money } | null;
}

/** @throws when the entries of a currency do not sum to zero: an unbalanced transaction is a bug. */
export function assertBalanced(transaction: LedgerTransaction): void {
  const sums = new Map<Currency, bigint>();
  for (const { money } of transaction.entries) sums.set(money.currency, (sums.get(money.currency) ?? 0n) + money.minor);
  for (const [currency, sum] of sums) {
    if (sum !== 0n) throw new Error(`ledger transaction ${transaction.id} is off by ${sum} minor units of ${currency}`);
  }
}

/** Balances after one more transaction, in a total order. @throws when it does not balance. */
export function postTransaction(balances: readonly Balance[], transaction: LedgerTransaction): Balance[] {
  assertBalanced(transaction);
  const byKey = new Map(balances.map((balance) => [balanceKey(balance), balance]));
  for (const { account, money } of transaction.entries) {
    const key = balanceKey({ account, money });
    const before = byKey.get(key) ?? { account, money: zeroMoney(money.currency), lastCredit: null };
    const lastCredit = money.minor > 0n ? { at: transaction.occurredAt, money } : before.lastCredit;
    byKey.set(key, { account, money: addMoney(before.money, money), lastCredit });
  }
  return [...byKey.values()].sort((left, right) => (balanceKey(left) < balanceKey(right) ? -1 : 1));
}

function balanceKey(balance: Pick<Balance, 'account' | 'money'>): string {
  return `${balance.account} ${balance.money.currency}`;
}
