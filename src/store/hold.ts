import { bucketOf } from '../core/customer.js';
import type { HoldChange } from '../core/hold.js';
import type { Queryable } from './database.js';
import { fromJson, toJson } from './json.js';
import { statement } from './statement.js';
import { timestampText } from './timestamp.js';

export interface StoredHoldChange {
  readonly revision: number;
  readonly change: HoldChange;
}

const insertHoldChangeStatement = statement(
  'insert_hold_change',
  `
insert into hold_changes (bucket, customer_id, revision, position, hold_id, change, made_at)
values ($1, $2, $3, $4, $5, $6, $7)
`,
);

const selectHoldChangesStatement = statement(
  'select_hold_changes',
  `
select revision, change
from hold_changes
where bucket = $1
  and customer_id = $2
  and ($3::text is null or hold_id = $3)
order by revision, position
`,
);

/** `position` orders the changes of one revision. */
export async function insertHoldChange(transaction: Queryable, input: StoredHoldChange & { customerId: string; position: number }): Promise<void> {
  const { customerId, revision, position, change } = input;
  const holdId = change.type === 'opened' ? change.hold.id : change.holdId;
  await transaction.rows(insertHoldChangeStatement, [bucketOf(customerId), customerId, revision, position, holdId, toJson(change), timestampText(change.madeAt)]);
}

/** In the order in which they were made; of one hold, or of all of the customer's. */
export async function selectHoldChanges(queryable: Queryable, customerId: string, holdId: string | null): Promise<StoredHoldChange[]> {
  const rows = await queryable.rows<{ revision: string; change: string }>(selectHoldChangesStatement, [bucketOf(customerId), customerId, holdId]);
  return rows.map((row) => ({ revision: Number(row.revision), change: fromJson<HoldChange>(row.change) }));
}
