import { Type, type Static } from 'typebox';
import { decimal, multiply, type Decimal } from '../../../core/decimal.js';
import { instantText } from '../../../core/instant.js';
import { issuedLine, type IssuedInvoice, type IssuedLine } from '../../../core/issued-invoice.js';
import { moneyToDecimal } from '../../../core/money.js';
import { listDrafts, type DraftRead, type InvoiceRead } from '../../../service/invoice.js';
import { invoiceTokens } from '../../../service/invoice-link.js';
import { listInvoices } from '../../../service/invoice-list.js';
import { hostedInvoiceUrl } from '../../hosted-invoice.js';
import { ownUrlOf } from '../../own-url.js';
import { Nullable, Words } from '../../schema.js';
import { toInvoiceId, toSubjectId } from './id.js';
import { Amount, toAmount, toMoneyAmount } from './money.js';
import { ListOf, ListQuery, listOf, sliceOf, type Call, type Route } from './route.js';
import { asSubject } from './subject.js';

/** An invoice in Lark's words. Source: contracts/lark.md section 3. */

const LineItem = Type.Object({ amount: Amount, description: Type.String(), price_in_unit_amount: Amount, quantity: Type.Integer() });

const Invoice = Type.Object({
  id: Type.String(),
  created_at: Type.String(),
  hosted_url: Nullable(Type.String()),
  line_items: Type.Array(LineItem),
  status: Words(['draft', 'open', 'paid', 'uncollectible', 'void']),
  subject_id: Type.String(),
  total_amount: Amount,
});

export const INVOICE_ROUTES: readonly Route[] = [
  {
    method: 'GET', path: '/invoices', right: 'state:read', summary: "List a subject's invoices, newest first",
    query: Type.Intersect([ListQuery, Type.Object({ subject_id: Type.String() })]), result: ListOf('invoices', Invoice), work: { read: list },
  },
];

async function list(call: Call): Promise<Record<string, unknown>> {
  const { engine, request, subject } = call;
  const { limit, offset } = sliceOf(call);
  const customer = await subject((request.query as { subject_id: string }).subject_id);
  // Drafts are derived, and newer than what is issued.
  const drafts = (await listDrafts(engine, customer).catch(asSubject)).reverse();
  const issued = await listInvoices(engine, { customer, limit: offset + limit + 1 });
  const tokenOf = await invoiceTokens(engine);
  const urlOf = (invoiceId: string): string => hostedInvoiceUrl(tokenOf(invoiceId), ownUrlOf(request));
  return listOf('invoices', [...drafts, ...issued].slice(offset, offset + limit + 1), { limit, view: (found) => toInvoice(found, urlOf) });
}

function toInvoice(found: InvoiceRead | DraftRead, urlOf: (invoiceId: string) => string): Static<typeof Invoice> {
  const subject_id = toSubjectId(found.customerId);
  if (!('draft' in found)) {
    const { invoice, standing } = found;
    return { id: toInvoiceId(invoice.id), created_at: instantText(invoice.issuedAt), hosted_url: urlOf(invoice.id), line_items: lineItems(invoice.lines, invoice), status: standing.status, subject_id, total_amount: toMoneyAmount(invoice.total) };
  }
  const { draft } = found;
  return { id: toInvoiceId(found.id), created_at: instantText(draft.date), hosted_url: null, line_items: lineItems(draft.lines.map(issuedLine), draft), status: 'draft', subject_id, total_amount: toMoneyAmount(draft.total) };
}

/** The lines, and what taxes add to them: together they are the total. */
function lineItems(lines: readonly IssuedLine[], { taxes }: Pick<IssuedInvoice, 'taxes'>): Array<Static<typeof LineItem>> {
  const onTop = taxes.filter(({ rate }) => !rate.isInclusive);
  return [...lines.map(toLineItem), ...onTop.map(({ rate, amount }) => ({ amount: toMoneyAmount(amount), description: rate.name, price_in_unit_amount: toMoneyAmount(amount), quantity: 1 }))];
}

/** Quantities are whole in Lark's invoices: what is a part, or a sum of several prices, is one of the whole amount. */
function toLineItem({ amount, description, quantity, unitAmount }: IssuedLine): Static<typeof LineItem> {
  const count = Number(quantity);
  const unit = unitAmount === null ? undefined : decimal(unitAmount);
  const isWhole = Number.isSafeInteger(count) && unit !== undefined && isProduct({ unit, quantity, amount: moneyToDecimal(amount) });
  if (!isWhole || unit === undefined) return { amount: toMoneyAmount(amount), description, price_in_unit_amount: toMoneyAmount(amount), quantity: 1 };
  return { amount: toMoneyAmount(amount), description, price_in_unit_amount: toAmount(unit, { currency: amount.currency }), quantity: count };
}

function isProduct({ unit, quantity, amount }: { unit: Decimal; quantity: string; amount: Decimal }): boolean {
  return multiply(unit, decimal(quantity)).eq(amount);
}
