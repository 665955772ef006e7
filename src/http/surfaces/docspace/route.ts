import type { FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import type { Plan } from '../../../core/plan.js';
import type { BillingState } from '../../../core/state.js';
import { listPlans } from '../../../service/catalog.js';
import type { Engine } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import type { Right } from '../../auth.js';
import type { RateLimitName } from './rate-limit.js';
import { rolesOf, type Roles, type Who } from './role.js';

/** One method of one address: who may, what is asked, and what answers. Contracts/docspace.md section 3. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Under `/api/2.0/portal`. */
  readonly path: string;
  readonly who: Who;
  /** The scope that lets a narrowed key in as well as `*:read` or `*:write`. */
  readonly right: Right;
  readonly summary: string;
  /** Whether the vendor answers 403 while billing is not set up; here it always is. */
  readonly needsBilling?: true;
  readonly limit?: RateLimitName;
  /** Whether a portal that has not paid is refused with 402. The payment API itself never is. */
  readonly needsPaid?: true;
  /** Whether the payload stands beside `response` as `settings` too (section 1.1). */
  readonly hasSettings?: true;
  /** For readers of the OpenAPI file; query.ts and body.ts say what is taken. */
  readonly query?: Readonly<Record<string, TSchema>>;
  readonly body?: TSchema;
  /** The payload of `response`; undefined when there is nothing to tell. */
  readonly answer: (call: Call) => unknown;
}

/** A request of a portal, with what answers it. */
export interface Call {
  readonly engine: Engine;
  readonly request: FastifyRequest;
  readonly customerId: string;
  readonly roles: Roles;
  /** The portal's state now; read once. */
  readonly state: () => Promise<BillingState>;
  /** The plans on sale. */
  readonly plans: () => Promise<Plan[]>;
}

export function callOf(engine: Engine, request: FastifyRequest): Call {
  const { customerId, principal } = request;
  if (customerId === null || principal === null) throw new Error('the request has no portal');
  let state: Promise<BillingState> | undefined;
  return {
    engine,
    request,
    customerId,
    roles: rolesOf(principal.scopes),
    state: () => (state ??= readState(engine, customerId)),
    plans: async () => (await listPlans(engine)).map((sold) => sold.plan),
  };
}
