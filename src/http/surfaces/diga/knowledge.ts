import type { Plan } from '../../../core/plan.js';
import type { BillingState } from '../../../core/state.js';
import { DIGA_FEATURES, limitOf, usedOf } from './feature.js';
import { projectOf } from './project.js';
import type { DigaKnowledgeUsage } from './schema.js';

/** What the project stores (contracts/diga.md section 1), by the features that its subscription tells it by. */
export function toDigaKnowledgeUsage(state: BillingState, freePlan: Plan | undefined): DigaKnowledgeUsage {
  const entitled = projectOf(state, freePlan)?.state ?? state;
  return {
    used_bytes: usedOf(entitled, DIGA_FEATURES.knowledgeStorage) ?? 0,
    limit_bytes: limitOf(entitled, DIGA_FEATURES.knowledgeStorage),
    item_count: usedOf(entitled, DIGA_FEATURES.knowledgeItems) ?? 0,
  };
}
