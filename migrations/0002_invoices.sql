-- Invoices and what they need: when a customer must be looked at next, how far windows were invoiced, numbers without gaps.

-- When the worker has something to do for the customer; a projection of the facts, checked by verify.
alter table customers add column due_at timestamptz not null default 'infinity';
update customers set due_at = now();
create index customers_due on customers (due_at) where due_at < 'infinity';

-- A command may add several facts under one revision.
alter table subscription_changes add column position smallint not null default 0;
alter table subscription_changes drop constraint subscription_changes_pkey;
alter table subscription_changes add primary key (bucket, customer_id, revision, position);

-- By Paidup's own clock, which a sandbox moves; recorded_at stays the store's.
alter table setting_changes add column made_at timestamptz;
update setting_changes set made_at = recorded_at;
alter table setting_changes alter column made_at set not null;
alter table setting_changes drop constraint setting_changes_setting_check;
alter table setting_changes add constraint setting_changes_setting_check check (setting in ('top_up', 'payment_method', 'tax'));

alter table ledger_transactions drop constraint ledger_transactions_kind_check;
alter table ledger_transactions add constraint ledger_transactions_kind_check
  check (kind in ('deposit', 'invoice', 'wallet_credit', 'payment', 'credit_note', 'void', 'write_off'));
-- Quantities have no upper bound, and so neither have amounts.
alter table ledger_entries alter column amount_minor type numeric;
alter table ledger_entries add constraint ledger_entries_amount_whole check (amount_minor = trunc(amount_minor));

-- A change may post several transactions.
alter table ledger_transactions add column position smallint not null default 0;
drop index ledger_transactions_by_revision;
create index ledger_transactions_by_revision on ledger_transactions (bucket, customer_id, revision, position, id);
alter table ledger_entries drop constraint ledger_entries_account_check;
alter table ledger_entries add constraint ledger_entries_account_check
  check (account in ('wallet', 'provider', 'receivable', 'revenue', 'tax', 'bad_debt'));

-- What the window's row said when an invoice billed it; null when none has. In raw units, as used.
alter table usage_windows add column settled_used numeric;
alter table usage_windows add column settled_carried numeric;

-- Invoices are facts: what is in body never changes. status and due_minor are projections of invoice_changes.
create table invoices (
  bucket smallint not null,
  customer_id text collate "C" not null,
  id text collate "C" not null,
  revision bigint not null,
  position smallint not null,
  number text collate "C" not null,
  dated_at timestamptz not null,
  issued_at timestamptz not null,
  currency text collate "C" not null,
  total_minor numeric not null,
  body json not null,
  status text collate "C" not null check (status in ('open', 'paid', 'uncollectible', 'void')),
  due_minor numeric not null check (due_minor >= 0),
  recorded_at timestamptz not null default now(),
  primary key (bucket, customer_id, id),
  foreign key (bucket, customer_id) references customers (bucket, id)
);
create index invoices_by_revision on invoices (bucket, customer_id, revision, position);
create index invoices_by_date on invoices (dated_at, id);

-- No turn of a subscription is invoiced twice, whoever writes.
create table invoiced_turns (
  bucket smallint not null,
  customer_id text collate "C" not null,
  subscription_id text collate "C" not null,
  invoiced_to timestamptz not null,
  revision bigint not null,
  invoice_id text collate "C" not null,
  primary key (bucket, customer_id, subscription_id, invoiced_to, revision),
  foreign key (bucket, customer_id, invoice_id) references invoices (bucket, customer_id, id)
);

create table invoice_changes (
  bucket smallint not null,
  customer_id text collate "C" not null,
  revision bigint not null,
  position smallint not null,
  invoice_id text collate "C" not null,
  change json not null,
  made_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (bucket, customer_id, revision, position),
  foreign key (bucket, customer_id, invoice_id) references invoices (bucket, customer_id, id)
);
create index invoice_changes_by_invoice on invoice_changes (bucket, customer_id, invoice_id);

create table credit_notes (
  bucket smallint not null,
  customer_id text collate "C" not null,
  id text collate "C" not null,
  revision bigint not null,
  invoice_id text collate "C" not null,
  number text collate "C" not null,
  body json not null,
  made_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (bucket, customer_id, id),
  foreign key (bucket, customer_id, invoice_id) references invoices (bucket, customer_id, id)
);
create index credit_notes_by_invoice on credit_notes (bucket, customer_id, invoice_id);

-- Numbers without gaps: the row of a series is locked until the transaction that took a number has ended.
create table document_series (
  series text collate "C" primary key,
  last_number bigint not null check (last_number >= 0)
);
create table document_numbers (
  series text collate "C" not null references document_series (series),
  number bigint not null,
  document_id text collate "C" not null,
  customer_id text collate "C" not null,
  primary key (series, number)
);

-- Which customer an invoice or a credit note belongs to; like an alias it never changes.
create table document_owners (
  document_id text collate "C" primary key,
  customer_id text collate "C" not null
);

create table coupons (
  code text collate "C" primary key,
  definition json not null,
  created_at timestamptz not null,
  archived_at timestamptz
);
