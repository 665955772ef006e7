/** Seller or customer: a name, and lines below it such as address and tax number. */
export interface Party {
  readonly name: string;
  readonly lines: readonly string[];
}

/** One charge, or one credit where `amount` is negative. */
export interface DocumentLine {
  readonly description: string;
  /** The stretch charged for, ready to print; null for what has none. */
  readonly period: string | null;
  readonly quantity: string;
  /** Price of one unit, with as many decimal places as it has; null where no single price applies. */
  readonly unitAmount: string | null;
  readonly amount: string;
  /** How the amount came to be; stands small under the line. */
  readonly explanation: readonly string[];
}

/** One tax of the whole document. The amounts of lines hold an inclusive one already; subtotal and taxes sum to the total either way. */
export interface DocumentTax {
  readonly name: string;
  /** "19" for 19 %. */
  readonly percent: string;
  readonly isInclusive: boolean;
  readonly amount: string;
}

/**
 * What stands on an invoice or a credit note. Texts are ready to print; amounts are decimal strings in major units of
 * `currency` ("1234.50") and are written here ("1,234.50 EUR"). Nothing is added up or rounded here.
 */
export interface InvoiceDocument {
  readonly kind: 'invoice' | 'credit_note';
  readonly status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void' | 'issued';
  /** Null for a draft. */
  readonly number: string | null;
  /** Calendar date in the customer's zone, YYYY-MM-DD. */
  readonly date: string;
  readonly seller: Party;
  readonly customer: Party;
  readonly currency: string;
  readonly lines: readonly DocumentLine[];
  readonly subtotal: string;
  readonly taxes: readonly DocumentTax[];
  readonly total: string;
  /** Positive: taken from the wallet for this invoice; of a credit note, what went to the wallet. Zero is not shown. */
  readonly walletCredit: string;
  /** Positive: paid by other means; of a credit note, what was paid back. Zero is not shown. */
  readonly paid: string;
  /** Positive: taken off by credit notes. Zero is not shown. */
  readonly credited: string;
  /** What is left to pay; not shown on a credit note. */
  readonly amountDue: string;
  /** "Reverse charge: ...", or what the credit note is for. */
  readonly notes: readonly string[];
}

/** How a document is shown. */
export interface DocumentOptions {
  /** Whether explanations stand under their lines; they do unless told otherwise. */
  readonly withExplanation?: boolean;
  /** Of a page: where the same document can be had as a PDF; no link unless told. */
  readonly pdfUrl?: string;
}
