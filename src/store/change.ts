import type { AlertFiring } from '../core/alert.js';
import type { ChangeFact, ToldPayment } from '../core/change.js';
import { bucketOf } from '../core/customer.js';
import type { Currency } from '../core/currency.js';
import type { HoldChange } from '../core/hold.js';
import type { Instant } from '../core/instant.js';
import type { CreditNote, InvoiceChange, IssuedInvoice } from '../core/issued-invoice.js';
import type { Account, TransactionKind } from '../core/ledger.js';
import type { PaymentPurpose } from '../core/payment.js';
import type { SettingChange } from '../core/standing.js';
import type { SubscriptionChange } from '../core/subscription.js';
import type { Queryable } from './database.js';
import { fromJson } from './json.js';
import { toSettingChange } from './setting.js';
import { statement } from './statement.js';
import { fromTimestamp } from './timestamp.js';

const PAYMENT = `'id', p.id, 'purpose', p.purpose, 'minor', p.amount_minor::text, 'currency', p.currency, 'about', p.about`;

const ENTRIES = `(
      select json_agg(json_build_object('account', e.account, 'money', json_build_object('minor', e.amount_minor::text, 'currency', e.currency)) order by e.position)
      from ledger_entries e
      where e.bucket = t.bucket
        and e.customer_id = t.customer_id
        and e.transaction_id = t.id
    )`;

/** The first facts of a table in the range; no more are read of any than are given of all. */
function firstOf(alias: string): string {
  return `where ${alias}bucket = $1
      and ${alias}customer_id = $2
      and ${alias}revision > $3
      and ${alias}revision <= $4
    order by ${alias}revision
    limit $5`;
}

/** Every kind of fact that carries a revision, but for events: they may be many, and follow from what is left over. */
const selectChangeFactsStatement = statement(
  'select_change_facts',
  `
select revision, fact, made_at, body
from (
  (
    select revision, 'profile' as fact, 0 as position, '' as id, made_at, to_json(kind)::text as body
    from profile_changes
    ${firstOf('')}
  )
  union all
  (
    select revision, 'subscription', position, subscription_id, null, json_build_object('subscriptionId', subscription_id, 'change', change)::text
    from subscription_changes
    ${firstOf('')}
  )
  union all
  (
    select revision, 'invoice', position, id, issued_at, body::text
    from invoices
    ${firstOf('')}
  )
  union all
  (
    select revision, 'invoice_change', position, invoice_id, made_at, json_build_object('invoiceId', invoice_id, 'change', change)::text
    from invoice_changes
    ${firstOf('')}
  )
  union all
  (
    select revision, 'credit_note', 0, id, made_at, body::text
    from credit_notes
    ${firstOf('')}
  )
  union all
  (
    select t.revision, 'transaction', t.position, t.id, t.occurred_at, json_build_object('id', t.id, 'kind', t.kind, 'description', t.description, 'entries', ${ENTRIES})::text
    from ledger_transactions t
    ${firstOf('t.')}
  )
  union all
  (
    select p.revision, 'payment', 0, p.id, p.requested_at, json_build_object(${PAYMENT})::text
    from payments p
    ${firstOf('p.')}
  )
  union all
  (
    select r.revision, 'payment_result', 0, p.id, r.made_at, json_build_object(${PAYMENT}, 'outcome', r.outcome, 'reason', r.decline_reason)::text
    from payment_results r
    join payments p on p.bucket = r.bucket and p.customer_id = r.customer_id and p.id = r.payment_id
    ${firstOf('r.')}
  )
  union all
  (
    select revision, 'hold', position, hold_id, made_at, change::text
    from hold_changes
    ${firstOf('')}
  )
  union all
  (
    select revision, 'alert', position, alert_id, made_at, firing::text
    from alert_firings
    ${firstOf('')}
  )
  union all
  (
    select revision, 'setting', 0, setting, made_at, json_build_object('setting', setting, 'value', value)::text
    from setting_changes
    ${firstOf('')}
  )
) facts
order by revision, fact, position, id
limit $5
`,
);

interface FactRow {
  readonly revision: string;
  readonly fact: ChangeFact['fact'];
  readonly made_at: string | null;
  readonly body: string;
}

interface PaymentJson {
  readonly id: string;
  readonly purpose: PaymentPurpose;
  readonly minor: string;
  readonly currency: Currency;
  readonly about: string | null;
}

/** The facts of the revisions from `after` (out) to `upTo` (in), by revision, each kind in its own order; no more than `limit`, null for all. */
export async function selectChangeFacts(queryable: Queryable, input: { customerId: string; after: number; upTo: number; limit: number | null }): Promise<ChangeFact[]> {
  const { customerId, after, upTo, limit } = input;
  return (await queryable.rows<FactRow>(selectChangeFactsStatement, [bucketOf(customerId), customerId, after, upTo, limit])).map(fromFactRow);
}

function fromFactRow(row: FactRow): ChangeFact {
  const madeAt = row.made_at === null ? undefined : fromTimestamp(row.made_at);
  return { revision: Number(row.revision), ...factOf(row, madeAt) };
}

function factOf({ fact, body }: FactRow, dated: Instant | undefined): DistributiveOmit<ChangeFact, 'revision'> {
  if (fact === 'subscription') {
    const { subscriptionId, change } = JSON.parse(body) as { subscriptionId: string; change: SubscriptionChange };
    return { fact, subscriptionId, change, madeAt: change.madeAt };
  }
  if (dated === undefined) throw new Error(`a ${fact} has no date`);
  const madeAt = dated;
  switch (fact) {
    case 'profile':
      return { fact, madeAt, kind: JSON.parse(body) as 'created' | 'updated' | 'deleted' };
    case 'invoice':
      return { fact, madeAt, invoice: { paidFrom: 'invoice', ...fromJson<Partial<IssuedInvoice>>(body) } as IssuedInvoice };
    case 'invoice_change':
      return { fact, madeAt, ...fromJson<{ invoiceId: string; change: InvoiceChange }>(body) };
    case 'credit_note':
      return { fact, madeAt, note: fromJson<CreditNote>(body) };
    case 'transaction': {
      const transaction = fromJson<{ id: string; kind: TransactionKind; description: string; entries: Array<{ account: Account; money: { minor: bigint; currency: Currency } }> }>(body);
      return { fact, madeAt, transaction: { ...transaction, occurredAt: madeAt } };
    }
    case 'payment':
      return { fact, madeAt, payment: paymentOf(JSON.parse(body) as PaymentJson) };
    case 'payment_result': {
      const result = JSON.parse(body) as PaymentJson & { outcome: 'succeeded' | 'declined'; reason: string | null };
      return { fact, madeAt, payment: paymentOf(result), outcome: result.outcome, reason: result.reason };
    }
    case 'hold':
      return { fact, madeAt, change: fromJson<HoldChange>(body) };
    case 'alert':
      return { fact, madeAt, firing: JSON.parse(body) as AlertFiring };
    case 'setting': {
      const { setting, value } = JSON.parse(body) as { setting: SettingChange['setting']; value: unknown };
      return { fact, madeAt, change: toSettingChange(setting, value) };
    }
  }
}

function paymentOf({ id, purpose, minor, currency, about }: PaymentJson): ToldPayment {
  return { id, purpose, money: { minor: BigInt(minor), currency }, about };
}

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;
