-- Who a customer is at the payment provider: made when it is first needed, and never another one.

create table provider_customers (
  bucket smallint not null,
  customer_id text collate "C" not null,
  provider text collate "C" not null,
  reference text collate "C" not null,
  recorded_at timestamptz not null default now(),
  primary key (bucket, customer_id, provider),
  unique (provider, reference),
  foreign key (bucket, customer_id) references customers (bucket, id)
);
