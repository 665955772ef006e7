import type { Instant } from '../core/instant.js';
import type { MessageType } from '../core/webhook-endpoint.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** One try to deliver a message. */
export interface WebhookAttempt {
  readonly at: Instant;
  /** The receiver's answer; null when there was none. */
  readonly status: number | null;
  /** Why there was none. */
  readonly error: string | null;
  readonly durationMs: number;
}

/** `pending`: not delivered yet, and tried again; `failed`: given up. */
export type DeliveryStatus = 'pending' | 'delivered' | 'failed';

/** A message to one endpoint: what is sent again is sent as it is kept here. */
export interface WebhookDelivery {
  readonly id: string;
  readonly endpointId: string;
  /** Null: about no customer. */
  readonly customerId: string | null;
  readonly revision: number;
  readonly position: number;
  readonly type: MessageType;
  readonly body: string;
  readonly status: DeliveryStatus;
  /** The oldest first; of many the last ones. */
  readonly attempts: readonly WebhookAttempt[];
  readonly createdAt: Instant;
  readonly deliveredAt: Instant | null;
}

interface DeliveryRow {
  readonly id: string;
  readonly endpoint_id: string;
  readonly customer_id: string | null;
  readonly revision: string;
  readonly position: number;
  readonly type: MessageType;
  readonly body: string;
  readonly status: DeliveryStatus;
  readonly attempts: string;
  readonly created_at: string;
  readonly delivered_at: string | null;
}

const MOST_ATTEMPTS = 50;
const COLUMNS = 'id, endpoint_id, customer_id, revision, position, type, body, status, attempts, created_at, delivered_at';

const insertDeliveryStatement = statement(
  'insert_webhook_delivery',
  `
insert into webhook_deliveries (id, endpoint_id, customer_id, revision, position, type, body, status, attempts, created_at)
values ($1, $2, $3, $4, $5, $6, $7, 'pending', '[]', $8)
on conflict (id) do nothing
returning id
`,
);

const selectDeliveryStatement = statement(
  'select_webhook_delivery',
  `
select ${COLUMNS}
from webhook_deliveries
where id = $1
`,
);

const selectFirstPendingStatement = statement(
  'select_first_pending_delivery',
  `
select ${COLUMNS}
from webhook_deliveries
where endpoint_id = $1
  and coalesce(customer_id, '') = $2
  and status = 'pending'
  and type <> 'webhook_endpoint.test'
order by revision, position, created_at, id
limit 1
`,
);

const selectDeliveriesStatement = statement(
  'select_webhook_deliveries',
  `
select ${COLUMNS}
from webhook_deliveries
where endpoint_id = $1
  and ($2::text is null or customer_id = $2)
  and ($3::text is null or status = $3)
  and (created_at, id) < ($4::timestamptz, $5::text)
order by created_at desc, id desc
limit $6
`,
);

const recordAttemptStatement = statement(
  'record_webhook_attempt',
  `
update webhook_deliveries
set status = coalesce($2::text, status),
  delivered_at = case when $2::text = 'delivered' then coalesce(delivered_at, $3::timestamptz) else delivered_at end,
  attempts = ((case when json_array_length(attempts) < ${MOST_ATTEMPTS} then attempts::jsonb else attempts::jsonb - 0 end) || $4::jsonb)::json
where id = $1
`,
);

const failDeliveriesStatement = statement(
  'fail_pending_deliveries',
  `
update webhook_deliveries
set status = 'failed'
where endpoint_id = $1
  and status = 'pending'
`,
);

const deleteDeliveriesStatement = statement(
  'delete_webhook_deliveries',
  `
delete from webhook_deliveries
where endpoint_id = $1
`,
);

const pruneDeliveriesStatement = statement(
  'prune_webhook_deliveries',
  `
delete from webhook_deliveries
where status <> 'pending'
  and created_at < $1
`,
);

/** A message before it was sent for the first time. */
export type NewDelivery = Omit<WebhookDelivery, 'status' | 'attempts' | 'deliveredAt'>;

/** Keeps the message; false when one of that id is kept already, which is left as it is. */
export async function insertDelivery(queryable: Queryable, delivery: NewDelivery): Promise<boolean> {
  const { id, endpointId, customerId, revision, position, type, body, createdAt } = delivery;
  return (await queryable.rows(insertDeliveryStatement, [id, endpointId, customerId, revision, position, type, body, timestampText(createdAt)])).length > 0;
}

export async function selectDelivery(queryable: Queryable, id: string): Promise<WebhookDelivery | undefined> {
  const [row] = await queryable.rows<DeliveryRow>(selectDeliveryStatement, [id]);
  return row === undefined ? undefined : fromDeliveryRow(row);
}

/** The first message to the endpoint about the customer (null: about nobody) that was kept and not delivered. */
export async function selectFirstPending(queryable: Queryable, endpointId: string, customerId: string | null): Promise<WebhookDelivery | undefined> {
  const [row] = await queryable.rows<DeliveryRow>(selectFirstPendingStatement, [endpointId, customerId ?? '']);
  return row === undefined ? undefined : fromDeliveryRow(row);
}

/** Newest first, before the one of that moment and id. */
export async function selectDeliveries(
  queryable: Queryable,
  input: { endpointId: string; customerId: string | null; status: DeliveryStatus | null; before: { readonly at: Instant; readonly id: string } | null; limit: number },
): Promise<WebhookDelivery[]> {
  const { endpointId, customerId, status, before, limit } = input;
  const place = before === null ? ['infinity', ''] : [timestampText(before.at), before.id];
  return (await queryable.rows<DeliveryRow>(selectDeliveriesStatement, [endpointId, customerId, status, ...place, limit])).map(fromDeliveryRow);
}

/** Adds an attempt to the log, with what the message is from now on; null: what it was. */
export async function recordAttempt(queryable: Queryable, id: string, { attempt, status }: { attempt: WebhookAttempt; status: 'delivered' | 'failed' | null }): Promise<void> {
  await queryable.rows(recordAttemptStatement, [id, status, timestampText(attempt.at), JSON.stringify([attempt])]);
}

/** Gives up what is not delivered. */
export async function failDeliveries(transaction: Queryable, endpointId: string): Promise<void> {
  await transaction.rows(failDeliveriesStatement, [endpointId]);
}

export async function deleteDeliveries(transaction: Queryable, endpointId: string): Promise<void> {
  await transaction.rows(deleteDeliveriesStatement, [endpointId]);
}

/** Forgets what was made before a moment and is not pending any more. */
export async function pruneDeliveries(queryable: Queryable, before: Instant): Promise<void> {
  await queryable.rows(pruneDeliveriesStatement, [timestampText(before)]);
}

function fromDeliveryRow(row: DeliveryRow): WebhookDelivery {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    customerId: row.customer_id,
    revision: Number(row.revision),
    position: row.position,
    type: row.type,
    body: row.body,
    status: row.status,
    attempts: JSON.parse(row.attempts) as WebhookAttempt[],
    createdAt: fromTimestamp(row.created_at),
    deliveredAt: row.delivered_at === null ? null : fromTimestamp(row.delivered_at),
  };
}
