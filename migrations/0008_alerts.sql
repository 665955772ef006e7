-- Usage alerts: what a customer wants to be told of, and each telling once per window whatever the number of processes.

alter table setting_changes drop constraint setting_changes_setting_check;
alter table setting_changes add constraint setting_changes_setting_check
  check (setting in ('top_up', 'payment_method', 'tax', 'services', 'overrides', 'alerts'));

create table alert_firings (
  bucket smallint not null,
  customer_id text collate "C" not null,
  alert_id text collate "C" not null,
  subscription_id text collate "C" not null,
  price_code text collate "C" not null,
  window_starts_at timestamptz not null,
  revision bigint not null,
  position smallint not null,
  -- The alert as it was then, and what was used.
  firing json not null,
  made_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (bucket, customer_id, alert_id, subscription_id, price_code, window_starts_at),
  foreign key (bucket, customer_id) references customers (bucket, id)
);
create index alert_firings_by_revision on alert_firings (bucket, customer_id, revision, position);
