import type PDFDocument from 'pdfkit';
import { Faces, type Weight } from './font.js';
import { plainText } from './plain-text.js';
import { lineRuns, type Run } from './run.js';

/** How a text looks. Sizes and places are in points, 1/72 inch. */
export interface Style {
  readonly size: number;
  readonly color: string;
  readonly weight: Weight;
  /** Digits of one width, so that amounts below each other line up. */
  readonly isTabular?: boolean;
}

/** Where a text stands: `x` is its left end, or its right end when aligned right; `y` is its baseline. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly align?: 'left' | 'right';
}

/** Height of a line for the height of its letters. */
const LEADING = 1.38;

/** Where between the top of a line and its end the baseline lies. */
const BASELINE = 0.74;

/** What is printed is what was put in: no "->" drawn as an arrow. */
const FEATURES = { calt: false };
const TABULAR_FEATURES = { ...FEATURES, tnum: true };

/** What is longer is measured letter by letter: shaping a text takes more than its length in time. */
const LONGEST_WORD = 200;

/** A character with the marks on it; Intl.Segmenter takes the square of a long word's length in time. */
const CLUSTER = /[^][\p{M}\u200c\u200d]*/gu;

export function lineHeight({ size }: Style): number {
  return size * LEADING;
}

/** From the top of a line to its baseline. */
export function ascent(style: Style): number {
  return lineHeight(style) * BASELINE;
}

/** Measures, breaks and draws texts with whichever face has their letters. */
export class Pen {
  readonly #document: PDFKit.PDFDocument;
  readonly #faces = new Faces();
  readonly #registered = new Set<string>();
  readonly #widths = new Map<string, number>();

  constructor(document: InstanceType<typeof PDFDocument>) {
    this.#document = document;
  }

  /** Width of a text on one line. */
  width(text: string, style: Style): number {
    const key = `${style.weight} ${style.isTabular === true ? 't' : 'p'} ${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      width = this.#runs(text, style).reduce((sum, run) => sum + runWidth(run, style), 0);
      this.#widths.set(key, width);
    }
    return width * style.size;
  }

  /** The lines of a text no wider than `width`: broken at spaces, and within what has none for a whole line. */
  lines(text: string, style: Style, width: number): string[] {
    return plainText(text).split('\n').flatMap((paragraph) => this.#breakLines(paragraph, style, width));
  }

  /** Draws one line. */
  write(text: string, style: Style, place: Place): void {
    const shown = oneLine(text);
    let x = place.align === 'right' ? place.x - this.width(shown, style) : place.x;
    for (const run of this.#runs(shown, style)) {
      const width = runWidth(run, style) * style.size;
      this.#draw({ run, style, x, y: place.y, width });
      x += width;
    }
  }

  #runs(text: string, { weight }: Style): Run[] {
    return lineRuns(oneLine(text), this.#faces, weight);
  }

  #draw(drawn: { run: Run; style: Style; x: number; y: number; width: number }): void {
    const { run, style, x, y, width } = drawn;
    const { name, font } = run.face;
    const document = this.#document;
    // pdfkit takes an opened font since 0.20; its types do not say so yet, nor that features may be turned off.
    if (!this.#registered.has(name)) document.registerFont(name, font as unknown as Buffer);
    this.#registered.add(name);
    document.font(name).fontSize(style.size).fillColor(style.color);
    if (run.actual !== undefined) document.markContent('Span', { actual: run.actual });
    const features = featuresOf(style) as unknown as PDFKit.Mixins.OpenTypeFeatures[];
    const measured = { textWidth: width, wordCount: 0 };
    document.text(run.text, x, y, { lineBreak: false, baseline: 'alphabetic', features, ...measured });
    if (run.actual !== undefined) document.endMarkedContent();
  }

  #breakLines(paragraph: string, style: Style, width: number): string[] {
    const lines: string[] = [];
    let line = '';
    let lineWidth = 0;
    const space = this.width(' ', style);
    for (const word of paragraph.split(/ +/).filter((each) => each !== '')) {
      const wordWidth = word.length > LONGEST_WORD ? Infinity : this.width(word, style);
      if (line !== '' && lineWidth + space + wordWidth <= width) {
        line += ` ${word}`;
        lineWidth += space + wordWidth;
        continue;
      }
      if (line !== '') lines.push(line);
      const parts = wordWidth <= width ? [word] : this.#breakWord(word, style, width);
      lines.push(...parts.slice(0, -1));
      line = parts.at(-1) ?? '';
      lineWidth = this.width(line, style);
    }
    return [...lines, line];
  }

  #breakWord(word: string, style: Style, width: number): string[] {
    const parts: string[] = [];
    let part = '';
    let partWidth = 0;
    for (const segment of word.match(CLUSTER) ?? []) {
      const segmentWidth = this.width(segment, style);
      if (part !== '' && partWidth + segmentWidth > width) {
        parts.push(part);
        part = '';
        partWidth = 0;
      }
      part += segment;
      partWidth += segmentWidth;
    }
    return [...parts, part];
  }
}

function oneLine(text: string): string {
  return plainText(text).replaceAll('\n', ' ');
}

function featuresOf({ isTabular }: Style): Record<string, boolean> {
  return isTabular === true ? TABULAR_FEATURES : FEATURES;
}

/** Width in ems. */
function runWidth({ face, text }: Run, style: Style): number {
  return face.font.layout(text, featuresOf(style)).advanceWidth / face.font.unitsPerEm;
}
