import type { FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Methods of an address that pages of other origins may use, on the route that answers their preflights. */
    crossOriginMethods?: string;
  }
}

/** How long a browser may remember the answer to a preflight: ten minutes. */
const PREFLIGHT_SECONDS = '600';

/**
 * The hook that lets pages of the listed origins read the answers; pages of other origins get nothing, as the vendor
 * does not let localhost read it either (contracts/diga.md section 3). An origin is compared to the letter.
 */
export function allowOrigins(origins: readonly string[]) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (origins.length === 0) return;
    const { origin } = request.headers;
    void reply.header('vary', 'Origin');
    if (origin === undefined || !origins.includes(origin)) return;
    void reply.header('access-control-allow-origin', origin);
    const methods = request.routeOptions.config.crossOriginMethods;
    if (methods === undefined) return;
    void reply.headers({
      'access-control-allow-methods': methods,
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? 'authorization',
      'access-control-max-age': PREFLIGHT_SECONDS,
    });
  };
}
