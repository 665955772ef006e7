import type { FastifyInstance, FastifyReply } from 'fastify';
import { Refusal } from '../core/problems.js';
import { readLinkedInvoice } from '../service/invoice-link.js';
import type { HttpContext } from './context.js';
import { invoiceDocument } from './invoice-document.js';
import { SETUP_STYLE_HASH, goneHtml } from './setup-page-html.js';

const PATH = '/hosted-invoices';

/** The address of an invoice's page, for whoever is to read it without a key. */
export function hostedInvoiceUrl(token: string, ownUrl: string): string {
  return new URL(`${PATH}/${token}`, ownUrl).href;
}

/** An issued invoice as a page, with the PDF beside it. Who holds the link may read it: it is sealed, and names the invoice. */
export function hostedInvoiceRoutes(app: FastifyInstance, { engine, seller }: HttpContext): void {
  const config = { right: 'open' } as const;
  const schema = { hide: true };
  for (const format of ['html', 'pdf'] as const) {
    app.get<{ Params: { token: string } }>(`${PATH}/:token${format === 'pdf' ? '/pdf' : ''}`, { config, schema }, async (request, reply) => {
      const { token } = request.params;
      const found = await readLinkedInvoice(engine, token).catch(absent);
      if (found === undefined) return guarded(reply, `style-src '${SETUP_STYLE_HASH}'`).status(404).type('text/html; charset=utf-8').send(goneHtml('It was not copied whole.'));
      const { type, body, name } = await invoiceDocument(engine, { found, format, seller, pdfUrl: `${token}/pdf` });
      return guarded(reply, "style-src 'unsafe-inline'").type(type).header('content-disposition', `inline; filename="${name}"`).send(body);
    });
  }
}

/** Nothing from elsewhere, in no frame; the address is told to nobody, and nothing between keeps what it shows. */
function guarded(reply: FastifyReply, styles: string): FastifyReply {
  return reply.headers({
    'content-security-policy': `default-src 'none'; ${styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'x-robots-tag': 'noindex',
    'referrer-policy': 'no-referrer',
    'cache-control': 'private, no-cache',
  });
}

function absent(error: unknown): undefined {
  if (error instanceof Refusal && error.slug === 'not_found') return undefined;
  throw error;
}
