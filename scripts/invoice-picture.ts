import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invoicePdf } from '../src/document/pdf.js';
import { invoiceDocument } from '../test/support/invoice-document.js';

/**
 * Makes docs/pictures/invoice.png from the first page of the PDF file named, or of the tests' invoice:
 * npx tsx scripts/invoice-picture.ts [invoice.pdf]. Needs pdftoppm (Debian: poppler-utils).
 */
const folder = mkdtempSync(join(tmpdir(), 'paidup-picture-'));
const picture = fileURLToPath(new URL('../docs/pictures/invoice', import.meta.url));
try {
  const file = process.argv[2] ?? join(folder, 'invoice.pdf');
  if (process.argv[2] === undefined) writeFileSync(file, await invoicePdf(invoiceDocument));
  execFileSync('pdftoppm', ['-png', '-r', '110', '-f', '1', '-singlefile', file, picture]);
} finally {
  rmSync(folder, { recursive: true });
}
