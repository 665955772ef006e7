import { stringify } from 'csv-stringify/sync';
import writeXlsxFile, { type SheetData } from 'write-excel-file/node';

/** A wallet's statement in texts and decimal strings, as people get it. */
export interface StatementDocument {
  readonly currency: string;
  readonly opening: string;
  readonly closing: string;
  readonly rows: readonly StatementDocumentRow[];
}

export interface StatementDocumentRow {
  /** RFC 3339 in UTC. */
  readonly date: string;
  readonly kind: string;
  readonly description: string;
  readonly service: string;
  readonly quantity: string;
  readonly unit: string;
  readonly participant: string;
  readonly reason: string;
  readonly credit: string;
  readonly debit: string;
  readonly balance: string;
}

const COLUMNS: ReadonlyArray<{ readonly key: keyof StatementDocumentRow; readonly title: string; readonly width: number; readonly isAmount?: true }> = [
  { key: 'date', title: 'Date (UTC)', width: 26 },
  { key: 'kind', title: 'Kind', width: 16 },
  { key: 'description', title: 'Description', width: 36 },
  { key: 'service', title: 'Service', width: 18 },
  { key: 'quantity', title: 'Quantity', width: 12 },
  { key: 'unit', title: 'Unit', width: 12 },
  { key: 'participant', title: 'Participant', width: 24 },
  { key: 'reason', title: 'Reason', width: 36 },
  { key: 'credit', title: 'Credit', width: 14, isAmount: true },
  { key: 'debit', title: 'Debit', width: 14, isAmount: true },
  { key: 'balance', title: 'Balance', width: 14, isAmount: true },
];

/** RFC 4180, a title line first; a cell that a spreadsheet would take for a formula is made text. */
export function statementCsv(document: StatementDocument): string {
  const columns = [...COLUMNS.map(({ key, title }) => ({ key, header: title })), { key: 'currency', header: 'Currency' }];
  const rows = document.rows.map((row) => ({ ...row, currency: document.currency }));
  // Amounts are ours and may begin with a minus; texts are anybody's.
  const guarded = rows.map((row) => ({ ...row, ...Object.fromEntries(TEXTS.map((key) => [key, guardedText(row[key])])) }));
  return stringify(guarded, { header: true, columns, record_delimiter: '\r\n' });
}

/** One sheet with a bold title line, amounts as numbers; opening and closing balance around the rows. */
export async function statementXlsx(document: StatementDocument): Promise<Buffer> {
  const titles = COLUMNS.map(({ title }) => ({ value: title, fontWeight: 'bold' as const }));
  const balanceRow = (label: string, amount: string): SheetData[number] => [null, null, { value: label, fontWeight: 'bold' as const }, null, null, null, null, null, null, null, amountCell(amount)];
  const rows = document.rows.map((row) => COLUMNS.map(({ key, isAmount }) => (isAmount === true ? amountCell(row[key]) : textCell(row[key]))));
  const data: SheetData = [titles, balanceRow('Opening balance', document.opening), ...rows, balanceRow('Closing balance', document.closing)];
  return writeXlsxFile(data, { columns: COLUMNS.map(({ width }) => ({ width })), sheet: `Wallet ${document.currency}`, stickyRowsCount: 1 }).toBuffer();
}

const TEXTS = ['kind', 'description', 'service', 'unit', 'participant', 'reason'] as const satisfies ReadonlyArray<keyof StatementDocumentRow>;

function guardedText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function textCell(text: string): SheetData[number][number] {
  return text === '' ? null : { value: text, type: String };
}

/** A spreadsheet's number keeps 15 digits; a longer amount stands as text, so that no digit is lost. */
function amountCell(text: string): SheetData[number][number] {
  if (text === '') return null;
  if (text.replace(/\D/g, '').length > 15) return { value: text, type: String, align: 'right' };
  const places = text.split('.')[1]?.length ?? 0;
  return { value: Number(text), type: Number, format: places === 0 ? '#,##0' : `#,##0.${'0'.repeat(places)}` };
}
