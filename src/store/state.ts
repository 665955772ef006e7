import { bucketOf } from '../core/customer.js';
import { decimal } from '../core/decimal.js';
import type { Instant } from '../core/instant.js';
import type { UsageWindow } from '../core/window.js';
import { fromCustomerRow, type CustomerRow, type StoredCustomer } from './customer.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

/** What is asked: `known` is the version that the asker has, null for none. */
export interface StateQuestion {
  readonly customerId: string;
  readonly at: Instant;
  readonly known: string | null;
}

/** All that a state is derived from, but for the plans. */
export interface StateRows {
  readonly stored: StoredCustomer;
  readonly windows: readonly UsageWindow[];
}

export interface StateAnswer {
  /** Changes with every change of the customer, of its windows, and with every repair. */
  readonly version: string;
  readonly catalogRevision: number;
  /** Null when the version is the one that the asker knows. */
  readonly rows: StateRows | null;
}

/**
 * One row per question; windows as text, a line each, so that nothing is nested or parsed twice. Whoever changes a
 * customer or its windows updates the customer's row, so the row's xmin tells whether anything changed: then, and only
 * then, the rest is read and sent.
 */
const selectStatesStatement = statement(
  'select_states',
  `
select asked.position, c.xmin::text as version, catalog.revision as catalog_revision,
  f.id, f.revision, f.external_id, f.name, f.email, f.phone, f.address, f.currency, f.zone, f.metadata, f.account_number, f.created_at, f.standing, f.lines
from unnest($1::smallint[], $2::text[], $3::timestamptz[], $4::text[]) with ordinality as asked (bucket, id, at, known, position)
join customers c on c.bucket = asked.bucket and c.id = asked.id
cross join catalog
left join lateral (
  select c.id, c.revision, c.external_id, c.name, c.email, c.phone, c.address, c.currency, c.zone, c.metadata, c.account_number, c.created_at, c.standing,
    (
      select string_agg(
        concat_ws(E'\\t', w.subscription_id, w.price_code, w.dimension_key, w.starts_at, w.superseded_at, w.used, w.carried, w.events,
          coalesce(w.settled_used::text, ''), coalesce(w.settled_carried::text, '')),
        E'\\n' order by w.subscription_id, w.price_code, w.dimension_key, w.starts_at
      )
      from (
        select subscription_id, price_code, dimension_key, starts_at, superseded_at, used, carried, events, settled_used, settled_carried
        from usage_windows
        where bucket = c.bucket
          and customer_id = c.id
          and superseded_at > asked.at
          and starts_at <= asked.at
        union all
        select subscription_id, price_code, dimension_key, starts_at, superseded_at, used, carried, events, settled_used, settled_carried
        from usage_windows
        where bucket = c.bucket
          and customer_id = c.id
          and is_unsettled
          and superseded_at <= asked.at
      ) w
    ) as lines
  where c.xmin::text is distinct from asked.known
) f on true
where c.deleted_at is null
order by asked.position
`,
);

type StateRow = { readonly position: string; readonly version: string; readonly catalog_revision: string } & (
  | (CustomerRow & { readonly lines: string | null })
  | { readonly id: null }
);

/** What is known of each customer for the moment asked for, in the order asked; undefined for those that are not there. */
export async function selectStates(queryable: Queryable, asked: readonly StateQuestion[]): Promise<Array<StateAnswer | undefined>> {
  const rows = await queryable.rows<StateRow>(selectStatesStatement, [
    asked.map(({ customerId }) => bucketOf(customerId)),
    asked.map(({ customerId }) => customerId),
    asked.map(({ at }) => timestampText(at)),
    asked.map(({ known }) => known),
  ]);
  const answers: Array<StateAnswer | undefined> = asked.map(() => undefined);
  for (const row of rows) {
    answers[Number(row.position) - 1] = {
      version: row.version,
      catalogRevision: Number(row.catalog_revision),
      rows: row.id === null ? null : { stored: fromCustomerRow(row), windows: fromLines(row.lines) },
    };
  }
  return answers;
}

function fromLines(lines: string | null): UsageWindow[] {
  if (lines === null) return [];
  return lines.split('\n').map((line) => {
    const [subscriptionId, priceCode, dimensionKey, startsAt, supersededAt, used, carried, events, settledUsed, settledCarried] = line.split('\t') as [
      string, string, string, string, string, string, string, string, string, string,
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
      settled: settledUsed === '' ? null : { used: decimal(settledUsed), carried: decimal(settledCarried) },
    };
  });
}
