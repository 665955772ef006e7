-- What a customer is about to buy: bought as soon as the card that it waits for is put on file.

create table checkouts (
  bucket smallint not null,
  customer_id text collate "C" not null,
  -- What is asked for, as JSON.
  asked json not null,
  expires_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (bucket, customer_id),
  foreign key (bucket, customer_id) references customers (bucket, id)
);
