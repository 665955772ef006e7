import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal, notFound } from '../../../core/problems.js';
import type { Plan } from '../../../core/plan.js';
import { listPlans } from '../../../service/catalog.js';
import type { Engine } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { bearerKey, principalOf, requireRight } from '../../auth.js';
import type { HttpContext } from '../../context.js';
import { allowOrigins } from './cors.js';
import { sendFailure } from './failure.js';
import { ErrorSchema, SubscriptionSchema, type DigaSubscription } from './schema.js';
import { findFreePlan, hasUnspeakablePhase, needsFreePlan, toDigaSubscription } from './subscription.js';

const BILLING = '/v1/billing';
/** The vendor's file writes the first, its own front end the second; neither is a redirect to the other (section 3). */
const SUBSCRIPTION = ['/subscription/', '/subscription'];

/**
 * Diga's billing API, for the project whose key asks; registered without a prefix. `corsOrigins`: the origins whose
 * pages may read the answers. Source: contracts/diga.md, which the README beside this file sums up.
 */
export function digaRoutes({ engine }: HttpContext, options: { corsOrigins: readonly string[] }) {
  return async (app: FastifyInstance): Promise<void> => {
    await app.register((billing, _options, done) => {
      billing.setErrorHandler(sendFailure);
      billing.setNotFoundHandler((request, reply) => sendFailure(absence(request), request, reply));
      billing.addHook('onRequest', allowOrigins(options.corsOrigins));
      billing.addHook('onRequest', authorize(engine));
      for (const url of SUBSCRIPTION) subscriptionRoutes(billing, engine, url);
      done();
    }, { prefix: BILLING });
  };
}

function subscriptionRoutes(app: FastifyInstance, engine: Engine, url: string): void {
  app.get(
    url,
    {
      config: { right: 'billing.view' },
      schema: {
        tags: ['diga'],
        summary: "The project's subscription",
        hide: url !== SUBSCRIPTION[0],
        response: { 200: SubscriptionSchema, 401: ErrorSchema, 403: ErrorSchema, 404: ErrorSchema, 500: ErrorSchema, 503: ErrorSchema },
      },
    },
    (request) => readSubscription(engine, request),
  );
  // A preflight brings no key; its answer is in the headers.
  app.options(url, { config: { right: 'open' }, schema: { hide: true } }, (_request, reply) => reply.status(204).send());
  app.route({
    method: ['POST', 'PUT', 'PATCH', 'DELETE'],
    url,
    config: { right: 'open' },
    schema: { hide: true },
    onRequest: async (_request, reply) => {
      void reply.header('allow', 'GET, HEAD, OPTIONS');
      throw new Refusal('method_not_allowed', 'The subscription can only be read.');
    },
    handler: () => undefined,
  });
}

async function readSubscription(engine: Engine, request: FastifyRequest): Promise<DigaSubscription> {
  const { customerId } = request;
  if (customerId === null) throw new Error('the request has no project');
  const state = await readState(engine, customerId);
  const freePlan = needsFreePlan(state) ? await currentFreePlan(engine) : undefined;
  const subscription = toDigaSubscription(state, freePlan);
  if (subscription === undefined) throw notFound('subscription of this project', customerId);
  if (hasUnspeakablePhase(state)) request.log.warn({ customer: customerId }, 'the next phase is neither monthly nor yearly, so Diga clients are told of none');
  return subscription;
}

async function currentFreePlan(engine: Engine): Promise<Plan | undefined> {
  return findFreePlan((await listPlans(engine)).map((sold) => sold.plan));
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
