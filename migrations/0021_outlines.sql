-- Outlines: of every customer what lists and sums over all of them need. Projections: all of it may be thrown away.

-- Until when the outline of a customer holds: '-infinity' once anything of it may have changed.
create table customer_outlines (
  bucket smallint not null,
  customer_id text collate "C" not null,
  until timestamptz not null,
  primary key (bucket, customer_id)
) with (fillfactor = 80);
create index customer_outlines_stale on customer_outlines (until, bucket, customer_id);
insert into customer_outlines (bucket, customer_id, until)
select bucket, id, '-infinity'
from customers
order by bucket, id;

-- What each subscription is, and what its fixed prices ask per interval, from when to when: past and to come.
create table subscription_spans (
  bucket smallint not null,
  customer_id text collate "C" not null,
  subscription_id text collate "C" not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  status text collate "C" not null check (status in ('scheduled', 'trialing', 'active', 'paused', 'canceled')),
  is_addon boolean not null,
  plan_code text collate "C" not null,
  currency text collate "C" not null,
  interval_unit text collate "C" not null,
  interval_count integer not null,
  amount numeric not null,
  primary key (bucket, customer_id, subscription_id, starts_at),
  check (starts_at < ends_at)
);
create index subscription_spans_by_plan on subscription_spans (plan_code, status, ends_at);
create index subscription_spans_by_status on subscription_spans (status, ends_at);

-- Customers that somebody should look at, and why.
create table customer_attentions (
  bucket smallint not null,
  customer_id text collate "C" not null,
  kind text collate "C" not null check (kind in ('limit_reached', 'wallet_low', 'top_up_off')),
  detail text not null,
  account_number bigint not null,
  primary key (bucket, customer_id, kind)
);
create index customer_attentions_by_kind on customer_attentions (kind, account_number);

-- The list of customers by name.
create index customers_by_name on customers (lower(coalesce(name, external_id, '')) collate "C", account_number);

-- Revenue by month.
create index invoices_revenue on invoices (dated_at, currency) include (status, total_minor);
create index credit_notes_by_time on credit_notes (made_at);
