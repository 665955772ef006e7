import { bucketOf } from '../core/customer.js';
import type { PaymentMethod } from '../core/payment-method.js';
import type { TopUpSettings } from '../core/top-up.js';
import type { Queryable } from './database.js';
import { fromTopUpJson, toTopUpJson, type TopUpJson } from './standing.js';
import { statement } from './statement.js';

/** A fact about how a customer wants things; the last one of a kind holds, and null takes it back. */
export type SettingChange =
  | { readonly setting: 'top_up'; readonly value: TopUpSettings | null }
  | { readonly setting: 'payment_method'; readonly value: PaymentMethod | null };

const insertSettingChangeStatement = statement(
  'insert_setting_change',
  `
insert into setting_changes (bucket, customer_id, revision, setting, value)
values ($1, $2, $3, $4, $5)
`,
);

const selectSettingChangesStatement = statement(
  'select_setting_changes',
  `
select setting, value
from setting_changes
where bucket = $1
  and customer_id = $2
order by revision, setting
`,
);

export async function insertSettingChange(transaction: Queryable, input: { customerId: string; revision: number; change: SettingChange }): Promise<void> {
  const { change } = input;
  const value = change.setting === 'top_up' && change.value !== null ? toTopUpJson(change.value) : change.value;
  await transaction.rows(insertSettingChangeStatement, [bucketOf(input.customerId), input.customerId, input.revision, change.setting, JSON.stringify(value)]);
}

/** A customer's setting changes in the order in which they were made. */
export async function selectSettingChanges(queryable: Queryable, customerId: string): Promise<SettingChange[]> {
  const rows = await queryable.rows<{ setting: SettingChange['setting']; value: string }>(selectSettingChangesStatement, [bucketOf(customerId), customerId]);
  return rows.map((row): SettingChange => {
    const value: unknown = JSON.parse(row.value);
    if (row.setting === 'top_up') return { setting: 'top_up', value: value === null ? null : fromTopUpJson(value as TopUpJson) };
    return { setting: 'payment_method', value: value as PaymentMethod | null };
  });
}
