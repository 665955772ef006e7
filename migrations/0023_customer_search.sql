-- Searches over all customers: what is looked in, in lower case already, so that a look at each is quick.

alter table customers add column search_text text generated always as (lower(coalesce(name, '') || E'\n' || coalesce(email, '') || E'\n' || coalesce(external_id, '') collate "default")) stored;
