-- Webhooks: who wants to hear, whom they have not heard everything of yet, what was sent; and the one change that left no fact.

-- That a customer was made, changed or deleted. Every other revision has a fact of its own, or is usage (ADR 10).
create table profile_changes (
  bucket smallint not null,
  customer_id text collate "C" not null,
  revision bigint not null,
  kind text collate "C" not null check (kind in ('created', 'updated', 'deleted')),
  made_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (bucket, customer_id, revision),
  foreign key (bucket, customer_id) references customers (bucket, id)
);
insert into profile_changes (bucket, customer_id, revision, kind, made_at)
select bucket, id, 0, 'created', created_at
from customers
order by bucket, id;

-- What happened in a range of revisions is looked up by them.
create index credit_notes_by_revision on credit_notes (bucket, customer_id, revision);
create index payments_by_revision on payments (bucket, customer_id, revision);
create index payment_results_by_revision on payment_results (bucket, customer_id, revision);

create table webhook_endpoints (
  id text collate "C" primary key,
  url text not null,
  description text,
  -- Null: of all customers.
  customer_id text collate "C",
  -- JSON array of message types; empty: all but usage.recorded.
  types json not null,
  -- Whether types name usage.recorded: only then does counting usage note a task.
  hears_usage boolean not null,
  is_enabled boolean not null,
  disabled_at timestamptz,
  disabled_reason text,
  -- JSON array of {secret, expires_at}, the newest first; only that one has no end.
  secrets json not null,
  created_at timestamptz not null,
  check (is_enabled = (disabled_at is null))
);
-- The endpoints that hear of a customer: its own and those of all customers.
create index webhook_endpoints_hearing on webhook_endpoints (coalesce(customer_id, '')) where is_enabled;

-- One row for each endpoint and customer that is behind; gone when all is delivered. Written by the statement that
-- counts the revision up. No foreign key: locking the endpoint's row at every change would make changes wait for each
-- other; a task of an endpoint that is gone is dropped by whoever finds it.
create table webhook_tasks (
  bucket smallint not null,
  -- Empty: messages that are about no customer.
  customer_id text collate "C" not null,
  endpoint_id text collate "C" not null,
  -- Everything up to this revision has been delivered; -1 before the first.
  after_revision bigint not null,
  -- When it is looked at next: at once, after a rest, or when the lease of whoever sends now has run out.
  due_at timestamptz not null default 'epoch',
  attempts integer not null default 0,
  first_failed_at timestamptz,
  primary key (bucket, customer_id, endpoint_id)
) with (fillfactor = 70);
create index webhook_tasks_due on webhook_tasks (endpoint_id, due_at);

-- The log, and what retries send again.
create table webhook_deliveries (
  id text collate "C" primary key,
  endpoint_id text collate "C" not null,
  -- Null: about no customer.
  customer_id text collate "C",
  revision bigint not null,
  position integer not null,
  type text collate "C" not null,
  body text not null,
  status text collate "C" not null check (status in ('pending', 'delivered', 'failed')),
  -- JSON array of attempts, the oldest first; of many the last ones.
  attempts json not null,
  created_at timestamptz not null,
  delivered_at timestamptz
) with (fillfactor = 70);
create index webhook_deliveries_by_time on webhook_deliveries (endpoint_id, created_at, id);
create index webhook_deliveries_pending on webhook_deliveries (endpoint_id, coalesce(customer_id, ''), revision, position) where status = 'pending';
create index webhook_deliveries_done on webhook_deliveries (created_at) where status <> 'pending';
