import type { Call, CallOptions } from './call.js';
import type { Instant } from './money.js';
import { everyItem, type Page, type PageQuery } from './page.js';
import type { MessageType } from './webhook-endpoint.js';

export interface WebhookAttempt {
  at: Instant;
  /** Status of the receiver's answer; null when there was none. */
  status: number | null;
  /** Why there was none, such as `timeout` or `address_refused`. */
  error: string | null;
  duration_ms: number;
}

/** `pending`: not delivered yet, and tried again; `failed`: given up. */
export type WebhookDeliveryStatus = 'pending' | 'delivered' | 'failed';

/** A message to one endpoint. */
export interface WebhookDelivery {
  /** webhook-id of the message. */
  id: string;
  type: MessageType;
  /** Id of the customer; null when it is about none. */
  customer: string | null;
  revision: number | null;
  position: number | null;
  status: WebhookDeliveryStatus;
  /** The oldest first; of many the last ones. */
  attempts: WebhookAttempt[];
  created_at: Instant;
  delivered_at: Instant | null;
}

export interface WebhookDeliveryQuery extends PageQuery {
  status?: WebhookDeliveryStatus | undefined;
  customer?: string | undefined;
}

/** How a message that was sent by hand went. */
export interface SentWebhook {
  delivery: string;
  delivered: boolean;
  attempt: WebhookAttempt;
}

export interface WebhookDeliveryOperations {
  /** Sends a test message at once. Problems: `not_found`. */
  testWebhookEndpoint(endpoint: string, options?: CallOptions): Promise<SentWebhook>;
  /** What the endpoint was sent, newest first. Problems: `not_found`. */
  listWebhookDeliveries(endpoint: string, query?: WebhookDeliveryQuery, options?: CallOptions): Promise<Page<WebhookDelivery>>;
  webhookDeliveries(endpoint: string, query?: WebhookDeliveryQuery, options?: CallOptions): AsyncGenerator<WebhookDelivery, void, undefined>;
  /** With what was sent, to the byte. Problems: `not_found`. */
  getWebhookDelivery(endpoint: string, delivery: string, options?: CallOptions): Promise<WebhookDelivery & { body: string }>;
  /** Sends a message again at once, as it was. Problems: `not_found`. */
  redeliverWebhook(endpoint: string, delivery: string, options?: CallOptions): Promise<SentWebhook>;
}

export function webhookDeliveryOperations(call: Call): WebhookDeliveryOperations {
  const path = (endpoint: string, ...rest: string[]): string[] => ['v1', 'webhook-endpoints', endpoint, ...rest];
  const listWebhookDeliveries = (endpoint: string, query?: WebhookDeliveryQuery, options?: CallOptions): Promise<Page<WebhookDelivery>> =>
    call({ method: 'GET', path: path(endpoint, 'deliveries'), query: { ...query }, options });
  return {
    testWebhookEndpoint: (endpoint, options) => call({ method: 'POST', path: path(endpoint, 'test'), options }),
    listWebhookDeliveries,
    webhookDeliveries: (endpoint, query, options) => everyItem((page) => listWebhookDeliveries(endpoint, { ...query, ...page }, options), query),
    getWebhookDelivery: (endpoint, delivery, options) => call({ method: 'GET', path: path(endpoint, 'deliveries', delivery), options }),
    redeliverWebhook: (endpoint, delivery, options) => call({ method: 'POST', path: path(endpoint, 'deliveries', delivery, 'redeliver'), options }),
  };
}
