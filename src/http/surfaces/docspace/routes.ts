import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { Type, type TSchema } from 'typebox';
import type { Plan } from '../../../core/plan.js';
import { Refusal } from '../../../core/problems.js';
import type { BillingState } from '../../../core/state.js';
import { listPlans } from '../../../service/catalog.js';
import type { Engine } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { principalOf, requireRight, type Right } from '../../auth.js';
import type { HttpContext } from '../../context.js';
import { toBalance } from './balance.js';
import { toCatalogue } from './catalogue.js';
import { docspaceKey } from './credentials.js';
import { toCurrencies } from './currencies.js';
import { toCustomerInfo } from './customer-info.js';
import { sendFailure, toEnvelope } from './envelope.js';
import { trimFields } from './fields.js';
import { queryCountry, queryFlag, queryText } from './query.js';
import { toCurrentQuota } from './quota.js';
import { toSettingsAlias, toTopUpSettings } from './top-up.js';

/** A read of the vendor's payment API: who may, what is asked, and the view that answers. */
interface Read {
  readonly path: string;
  readonly right: Right;
  readonly summary: string;
  readonly query: Readonly<Record<string, TSchema>>;
  /** Checks the query's parameters before anything is read. @throws Refusal `invalid_request`. */
  readonly view: (request: FastifyRequest) => (state: BillingState, plans: () => Promise<Plan[]>) => unknown;
  /** What stands beside `response` as `settings`. */
  readonly settings?: (state: BillingState) => unknown;
}

const Refresh = Type.Optional(Type.Boolean({ description: 'Read afresh. Every read is fresh here: nothing is cached, so both values answer the same.' }));

const PAYMENT = '/portal/payment';

const READS: readonly Read[] = [
  {
    path: `${PAYMENT}/customerinfo`,
    right: 'state:read',
    summary: 'The portal as a payer',
    query: { refresh: Refresh },
    view: fresh(toCustomerInfo),
  },
  {
    path: `${PAYMENT}/customer/balance`,
    right: 'wallet:read',
    summary: 'What the portal has prepaid, per currency',
    query: { refresh: Refresh },
    view: fresh(toBalance),
  },
  {
    path: `${PAYMENT}/quota`,
    right: 'state:read',
    summary: 'The current plan with what it gives and what is used of it',
    query: { refresh: Refresh },
    view: fresh(toCurrentQuota),
  },
  {
    path: `${PAYMENT}/quotas`,
    right: 'catalog:read',
    summary: 'The plans on offer, or the add-ons paid from the wallet',
    query: { wallet: Type.Optional(Type.Boolean({ description: 'True: the add-ons paid from the wallet' })) },
    view: (request) => {
      const isWallet = queryFlag(request, 'wallet');
      return async (state, plans) => toCatalogue(state, await plans(), { isWallet });
    },
  },
  {
    path: `${PAYMENT}/topupsettings`,
    right: 'wallet:read',
    summary: 'When the wallet fills itself',
    query: {},
    view: () => toTopUpSettings,
    settings: (state) => toSettingsAlias(toTopUpSettings(state)),
  },
  {
    path: `${PAYMENT}/currencies`,
    right: 'catalog:read',
    summary: 'The regions and currencies that plans are sold for',
    query: { country: Type.Optional(Type.String({ description: 'Two letters, in place of the portal\'s own country' })) },
    view: (request) => {
      const country = queryCountry(request, 'country');
      return async (state, plans) => toCurrencies(state, await plans(), country);
    },
  },
];

/**
 * The reads of ONLYOFFICE DocSpace's payment API, for the portal whose key asks; registered under `/api/2.0`.
 * Source: contracts/docspace.md, which the README beside this file sums up.
 */
export function docspaceRoutes({ engine }: HttpContext) {
  return (app: FastifyInstance, _options: unknown, done: () => void): void => {
    app.setErrorHandler(sendFailure);
    // The vendor answers what it does not know without a body.
    app.setNotFoundHandler((_request, reply) => reply.status(404).send());
    // The schemas tell readers of the OpenAPI file; what a parameter may be is the vendor's to say (query.ts).
    app.setValidatorCompiler(() => () => true);
    app.addHook('onRequest', async (_request, reply) => {
      void reply.header('api-supported-versions', '2.0');
    });
    app.addHook('onRequest', authorize(engine));
    for (const read of READS) {
      for (const url of [read.path, `${read.path}/`]) {
        app.route(readRoute(engine, read, url));
        app.route(otherMethods(url));
      }
    }
    done();
  };
}

function readRoute(engine: Engine, read: Read, url: string): RouteOptions {
  return {
    method: 'GET',
    url,
    config: { right: read.right },
    schema: { tags: ['docspace'], summary: read.summary, querystring: Type.Object(read.query), hide: url.endsWith('/') },
    handler: async (request) => {
      const view = read.view(request);
      const state = await readState(engine, portalOf(request));
      const plans = async (): Promise<Plan[]> => (await listPlans(engine)).map((sold) => sold.plan);
      const payload = await view(state, plans);
      const envelope = toEnvelope(request, trimFields(payload, queryText(request, 'fields')));
      return read.settings === undefined ? envelope : { ...envelope, settings: read.settings(state) };
    },
  };
}

/** A known address asked with another method: 405 without a body, before the key is looked at or the body read. */
function otherMethods(url: string): RouteOptions {
  return {
    method: ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url,
    config: { right: 'open' },
    schema: { hide: true },
    onRequest: async (_request, reply) => reply.status(405).header('allow', 'GET, HEAD').send(),
    handler: () => undefined,
  };
}

/** The hook of this surface: a customer's key is the portal, and any other key has none. */
function authorize(engine: Engine) {
  return async (request: FastifyRequest): Promise<void> => {
    const { right } = request.routeOptions.config;
    if (right === 'open' || request.is404) return;
    const principal = await principalOf(engine, docspaceKey(request));
    if (principal.customerId === null) throw new Refusal('forbidden', 'This key is not the key of a portal.');
    // A route that names no right is closed to every portal.
    requireRight(principal, right ?? 'keys:write');
    request.principal = principal;
    request.customerId = principal.customerId;
  };
}

function portalOf(request: FastifyRequest): string {
  if (request.customerId === null) throw new Error('the request has no portal');
  return request.customerId;
}

/** A view with the parameter `refresh`, which is checked and changes nothing: there is no cache. */
function fresh(view: (state: BillingState) => unknown): Read['view'] {
  return (request) => {
    queryFlag(request, 'refresh');
    return view;
  };
}
