-- The live stream: which processes listen, and what changes while any does. No facts: all of it may be thrown away (ADR 11).

-- A row counts until its end: a change is recorded as long as anybody's lies ahead.
create table stream_listeners (
  process_id text collate "C" primary key,
  listens_until timestamptz not null
);

-- Read in the order of (xid, seq), and only up to the oldest transaction that is still under way.
create table change_feed (
  seq bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  bucket smallint not null,
  customer_id text collate "C" not null,
  revision bigint not null,
  primary key (xid, seq)
);

-- Everything after (xid, seq) is kept; who has read less has to begin anew.
create table change_feed_start (
  only_row boolean primary key default true check (only_row),
  xid xid8 not null,
  seq bigint not null
);
insert into change_feed_start (xid, seq) values (pg_current_xact_id(), 0);
