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

const insertPaymentStatement = statement(
  'insert_payment',
  `
insert into payments (bucket, customer_id, id, purpose, description, currency, amount_minor, payment_method_id, requested_at)
values ($1, $2, $3, 'deposit', $4, $5, $6, $7, $8)
on conflict (bucket, customer_id, id) do nothing
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

const selectOpenPaymentsStatement = statement(
  'select_open_payments',
  `
select p.customer_id, p.id, p.description, p.currency, p.amount_minor, p.payment_method_id, p.requested_at
from payments p
left join payment_results r on r.bucket = p.bucket and r.customer_id = p.customer_id and r.payment_id = p.id
where r.payment_id is null
order by p.requested_at, p.id
limit $1
`,
);

/** Inserts the payment; one with the same id is left as it is. */
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

/** Payments without a result, oldest first: what a crash may have left between asking and hearing. */
export async function selectOpenPayments(queryable: Queryable, limit: number): Promise<Payment[]> {
  const rows = await queryable.rows<{ customer_id: string; id: string; description: string; currency: Currency; amount_minor: string; payment_method_id: string; requested_at: string }>(
    selectOpenPaymentsStatement,
    [limit],
  );
  return rows.map((row) => ({
    id: row.id,
    customerId: row.customer_id,
    description: row.description,
    money: { minor: BigInt(row.amount_minor), currency: row.currency },
    paymentMethodId: row.payment_method_id,
    requestedAt: fromTimestamp(row.requested_at),
  }));
}
