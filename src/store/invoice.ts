import type { Currency } from '../core/currency.js';
import { bucketOf } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import type { CreditNote, InvoiceChange, InvoiceStanding, InvoiceStatus, IssuedInvoice } from '../core/issued-invoice.js';
import type { Money } from '../core/money.js';
import type { Queryable } from './database.js';
import { fromJson, toJson } from './json.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** An invoice with the change that issued it and what has become of it. */
export interface StoredInvoice {
  readonly customerId: string;
  readonly revision: number;
  readonly invoice: IssuedInvoice;
  readonly status: InvoiceStatus;
  readonly due: Money;
}

/** Something that happened to an invoice, with its number among the customer's changes. */
export interface StoredInvoiceChange {
  readonly revision: number;
  readonly position: number;
  readonly invoiceId: string;
  readonly change: InvoiceChange;
  readonly madeAt: Instant;
}

const insertInvoiceStatement = statement(
  'insert_invoice',
  `
insert into invoices (bucket, customer_id, id, revision, position, number, dated_at, issued_at, currency, total_minor, body, status, due_minor)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
`,
);

const insertTurnsStatement = statement(
  'insert_invoiced_turns',
  `
insert into invoiced_turns (bucket, customer_id, subscription_id, invoiced_to, revision, invoice_id, paid_from)
select $1, $2, subscription_id, $3, $4, $5, $7
from unnest($6::text[]) as billed (subscription_id)
order by subscription_id
`,
);

/** What fromInvoiceRow reads. */
export const INVOICE_COLUMNS = 'customer_id, id, revision, body, currency, status, due_minor';

const selectInvoiceStatement = statement(
  'select_invoice',
  `
select ${INVOICE_COLUMNS}
from invoices
where bucket = $1
  and customer_id = $2
  and id = $3
`,
);

const selectCustomerInvoicesStatement = statement(
  'select_customer_invoices',
  `
select ${INVOICE_COLUMNS}
from invoices
where bucket = $1
  and customer_id = $2
order by revision, position
`,
);

const updateInvoiceStatement = statement(
  'update_invoice_standing',
  `
update invoices
set status = $4, due_minor = $5
where bucket = $1
  and customer_id = $2
  and id = $3
`,
);

const insertInvoiceChangeStatement = statement(
  'insert_invoice_change',
  `
insert into invoice_changes (bucket, customer_id, revision, position, invoice_id, change, made_at)
values ($1, $2, $3, $4, $5, $6, $7)
`,
);

const selectInvoiceChangesStatement = statement(
  'select_invoice_changes',
  `
select revision, position, invoice_id, change, made_at
from invoice_changes
where bucket = $1
  and customer_id = $2
  and ($3::text is null or invoice_id = $3)
order by revision, position
`,
);

const selectChangesOfStatement = statement(
  'select_changes_of_invoices',
  `
select c.revision, c.position, c.invoice_id, c.change, c.made_at
from unnest($1::smallint[], $2::text[], $3::text[]) as asked (bucket, customer_id, invoice_id)
join invoice_changes c on c.bucket = asked.bucket and c.customer_id = asked.customer_id and c.invoice_id = asked.invoice_id
order by c.customer_id, c.revision, c.position
`,
);

const selectCreditNotesOfStatement = statement(
  'select_credit_notes_of_invoices',
  `
select n.body
from unnest($1::smallint[], $2::text[], $3::text[]) as asked (bucket, customer_id, invoice_id)
join credit_notes n on n.bucket = asked.bucket and n.customer_id = asked.customer_id and n.invoice_id = asked.invoice_id
order by n.customer_id, n.revision, n.id
`,
);

const insertCreditNoteStatement = statement(
  'insert_credit_note',
  `
insert into credit_notes (bucket, customer_id, id, revision, invoice_id, number, body, made_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
`,
);

const selectCreditNotesStatement = statement(
  'select_credit_notes',
  `
select body
from credit_notes
where bucket = $1
  and customer_id = $2
  and ($3::text is null or invoice_id = $3)
order by revision, id
`,
);

const takeNumberStatement = statement(
  'take_document_number',
  `
insert into document_series (series, last_number)
values ($1, 1)
on conflict (series) do update
set last_number = document_series.last_number + 1
returning last_number
`,
);

const insertNumberStatement = statement(
  'insert_document_number',
  `
insert into document_numbers (series, number, document_id, customer_id)
values ($1, $2, $3, $4)
`,
);

const selectNumberGapsStatement = statement(
  'select_number_gaps',
  `
select s.series, s.last_number, count(n.number) as numbers, coalesce(max(n.number), 0) as highest
from document_series s
left join document_numbers n on n.series = s.series
group by s.series, s.last_number
having count(n.number) <> s.last_number
  or coalesce(max(n.number), 0) <> s.last_number
order by s.series
`,
);

const insertOwnerStatement = statement(
  'insert_document_owner',
  `
insert into document_owners (document_id, customer_id)
values ($1, $2)
on conflict (document_id) do nothing
`,
);

const selectOwnerStatement = statement(
  'select_document_owner',
  `
select customer_id
from document_owners
where document_id = $1
`,
);

export async function insertInvoice(transaction: Queryable, input: { customerId: string; revision: number; position: number; invoice: IssuedInvoice; standing: InvoiceStanding }): Promise<void> {
  const { customerId, revision, position, invoice, standing } = input;
  const bucket = bucketOf(customerId);
  await transaction.rows(insertInvoiceStatement, [
    bucket, customerId, invoice.id, revision, position, invoice.number, timestampText(invoice.date), timestampText(invoice.issuedAt), invoice.currency,
    invoice.total.minor.toString(), toJson(invoice), standing.status, standing.due.minor.toString(),
  ]);
  await transaction.rows(insertTurnsStatement, [bucket, customerId, timestampText(invoice.date), revision, invoice.id, invoice.cursors.map((cursor) => cursor.subscriptionId), invoice.paidFrom]);
}

export async function selectInvoice(queryable: Queryable, customerId: string, id: string): Promise<StoredInvoice | undefined> {
  const [row] = await queryable.rows<InvoiceRow>(selectInvoiceStatement, [bucketOf(customerId), customerId, id]);
  return row === undefined ? undefined : fromInvoiceRow(row);
}

/** A customer's invoices in the order in which they were issued. */
export async function selectCustomerInvoices(queryable: Queryable, customerId: string): Promise<StoredInvoice[]> {
  return (await queryable.rows<InvoiceRow>(selectCustomerInvoicesStatement, [bucketOf(customerId), customerId])).map(fromInvoiceRow);
}

/** Writes what has become of the invoice; a projection of its changes. */
export async function updateInvoice(transaction: Queryable, input: { customerId: string; invoiceId: string; standing: InvoiceStanding }): Promise<void> {
  const { customerId, invoiceId, standing } = input;
  await transaction.rows(updateInvoiceStatement, [bucketOf(customerId), customerId, invoiceId, standing.status, standing.due.minor.toString()]);
}

export async function insertInvoiceChange(transaction: Queryable, input: StoredInvoiceChange & { customerId: string }): Promise<void> {
  const { customerId, revision, position, invoiceId, change, madeAt } = input;
  await transaction.rows(insertInvoiceChangeStatement, [bucketOf(customerId), customerId, revision, position, invoiceId, toJson(change), timestampText(madeAt)]);
}

/** In the order in which they were made; of one invoice, or of all of the customer's. */
export async function selectInvoiceChanges(queryable: Queryable, customerId: string, invoiceId: string | null): Promise<StoredInvoiceChange[]> {
  return (await queryable.rows<ChangeRow>(selectInvoiceChangesStatement, [bucketOf(customerId), customerId, invoiceId])).map(fromChangeRow);
}

/** The changes of several invoices, each invoice's in the order in which they were made. */
export async function selectChangesOfInvoices(queryable: Queryable, invoices: readonly StoredInvoice[]): Promise<StoredInvoiceChange[]> {
  return (await queryable.rows<ChangeRow>(selectChangesOfStatement, invoiceColumns(invoices))).map(fromChangeRow);
}

/** The credit notes of several invoices, each invoice's oldest first. */
export async function selectCreditNotesOfInvoices(queryable: Queryable, invoices: readonly StoredInvoice[]): Promise<CreditNote[]> {
  const rows = await queryable.rows<{ body: string }>(selectCreditNotesOfStatement, invoiceColumns(invoices));
  return rows.map((row) => fromJson<CreditNote>(row.body));
}

export async function insertCreditNote(transaction: Queryable, input: { customerId: string; revision: number; note: CreditNote }): Promise<void> {
  const { customerId, revision, note } = input;
  await transaction.rows(insertCreditNoteStatement, [bucketOf(customerId), customerId, note.id, revision, note.invoiceId, note.number, toJson(note), timestampText(note.date)]);
}

/** Oldest first; of one invoice, or of all of the customer's. */
export async function selectCreditNotes(queryable: Queryable, customerId: string, invoiceId: string | null): Promise<CreditNote[]> {
  const rows = await queryable.rows<{ body: string }>(selectCreditNotesStatement, [bucketOf(customerId), customerId, invoiceId]);
  return rows.map((row) => fromJson<CreditNote>(row.body));
}

/** The next number of the series; nobody else gets one until this transaction has ended. */
export async function takeNumber(transaction: Queryable, series: string, document: { id: string; customerId: string }): Promise<number> {
  const [row] = await transaction.rows<{ last_number: string }>(takeNumberStatement, [series]);
  if (row === undefined) throw new Error('a series gave no number');
  await transaction.rows(insertNumberStatement, [series, row.last_number, document.id, document.customerId]);
  return Number(row.last_number);
}

/** Series in which a number is missing. */
export async function selectNumberGaps(queryable: Queryable): Promise<Array<{ series: string; lastNumber: number; numbers: number }>> {
  const rows = await queryable.rows<{ series: string; last_number: string; numbers: string }>(selectNumberGapsStatement, []);
  return rows.map((row) => ({ series: row.series, lastNumber: Number(row.last_number), numbers: Number(row.numbers) }));
}

/** Lets the document's id lead to its customer. */
export async function insertDocumentOwner(transaction: Queryable, documentId: string, customerId: string): Promise<void> {
  await transaction.rows(insertOwnerStatement, [documentId, customerId]);
}

export async function selectDocumentOwner(queryable: Queryable, documentId: string): Promise<string | undefined> {
  const [row] = await queryable.rows<{ customer_id: string }>(selectOwnerStatement, [documentId]);
  return row?.customer_id;
}

const PAID_BY_CUSTOMER = { paidFrom: 'invoice' } as const;

export interface InvoiceRow {
  readonly customer_id: string;
  readonly id: string;
  readonly revision: string;
  readonly body: string;
  readonly currency: Currency;
  readonly status: InvoiceStatus;
  readonly due_minor: string;
}

interface ChangeRow {
  readonly revision: string;
  readonly position: number;
  readonly invoice_id: string;
  readonly change: string;
  readonly made_at: string;
}

function invoiceColumns(invoices: readonly StoredInvoice[]): unknown[] {
  return [invoices.map(({ customerId }) => bucketOf(customerId)), invoices.map(({ customerId }) => customerId), invoices.map(({ invoice }) => invoice.id)];
}

function fromChangeRow(row: ChangeRow): StoredInvoiceChange {
  return { revision: Number(row.revision), position: row.position, invoiceId: row.invoice_id, change: fromJson<InvoiceChange>(row.change), madeAt: fromTimestamp(row.made_at) };
}

export function fromInvoiceRow(row: InvoiceRow): StoredInvoice {
  return {
    customerId: row.customer_id,
    revision: Number(row.revision),
    // Invoices older than the wallet's do not say who pays them.
    invoice: { ...PAID_BY_CUSTOMER, ...fromJson<IssuedInvoice>(row.body) },
    status: row.status,
    due: { minor: BigInt(row.due_minor), currency: row.currency },
  };
}
