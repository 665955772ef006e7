import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../../../core/problems.js';
import type { Engine } from '../../../service/engine.js';
import { bearerKey, principalOf, requireRight } from '../../auth.js';
import type { HttpContext } from '../../context.js';
import { billingRoutes } from './billing-routes.js';
import { allowOrigins } from './cors.js';
import { sendFailure } from './failure.js';
import { knowledgeRoutes } from './knowledge-routes.js';
import { notificationRoutes } from './notification-routes.js';

/** The prefixes of the vendor's addresses, each with what stands under it. */
const PARTS = [
  { prefix: '/v1/billing', routes: billingRoutes },
  { prefix: '/v1/notification', routes: notificationRoutes },
  { prefix: '/v1/knowledge', routes: knowledgeRoutes },
] as const;

/**
 * Diga's billing API, for the project whose key asks; registered without a prefix. `corsOrigins`: the origins whose
 * pages may read the answers. Source: contracts/diga.md, which the README beside this file sums up.
 */
export function digaRoutes({ engine }: HttpContext, options: { corsOrigins: readonly string[] }) {
  return async (app: FastifyInstance): Promise<void> => {
    for (const { prefix, routes } of PARTS) {
      await app.register((scope, _options, done) => {
        scope.setErrorHandler(sendFailure);
        scope.setNotFoundHandler((request, reply) => sendFailure(absence(request), request, reply));
        scope.addHook('onRequest', allowOrigins(options.corsOrigins));
        scope.addHook('onRequest', authorize(engine));
        routes(scope, engine);
        done();
      }, { prefix });
    }
  };
}

/** The hook of this surface: a customer's key is the project; any other key has none. */
function authorize(engine: Engine) {
  return async (request: FastifyRequest): Promise<void> => {
    const { right } = request.routeOptions.config;
    if (right === undefined || right === 'open' || request.is404) return;
    const principal = await principalOf(engine, bearerKey(request));
    if (principal.customerId === null) throw new Refusal('forbidden', 'This key is not the key of a project.');
    requireRight(principal, right);
    request.principal = principal;
    request.customerId = principal.customerId;
  };
}

function absence(request: FastifyRequest): Refusal {
  return new Refusal('not_found', `There is no ${request.method} ${request.url.split('?')[0] ?? ''}.`);
}
