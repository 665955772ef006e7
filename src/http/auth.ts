import type { FastifyRequest } from 'fastify';
import { Refusal, notFound } from '../core/problems.js';
import { authenticate } from '../service/api-key.js';
import { findCustomerId } from '../service/customer.js';
import type { Engine } from '../service/engine.js';
import { findInvoiceOwner } from '../service/invoice.js';
import { findSubscriptionOwner } from '../service/subscription.js';
import { namesSession, sessionOf } from './session-cookie.js';

/** What a route needs the key to be allowed. `open` needs no key. */
export type Right =
  | 'open' | 'catalog:read' | 'catalog:write' | 'customers:read' | 'customers:write' | 'subscriptions:write' | 'plan-change:write' | 'overview:read' | 'events:read' | 'events:write' | 'usage:read'
  | 'state:read' | 'billing-state:read' | 'wallet:read' | 'wallet:write' | 'credits:write' | 'invoices:write' | 'sandbox:write' | 'settings:write' | 'keys:write' | 'webhooks:read' | 'webhooks:write' | 'billing.view' | 'billing.update'
  | 'notifications.view' | 'notifications.update';

/** Who asks. */
export interface Principal {
  /** Of the key; of the session, where a portal link opened one. */
  readonly keyId: string;
  readonly kind: 'secret' | 'publishable' | 'customer';
  /** The one customer that a customer key is for; null for the others. */
  readonly customerId: string | null;
  readonly scopes: readonly string[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for every route whose right is not `open`. */
    principal: Principal | null;
    /** The id of the customer that the path names, for routes with `:customer`, `:subscription` or `:invoice`. */
    customerId: string | null;
  }
  interface FastifyContextConfig {
    /** What the key must be allowed; every route names one. */
    right?: Right;
    /** True where the path may name a customer that is not there yet. */
    mayNameNewCustomer?: boolean;
  }
}

/** What each kind of key may do at most. A secret key may do everything. */
const RIGHTS_OF_KIND: Record<Exclude<Principal['kind'], 'secret'>, ReadonlySet<Right>> = {
  publishable: new Set<Right>(['billing-state:read']),
  customer: new Set<Right>([
    'catalog:read', 'customers:read', 'usage:read', 'state:read', 'billing-state:read', 'wallet:read', 'wallet:write', 'settings:write', 'plan-change:write', 'billing.view', 'billing.update',
    'notifications.view', 'notifications.update',
  ]),
};

/** Who shows `key`. @throws Refusal `unauthorized`. */
export async function principalOf(engine: Engine, key: string | undefined): Promise<Principal> {
  if (key === undefined || key === '') throw new Refusal('unauthorized', 'Send a key: Authorization: Bearer <key>.');
  const apiKey = await authenticate(engine, key);
  if (apiKey === undefined) throw new Refusal('unauthorized', 'The key is not known, or it was revoked.');
  return { keyId: apiKey.id, kind: apiKey.kind, customerId: apiKey.customerId, scopes: apiKey.scopes };
}

/** Whether the key's kind and scopes allow it. */
export function may(principal: Principal, right: Right): boolean {
  if (principal.kind !== 'secret' && !RIGHTS_OF_KIND[principal.kind].has(right)) return false;
  const isRead = right.endsWith(':read') || right.endsWith('.view');
  return isInScope(principal.scopes, { right, isRead });
}

/** Whether scopes narrow a key so far that `right` is out of them; none narrow nothing. */
export function isInScope(scopes: readonly string[], { right, isRead }: { right: Right; isRead: boolean }): boolean {
  if (scopes.length === 0 || scopes.includes('*') || scopes.includes(right)) return true;
  if (isRead) return scopes.includes('*:read') || scopes.includes('*:write') || (right === 'billing-state:read' && scopes.includes('state:read'));
  return scopes.includes('*:write');
}

/** @throws Refusal `forbidden`. */
export function requireRight(principal: Principal, right: Right): void {
  if (!may(principal, right)) throw new Refusal('forbidden', `This key may not do this: it lacks "${right}".`);
}

/** The key in `Authorization: Bearer <key>`. */
export function bearerKey(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** Who asks by the native API: by a key, or by a browser's session that stands for one. @throws Refusal `unauthorized`, `forbidden`. */
export async function askerOf(engine: Engine, request: FastifyRequest): Promise<Principal> {
  const key = bearerKey(request);
  if (key !== undefined || !namesSession(request)) return principalOf(engine, key);
  const { session } = await sessionOf(engine, request);
  return { keyId: session.apiKeyId ?? session.id, kind: session.kind, customerId: session.customerId, scopes: session.scopes };
}

/** The id of the customer that `name` names, for this key. Another's customer looks as if it were not there. @throws Refusal `not_found`. */
export async function customerFor(engine: Engine, principal: Principal, name: string): Promise<string> {
  const id = await findCustomerId(engine, name);
  if (principal.kind === 'customer' && principal.customerId !== id) throw notFound('customer', name);
  return id;
}

/** The hook of the native API: who asks, may they, and about whom. */
export function authorizeNative(engine: Engine) {
  return async (request: FastifyRequest): Promise<void> => {
    const { right, mayNameNewCustomer } = request.routeOptions.config;
    if (right === 'open' || request.is404) return;
    // A route that names no right is closed to everybody but unrestricted secret keys.
    const principal = await askerOf(engine, request);
    requireRight(principal, right ?? 'keys:write');
    request.principal = principal;
    const { customer, subscription, invoice } = (request.params ?? {}) as { customer?: string; subscription?: string; invoice?: string };
    if (customer !== undefined && mayNameNewCustomer !== true) request.customerId = await customerFor(engine, principal, customer);
    if (subscription !== undefined) request.customerId = await ownerFor(principal, { noun: 'subscription', id: subscription, ownerOf: findSubscriptionOwner.bind(null, engine) });
    if (invoice !== undefined) request.customerId = await ownerFor(principal, { noun: 'invoice', id: invoice, ownerOf: findInvoiceOwner.bind(null, engine) });
  };
}

/** The customer that a thing belongs to, for this key. Another's looks as if it were not there. @throws Refusal `not_found`. */
async function ownerFor(principal: Principal, thing: { noun: string; id: string; ownerOf: (id: string) => Promise<string> }): Promise<string> {
  const owner = await thing.ownerOf(thing.id);
  if (principal.kind === 'customer' && principal.customerId !== owner) throw notFound(thing.noun, thing.id);
  return owner;
}
