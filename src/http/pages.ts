import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { PROBLEMS, notFound } from '../core/problems.js';
import type { HttpContext } from './context.js';

const DASHBOARD = new URL('../../dashboard/', import.meta.url);
const BUILT = new URL('dist/', DASHBOARD);
const ASSETS = new URL('assets/', BUILT);
const PROBLEM_PAGES = new URL('../../docs/problems/', import.meta.url);

/** Nothing from elsewhere, nothing inline, no forms that leave the page. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

const YEAR_MS = 31_536_000_000;

/** Pages for people: the dashboard, the portal, and the page of each problem that a problem document points to. */
export function pageRoutes(app: FastifyInstance, { embedOrigins }: HttpContext): void {
  const config = { right: 'open' } as const;
  const schema = { hide: true };
  const portalFrames = embedOrigins.length === 0 ? "'none'" : embedOrigins.join(' ');
  for (const url of ['/', '/dashboard', '/dashboard/*']) app.get(url, { config, schema }, (_request, reply) => sendPage(reply, { file: 'index.html', frames: "'none'" }));
  for (const url of ['/portal', '/portal/*']) app.get(url, { config, schema }, (_request, reply) => sendPage(reply, { file: 'portal.html', frames: portalFrames }));
  if (existsSync(ASSETS)) {
    void app.register(fastifyStatic, { root: fileURLToPath(ASSETS), serve: false, immutable: true, maxAge: YEAR_MS, preCompressed: true });
    // Scripts, styles and pictures. Their names follow from what they hold, so a browser may keep them.
    app.get<{ Params: { '*': string } }>('/assets/*', { config, schema }, (request, reply) => reply.header('x-content-type-options', 'nosniff').sendFile(request.params['*']));
  }
  app.get<{ Params: { slug: string } }>('/problems/:slug', { config, schema }, async (request, reply) => {
    const { slug } = request.params;
    if (!Object.hasOwn(PROBLEMS, slug)) throw notFound('problem', slug);
    return reply.type('text/markdown; charset=utf-8').send(await readFile(new URL(`${slug}.md`, PROBLEM_PAGES), 'utf8'));
  });
}

async function sendPage(reply: FastifyReply, { file, frames }: { file: 'index.html' | 'portal.html'; frames: string }): Promise<FastifyReply> {
  const built = new URL(file, BUILT);
  const html = await readFile(existsSync(built) ? built : new URL('unbuilt.html', DASHBOARD), 'utf8');
  return reply
    .headers({
      'content-security-policy': `${CONTENT_SECURITY_POLICY}; frame-ancestors ${frames}`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    })
    .type('text/html; charset=utf-8')
    .send(html);
}
