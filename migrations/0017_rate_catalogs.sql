-- Rates that are kept ready for rate cards, in catalogs; nobody is billed by them.

create table rate_catalogs (
  id text collate "C" primary key,
  position bigint generated always as identity,
  name text not null,
  description text not null,
  created_at timestamptz not null
);
create index rate_catalogs_by_position on rate_catalogs (position);

create table catalog_rates (
  catalog_id text collate "C" not null references rate_catalogs (id),
  billing_interval text collate "C" not null check (billing_interval in ('month', 'year')),
  code text collate "C" not null,
  position bigint generated always as identity,
  -- A plan of this one price, as it would be defined.
  definition json not null,
  created_at timestamptz not null,
  primary key (catalog_id, billing_interval, code)
);
create index catalog_rates_by_position on catalog_rates (catalog_id, position);
