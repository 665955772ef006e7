import { bucketOf } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** What a customer is about to buy, as JSON text; a customer has one at most. */
export interface StoredCheckout {
  readonly customerId: string;
  readonly asked: string;
  readonly expiresAt: Instant;
}

const upsertCheckoutStatement = statement(
  'upsert_checkout',
  `
insert into checkouts (bucket, customer_id, asked, expires_at)
values ($1, $2, $3, $4)
on conflict (bucket, customer_id) do update
set asked = excluded.asked, expires_at = excluded.expires_at, recorded_at = now()
`,
);

const deleteCheckoutStatement = statement(
  'delete_checkout',
  `
delete from checkouts
where bucket = $1
  and customer_id = $2
returning asked, expires_at
`,
);

/** Keeps it in the place of an earlier one. */
export async function upsertCheckout(queryable: Queryable, { customerId, asked, expiresAt }: StoredCheckout): Promise<void> {
  await queryable.rows(upsertCheckoutStatement, [bucketOf(customerId), customerId, asked, timestampText(expiresAt)]);
}

/** Takes it out: whoever gets it is the only one. */
export async function deleteCheckout(transaction: Queryable, customerId: string): Promise<StoredCheckout | undefined> {
  const [row] = await transaction.rows<{ asked: string; expires_at: string }>(deleteCheckoutStatement, [bucketOf(customerId), customerId]);
  return row === undefined ? undefined : { customerId, asked: row.asked, expiresAt: fromTimestamp(row.expires_at) };
}
