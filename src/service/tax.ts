import { Refusal } from '../core/problems.js';
import { withSetting, type SettingChange } from '../core/standing.js';
import type { TaxSetting } from '../core/tax.js';
import { selectCustomer, updateStanding } from '../store/customer.js';
import { insertSettingChange } from '../store/setting.js';
import { fromStandingText } from '../store/standing.js';
import { loadUpToDate } from './booking.js';
import { lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';

/** How the customer's invoices are taxed from now on, what is due already aside; null takes the setting back. @throws Refusal `not_found`. */
export async function setTax(engine: Engine, unit: Unit, { customerId, tax }: { customerId: string; tax: TaxSetting | null }): Promise<number> {
  const { stored, standing } = await loadUpToDate(engine, unit, await lockCustomer(unit, customerId));
  const revision = stored.revision + 1;
  const change: SettingChange = { setting: 'tax', value: tax };
  await insertSettingChange(unit.transaction, { customerId, revision, madeAt: unit.at, change });
  await updateStanding(unit.transaction, { customerId, revision, standing: withSetting(standing, change) });
  return revision;
}

/** How the customer's invoices are taxed; null when nothing is set. @throws Refusal `not_found`. */
export async function readTax(engine: Engine, customerId: string): Promise<TaxSetting | null> {
  const stored = await selectCustomer(engine.database, customerId);
  if (stored === undefined) throw new Refusal('not_found', 'There is no such customer.');
  return fromStandingText(stored.standingText).tax;
}
