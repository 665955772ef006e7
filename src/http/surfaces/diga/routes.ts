import type { FastifyInstance, FastifyRequest, HTTPMethods } from 'fastify';
import { Refusal, notFound } from '../../../core/problems.js';
import type { Plan } from '../../../core/plan.js';
import { listPlans } from '../../../service/catalog.js';
import type { Engine } from '../../../service/engine.js';
import { putAlert } from '../../../service/alert-setting.js';
import { readState } from '../../../service/state.js';
import { commandsOf, customerOf } from '../../answer.js';
import { bearerKey, principalOf, requireRight } from '../../auth.js';
import type { HttpContext } from '../../context.js';
import { allowOrigins } from './cors.js';
import { sendFailure } from './failure.js';
import { ErrorSchema, SubscriptionSchema, UsageAlertBody, UsageAlertSchema, ValidationErrorSchema, type DigaSubscription, type DigaUsageAlertInput } from './schema.js';
import { findFreePlan, minutesMeter, needsFreePlan } from './project.js';
import { hasUnspeakablePhase, toDigaSubscription } from './subscription.js';
import { fromDigaUsageAlert, toDigaUsageAlert } from './usage-alert.js';

const BILLING = '/v1/billing';
const NOTIFICATION = '/v1/notification';
/** The vendor's file writes the first of each, its own front end the other; neither is a redirect (section 3). */
const SUBSCRIPTION = ['/subscription/', '/subscription'];
const USAGE_ALERT = ['/usage_alert', '/usage_alert/'];

const ERRORS = { 401: ErrorSchema, 403: ErrorSchema, 500: ErrorSchema, 503: ErrorSchema };

/** How the addresses of one prefix answer. */
interface Part {
  readonly prefix: string;
  /** Methods that pages of other origins may use. */
  readonly methods: string;
  readonly routes: (app: FastifyInstance) => void;
}

/**
 * Diga's billing API, for the project whose key asks; registered without a prefix. `corsOrigins`: the origins whose
 * pages may read the answers. Source: contracts/diga.md, which the README beside this file sums up.
 */
export function digaRoutes({ engine }: HttpContext, options: { corsOrigins: readonly string[] }) {
  const parts: Part[] = [
    { prefix: BILLING, methods: 'GET', routes: (app) => SUBSCRIPTION.forEach((url) => subscriptionRoutes(app, engine, url)) },
    { prefix: NOTIFICATION, methods: 'GET, POST', routes: (app) => USAGE_ALERT.forEach((url) => usageAlertRoutes(app, engine, url)) },
  ];
  return async (app: FastifyInstance): Promise<void> => {
    for (const { prefix, methods, routes } of parts) {
      await app.register((scope, _options, done) => {
        scope.setErrorHandler(sendFailure);
        scope.setNotFoundHandler((request, reply) => sendFailure(absence(request), request, reply));
        scope.addHook('onRequest', allowOrigins(options.corsOrigins, methods));
        scope.addHook('onRequest', authorize(engine));
        routes(scope);
        done();
      }, { prefix });
    }
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
        response: { 200: SubscriptionSchema, ...ERRORS, 404: ErrorSchema },
      },
    },
    (request) => readSubscription(engine, request),
  );
  otherMethods(app, url, { refused: ['POST', 'PUT', 'PATCH', 'DELETE'], allow: 'GET, HEAD, OPTIONS', sentence: 'The subscription can only be read.' });
}

function usageAlertRoutes(app: FastifyInstance, engine: Engine, url: string): void {
  const command = commandsOf(engine);
  const hide = url !== USAGE_ALERT[0];
  app.get(url, { config: { right: 'notifications.view' }, schema: { tags: ['diga'], summary: "The project's usage alert", hide, response: { 200: UsageAlertSchema, ...ERRORS } } }, async (request) => {
    const { customer, alerts } = await readState(engine, customerOf(request));
    return toDigaUsageAlert(customer, alerts.map(({ alert }) => alert));
  });
  app.post<{ Body: DigaUsageAlertInput }>(
    url,
    {
      config: { right: 'notifications.update' },
      schema: { tags: ['diga'], summary: "Set the project's usage alert", hide, body: UsageAlertBody, response: { 200: UsageAlertSchema, 400: ErrorSchema, ...ERRORS, 404: ErrorSchema, 422: ValidationErrorSchema } },
    },
    async (request, reply) => {
      const state = await readState(engine, customerOf(request));
      const { customer } = state;
      const meter = minutesMeter(state, await currentFreePlan(engine));
      if (meter === undefined) throw new Refusal('not_found', 'No plan of this project counts minutes.');
      return command(request, reply, async (unit) => {
        const { alert } = await putAlert(engine, unit, { customerId: customer.id, definition: fromDigaUsageAlert(request.body, meter) });
        return { status: 200, body: toDigaUsageAlert(customer, [alert]) };
      });
    },
  );
  otherMethods(app, url, { refused: ['PUT', 'PATCH', 'DELETE'], allow: 'GET, HEAD, POST, OPTIONS', sentence: 'The usage alert can be read and set.' });
}

/** A preflight, which brings no key, as its answer is in the headers; and the methods that the address does not take. */
function otherMethods(app: FastifyInstance, url: string, other: { refused: HTTPMethods[]; allow: string; sentence: string }): void {
  app.options(url, { config: { right: 'open' }, schema: { hide: true } }, (_request, reply) => reply.status(204).send());
  app.route({
    method: other.refused,
    url,
    config: { right: 'open' },
    schema: { hide: true },
    onRequest: async (_request, reply) => {
      void reply.header('allow', other.allow);
      throw new Refusal('method_not_allowed', other.sentence);
    },
    handler: () => undefined,
  });
}

async function readSubscription(engine: Engine, request: FastifyRequest): Promise<DigaSubscription> {
  const customerId = customerOf(request);
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
