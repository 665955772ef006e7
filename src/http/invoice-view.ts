import { Type } from 'typebox';
import { instantText, type Instant } from '../core/instant.js';
import { explainTax, type Explanation } from '../core/explain.js';
import type { Invoice } from '../core/invoice.js';
import { issuedLine, type CreditNote, type InvoiceStanding, type IssuedInvoice, type IssuedLine } from '../core/issued-invoice.js';
import { addMoney, moneyText, sumMoney, type Money as MoneyValue } from '../core/money.js';
import type { TaxLine } from '../core/tax.js';
import { moneyView } from './money.js';
import { InstantText, Money, Nullable, Words } from './schema.js';

/** Invoices as the native API writes them: issued, in draft, upcoming, previewed. */

export const ExplanationView = Type.Object(
  {
    rule: Type.String(),
    policy: Type.Record(Type.String(), Type.String()),
    inputs: Type.Record(Type.String(), Type.String()),
    steps: Type.Array(Type.String()),
    events: Type.Optional(Nullable(Type.String({ description: 'Where the events that were counted are listed' }))),
  },
  { description: 'Why a figure is what it is; only with explain=true' },
);

export const LineView = Type.Object({
  kind: Words(['fixed', 'proration', 'usage', 'adjustment', 'minimum', 'maximum', 'discount']),
  subscription: Type.String(),
  price: Nullable(Type.String({ description: 'Null for what concerns the plan as a whole' })),
  description: Type.String(),
  period: Type.Object({ start: InstantText, end: Nullable(InstantText) }),
  quantity: Type.String(),
  unit_amount: Nullable(Type.String({ description: 'Major units; null where quantity times it is not the amount: tiers, packages, free units, bounds' })),
  amount: Money,
  explanation: Type.Optional(ExplanationView),
});

const TOTALS = {
  currency: Type.String(),
  lines: Type.Array(LineView),
  subtotal: { ...Money, description: 'Always subtotal + tax = total; tax that prices hold already is taken out of it' },
  taxes: Type.Array(Type.Object({ name: Type.String(), percent: Type.String(), inclusive: Type.Boolean(), amount: Money, explanation: Type.Optional(Type.String()) })),
  tax: Money,
  total: Money,
  wallet_credit: { ...Money, description: 'Paid by the wallet; below zero when the invoice gives money back to it' },
  amount_due: Money,
};

/** An invoice that is not issued: upcoming, or what a command would bring. */
export const InvoiceView = Type.Object({ date: Nullable(InstantText), ...TOTALS }, { description: 'An invoice that is not issued' });

export const IssuedInvoiceView = Type.Object({
  id: Type.String(),
  customer: Type.String(),
  number: Nullable(Type.String({ description: 'Null for a draft' })),
  status: Words(['draft', 'open', 'paid', 'uncollectible', 'void']),
  date: InstantText,
  issued_at: Nullable(InstantText),
  finalizes_at: Nullable(InstantText),
  ...TOTALS,
  paid: Money,
  credited: Money,
  credit_notes: Type.Array(Type.Object({ id: Type.String(), number: Type.String(), date: InstantText, reason: Nullable(Type.String()), subtotal: Money, tax: Money, total: Money, to_wallet: Money })),
});

export interface ViewOptions {
  readonly isExplained: boolean;
  /** Whose events an explanation leads to. */
  readonly customerId: string;
}

const PLAIN: ViewOptions = { isExplained: false, customerId: '' };

export function invoiceView(invoice: Invoice, options: ViewOptions = PLAIN) {
  return { date: instantText(invoice.date), ...totalsView({ ...invoice, lines: invoice.lines.map(issuedLine) }, options) };
}

/** Nothing will be billed: an invoice without a date and without lines. */
export function emptyInvoiceView(nothing: MoneyValue) {
  const zero = moneyView(nothing);
  return { date: null, currency: nothing.currency, lines: [], subtotal: zero, taxes: [], tax: zero, total: zero, wallet_credit: zero, amount_due: zero };
}

export function draftView(draft: Invoice, id: string, options: ViewOptions) {
  const zero = moneyView({ minor: 0n, currency: draft.currency });
  return {
    id, customer: options.customerId, number: null, status: 'draft' as const, issued_at: null, finalizes_at: instantText(draft.finalizesAt),
    ...invoiceView(draft, options), paid: zero, credited: zero, credit_notes: [],
  };
}

export function issuedInvoiceView(read: { invoice: IssuedInvoice; standing: InvoiceStanding; creditNotes: readonly CreditNote[] }, options: ViewOptions) {
  const { invoice, standing } = read;
  return {
    id: invoice.id,
    customer: options.customerId,
    number: invoice.number,
    status: standing.status,
    date: instantText(invoice.date),
    issued_at: instantText(invoice.issuedAt),
    finalizes_at: null,
    ...totalsView(invoice, options),
    // What is still to be paid now, not what was when it was issued.
    amount_due: moneyView(standing.due),
    paid: moneyView(standing.paid),
    credited: moneyView(standing.credited),
    credit_notes: read.creditNotes.map(creditNoteView),
  };
}

export function creditNoteView(note: CreditNote) {
  const { id, number, date, reason, subtotal, tax, total, toWallet } = note;
  return { id, number, date: instantText(date), reason, subtotal: moneyView(subtotal), tax: moneyView(tax), total: moneyView(total), to_wallet: moneyView(toWallet) };
}

export function explanationView({ rule, policy, inputs, steps, events }: Explanation, customerId: string) {
  return { rule, policy, inputs, steps, events: events === null ? null : eventsLink(customerId, events.meter, events) };
}

interface Totals {
  readonly currency: string;
  readonly lines: readonly IssuedLine[];
  readonly subtotal: MoneyValue;
  readonly taxes: readonly TaxLine[];
  readonly tax: MoneyValue;
  readonly total: MoneyValue;
  readonly walletCredit: MoneyValue;
  readonly amountDue: MoneyValue;
}

function totalsView(totals: Totals, options: ViewOptions) {
  const { currency, lines, subtotal, taxes, tax, total, walletCredit, amountDue } = totals;
  const base = addMoney(subtotal, sumMoney(taxes.filter(({ rate }) => rate.isInclusive).map((line) => line.amount), subtotal.currency));
  return {
    currency,
    lines: lines.map((line) => lineView(line, options)),
    subtotal: moneyView(subtotal),
    taxes: taxes.map((line) => ({
      name: line.rate.name, percent: line.rate.percent, inclusive: line.rate.isInclusive, amount: moneyView(line.amount), ...(options.isExplained ? { explanation: explainTax(base, line) } : {}),
    })),
    tax: moneyView(tax),
    total: moneyView(total),
    wallet_credit: moneyView(walletCredit),
    amount_due: moneyView(amountDue),
  };
}

function lineView(line: IssuedLine, options: ViewOptions) {
  return {
    kind: line.kind,
    subscription: line.subscriptionId,
    price: line.priceCode,
    description: line.description,
    period: { start: instantText(line.period.startsAt), end: line.period.endsAt === null ? null : instantText(line.period.endsAt) },
    quantity: line.quantity,
    unit_amount: line.unitAmount,
    amount: moneyView(line.amount),
    ...(options.isExplained ? { explanation: explanationView(line.explanation, options.customerId) } : {}),
  };
}

function eventsLink(customerId: string, meter: string, window: { startsAt: Instant; endsAt: Instant | null }): string {
  const to = window.endsAt === null || !Number.isFinite(window.endsAt) ? '' : `&to=${encodeURIComponent(instantText(window.endsAt))}`;
  return `/v1/customers/${encodeURIComponent(customerId)}/events?meter=${encodeURIComponent(meter)}&from=${encodeURIComponent(instantText(window.startsAt))}${to}`;
}

export function amountText(money: MoneyValue): string {
  return `${moneyText(money)} ${money.currency}`;
}
