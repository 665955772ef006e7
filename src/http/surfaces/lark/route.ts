import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { findCustomerIds } from '../../../service/customer.js';
import type { Engine, Unit } from '../../../service/engine.js';
import type { Right } from '../../auth.js';
import { subjectNotFound } from './failure.js';
import { fromSubjectId } from './id.js';

/** What of the asked for cannot be said in Lark's words: the ids left out of the answer, or `<id>#<part>`. */
export const OMITTED_HEADER = 'x-paidup-omitted';

/** As many as a header can hold without being too long for anybody. */
const MOST_OMITTED = 60;

/** One method of one address. Source: contracts/lark.md section 3. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly right: Exclude<Right, 'open'>;
  readonly summary: string;
  readonly query?: TSchema;
  /** What is checked before anything is done; fields that it does not name are tolerated. */
  readonly body?: TSchema;
  /** The shape of what is answered with 200. */
  readonly result: TSchema;
  readonly work: Work;
}

/**
 * How the answer comes about: by reading, by one transaction (what it needs to read before it, it reads before: the
 * embedded store has one connection), or by what is no single transaction and safe to repeat.
 */
export type Work =
  | { readonly read: (call: Call) => Promise<unknown> }
  | { readonly change: (call: Call) => Promise<(unit: Unit) => Promise<unknown>> }
  | { readonly act: (call: Call) => Promise<unknown> };

/** A request of a merchant, with what answers it. */
export interface Call {
  readonly engine: Engine;
  readonly request: FastifyRequest;
  /** What the path has in the place of `:name`, decoded once. */
  readonly parameter: (name: string) => string;
  /** The id of the customer that a subject id or an external id names. @throws Refusal `not_found`. */
  readonly subject: (name: string) => Promise<string>;
  /** Notes what the answer cannot say. */
  readonly omit: (what: string) => void;
}

/** The call, and what writes down in the answer's head what it had to leave out. */
export function callOf(engine: Engine, request: FastifyRequest, reply: FastifyReply): Call {
  const omitted = new Set<string>();
  return {
    engine,
    request,
    parameter: (name) => {
      const value = (request.params as Record<string, string>)[name];
      if (value === undefined) throw new Error(`the path has no ${name}`);
      return value;
    },
    subject: async (name) => {
      const id = await findSubject(engine, name);
      if (id === undefined) throw subjectNotFound();
      // Commands on one customer take turns: answer.ts.
      request.customerId = id;
      return id;
    },
    omit: (what) => {
      omitted.add(what);
      const shown = [...omitted].slice(0, MOST_OMITTED);
      void reply.header(OMITTED_HEADER, [...shown, ...(omitted.size > shown.length ? ['more'] : [])].join(', '));
    },
  };
}

/** The customer that a subject id or external id names; a merchant who comes from Lark may keep Lark's ids as external ids, so those are looked for first. */
export async function findSubject(engine: Engine, name: string): Promise<string | undefined> {
  return (await findCustomerIds(engine, [name])).get(name) ?? fromSubjectId(name);
}

/** Query of a list. */
export const ListQuery = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER - 101, default: 0 })),
});

/** A stretch of a list. */
export interface Slice {
  readonly limit: number;
  readonly offset: number;
}

/** The stretch that is asked for, and one more: to tell whether there is more. */
export function sliceOf({ request }: Call): Slice {
  const { limit, offset } = request.query as Slice;
  return { limit, offset };
}

/** `{has_more, <plural>}`, of items of which one more than the limit was read. */
export function listOf<Item, View>(plural: string, found: readonly Item[], { limit, view }: { limit: number; view: (item: Item) => View }): Record<string, unknown> {
  return { has_more: found.length > limit, [plural]: found.slice(0, limit).map(view) };
}

/** The shape of such a list. */
export function ListOf(plural: string, item: TSchema) {
  return Type.Object({ has_more: Type.Boolean(), [plural]: Type.Array(item) });
}
