import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../core/problems.js';
import type { Engine } from '../service/engine.js';
import { readSession, type Session } from '../service/session.js';

/** The two sets of pages; each has a session of its own. */
export const PLACES = ['dashboard', 'portal'] as const;
export type Place = (typeof PLACES)[number];

/** What goes with a request whose key is a browser's session. Names the session and proves that a page of ours asks. */
const TOKEN_HEADER = 'x-csrf-token';

const cookieName = (place: Place): string => `paidup_${place}`;

/** Gives the browser its session. `isFramed`: its pages may stand in a frame on another site. */
export function setSessionCookie(reply: FastifyReply, cookie: { place: Place; token: string; isFramed: boolean }): void {
  const { place, token, isFramed } = cookie;
  void reply.setCookie(cookieName(place), token, cookieOptions(reply, isFramed));
}

export function clearSessionCookie(reply: FastifyReply, { place, isFramed }: { place: Place; isFramed: boolean }): void {
  void reply.clearCookie(cookieName(place), cookieOptions(reply, isFramed));
}

/** It ends with the browser, at the latest with the session. A browser takes `None` over HTTPS only. */
function cookieOptions(reply: FastifyReply, isFramed: boolean) {
  const isSecure = reply.request.protocol === 'https';
  const isElsewhere = isFramed && isSecure;
  return { path: '/v1', httpOnly: true, secure: isSecure, sameSite: isElsewhere ? ('none' as const) : ('strict' as const), ...(isElsewhere ? { partitioned: true } : {}) };
}

/** What the browser's cookie holds; undefined when it has none. */
export function sessionTokenOf(request: FastifyRequest, place: Place): string | undefined {
  const token = request.server.parseCookie(request.headers.cookie ?? '')[cookieName(place)];
  return token === undefined || token === '' ? undefined : token;
}

/** What a page must send beside the cookie; it follows from what the cookie holds, and tells nothing of it. */
export function csrfTokenOf(place: Place, token: string): string {
  return `${place}.${createHmac('sha256', token).update(`csrf\n${place}`).digest('base64url')}`;
}

/** Whether the request leans on a browser's session: it names one. */
export function namesSession(request: FastifyRequest): boolean {
  return request.headers[TOKEN_HEADER] !== undefined;
}

/** The session that the request names, with its place. @throws Refusal `unauthorized`; `forbidden` when another page asks. */
export async function sessionOf(engine: Engine, request: FastifyRequest): Promise<{ session: Session; place: Place; token: string }> {
  refuseOtherPages(request);
  const given = request.headers[TOKEN_HEADER];
  const place = PLACES.find((candidate) => typeof given === 'string' && given.startsWith(`${candidate}.`));
  if (place === undefined) throw new Refusal('unauthorized', 'X-CSRF-Token is not what GET /v1/session tells.');
  const token = sessionTokenOf(request, place);
  const session = token === undefined ? undefined : await readSession(engine, token);
  if (token === undefined || session === undefined) throw new Refusal('unauthorized', 'The session has ended: sign in again.');
  const [sent, right] = [Buffer.from(String(given)), Buffer.from(csrfTokenOf(place, token))];
  if (sent.length !== right.length || !timingSafeEqual(sent, right)) throw new Refusal('unauthorized', 'X-CSRF-Token is not that of this session: read GET /v1/session again.');
  return { session, place, token };
}

/** Browsers say where a request comes from. @throws Refusal `forbidden` unless from our own pages, or from no browser. */
export function refuseOtherPages(request: FastifyRequest): void {
  const from = request.headers['sec-fetch-site'];
  if (from === undefined || from === 'same-origin' || from === 'none') return;
  throw new Refusal('forbidden', 'A session is for our own pages: another page asked.');
}
