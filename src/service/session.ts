import { createHash, randomBytes } from 'node:crypto';
import { instant } from '../core/instant.js';
import { Refusal } from '../core/problems.js';
import { deleteEndedSessions, deleteSession, insertSession, selectSession, type Session } from '../store/session.js';
import { authenticate } from './api-key.js';
import type { Engine } from './engine.js';
import { openPortalLink } from './portal-link.js';

export type { Session };

/** A session just begun: the only moment in which its token can be seen. */
export interface NewSession {
  readonly session: Session;
  /** What the cookie holds: 256 bits of chance, as base64url. */
  readonly token: string;
}

/** A working day; who comes back tomorrow signs in again. */
const LIFETIME_MS = 12 * 3_600_000;
/** How long a session read from the store is believed, as long as a key (service/api-key.ts). */
const BELIEVED_MS = 5_000;

/** Begins a session that stands for the key. Publishable keys have none: what they may read they may read openly. @throws Refusal `unauthorized`, `forbidden`. */
export async function startKeySession(engine: Engine, key: string): Promise<NewSession> {
  const apiKey = await authenticate(engine, key);
  if (apiKey === undefined) throw new Refusal('unauthorized', 'The key is not known, or it was revoked.');
  if (apiKey.kind === 'publishable') throw new Refusal('forbidden', 'A publishable key opens no pages: take a secret key, or a customer key for the portal.');
  return begin(engine, { apiKeyId: apiKey.id, kind: apiKey.kind, customerId: apiKey.customerId, scopes: apiKey.scopes, returnUrl: null });
}

/** Begins a session of the customer whose portal link it is. @throws Refusal `unauthorized` when the link has ended or is none. */
export async function startLinkSession(engine: Engine, link: string): Promise<NewSession> {
  const { customerId, scopes, returnUrl } = await openPortalLink(engine, link);
  return begin(engine, { apiKeyId: null, kind: 'customer', customerId, scopes, returnUrl });
}

/** The session that this token opens; undefined when there is none, it has ended, or its key was revoked. */
export async function readSession(engine: Engine, token: string): Promise<Session | undefined> {
  const hash = hashOf(token);
  const readAt = performance.now();
  const known = engine.sessions.get(hash);
  const session = known !== undefined && readAt - known.readAt < BELIEVED_MS ? known.session : await selectSession(engine.database, hash);
  if (session !== known?.session) engine.sessions.set(hash, { session, readAt });
  return session === undefined || session.endsAt <= engine.realClock.now() ? undefined : session;
}

/** The session counts no more: here at once, in other processes within five seconds. */
export async function endSession(engine: Engine, token: string): Promise<void> {
  await deleteSession(engine.database, hashOf(token));
  engine.sessions.delete(hashOf(token));
}

async function begin(engine: Engine, of: Omit<Session, 'id' | 'endsAt'>): Promise<NewSession> {
  const now = engine.realClock.now();
  const token = randomBytes(32).toString('base64url');
  const session: Session = { id: engine.newId('ses'), ...of, endsAt: instant(now + LIFETIME_MS) };
  await deleteEndedSessions(engine.database, now);
  await insertSession(engine.database, session, hashOf(token));
  return { session, token };
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
