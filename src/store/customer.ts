import type { Address } from '../core/address.js';
import type { Currency } from '../core/currency.js';
import { bucketOf, type Customer } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import type { Standing } from '../core/standing.js';
import type { Queryable } from './database.js';
import { feedChanges } from './feed.js';
import { outdateChanged } from './outline.js';
import { standingText } from './standing.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';
import { noteTasks } from './webhook-task.js';

/** A customer's row. */
export interface StoredCustomer {
  readonly customer: Customer;
  readonly revision: number;
  /** What the facts fold to, as it is kept; equal texts mean equal standings. See fromStandingText. */
  readonly standingText: string;
}

/** A customer's row that nobody else can change now. */
export interface LockedRow extends StoredCustomer {
  /** When the worker will look at the customer. */
  readonly dueAt: Instant;
}

export interface CustomerRow {
  readonly id: string;
  readonly revision: string;
  readonly external_id: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly currency: Currency;
  readonly zone: string;
  readonly metadata: string;
  readonly account_number: string;
  readonly created_at: string;
  readonly standing: string;
}

/** What the statements that count a revision up do besides: `changed` are the rows counted up. Nobody is told while nobody listens; what was outlined of the customer holds no more. */
const TELL = `${noteTasks('e.is_enabled')},
${feedChanges()},
${outdateChanged()}`;

/** Keeps that a profile was made, changed or deleted. */
function noteProfile(kind: 'created' | 'updated' | 'deleted', madeAt: string): string {
  return `noted as (
  insert into profile_changes (bucket, customer_id, revision, kind, made_at)
  select bucket, id, revision, '${kind}', ${madeAt}::timestamptz
  from changed
)`;
}

const lockCustomersStatement = statement(
  'lock_customers',
  `
select c.id, c.revision, c.external_id, c.name, c.email, c.phone, c.address, c.currency, c.zone, c.metadata, c.account_number, c.created_at, c.standing, c.due_at
from unnest($1::smallint[], $2::text[]) as asked (bucket, id)
join customers c on c.bucket = asked.bucket and c.id = asked.id
where (c.deleted_at is null or $3)
order by c.bucket, c.id
for update of c
`,
);

const selectCustomerStatement = statement(
  'select_customer',
  `
select id, revision, external_id, name, email, phone, address, currency, zone, metadata, account_number, created_at, standing
from customers
where bucket = $1
  and id = $2
  and (deleted_at is null or $3)
`,
);

const insertCustomerStatement = statement(
  'insert_customer',
  `
with changed as (
  insert into customers (bucket, id, external_id, name, email, phone, address, currency, zone, metadata, standing, created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  returning bucket, id, revision, account_number, created_at
),
${noteProfile('created', 'created_at')},
${TELL}
select account_number
from changed
`,
);

const updateProfileStatement = statement(
  'update_customer_profile',
  `
with changed as (
  update customers
  set name = $3, email = $4, phone = $5, address = $6, currency = $7, zone = $8, metadata = $9, revision = revision + 1
  where bucket = $1
    and id = $2
  returning bucket, id, revision
),
${noteProfile('updated', '$10')},
${TELL}
select revision
from changed
`,
);

const updateStandingStatement = statement(
  'update_customer_standing',
  `
with changed as (
  update customers
  set standing = $3, revision = $4, due_at = coalesce($5::timestamptz, due_at)
  where bucket = $1
    and id = $2
  returning bucket, id, revision
),
${TELL}
select revision
from changed
`,
);

const repairStandingStatement = statement(
  'repair_customer_standing',
  `
update customers
set standing = $3
where bucket = $1
  and id = $2
`,
);

const selectDueStatement = statement(
  'select_due_customers',
  `
select id, due_at
from customers
where due_at <= $1
  and deleted_at is null
order by due_at, id
limit $2
`,
);

const selectDueOfStatement = statement(
  'select_customer_due',
  `
select due_at
from customers
where bucket = $1
  and id = $2
`,
);

const claimDueStatement = statement(
  'claim_due_customer',
  `
select id
from customers
where bucket = $1
  and id = $2
  and due_at <= $3
  and deleted_at is null
for update skip locked
`,
);

const updateDueStatement = statement(
  'update_customer_due',
  `
update customers
set due_at = $3
where bucket = $1
  and id = $2
`,
);

const bringDueForwardStatement = statement(
  'bring_customers_due_forward',
  `
update customers c
set due_at = asked.due_at
from unnest($1::smallint[], $2::text[], $3::timestamptz[]) as asked (bucket, id, due_at)
where c.bucket = asked.bucket
  and c.id = asked.id
  and c.due_at > asked.due_at
`,
);

const deleteCustomerStatement = statement(
  'mark_customer_deleted',
  `
with changed as (
  update customers
  set deleted_at = $3, revision = revision + 1
  where bucket = $1
    and id = $2
  returning bucket, id, revision, deleted_at
),
${noteProfile('deleted', 'deleted_at')},
${TELL}
select revision
from changed
`,
);

const insertAliasStatement = statement(
  'insert_customer_alias',
  `
insert into customer_aliases (alias, bucket, customer_id)
values ($1, $2, $3)
on conflict (alias) do nothing
returning alias
`,
);

const selectAliasesStatement = statement(
  'select_customer_aliases',
  `
select a.alias, a.customer_id
from unnest($1::text[]) as asked (alias)
join customer_aliases a on a.alias = asked.alias
order by a.alias
`,
);

const selectAllCustomersStatement = statement(
  'select_all_customers',
  `
select id, revision, external_id, name, email, phone, address, currency, zone, metadata, account_number, created_at, standing
from customers
where account_number > $1
order by account_number
limit $2
`,
);

/** Locks the customers that exist, in one order for everybody, and reads them. Absent ones are left out, deleted ones unless asked for. */
export async function lockCustomers(transaction: Queryable, ids: readonly string[], options: { withDeleted: boolean } = { withDeleted: false }): Promise<LockedRow[]> {
  const rows = await transaction.rows<CustomerRow & { due_at: string }>(lockCustomersStatement, [ids.map(bucketOf), ids, options.withDeleted]);
  return rows.map((row) => ({ ...fromCustomerRow(row), dueAt: fromTimestamp(row.due_at) }));
}

/** The customer as it is kept now, without locking it; a deleted one only if asked for. */
export async function selectCustomer(queryable: Queryable, id: string, options: { withDeleted: boolean } = { withDeleted: false }): Promise<StoredCustomer | undefined> {
  const [row] = await queryable.rows<CustomerRow>(selectCustomerStatement, [bucketOf(id), id, options.withDeleted]);
  return row === undefined ? undefined : fromCustomerRow(row);
}

/** Inserts the customer and gives its account number. */
export async function insertCustomer(transaction: Queryable, customer: Omit<Customer, 'accountNumber'>, standing: Standing): Promise<number> {
  const [row] = await transaction.rows<{ account_number: string }>(insertCustomerStatement, [
    bucketOf(customer.id),
    customer.id,
    customer.externalId,
    customer.name,
    customer.email,
    customer.phone,
    customer.address === null ? null : JSON.stringify(customer.address),
    customer.currency,
    customer.zone,
    JSON.stringify(customer.metadata),
    standingText(standing),
    timestampText(customer.createdAt),
  ]);
  if (row === undefined) throw new Error('an insert gave no row back');
  return Number(row.account_number);
}

/** Writes the profile and bumps the revision. */
export async function updateProfile(transaction: Queryable, customer: Customer, at: Instant): Promise<void> {
  await transaction.rows(updateProfileStatement, [
    bucketOf(customer.id),
    customer.id,
    customer.name,
    customer.email,
    customer.phone,
    customer.address === null ? null : JSON.stringify(customer.address),
    customer.currency,
    customer.zone,
    JSON.stringify(customer.metadata),
    timestampText(at),
  ]);
}

/** Writes what the facts now fold to, under the revision that the facts of this change carry; `dueAt` where it may have moved. */
export async function updateStanding(transaction: Queryable, input: { customerId: string; standing: Standing; revision: number; dueAt?: Instant }): Promise<void> {
  const dueAt = input.dueAt === undefined ? null : timestampText(input.dueAt);
  await transaction.rows(updateStandingStatement, [bucketOf(input.customerId), input.customerId, standingText(input.standing), input.revision, dueAt]);
}

/** Writes anew what the facts fold to; nothing has happened, so nothing is counted or told. */
export async function repairStanding(transaction: Queryable, customerId: string, standing: Standing): Promise<void> {
  await transaction.rows(repairStandingStatement, [bucketOf(customerId), customerId, standingText(standing)]);
}

/** Customers that the worker has to look at by `at`, the longest due first. */
export async function selectDueCustomers(queryable: Queryable, at: Instant, limit: number): Promise<Array<{ id: string; dueAt: Instant }>> {
  const rows = await queryable.rows<{ id: string; due_at: string }>(selectDueStatement, [timestampText(at), limit]);
  return rows.map((row) => ({ id: row.id, dueAt: fromTimestamp(row.due_at) }));
}

/** Locks the customer for the worker; false when another worker has it, or has done it already. */
export async function claimDueCustomer(transaction: Queryable, customerId: string, at: Instant): Promise<boolean> {
  return (await transaction.rows(claimDueStatement, [bucketOf(customerId), customerId, timestampText(at)])).length > 0;
}

/** When the worker will look at the customer. */
export async function selectDue(queryable: Queryable, customerId: string): Promise<Instant> {
  const [row] = await queryable.rows<{ due_at: string }>(selectDueOfStatement, [bucketOf(customerId), customerId]);
  if (row === undefined) throw new Error('there is no such customer');
  return fromTimestamp(row.due_at);
}

/** Sets when the worker has to look again; nothing that anyone sees changes. */
export async function updateDue(transaction: Queryable, customerId: string, dueAt: Instant): Promise<void> {
  await transaction.rows(updateDueStatement, [bucketOf(customerId), customerId, timestampText(dueAt)]);
}

/** The worker looks at each of the customers by its moment at the latest; these must be locked. */
export async function bringDueForward(transaction: Queryable, customers: ReadonlyArray<{ readonly id: string; readonly dueAt: Instant }>): Promise<void> {
  if (customers.length === 0) return;
  await transaction.rows(bringDueForwardStatement, [customers.map(({ id }) => bucketOf(id)), customers.map(({ id }) => id), customers.map(({ dueAt }) => timestampText(dueAt))]);
}

export async function markCustomerDeleted(transaction: Queryable, customerId: string, at: Instant): Promise<void> {
  await transaction.rows(deleteCustomerStatement, [bucketOf(customerId), customerId, timestampText(at)]);
}

/** True when the alias was free; it now names the customer for ever. */
export async function insertAlias(transaction: Queryable, alias: string, customerId: string): Promise<boolean> {
  const rows = await transaction.rows(insertAliasStatement, [alias, bucketOf(customerId), customerId]);
  return rows.length > 0;
}

/** The customers that the aliases name; unknown ones are left out. */
export async function selectAliases(queryable: Queryable, aliases: readonly string[]): Promise<Map<string, string>> {
  const rows = await queryable.rows<{ alias: string; customer_id: string }>(selectAliasesStatement, [[...aliases].sort()]);
  return new Map(rows.map((row) => [row.alias, row.customer_id]));
}

/** What stands for any text with `part` in it, the part taken as it is. */
export function patternOf(part: string | null): string | null {
  return part === null ? null : `%${part.replaceAll(/[\\%_]/g, (character) => `\\${character}`)}%`;
}

/** Every customer, deleted ones too, above the account number `after`; for verify. */
export async function selectAllCustomers(queryable: Queryable, input: { after: number; limit: number }): Promise<StoredCustomer[]> {
  const rows = await queryable.rows<CustomerRow>(selectAllCustomersStatement, [input.after, input.limit]);
  return rows.map(fromCustomerRow);
}

export function fromCustomerRow(row: CustomerRow): StoredCustomer {
  return {
    customer: {
      id: row.id,
      externalId: row.external_id,
      name: row.name,
      email: row.email,
      phone: row.phone,
      address: row.address === null ? null : (JSON.parse(row.address) as Address),
      currency: row.currency,
      zone: row.zone,
      metadata: JSON.parse(row.metadata) as Record<string, string>,
      accountNumber: Number(row.account_number),
      createdAt: fromTimestamp(row.created_at),
    },
    revision: Number(row.revision),
    standingText: row.standing,
  };
}
