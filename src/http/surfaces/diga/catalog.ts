import type { Plan } from '../../../core/plan.js';
import { listPlans } from '../../../service/catalog.js';
import type { Engine } from '../../../service/engine.js';
import { findFreePlan } from './project.js';

/** The plan that every project falls back to, as it is sold now; undefined when no plan is marked so. */
export async function currentFreePlan(engine: Engine): Promise<Plan | undefined> {
  return findFreePlan((await listPlans(engine)).map((sold) => sold.plan));
}
