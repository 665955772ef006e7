import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../core/problems.js';
import { ensureStoreFact } from '../store/store-fact.js';
import type { Engine } from './engine.js';
import { readInvoice, type InvoiceRead } from './invoice.js';

/*
 * Links by which an issued invoice can be read without a key: who holds one may. A token names the invoice and is sealed
 * with a secret of the store, so it cannot be guessed, is good for as long as the store is, and is the same at every read.
 */

/** Under which the secret is kept with the store. */
const FACT = 'invoice_link_secret';
const SECRET_BYTES = 32;

/** What makes the tokens of issued invoices. */
export async function invoiceTokens(engine: Engine): Promise<(invoiceId: string) => string> {
  const secret = await secretOf(engine);
  return (invoiceId) => `${invoiceId}.${sealOf(invoiceId, secret)}`;
}

/** The issued invoice that a token is for. @throws Refusal `not_found` for a token that was not made here. */
export async function readLinkedInvoice(engine: Engine, token: string): Promise<InvoiceRead> {
  const [invoiceId = '', seal = '', ...rest] = token.split('.');
  if (rest.length > 0 || !isSame(seal, sealOf(invoiceId, await secretOf(engine)))) throw noSuchLink();
  const found = await readInvoice(engine, invoiceId);
  if ('draft' in found) throw noSuchLink();
  return found;
}

function noSuchLink(): Refusal {
  return new Refusal('not_found', 'There is no such invoice.');
}

function sealOf(invoiceId: string, secret: string): string {
  return createHmac('sha256', secret).update(invoiceId).digest('base64url');
}

/** Takes as long however much of it is right. */
function isSame(given: string, right: string): boolean {
  const [left, other] = [Buffer.from(given), Buffer.from(right)];
  return left.length === other.length && timingSafeEqual(left, other);
}

/** Asked for when it is needed first; of two processes that make one, the store keeps one. */
const secrets = new WeakMap<Engine, Promise<string>>();

function secretOf(engine: Engine): Promise<string> {
  const known = secrets.get(engine);
  if (known !== undefined) return known;
  const asked = ensureStoreFact(engine.database, FACT, randomBytes(SECRET_BYTES).toString('base64url'));
  secrets.set(engine, asked);
  asked.catch(() => secrets.delete(engine));
  return asked;
}
