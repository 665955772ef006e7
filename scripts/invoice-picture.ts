import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineCatalog, liveThrough, withWorld, type Invoice } from '../test/support/year.js';

/**
 * Makes docs/pictures/invoice.png: the first page of an invoice of the scripted year (or of the number named), as the API
 * gives it: npx tsx scripts/invoice-picture.ts [INV-000007]. Needs pdftoppm (Debian: poppler-utils).
 */
const folder = mkdtempSync(join(tmpdir(), 'paidup-picture-'));
const picture = fileURLToPath(new URL('../docs/pictures/invoice', import.meta.url));
const wanted = process.argv[2] ?? 'INV-000008';
try {
  await withWorld('embedded', async (world) => {
    await defineCatalog(world);
    await liveThrough(world, (_, path, body) => world.call('POST', path, body ?? {}));
    const { data } = (await world.call('GET', '/v1/invoices?customer=acme&limit=100')) as { data: Invoice[] };
    const invoice = data.find(({ number }) => number === wanted);
    if (invoice === undefined) throw new Error(`the year has no invoice ${wanted}`);
    writeFileSync(join(folder, 'invoice.pdf'), (await world.call('GET', `/v1/invoices/${invoice.id}/pdf`)) as Buffer);
  });
  execFileSync('pdftoppm', ['-png', '-r', '110', '-f', '1', '-singlefile', join(folder, 'invoice.pdf'), picture]);
} finally {
  rmSync(folder, { recursive: true });
}
