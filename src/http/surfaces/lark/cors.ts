import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long a browser may remember the answer to a preflight: ten minutes. */
const PREFLIGHT_SECONDS = '600';

/**
 * The hook that lets pages of any origin read the answers: publishable keys are made for browsers, and the vendor's
 * client sends `x-api-key` and a dozen `x-stainless-*` headers, whatever they are in its next version
 * (contracts/lark.md section 1). No cookie is ever looked at, so no credentials are allowed.
 */
export async function allowEveryOrigin(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  void reply.header('vary', 'Origin');
  if (request.headers.origin === undefined) return;
  void reply.headers({ 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Retry-After' });
  if (request.method !== 'OPTIONS') return;
  void reply.headers({
    vary: 'Origin, Access-Control-Request-Headers',
    'access-control-allow-methods': 'GET, OPTIONS',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? 'x-api-key',
    'access-control-max-age': PREFLIGHT_SECONDS,
  });
}
