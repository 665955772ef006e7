import { bucketOf } from '../core/customer.js';
import type { SubscriptionEntry } from '../core/standing.js';
import type { SubscriptionChange } from '../core/subscription.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';

/** `position` orders the changes of one revision. */
export interface StoredSubscriptionChange extends SubscriptionEntry {
  readonly position: number;
}

const insertSubscriptionChangeStatement = statement(
  'insert_subscription_change',
  `
insert into subscription_changes (bucket, customer_id, revision, position, subscription_id, change)
values ($1, $2, $3, $4, $5, $6)
`,
);

const selectSubscriptionChangesStatement = statement(
  'select_subscription_changes',
  `
select revision, position, subscription_id, change
from subscription_changes
where bucket = $1
  and customer_id = $2
order by revision, position
`,
);

const insertSubscriptionOwnerStatement = statement(
  'insert_subscription_owner',
  `
insert into subscription_owners (subscription_id, bucket, customer_id)
values ($1, $2, $3)
`,
);

const selectSubscriptionOwnerStatement = statement(
  'select_subscription_owner',
  `
select customer_id
from subscription_owners
where subscription_id = $1
`,
);

export async function insertSubscriptionChange(transaction: Queryable, input: StoredSubscriptionChange & { customerId: string }): Promise<void> {
  await transaction.rows(insertSubscriptionChangeStatement, [
    bucketOf(input.customerId),
    input.customerId,
    input.revision,
    input.position,
    input.subscriptionId,
    JSON.stringify(input.change),
  ]);
}

/** Lets the subscription's id lead to its customer; like an alias it never leads elsewhere. */
export async function insertSubscriptionOwner(transaction: Queryable, subscriptionId: string, customerId: string): Promise<void> {
  await transaction.rows(insertSubscriptionOwnerStatement, [subscriptionId, bucketOf(customerId), customerId]);
}

export async function selectSubscriptionOwner(queryable: Queryable, subscriptionId: string): Promise<string | undefined> {
  const [row] = await queryable.rows<{ customer_id: string }>(selectSubscriptionOwnerStatement, [subscriptionId]);
  return row?.customer_id;
}

/** A customer's subscription changes in the order in which they were made. */
export async function selectSubscriptionChanges(queryable: Queryable, customerId: string): Promise<StoredSubscriptionChange[]> {
  const rows = await queryable.rows<{ revision: string; position: number; subscription_id: string; change: string }>(selectSubscriptionChangesStatement, [bucketOf(customerId), customerId]);
  return rows.map((row) => ({ revision: Number(row.revision), position: row.position, subscriptionId: row.subscription_id, change: JSON.parse(row.change) as SubscriptionChange }));
}
