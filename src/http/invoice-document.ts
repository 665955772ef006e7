import { addressLines } from '../core/address.js';
import { instantText, type Instant } from '../core/instant.js';
import { issuedLine, type IssuedLine } from '../core/issued-invoice.js';
import { moneyText, type Money } from '../core/money.js';
import { localDateText } from '../core/period.js';
import type { TaxLine } from '../core/tax.js';
import { invoiceHtml } from '../document/html.js';
import { invoicePdf } from '../document/pdf.js';
import type { InvoiceDocument } from '../document/document.js';
import { readCustomer } from '../service/customer.js';
import type { DraftRead, InvoiceRead } from '../service/invoice.js';
import type { HttpContext, Seller } from './context.js';

/** An invoice as people get it. */
export async function invoiceDocument(
  engine: HttpContext['engine'],
  input: { found: InvoiceRead | DraftRead; format: 'html' | 'pdf'; seller: Seller; /** Where a page leads to the PDF. */ pdfUrl?: string },
): Promise<{ type: string; body: string | Buffer; name: string }> {
  const { found, format, seller, pdfUrl } = input;
  const customer = await readCustomer(engine, found.customerId);
  const lines = [...(customer.address === null ? [] : addressLines(customer.address)), ...(customer.email === null ? [] : [customer.email])];
  const party = { name: customer.name ?? customer.externalId ?? customer.id, lines };
  const document = documentOf(found, { seller, customer: party, zone: customer.zone });
  const name = `${document.number ?? 'draft'}.${format}`;
  if (format === 'html') return { type: 'text/html; charset=utf-8', body: invoiceHtml(document, pdfUrl === undefined ? {} : { pdfUrl }), name };
  return { type: 'application/pdf', body: Buffer.from(await invoicePdf(document)), name };
}

interface Parties {
  readonly seller: Seller;
  readonly customer: Seller;
  readonly zone: string;
}

/** What stands on paper, in the customer's own days. */
export function documentOf(found: InvoiceRead | DraftRead, parties: Parties): InvoiceDocument {
  const { zone } = parties;
  const zero = (money: Money): string => moneyText({ ...money, minor: 0n });
  if ('draft' in found) {
    const { draft } = found;
    return { ...base(parties, { ...draft, lines: draft.lines.map(issuedLine) }), status: 'draft', number: null, paid: zero(draft.total), credited: zero(draft.total), amountDue: moneyText(draft.amountDue), notes: [`A draft: late usage still changes it until ${instantText(draft.finalizesAt)}.`] };
  }
  const { invoice, standing, creditNotes } = found;
  return {
    ...base(parties, invoice),
    status: standing.status === 'draft' ? 'draft' : standing.status,
    number: invoice.number,
    paid: moneyText(standing.paid),
    credited: moneyText(standing.credited),
    amountDue: moneyText(standing.due),
    notes: creditNotes.map((note) => `Credit note ${note.number} of ${localDateText(note.date, zone)}: ${moneyText(note.total)} ${note.total.currency}${note.reason === null ? '' : `, ${note.reason}`}`),
  };
}

function base(parties: Parties, invoice: { date: Instant; currency: string; lines: readonly IssuedLine[]; subtotal: Money; taxes: readonly TaxLine[]; total: Money; walletCredit: Money }) {
  const { seller, customer, zone } = parties;
  return {
    kind: 'invoice' as const,
    date: localDateText(invoice.date, zone),
    seller,
    customer,
    currency: invoice.currency,
    lines: invoice.lines.map((line) => ({
      description: line.description,
      period: periodText(line, zone),
      quantity: line.quantity,
      unitAmount: line.unitAmount,
      amount: moneyText(line.amount),
      explanation: line.explanation.steps,
    })),
    subtotal: moneyText(invoice.subtotal),
    taxes: invoice.taxes.map(({ rate, amount }) => ({ name: rate.name, percent: rate.percent, isInclusive: rate.isInclusive, amount: moneyText(amount) })),
    total: moneyText(invoice.total),
    walletCredit: moneyText(invoice.walletCredit),
  };
}

/** From the first day to the moment it ends, by the calendar of the customer. */
function periodText({ period }: IssuedLine, zone: string): string {
  const from = localDateText(period.startsAt, zone);
  return period.endsAt === null ? `from ${from}` : `${from} to ${localDateText(period.endsAt, zone)}`;
}

