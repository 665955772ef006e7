import type { InvoiceAttention } from '../core/attention.js';
import type { Currency } from '../core/currency.js';
import { bucketOf } from '../core/customer.js';
import { FOREVER, type Instant } from '../core/instant.js';
import type { InvoiceStatus } from '../core/issued-invoice.js';
import type { Queryable } from './database.js';
import { INVOICE_COLUMNS, fromInvoiceRow, type InvoiceRow, type StoredInvoice } from './invoice.js';
import { filtered, type Asked } from './statement.js';
import { timestampText } from './timestamp.js';

/** What became of the last charge of invoice `i`; null while it is under way, or when there was none. */
export const LAST_CHARGE = `(
    select r.outcome
    from payments p
    left join payment_results r on r.bucket = p.bucket and r.customer_id = p.customer_id and r.payment_id = p.id
    where p.bucket = i.bucket
      and p.customer_id = i.customer_id
      and p.about = i.id
    order by p.requested_at desc, p.id desc
    limit 1
  )`;

const CONDITIONS = {
  customer: 'bucket = ?\n  and customer_id = ?',
  status: 'status = ?',
  currency: 'currency = ?',
  payment_failed: `status = 'open'\n  and ${LAST_CHARGE} = 'declined'`,
  overdue: `status = 'open'\n  and dated_at < ?::timestamptz\n  and ${LAST_CHARGE} is distinct from 'declined'`,
} as const;

const newestInvoices = filtered({
  name: 'select_newest_invoices',
  fixed: 5,
  conditions: CONDITIONS,
  sql: (where) => `
select ${INVOICE_COLUMNS}
from invoices i
where dated_at >= $1
  and dated_at < $2
  and (dated_at, id) < ($3::timestamptz, $4::text)${where}
order by dated_at desc, id desc
limit $5
`,
});

const oldestInvoices = filtered({
  name: 'select_oldest_invoices',
  fixed: 5,
  conditions: CONDITIONS,
  sql: (where) => `
select ${INVOICE_COLUMNS}
from invoices i
where dated_at >= $1
  and dated_at < $2
  and (dated_at, id) > ($3::timestamptz, $4::text)${where}
order by dated_at, id
limit $5
`,
});

/** The invoice that a page goes on behind. */
export interface InvoicePlace {
  readonly date: Instant;
  readonly id: string;
}

/** Which invoices are asked for; what is left out narrows nothing. `to` is not with it. */
export interface InvoiceFilter {
  readonly customerId?: string | undefined;
  readonly status?: InvoiceStatus | undefined;
  readonly currency?: Currency | undefined;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  /** Of what is overdue, what is dated before the moment. */
  readonly attention?: { readonly kind: InvoiceAttention; readonly before: Instant } | undefined;
}

const LONG_AGO = '0001-01-01T00:00:00Z';

/** In order of date and id, from the newest or the oldest on, behind `after`. */
export async function selectInvoices(queryable: Queryable, input: { filter: InvoiceFilter; order: 'newest' | 'oldest'; after: InvoicePlace | undefined; limit: number }): Promise<StoredInvoice[]> {
  const { filter, order, after, limit } = input;
  const beginning = order === 'newest' ? 'infinity' : LONG_AGO;
  const span = [filter.from === undefined ? LONG_AGO : timestampText(filter.from), timestampText(filter.to ?? FOREVER)];
  const list = order === 'newest' ? newestInvoices : oldestInvoices;
  const { statement, values } = list(conditionsOf(filter), [...span, after === undefined ? beginning : timestampText(after.date), after?.id ?? '', limit]);
  return (await queryable.rows<InvoiceRow>(statement, values)).map(fromInvoiceRow);
}

function conditionsOf({ customerId, status, currency, attention }: InvoiceFilter): Asked<keyof typeof CONDITIONS> {
  return {
    ...(customerId === undefined ? {} : { customer: [bucketOf(customerId), customerId] }),
    ...(status === undefined ? {} : { status: [status] }),
    ...(currency === undefined ? {} : { currency: [currency] }),
    ...(attention?.kind === 'payment_failed' ? { payment_failed: [] } : {}),
    ...(attention?.kind === 'overdue' ? { overdue: [timestampText(attention.before)] } : {}),
  };
}
