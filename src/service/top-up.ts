import { parseTopUpSettings, type TopUpSettings } from '../core/top-up.js';
import { updateStanding } from '../store/customer.js';
import { insertSettingChange } from '../store/setting.js';
import { fromStandingText } from '../store/standing.js';
import { lockCustomer } from './customer.js';
import type { Unit } from './engine.js';

/** Settings of the automatic top-up as the API takes them. */
export interface TopUpInput {
  readonly enabled: boolean;
  readonly minBalance: string;
  readonly upToBalance: string;
  /** The customer's own when left out. */
  readonly currency?: string | undefined;
}

/** Stores the settings, or takes them back with null. @throws Refusal `invalid_request`, `not_found`. */
export async function setTopUpSettings(unit: Unit, customerId: string, input: TopUpInput | null): Promise<{ settings: TopUpSettings | null; revision: number }> {
  const stored = await lockCustomer(unit, customerId);
  const settings =
    input === null
      ? null
      : parseTopUpSettings({
          isEnabled: input.enabled,
          minBalance: input.minBalance,
          upToBalance: input.upToBalance,
          currency: input.currency ?? stored.customer.currency,
          changedAt: unit.at,
        });
  const revision = stored.revision + 1;
  await insertSettingChange(unit.transaction, { customerId, revision, madeAt: unit.at, change: { setting: 'top_up', value: settings } });
  await updateStanding(unit.transaction, { customerId, revision, standing: { ...fromStandingText(stored.standingText), topUp: settings } });
  return { settings, revision };
}
