import type { CustomerFacts } from '../core/facts.js';
import type { Standing } from '../core/standing.js';
import { decideTopUp } from '../core/top-up.js';
import { parseTopUpSettings, type TopUpSettings } from '../core/top-up-settings.js';
import { updateStanding } from '../store/customer.js';
import type { Payment } from '../store/payment.js';
import { insertSettingChange } from '../store/setting.js';
import { lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';
import { loadCustomer } from './facts.js';
import { requestPayment } from './payment-request.js';

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
  const stored = await lockCustomer(unit, customerId);
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
  const { standing: before, facts } = await loadCustomer(engine, unit.transaction, stored);
  const standing = await topUpIfDue(engine, unit, { facts: { ...facts, topUp: settings, revision }, standing: { ...before, topUp: settings } });
  await updateStanding(unit.transaction, { customerId, revision, standing });
  return { settings, revision };
}

/**
 * Opens the automatic top-up that the change under way makes due, if it does; the provider is asked once it is
 * committed. `facts` are those after the change. Gives the standing with it.
 */
export async function topUpIfDue(engine: Engine, unit: Unit, given: { facts: CustomerFacts; standing: Standing }): Promise<Standing> {
  const { facts, standing } = given;
  const decision = decideTopUp(facts, unit.at);
  if (decision === null || 'halted' in decision || facts.paymentMethod === null) return standing;
  const payment: Payment = {
    id: engine.newId('pay'),
    customerId: facts.customer.id,
    revision: facts.revision,
    purpose: 'top_up',
    description: 'Automatic top-up',
    money: decision.charge,
    paymentMethodId: facts.paymentMethod.id,
    requestedAt: unit.at,
    about: null,
    participant: null,
  };
  const after = await requestPayment(unit, standing, payment);
  unit.afterCommit(() => engine.charges.start(payment));
  return after;
}
