import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { Type } from 'typebox';
import type { Engine } from '../../../service/engine.js';
import { listUnpaid } from '../../../service/unpaid.js';
import { isInScope, principalOf } from '../../auth.js';
import type { HttpContext } from '../../context.js';
import { takeJsonText } from './body.js';
import { docspaceKey } from './credentials.js';
import { sendFailure, toEnvelope } from './envelope.js';
import { deniedFault } from './fault.js';
import { trimFields } from './fields.js';
import { PLAN_ROUTES } from './plan-routes.js';
import { PORTAL_ROUTES } from './portal-routes.js';
import { queryText } from './query.js';
import { requestCounter, type CountRequest } from './rate-limit.js';
import { REPORT_ROUTES } from './report-routes.js';
import { FileAnswer } from './report-file.js';
import { isAmong, narrowingScopes, rolesOf } from './role.js';
import { callOf, type Call, type Route } from './route.js';
import { TARIFF_STATES, standingOf } from './tariff.js';
import { toSettingsAlias, type TopUpSettingsView } from './top-up.js';
import { WALLET_ROUTES } from './wallet-routes.js';

const PORTAL = '/portal';
const ROUTES: readonly Route[] = [...PLAN_ROUTES, ...WALLET_ROUTES, ...REPORT_ROUTES, ...PORTAL_ROUTES];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

/**
 * ONLYOFFICE DocSpace's payment API with its neighbours, for the portal whose key asks; registered under `/api/2.0`.
 * Source: contracts/docspace.md, which the README beside this file sums up.
 */
export function docspaceRoutes({ engine }: HttpContext) {
  return async (app: FastifyInstance): Promise<void> => {
    app.setErrorHandler(sendFailure);
    // The vendor answers what it does not know without a body.
    app.setNotFoundHandler((_request, reply) => reply.status(404).send());
    // The schemas tell readers of the OpenAPI file; what may be asked is the vendor's to say (query.ts, body.ts).
    app.setValidatorCompiler(() => () => true);
    takeJsonText(app);
    app.addHook('onRequest', async (_request, reply) => {
      void reply.header('api-supported-versions', '2.0');
    });
    const count = await requestCounter(app);
    for (const path of new Set(ROUTES.map((route) => route.path))) {
      const routes = ROUTES.filter((route) => route.path === path);
      for (const url of [`${PORTAL}${path}`, `${PORTAL}${path}/`]) {
        for (const route of routes) app.route(registered(route, { engine, count, url }));
        app.route(otherMethods(routes, url));
      }
    }
  };
}

function registered(route: Route, { engine, count, url }: { engine: Engine; count: CountRequest; url: string }): RouteOptions {
  const description = route.needsBilling === true ? 'Needs billing to be set up, which it always is here.' : undefined;
  return {
    method: route.method,
    url,
    config: { right: route.right },
    schema: {
      tags: ['docspace'],
      summary: route.summary,
      ...(description === undefined ? {} : { description }),
      ...(route.query === undefined ? {} : { querystring: Type.Object(route.query) }),
      ...(route.body === undefined ? {} : { body: route.body }),
      hide: url.endsWith('/'),
    },
    onRequest: async (request, reply) => {
      await authorize(engine, request, route);
      await count(request, reply, route.limit);
    },
    handler: async (request, reply) => {
      const call = callOf(engine, request);
      if (route.needsPaid === true && (await isUnpaid(call))) return reply.status(402).send();
      const payload = await route.answer(call);
      if (payload instanceof FileAnswer) return reply.header('content-disposition', `attachment; filename="${payload.name}"`).type(payload.type).send(payload.bytes);
      const envelope = toEnvelope(request, trimFields(payload, queryText(request, 'fields')));
      return route.hasSettings === true ? { ...envelope, settings: toSettingsAlias(payload as TopUpSettingsView) } : envelope;
    },
  };
}

/** A known address asked with another method: 405 without a body, before the key is looked at or the body read. */
function otherMethods(routes: readonly Route[], url: string): RouteOptions {
  const taken = METHODS.filter((method) => routes.some((route) => route.method === method || (route.method === 'GET' && method === 'HEAD')));
  return {
    method: METHODS.filter((method) => !taken.includes(method)),
    url,
    config: { right: 'open' },
    schema: { hide: true },
    exposeHeadRoute: false,
    onRequest: async (_request: FastifyRequest, reply: FastifyReply) => reply.status(405).header('allow', taken.join(', ')).send(),
    handler: () => undefined,
  };
}

/**
 * Who asks, and may they: a customer's key is the portal, and any other key has none. What the key's user is decides
 * with what the key is narrowed to (section 4): `*:read` for reads, `*:write` for all, or the route's own scope.
 */
async function authorize(engine: Engine, request: FastifyRequest, route: Route): Promise<void> {
  const principal = await principalOf(engine, docspaceKey(request));
  if (principal.customerId === null) throw deniedFault();
  if (!isInScope(narrowingScopes(principal.scopes), { right: route.right, isRead: route.method === 'GET' })) throw deniedFault();
  if (!isAmong(rolesOf(principal.scopes), route.who)) throw deniedFault();
  request.principal = principal;
  request.customerId = principal.customerId;
}

/** Whether the portal has not paid; the vendor's own servers say by a header that they do not mind. */
async function isUnpaid(call: Call): Promise<boolean> {
  if (String(call.request.headers['payment-info']).toLowerCase() === 'false') return false;
  const [state, unpaid] = await Promise.all([call.state(), listUnpaid(call.engine, call.customerId)]);
  return standingOf(state, unpaid).state === TARIFF_STATES.notPaid;
}
