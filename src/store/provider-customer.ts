import { bucketOf } from '../core/customer.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';

/** Who a customer is at a provider. */
export interface ProviderCustomer {
  readonly provider: string;
  readonly customerId: string;
  readonly reference: string;
}

const insertStatement = statement(
  'insert_provider_customer',
  `
insert into provider_customers (bucket, customer_id, provider, reference)
values ($1, $2, $3, $4)
on conflict (bucket, customer_id, provider) do nothing
`,
);

const selectReferenceStatement = statement(
  'select_provider_reference',
  `
select reference
from provider_customers
where bucket = $1
  and customer_id = $2
  and provider = $3
`,
);

const selectCustomerIdStatement = statement(
  'select_customer_by_provider_reference',
  `
select customer_id
from provider_customers
where provider = $1
  and reference = $2
`,
);

/** Keeps the reference unless the customer has one already; gives the one that holds. */
export async function ensureProviderCustomer(queryable: Queryable, { provider, customerId, reference }: ProviderCustomer): Promise<string> {
  await queryable.rows(insertStatement, [bucketOf(customerId), customerId, provider, reference]);
  return (await selectProviderReference(queryable, provider, customerId)) ?? reference;
}

/** The provider's name for the customer; undefined when it has none yet. */
export async function selectProviderReference(queryable: Queryable, provider: string, customerId: string): Promise<string | undefined> {
  const [row] = await queryable.rows<{ reference: string }>(selectReferenceStatement, [bucketOf(customerId), customerId, provider]);
  return row?.reference;
}

/** Our name for the provider's customer; undefined when it is none of ours. */
export async function selectCustomerByReference(queryable: Queryable, provider: string, reference: string): Promise<string | undefined> {
  const [row] = await queryable.rows<{ customer_id: string }>(selectCustomerIdStatement, [provider, reference]);
  return row?.customer_id;
}
