import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { instantText } from '../core/instant.js';
import { invalidInput } from '../core/problems.js';
import type { Engine } from '../service/engine.js';
import { endSession, readSession, startKeySession, startLinkSession, type Session } from '../service/session.js';
import { readState } from '../service/state.js';
import type { HttpContext } from './context.js';
import { Done, InstantText, Nullable, Words } from './schema.js';
import { PLACES, clearSessionCookie, csrfTokenOf, refuseOtherPages, sessionOf, sessionTokenOf, setSessionCookie, type Place } from './session-cookie.js';

/** A browser's session: docs/adr/0015-browser-sessions.md. */

const SessionBody = Type.Object({
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 500, description: 'A secret key, for the dashboard; a customer key, for the portal' })),
  link: Type.Optional(Type.String({ minLength: 1, maxLength: 8000, description: 'What follows `#link=` in a portal link' })),
});

const SessionView = Type.Object({
  for: Words(PLACES, { description: 'Whose pages it is for' }),
  customer: Nullable(Type.Object({ id: Type.String(), external_id: Nullable(Type.String()), name: Nullable(Type.String()) })),
  scopes: Type.Array(Type.String(), { description: 'What it is narrowed to; none: all that its kind of key may do' }),
  return_url: Nullable(Type.String({ description: "Where the portal's way back leads" })),
  csrf_token: Type.String({ description: 'To be sent as X-CSRF-Token with every request that the cookie goes with, reads too' }),
  expires_at: InstantText,
});

export function sessionRoutes(app: FastifyInstance, { engine, embedOrigins }: HttpContext): void {
  const tags = ['sessions'];
  const config = { right: 'open' } as const;
  const isFramed = (place: Place): boolean => place === 'portal' && embedOrigins.length > 0;
  app.post<{ Body: Static<typeof SessionBody> }>('/v1/session', { config, schema: { tags, security: [], summary: 'Sign a browser in', body: SessionBody, response: { 201: SessionView } } }, async (request, reply) => {
    refuseOtherPages(request);
    const { key, link } = request.body;
    if ((key === undefined) === (link === undefined)) throw invalidInput([{ pointer: '/key', detail: 'give either key or link' }]);
    const { session, token } = key === undefined ? await startLinkSession(engine, link ?? '') : await startKeySession(engine, key);
    const place = placeOf(session);
    setSessionCookie(reply, { place, token, isFramed: isFramed(place) });
    return reply.status(201).header('cache-control', 'no-store').send(await sessionView(engine, { session, place, token }));
  });
  app.get<{ Querystring: { for: Place } }>(
    '/v1/session',
    { config, schema: { tags, security: [], summary: "Read the browser's session, or nothing when nobody is signed in", querystring: Type.Object({ for: Words(PLACES) }), response: { 200: SessionView, 204: Done } } },
    async (request, reply) => {
      refuseOtherPages(request);
      const place = request.query.for;
      const token = sessionTokenOf(request, place);
      const session = token === undefined ? undefined : await readSession(engine, token);
      void reply.header('cache-control', 'no-store');
      // No refusal: a browser would write it down as an error of every first visit.
      if (token === undefined || session === undefined) return reply.status(204).send();
      return reply.send(await sessionView(engine, { session, place, token }));
    },
  );
  app.delete('/v1/session', { config, schema: { tags, security: [], summary: 'Sign the browser out', response: { 204: Done } } }, async (request, reply) => {
    const { place, token } = await sessionOf(engine, request);
    await endSession(engine, token);
    clearSessionCookie(reply, { place, isFramed: isFramed(place) });
    return reply.status(204).send();
  });
}

function placeOf(session: Session): Place {
  return session.kind === 'customer' ? 'portal' : 'dashboard';
}

async function sessionView(engine: Engine, { session, place, token }: { session: Session; place: Place; token: string }) {
  const customer = session.customerId === null ? null : (await readState(engine, session.customerId)).customer;
  return {
    for: place,
    customer: customer === null ? null : { id: customer.id, external_id: customer.externalId, name: customer.name },
    scopes: session.scopes,
    return_url: session.returnUrl,
    csrf_token: csrfTokenOf(place, token),
    expires_at: instantText(session.endsAt),
  };
}
