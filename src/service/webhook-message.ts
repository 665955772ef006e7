import { createHash } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { instantText } from '../core/instant.js';
import { validSecrets, type MessageType, type WebhookEndpoint } from '../core/webhook-endpoint.js';
import type { Queryable } from '../store/database.js';
import { insertDelivery, recordAttempt, type NewDelivery, type WebhookAttempt, type WebhookDelivery } from '../store/webhook-delivery.js';
import type { Engine } from './engine.js';

/** The same message has the same id however often it is made: whoever hears it twice can tell. */
export function messageIdOf(told: { endpointId: string; customerId: string; revision: number; position: number }): string {
  const { endpointId, customerId, revision, position } = told;
  return `msg_${createHash('sha256').update(`${endpointId}\n${customerId}\n${revision}\n${position}`).digest('hex').slice(0, 24)}`;
}

/** Keeps a message about an endpoint, such as that it was switched off, to be sent to this or another one. */
export async function keepEndpointMessage(
  engine: Engine,
  queryable: Queryable,
  message: { to: WebhookEndpoint; type: Extract<MessageType, `webhook_endpoint.${string}`>; about: WebhookEndpoint; more: Readonly<Record<string, string>> },
): Promise<NewDelivery> {
  const { to, type, about, more } = message;
  const createdAt = engine.webhooks.now();
  const body = JSON.stringify({ type, timestamp: instantText(createdAt), data: { endpoint: about.id, url: about.url, ...more } });
  const delivery = { id: engine.newId('msg'), endpointId: to.id, customerId: null, revision: 0, position: 0, type, body, createdAt };
  await insertDelivery(queryable, delivery);
  return delivery;
}

/** Whether an attempt succeeded: any 2xx, and nothing else. */
export function isSuccess({ status }: Pick<WebhookAttempt, 'status'>): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** What to do about a message: where to, what, and until when. */
export interface Sending {
  readonly endpoint: WebhookEndpoint;
  readonly delivery: Pick<WebhookDelivery, 'id' | 'body'>;
  readonly signal: AbortSignal;
}

/** Sends a kept message once, signed as Standard Webhooks says, and logs how it went; undefined when it was broken off by the signal. */
export async function sendMessage(engine: Engine, { endpoint, delivery, signal }: Sending, statusOnFailure: 'failed' | null): Promise<WebhookAttempt | undefined> {
  const { post, now } = engine.webhooks;
  const at = now();
  const { id, body } = delivery;
  const begun = performance.now();
  const outcome = await post.send({ url: endpoint.url, body, headers: signedHeaders({ id, body, at, secrets: validSecrets(endpoint.secrets, at) }) }, signal);
  if (signal.aborted && 'error' in outcome) return undefined;
  const attempt: WebhookAttempt = { at, durationMs: Math.round(performance.now() - begun), status: null, error: null, ...outcome };
  await recordAttempt(engine.database, id, { attempt, status: isSuccess(attempt) ? 'delivered' : statusOnFailure });
  return attempt;
}

function signedHeaders({ id, body, at, secrets }: { id: string; body: string; at: number; secrets: readonly string[] }): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Paidup-Webhooks',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, new Date(at), body)).join(' '),
  };
}
