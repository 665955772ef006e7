import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { instantText } from '../core/instant.js';
import { invalidInput } from '../core/problems.js';
import { SCOPES } from '../service/api-key.js';
import { isWebAddress } from '../service/payment-method.js';
import { createPortalLink } from '../service/portal-link.js';
import { customerOf } from './answer.js';
import { refuseMoreThanOwn } from './api-key.js';
import type { HttpContext } from './context.js';
import { ownUrlOf } from './own-url.js';
import { CustomerPath, InstantText, Nullable, Words } from './schema.js';

const HOUR_SECONDS = 3_600;
const MAX_SECONDS = 30 * 24 * HOUR_SECONDS;

const PortalLinkBody = Type.Object({
  expires_in: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_SECONDS, default: HOUR_SECONDS, description: 'Seconds for which it opens the portal; a session that it opened lasts its own twelve hours' })),
  return_url: Type.Optional(Nullable(Type.String({ maxLength: 2000, description: "Where the portal's way back leads" }))),
  scopes: Type.Optional(Type.Array(Words(SCOPES), { description: 'What its sessions are narrowed to; nothing: all that a customer may do' })),
});

const PortalLinkView = Type.Object({ url: Type.String({ description: 'For the browser of the customer, or for a frame; whoever has it is the customer' }), expires_at: InstantText });

/** The address of a page; whoever holds it may do there what the customer may. */
export function portalUrl(ownUrl: string, link: string): string {
  return `${ownUrl}/portal#link=${link}`;
}

export function portalLinkRoutes(app: FastifyInstance, { engine }: HttpContext): void {
  // Whoever has the link is the customer, so no answer is kept for a repeated request: it makes another link, which harms nobody.
  app.post<{ Params: { customer: string }; Body: Static<typeof PortalLinkBody> }>(
    '/v1/customers/:customer/portal-links',
    { config: { right: 'keys:write' }, schema: { tags: ['sessions'], summary: 'Make a link that opens the portal as the customer', params: CustomerPath, body: PortalLinkBody, response: { 201: PortalLinkView } } },
    async (request, reply) => {
      const { expires_in: expiresIn = HOUR_SECONDS, return_url: returnUrl = null, scopes = [] } = request.body;
      if (returnUrl !== null && !isWebAddress(returnUrl)) throw invalidInput([{ pointer: '/return_url', detail: 'must be an address that begins with https:// or http://' }]);
      refuseMoreThanOwn(request.principal, scopes);
      const { link, endsAt } = await createPortalLink(engine, { customer: customerOf(request), scopes, returnUrl, lifetimeMs: expiresIn * 1000 });
      return reply.status(201).header('cache-control', 'no-store').send({ url: portalUrl(ownUrlOf(request), link), expires_at: instantText(endsAt) });
    },
  );
}
