import type { Currency } from '../core/currency.js';
import { bucketOf } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import type { Money } from '../core/money.js';
import type { PaymentChange, PaymentPurpose } from '../core/payment.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** Money asked of the provider, or to be given back by it; what came of it is a result of its own. */
export interface Payment {
  readonly id: string;
  readonly customerId: string;
  /** The change that asked for it. */
  readonly revision: number;
  readonly purpose: PaymentPurpose;
  readonly description: string;
  readonly money: Money;
  readonly paymentMethodId: string;
  readonly requestedAt: Instant;
  /** Of a refund: the payment that is given back. Of an invoice's: the invoice. */
  readonly about: string | null;
  /** Who asked for it, in the merchant's words. */
  readonly participant: string | null;
}

export interface PaymentResult {
  readonly outcome: 'succeeded' | 'declined';
  /** The provider's name for the money that moved. */
  readonly reference: string | null;
  readonly reason: string | null;
}

export interface PaymentWithResult {
  readonly payment: Payment;
  readonly result: PaymentResult | null;
}

interface PaymentRow {
  readonly customer_id: string;
  readonly id: string;
  readonly revision: string;
  readonly purpose: PaymentPurpose;
  readonly description: string;
  readonly currency: Currency;
  readonly amount_minor: string;
  readonly payment_method_id: string;
  readonly requested_at: string;
  readonly about: string | null;
  readonly details: string;
}

interface ResultColumns {
  readonly outcome: 'succeeded' | 'declined' | null;
  readonly provider_reference: string | null;
  readonly decline_reason: string | null;
}

const COLUMNS = 'p.customer_id, p.id, p.revision, p.purpose, p.description, p.currency, p.amount_minor, p.payment_method_id, p.requested_at, p.about, p.details';
const RESULT_COLUMNS = 'r.outcome, r.provider_reference, r.decline_reason';
const WITH_RESULT = 'left join payment_results r on r.bucket = p.bucket and r.customer_id = p.customer_id and r.payment_id = p.id';

const insertPaymentStatement = statement(
  'insert_payment',
  `
insert into payments (bucket, customer_id, id, purpose, description, currency, amount_minor, payment_method_id, requested_at, revision, about, details)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
`,
);

const insertPaymentResultStatement = statement(
  'insert_payment_result',
  `
with closed as (
  update payments
  set is_open = false
  where bucket = $1
    and customer_id = $2
    and id = $3
)
insert into payment_results (bucket, customer_id, payment_id, revision, outcome, provider_reference, decline_reason, made_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (bucket, customer_id, payment_id) do nothing
returning payment_id
`,
);

const selectPaymentStatement = statement(
  'select_payment',
  `
select ${COLUMNS}, ${RESULT_COLUMNS}
from payments p
${WITH_RESULT}
where p.bucket = $1
  and p.customer_id = $2
  and p.id = $3
`,
);

const selectCustomerPaymentsStatement = statement(
  'select_customer_payments',
  `
select ${COLUMNS}, ${RESULT_COLUMNS}, r.revision as result_revision, r.made_at
from payments p
${WITH_RESULT}
where p.bucket = $1
  and p.customer_id = $2
order by p.revision, p.requested_at, p.id
`,
);

const selectOpenPaymentsStatement = statement(
  'select_open_payments',
  `
select ${COLUMNS}
from payments p
where p.is_open
  and (p.requested_at, p.id) > ($1::timestamptz, $2::text)
order by p.requested_at, p.id
limit $3
`,
);

/** @throws with SQLSTATE 23505 when the wallet has an open automatic top-up already. */
export async function insertPayment(transaction: Queryable, payment: Payment): Promise<void> {
  await transaction.rows(insertPaymentStatement, [
    bucketOf(payment.customerId),
    payment.customerId,
    payment.id,
    payment.purpose,
    payment.description,
    payment.money.currency,
    payment.money.minor.toString(),
    payment.paymentMethodId,
    timestampText(payment.requestedAt),
    payment.revision,
    payment.about,
    JSON.stringify(payment.participant === null ? {} : { participant: payment.participant }),
  ]);
}

/** True when the result is the first of its payment: only then may money move. */
export async function insertPaymentResult(
  transaction: Queryable,
  input: { customerId: string; paymentId: string; revision: number; result: PaymentResult; madeAt: Instant },
): Promise<boolean> {
  const { customerId, paymentId, revision, result, madeAt } = input;
  const rows = await transaction.rows(insertPaymentResultStatement, [bucketOf(customerId), customerId, paymentId, revision, result.outcome, result.reference, result.reason, timestampText(madeAt)]);
  return rows.length > 0;
}

/** The payment with what came of it, null while nobody knows; undefined when there is none. */
export async function selectPayment(transaction: Queryable, customerId: string, id: string): Promise<PaymentWithResult | undefined> {
  const [row] = await transaction.rows<PaymentRow & ResultColumns>(selectPaymentStatement, [bucketOf(customerId), customerId, id]);
  return row === undefined ? undefined : withResult(row);
}

/** All of a customer's payments, oldest first. */
export async function selectCustomerPayments(queryable: Queryable, customerId: string): Promise<PaymentWithResult[]> {
  return (await queryable.rows<PaymentRow & ResultColumns>(selectCustomerPaymentsStatement, [bucketOf(customerId), customerId])).map(withResult);
}

/** What happened to a customer's payments, each with the number of its change, in the order in which it happened. */
export async function selectPaymentChanges(queryable: Queryable, customerId: string): Promise<Array<{ revision: number; change: PaymentChange }>> {
  const rows = await queryable.rows<PaymentRow & ResultColumns & { result_revision: string | null; made_at: string | null }>(selectCustomerPaymentsStatement, [bucketOf(customerId), customerId]);
  const changes = rows.flatMap((row) => {
    const { id, purpose, money, requestedAt, revision } = fromPaymentRow(row);
    const requested = { revision, change: { type: 'requested', payment: { id, purpose, money, requestedAt } } as PaymentChange };
    if (row.outcome === null || row.made_at === null) return [requested];
    const common = { paymentId: id, madeAt: fromTimestamp(row.made_at) };
    const answered: PaymentChange = row.outcome === 'succeeded' ? { type: 'succeeded', ...common } : { type: 'declined', ...common, reason: row.decline_reason ?? '' };
    return [requested, { revision: Number(row.result_revision), change: answered }];
  });
  return changes.sort((left, right) => left.revision - right.revision);
}

/** Payments without a result, oldest first, after one or from the first: what a crash may have left between asking and hearing. */
export async function selectOpenPayments(queryable: Queryable, input: { after: Payment | undefined; limit: number }): Promise<Payment[]> {
  const { after, limit } = input;
  const from = after === undefined ? ['1970-01-01T00:00:00Z', ''] : [timestampText(after.requestedAt), after.id];
  return (await queryable.rows<PaymentRow>(selectOpenPaymentsStatement, [...from, limit])).map(fromPaymentRow);
}

function withResult(row: PaymentRow & ResultColumns): PaymentWithResult {
  const result = row.outcome === null ? null : { outcome: row.outcome, reference: row.provider_reference, reason: row.decline_reason };
  return { payment: fromPaymentRow(row), result };
}

function fromPaymentRow(row: PaymentRow): Payment {
  const details = JSON.parse(row.details) as { participant?: string };
  return {
    id: row.id,
    customerId: row.customer_id,
    revision: Number(row.revision),
    purpose: row.purpose,
    description: row.description,
    money: { minor: BigInt(row.amount_minor), currency: row.currency },
    paymentMethodId: row.payment_method_id,
    requestedAt: fromTimestamp(row.requested_at),
    about: row.about,
    participant: details.participant ?? null,
  };
}
