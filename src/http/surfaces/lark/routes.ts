import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Refusal } from '../../../core/problems.js';
import type { BillingState } from '../../../core/state.js';
import { findCustomerIds } from '../../../service/customer.js';
import type { Engine } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { principalOf, requireRight } from '../../auth.js';
import type { HttpContext } from '../../context.js';
import { BillingStateSchema, toLarkBillingState } from './billing-state.js';
import { allowEveryOrigin } from './cors.js';
import { sendFailure } from './failure.js';
import { fromSubjectId } from './id.js';

const CUSTOMER_ACCESS = '/customer-access';
const BILLING_STATE = '/:subject_id/billing-state';

const SubjectPath = Type.Object({ subject_id: Type.String({ description: 'Id of the subject, or your own external id' }) });
const ErrorSchema = Type.Object({ detail: Type.String() });

/**
 * Lark's billing state, for a merchant's key, a publishable one, or the subject's own; registered without a prefix.
 * Source: contracts/lark.md, which the README beside this file sums up.
 */
export function larkRoutes({ engine }: HttpContext) {
  return async (app: FastifyInstance): Promise<void> => {
    await app.register((access, _options, done) => {
      access.setErrorHandler(sendFailure);
      access.setNotFoundHandler((request, reply) => sendFailure(new Refusal('not_found', 'Not Found'), request, reply));
      access.addHook('onRequest', allowEveryOrigin);
      access.addHook('onRequest', authorize(engine));
      billingStateRoutes(access, engine);
      done();
    }, { prefix: CUSTOMER_ACCESS });
  };
}

function billingStateRoutes(app: FastifyInstance, engine: Engine): void {
  app.get<{ Params: { subject_id: string } }>(
    BILLING_STATE,
    {
      config: { right: 'billing-state:read' },
      schema: {
        tags: ['lark'],
        summary: "The subject's billing state",
        description: 'The key comes in the header `X-API-Key`.',
        params: SubjectPath,
        response: { 200: BillingStateSchema, 401: ErrorSchema, 403: ErrorSchema, 404: ErrorSchema, 500: ErrorSchema, 503: ErrorSchema },
      },
    },
    async (request) => toLarkBillingState(await readSubject(engine, request)),
  );
  // A preflight brings no key; its answer is in the headers.
  app.options(BILLING_STATE, { config: { right: 'open' }, schema: { hide: true } }, (_request, reply) => reply.status(204).send());
  app.route({
    method: ['POST', 'PUT', 'PATCH', 'DELETE'],
    url: BILLING_STATE,
    config: { right: 'open' },
    schema: { hide: true },
    onRequest: async (_request, reply) => {
      void reply.header('allow', 'GET, HEAD, OPTIONS');
      throw new Refusal('method_not_allowed', 'A billing state can only be read.');
    },
    handler: () => undefined,
  });
}

/** The state of the subject that the path names. Another's looks as if it were not there. @throws Refusal `not_found`. */
async function readSubject(engine: Engine, request: FastifyRequest<{ Params: { subject_id: string } }>): Promise<BillingState> {
  const name = request.params.subject_id;
  // A merchant who comes from Lark may keep Lark's ids as external ids, so those are looked for first.
  const customerId = (await findCustomerIds(engine, [name])).get(name) ?? fromSubjectId(name);
  const { principal } = request;
  const isForeign = principal?.kind === 'customer' && principal.customerId !== customerId;
  if (customerId === undefined || isForeign) throw subjectNotFound();
  return readState(engine, customerId).catch((error: unknown) => {
    throw error instanceof Refusal && error.slug === 'not_found' ? subjectNotFound() : error;
  });
}

function subjectNotFound(): Refusal {
  return new Refusal('not_found', 'Subject not found');
}

/** The hook of this surface. The vendor's clients send the key as it is, in a header of its own. */
function authorize(engine: Engine) {
  return async (request: FastifyRequest): Promise<void> => {
    const { right } = request.routeOptions.config;
    if (right === undefined || right === 'open' || request.is404) return;
    const key = request.headers['x-api-key'];
    const principal = await principalOf(engine, typeof key === 'string' ? key : undefined);
    requireRight(principal, right);
    request.principal = principal;
  };
}
