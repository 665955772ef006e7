import { createClient, type Client, type Session } from '@paidup/sdk';

export type { Session };

/** Whose pages a session is for: they have two, under two cookies. */
export type Side = Session['for'];

const url = window.location.origin;

/** Opens a session for a key, or for what a portal link holds. @throws PaidupProblem, PaidupUnreachable */
export function openSession(by: { key: string } | { link: string }): Promise<Session> {
  return createClient({ url }).startSession(by);
}

/** The session that the browser has; null when it has none. @throws PaidupProblem, PaidupUnreachable */
export function readSession(side: Side): Promise<Session | null> {
  return createClient({ url }).readSession(side);
}

/** Ends the session, everywhere. @throws PaidupProblem, PaidupUnreachable */
export function closeSession(session: Session): Promise<void> {
  return clientOf(session).endSession();
}

/** The engine through a session: the browser brings the cookie, the token says that we may use it. */
export function clientOf({ csrf_token: csrfToken }: Session): Client {
  return createClient({ url, csrfToken });
}
