import type { Call, CallOptions, KeylessOptions } from './call.js';
import type { Instant } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

/** What a key may be narrowed to. */
export type Scope =
  | 'catalog:read' | 'catalog:write' | 'customers:read' | 'customers:write' | 'subscriptions:write' | 'plan-change:write' | 'overview:read' | 'events:read' | 'events:write' | 'usage:read' | 'state:read'
  | 'wallet:read' | 'wallet:write' | 'credits:write' | 'invoices:write' | 'sandbox:write' | 'settings:write' | 'keys:write' | 'webhooks:read' | 'webhooks:write' | 'billing.view' | 'billing.update' | 'notifications.view' | 'notifications.update' | '*:read' | '*:write' | '*'
  | 'docspace:owner' | 'docspace:admin' | 'docspace:payer' | 'docspace:user' | 'docspace:guest';

/** `secret`: everything. `publishable`: reads billing states, from a browser too. `customer`: one customer's own. */
export type ApiKeyKind = 'secret' | 'publishable' | 'customer';

export interface ApiKeyInput {
  kind: ApiKeyKind;
  /** For a customer key, and needed there: id or external id. */
  customer?: string | undefined;
  /** The kind unless told. */
  name?: string | undefined;
  /** None: all that its kind may do. */
  scopes?: readonly Scope[] | undefined;
}

export interface ApiKey {
  id: string;
  kind: ApiKeyKind;
  /** Id of the customer; null but for a customer key. */
  customer: string | null;
  name: string;
  scopes: Scope[];
  last4: string;
  created_at: Instant;
  revoked_at: Instant | null;
}

export interface NewApiKey extends ApiKey {
  /** The key itself: shown this once, kept nowhere. */
  key: string;
}

export interface ApiKeyQuery extends PageQuery {
  /** Keys of this customer only. */
  customer?: string | undefined;
}

export interface ApiKeyOperations {
  /** Makes a key. Never repeated by the SDK: the server keeps no answer that shows a key. Problems: `invalid_request`, `not_found`. */
  createApiKey(apiKey: ApiKeyInput, options?: KeylessOptions): Promise<NewApiKey>;
  /** A page of the keys, revoked ones too. */
  listApiKeys(query?: ApiKeyQuery, options?: CallOptions): Promise<Page<ApiKey>>;
  /** Every key, revoked ones too. */
  apiKeys(query?: ApiKeyQuery, options?: CallOptions): AsyncGenerator<ApiKey, void, undefined>;
  /** The key (named by its id) stops working, everywhere within five seconds. Problems: `not_found`. */
  revokeApiKey(id: string, options?: CallOptions): Promise<ApiKey>;
}

export function apiKeyOperations(call: Call): ApiKeyOperations {
  const listApiKeys = (query?: ApiKeyQuery, options?: CallOptions): Promise<Page<ApiKey>> => call({ method: 'GET', path: ['v1', 'api-keys'], query: { ...query }, options });
  return {
    createApiKey: (apiKey, options) => call({ method: 'POST', path: ['v1', 'api-keys'], body: apiKey, repeat: 'never', options }),
    listApiKeys,
    apiKeys: (query, options) => everyItem((page) => listApiKeys({ ...query, ...page }, options), query),
    revokeApiKey: (id, options) => call({ method: 'DELETE', path: ['v1', 'api-keys', id], options }),
  };
}
