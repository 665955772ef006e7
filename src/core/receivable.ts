import type { Instant } from './instant.js';
import type { Invoice } from './invoice.js';
import type { LedgerTransaction } from './ledger.js';
import { negateMoney, type Money } from './money.js';

/** What an invoice does in the books: it makes the customer owe, and the wallet pays what it can. */
export function issueTransactions(invoiceId: string, invoice: Pick<Invoice, 'date' | 'subtotal' | 'tax' | 'total' | 'walletCredit'>): LedgerTransaction[] {
  const { date, subtotal, tax, total, walletCredit } = invoice;
  const issue: LedgerTransaction = {
    id: `txn_issue_${invoiceId}`,
    kind: 'invoice',
    description: 'Invoice issued',
    occurredAt: date,
    entries: [
      { account: 'receivable', money: negateMoney(total) },
      { account: 'revenue', money: subtotal },
      ...(tax.minor === 0n ? [] : [{ account: 'tax' as const, money: tax }]),
    ],
  };
  return [...(total.minor === 0n && tax.minor === 0n ? [] : [issue]), ...(walletCredit.minor === 0n ? [] : [walletTransaction(invoiceId, walletCredit, date)])];
}

function walletTransaction(invoiceId: string, credit: Money, at: Instant): LedgerTransaction {
  return {
    id: `txn_wallet_${invoiceId}`,
    kind: 'wallet_credit',
    description: credit.minor > 0n ? 'Paid from the wallet' : 'Given back to the wallet',
    occurredAt: at,
    entries: [
      { account: 'receivable', money: credit },
      { account: 'wallet', money: negateMoney(credit) },
    ],
  };
}
