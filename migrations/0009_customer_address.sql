-- Where a customer is and how it is reached: an invoice names the address of whom it bills.

alter table customers add column phone text;
alter table customers add column address json;
