import type { CustomerAttention, InvoiceAttention } from '../core/attention.js';
import type { Currency } from '../core/currency.js';
import { bucketOf } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import type { SubscriptionStatus } from '../core/subscription.js';
import type { Queryable } from './database.js';
import { fromCustomerRow, patternOf, type CustomerRow, type StoredCustomer } from './customer.js';
import { LAST_CHARGE } from './invoice-list.js';
import { filtered, statement, type Asked } from './statement.js';
import { timestampText } from './timestamp.js';

const selectCustomerSliceStatement = statement(
  'select_customer_slice',
  `
select id, revision, external_id, name, email, phone, address, currency, zone, metadata, account_number, created_at, standing
from customers
where deleted_at is null
  and ($1::text is null or name ilike $1 or email ilike $1)
order by account_number desc
limit $2
offset $3
`,
);

const selectStandingsLikeStatement = statement(
  'select_standings_like',
  `
select id, account_number
from customers
where deleted_at is null
  and account_number > $1
  and standing like any ($2::text[])
order by account_number
limit $3
`,
);

const selectCustomersByIdStatement = statement(
  'select_customers_by_id',
  `
select c.id, c.revision, c.external_id, c.name, c.email, c.phone, c.address, c.currency, c.zone, c.metadata, c.account_number, c.created_at, c.standing
from unnest($1::smallint[], $2::text[]) as asked (bucket, id)
join customers c on c.bucket = asked.bucket and c.id = asked.id
order by c.account_number
`,
);

/** The customers with these ids, deleted ones too, in order of their account numbers. */
export async function selectCustomersById(queryable: Queryable, ids: readonly string[]): Promise<StoredCustomer[]> {
  if (ids.length === 0) return [];
  return (await queryable.rows<CustomerRow>(selectCustomersByIdStatement, [ids.map(bucketOf), ids])).map(fromCustomerRow);
}

/** Newest first, behind the first `offset`; `matching` is part of a name or e-mail. */
export async function selectCustomerSlice(queryable: Queryable, input: { matching: string | null; limit: number; offset: number }): Promise<StoredCustomer[]> {
  const rows = await queryable.rows<CustomerRow>(selectCustomerSliceStatement, [patternOf(input.matching), input.limit, input.offset]);
  return rows.map(fromCustomerRow);
}

/** Customers above the account number `after`, oldest first, whose standing may hold one of the texts (`_` in them stands for any character). */
export async function selectStandingsLike(queryable: Queryable, input: { texts: readonly string[]; after: number; limit: number }): Promise<Array<{ id: string; accountNumber: number }>> {
  const rows = await queryable.rows<{ id: string; account_number: string }>(selectStandingsLikeStatement, [input.after, input.texts.map((text) => `%${text}%`), input.limit]);
  return rows.map((row) => ({ id: row.id, accountNumber: Number(row.account_number) }));
}

/** A span of the customer that is in force. */
const IN_FORCE = `exists (
    select 1
    from subscription_spans s
    where s.bucket = c.bucket
      and s.customer_id = c.id
      and s.starts_at <= ?::timestamptz
      and s.ends_at > ?::timestamptz`;

const OPEN_INVOICE = `exists (
    select 1
    from invoices i
    where i.bucket = c.bucket
      and i.customer_id = c.id
      and i.status = 'open'`;

const CONDITIONS = {
  matching: 'c.search_text like lower(?::text)',
  currency: 'c.currency = ?',
  plan: `${IN_FORCE}
      and s.plan_code = ?
      and s.status <> 'canceled'
  )`,
  status: `${IN_FORCE}
      and s.status = ?
  )`,
  plan_status: `${IN_FORCE}
      and s.plan_code = ?
      and s.status = ?
  )`,
  over: `not ${IN_FORCE}
      and s.status <> 'canceled'
  )`,
  never: `not exists (
    select 1
    from subscription_spans s
    where s.bucket = c.bucket
      and s.customer_id = c.id
  )`,
  attention: `exists (
    select 1
    from customer_attentions a
    where a.bucket = c.bucket
      and a.customer_id = c.id
      and a.kind = ?
  )`,
  payment_failed: `${OPEN_INVOICE}
      and ${LAST_CHARGE} = 'declined'
  )`,
  overdue: `${OPEN_INVOICE}
      and i.dated_at < ?::timestamptz
      and ${LAST_CHARGE} is distinct from 'declined'
  )`,
} as const;

const COLUMNS = 'c.id, c.revision, c.external_id, c.name, c.email, c.phone, c.address, c.currency, c.zone, c.metadata, c.account_number, c.created_at, c.standing';
/** As the index has it. */
const SORT_NAME = `lower(coalesce(c.name, c.external_id, '')) collate "C"`;

const LISTS = {
  newest: filtered({
    name: 'select_newest_customers',
    fixed: 2,
    conditions: CONDITIONS,
    sql: (where) => `
select ${COLUMNS}, '' as sort_name
from customers c
where c.deleted_at is null
  and c.account_number < $1${where}
order by c.account_number desc
limit $2
`,
  }),
  oldest: filtered({
    name: 'select_oldest_customers',
    fixed: 2,
    conditions: CONDITIONS,
    sql: (where) => `
select ${COLUMNS}, '' as sort_name
from customers c
where c.deleted_at is null
  and c.account_number > $1${where}
order by c.account_number
limit $2
`,
  }),
  name: filtered({
    name: 'select_customers_by_name',
    fixed: 3,
    conditions: CONDITIONS,
    sql: (where) => `
select ${COLUMNS}, ${SORT_NAME} as sort_name
from customers c
where c.deleted_at is null
  and (${SORT_NAME}, c.account_number) > ($1::text collate "C", $2::bigint)${where}
order by ${SORT_NAME}, c.account_number
limit $3
`,
  }),
};

/** How a list of customers goes: by when they were made, or by name, in any letter case; those without one by external id. */
export type CustomerOrder = keyof typeof LISTS;

/** The customer that a page goes on behind. */
export interface CustomerPlace {
  readonly accountNumber: number;
  /** Empty unless the list goes by name. */
  readonly sortName: string;
}

/** Which customers are asked for; what is left out narrows nothing. */
export interface CustomerFilter {
  /** Part of a name, e-mail or external id. */
  readonly matching?: string | undefined;
  readonly currency?: Currency | undefined;
  /** Code of a plan that a subscription is on. */
  readonly plan?: string | undefined;
  /** Of a subscription, on that plan if one is named. `canceled`: it has had one, and none is left; `none`: it never had one. */
  readonly status?: SubscriptionStatus | 'none' | undefined;
  readonly attention?: CustomerAttention | InvoiceAttention | undefined;
  /** Plans and statuses are those of this moment. */
  readonly at: Instant;
  /** An open invoice of an earlier date is overdue. */
  readonly overdueBefore: Instant;
}

/** Outlines must be up to date: see CustomerFilter for what is read from them. */
export async function selectCustomers(queryable: Queryable, input: { filter: CustomerFilter; order: CustomerOrder; after: CustomerPlace | undefined; limit: number }): Promise<Array<StoredCustomer & { readonly place: CustomerPlace }>> {
  const { filter, order, after, limit } = input;
  const beginning = order === 'newest' ? Number.MAX_SAFE_INTEGER : 0;
  const place = order === 'name' ? [after?.sortName ?? '', after?.accountNumber ?? 0] : [after?.accountNumber ?? beginning];
  const { statement: made, values } = LISTS[order](conditionsOf(filter), [...place, limit]);
  const rows = await queryable.rows<CustomerRow & { sort_name: string }>(made, values);
  return rows.map((row) => ({ ...fromCustomerRow(row), place: { accountNumber: Number(row.account_number), sortName: row.sort_name } }));
}

function conditionsOf({ matching, currency, plan, status, attention, at, overdueBefore }: CustomerFilter): Asked<keyof typeof CONDITIONS> {
  const now = [timestampText(at), timestampText(at)];
  const pattern = patternOf(matching ?? null);
  return {
    ...(pattern === null ? {} : { matching: [pattern] }),
    ...(currency === undefined ? {} : { currency: [currency] }),
    ...(plan !== undefined && status === undefined ? { plan: [...now, plan] } : {}),
    ...(status !== undefined && status !== 'none' && plan === undefined ? { status: [...now, status] } : {}),
    ...(status !== undefined && plan !== undefined ? { plan_status: [...now, plan, status] } : {}),
    ...(status === 'canceled' ? { over: now } : {}),
    ...(status === 'none' ? { never: [] } : {}),
    ...(attention === 'payment_failed' ? { payment_failed: [] } : {}),
    ...(attention === 'overdue' ? { overdue: [timestampText(overdueBefore)] } : {}),
    ...(attention !== undefined && attention !== 'payment_failed' && attention !== 'overdue' ? { attention: [attention] } : {}),
  };
}
