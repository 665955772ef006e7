import type { Currency } from '../core/currency.js';
import { bucketOf } from '../core/customer.js';
import { FOREVER } from '../core/instant.js';
import type { Account, LedgerEntry, LedgerTransaction, StoredTransaction, TransactionDetails, TransactionKind } from '../core/ledger.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

const insertTransactionStatement = statement(
  'insert_ledger_transaction',
  `
insert into ledger_transactions (bucket, customer_id, id, revision, position, kind, description, occurred_at, details)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
`,
);

const insertEntriesStatement = statement(
  'insert_ledger_entries',
  `
insert into ledger_entries (bucket, customer_id, transaction_id, position, account, currency, amount_minor)
select $1, $2, $3, position, account, currency, amount_minor
from unnest($4::text[], $5::text[], $6::numeric[]) with ordinality as added (account, currency, amount_minor, position)
order by position
`,
);

const selectTransactionsStatement = statement(
  'select_ledger_transactions',
  `
select t.id, t.revision, t.kind, t.description, t.occurred_at, t.details, e.account, e.currency, e.amount_minor
from ledger_transactions t
join ledger_entries e on e.bucket = t.bucket and e.customer_id = t.customer_id and e.transaction_id = t.id
where t.bucket = $1
  and t.customer_id = $2
order by t.revision, t.position, t.id, e.position
`,
);

/** `position` orders the transactions of one revision. */
export async function insertTransaction(queryable: Queryable, input: StoredTransaction & { customerId: string; position: number }): Promise<void> {
  const { customerId, revision, position, transaction } = input;
  await queryable.rows(insertTransactionStatement, [
    bucketOf(customerId),
    customerId,
    transaction.id,
    revision,
    position,
    transaction.kind,
    transaction.description,
    timestampText(transaction.occurredAt),
    detailsText(transaction.details),
  ]);
  await queryable.rows(insertEntriesStatement, [
    bucketOf(customerId),
    customerId,
    transaction.id,
    transaction.entries.map((entry) => entry.account),
    transaction.entries.map((entry) => entry.money.currency),
    transaction.entries.map((entry) => entry.money.minor.toString()),
  ]);
}

/** A customer's ledger in the order in which it was written. */
export async function selectTransactions(queryable: Queryable, customerId: string): Promise<StoredTransaction[]> {
  const rows = await queryable.rows<EntryRow>(selectTransactionsStatement, [bucketOf(customerId), customerId]);
  const byId = new Map<string, { revision: number; transaction: LedgerTransaction & { entries: LedgerEntry[] } }>();
  for (const row of rows) {
    const { id, kind, description } = row;
    const stored = byId.get(id) ?? { revision: Number(row.revision), transaction: { id, kind, description, occurredAt: fromTimestamp(row.occurred_at), entries: [], ...fromDetails(row.details) } };
    stored.transaction.entries.push({ account: row.account, money: { minor: BigInt(row.amount_minor), currency: row.currency } });
    byId.set(id, stored);
  }
  return [...byId.values()];
}

interface EntryRow {
  readonly id: string;
  readonly revision: string;
  readonly kind: TransactionKind;
  readonly description: string;
  readonly occurred_at: string;
  readonly details: string;
  readonly account: Account;
  readonly currency: Currency;
  readonly amount_minor: string;
}

/** Details as JSON; a credit that never expires says so by null. */
function detailsText(details: TransactionDetails | undefined): string {
  return JSON.stringify(details ?? {}, (key, value: unknown) => (key === 'expiresAt' && value === FOREVER ? null : value));
}

function fromDetails(text: string): { details?: TransactionDetails } {
  if (text === '{}') return {};
  return { details: JSON.parse(text, (key, value: unknown) => (key === 'expiresAt' && value === null ? FOREVER : value)) as TransactionDetails };
}
