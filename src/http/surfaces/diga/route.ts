import type { FastifyInstance, HTTPMethods } from 'fastify';
import { Refusal } from '../../../core/problems.js';
import { ErrorSchema } from './schema.js';

/** What every address may answer besides its own. */
export const ERRORS = { 401: ErrorSchema, 403: ErrorSchema, 500: ErrorSchema, 503: ErrorSchema };

/** What stands at an address under its prefix. */
export interface DigaRoute {
  /** As the vendor's file writes it. */
  readonly url: string;
  readonly taken: readonly HTTPMethods[];
  /** Said, to the log alone, when it is asked by another method. */
  readonly sentence: string;
}

const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * The address with and without its last slash, neither a redirect (contracts/diga.md section 3), only one of them in
 * the OpenAPI file; with what answers a preflight, and the methods that it does not take.
 */
export function atAddress(app: FastifyInstance, address: DigaRoute, register: (spelling: { url: string; hide: boolean }) => void): void {
  const { url } = address;
  for (const spelling of [url, url.endsWith('/') ? url.slice(0, -1) : `${url}/`]) {
    register({ url: spelling, hide: spelling !== url });
    otherMethods(app, { ...address, url: spelling });
  }
}

/** A preflight brings no key, as its answer is in the headers. */
function otherMethods(app: FastifyInstance, { url, taken, sentence }: DigaRoute): void {
  app.options(url, { config: { right: 'open', crossOriginMethods: taken.join(', ') }, schema: { hide: true } }, (_request, reply) => reply.status(204).send());
  const allow = [...taken.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(', ');
  app.route({
    method: METHODS.filter((method) => !taken.includes(method)),
    url,
    config: { right: 'open' },
    schema: { hide: true },
    onRequest: async (_request, reply) => {
      void reply.header('allow', allow);
      throw new Refusal('method_not_allowed', sentence);
    },
    handler: () => undefined,
  });
}
