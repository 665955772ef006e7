import type { Currency } from '../core/currency.js';
import { bucketOf } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import type { Money } from '../core/money.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** Money asked of the provider; what came of it is a result of its own. */
export interface Payment {
  readonly id: string;
  readonly customerId: string;
  readonly description: string;
  readonly money: Money;
  readonly paymentMethodId: string;
  readonly requestedAt: Instant;
}

export interface PaymentWithResult {
  readonly payment: Payment;
  readonly outcome: 'succeeded' | 'declined' | null;
  readonly declineReason: string | null;
}

interface PaymentRow {
  readonly customer_id: string;
  readonly id: string;
  readonly description: string;
  readonly currency: Currency;
  readonly amount_minor: string;
  readonly payment_method_id: string;
  readonly requested_at: string;
}

const insertPaymentStatement = statement(
  'insert_payment',
  `
insert into payments (bucket, customer_id, id, purpose, description, currency, amount_minor, payment_method_id, requested_at)
values ($1, $2, $3, 'deposit', $4, $5, $6, $7, $8)
`,
);

const insertPaymentResultStatement = statement(
  'insert_payment_result',
  `
insert into payment_results (bucket, customer_id, payment_id, revision, outcome, provider_reference, decline_reason)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (bucket, customer_id, payment_id) do nothing
returning payment_id
`,
);

const selectPaymentStatement = statement(
  'select_payment',
  `
select p.customer_id, p.id, p.description, p.currency, p.amount_minor, p.payment_method_id, p.requested_at, r.outcome, r.decline_reason
from payments p
left join payment_results r on r.bucket = p.bucket and r.customer_id = p.customer_id and r.payment_id = p.id
where p.bucket = $1
  and p.customer_id = $2
  and p.id = $3
`,
);

const selectOpenPaymentsStatement = statement(
  'select_open_payments',
  `
select p.customer_id, p.id, p.description, p.currency, p.amount_minor, p.payment_method_id, p.requested_at
from payments p
left join payment_results r on r.bucket = p.bucket and r.customer_id = p.customer_id and r.payment_id = p.id
where r.payment_id is null
  and (p.requested_at, p.id) > ($1::timestamptz, $2::text)
order by p.requested_at, p.id
limit $3
`,
);

export async function insertPayment(transaction: Queryable, payment: Payment): Promise<void> {
  await transaction.rows(insertPaymentStatement, [
    bucketOf(payment.customerId),
    payment.customerId,
    payment.id,
    payment.description,
    payment.money.currency,
    payment.money.minor.toString(),
    payment.paymentMethodId,
    timestampText(payment.requestedAt),
  ]);
}

/** True when the result is the first of its payment: only then may money move. */
export async function insertPaymentResult(
  transaction: Queryable,
  input: { customerId: string; paymentId: string; revision: number; outcome: 'succeeded' | 'declined'; reference: string | null; reason: string | null },
): Promise<boolean> {
  const rows = await transaction.rows(insertPaymentResultStatement, [
    bucketOf(input.customerId),
    input.customerId,
    input.paymentId,
    input.revision,
    input.outcome,
    input.reference,
    input.reason,
  ]);
  return rows.length > 0;
}

/** The payment with what came of it, null while nobody knows; undefined when there is none. */
export async function selectPayment(transaction: Queryable, customerId: string, id: string): Promise<PaymentWithResult | undefined> {
  const [row] = await transaction.rows<PaymentRow & { outcome: 'succeeded' | 'declined' | null; decline_reason: string | null }>(selectPaymentStatement, [bucketOf(customerId), customerId, id]);
  return row === undefined ? undefined : { payment: fromPaymentRow(row), outcome: row.outcome, declineReason: row.decline_reason };
}

/** Payments without a result, oldest first, after one or from the first: what a crash may have left between asking and hearing. */
export async function selectOpenPayments(queryable: Queryable, input: { after: Payment | undefined; limit: number }): Promise<Payment[]> {
  const { after, limit } = input;
  const from = after === undefined ? ['1970-01-01T00:00:00Z', ''] : [timestampText(after.requestedAt), after.id];
  return (await queryable.rows<PaymentRow>(selectOpenPaymentsStatement, [...from, limit])).map(fromPaymentRow);
}

function fromPaymentRow(row: PaymentRow): Payment {
  return {
    id: row.id,
    customerId: row.customer_id,
    description: row.description,
    money: { minor: BigInt(row.amount_minor), currency: row.currency },
    paymentMethodId: row.payment_method_id,
    requestedAt: fromTimestamp(row.requested_at),
  };
}
