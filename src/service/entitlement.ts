import { parseOverride, withOverride, withoutOverride, type Override, type OverrideInput } from '../core/override.js';
import { invalidInput, notFound } from '../core/problems.js';
import { withSetting, type SettingChange } from '../core/standing.js';
import { updateStanding } from '../store/customer.js';
import { insertSettingChange } from '../store/setting.js';
import { loadUpToDate, nextLookAt } from './booking.js';
import { lockCustomer } from './customer.js';
import type { Engine, Unit } from './engine.js';

/** Grants or denies the customer a feature beside its plans, in the place of an override of it that there may be. @throws Refusal `invalid_request`, `not_found`. */
export async function setOverride(engine: Engine, unit: Unit, input: OverrideInput & { readonly customerId: string; readonly feature: string }): Promise<{ override: Override; revision: number }> {
  await engine.catalog.refresh(unit.transaction);
  const feature = engine.catalog.feature(input.feature);
  if (feature === undefined) throw notFound('feature', input.feature);
  const override = parseOverride(feature, input, unit.at);
  const revision = await changeOverrides(engine, unit, { customerId: input.customerId, change: (before) => withOverride(before, override) });
  return { override, revision };
}

/** What the plans say holds again. @throws Refusal `not_found`. */
export async function removeOverride(engine: Engine, unit: Unit, input: { customerId: string; feature: string }): Promise<void> {
  await changeOverrides(engine, unit, {
    customerId: input.customerId,
    change: (before) => {
      const after = withoutOverride(before, input.feature);
      if (after.length === before.length) throw notFound('override of the feature', input.feature);
      return after;
    },
  });
}

async function changeOverrides(engine: Engine, unit: Unit, input: { customerId: string; change: (before: readonly Override[]) => readonly Override[] }): Promise<number> {
  const { customerId } = input;
  const { stored, standing: before, facts } = await loadUpToDate(engine, unit, await lockCustomer(unit, customerId));
  // What has expired is history: the facts keep it.
  const inForce = before.overrides.filter(({ expiresAt }) => expiresAt === null || expiresAt > unit.at);
  const value = input.change(inForce);
  if (value.length > MAX_OVERRIDES) throw invalidInput([{ pointer: '/feature', detail: `a customer has at most ${MAX_OVERRIDES} overrides` }]);
  const revision = stored.revision + 1;
  const change: SettingChange = { setting: 'overrides', value };
  await insertSettingChange(unit.transaction, { customerId, revision, madeAt: unit.at, change });
  await updateStanding(unit.transaction, { customerId, revision, standing: withSetting(before, change), dueAt: nextLookAt({ ...facts, overrides: value, revision }, unit.at) });
  return revision;
}

/** They are kept with the customer's row, which every read looks at. */
const MAX_OVERRIDES = 200;
