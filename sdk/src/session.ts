import type { Call, KeylessOptions } from './call.js';
import type { Scope } from './api-key.js';
import type { Instant } from './money.js';

/** A browser's session. Its cookie is set with it, and no script sees that. */
export interface Session {
  for: 'dashboard' | 'portal';
  /** Whose portal it is; null in the dashboard. */
  customer: { id: string; external_id: string | null; name: string | null } | null;
  /** What it is narrowed to; none: all that its kind of key may do. */
  scopes: Scope[];
  /** Where the portal's way back leads; null for nowhere. */
  return_url: string | null;
  /** For `createClient({ url, csrfToken })`. */
  csrf_token: string;
  expires_at: Instant;
}

export interface PortalLinkInput {
  /** Seconds for which the link opens the portal; an hour unless told, thirty days at most. */
  expires_in?: number | undefined;
  /** Where the portal's way back leads. */
  return_url?: string | null | undefined;
  /** None: all that a customer may do. */
  scopes?: readonly Scope[] | undefined;
}

/** Whoever has the address is the customer there. */
export interface PortalLink {
  url: string;
  expires_at: Instant;
}

export interface SessionOperations {
  /** Signs the browser in: by a secret key to the dashboard, by a customer key or what follows `#link=` in a portal link to the portal. Problems: `unauthorized`, `forbidden`. */
  startSession(shown: { key: string } | { link: string }, options?: KeylessOptions): Promise<Session>;
  /** Who is signed in; null when nobody is. */
  readSession(of: 'dashboard' | 'portal', options?: KeylessOptions): Promise<Session | null>;
  /** Signs the browser out. */
  endSession(options?: KeylessOptions): Promise<void>;
  /** An address that opens the portal as the customer; each call makes another. Problems: `not_found`, `forbidden`. */
  createPortalLink(customer: string, input?: PortalLinkInput, options?: KeylessOptions): Promise<PortalLink>;
}

export function sessionOperations(call: Call): SessionOperations {
  return {
    startSession: (body, options) => call({ method: 'POST', path: ['v1', 'session'], body, repeat: 'never', options }),
    readSession: async (of, options) => (await call<Session | undefined>({ method: 'GET', path: ['v1', 'session'], query: { for: of }, options })) ?? null,
    endSession: (options) => call({ method: 'DELETE', path: ['v1', 'session'], repeat: 'by_body', options }),
    createPortalLink: (customer, body = {}, options) => call({ method: 'POST', path: ['v1', 'customers', customer, 'portal-links'], body, repeat: 'by_body', options }),
  };
}
