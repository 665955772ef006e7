import type { Instant } from '../core/instant.js';
import { notFound } from '../core/problems.js';
import { pruneDeliveries, selectDeliveries, selectDelivery, type DeliveryStatus, type WebhookAttempt, type WebhookDelivery } from '../store/webhook-delivery.js';
import { findCustomerId } from './customer.js';
import type { Engine } from './engine.js';
import { readEndpoint } from './webhook-endpoint.js';
import { isSuccess, keepEndpointMessage, sendMessage } from './webhook-message.js';

export type { DeliveryStatus, WebhookAttempt, WebhookDelivery } from '../store/webhook-delivery.js';

/** How a message that was sent by hand went. */
export interface SentByHand {
  readonly deliveryId: string;
  readonly isDelivered: boolean;
  readonly attempt: WebhookAttempt;
}

/** How long the log keeps what is not pending any more. */
const KEPT_MS = 30 * 86_400_000;

/** What an endpoint was sent, newest first. @throws Refusal `not_found`. */
export async function listDeliveries(
  engine: Engine,
  endpointId: string,
  query: { customer: string | undefined; status: DeliveryStatus | undefined; before: { readonly at: Instant; readonly id: string } | null; limit: number },
): Promise<WebhookDelivery[]> {
  const { id } = await readEndpoint(engine, endpointId);
  const customerId = query.customer === undefined ? null : await findCustomerId(engine, query.customer);
  return selectDeliveries(engine.database, { endpointId: id, customerId, status: query.status ?? null, before: query.before, limit: query.limit });
}

/** @throws Refusal `not_found`. */
export async function readDelivery(engine: Engine, endpointId: string, deliveryId: string): Promise<WebhookDelivery> {
  const delivery = await selectDelivery(engine.database, deliveryId);
  if (delivery?.endpointId !== endpointId) throw notFound('delivery', deliveryId);
  return delivery;
}

/** Sends a message again at once, as it was, whatever became of it; what waits in its turn stays where it is. @throws Refusal `not_found`. */
export async function redeliver(engine: Engine, endpointId: string, deliveryId: string): Promise<SentByHand> {
  const endpoint = await readEndpoint(engine, endpointId);
  const delivery = await readDelivery(engine, endpointId, deliveryId);
  return sendByHand(engine, { endpoint, delivery, statusOnFailure: null });
}

/** Sends the endpoint a test message at once. @throws Refusal `not_found`. */
export async function sendTest(engine: Engine, endpointId: string): Promise<SentByHand> {
  const endpoint = await readEndpoint(engine, endpointId);
  const delivery = await keepEndpointMessage(engine, engine.database, { to: endpoint, type: 'webhook_endpoint.test', about: endpoint, more: {} });
  return sendByHand(engine, { endpoint, delivery, statusOnFailure: 'failed' });
}

/** Forgets what the log need not keep any longer. */
export async function pruneLog(engine: Engine): Promise<void> {
  await pruneDeliveries(engine.database, (engine.webhooks.now() - KEPT_MS) as Instant);
}

async function sendByHand(engine: Engine, input: { endpoint: Parameters<typeof sendMessage>[1]['endpoint']; delivery: { id: string; body: string }; statusOnFailure: 'failed' | null }): Promise<SentByHand> {
  const { endpoint, delivery, statusOnFailure } = input;
  const attempt = await sendMessage(engine, { endpoint, delivery, signal: new AbortController().signal }, statusOnFailure);
  if (attempt === undefined) throw new Error('nobody breaks off what is sent by hand');
  return { deliveryId: delivery.id, isDelivered: isSuccess(attempt), attempt };
}
