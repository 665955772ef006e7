import { bucketOf } from '../core/customer.js';
import type { Queryable } from './database.js';
import { statement } from './statement.js';

const selectRevisionsStatement = statement(
  'select_customer_revisions',
  `
select asked.position, c.revision
from unnest($1::smallint[], $2::text[]) with ordinality as asked (bucket, id, position)
join customers c on c.bucket = asked.bucket and c.id = asked.id
where c.deleted_at is null
order by asked.position
`,
);

/** The number of each customer's last change, in the order asked; undefined for those that are not there. */
export async function selectRevisions(queryable: Queryable, customerIds: readonly string[]): Promise<Array<number | undefined>> {
  const rows = await queryable.rows<{ position: string; revision: string }>(selectRevisionsStatement, [customerIds.map(bucketOf), customerIds]);
  const revisions: Array<number | undefined> = customerIds.map(() => undefined);
  for (const row of rows) revisions[Number(row.position) - 1] = Number(row.revision);
  return revisions;
}
