import PDFDocument from 'pdfkit';
import { ascent, lineHeight, Pen, type Style } from './pen.js';

/** The paper is A4, and what is printed keeps clear of what Letter would cut off. */
const WIDTH = 595.28;
const HEIGHT = 841.89;
const TOP = 48;
const BOTTOM = HEIGHT - 60;
const FOOT = HEIGHT - 36;

export const LEFT = 54;
export const RIGHT = WIDTH - 54;

/** Room for content on a whole page. */
export const PAGE_ROOM = BOTTOM - TOP;

export const COLORS = { ink: '#16202a', soft: '#5a6773', line: '#dfe4e8', accent: '#0b6e4f', tint: '#eaf4f0', quiet: '#eef1f3', alarm: '#9b2c2c', alarmTint: '#faeaea', paper: '#ffffff' } as const;

const footStyle: Style = { size: 8, color: COLORS.soft, weight: 'regular' };

/** Pages filled from top to bottom. `y` is where the next thing goes; it counts downwards from the paper's upper edge. */
export class Sheet {
  readonly document: PDFKit.PDFDocument;
  readonly pen: Pen;
  y = TOP;

  /** `info` is what the file says of itself; its date stands for the moment of making. */
  constructor(info: { title: string; author: string; createdAt: Date }) {
    // Version 1.3, pdfkit's default, carries no XMP packet, in which pdfkit would put title and author unescaped.
    this.document = new PDFDocument({
      size: [WIDTH, HEIGHT],
      margin: 0,
      font: null as unknown as string,
      bufferPages: true,
      autoFirstPage: false,
      lang: 'en',
      displayTitle: true,
      info: { Title: info.title, Author: info.author, Creator: 'Paidup', Producer: 'Paidup', CreationDate: info.createdAt },
    });
    this.pen = new Pen(this.document);
    this.nextPage();
  }

  /** Room left on this page. */
  get room(): number {
    return BOTTOM - this.y;
  }

  nextPage(): void {
    this.document.addPage();
    this.document.rect(0, 0, WIDTH, 5).fill(COLORS.accent);
    this.y = TOP;
  }

  /** Goes to the next page if less than `height` is left. */
  ensure(height: number): void {
    if (height > this.room && this.y > TOP) this.nextPage();
  }

  rule(color: string = COLORS.line): void {
    this.document.moveTo(LEFT, this.y).lineTo(RIGHT, this.y).lineWidth(0.6).stroke(color);
  }

  /** Draws a text from `x` on in lines no wider than `width`, over pages if need be, and goes below it. */
  paragraph(text: string, style: Style, place: { x: number; width: number }): void {
    for (const line of this.pen.lines(text, style, place.width)) {
      this.ensure(lineHeight(style));
      this.pen.write(line, style, { x: place.x, y: this.y + ascent(style) });
      this.y += lineHeight(style);
    }
  }

  /** Numbers the pages and gives the file. Nothing can be drawn after it. */
  async finish(foot: string): Promise<Uint8Array> {
    const { count } = this.document.bufferedPageRange();
    for (let page = 0; page < count; page += 1) {
      this.document.switchToPage(page);
      const [first = ''] = this.pen.lines(foot, footStyle, RIGHT - LEFT - 60);
      this.pen.write(first, footStyle, { x: LEFT, y: FOOT });
      this.pen.write(`${page + 1} / ${count}`, footStyle, { x: RIGHT, y: FOOT, align: 'right' });
    }
    const chunks: Uint8Array[] = [];
    this.document.end();
    for await (const chunk of this.document) chunks.push(chunk as Uint8Array);
    return new Uint8Array(Buffer.concat(chunks));
  }
}
