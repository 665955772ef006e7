import { parseTopUpSettings, type TopUpSettings } from '../core/top-up-settings.js';
import { updateStanding } from '../store/customer.js';
import { insertSettingChange } from '../store/setting.js';
import { loadUpToDate, nextLookAt } from './booking.js';
import { lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';
import { topUpIfDue } from './top-up.js';

/** Settings of the automatic top-up as the API takes them. */
export interface TopUpInput {
  readonly enabled: boolean;
  readonly minBalance: string;
  readonly upToBalance: string;
  /** The customer's own when left out. */
  readonly currency?: string | undefined;
  /** Ten times the target when left out. */
  readonly dailyCeiling?: string | undefined;
}

/** Stores the settings, or takes them back with null; a wallet that is low is filled at once. @throws Refusal `invalid_request`, `not_found`. */
export async function setTopUpSettings(engine: Engine, unit: Unit, change: { customerId: string; input: TopUpInput | null }): Promise<{ settings: TopUpSettings | null; revision: number }> {
  const { customerId, input } = change;
  const { stored, standing: before, facts } = await loadUpToDate(engine, unit, await lockCustomer(unit, customerId));
  const settings =
    input === null
      ? null
      : parseTopUpSettings({
          isEnabled: input.enabled,
          minBalance: input.minBalance,
          upToBalance: input.upToBalance,
          currency: input.currency ?? stored.customer.currency,
          dailyCeiling: input.dailyCeiling,
          changedAt: unit.at,
        });
  const revision = stored.revision + 1;
  await insertSettingChange(unit.transaction, { customerId, revision, madeAt: unit.at, change: { setting: 'top_up', value: settings } });
  const changed = { ...facts, topUp: settings, revision };
  const standing = await topUpIfDue(engine, unit, { facts: changed, standing: { ...before, topUp: settings } });
  await updateStanding(unit.transaction, { customerId, revision, standing, dueAt: nextLookAt({ ...changed, payments: standing.payments }, unit.at) });
  return { settings, revision };
}
