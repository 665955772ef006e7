-- Sessions of browsers: what stands for a key there, so that no page needs to hold one.

create table sessions (
  -- SHA-256 of what the cookie holds.
  hash text collate "C" primary key,
  id text collate "C" not null,
  -- The key it stands for; null for one that a portal link opened, which is its customer's.
  api_key_id text collate "C" references api_keys (id),
  customer_id text collate "C",
  -- What it is narrowed to, as a JSON array; of a session of a key those of the key count.
  scopes json not null,
  -- Where the portal's way back leads.
  return_url text,
  ends_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  check ((api_key_id is null) <> (customer_id is null))
);

create index sessions_by_end on sessions (ends_at);
