import { bucketOf } from '../core/customer.js';
import type { Instant } from '../core/instant.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/**
 * The part of a statement that notes for each endpoint that hears of a changed customer that it is behind; a task that is
 * there already says so. `changed` holds the rows that were counted up: bucket, id and their new revision. It costs
 * nothing while there are no endpoints.
 */
export function noteTasks(condition: 'e.is_enabled' | 'e.is_enabled and e.hears_usage'): string {
  return `told as (
  insert into webhook_tasks (bucket, customer_id, endpoint_id, after_revision)
  select c.bucket, c.id, e.id, c.revision - 1
  from changed c
  join webhook_endpoints e on coalesce(e.customer_id, '') in (c.id, '') and ${condition}
  order by c.bucket, c.id, e.id
  on conflict (bucket, customer_id, endpoint_id) do nothing
)`;
}

/** What an endpoint has not been told yet of a customer; held until the lease runs out. */
export interface WebhookTask {
  readonly endpointId: string;
  /** Null: messages that are about no customer. */
  readonly customerId: string | null;
  /** Everything up to this revision has been delivered. */
  readonly afterRevision: number;
  /** How often in a row the next message has failed. */
  readonly attempts: number;
  readonly firstFailedAt: Instant | null;
  /** Whoever finds another moment here has lost the task. */
  readonly leasedUntil: Instant;
}

interface TaskRow {
  readonly customer_id: string;
  readonly endpoint_id: string;
  readonly after_revision: string;
  readonly attempts: number;
  readonly first_failed_at: string | null;
}

/** Steps from endpoint to endpoint, so that it does not matter how many customers wait for one of them. */
const selectDueEndpointsStatement = statement(
  'select_due_webhook_endpoints',
  `
with recursive due as (
  (
    select endpoint_id
    from webhook_tasks
    where due_at <= $1
    order by endpoint_id
    limit 1
  )
  union all
  select (
    select t.endpoint_id
    from webhook_tasks t
    where t.endpoint_id > due.endpoint_id
      and t.due_at <= $1
    order by t.endpoint_id
    limit 1
  )
  from due
  where due.endpoint_id is not null
)
select endpoint_id
from due
where endpoint_id is not null
order by endpoint_id
`,
);

const claimTaskStatement = statement(
  'claim_webhook_task',
  `
with claimed as (
  select bucket, customer_id, endpoint_id
  from webhook_tasks
  where endpoint_id = $1
    and due_at <= $2
  order by due_at, bucket, customer_id
  limit 1
  for update skip locked
)
update webhook_tasks t
set due_at = $3
from claimed c
where t.bucket = c.bucket
  and t.customer_id = c.customer_id
  and t.endpoint_id = c.endpoint_id
returning t.customer_id, t.endpoint_id, t.after_revision, t.attempts, t.first_failed_at
`,
);

const updateTaskStatement = statement(
  'update_webhook_task',
  `
update webhook_tasks
set after_revision = $5, due_at = $6, attempts = $7, first_failed_at = $8
where bucket = $1
  and customer_id = $2
  and endpoint_id = $3
  and due_at = $4
returning endpoint_id
`,
);

const lockTaskStatement = statement(
  'lock_webhook_task',
  `
select endpoint_id
from webhook_tasks
where bucket = $1
  and customer_id = $2
  and endpoint_id = $3
  and due_at = $4
for update
`,
);

const deleteTaskStatement = statement(
  'delete_webhook_task',
  `
delete from webhook_tasks
where bucket = $1
  and customer_id = $2
  and endpoint_id = $3
  and due_at = $4
`,
);

const deleteTasksStatement = statement(
  'delete_webhook_tasks',
  `
delete from webhook_tasks
where endpoint_id = $1
`,
);

const insertNoticeTasksStatement = statement(
  'insert_webhook_notice_tasks',
  `
insert into webhook_tasks (bucket, customer_id, endpoint_id, after_revision)
select 0, '', endpoint_id, -1
from unnest($1::text[]) as hearing (endpoint_id)
order by endpoint_id
on conflict (bucket, customer_id, endpoint_id) do update
set due_at = webhook_tasks.due_at
`,
);

/** Endpoints that have something due, in order. */
export async function selectDueEndpoints(queryable: Queryable, at: Instant): Promise<string[]> {
  return (await queryable.rows<{ endpoint_id: string }>(selectDueEndpointsStatement, [timestampText(at)])).map((row) => row.endpoint_id);
}

/** Takes the endpoint's longest due task until `leasedUntil`; undefined when none is due that nobody else has. */
export async function claimTask(queryable: Queryable, input: { endpointId: string; at: Instant; leasedUntil: Instant }): Promise<WebhookTask | undefined> {
  const { endpointId, at, leasedUntil } = input;
  const [row] = await queryable.rows<TaskRow>(claimTaskStatement, [endpointId, timestampText(at), timestampText(leasedUntil)]);
  if (row === undefined) return undefined;
  return {
    endpointId,
    customerId: row.customer_id === '' ? null : row.customer_id,
    afterRevision: Number(row.after_revision),
    attempts: row.attempts,
    firstFailedAt: row.first_failed_at === null ? null : fromTimestamp(row.first_failed_at),
    leasedUntil,
  };
}

/** Writes how far the task is and until when it is leased, or when it is due; false when it is not ours any more. */
export async function updateTask(queryable: Queryable, task: WebhookTask, after: { afterRevision: number; dueAt: Instant; attempts: number; firstFailedAt: Instant | null }): Promise<boolean> {
  const { afterRevision, dueAt, attempts, firstFailedAt } = after;
  const rows = await queryable.rows(updateTaskStatement, [...keyOf(task), afterRevision, timestampText(dueAt), attempts, firstFailedAt === null ? null : timestampText(firstFailedAt)]);
  return rows.length > 0;
}

/** Locks the task; false when it is not ours any more. */
export async function lockTask(transaction: Queryable, task: WebhookTask): Promise<boolean> {
  return (await transaction.rows(lockTaskStatement, keyOf(task))).length > 0;
}

/** The endpoint has been told everything; nothing happens when the task is not ours any more. */
export async function deleteTask(queryable: Queryable, task: WebhookTask): Promise<void> {
  await queryable.rows(deleteTaskStatement, keyOf(task));
}

/** Drops what an endpoint has not been told. */
export async function deleteTasks(transaction: Queryable, endpointId: string): Promise<void> {
  await transaction.rows(deleteTasksStatement, [endpointId]);
}

/** Notes that the endpoints have messages that are about no customer. Locks the tasks that are there, so that none is finished meanwhile. */
export async function insertNoticeTasks(transaction: Queryable, endpointIds: readonly string[]): Promise<void> {
  await transaction.rows(insertNoticeTasksStatement, [endpointIds]);
}

function keyOf({ endpointId, customerId, leasedUntil }: WebhookTask): unknown[] {
  return [customerId === null ? 0 : bucketOf(customerId), customerId ?? '', endpointId, timestampText(leasedUntil)];
}
