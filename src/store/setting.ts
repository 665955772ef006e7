import type { UsageAlert } from '../core/alert.js';
import { bucketOf } from '../core/customer.js';
import type { PaymentMethod } from '../core/payment-method.js';
import type { Instant } from '../core/instant.js';
import type { Override } from '../core/override.js';
import type { ServiceSettings, SettingChange } from '../core/standing.js';
import type { TaxSetting } from '../core/tax.js';
import type { Queryable } from './database.js';
import { fromTopUpJson, toTopUpJson, type TopUpJson } from './standing.js';
import { statement } from './statement.js';
import { fromTimestamp, timestampText } from './timestamp.js';

export interface StoredSettingChange {
  readonly revision: number;
  readonly madeAt: Instant;
  readonly change: SettingChange;
}

const insertSettingChangeStatement = statement(
  'insert_setting_change',
  `
insert into setting_changes (bucket, customer_id, revision, setting, value, made_at)
values ($1, $2, $3, $4, $5, $6)
`,
);

const selectSettingChangesStatement = statement(
  'select_setting_changes',
  `
select revision, setting, value, made_at
from setting_changes
where bucket = $1
  and customer_id = $2
order by revision, setting
`,
);

export async function insertSettingChange(transaction: Queryable, input: StoredSettingChange & { customerId: string }): Promise<void> {
  const { change } = input;
  const value = change.setting === 'top_up' && change.value !== null ? toTopUpJson(change.value) : change.value;
  await transaction.rows(insertSettingChangeStatement, [bucketOf(input.customerId), input.customerId, input.revision, change.setting, JSON.stringify(value), timestampText(input.madeAt)]);
}

/** A customer's setting changes in the order in which they were made. */
export async function selectSettingChanges(queryable: Queryable, customerId: string): Promise<StoredSettingChange[]> {
  const rows = await queryable.rows<{ revision: string; setting: SettingChange['setting']; value: string; made_at: string }>(selectSettingChangesStatement, [bucketOf(customerId), customerId]);
  return rows.map((row) => ({ revision: Number(row.revision), madeAt: fromTimestamp(row.made_at), change: toSettingChange(row.setting, JSON.parse(row.value)) }));
}

/** A setting as its row keeps it. */
export function toSettingChange(setting: SettingChange['setting'], value: unknown): SettingChange {
  switch (setting) {
    case 'top_up':
      return { setting, value: value === null ? null : fromTopUpJson(value as TopUpJson) };
    case 'payment_method':
      return { setting, value: value as PaymentMethod | null };
    case 'tax':
      return { setting, value: value as TaxSetting | null };
    case 'services':
      return { setting, value: value as ServiceSettings | null };
    case 'overrides':
      return { setting, value: value as readonly Override[] };
    case 'alerts':
      return { setting, value: value as readonly UsageAlert[] };
  }
}
