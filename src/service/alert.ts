import { decideAlerts } from '../core/alert-firing.js';
import { withFiring } from '../core/alert.js';
import type { CustomerFacts } from '../core/facts.js';
import type { Standing } from '../core/standing.js';
import { insertAlertFirings, selectNewestFirings, type StoredFiring } from '../store/alert.js';
import { findCustomerId } from './customer.js';
import type { Engine, Unit } from './engine.js';

export type { StoredFiring } from '../store/alert.js';

/** Writes down the alerts that the change under way makes due. `facts` are those after the change. Gives the standing with them. */
export async function fireAlerts(unit: Unit, given: { facts: CustomerFacts; standing: Standing }): Promise<Standing> {
  const { facts, standing } = given;
  const firings = decideAlerts(facts, unit.at);
  if (firings.length === 0) return standing;
  await insertAlertFirings(unit.transaction, { customerId: facts.customer.id, revision: facts.revision, firings });
  return { ...standing, firings: firings.reduce(withFiring, standing.firings) };
}

/** A customer's firings, newest first, below the one that `before` names. @throws Refusal `not_found`. */
export async function listAlertFirings(
  engine: Engine,
  name: string,
  input: { alertId: string | undefined; before: Pick<StoredFiring, 'revision' | 'position'> | undefined; limit: number },
): Promise<StoredFiring[]> {
  const customerId = await findCustomerId(engine, name);
  return selectNewestFirings(engine.database, { customerId, alertId: input.alertId ?? null, before: input.before, limit: input.limit });
}
