import { PURCHASED, moveCredits, type Credit, type CreditTerms } from './credit.js';
import { addMoney, zeroMoney, type Money } from './money.js';
import type { Currency } from './currency.js';
import type { Instant } from './instant.js';

/**
 * Where money of a customer can stand. Positive is what we owe or have earned, negative what we are owed or hold.
 * `wallet`: prepaid by the customer; `provider`: what came in from outside; `receivable`: what the customer owes on
 * invoices; `revenue` and `tax`: what invoices have claimed; `bad_debt`: what will not be paid; `promotion`: credit given
 * away; `breakage`: what was paid for and expired unused; `adjustment`: corrections by hand; `refunding`: on its way back
 * to the customer's card.
 */
export type Account = 'wallet' | 'provider' | 'receivable' | 'revenue' | 'tax' | 'bad_debt' | 'promotion' | 'breakage' | 'adjustment' | 'refunding';

/** An immutable signed line: positive adds to the account. */
export interface LedgerEntry {
  readonly account: Account;
  readonly money: Money;
}

export type TransactionKind =
  | 'deposit' | 'top_up' | 'grant' | 'adjustment' | 'expiry' | 'wallet_charge' | 'refund' | 'refund_failed'
  | 'invoice' | 'wallet_credit' | 'payment' | 'credit_note' | 'void' | 'write_off';

/** What else is known of a transaction, for whoever reads the statement. */
export interface TransactionDetails {
  /** How the credit that it brings is used up; as PURCHASED unless told. */
  readonly credit?: CreditTerms;
  /** Of an expiry: the credit that expired. */
  readonly expires?: string;
  /** What was bought from the wallet. */
  readonly service?: { readonly subscriptionId: string; readonly priceCode: string; readonly quantity: string; readonly unit: string | null };
  /** Who asked for it, in the merchant's words. */
  readonly participant?: string;
  /** Why: an adjustment's reason, what a refund is for. */
  readonly reason?: string;
  /** The payment that it belongs to. */
  readonly paymentId?: string;
  readonly invoiceId?: string;
}

/** Entries that belong together and sum to zero in each currency. */
export interface LedgerTransaction {
  readonly id: string;
  readonly kind: TransactionKind;
  readonly description: string;
  readonly occurredAt: Instant;
  readonly entries: readonly LedgerEntry[];
  readonly details?: TransactionDetails;
}

/** A transaction with the number of the change that posted it. */
export interface StoredTransaction {
  readonly revision: number;
  readonly transaction: LedgerTransaction;
}

/** What all transactions of a customer come to. */
export interface Books {
  readonly balances: readonly Balance[];
  /** What is left of each movement into the wallets, in burn order by currency. */
  readonly credits: readonly Credit[];
}

export const EMPTY_BOOKS: Books = { balances: [], credits: [] };

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

/** The books after one more transaction, in a total order. @throws when it does not balance. */
export function postTransaction(books: Books, transaction: LedgerTransaction): Books {
  assertBalanced(transaction);
  const byKey = new Map(books.balances.map((balance) => [balanceKey(balance), balance]));
  let { credits } = books;
  for (const { account, money } of transaction.entries) {
    const key = balanceKey({ account, money });
    const before = byKey.get(key) ?? { account, money: zeroMoney(money.currency), lastCredit: null };
    if (account === 'wallet') credits = moveCredits(credits, movementOf(transaction, { money, balance: before.money.minor }));
    const lastCredit = money.minor > 0n ? { at: transaction.occurredAt, money } : before.lastCredit;
    byKey.set(key, { account, money: addMoney(before.money, money), lastCredit });
  }
  return { balances: [...byKey.values()].sort((left, right) => (balanceKey(left) < balanceKey(right) ? -1 : 1)), credits };
}

/** The books alone after several transactions, whatever they came with. */
export function postAll({ balances, credits }: Books, transactions: readonly LedgerTransaction[]): Books {
  return transactions.reduce<Books>(postTransaction, { balances, credits });
}

function movementOf({ id, occurredAt, details }: LedgerTransaction, entry: { money: Money; balance: bigint }): Parameters<typeof moveCredits>[1] {
  return { id, at: occurredAt, ...entry, terms: details?.credit ?? PURCHASED, expires: details?.expires ?? null };
}

function balanceKey(balance: Pick<Balance, 'account' | 'money'>): string {
  return `${balance.account} ${balance.money.currency}`;
}
