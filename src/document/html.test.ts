import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invoiceDocument, line } from '../../test/support/invoice-document.js';
import type { InvoiceDocument } from './document.js';
import { invoiceHtml } from './html.js';

/** A document whose every free text is `text`. */
function filledWith(text: string): InvoiceDocument {
  const party = { name: text, lines: [text] };
  return {
    ...invoiceDocument,
    number: text,
    seller: party,
    customer: party,
    currency: text,
    lines: [{ description: text, period: text, quantity: text, unitAmount: '1', amount: '1', explanation: [text] }],
    taxes: [{ name: text, percent: text, isInclusive: false, amount: '1' }],
    notes: [text],
  };
}

/** What a reader sees: the page without its style sheet and tags. */
function seen(page: string): string {
  return page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

const tagsOf = (page: string): string[] => page.match(/<\/?[a-z!][^>]*>/gi) ?? [];

describe('escaping', () => {
  it.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)", '</style></title><b>', '&lt;b&gt; &amp;', '<!--', ']]>'])('%s stays a text', (text) => {
    expect(tagsOf(invoiceHtml(filledWith(text)))).toEqual(tagsOf(invoiceHtml(filledWith('text'))));
  });

  it('holds for every text', () => {
    const tags = tagsOf(invoiceHtml(filledWith('text')));
    const text = fc.string({ unit: fc.oneof(fc.constantFrom('<', '>', '"', "'", '&', '/', '!', '-', '`', '\0'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) });
    fc.assert(fc.property(text, (each) => {
      expect(tagsOf(invoiceHtml(filledWith(each)))).toEqual(tags);
    }));
  });

  it('writes each sign as its entity', () => {
    expect(invoiceHtml(filledWith(`<&>"'`))).toContain('&lt;&amp;&gt;&quot;&#39;');
  });

  it('drops control characters, marks that turn the direction, and halves of characters', () => {
    expect(invoiceHtml({ ...invoiceDocument, notes: ['a\0b\u202ec\ud800d'] })).toContain('<p dir="auto">abc\ufffdd</p>');
  });
});

describe('the page', () => {
  const page = invoiceHtml(invoiceDocument);

  it('says everything the document says', () => {
    const text = seen(page);
    for (const expected of ['Invoice', 'Open', 'INV-2026-000142', '1 April 2026', 'Pracownia Łódź Sp. z o.o.', 'Seats', '1,384,220', '18.00 EUR', '\u2212174.19 EUR', 'VAT 19% 178.94 EUR', 'Total 1,120.75 EUR', 'Amount due 1,000.75 EUR', 'Payable within 14 days']) {
      expect(text).toContain(expected);
    }
  });

  it('runs nothing and fetches nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<form|@import|url\(|https?:|javascript:|\son\w+=/i);
    expect(page).toContain("default-src 'none'".replaceAll("'", '&#39;'));
  });

  it('can be read by a screen reader', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain('<title>Invoice INV-2026-000142 · Nordlicht Software GmbH</title>');
    expect(page.match(/<caption/g)).toHaveLength(2);
    expect(page.match(/<th scope="col">/g)).toHaveLength(4);
    expect(page.match(/<th /g)).toHaveLength((page.match(/<th scope="(col|row)"/g) ?? []).length);
  });

  it('leads to the PDF where it is told of one, and only there', () => {
    expect(page).not.toContain('<a ');
    expect(invoiceHtml(invoiceDocument, { pdfUrl: 'here/pdf?"<x>' })).toContain('<a href="here/pdf?&quot;&lt;x&gt;">Download as PDF</a>');
  });

  it('can leave out the explanations', () => {
    const bare = invoiceHtml(invoiceDocument, { withExplanation: false });
    expect(page).toContain('25 seats × 18.00 EUR = 450.00 EUR');
    expect(bare).not.toContain('25 seats × 18.00 EUR = 450.00 EUR');
    expect(bare).not.toContain('<li');
  });

  it.each(['draft', 'open', 'paid', 'uncollectible', 'void', 'issued'] as const)('wears the status %s', (status) => {
    expect(seen(invoiceHtml({ ...invoiceDocument, status }))).toMatch(new RegExp(`Status: ${status}`, 'i'));
  });

  it('of a draft has no number', () => {
    const text = seen(invoiceHtml({ ...invoiceDocument, status: 'draft', number: null }));
    expect(text).toContain('Number Not issued yet');
    expect(text).not.toContain('null');
  });

  it('of a credit note asks for nothing', () => {
    const text = seen(invoiceHtml({ ...invoiceDocument, kind: 'credit_note', status: 'issued', number: 'CN-7' }));
    expect(text).toContain('Credit note CN-7');
    expect(text).toContain('Total credit 1,120.75 EUR');
    expect(text).not.toContain('Amount due');
  });

  it('keeps each currency\'s own decimal places', () => {
    expect(seen(invoiceHtml({ ...invoiceDocument, currency: 'JPY', lines: [line({ amount: '12000' })] }))).toContain(' 12,000 JPY ');
    expect(seen(invoiceHtml({ ...invoiceDocument, currency: 'KWD', lines: [line({ amount: '1200.125' })] }))).toContain(' 1,200.125 KWD ');
  });

  it('has a sentence where there are no lines', () => {
    expect(seen(invoiceHtml({ ...invoiceDocument, lines: [] }))).toContain('Nothing was charged.');
  });
});
