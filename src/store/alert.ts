import type { AlertFiring } from '../core/alert.js';
import { bucketOf } from '../core/customer.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { timestampText } from './timestamp.js';

/** `position` orders the firings of one revision. */
export interface StoredFiring {
  readonly revision: number;
  readonly position: number;
  readonly firing: AlertFiring;
}

interface FiringRow {
  readonly revision: string;
  readonly position: number;
  readonly firing: string;
}

const insertAlertFiringsStatement = statement(
  'insert_alert_firings',
  `
insert into alert_firings (bucket, customer_id, alert_id, subscription_id, price_code, window_starts_at, revision, position, firing, made_at)
select $1::smallint, $2::text, alert_id, subscription_id, price_code, window_starts_at, $3::bigint, position, firing::json, made_at
from unnest($4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::smallint[], $9::text[], $10::timestamptz[])
  as fired (alert_id, subscription_id, price_code, window_starts_at, position, firing, made_at)
order by alert_id collate "C", subscription_id collate "C", price_code collate "C", window_starts_at
on conflict (bucket, customer_id, alert_id, subscription_id, price_code, window_starts_at) do nothing
`,
);

const selectAlertFiringsStatement = statement(
  'select_alert_firings',
  `
select revision, position, firing
from alert_firings
where bucket = $1
  and customer_id = $2
order by revision, position
`,
);

const selectNewestFiringsStatement = statement(
  'select_newest_alert_firings',
  `
select revision, position, firing
from alert_firings
where bucket = $1
  and customer_id = $2
  and (revision, position) < ($3::bigint, $4::smallint)
  and ($5::text is null or alert_id = $5)
order by revision desc, position desc
limit $6
`,
);

/** Writes the firings of one change, in their order; a window in which its alert fired before keeps that firing. */
export async function insertAlertFirings(transaction: Queryable, input: { customerId: string; revision: number; firings: readonly AlertFiring[] }): Promise<void> {
  const { customerId, revision, firings } = input;
  await transaction.rows(insertAlertFiringsStatement, [
    bucketOf(customerId),
    customerId,
    revision,
    firings.map(({ alertId }) => alertId),
    firings.map(({ subscriptionId }) => subscriptionId),
    firings.map(({ priceCode }) => priceCode),
    firings.map(({ windowStartsAt }) => timestampText(windowStartsAt)),
    firings.map((_firing, position) => position),
    firings.map((firing) => JSON.stringify(firing)),
    firings.map(({ madeAt }) => timestampText(madeAt)),
  ]);
}

/** All of a customer's firings in the order in which they were made. */
export async function selectAlertFirings(queryable: Queryable, customerId: string): Promise<StoredFiring[]> {
  return (await queryable.rows<FiringRow>(selectAlertFiringsStatement, [bucketOf(customerId), customerId])).map(fromFiringRow);
}

/** Newest first, below the one that `before` names; of one alert, or of all. */
export async function selectNewestFirings(
  queryable: Queryable,
  input: { customerId: string; alertId: string | null; before: Pick<StoredFiring, 'revision' | 'position'> | undefined; limit: number },
): Promise<StoredFiring[]> {
  const { customerId, alertId, before, limit } = input;
  const { revision, position } = before ?? { revision: Number.MAX_SAFE_INTEGER, position: 0 };
  return (await queryable.rows<FiringRow>(selectNewestFiringsStatement, [bucketOf(customerId), customerId, revision, position, alertId, limit])).map(fromFiringRow);
}

function fromFiringRow(row: FiringRow): StoredFiring {
  return { revision: Number(row.revision), position: Number(row.position), firing: JSON.parse(row.firing) as AlertFiring };
}
