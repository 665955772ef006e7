import type { InvoiceDocument } from './document.js';
import { ascent, lineHeight, type Style } from './pen.js';
import { COLORS, LEFT, RIGHT, type Sheet } from './sheet.js';
import { sumRows, type SumRow } from './wording.js';

const plainLabel: Style = { size: 9.5, color: COLORS.soft, weight: 'regular' };
const plainAmount: Style = { size: 9.5, color: COLORS.ink, weight: 'regular', isTabular: true };
const total: Style = { size: 10, color: COLORS.ink, weight: 'strong', isTabular: true };
const due: Style = { size: 12, color: COLORS.accent, weight: 'strong', isTabular: true };

const STYLES: Readonly<Record<SumRow['role'], readonly [label: Style, amount: Style]>> = {
  plain: [plainLabel, plainAmount],
  total: [total, total],
  due: [due, due],
};

/** Above and below the text of a row. */
const PADDING: Readonly<Record<SumRow['role'], number>> = { plain: 2.5, total: 5.5, due: 8 };

/** What is drawn above a row. */
const RULES: Readonly<Record<SumRow['role'], { readonly color: string; readonly width: number } | undefined>> = {
  plain: undefined,
  total: { color: COLORS.line, width: 0.6 },
  due: { color: COLORS.accent, width: 1.2 },
};

const GAP = 18;
const ABOVE = 12;

interface PrintedRow extends SumRow {
  readonly lines: readonly string[];
  readonly height: number;
}

/** How much room the whole block takes, with the space above it. */
export function sumsHeight(sheet: Sheet, document: InvoiceDocument): number {
  return printedRows(sheet, document).rows.reduce((sum, row) => sum + row.height, ABOVE);
}

/** Everything from the subtotal to what is due, in one piece if a page can hold it. */
export function drawSums(sheet: Sheet, document: InvoiceDocument): void {
  const { rows, left } = printedRows(sheet, document);
  sheet.ensure(sumsHeight(sheet, document));
  sheet.y += ABOVE;
  for (const row of rows) {
    sheet.ensure(row.height);
    drawRow(sheet, row, left);
    sheet.y += row.height;
  }
}

/** The block is as wide as its texts ask for, within the page. */
function printedRows(sheet: Sheet, document: InvoiceDocument): { rows: PrintedRow[]; left: number } {
  const { pen } = sheet;
  const sums = sumRows(document);
  const amountWidth = Math.max(...sums.map(({ text, role }) => pen.width(text, STYLES[role][1])));
  const labelWidth = Math.max(...sums.map(({ label, role }) => pen.width(label, STYLES[role][0])));
  const widest = RIGHT - LEFT;
  const width = Math.min(Math.max(amountWidth + GAP + labelWidth, 206), widest);
  const rows = sums.map((row): PrintedRow => {
    const [style] = STYLES[row.role];
    const lines = pen.lines(row.label, style, Math.max(width - amountWidth - GAP, 60));
    return { ...row, lines, height: lines.length * lineHeight(style) + 2 * PADDING[row.role] };
  });
  return { rows, left: RIGHT - width };
}

function drawRow(sheet: Sheet, row: PrintedRow, left: number): void {
  const [labelStyle, amountStyle] = STYLES[row.role];
  const rule = RULES[row.role];
  if (rule !== undefined) {
    const y = sheet.y + rule.width;
    sheet.document.moveTo(left, y).lineTo(RIGHT, y).lineWidth(rule.width).stroke(rule.color);
  }
  const baseline = sheet.y + PADDING[row.role] + ascent(labelStyle);
  row.lines.forEach((line, index) => sheet.pen.write(line, labelStyle, { x: left, y: baseline + index * lineHeight(labelStyle) }));
  sheet.pen.write(row.text, amountStyle, { x: RIGHT, y: baseline, align: 'right' });
}
