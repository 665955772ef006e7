import type { DocumentLine, InvoiceDocument } from '../../src/document/document.js';

/** A month of a team's plan: base fee, seats that changed, overage, a discount, VAT, and a wallet that pays a part. */
export const invoiceDocument: InvoiceDocument = {
  kind: 'invoice',
  status: 'open',
  number: 'INV-2026-000142',
  date: '2026-04-01',
  seller: {
    name: 'Nordlicht Software GmbH',
    lines: ['Speicherstadt 14', '20457 Hamburg', 'Germany', 'VAT ID DE 287 654 321', 'billing@nordlicht.example'],
  },
  customer: {
    name: 'Pracownia Łódź Sp. z o.o.',
    lines: ['Attn. Zofia Żółkiewska', 'ul. Piotrkowska 104', '90-926 Łódź', 'Poland', 'NIP 725-18-01-126'],
  },
  currency: 'EUR',
  lines: [
    line({ description: 'Team plan, base fee', period: '1 Apr – 30 Apr 2026', unitAmount: '249.00', amount: '249.00' }),
    line({
      description: 'Seats',
      period: '1 Apr – 30 Apr 2026',
      quantity: '25',
      unitAmount: '18.00',
      amount: '450.00',
      explanation: ['25 seats × 18.00 EUR = 450.00 EUR'],
    }),
    line({
      description: 'Unused time on 20 seats',
      period: '17 Mar – 31 Mar 2026',
      quantity: '20',
      unitAmount: '18.00',
      amount: '-174.19',
      explanation: ['Seats went from 20 to 25 on 17 March 2026.', '20 × 18.00 EUR × 15 of 31 days = 174.19 EUR, given back'],
    }),
    line({
      description: 'Remaining time on 25 seats',
      period: '17 Mar – 31 Mar 2026',
      quantity: '25',
      unitAmount: '18.00',
      amount: '217.74',
      explanation: ['25 × 18.00 EUR × 15 of 31 days = 217.74 EUR'],
    }),
    line({
      description: 'API calls beyond the included 1,000,000',
      period: '1 Mar – 31 Mar 2026',
      quantity: '1384220',
      amount: '269.16',
      explanation: [
        '1,000,000 × 0.00020 EUR = 200.00 EUR (first 1,000,000)',
        '384,220 × 0.00018 EUR = 69.16 EUR (above 1,000,000)',
      ],
    }),
    line({ description: 'Partner discount', amount: '-69.90', explanation: ['10 % of base fee and seats, until 31 December 2026'] }),
  ],
  subtotal: '941.81',
  taxes: [{ name: 'VAT', percent: '19.00', isInclusive: false, amount: '178.94' }],
  total: '1120.75',
  walletCredit: '120.00',
  paid: '0.00',
  credited: '0.00',
  amountDue: '1000.75',
  notes: ['Payable within 14 days by bank transfer or the card on file. Please name the invoice number.'],
};

/** A document line of quantity 1 with no period, unit price or explanation unless told otherwise. */
export function line(given: Partial<DocumentLine>): DocumentLine {
  return { description: 'Base fee', period: null, quantity: '1', unitAmount: null, amount: '10.00', explanation: [], ...given };
}
