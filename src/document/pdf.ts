import type { DocumentOptions, InvoiceDocument } from './document.js';
import { drawHead } from './pdf-head.js';
import { drawLines } from './pdf-lines.js';
import { drawSums, sumsHeight } from './pdf-sums.js';
import { lineHeight, type Style } from './pen.js';
import { plainText } from './plain-text.js';
import { COLORS, LEFT, RIGHT, Sheet } from './sheet.js';
import { nameText } from './wording.js';

const noteHead: Style = { size: 8, color: COLORS.soft, weight: 'regular' };
const noteStyle: Style = { size: 8.5, color: COLORS.soft, weight: 'regular' };

const ABOVE_RULE = 16;
const BELOW_RULE = 8;
const BETWEEN = 3;

/**
 * The document as a PDF file on A4 paper. The same document gives the same bytes: its date stands for the moment of
 * making. Characters that the fonts lack (Chinese, Japanese, Korean, Indic scripts, emoji) are shown as boxes, and
 * copied and read aloud as what they are.
 * @throws when an amount or the date is none.
 */
export async function invoicePdf(document: InvoiceDocument, options: DocumentOptions = {}): Promise<Uint8Array> {
  const name = plainText(nameText(document));
  const seller = plainText(document.seller.name);
  const sheet = new Sheet({ title: `${name} · ${seller}`, author: seller, createdAt: new Date(`${document.date}T00:00:00Z`) });
  drawHead(sheet, document);
  drawLines(sheet, document, { withExplanation: options.withExplanation ?? true, roomBelow: sumsHeight(sheet, document) });
  drawSums(sheet, document);
  drawNotes(sheet, document.notes);
  return await sheet.finish(`${name} · ${seller}`);
}

function drawNotes(sheet: Sheet, notes: readonly string[]): void {
  if (notes.length === 0) return;
  const width = RIGHT - LEFT;
  // The heading does not stand without its first line.
  sheet.ensure(ABOVE_RULE + BELOW_RULE + lineHeight(noteHead) + BETWEEN + lineHeight(noteStyle));
  sheet.y += ABOVE_RULE;
  sheet.rule();
  sheet.y += BELOW_RULE;
  sheet.paragraph('Notes', noteHead, { x: LEFT, width });
  for (const note of notes) {
    sheet.y += BETWEEN;
    sheet.paragraph(note, noteStyle, { x: LEFT, width });
  }
}
