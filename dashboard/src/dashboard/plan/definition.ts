import type { Plan, PlanInput } from '@paidup/sdk';

/** A plan without what the engine gave it: what it would be defined with anew. */
export function definitionOf({ id: _id, code: _code, version: _version, version_id: _versionId, archived: _archived, ...definition }: Plan): PlanInput {
  return definition;
}
