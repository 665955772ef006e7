import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { PROBLEMS, notFound } from '../core/problems.js';
import type { HttpContext } from './context.js';

const START_PAGE = new URL('../../dashboard/public/index.html', import.meta.url);
const PROBLEM_PAGES = new URL('../../docs/problems/', import.meta.url);

/** Nothing from elsewhere, nothing inline but what the page itself brings, no frames. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Pages for people: the start page, and the page of each problem that a problem document points to. */
export function pageRoutes(app: FastifyInstance, _context: HttpContext): void {
  const config = { right: 'open' } as const;
  const schema = { hide: true };
  app.get('/', { config, schema }, async (_request, reply) =>
    reply
      .headers({ 'content-security-policy': CONTENT_SECURITY_POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' })
      .type('text/html; charset=utf-8')
      .send(await readFile(START_PAGE, 'utf8')),
  );
  app.get<{ Params: { slug: string } }>('/problems/:slug', { config, schema }, async (request, reply) => {
    const { slug } = request.params;
    if (!Object.hasOwn(PROBLEMS, slug)) throw notFound('problem', slug);
    return reply.type('text/markdown; charset=utf-8').send(await readFile(new URL(`${slug}.md`, PROBLEM_PAGES), 'utf8'));
  });
}
