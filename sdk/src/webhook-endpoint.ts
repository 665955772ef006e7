import type { Call, CallOptions } from './call.js';
import type { ChangeType } from './change.js';
import type { Instant } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';

/** Everything that a message can be about. */
export type MessageType = ChangeType | 'webhook_endpoint.disabled' | 'webhook_endpoint.test';

/** An address that is told what happens. */
export interface WebhookEndpoint {
  id: string;
  url: string;
  description: string | null;
  /** Id of the one customer that it is told about; null: all of them. */
  customer: string | null;
  /** What it is told; empty: everything but usage.recorded; `*`: everything. */
  types: Array<MessageType | '*'>;
  enabled: boolean;
  disabled_at: Instant | null;
  disabled_reason: string | null;
  created_at: Instant;
}

export interface NewWebhookEndpoint extends WebhookEndpoint {
  /** What messages are signed with: shown this once. */
  secret: string;
}

export interface WebhookEndpointChange {
  /** https, and public unless the server allows others. */
  url?: string | undefined;
  description?: string | null | undefined;
  types?: ReadonlyArray<MessageType | '*'> | undefined;
  /** Switched on again, it is told what happens from then on. */
  enabled?: boolean | undefined;
}

export interface WebhookEndpointInput extends WebhookEndpointChange {
  url: string;
  /** Id or external id of the one customer that it is told about; all of them unless told. */
  customer?: string | null | undefined;
}

export interface WebhookEndpointQuery extends PageQuery {
  /** Those that are told about this customer alone. */
  customer?: string | undefined;
}

export interface WebhookEndpointOperations {
  /** Makes an endpoint, which is told what happens from now on. Problems: `invalid_request`, `not_found`. */
  createWebhookEndpoint(endpoint: WebhookEndpointInput, options?: CallOptions): Promise<NewWebhookEndpoint>;
  listWebhookEndpoints(query?: WebhookEndpointQuery, options?: CallOptions): Promise<Page<WebhookEndpoint>>;
  webhookEndpoints(query?: WebhookEndpointQuery, options?: CallOptions): AsyncGenerator<WebhookEndpoint, void, undefined>;
  /** Problems: `not_found`. */
  getWebhookEndpoint(endpoint: string, options?: CallOptions): Promise<WebhookEndpoint>;
  /** Problems: `invalid_request`, `not_found`. */
  updateWebhookEndpoint(endpoint: string, change: WebhookEndpointChange, options?: CallOptions): Promise<WebhookEndpoint>;
  /** With its log. Problems: `not_found`. */
  deleteWebhookEndpoint(endpoint: string, options?: CallOptions): Promise<void>;
  /** The secret before goes on signing for `expires_in` seconds, a day unless told. Problems: `not_found`. */
  rotateWebhookSecret(endpoint: string, rotation?: { expires_in?: number | undefined }, options?: CallOptions): Promise<NewWebhookEndpoint>;
}

export function webhookEndpointOperations(call: Call): WebhookEndpointOperations {
  const path = (...rest: string[]): string[] => ['v1', 'webhook-endpoints', ...rest];
  const listWebhookEndpoints = (query?: WebhookEndpointQuery, options?: CallOptions): Promise<Page<WebhookEndpoint>> => call({ method: 'GET', path: path(), query: { ...query }, options });
  return {
    createWebhookEndpoint: (endpoint, options) => call({ method: 'POST', path: path(), body: endpoint, options }),
    listWebhookEndpoints,
    webhookEndpoints: (query, options) => everyItem((page) => listWebhookEndpoints({ ...query, ...page }, options), query),
    getWebhookEndpoint: (endpoint, options) => call({ method: 'GET', path: path(endpoint), options }),
    updateWebhookEndpoint: (endpoint, change, options) => call({ method: 'PATCH', path: path(endpoint), body: change, options }),
    deleteWebhookEndpoint: (endpoint, options) => call({ method: 'DELETE', path: path(endpoint), options }),
    rotateWebhookSecret: (endpoint, rotation, options) => call({ method: 'POST', path: path(endpoint, 'rotate-secret'), body: rotation ?? {}, options }),
  };
}
