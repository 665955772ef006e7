import { amountText, isZero, negate } from './amount.js';
import type { DocumentTax, InvoiceDocument } from './document.js';

/** One of the few things a reader looks for first. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** A row below the lines; `total` and `due` are set apart. */
export interface SumRow {
  readonly label: string;
  readonly text: string;
  readonly role: 'plain' | 'total' | 'due';
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

const STATUSES: Readonly<Record<InvoiceDocument['status'], string>> = {
  draft: 'Draft',
  open: 'Open',
  paid: 'Paid',
  uncollectible: 'Uncollectible',
  void: 'Void',
  issued: 'Issued',
};

/** Heads of the table of lines. */
export const DOWNLOAD = 'Download as PDF';
export const COLUMNS = { description: 'Description', quantity: 'Quantity', unitAmount: 'Unit price', amount: 'Amount' } as const;

export const NO_LINES = 'Nothing was charged.';

export function titleText({ kind }: InvoiceDocument): string {
  return kind === 'invoice' ? 'Invoice' : 'Credit note';
}

/** Title and number, for a window's title bar or the foot of a page. */
export function nameText(document: InvoiceDocument): string {
  const title = titleText(document);
  if (document.number !== null) return `${title} ${document.number}`;
  return document.status === 'draft' ? `Draft ${title.toLowerCase()}` : title;
}

export function statusText({ status }: InvoiceDocument): string {
  return STATUSES[status];
}

/** "31 March 2026" for "2026-03-31". @throws when `date` is no such date. */
export function dateText(date: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date) ?? [];
  const name = MONTHS[Number(month) - 1];
  if (name === undefined || Number(day) < 1 || Number(day) > 31) throw new Error(`not a calendar date: ${date}`);
  return `${Number(day)} ${name} ${year}`;
}

/** Number, date, and the one amount that matters, in this order. */
export function headFacts(document: InvoiceDocument): readonly [number: Fact, date: Fact, amount: Fact] {
  const { kind, number, date, currency, total, amountDue } = document;
  const amount = kind === 'invoice'
    ? { label: 'Amount due', text: amountText(amountDue, currency) }
    : { label: 'Total credit', text: amountText(total, currency) };
  return [
    { label: 'Number', text: number ?? 'Not issued yet' },
    { label: number === null ? 'Date' : 'Date of issue', text: dateText(date) },
    amount,
  ];
}

export function partyLabels({ kind }: InvoiceDocument): { seller: string; customer: string } {
  return { seller: 'From', customer: kind === 'invoice' ? 'Bill to' : 'Credit to' };
}

/** What the status means for who reads this; null where nothing needs saying. */
export function statusRemark({ kind, status }: InvoiceDocument): string | null {
  const title = kind === 'invoice' ? 'invoice' : 'credit note';
  if (status === 'draft') return `This is a draft: not yet ${kind === 'invoice' ? 'an invoice' : 'a credit note'}, and its amounts may change.`;
  if (status === 'void') return `This ${title} is void.`;
  return null;
}

/** Everything below the lines, from the subtotal to what is due. */
export function sumRows(document: InvoiceDocument): SumRow[] {
  const { kind, currency, subtotal, taxes, total, amountDue } = document;
  const plain = (label: string, amount: string): SumRow => ({ label, text: amountText(amount, currency), role: 'plain' });
  const sums = [plain('Subtotal', subtotal), ...taxes.map((tax) => plain(taxText(tax), tax.amount))];
  if (kind === 'credit_note') {
    return [...sums, { label: 'Total credit', text: amountText(total, currency), role: 'due' }, ...settled(document).map(([label, amount]) => plain(label, amount))];
  }
  return [
    ...sums,
    { label: 'Total', text: amountText(total, currency), role: 'total' },
    ...settled(document).map(([label, amount]) => plain(label, negate(amount))),
    { label: 'Amount due', text: amountText(amountDue, currency), role: 'due' },
  ];
}

function settled({ kind, walletCredit, paid, credited }: InvoiceDocument): [label: string, amount: string][] {
  const rows: [string, string][] = kind === 'invoice'
    ? [['Wallet credit', walletCredit], ['Paid', paid], ['Credited', credited]]
    : [['To the wallet', walletCredit], ['Paid back', paid], ['Credited', credited]];
  return rows.filter(([, amount]) => !isZero(amount));
}

function taxText({ name, percent, isInclusive }: DocumentTax): string {
  const short = percent.includes('.') ? percent.replace(/\.?0+$/, '') : percent;
  return `${name} ${short}%${isInclusive ? ' (included in prices)' : ''}`;
}
