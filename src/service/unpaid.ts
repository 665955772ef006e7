import type { Instant } from '../core/instant.js';
import type { Invoice } from '../core/invoice.js';
import { readDue } from './booking.js';
import type { Engine } from './engine.js';
import { listInvoices } from './invoice-list.js';

/** A claim that nobody has paid: an open invoice, or one that is due and not written down yet. */
export interface Unpaid {
  readonly date: Instant;
  readonly subscriptionIds: ReadonlySet<string>;
}

const INVOICES_PER_READ = 100;

/** What the customer has not paid now, oldest first. What was given up on is not claimed any more. @throws Refusal `not_found`. */
export async function listUnpaid(engine: Engine, customerId: string): Promise<Unpaid[]> {
  const [open, due] = await Promise.all([listOpen(engine, customerId), readDue(engine, customerId)]);
  const coming = due.filter((invoice) => invoice.amountDue.minor > 0n).map(claimOf);
  return [...open, ...coming].sort((left, right) => left.date - right.date);
}

async function listOpen(engine: Engine, customerId: string): Promise<Unpaid[]> {
  const open: Unpaid[] = [];
  let after: { readonly date: Instant; readonly id: string } | undefined;
  for (;;) {
    const read = await listInvoices(engine, { customer: customerId, status: 'open', after, limit: INVOICES_PER_READ });
    open.push(...read.map(({ invoice }) => claimOf(invoice)));
    const last = read.at(-1);
    if (last === undefined || read.length < INVOICES_PER_READ) return open;
    after = { date: last.invoice.date, id: last.invoice.id };
  }
}

function claimOf({ date, lines }: { readonly date: Instant; readonly lines: ReadonlyArray<Pick<Invoice['lines'][number], 'subscriptionId'>> }): Unpaid {
  return { date, subscriptionIds: new Set(lines.map((line) => line.subscriptionId)) };
}
