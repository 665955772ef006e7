import { decimalText } from './decimal.js';
import type { Instant } from './instant.js';
import type { Invoice, InvoiceLine } from './invoice.js';
import type { LedgerTransaction } from './ledger.js';
import { negateMoney, type Money } from './money.js';

type Posted = Pick<Invoice, 'date' | 'paidFrom' | 'lines' | 'subtotal' | 'tax' | 'total' | 'walletCredit'>;

/** What an invoice does in the books: it makes the customer owe, and the wallet pays what it can. What is paid from the wallet leaves it line by line. */
export function issueTransactions(invoiceId: string, invoice: Posted): LedgerTransaction[] {
  const { date, paidFrom, lines, subtotal, tax, total, walletCredit } = invoice;
  if (paidFrom === 'wallet') return lines.map((line, index) => chargeTransaction(line, { id: `txn_charge_${invoiceId}_${index}`, invoiceId, at: date }));
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

function chargeTransaction(line: InvoiceLine, source: { id: string; invoiceId: string; at: Instant }): LedgerTransaction {
  const { id, invoiceId, at } = source;
  const { subscriptionId, priceCode, quantity, description, amount } = line;
  const unit = line.source.of === 'usage' ? line.source.charge.usage.price.meter.unit : null;
  return {
    id,
    kind: 'wallet_charge',
    description,
    occurredAt: at,
    entries: [
      { account: 'wallet', money: negateMoney(amount) },
      { account: 'revenue', money: amount },
    ],
    details: { invoiceId, ...(priceCode === null ? {} : { service: { subscriptionId, priceCode, quantity: decimalText(quantity), unit } }) },
  };
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
