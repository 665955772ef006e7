import { bucketOf } from '../core/customer.js';
import { decimal } from '../core/decimal.js';
import type { Instant } from '../core/instant.js';
import type { UsageWindow } from '../core/window.js';
import { fromCustomerRow, type CustomerRow, type StoredCustomer } from './customer.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** All that a state is derived from, but for the plans, which never change. */
export interface StateRows {
  readonly stored: StoredCustomer;
  readonly windows: readonly UsageWindow[];
}

/** One row per customer and moment; windows as text, a line each, so that nothing is nested or parsed twice. */
const selectStatesStatement = statement(
  'select_states',
  `
select asked.position, c.id, c.revision, c.external_id, c.name, c.email, c.currency, c.zone, c.metadata, c.account_number,
  c.created_at, c.standing, windows.lines
from unnest($1::smallint[], $2::text[], $3::timestamptz[]) with ordinality as asked (bucket, id, at, position)
join customers c on c.bucket = asked.bucket and c.id = asked.id
left join lateral (
  select string_agg(
    concat_ws(E'\\t', w.subscription_id, w.price_code, w.dimension_key, w.starts_at, w.superseded_at, w.used, w.carried, w.events),
    E'\\n' order by w.subscription_id, w.price_code, w.dimension_key, w.starts_at
  ) as lines
  from (
    select subscription_id, price_code, dimension_key, starts_at, superseded_at, used, carried, events
    from usage_windows
    where bucket = c.bucket
      and customer_id = c.id
      and superseded_at > asked.at
      and starts_at <= asked.at
    union all
    select subscription_id, price_code, dimension_key, starts_at, superseded_at, used, carried, events
    from usage_windows
    where bucket = c.bucket
      and customer_id = c.id
      and is_unsettled
      and superseded_at <= asked.at
  ) w
) windows on true
where c.deleted_at is null
order by asked.position
`,
);

/** What is known of each customer for the moment asked for, in the order asked; undefined for those that are not there. */
export async function selectStates(
  queryable: Queryable,
  asked: ReadonlyArray<{ readonly customerId: string; readonly at: Instant }>,
): Promise<Array<StateRows | undefined>> {
  const rows = await queryable.rows<CustomerRow & { position: string; lines: string | null }>(selectStatesStatement, [
    asked.map(({ customerId }) => bucketOf(customerId)),
    asked.map(({ customerId }) => customerId),
    asked.map(({ at }) => timestampText(at)),
  ]);
  const states: Array<StateRows | undefined> = asked.map(() => undefined);
  for (const row of rows) states[Number(row.position) - 1] = { stored: fromCustomerRow(row), windows: fromLines(row.lines) };
  return states;
}

function fromLines(lines: string | null): UsageWindow[] {
  if (lines === null) return [];
  return lines.split('\n').map((line) => {
    const [subscriptionId, priceCode, dimensionKey, startsAt, supersededAt, used, carried, events] = line.split('\t') as [
      string, string, string, string, string, string, string, string,
    ];
    return {
      subscriptionId,
      priceCode,
      dimensionKey,
      startsAt: fromTimestamp(startsAt),
      supersededAt: fromTimestamp(supersededAt),
      // A state does not need to know which event `last` stands on.
      tally: { used: decimal(used), events: Number(events), last: null },
      carried: decimal(carried),
    };
  });
}
