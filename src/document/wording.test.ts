import { describe, expect, it } from 'vitest';
import { invoiceDocument } from '../../test/support/invoice-document.js';
import { dateText, headFacts, nameText, statusRemark, sumRows } from './wording.js';

describe('dates', () => {
  it.each([['2026-03-31', '31 March 2026'], ['2026-12-01', '1 December 2026']])('%s is %s', (date, text) => {
    expect(dateText(date)).toBe(text);
  });

  it.each(['', '2026-13-01', '2026-00-10', '2026-01-32', '2026-1-1', '31.03.2026'])('%j is refused', (date) => {
    expect(() => dateText(date)).toThrow('not a calendar date');
  });
});

describe('the rows below the lines', () => {
  it('of an invoice take off what is settled, and leave out what is zero', () => {
    const document = { ...invoiceDocument, paid: '500.00', credited: '0.00' };
    expect(sumRows(document).map(({ label, text }) => `${label}: ${text}`)).toEqual([
      'Subtotal: 941.81 EUR',
      'VAT 19%: 178.94 EUR',
      'Total: 1,120.75 EUR',
      'Wallet credit: \u2212120.00 EUR',
      'Paid: \u2212500.00 EUR',
      'Amount due: 1,000.75 EUR',
    ]);
  });

  it('of a credit note say where the credit went, and ask for nothing', () => {
    const document = { ...invoiceDocument, kind: 'credit_note' as const, taxes: [], total: '50.00', walletCredit: '30.00', paid: '20.00' };
    expect(sumRows(document).map(({ label, text }) => `${label}: ${text}`)).toEqual([
      'Subtotal: 941.81 EUR',
      'Total credit: 50.00 EUR',
      'To the wallet: 30.00 EUR',
      'Paid back: 20.00 EUR',
    ]);
  });

  it.each([
    [{ name: 'MwSt.', percent: '20', isInclusive: true, amount: '1.00' }, 'MwSt. 20% (included in prices)'],
    [{ name: 'Sales tax', percent: '8.8750', isInclusive: false, amount: '1.00' }, 'Sales tax 8.875%'],
    [{ name: 'VAT', percent: '0', isInclusive: false, amount: '0.00' }, 'VAT 0%'],
    [{ name: 'GST', percent: '10.00', isInclusive: false, amount: '0.00' }, 'GST 10%'],
  ])('name the tax %j', (tax, label) => {
    expect(sumRows({ ...invoiceDocument, taxes: [tax] })[1]?.label).toBe(label);
  });
});

it('a draft has no number and says so', () => {
  const draft = { ...invoiceDocument, status: 'draft' as const, number: null };
  expect(nameText(draft)).toBe('Draft invoice');
  expect(headFacts(draft)[0].text).toBe('Not issued yet');
  expect(statusRemark(draft)).toContain('not yet an invoice');
});
