import { amountText, numberText } from './amount.js';
import type { DocumentLine, InvoiceDocument } from './document.js';
import { paginate } from './paginate.js';
import { ascent, lineHeight, type Style } from './pen.js';
import { COLORS, LEFT, PAGE_ROOM, RIGHT, type Sheet } from './sheet.js';
import { COLUMNS, NO_LINES } from './wording.js';

const headStyle: Style = { size: 8, color: COLORS.soft, weight: 'regular' };
const description: Style = { size: 9.5, color: COLORS.ink, weight: 'regular' };
const figure: Style = { size: 9.5, color: COLORS.ink, weight: 'regular', isTabular: true };
const period: Style = { size: 8.5, color: COLORS.soft, weight: 'regular' };
const explanation: Style = { size: 8, color: COLORS.soft, weight: 'regular', isTabular: true };

const PADDING = 6;
const GAP = 18;
const HEAD_HEIGHT = lineHeight(headStyle) + 6;

/** Figures take what they need, but leave this much to the description. */
const NARROWEST_DESCRIPTION = 170;

type Figure = 'quantity' | 'unitAmount' | 'amount';
type Figures = Readonly<Record<Figure, string>>;

interface PrintedText {
  readonly text: string;
  readonly style: Style;
  readonly gapAbove: number;
}

/** A line of the document, or a part of one that is longer than a page. */
interface Row {
  readonly texts: readonly PrintedText[];
  readonly figures: Figures | undefined;
  readonly height: number;
  /** Whether a rule closes it: not between the parts of one line. */
  readonly isClosed: boolean;
}

/** Right ends of the columns of figures, and the width left for descriptions. */
interface Columns {
  readonly ends: Readonly<Record<Figure, number>>;
  readonly widths: Readonly<Record<Figure, number>>;
  readonly descriptionWidth: number;
}

/**
 * The table of lines, over as many pages as it takes, its head on each. `roomBelow` is what follows and must not stand
 * alone: it takes the last line along to its page.
 */
export function drawLines(sheet: Sheet, document: InvoiceDocument, shown: { withExplanation: boolean; roomBelow: number }): void {
  const printed = document.lines.map((line) => ({ line, figures: figuresOf(line, document.currency) }));
  const columns = columnsFor(sheet, printed.map(({ figures }) => figures));
  const rows = printed.flatMap(({ line, figures }) => rowsOf(textsOf(sheet, line, { columns, ...shown }), figures));
  if (rows.length === 0) rows.push(...rowsOf([{ text: NO_LINES, style: period, gapAbove: 0 }], undefined));
  const pages = paginate({
    heights: rows.map((row) => row.height),
    firstRoom: sheet.room - HEAD_HEIGHT,
    room: PAGE_ROOM - HEAD_HEIGHT,
    roomBelow: shown.roomBelow,
  });
  pages.forEach((page, index) => {
    if (index > 0) sheet.nextPage();
    if (page.length > 0) drawTableHead(sheet, columns);
    for (const each of page) drawRow(sheet, rows[each] as Row, columns);
  });
}

function figuresOf(line: DocumentLine, currency: string): Figures {
  return {
    quantity: numberText(line.quantity),
    unitAmount: line.unitAmount === null ? '' : amountText(line.unitAmount, currency),
    amount: amountText(line.amount, currency),
  };
}

function columnsFor(sheet: Sheet, figures: readonly Figures[]): Columns {
  const most = RIGHT - LEFT - NARROWEST_DESCRIPTION - 3 * GAP;
  const needed = (name: Figure, least: number): number =>
    Math.max(least, sheet.pen.width(COLUMNS[name], headStyle), ...figures.map((each) => sheet.pen.width(each[name], figure)));
  const asked = { quantity: needed('quantity', 40), unitAmount: needed('unitAmount', 60), amount: needed('amount', 70) };
  const scale = Math.min(1, most / (asked.quantity + asked.unitAmount + asked.amount));
  const widths = { quantity: asked.quantity * scale, unitAmount: asked.unitAmount * scale, amount: asked.amount * scale };
  const unitEnd = RIGHT - widths.amount - GAP;
  const quantityEnd = unitEnd - widths.unitAmount - GAP;
  return {
    ends: { quantity: quantityEnd, unitAmount: unitEnd, amount: RIGHT },
    widths,
    descriptionWidth: quantityEnd - widths.quantity - GAP - LEFT,
  };
}

function textsOf(sheet: Sheet, line: DocumentLine, shown: { columns: Columns; withExplanation: boolean }): PrintedText[] {
  const { descriptionWidth, ends } = shown.columns;
  const wrap = (text: string, style: Style, place: { width: number; gapAbove: number }): PrintedText[] =>
    sheet.pen.lines(text, style, place.width).map((each, index) => ({ text: each, style, gapAbove: index === 0 ? place.gapAbove : 0 }));
  // Explanations stand below the figures and may use the room under two of them.
  const explanationWidth = ends.unitAmount - LEFT;
  return [
    ...wrap(line.description, description, { width: descriptionWidth, gapAbove: 0 }),
    ...(line.period === null ? [] : wrap(line.period, period, { width: descriptionWidth, gapAbove: 0.5 })),
    ...(shown.withExplanation ? line.explanation : []).flatMap((each, index) =>
      wrap(each, explanation, { width: explanationWidth, gapAbove: index === 0 ? 3.5 : 0 })),
  ];
}

/** One row, or several where the texts are longer than a page can hold. */
function rowsOf(texts: readonly PrintedText[], figures: Figures | undefined): Row[] {
  const most = PAGE_ROOM - HEAD_HEIGHT - 2 * PADDING;
  const parts: PrintedText[][] = [[]];
  let height = 0;
  for (const text of texts) {
    const added = text.gapAbove + lineHeight(text.style);
    if (height + added > most) {
      parts.push([]);
      height = 0;
    }
    parts.at(-1)?.push(text);
    height += added;
  }
  return parts.map((part, index) => ({
    texts: part,
    figures: index === 0 ? figures : undefined,
    height: part.reduce((sum, text) => sum + text.gapAbove + lineHeight(text.style), 2 * PADDING),
    isClosed: index === parts.length - 1,
  }));
}

function drawTableHead(sheet: Sheet, { ends }: Columns): void {
  const y = sheet.y + ascent(headStyle);
  sheet.pen.write(COLUMNS.description, headStyle, { x: LEFT, y });
  for (const name of ['quantity', 'unitAmount', 'amount'] as const) {
    sheet.pen.write(COLUMNS[name], headStyle, { x: ends[name], y, align: 'right' });
  }
  sheet.y += HEAD_HEIGHT;
  sheet.rule(COLORS.ink);
}

function drawRow(sheet: Sheet, row: Row, { ends, widths }: Columns): void {
  let y = sheet.y + PADDING;
  for (const name of ['quantity', 'unitAmount', 'amount'] as const) {
    const text = row.figures?.[name] ?? '';
    const width = sheet.pen.width(text, figure);
    const fitting = width > widths[name] ? { ...figure, size: (figure.size * widths[name]) / width } : figure;
    sheet.pen.write(text, fitting, { x: ends[name], y: y + ascent(figure), align: 'right' });
  }
  for (const { text, style, gapAbove } of row.texts) {
    y += gapAbove;
    sheet.pen.write(text, style, { x: LEFT, y: y + ascent(style) });
    y += lineHeight(style);
  }
  sheet.y += row.height;
  if (row.isClosed) sheet.rule();
}
