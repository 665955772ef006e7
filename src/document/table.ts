import writeXlsxFile, { type SheetData } from 'write-excel-file/node';

/** A table for a spreadsheet: one line a row, its cells as the columns have them. */
export interface Table {
  readonly sheet: string;
  readonly columns: ReadonlyArray<{ readonly title: string; readonly width: number }>;
  /** Texts stay texts, numbers are numbers; nothing where there is nothing. */
  readonly rows: ReadonlyArray<ReadonlyArray<string | number | undefined>>;
}

/** One sheet with a bold title line that stays in view; numbers with two decimals where they have any. */
export async function tableXlsx({ sheet, columns, rows }: Table): Promise<Buffer> {
  const titles = columns.map(({ title }) => ({ value: title, fontWeight: 'bold' as const }));
  const data: SheetData = [titles, ...rows.map((row) => row.map(cellOf))];
  return writeXlsxFile(data, { columns: columns.map(({ width }) => ({ width })), sheet, stickyRowsCount: 1 }).toBuffer();
}

function cellOf(value: string | number | undefined): SheetData[number][number] {
  if (value === undefined || value === '') return null;
  if (typeof value === 'string') return { value, type: String };
  return { value, type: Number, format: Number.isInteger(value) ? '#,##0' : '#,##0.00##' };
}
