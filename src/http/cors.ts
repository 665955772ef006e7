import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long a browser may remember the answer to a preflight: ten minutes. */
const PREFLIGHT_SECONDS = '600';

/**
 * The hook of what a publishable key reads: pages of any origin may read the answer, and why there is none. A key that
 * may do more does not belong in a page: with one the answer is for no page. No cookie is ever looked at.
 */
export async function allowPages(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  void reply.header('vary', 'Origin');
  const kind = request.principal?.kind ?? 'publishable';
  if (request.headers.origin === undefined || kind !== 'publishable') return;
  void reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'ETag, Retry-After' });
}

/** Answers a browser that asks whether a page may read such an address, with whatever headers. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .headers({
      vary: 'Origin, Access-Control-Request-Headers',
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, OPTIONS',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? 'authorization',
      'access-control-max-age': PREFLIGHT_SECONDS,
    })
    .status(204)
    .send();
}
