import { factsOfStanding } from '../core/history.js';
import type { PaymentMethod } from '../core/payment-method.js';
import { withSetting, type SettingChange } from '../core/standing.js';
import { updateStanding } from '../store/customer.js';
import { insertSettingChange } from '../store/setting.js';
import { performCommand } from './command.js';
import { findCustomerId, lockCustomer } from './customer.js';
import { inUnit, type Engine, type Unit } from './engine.js';
import { loadCustomer } from './facts.js';
import { trialsAwaiting } from './subscription.js';
import { topUpIfDue } from './top-up.js';

/** Keeps a card for later charges. @throws Refusal `invalid_request`, `not_found`. */
export async function setPaymentMethod(engine: Engine, name: string, token: string): Promise<{ method: PaymentMethod; revision: number }> {
  const customerId = await findCustomerId(engine, name);
  const method = await engine.provider.attachPaymentMethod({ customerId, token });
  const revision = await inUnit(engine, (unit) => savePaymentMethod(engine, unit, { customerId, method }));
  return { method, revision };
}

/** Forgets the customer's card. */
export async function removePaymentMethod(engine: Engine, name: string): Promise<void> {
  const customerId = await findCustomerId(engine, name);
  await inUnit(engine, (unit) => savePaymentMethod(engine, unit, { customerId, method: null }));
}

/** The card is a fact; a trial that waited for one goes on, and one that loses it ends with itself. */
async function savePaymentMethod(engine: Engine, unit: Unit, change: { customerId: string; method: PaymentMethod | null }): Promise<number> {
  const { customerId, method } = change;
  const stored = await lockCustomer(unit, customerId);
  const revision = stored.revision + 1;
  const setting: SettingChange = { setting: 'payment_method', value: method };
  await insertSettingChange(unit.transaction, { customerId, revision, madeAt: unit.at, change: setting });
  const { standing: before, facts } = await loadCustomer(engine, unit.transaction, stored);
  const changed = withSetting(before, setting);
  const standing = await topUpIfDue(engine, unit, { facts: { ...facts, ...factsOfStanding(changed), revision }, standing: changed });
  await updateStanding(unit.transaction, { customerId, revision, standing });
  const { revision: last } = await performCommand(engine, unit, { customerId, decide: trialsAwaiting(method) });
  return last;
}
