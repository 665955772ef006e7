import { bucketOf } from '../core/customer.js';
import type { Queryable } from './database.js';
import { fromCustomerRow, patternOf, type CustomerRow, type StoredCustomer } from './customer.js';
import { statement } from './statement.js';

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
