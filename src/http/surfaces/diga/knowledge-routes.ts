import type { FastifyInstance } from 'fastify';
import type { Engine } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { customerOf } from '../../answer.js';
import { ERRORS, atAddress } from './route.js';
import { currentFreePlan } from './catalog.js';
import { toDigaKnowledgeUsage } from './knowledge.js';
import { needsFreePlan } from './project.js';
import { KnowledgeUsageSchema } from './schema.js';

/** What stands under /v1/knowledge (contracts/diga.md section 1): what is stored, and nothing else of it. */
export function knowledgeRoutes(app: FastifyInstance, engine: Engine): void {
  atAddress(app, { url: '/usage', taken: ['GET'], sentence: 'What is stored can only be read.' }, ({ url, hide }) =>
    app.get(url, { config: { right: 'billing.view' }, schema: { tags: ['diga'], summary: 'What the project stores', hide, response: { 200: KnowledgeUsageSchema, ...ERRORS } } }, async (request) => {
      const state = await readState(engine, customerOf(request));
      return toDigaKnowledgeUsage(state, needsFreePlan(state) ? await currentFreePlan(engine) : undefined);
    }),
  );
}
