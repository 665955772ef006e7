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
