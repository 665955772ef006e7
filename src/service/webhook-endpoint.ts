import { randomBytes } from 'node:crypto';
import { isId } from '../core/id.js';
import { instant } from '../core/instant.js';
import { nameFault } from '../core/name.js';
import { invalidInput, notFound } from '../core/problems.js';
import { hears, rotatedSecrets, type TypeFilter, type WebhookEndpoint } from '../core/webhook-endpoint.js';
import { selectAliases, selectCustomer } from '../store/customer.js';
import { deleteDeliveries, failDeliveries } from '../store/webhook-delivery.js';
import { deleteEndpoint, insertEndpoint, lockEndpoint, selectEndpoint, selectEndpoints, selectEndpointsOfAll, updateEndpoint } from '../store/webhook-endpoint.js';
import { deleteTasks, insertNoticeTasks } from '../store/webhook-task.js';
import { findCustomerId } from './customer.js';
import type { Engine, Unit } from './engine.js';
import { keepEndpointMessage } from './webhook-message.js';

/** What may be said of an endpoint when it is made or changed; what is left out stays, or takes its default. */
export interface EndpointInput {
  readonly url?: string | undefined;
  readonly description?: string | null | undefined;
  readonly types?: readonly TypeFilter[] | undefined;
  readonly enabled?: boolean | undefined;
}

const SECRET_BYTES = 32;
/** How long the secret before goes on signing unless told. */
export const ROTATION_SECONDS = 86_400;

/** Makes an endpoint, which is told what happens from now on. @throws Refusal `invalid_request`, `not_found`. */
export async function createEndpoint(engine: Engine, unit: Unit, input: EndpointInput & { readonly url: string; readonly customer?: string | null | undefined }): Promise<WebhookEndpoint> {
  refuseFaults(engine, input);
  const customerId = input.customer == null ? null : await presentCustomerId(unit, input.customer);
  const isEnabled = input.enabled ?? true;
  const endpoint: WebhookEndpoint = {
    id: engine.newId('whe'),
    url: new URL(input.url).href,
    description: input.description ?? null,
    customerId,
    types: [...new Set(input.types)],
    isEnabled,
    ...(isEnabled ? ENABLED : disabled(engine, BY_REQUEST)),
    secrets: [{ secret: newSecret(), expiresAt: null }],
    createdAt: engine.webhooks.now(),
  };
  await insertEndpoint(unit.transaction, endpoint);
  return endpoint;
}

/** Changes what the input names. Whoever is switched on again hears what happens from then on. @throws Refusal `invalid_request`, `not_found`. */
export async function changeEndpoint(engine: Engine, unit: Unit, { id, ...input }: EndpointInput & { readonly id: string }): Promise<WebhookEndpoint> {
  refuseFaults(engine, input);
  const before = await lockKnown(unit, id);
  const isEnabled = input.enabled ?? before.isEnabled;
  const endpoint: WebhookEndpoint = {
    ...before,
    url: input.url === undefined ? before.url : new URL(input.url).href,
    description: input.description === undefined ? before.description : input.description,
    types: input.types === undefined ? before.types : [...new Set(input.types)],
    ...(isEnabled === before.isEnabled ? {} : isEnabled ? { isEnabled, ...ENABLED } : { isEnabled, ...disabled(engine, BY_REQUEST) }),
  };
  await updateEndpoint(unit.transaction, endpoint);
  if (isEnabled !== before.isEnabled) await dropUndelivered(unit, id);
  return endpoint;
}

/** Takes the endpoint away, with its log. @throws Refusal `not_found`. */
export async function removeEndpoint(unit: Unit, id: string): Promise<void> {
  await lockKnown(unit, id);
  await deleteEndpoint(unit.transaction, id);
  await deleteTasks(unit.transaction, id);
  await deleteDeliveries(unit.transaction, id);
}

/** Gives the endpoint a new secret; the one before goes on signing for so many seconds. @throws Refusal `not_found`. */
export async function rotateSecret(engine: Engine, unit: Unit, { id, expiresIn }: { id: string; expiresIn: number }): Promise<WebhookEndpoint> {
  const before = await lockKnown(unit, id);
  const until = instant(engine.webhooks.now() + expiresIn * 1_000);
  const endpoint = { ...before, secrets: rotatedSecrets(before.secrets, newSecret(), until) };
  await updateEndpoint(unit.transaction, endpoint);
  return endpoint;
}

/** @throws Refusal `not_found`. */
export async function readEndpoint(engine: Engine, id: string): Promise<WebhookEndpoint> {
  const endpoint = await selectEndpoint(engine.database, id);
  if (endpoint === undefined) throw notFound('webhook endpoint', id);
  return endpoint;
}

/** Endpoints above the id `after`, of one customer alone or all. @throws Refusal `not_found`. */
export async function listEndpoints(engine: Engine, input: { after: string | undefined; customer: string | undefined; limit: number }): Promise<WebhookEndpoint[]> {
  const customerId = input.customer === undefined ? null : await findCustomerId(engine, input.customer);
  return selectEndpoints(engine.database, { after: input.after ?? '', customerId, limit: input.limit });
}

/**
 * Switches off an endpoint that has failed for too long, drops what it was not told, and tells the other endpoints of all
 * customers that want to hear it. False when it was off already, or is gone.
 */
export async function disableFailing(engine: Engine, unit: Unit, { id, reason }: { id: string; reason: string }): Promise<boolean> {
  const endpoint = await lockEndpoint(unit.transaction, id);
  if (endpoint?.isEnabled !== true) return false;
  await updateEndpoint(unit.transaction, { ...endpoint, isEnabled: false, ...disabled(engine, reason) });
  await dropUndelivered(unit, id);
  const hearing = (await selectEndpointsOfAll(unit.transaction)).filter(({ types }) => hears(types, 'webhook_endpoint.disabled'));
  for (const other of hearing) {
    await keepEndpointMessage(engine, unit.transaction, { to: other, type: 'webhook_endpoint.disabled', about: endpoint, more: { reason } });
  }
  await insertNoticeTasks(unit.transaction, hearing.map((other) => other.id));
  return true;
}

async function dropUndelivered({ transaction }: Unit, id: string): Promise<void> {
  await deleteTasks(transaction, id);
  await failDeliveries(transaction, id);
}

/** The id of a customer that is there, read in this unit. @throws Refusal `not_found`. */
async function presentCustomerId({ transaction }: Unit, name: string): Promise<string> {
  const id = isId('cus', name) ? name : (await selectAliases(transaction, [name])).get(name);
  const stored = id === undefined ? undefined : await selectCustomer(transaction, id);
  if (stored === undefined) throw notFound('customer', name);
  return stored.customer.id;
}

async function lockKnown({ transaction }: Unit, id: string): Promise<WebhookEndpoint> {
  const endpoint = await lockEndpoint(transaction, id);
  if (endpoint === undefined) throw notFound('webhook endpoint', id);
  return endpoint;
}

const BY_REQUEST = 'switched off by request';
const ENABLED = { disabledAt: null, disabledReason: null } as const;

function disabled(engine: Engine, reason: string): Pick<WebhookEndpoint, 'disabledAt' | 'disabledReason'> {
  return { disabledAt: engine.webhooks.now(), disabledReason: reason };
}

function refuseFaults(engine: Engine, { url, description }: EndpointInput): void {
  const urlFault = url === undefined ? undefined : engine.webhooks.post.faultOf(url);
  if (urlFault !== undefined) throw invalidInput([{ pointer: '/url', detail: urlFault }]);
  const wrong = description == null || description === '' ? undefined : nameFault(description);
  if (wrong !== undefined) throw invalidInput([{ pointer: '/description', detail: wrong }]);
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
