import { minorDigits, type Currency } from './currency.js';
import { decimal, decimalText, divide, isPositive, multiply, parseDecimal } from './decimal.js';
import { explainLine, type Explanation } from './explain.js';
import { FOREVER, type Instant } from './instant.js';
import type { Invoice, InvoiceLine, LineKind } from './invoice.js';
import type { PaidFrom } from './plan.js';
import type { LedgerTransaction } from './ledger.js';
import { addMoney, moneyText, moneyToDecimal, negateMoney, roundToMoney, subtractMoney, zeroMoney, type Money } from './money.js';
import { Refusal, invalidInput } from './problems.js';
import type { SubscriptionCursor } from './standing.js';
import type { TaxRate } from './tax.js';

/** A line as it was issued: texts and figures that never change again. */
export interface IssuedLine {
  readonly kind: LineKind;
  readonly subscriptionId: string;
  readonly priceCode: string | null;
  readonly description: string;
  /** `endsAt` is null where it has no end. */
  readonly period: { readonly startsAt: Instant; readonly endsAt: Instant | null };
  readonly quantity: string;
  readonly unitAmount: string | null;
  readonly amount: Money;
  readonly explanation: Explanation;
}

/** What a window's row said when the invoice billed it; decimals as text. */
export interface SettledMark {
  readonly subscriptionId: string;
  readonly priceCode: string;
  readonly dimensionKey: string;
  readonly startsAt: Instant;
  readonly used: string;
  readonly carried: string;
}

/** An invoice as a fact. */
export interface IssuedInvoice {
  readonly paidFrom: PaidFrom;
  readonly id: string;
  /** Series and number, such as INV-000042. */
  readonly number: string;
  readonly date: Instant;
  readonly issuedAt: Instant;
  readonly currency: Currency;
  readonly lines: readonly IssuedLine[];
  readonly subtotal: Money;
  readonly taxes: ReadonlyArray<{ readonly rate: TaxRate; readonly amount: Money }>;
  readonly tax: Money;
  readonly total: Money;
  readonly walletCredit: Money;
  readonly amountDue: Money;
  readonly cursors: readonly SubscriptionCursor[];
  readonly settles: readonly SettledMark[];
}

/** What happened to an invoice after it was issued. */
export type InvoiceChange =
  | { readonly type: 'paid'; readonly amount: Money; readonly method: 'card' | 'external'; readonly reference: string | null }
  | { readonly type: 'credited'; readonly creditNoteId: string; readonly amount: Money; readonly toWallet: Money }
  | { readonly type: 'voided'; readonly reason: string | null }
  | { readonly type: 'written_off'; readonly reason: string | null };

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';

/** An invoice with what happened to it. */
export interface InvoiceStanding {
  readonly status: InvoiceStatus;
  readonly paid: Money;
  readonly credited: Money;
  /** What is still to be paid; never below zero. */
  readonly due: Money;
}

const NUMBER_DIGITS = 6;

export function documentNumber(series: string, sequence: number): string {
  return `${series}-${String(sequence).padStart(NUMBER_DIGITS, '0')}`;
}

/** The fact that an invoice becomes; `revision` is that of the change that issues it. */
export function issuedInvoice(invoice: Invoice, issue: { id: string; number: string; issuedAt: Instant; revision: number }): IssuedInvoice {
  const { date, paidFrom, currency, subtotal, taxes, tax, total, walletCredit, amountDue } = invoice;
  const { id, number, issuedAt, revision } = issue;
  return {
    paidFrom, id, number, date, issuedAt, currency, subtotal, taxes, tax, total, walletCredit, amountDue,
    lines: invoice.lines.map(issuedLine),
    cursors: invoice.subscriptionIds.map((subscriptionId) => ({ subscriptionId, at: date, revision })),
    settles: invoice.settles.map(({ subscriptionId, priceCode, dimensionKey, startsAt, tally, carried }) => ({ subscriptionId, priceCode, dimensionKey, startsAt, used: tally.used.toFixed(), carried: carried.toFixed() })),
  };
}

export function issuedLine(line: InvoiceLine): IssuedLine {
  const { kind, subscriptionId, priceCode, description, period, quantity, unitAmount, amount } = line;
  return {
    kind, subscriptionId, priceCode, description, amount,
    period: { startsAt: period.startsAt, endsAt: period.endsAt === FOREVER ? null : period.endsAt },
    quantity: decimalText(quantity),
    unitAmount: unitAmount === null ? null : decimalText(unitAmount),
    explanation: explainLine(line),
  };
}

/** What an invoice is after everything that happened to it, in order. */
export function invoiceStanding(invoice: Pick<IssuedInvoice, 'amountDue' | 'currency'>, changes: readonly InvoiceChange[]): InvoiceStanding {
  let paid = zeroMoney(invoice.currency);
  let credited = zeroMoney(invoice.currency);
  let due = invoice.amountDue.minor > 0n ? invoice.amountDue : zeroMoney(invoice.currency);
  let ending: 'void' | 'uncollectible' | null = null;
  for (const change of changes) {
    if (change.type === 'paid') {
      paid = addMoney(paid, change.amount);
      due = subtractMoney(due, change.amount);
    } else if (change.type === 'credited') {
      credited = addMoney(credited, change.amount);
      due = subtractMoney(due, subtractMoney(change.amount, change.toWallet));
    } else {
      ending = change.type === 'voided' ? 'void' : 'uncollectible';
      due = zeroMoney(invoice.currency);
    }
  }
  return { status: ending ?? (due.minor > 0n ? 'open' : 'paid'), paid, credited, due };
}

/** A decision about an invoice: the fact, and what it does in the books. */
export interface InvoiceDecision {
  readonly change: InvoiceChange;
  readonly transactions: readonly LedgerTransaction[];
}

interface Asked {
  readonly invoice: IssuedInvoice;
  readonly standing: InvoiceStanding;
  /** Id of the ledger transaction. */
  readonly transactionId: string;
  readonly at: Instant;
}

/** The open amount was paid. @throws Refusal `invoice_conflict` unless it is open. */
export function decidePayment(asked: Asked, input: { method: 'card' | 'external'; reference: string | null }): InvoiceDecision {
  const { invoice, standing, transactionId, at } = asked;
  refuseUnlessOpen(invoice, standing, 'paid');
  const amount = standing.due;
  return {
    change: { type: 'paid', amount, ...input },
    transactions: [{ id: transactionId, kind: 'payment', description: `Payment of ${invoice.number}`, occurredAt: at, entries: [{ account: 'receivable', money: amount }, { account: 'provider', money: negateMoney(amount) }] }],
  };
}

/**
 * A card paid for the invoice. What it does not claim any more (it was paid, credited or taken back meanwhile) is the
 * wallet's; `change` is null when it claims nothing.
 */
export function decideCollected(asked: Asked, charged: { money: Money; reference: string | null; paymentId: string }): Omit<InvoiceDecision, 'change'> & { readonly change: InvoiceChange | null } {
  const { invoice, standing, transactionId, at } = asked;
  const { money, reference, paymentId } = charged;
  const paid = standing.status === 'open' ? smallerMoney(standing.due, money) : zeroMoney(money.currency);
  const entries = nonZero([
    { account: 'receivable', money: paid },
    { account: 'wallet', money: subtractMoney(money, paid) },
    { account: 'provider', money: negateMoney(money) },
  ]);
  return {
    change: paid.minor === 0n ? null : { type: 'paid', amount: paid, method: 'card', reference },
    transactions: [{ id: transactionId, kind: 'payment', description: `Payment of ${invoice.number}`, occurredAt: at, entries, details: { paymentId, invoiceId: invoice.id } }],
  };
}

/**
 * Takes an invoice back as if it had not been issued: what it claimed is no revenue, what the wallet paid goes back.
 * @throws Refusal `invoice_conflict` unless it is open and nothing was paid or credited.
 */
export function decideVoid(asked: Asked, reason: string | null): InvoiceDecision {
  const { invoice, standing, transactionId, at } = asked;
  refuseUnlessOpen(invoice, standing, 'voided');
  if (standing.paid.minor !== 0n || standing.credited.minor !== 0n) throw new Refusal('invoice_conflict', `${invoice.number} has been paid or credited in part: credit the rest instead.`);
  return {
    change: { type: 'voided', reason },
    transactions: [
      {
        id: transactionId,
        kind: 'void',
        description: `${invoice.number} is void`,
        occurredAt: at,
        entries: nonZero([
          { account: 'revenue', money: negateMoney(invoice.subtotal) },
          { account: 'tax', money: negateMoney(invoice.tax) },
          { account: 'receivable', money: invoice.amountDue },
          { account: 'wallet', money: invoice.walletCredit },
        ]),
      },
    ],
  };
}

/** Gives up on being paid. @throws Refusal `invoice_conflict` unless it is open. */
export function decideWriteOff(asked: Asked, reason: string | null): InvoiceDecision {
  const { invoice, standing, transactionId, at } = asked;
  refuseUnlessOpen(invoice, standing, 'written off');
  return {
    change: { type: 'written_off', reason },
    transactions: [{ id: transactionId, kind: 'write_off', description: `${invoice.number} will not be paid`, occurredAt: at, entries: [{ account: 'receivable', money: standing.due }, { account: 'bad_debt', money: negateMoney(standing.due) }] }],
  };
}

/** A credit note: part of an invoice given back, with its tax. */
export interface CreditNote {
  readonly id: string;
  readonly number: string;
  readonly invoiceId: string;
  readonly date: Instant;
  readonly reason: string | null;
  readonly subtotal: Money;
  readonly tax: Money;
  readonly total: Money;
  /** What was given back to the wallet, because it had been paid. */
  readonly toWallet: Money;
}

/**
 * Gives back `amount` (without tax that came on top; all that is left when not told) and its part of the tax: the
 * amount is rounded, then the tax on it, so that a credit note never exceeds what was invoiced. It lowers what is still
 * owed first; what was paid goes to the wallet.
 * @throws Refusal `invalid_request`, `invoice_conflict` when the invoice is void or nothing is left.
 */
export function decideCreditNote(asked: Asked, input: { id: string; number: string; amount: string | undefined; reason: string | null; earlier: readonly CreditNote[] }): InvoiceDecision & { creditNote: CreditNote } {
  const { invoice, standing, transactionId, at } = asked;
  if (standing.status === 'void' || standing.status === 'uncollectible') throw new Refusal('invoice_conflict', `${invoice.number} is ${standing.status}: there is nothing to credit.`);
  const left = subtractMoney(invoice.subtotal, sumOf(input.earlier.map((note) => note.subtotal), invoice.currency));
  const taxLeft = subtractMoney(invoice.tax, sumOf(input.earlier.map((note) => note.tax), invoice.currency));
  if (left.minor <= 0n) throw new Refusal('invoice_conflict', `Nothing of ${invoice.number} is left to credit.`);
  const subtotal = input.amount === undefined ? left : parseCredit(input.amount, left);
  const tax = subtotal.minor === left.minor ? taxLeft : smallerMoney(taxOn(subtotal, invoice), taxLeft);
  const total = addMoney(subtotal, tax);
  const fromDue = smallerMoney(total, standing.due);
  const toWallet = subtractMoney(total, fromDue);
  const creditNote: CreditNote = { id: input.id, number: input.number, invoiceId: invoice.id, date: at, reason: input.reason, subtotal, tax, total, toWallet };
  const entries = nonZero([
    { account: 'revenue', money: negateMoney(subtotal) },
    { account: 'tax', money: negateMoney(tax) },
    { account: 'receivable', money: fromDue },
    { account: 'wallet', money: toWallet },
  ]);
  return {
    creditNote,
    change: { type: 'credited', creditNoteId: input.id, amount: total, toWallet },
    transactions: [{ id: transactionId, kind: 'credit_note', description: `${input.number} for ${invoice.number}`, occurredAt: at, entries }],
  };
}

/** The invoice's tax for a part of its subtotal, rounded once. */
export function taxOn(subtotal: Money, invoice: Pick<IssuedInvoice, 'subtotal' | 'taxes' | 'currency'>): Money {
  const { currency } = invoice;
  return sumOf(
    invoice.taxes.map(({ rate }) => {
      const dividend = multiply(moneyToDecimal(subtotal), decimal(rate.percent));
      return roundToMoney(divide({ dividend, divisor: decimal(100), scale: minorDigits(currency), rounding: 'half_away_from_zero' }), currency);
    }),
    currency,
  );
}

function parseCredit(text: string, left: Money): Money {
  const amount = parseDecimal(text);
  if (amount === undefined || !isPositive(amount)) throw invalidInput([{ pointer: '/amount', detail: 'must be a decimal string above zero' }]);
  const money = roundToMoney(amount, left.currency);
  if (!moneyToDecimal(money).eq(amount)) throw invalidInput([{ pointer: '/amount', detail: `has more decimal places than ${left.currency}` }]);
  if (money.minor > left.minor) throw invalidInput([{ pointer: '/amount', detail: `must not be above ${moneyText(left)}: that is what is left of the invoice` }]);
  return money;
}

function refuseUnlessOpen(invoice: IssuedInvoice, standing: InvoiceStanding, verb: string): void {
  if (standing.status !== 'open') throw new Refusal('invoice_conflict', `${invoice.number} is ${standing.status}: only an open invoice can be ${verb}.`);
}

function nonZero(entries: LedgerTransaction['entries']): LedgerTransaction['entries'] {
  return entries.filter((entry) => entry.money.minor !== 0n);
}

function sumOf(amounts: readonly Money[], currency: Currency): Money {
  return amounts.reduce(addMoney, zeroMoney(currency));
}

function smallerMoney(left: Money, right: Money): Money {
  return left.minor < right.minor ? left : right;
}
