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

/** Newest first, behind the first `offset`; `matching` is part of a name or e-mail. */
export async function selectCustomerSlice(queryable: Queryable, input: { matching: string | null; limit: number; offset: number }): Promise<StoredCustomer[]> {
  const rows = await queryable.rows<CustomerRow>(selectCustomerSliceStatement, [patternOf(input.matching), input.limit, input.offset]);
  return rows.map(fromCustomerRow);
}
