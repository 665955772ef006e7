import { withSetting, type ServiceSettings, type SettingChange } from '../core/standing.js';
import { updateStanding } from '../store/customer.js';
import { insertSettingChange } from '../store/setting.js';
import { fromStandingText } from '../store/standing.js';
import { lockCustomer } from './customer.js';
import type { Unit } from './engine.js';

/** Which services are switched on from now on; `decide` gets those that were, null when nothing was ever said. @throws Refusal `not_found`. */
export async function setServices(unit: Unit, customerId: string, decide: (before: ServiceSettings | null) => Omit<ServiceSettings, 'changedAt'>): Promise<ServiceSettings> {
  const stored = await lockCustomer(unit, customerId);
  const standing = fromStandingText(stored.standingText);
  const { enabled, allowed } = decide(standing.services);
  const value: ServiceSettings = { enabled: [...new Set(enabled)].sort(), allowed, changedAt: unit.at };
  const revision = stored.revision + 1;
  const change: SettingChange = { setting: 'services', value };
  await insertSettingChange(unit.transaction, { customerId, revision, madeAt: unit.at, change });
  await updateStanding(unit.transaction, { customerId, revision, standing: withSetting(standing, change) });
  return value;
}
