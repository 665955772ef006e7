-- The gate: overrides of what plans grant; events that a consume made, with what it was answered.

alter table setting_changes drop constraint setting_changes_setting_check;
alter table setting_changes add constraint setting_changes_setting_check check (setting in ('top_up', 'payment_method', 'tax', 'services', 'overrides'));

-- How many occurrences the event stands for, to meters that count events; null: one.
alter table events add column occurrences numeric check (occurrences > 0 and occurrences = trunc(occurrences));
-- What the gate answered to the consume that made it, given again to whoever sends the same id; null: it was reported.
alter table events add column answer json;
