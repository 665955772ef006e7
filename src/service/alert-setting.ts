import { alertOf, definitionOf, parseAlert, withAlert, type AlertDefinition, type UsageAlert } from '../core/alert.js';
import { alertStates, type AlertState } from '../core/alert-firing.js';
import type { CustomerFacts } from '../core/facts.js';
import type { Instant } from '../core/instant.js';
import { invalidInput } from '../core/problems.js';
import { withSetting, type SettingChange } from '../core/standing.js';
import { servingUsage } from '../core/usage.js';
import { updateStanding } from '../store/customer.js';
import { insertSettingChange } from '../store/setting.js';
import { fireAlerts } from './alert.js';
import { loadUpToDate, nextLookAt } from './booking.js';
import { lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';

/** Adds an alert; one that is due already fires at once. @throws Refusal `already_exists`, `invalid_request`, `not_found`. */
export async function createAlert(engine: Engine, unit: Unit, input: { customerId: string; definition: AlertDefinition }): Promise<AlertState> {
  const id = engine.newId('alr');
  await checkMeter(engine, unit, input.definition.meter);
  const alert = parseAlert({ id, createdAt: unit.at, changedAt: unit.at }, input.definition);
  const facts = await setAlerts(engine, unit, { customerId: input.customerId, decide: (before) => withAlert(before, alert) });
  return stateOf(facts, id, unit.at);
}

/** Changes what the input names. In a window in which it has fired it does not fire again. @throws Refusal `already_exists`, `invalid_request`, `not_found`. */
export async function updateAlert(engine: Engine, unit: Unit, input: { customerId: string; alertId: string; changes: Partial<AlertDefinition> }): Promise<AlertState> {
  const { customerId, alertId, changes } = input;
  if (changes.meter !== undefined) await checkMeter(engine, unit, changes.meter);
  const decide = (before: readonly UsageAlert[]): UsageAlert[] => {
    const alert = alertOf(before, alertId);
    return withAlert(before, parseAlert({ ...alert, changedAt: unit.at }, { ...definitionOf(alert), ...changes }));
  };
  return stateOf(await setAlerts(engine, unit, { customerId, decide }), alertId, unit.at);
}

/** Sets the customer's alert with this reference to the definition, or adds it. @throws Refusal `invalid_request`, `not_found`. */
export async function putAlert(engine: Engine, unit: Unit, input: { customerId: string; definition: AlertDefinition & { readonly reference: string } }): Promise<AlertState> {
  const { customerId, definition } = input;
  await checkMeter(engine, unit, definition.meter);
  const newId = engine.newId('alr');
  const decide = (before: readonly UsageAlert[]): UsageAlert[] => {
    const { id, createdAt } = before.find(({ reference }) => reference === definition.reference) ?? { id: newId, createdAt: unit.at };
    return withAlert(before, parseAlert({ id, createdAt, changedAt: unit.at }, definition));
  };
  const facts = await setAlerts(engine, unit, { customerId, decide });
  return stateOf(facts, facts.alerts.find(({ reference }) => reference === definition.reference)?.id ?? newId, unit.at);
}

/** The alert is not there any more; what it told stays. @throws Refusal `not_found`. */
export async function deleteAlert(engine: Engine, unit: Unit, input: { customerId: string; alertId: string }): Promise<void> {
  const { customerId, alertId } = input;
  await setAlerts(engine, unit, { customerId, decide: (before) => before.filter((alert) => alert !== alertOf(before, alertId)) });
}

/** Stores the alerts that `decide` makes of those there are, tells what is due at once, and gives the facts as they are then. */
async function setAlerts(engine: Engine, unit: Unit, input: { customerId: string; decide: (before: readonly UsageAlert[]) => readonly UsageAlert[] }): Promise<CustomerFacts> {
  const { customerId, decide } = input;
  const { stored, standing: before, facts } = await loadUpToDate(engine, unit, await lockCustomer(unit, customerId));
  const change: SettingChange = { setting: 'alerts', value: decide(before.alerts) };
  const revision = stored.revision + 1;
  await insertSettingChange(unit.transaction, { customerId, revision, madeAt: unit.at, change });
  const set = withSetting(before, change);
  const changed = { ...facts, alerts: set.alerts, firings: set.firings, revision };
  const standing = await fireAlerts(unit, { facts: changed, standing: set });
  const after = { ...changed, firings: standing.firings };
  await updateStanding(unit.transaction, { customerId, revision, standing, dueAt: nextLookAt(after, unit.at) });
  return after;
}

function stateOf(facts: CustomerFacts, id: string, at: Instant): AlertState {
  const state = alertStates(facts, servingUsage(facts, at)).find(({ alert }) => alert.id === id);
  if (state === undefined) throw new Error('the alert was stored');
  return state;
}

async function checkMeter(engine: Engine, unit: Unit, code: string): Promise<void> {
  await engine.catalog.refresh(unit.transaction);
  if (!engine.catalog.meters().some((meter) => meter.code === code)) throw invalidInput([{ pointer: '/meter', detail: `there is no meter "${code}"` }]);
}
