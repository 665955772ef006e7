import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Refusal } from '../../../core/problems.js';
import type { Engine } from '../../../service/engine.js';
import { commandsOf, reservedOf } from '../../answer.js';
import { principalOf, requireRight } from '../../auth.js';
import type { HttpContext } from '../../context.js';
import { billingStateRoutes } from './billing-state.js';
import { allowEveryOrigin } from './cors.js';
import { CUSTOMER_PORTAL_ROUTES } from './customer-portal.js';
import { sendFailure } from './failure.js';
import { INVOICE_ROUTES } from './invoice.js';
import { PRICING_METRIC_ROUTES } from './pricing-metric.js';
import { RATE_CATALOG_ROUTES } from './rate-catalog.js';
import { RATE_CARD_ROUTES } from './rate-card.js';
import { callOf, type Call, type Route } from './route.js';
import { SUBJECT_ROUTES } from './subject.js';
import { SUBSCRIPTION_ROUTES } from './subscription.js';
import { SUBSCRIPTION_TIMELINE_ROUTES } from './subscription-timeline.js';
import { USAGE_EVENT_ROUTES } from './usage-event.js';

const CUSTOMER_ACCESS = '/customer-access';

const ErrorSchema = Type.Object({ detail: Type.Any({ description: 'A sentence; for 422 a list of what is wrong' }) });

/** Everything but the billing state: for secret keys, from a server. */
const MERCHANT_ROUTES: readonly Route[] = [
  ...SUBJECT_ROUTES, ...PRICING_METRIC_ROUTES, ...USAGE_EVENT_ROUTES, ...RATE_CARD_ROUTES, ...SUBSCRIPTION_ROUTES, ...INVOICE_ROUTES, ...CUSTOMER_PORTAL_ROUTES,
  ...RATE_CATALOG_ROUTES, ...SUBSCRIPTION_TIMELINE_ROUTES,
];

/**
 * Lark's API, registered without a prefix: for a merchant's key, and the billing state for a publishable one or the
 * subject's own too. Source: contracts/lark.md, which the README beside this file sums up.
 */
export function larkRoutes({ engine }: HttpContext) {
  return async (app: FastifyInstance): Promise<void> => {
    await app.register((access, _options, done) => {
      access.addHook('onRequest', allowEveryOrigin);
      wear(access, engine);
      access.setNotFoundHandler((request, reply) => sendFailure(new Refusal('not_found', 'Not Found'), request, reply));
      billingStateRoutes(access, engine);
      done();
    }, { prefix: CUSTOMER_ACCESS });
    for (const noun of new Set(MERCHANT_ROUTES.map(({ path }) => nounOf(path)))) {
      await app.register(merchantRoutes(engine, MERCHANT_ROUTES.filter(({ path }) => nounOf(path) === noun)), { prefix: noun });
    }
  };
}

/** `/subjects/:subject_id` lies under `/subjects`. */
function nounOf(path: string): string {
  return `/${path.split('/')[1] ?? ''}`;
}

function merchantRoutes(engine: Engine, routes: readonly Route[]) {
  return (app: FastifyInstance, _options: unknown, done: () => void): void => {
    wear(app, engine);
    app.setNotFoundHandler(answerOther(routes));
    takeEmptyBodies(app);
    for (const route of routes) {
      app.route({
        method: route.method,
        url: route.path.slice(nounOf(route.path).length),
        config: { right: route.right, isForMerchants: true },
        schema: schemaOf(route),
        handler: handlerOf(engine, route),
      });
    }
    done();
  };
}

function schemaOf(route: Route): object {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  return {
    tags: ['lark'],
    summary: route.summary,
    description: 'The key comes in the header `X-API-Key`.',
    ...(names.length === 0 ? {} : { params: Type.Object(Object.fromEntries(names.map((name) => [name, Type.String()]))) }),
    ...(route.query === undefined ? {} : { querystring: route.query }),
    ...(route.body === undefined ? {} : { body: route.body }),
    response: { 200: route.result, ...Object.fromEntries([400, 401, 403, 404, 422, 500, 503].map((status) => [status, ErrorSchema])) },
  };
}

function handlerOf(engine: Engine, { work }: Route): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  const command = commandsOf(engine);
  const reserved = reservedOf(engine);
  const answered = (body: unknown) => ({ status: 200, body });
  return async (request, reply) => {
    const call: Call = callOf(engine, request, reply);
    if ('read' in work) return work.read(call);
    if ('change' in work) {
      const change = await work.change(call);
      return command(request, reply, async (unit) => answered(await change(unit)));
    }
    return reserved(request, reply, async () => answered(await work.act(call)));
  };
}

/** What every address of Lark's has in common: its errors, and its way to send the key. */
function wear(app: FastifyInstance, engine: Engine): void {
  app.setErrorHandler(sendFailure);
  app.addHook('onRequest', authorize(engine));
}

/** Another method of a known address is 405 with those that it takes; what is not known is 404. */
function answerOther(routes: readonly Route[]) {
  const known = routes.map(({ method, path }) => ({ method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`) }));
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const path = request.url.split('?')[0] ?? '';
    const methods = known.filter(({ pattern }) => pattern.test(path)).flatMap(({ method }) => (method === 'GET' ? [method, 'HEAD'] : [method]));
    if (methods.length === 0) return sendFailure(new Refusal('not_found', 'Not Found'), request, reply);
    void reply.header('allow', [...new Set(methods)].sort().join(', '));
    return sendFailure(new Refusal('method_not_allowed', `${path} takes ${methods.join(', ')}.`), request, reply);
  };
}

/** The vendor's Python client sends the content type of JSON without any body: with DELETE, for example. */
function takeEmptyBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined);
    return parse(request, body, done);
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True where secret keys alone are let in, whatever else the right allows. */
    isForMerchants?: boolean;
  }
}

/** The hook of this surface. The vendor's clients send the key as it is, in a header of its own. */
function authorize(engine: Engine) {
  return async (request: FastifyRequest): Promise<void> => {
    const { right, isForMerchants } = request.routeOptions.config;
    if (right === undefined || right === 'open' || request.is404) return;
    const key = request.headers['x-api-key'];
    const principal = await principalOf(engine, typeof key === 'string' ? key : undefined);
    if (isForMerchants === true && principal.kind !== 'secret') throw new Refusal('forbidden', 'This needs a secret key.');
    requireRight(principal, right);
    request.principal = principal;
  };
}
