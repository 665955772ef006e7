-- The wallet: credits with an order and an expiry, holds, payments that the wallet asks for by itself, refunds.

alter table ledger_transactions drop constraint ledger_transactions_kind_check;
alter table ledger_transactions add constraint ledger_transactions_kind_check
  check (kind in ('deposit', 'top_up', 'grant', 'adjustment', 'expiry', 'wallet_charge', 'refund', 'refund_failed',
    'invoice', 'wallet_credit', 'payment', 'credit_note', 'void', 'write_off'));
-- What else a statement tells: the terms of a credit, what was bought, who asked, why.
alter table ledger_transactions add column details json not null default '{}';
create index ledger_transactions_by_time on ledger_transactions (bucket, customer_id, occurred_at, revision, position, id);
alter table ledger_entries drop constraint ledger_entries_account_check;
alter table ledger_entries add constraint ledger_entries_account_check
  check (account in ('wallet', 'provider', 'receivable', 'revenue', 'tax', 'bad_debt', 'promotion', 'breakage', 'adjustment', 'refunding'));

alter table payments drop constraint payments_purpose_check;
alter table payments add constraint payments_purpose_check check (purpose in ('deposit', 'top_up', 'refund', 'invoice'));
-- The change that asked for it; 0 for payments older than this.
alter table payments add column revision bigint not null default 0;
-- Of a refund: the payment that is given back. Of an invoice's: the invoice.
alter table payments add column about text collate "C";
alter table payments add column details json not null default '{}';
-- False once there is a result: a projection that an index can see.
alter table payments add column is_open boolean not null default true;
update payments p set is_open = false
from payment_results r
where r.bucket = p.bucket and r.customer_id = p.customer_id and r.payment_id = p.id;
-- However many processes there are: one automatic top-up at a time for each wallet.
create unique index payments_one_open_top_up on payments (bucket, customer_id, currency) where purpose = 'top_up' and is_open;
create index payments_open on payments (requested_at, id) where is_open;
alter table payment_results add column made_at timestamptz;
update payment_results set made_at = recorded_at;
alter table payment_results alter column made_at set not null;

create table hold_changes (
  bucket smallint not null,
  customer_id text collate "C" not null,
  revision bigint not null,
  position smallint not null,
  hold_id text collate "C" not null,
  change json not null,
  made_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  primary key (bucket, customer_id, revision, position),
  foreign key (bucket, customer_id) references customers (bucket, id)
);
create index hold_changes_by_hold on hold_changes (bucket, customer_id, hold_id, revision);

alter table setting_changes drop constraint setting_changes_setting_check;
alter table setting_changes add constraint setting_changes_setting_check check (setting in ('top_up', 'payment_method', 'tax', 'services'));

-- A turn may be paid for twice: by an invoice, and from the wallet.
alter table invoiced_turns add column paid_from text collate "C" not null default 'invoice' check (paid_from in ('invoice', 'wallet'));
alter table invoiced_turns drop constraint invoiced_turns_pkey;
alter table invoiced_turns add primary key (bucket, customer_id, subscription_id, invoiced_to, revision, paid_from);
