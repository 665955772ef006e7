-- Usage of all customers over time: totals of each meter in stretches of fifteen minutes, by which every zone's days can be told.

-- Which stretches have events that are not in the totals yet: one row for each stretch and name of a batch, written with
-- its events, so that whoever sees the mark sees them too.
create table usage_marks (
  id bigint generated always as identity primary key,
  starts_at timestamptz not null,
  name text collate "C" not null
);

-- A projection of events: may be thrown away, if all is marked.
create table usage_totals (
  starts_at timestamptz not null,
  meter_code text collate "C" not null,
  events bigint not null,
  -- In raw units; null for meters whose uses do not add up.
  value numeric,
  primary key (starts_at, meter_code)
);

-- The meters that are counted, and how; one that is not here, or counts otherwise by now, is counted anew from all events.
create table usage_total_meters (
  meter_code text collate "C" primary key,
  counting text not null
);

-- One row: whoever counts totals locks it.
create table usage_totals_state (
  only_row boolean primary key default true check (only_row)
);
insert into usage_totals_state (only_row) values (true);
