import { Refusal } from '../core/problems.js';
import type { Engine } from './engine.js';
import { readInvoice, type InvoiceRead } from './invoice.js';
import { sealerOf } from './seal.js';

/*
 * Links by which an issued invoice can be read without a key: who holds one may. A token names the invoice and is sealed
 * (seal.ts), so it is good for as long as the store is, and is the same at every read.
 */

const PURPOSE = 'invoice';

/** What makes the tokens of issued invoices. */
export async function invoiceTokens(engine: Engine): Promise<(invoiceId: string) => string> {
  const sealer = await sealerOf(engine);
  return (invoiceId) => `${invoiceId}.${sealer.sealOf(PURPOSE, invoiceId)}`;
}

/** The issued invoice that a token is for. @throws Refusal `not_found` for a token that was not made here. */
export async function readLinkedInvoice(engine: Engine, token: string): Promise<InvoiceRead> {
  const [invoiceId = '', seal = '', ...rest] = token.split('.');
  if (rest.length > 0 || !(await sealerOf(engine)).isSealOf(seal, PURPOSE, invoiceId)) throw noSuchLink();
  const found = await readInvoice(engine, invoiceId);
  if ('draft' in found) throw noSuchLink();
  return found;
}

function noSuchLink(): Refusal {
  return new Refusal('not_found', 'There is no such invoice.');
}
