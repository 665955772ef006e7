import type { Currency } from './currency.js';
import type { Instant } from './instant.js';
import type { LedgerTransaction, TransactionDetails, TransactionKind } from './ledger.js';
import { addMoney, negateMoney, sumMoney, zeroMoney, type Money } from './money.js';

/** One movement of a wallet as its owner reads it: either credit or debit is above zero, or neither. */
export interface StatementRow {
  readonly id: string;
  readonly at: Instant;
  readonly kind: TransactionKind;
  readonly description: string;
  readonly credit: Money;
  readonly debit: Money;
  /** Of the wallet after it, whatever rows a filter leaves out. */
  readonly balance: Money;
  readonly details: TransactionDetails;
}

/** Movements of one wallet in order of time. opening + credits - debits = closing over all rows of the time asked for. */
export interface Statement {
  readonly currency: Currency;
  readonly opening: Money;
  readonly closing: Money;
  readonly rows: readonly StatementRow[];
  readonly credits: Money;
  readonly debits: Money;
}

export interface StatementFilter {
  readonly currency: Currency;
  /** From (in) to (out). */
  readonly from: Instant;
  readonly to: Instant;
  readonly kinds?: readonly TransactionKind[] | undefined;
  readonly direction?: 'credit' | 'debit' | undefined;
  readonly participant?: string | undefined;
  /** Code of a price: only what was bought by it. */
  readonly service?: string | undefined;
}

/** The statement of a wallet. Filters leave rows out; opening, closing and the sums are of the whole time. */
export function statementOf(transactions: readonly LedgerTransaction[], filter: StatementFilter): Statement {
  const { currency, from, to } = filter;
  const moves = transactions
    .map((transaction, index) => ({ transaction, index, money: movement(transaction, currency) }))
    .filter(({ money }) => money !== null)
    .sort((left, right) => left.transaction.occurredAt - right.transaction.occurredAt || left.index - right.index);
  let balance = zeroMoney(currency);
  let opening = balance;
  const rows: StatementRow[] = [];
  for (const { transaction, money } of moves) {
    if (money === null || transaction.occurredAt >= to) continue;
    balance = addMoney(balance, money);
    if (transaction.occurredAt < from) opening = balance;
    else rows.push(rowOf(transaction, money, balance));
  }
  return {
    currency,
    opening,
    closing: balance,
    rows: rows.filter((row) => isWanted(row, filter)),
    credits: sumMoney(rows.map(({ credit }) => credit), currency),
    debits: sumMoney(rows.map(({ debit }) => debit), currency),
  };
}

/** What the transaction does to the wallet; null when it does not touch it. */
function movement({ entries }: LedgerTransaction, currency: Currency): Money | null {
  const own = entries.filter(({ account, money }) => account === 'wallet' && money.currency === currency);
  return own.length === 0 ? null : sumMoney(own.map(({ money }) => money), currency);
}

function rowOf(transaction: LedgerTransaction, money: Money, balance: Money): StatementRow {
  const { id, occurredAt, kind, description, details } = transaction;
  const zero = zeroMoney(money.currency);
  const isIn = money.minor > 0n;
  return { id, at: occurredAt, kind, description, credit: isIn ? money : zero, debit: isIn ? zero : negateMoney(money), balance, details: details ?? {} };
}

function isWanted({ kind, credit, debit, details }: StatementRow, { kinds, direction, participant, service }: StatementFilter): boolean {
  if (kinds !== undefined && kinds.length > 0 && !kinds.includes(kind)) return false;
  if (direction === 'credit' && credit.minor === 0n) return false;
  if (direction === 'debit' && debit.minor === 0n) return false;
  if (participant !== undefined && details.participant !== participant) return false;
  return service === undefined || details.service?.priceCode === service;
}
