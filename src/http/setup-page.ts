import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from '../core/problems.js';
import { chooseCard, openSetupPage, type OpenedSetupPage } from '../service/setup-page.js';
import type { HttpContext } from './context.js';
import { SETUP_STYLE_HASH, goneHtml, setupHtml } from './setup-page-html.js';

const MAX_FORM_BYTES = 4 * 1024;

/** The sandbox's page on which a card is put on file. Who holds the link may: it is signed, says for whom, and ends. */
export function setupPageRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  void app.register((forms, _options, done) => {
    forms.removeAllContentTypeParsers();
    forms.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, parsed) => parsed(null, new URLSearchParams(body.toString())));
    const route = { bodyLimit: MAX_FORM_BYTES, config: { right: 'open' }, schema: { hide: true } } as const;
    // A wildcard: the token is longer than a parameter may be.
    forms.get<{ Params: { '*': string } }>('/sandbox/checkout/*', route, async (request, reply) => {
      const page = await openSetupPage(engine, request.params['*']);
      return page === undefined ? sendPage(reply, 404, goneHtml()) : sendPage(reply, 200, setupHtml(page), page);
    });
    forms.post<{ Params: { '*': string }; Body: URLSearchParams | undefined }>('/sandbox/checkout/*', route, async (request, reply) => {
      const page = await openSetupPage(engine, request.params['*']);
      if (page === undefined) return sendPage(reply, 404, goneHtml());
      try {
        return await reply.redirect(new URL(await chooseCard(engine, page, request.body?.get('card') ?? '')).href, 303);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return error.slug === 'not_found' ? sendPage(reply, 404, goneHtml()) : sendPage(reply, 400, setupHtml(page, 'Choose one of the cards.'), page);
      }
    });
    done();
  });
}

/** Nothing from elsewhere, no script, no frames. A browser asks form-action about the address that the form leads on to, too. */
function sendPage(reply: FastifyReply, status: number, html: string, page?: OpenedSetupPage): FastifyReply {
  const formAction = page === undefined ? "'none'" : `'self' ${policySource(page.link.successUrl)}`;
  return reply
    .status(status)
    .headers({
      'content-security-policy': `default-src 'none'; style-src '${SETUP_STYLE_HASH}'; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    })
    .type('text/html; charset=utf-8')
    .send(html);
}

/** The address's origin as a policy takes it. A host may hold signs that mean something there: then its protocol has to do. */
function policySource(address: string): string {
  const { origin, protocol } = new URL(address);
  return /^https?:\/\/[\w.:[\]-]+$/.test(origin) ? origin : protocol;
}
