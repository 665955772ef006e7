import type { FastifyInstance } from 'fastify';
import type { HttpContext } from '../../context.js';

/** Being written. */
export function larkRoutes(_context: HttpContext, _options?: { corsOrigins: readonly string[] }) {
  return (_app: FastifyInstance, _plugin: unknown, done: () => void): void => done();
}
