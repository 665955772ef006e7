import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invoiceDocument, line } from '../../test/support/invoice-document.js';
import { pdfPages, type PdfPiece } from '../../test/support/pdf-text.js';
import type { InvoiceDocument } from './document.js';
import { invoicePdf } from './pdf.js';

async function pagesOf(document: InvoiceDocument): Promise<PdfPiece[][]> {
  return pdfPages(await invoicePdf(document));
}

/** Every piece of text of a document, in the order drawn. */
async function textsOf(document: InvoiceDocument): Promise<string[]> {
  return (await pagesOf(document)).flat().map(({ text }) => text);
}

const twoHundred = Array.from({ length: 200 }, (_, index) => line({
  description: `Line ${index + 1}`,
  quantity: `${index * 977}`,
  unitAmount: '0.0125',
  amount: `${index * 12}.21`,
  explanation: index % 3 === 0 ? ['because'] : [],
}));

describe('the file', () => {
  it('says everything the document says, in its words', async () => {
    const texts = await textsOf(invoiceDocument);
    const { seller, customer, lines, notes } = invoiceDocument;
    const words = [seller.name, ...seller.lines, customer.name, ...customer.lines, ...lines.flatMap((each) => [each.description, ...each.explanation]), ...notes];
    expect(texts).toEqual(expect.arrayContaining([...words, 'Invoice', 'Open', 'INV-2026-000142', '1 April 2026', '1,384,220', '\u2212174.19 EUR', 'VAT 19%', '178.94 EUR', '1,120.75 EUR', '1,000.75 EUR', '1 / 1']));
  });

  it('is the same to the byte for the same document', async () => {
    const first = await invoicePdf(invoiceDocument);
    expect(Buffer.from(await invoicePdf(invoiceDocument)).equals(first)).toBe(true);
    expect(Buffer.from(await invoicePdf({ ...invoiceDocument, notes: [] })).equals(first)).toBe(false);
  });

  it('bears no trace of the one before', async () => {
    // One shape serves both of these characters.
    await invoicePdf({ ...invoiceDocument, notes: ['the seats\u02bc price'] });
    expect(await textsOf({ ...invoiceDocument, notes: ['the seats\u2019 price'] })).toContain('the seats\u2019 price');
  });

  it('is dated by the document and carries its name', async () => {
    const text = Buffer.from(await invoicePdf(invoiceDocument)).toString('latin1');
    expect(text).toContain('(D:20260401000000Z)');
    expect(text).toContain('(Nordlicht Software GmbH)');
    expect(text).toContain('/Lang (en)');
  });

  it('can leave out the explanations', async () => {
    const texts = pdfPages(await invoicePdf(invoiceDocument, { withExplanation: false })).flat().map(({ text }) => text);
    expect(texts).toContain('Seats');
    expect(texts).not.toContain('25 seats × 18.00 EUR = 450.00 EUR');
  });

  it.each([
    ['draft', 'Draft'], ['open', 'Open'], ['paid', 'Paid'], ['uncollectible', 'Uncollectible'], ['void', 'Void'], ['issued', 'Issued'],
  ] as const)('wears the status %s', async (status, word) => {
    expect((await textsOf({ ...invoiceDocument, status })).slice(0, 2)).toEqual(['Invoice', word]);
  });

  it('of a draft has no number', async () => {
    const texts = await textsOf({ ...invoiceDocument, status: 'draft', number: null });
    expect(texts).toEqual(expect.arrayContaining(['Not issued yet', 'Draft invoice · Nordlicht Software GmbH']));
  });

  it('of a credit note asks for nothing', async () => {
    const texts = await textsOf({ ...invoiceDocument, kind: 'credit_note', status: 'issued', number: 'CN-7' });
    expect(texts).toEqual(expect.arrayContaining(['Credit note', 'Credit to', 'CN-7', 'Total credit']));
    expect(texts).not.toContain('Amount due');
  });

  it('keeps each currency\'s own decimal places', async () => {
    expect(await textsOf({ ...invoiceDocument, currency: 'JPY', amountDue: '12000' })).toContain('12,000 JPY');
    expect(await textsOf({ ...invoiceDocument, currency: 'KWD', amountDue: '1200.125' })).toContain('1,200.125 KWD');
  });

  it('has a sentence where there are no lines', async () => {
    expect(await textsOf({ ...invoiceDocument, lines: [] })).toContain('Nothing was charged.');
  });

  it('refuses what is no amount and no date', async () => {
    await expect(invoicePdf({ ...invoiceDocument, total: 'NaN' })).rejects.toThrow('not an amount');
    await expect(invoicePdf({ ...invoiceDocument, date: 'today' })).rejects.toThrow('not a calendar date');
  });
});

describe('pages', () => {
  it('repeat the head of the table and are numbered', async () => {
    const pages = await pagesOf({ ...invoiceDocument, lines: twoHundred });
    expect(pages.length).toBeGreaterThan(5);
    pages.forEach((page, index) => {
      const texts = page.map(({ text }) => text);
      expect(texts).toEqual(expect.arrayContaining(['Description', 'Quantity', 'Unit price', 'Amount', `${index + 1} / ${pages.length}`]));
    });
    const drawn = pages.flat().map(({ text }) => text).filter((text) => /^Line \d+$/.test(text));
    expect(drawn).toEqual(twoHundred.map(({ description }) => description));
  });

  it('keep the totals in one piece, with a line above them, however many lines there are', async () => {
    for (let count = 1; count <= 40; count += 1) {
      const pages = await pagesOf({ ...invoiceDocument, lines: twoHundred.slice(0, count) });
      const page = pages.find((each) => each.some(({ text }) => text === 'Subtotal')) ?? [];
      expect(page.map(({ text }) => text)).toEqual(expect.arrayContaining([`Line ${count}`, 'Subtotal', 'Total', 'Wallet credit']));
      // In the head and in the totals on one page, else in the totals alone.
      expect(page.filter(({ text }) => text === 'Amount due')).toHaveLength(page === pages[0] ? 2 : 1);
      for (const each of pages.flat()) expect(each.y).toBeGreaterThan(30);
    }
  });

  it('have their amounts end at one edge', async () => {
    const page = (await pagesOf(invoiceDocument))[0] ?? [];
    const amounts = invoiceDocument.lines.map(({ amount }) => page.findLast(({ text }) => text === `${amount.replace('-', '\u2212')} EUR`));
    expect(amounts.every((each) => each !== undefined && Math.abs(each.right - 541.28) < 0.01)).toBe(true);
  });

  it('hold every word of a long description, within its column', async () => {
    const words = Array.from({ length: 2000 }, (_, index) => `word${index}`);
    const pages = await pagesOf({ ...invoiceDocument, lines: [line({ description: words.join(' '), explanation: ['x'.repeat(3000)] }), line({})] });
    const pieces = pages.flat();
    expect(pieces.flatMap(({ text }) => text.match(/\bword\d+/g) ?? [])).toEqual(words);
    expect(pieces.map(({ text }) => text).join('').match(/x{20,}/g)?.join('')).toHaveLength(3000);
    for (const { right } of pieces) expect(right).toBeLessThan(541.3);
  });

  it('let long addresses, numbers, names and tax tables flow', async () => {
    const many = Array.from({ length: 120 }, (_, index) => `Address line ${index}`);
    const taxes = Array.from({ length: 90 }, (_, index) => ({ name: `Tax ${index}`, percent: '1', isInclusive: false, amount: '1.00' }));
    const pieces = (await pagesOf({ ...invoiceDocument, number: 'N'.repeat(300), customer: { name: 'C'.repeat(500), lines: many }, taxes })).flat();
    expect(pieces.map(({ text }) => text)).toEqual(expect.arrayContaining([...many, 'Tax 89 1%', 'Amount due']));
    for (const { right, y } of pieces) expect(right < 541.3 && y > 30).toBe(true);
  });
});

describe('names', () => {
  it.each(['Łódź', 'Ελλάδα', 'Киев', 'İstanbul', 'Nguyễn Thị Ánh', 'Հայաստան', 'საქართველო', 'Þórður & Sønn <Æ>', 'a -> b 2x3'])('%s is printed', async (name) => {
    expect(await textsOf({ ...invoiceDocument, customer: { name, lines: [] } })).toContain(name.normalize('NFC'));
  });

  it.each(['株式会社サンプル', '北京市', '서울', 'ไทย', 'हिन्दी'])('%s, which no font has, can still be copied', async (name) => {
    expect((await textsOf({ ...invoiceDocument, customer: { name, lines: [] } })).join('|')).toContain(name.split(' ')[0] ?? '');
  });

  it('from right to left are drawn in one piece', async () => {
    const texts = await textsOf({ ...invoiceDocument, customer: { name: 'שלום עולם', lines: ['شركة النور للتجارة'] } });
    expect(texts).toContain([...'שלום עולם'].reverse().join(''));
    expect(texts.join('|')).toMatch(/\p{Script=Arabic}{4,} \p{Script=Arabic}{4,}/u);
  });

  it('of any characters break nothing', async () => {
    const text = fc.string({ unit: fc.oneof(fc.constantFrom('\n', ' ', '\u0301', '\u200d', '\ud800', '(', ')', '\\', '\u0627', '\u05d0', '\u0915\u094d', '7'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })), maxLength: 60 });
    await fc.assert(fc.asyncProperty(text, async (each) => {
      const document = { ...invoiceDocument, number: each, seller: { name: each, lines: [each] }, notes: [each], lines: [line({ description: each, quantity: each, explanation: [each] })] };
      expect((await pagesOf(document)).length).toBeGreaterThan(0);
    }), { numRuns: 25 });
  });
});
