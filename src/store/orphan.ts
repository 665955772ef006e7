import type { Queryable } from './database.js';
import { statement } from './statement.js';

const selectOrphansStatement = statement(
  'select_orphans',
  `
select o.kind, o.customer_id, count(*) as rows
from (
  select 'event' as kind, bucket, customer_id from events
  union all
  select 'window' as kind, bucket, customer_id from usage_windows
  union all
  select 'member' as kind, bucket, customer_id from usage_window_members
) o
where not exists (select 1 from customers c where c.bucket = o.bucket and c.id = o.customer_id)
group by o.kind, o.customer_id
order by o.kind, o.customer_id
limit 1000
`,
);

/** Rows of customers that were never there, by kind and customer: what a foreign key would have refused. */
export async function selectOrphans(queryable: Queryable): Promise<Array<{ kind: string; customerId: string; rows: number }>> {
  const rows = await queryable.rows<{ kind: string; customer_id: string; rows: string }>(selectOrphansStatement, []);
  return rows.map((row) => ({ kind: row.kind, customerId: row.customer_id, rows: Number(row.rows) }));
}
