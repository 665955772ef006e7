import { inflateSync } from 'node:zlib';

/** A piece of text as it stands on a page: `x` is its left end, `right` its right end, `y` its baseline from below. */
export interface PdfPiece {
  readonly text: string;
  readonly x: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
}

interface Font {
  readonly letters: readonly string[];
  readonly widths: readonly number[];
}

/**
 * The texts on each page of a file that pdfkit wrote, in the order they were drawn in. It reads what such files hold
 * (an xref table, deflated streams, two-byte fonts with a ToUnicode map) and nothing else.
 */
export function pdfPages(file: Uint8Array): PdfPiece[][] {
  const bytes = Buffer.from(file);
  const objects = objectsOf(bytes);
  const body = (id: string | undefined): string => objects.get(Number(id)) ?? '';
  const fonts = new Map<string, Font>();
  for (const text of objects.values()) {
    for (const [, name = '', id] of text.matchAll(/\/(F\d+) (\d+) 0 R/g)) fonts.set(name, fontOf(body(id), body));
  }
  const [, kids = ''] = /\/Kids \[([^\]]*)\]/.exec([...objects.values()].find((text) => text.includes('/Type /Pages')) ?? '') ?? [];
  return [...kids.matchAll(/(\d+) 0 R/g)].map(([, page]) => piecesOf(body(/\/Contents (\d+) 0 R/.exec(body(page))?.[1]), fonts));
}

/** Each object's dictionary or value, or its stream if it has one. */
function objectsOf(bytes: Buffer): Map<number, string> {
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(bytes.toString('latin1'))?.[1]);
  const offsets = bytes.toString('latin1', start).match(/^\d{10} 00000 n/gm) ?? [];
  return new Map(offsets.map((entry, index) => [index + 1, objectAt(bytes, Number(entry.slice(0, 10)))]));
}

function objectAt(bytes: Buffer, offset: number): string {
  const text = bytes.toString('latin1', offset, bytes.indexOf('endobj', offset));
  const head = /^[\s\S]*?\/Length (\d+)[\s\S]*?>>\nstream\n/.exec(text)?.[0];
  if (head === undefined) return text;
  const content = bytes.subarray(offset + head.length, offset + head.length + Number(/\/Length (\d+)/.exec(head)?.[1]));
  return (head.includes('FlateDecode') ? inflateSync(content) : content).toString('latin1');
}

function fontOf(dictionary: string, body: (id: string | undefined) => string): Font {
  const map = body(/\/ToUnicode (\d+) 0 R/.exec(dictionary)?.[1]);
  const ranges = [...map.matchAll(/<[0-9a-f]{4}> <[0-9a-f]{4}> \[(.*)\]/g)].map(([, range = '']) => range).join(' ');
  const letters = [...ranges.matchAll(/<([^>]*)>/g)].map(([, codes = '']) => fromCodes(codes.split(' ')));
  const widths = /\/W \[0 \[([^\]]*)\]/.exec(body(/\/DescendantFonts \[(\d+) 0 R\]/.exec(dictionary)?.[1]))?.[1] ?? '';
  return { letters, widths: widths.trim().split(/\s+/).map(Number) };
}

function fromCodes(codes: readonly string[]): string {
  return String.fromCharCode(...codes.map((code) => parseInt(code, 16)));
}

const TOKEN = /1 0 0 1 (\S+) (\S+) Tm|\/(F\d+) (\S+) Tf|\[([^\]]*)\] TJ|\/ActualText \(((?:\\.|[^\\)])*)\)|(EMC)/gs;

function piecesOf(content: string, fonts: ReadonlyMap<string, Font>): PdfPiece[] {
  const pieces: PdfPiece[] = [];
  let at = { x: 0, y: 0 };
  let font: Font | undefined;
  let size = 0;
  let actual: string | undefined;
  for (const [, x, y, name, points, shown, said, end] of content.matchAll(TOKEN)) {
    if (x !== undefined) at = { x: Number(x), y: Number(y) };
    if (name !== undefined) [font, size] = [fonts.get(name), Number(points)];
    if (said !== undefined) actual = fromPdfString(said);
    if (end !== undefined) actual = undefined;
    if (shown === undefined) continue;
    const { text, width } = read(shown, font);
    pieces.push({ text: actual ?? text, x: at.x, right: at.x + (width * size) / 1000, y: at.y, size });
  }
  return pieces;
}

function read(shown: string, font: Font | undefined): { text: string; width: number } {
  let text = '';
  let width = 0;
  for (const [, codes, back] of shown.matchAll(/<([0-9a-f]*)>|(-?[\d.]+)/g)) {
    if (back !== undefined) width -= Number(back);
    for (const code of codes?.match(/.{4}/g) ?? []) {
      text += font?.letters[parseInt(code, 16)] ?? '';
      width += font?.widths[parseInt(code, 16)] ?? 0;
    }
  }
  return { text, width };
}

/** A PDF string: UTF-16 after its mark, else one byte a character. */
function fromPdfString(written: string): string {
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  const text = written.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);
  return text.startsWith('\xfe\xff') ? Buffer.from(text.slice(2), 'latin1').swap16().toString('utf16le') : text;
}
