import type { Instant } from '../core/instant.js';
import { hears, type TypeFilter, type WebhookEndpoint, type WebhookSecret } from '../core/webhook-endpoint.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

interface EndpointRow {
  readonly id: string;
  readonly url: string;
  readonly description: string | null;
  readonly customer_id: string | null;
  readonly types: string;
  readonly is_enabled: boolean;
  readonly disabled_at: string | null;
  readonly disabled_reason: string | null;
  readonly secrets: string;
  readonly created_at: string;
}

const COLUMNS = 'id, url, description, customer_id, types, is_enabled, disabled_at, disabled_reason, secrets, created_at';

const insertEndpointStatement = statement(
  'insert_webhook_endpoint',
  `
insert into webhook_endpoints (${COLUMNS}, hears_usage)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
`,
);

const selectEndpointStatement = statement(
  'select_webhook_endpoint',
  `
select ${COLUMNS}
from webhook_endpoints
where id = $1
`,
);

const lockEndpointStatement = statement(
  'lock_webhook_endpoint',
  `
select ${COLUMNS}
from webhook_endpoints
where id = $1
for update
`,
);

const selectEndpointsStatement = statement(
  'select_webhook_endpoints',
  `
select ${COLUMNS}
from webhook_endpoints
where id > $1
  and ($2::text is null or customer_id = $2)
order by id
limit $3
`,
);

const selectEndpointsOfAllStatement = statement(
  'select_webhook_endpoints_of_all',
  `
select ${COLUMNS}
from webhook_endpoints
where is_enabled
  and coalesce(customer_id, '') = ''
order by id
`,
);

const updateEndpointStatement = statement(
  'update_webhook_endpoint',
  `
update webhook_endpoints
set url = $2, description = $3, types = $4, is_enabled = $5, disabled_at = $6, disabled_reason = $7, secrets = $8, hears_usage = $9
where id = $1
`,
);

const deleteEndpointStatement = statement(
  'delete_webhook_endpoint',
  `
delete from webhook_endpoints
where id = $1
`,
);

export async function insertEndpoint(transaction: Queryable, endpoint: WebhookEndpoint): Promise<void> {
  const { id, url, description, customerId, types, isEnabled, disabledAt, disabledReason, secrets, createdAt } = endpoint;
  await transaction.rows(insertEndpointStatement, [
    id, url, description, customerId, JSON.stringify(types), isEnabled, disabledAt === null ? null : timestampText(disabledAt), disabledReason, secretsText(secrets), timestampText(createdAt), hears(types, 'usage.recorded'),
  ]);
}

export async function selectEndpoint(queryable: Queryable, id: string): Promise<WebhookEndpoint | undefined> {
  const [row] = await queryable.rows<EndpointRow>(selectEndpointStatement, [id]);
  return row === undefined ? undefined : fromEndpointRow(row);
}

/** The endpoint, which nobody else can change now. */
export async function lockEndpoint(transaction: Queryable, id: string): Promise<WebhookEndpoint | undefined> {
  const [row] = await transaction.rows<EndpointRow>(lockEndpointStatement, [id]);
  return row === undefined ? undefined : fromEndpointRow(row);
}

/** Endpoints above the id `after`, of one customer alone or all. */
export async function selectEndpoints(queryable: Queryable, input: { after: string; customerId: string | null; limit: number }): Promise<WebhookEndpoint[]> {
  return (await queryable.rows<EndpointRow>(selectEndpointsStatement, [input.after, input.customerId, input.limit])).map(fromEndpointRow);
}

/** The enabled endpoints that are told of all customers. */
export async function selectEndpointsOfAll(queryable: Queryable): Promise<WebhookEndpoint[]> {
  return (await queryable.rows<EndpointRow>(selectEndpointsOfAllStatement, [])).map(fromEndpointRow);
}

/** Writes everything that may change of an endpoint. */
export async function updateEndpoint(transaction: Queryable, endpoint: WebhookEndpoint): Promise<void> {
  const { id, url, description, types, isEnabled, disabledAt, disabledReason, secrets } = endpoint;
  await transaction.rows(updateEndpointStatement, [
    id, url, description, JSON.stringify(types), isEnabled, disabledAt === null ? null : timestampText(disabledAt), disabledReason, secretsText(secrets), hears(types, 'usage.recorded'),
  ]);
}

export async function deleteEndpoint(transaction: Queryable, id: string): Promise<void> {
  await transaction.rows(deleteEndpointStatement, [id]);
}

function secretsText(secrets: readonly WebhookSecret[]): string {
  return JSON.stringify(secrets.map(({ secret, expiresAt }) => ({ secret, expires_at: expiresAt })));
}

function fromEndpointRow(row: EndpointRow): WebhookEndpoint {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    customerId: row.customer_id,
    types: JSON.parse(row.types) as TypeFilter[],
    isEnabled: row.is_enabled,
    disabledAt: row.disabled_at === null ? null : fromTimestamp(row.disabled_at),
    disabledReason: row.disabled_reason,
    secrets: (JSON.parse(row.secrets) as Array<{ secret: string; expires_at: Instant | null }>).map(({ secret, expires_at: expiresAt }) => ({ secret, expiresAt })),
    createdAt: fromTimestamp(row.created_at),
  };
}
