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
