-- What pages over all customers need to be quick: events of everybody in order of time.

-- Lists of the newest events of all customers; and which events of a name happened in a stretch of time.
create index events_by_moment on events (occurred_at, name);

-- Lists of invoices by what they are filtered by, each in order of date; and what paid, or did not pay, an invoice.
create index invoices_by_status on invoices (status, dated_at, id);
create index invoices_by_currency on invoices (currency, dated_at, id);
create index payments_by_about on payments (bucket, customer_id, about, requested_at, id) where about is not null;
