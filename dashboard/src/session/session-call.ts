import { createClient, PaidupProblem, PaidupUnreachable, type Client } from '@paidup/sdk';

/** Whose pages a session is for: they have two, under two cookies. */
export type Side = 'dashboard' | 'portal';

/** What a session may do; the cookie itself is out of reach of scripts. */
export interface Session {
  kind: 'secret' | 'customer';
  /** Of a customer's session. */
  customer: { id: string; name: string | null } | null;
  /** Empty for all that its kind may do. */
  scopes: readonly string[];
  csrf_token: string;
  expires_at: string;
}

/** Opens a session for a key, or for what a portal link holds. @throws PaidupProblem, PaidupUnreachable */
export function openSession(by: { key: string } | { link: string }): Promise<Session> {
  return ask('/v1/session', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(by) });
}

/** The session that the browser has; null when it has none. @throws PaidupProblem, PaidupUnreachable */
export async function readSession(side: Side): Promise<Session | null> {
  try {
    return await ask<Session>(`/v1/session?for=${side}`, {});
  } catch (error) {
    if (error instanceof PaidupProblem && error.status === 401) return null;
    throw error;
  }
}

/** Ends the session, everywhere. @throws PaidupProblem, PaidupUnreachable */
export async function closeSession({ csrf_token: token }: Session): Promise<void> {
  await ask('/v1/session', { method: 'DELETE', headers: { 'x-csrf-token': token } });
}

/** The engine through a session: the browser brings the cookie, the header says that we may use it. */
export function clientOf({ csrf_token: token }: Session): Client {
  return createClient({
    url: window.location.origin,
    key: 'session',
    fetch: (address, init) => {
      const headers = new Headers(init?.headers);
      headers.delete('authorization');
      headers.set('x-csrf-token', token);
      return fetch(address, { ...init, headers, credentials: 'same-origin' });
    },
  });
}

async function ask<Answer>(address: string, init: RequestInit): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, { ...init, credentials: 'same-origin' });
    text = await response.text();
  } catch (cause) {
    throw new PaidupUnreachable(`${address}: Paidup could not be reached.`, { isTimeout: false, cause });
  }
  if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as Answer;
  throw problemOf(response.status, text);
}

function problemOf(status: number, text: string): PaidupProblem {
  try {
    const { type, title, detail, instance, errors } = JSON.parse(text) as { type: string; title: string; detail: string; instance: string; errors?: { pointer: string; detail: string }[] };
    const slug = /([a-z_]+)(?:\.md)?$/.exec(type)?.[1] ?? 'unreadable_answer';
    return new PaidupProblem({ slug, status, title, detail, errors: errors ?? [], requestId: instance });
  } catch {
    const title = 'The answer is not one of Paidup';
    return new PaidupProblem({ slug: 'unreadable_answer', status, title, detail: `${title}. Status ${status}.`, errors: [], requestId: null });
  }
}
