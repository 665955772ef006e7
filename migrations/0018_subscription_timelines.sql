-- Phases that somebody plans before there is a subscription: drafts until they are started.

create table subscription_timelines (
  bucket smallint not null,
  customer_id text collate "C" not null,
  id text collate "C" not null,
  position bigint generated always as identity,
  plan_id text collate "C" not null,
  -- The subscription that it was started as; what became of it is told from that.
  subscription_id text collate "C",
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (bucket, customer_id, id),
  foreign key (bucket, customer_id) references customers (bucket, id)
);
create index subscription_timelines_by_id on subscription_timelines (id);
create index subscription_timelines_by_position on subscription_timelines (position);

create table subscription_timeline_items (
  bucket smallint not null,
  customer_id text collate "C" not null,
  timeline_id text collate "C" not null,
  starts_at timestamptz not null,
  -- infinity where nothing follows.
  ends_at timestamptz not null check (ends_at > starts_at),
  id text collate "C" not null,
  plan_id text collate "C" not null,
  quantities json not null,
  multipliers json not null,
  created_at timestamptz not null,
  primary key (bucket, customer_id, timeline_id, starts_at),
  foreign key (bucket, customer_id, timeline_id) references subscription_timelines (bucket, customer_id, id)
);
