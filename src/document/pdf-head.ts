import type { InvoiceDocument } from './document.js';
import { ascent, lineHeight, type Style } from './pen.js';
import { COLORS, LEFT, RIGHT, type Sheet } from './sheet.js';
import { headFacts, partyLabels, statusRemark, statusText, titleText } from './wording.js';

const title: Style = { size: 25, color: COLORS.ink, weight: 'strong' };
const sellerName: Style = { size: 12, color: COLORS.ink, weight: 'strong' };
const label: Style = { size: 8, color: COLORS.soft, weight: 'regular' };
const fact: Style = { size: 10.5, color: COLORS.ink, weight: 'strong' };
const mainFact: Style = { size: 15, color: COLORS.accent, weight: 'strong', isTabular: true };
const remark: Style = { size: 9, color: COLORS.soft, weight: 'regular' };
const partyName: Style = { size: 9.5, color: COLORS.ink, weight: 'strong' };
const partyLine: Style = { size: 9, color: COLORS.soft, weight: 'regular' };

const BADGES: Readonly<Record<InvoiceDocument['status'], readonly [ink: string, ground: string]>> = {
  draft: [COLORS.soft, COLORS.quiet],
  open: [COLORS.accent, COLORS.tint],
  paid: [COLORS.paper, COLORS.accent],
  uncollectible: [COLORS.alarm, COLORS.alarmTint],
  void: [COLORS.soft, COLORS.quiet],
  issued: [COLORS.accent, COLORS.tint],
};

const COLUMN = (RIGHT - LEFT) / 2;
const GAP = 20;

/** Title, status, the facts looked for first, and the two parties. */
export function drawHead(sheet: Sheet, document: InvoiceDocument): void {
  drawTitle(sheet, document);
  const said = statusRemark(document);
  if (said !== null) {
    sheet.y += 6;
    sheet.paragraph(said, remark, { x: LEFT, width: RIGHT - LEFT });
  }
  drawFacts(sheet, document);
  drawParties(sheet, document);
  sheet.y += 24;
}

function drawTitle(sheet: Sheet, document: InvoiceDocument): void {
  const { pen } = sheet;
  const text = titleText(document);
  const baseline = sheet.y + ascent(title) - 4;
  pen.write(text, title, { x: LEFT, y: baseline });
  const after = drawBadge(sheet, document, { x: LEFT + pen.width(text, title) + 12, middle: baseline - 9 });
  const lines = pen.lines(document.seller.name, sellerName, RIGHT - after - GAP);
  lines.forEach((line, index) => {
    pen.write(line, sellerName, { x: RIGHT, y: baseline + index * lineHeight(sellerName), align: 'right' });
  });
  sheet.y = baseline + 8 + (lines.length - 1) * lineHeight(sellerName);
}

/** Answers where the badge ends. */
function drawBadge(sheet: Sheet, document: InvoiceDocument, place: { x: number; middle: number }): number {
  const [color, ground] = BADGES[document.status];
  const style: Style = { size: 8.5, color, weight: 'strong' };
  const width = sheet.pen.width(statusText(document), style) + 18;
  sheet.document.roundedRect(place.x, place.middle - 8.5, width, 17, 8.5).fill(ground);
  sheet.pen.write(statusText(document), style, { x: place.x + 9, y: place.middle + 3.1 });
  return place.x + width;
}

function drawFacts(sheet: Sheet, document: InvoiceDocument): void {
  const { pen } = sheet;
  const [number, date, amount] = headFacts(document);
  sheet.y += 18;
  sheet.rule();
  const labels = sheet.y + 11 + ascent(label);
  const values = labels + 16;
  const amountWidth = Math.max(pen.width(amount.text, mainFact), pen.width(amount.label, label));
  const dateWidth = Math.max(pen.width(date.text, fact), pen.width(date.label, label));
  const dateX = Math.min(LEFT + COLUMN * 0.85, RIGHT - amountWidth - GAP - dateWidth);
  const lines = pen.lines(number.text, fact, Math.max(dateX - LEFT - GAP, 80));
  pen.write(number.label, label, { x: LEFT, y: labels });
  lines.forEach((line, index) => pen.write(line, fact, { x: LEFT, y: values + index * lineHeight(fact) }));
  pen.write(date.label, label, { x: dateX, y: labels });
  pen.write(date.text, fact, { x: dateX, y: values });
  pen.write(amount.label, label, { x: RIGHT, y: labels, align: 'right' });
  pen.write(amount.text, mainFact, { x: RIGHT, y: values + 1, align: 'right' });
  sheet.y = values + 13 + (lines.length - 1) * lineHeight(fact);
  sheet.rule();
}

/** Line by line side by side, so that even long addresses flow over pages. */
function drawParties(sheet: Sheet, document: InvoiceDocument): void {
  const labels = partyLabels(document);
  const left = partyLines(sheet, labels.seller, document.seller);
  const right = partyLines(sheet, labels.customer, document.customer);
  sheet.y += 18;
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const height = Math.max(...[left[index], right[index]].map((line) => (line === undefined ? 0 : lineHeight(line.style))));
    sheet.ensure(height);
    [left[index], right[index]].forEach((line, column) => {
      if (line !== undefined) sheet.pen.write(line.text, line.style, { x: LEFT + column * COLUMN, y: sheet.y + ascent(line.style) });
    });
    sheet.y += height;
  }
}

function partyLines(sheet: Sheet, head: string, party: InvoiceDocument['seller']): { text: string; style: Style }[] {
  const wrap = (text: string, style: Style): { text: string; style: Style }[] =>
    sheet.pen.lines(text, style, COLUMN - GAP).map((line) => ({ text: line, style }));
  return [...wrap(head, label), ...wrap(party.name, partyName), ...party.lines.flatMap((line) => wrap(line, partyLine))];
}
