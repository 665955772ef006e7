import Stripe from 'stripe';
import type { PaymentMethod } from '../core/payment-method.js';
import { Refusal, invalidInput } from '../core/problems.js';
import type { PaymentProvider, ProviderEvent, SetupInput, Webhook } from './port.js';
import { chargeByStripe, refundByStripe } from './stripe-charge.js';
import { asked, isMissing, refusalOf, unavailable } from './stripe-error.js';
import { fromStripeEvent } from './stripe-event.js';

export interface StripeSettings {
  /** sk_… or rk_…; it goes into the Authorization header, and nowhere else. */
  readonly secretKey: string;
  /** whsec_…: what Stripe signs webhooks with. */
  readonly webhookSecret: string;
  /** Where Stripe is, for a stand-in. */
  readonly url?: URL | undefined;
  /** How long one call may take, and how often it is made again. */
  readonly timeoutMs?: number;
  readonly maxRetries?: number;
  readonly now?: () => number;
}

/** The version that the types of the library are made of: an upgrade that changes it does not compile unseen. */
const API_VERSION = '2026-10-28.endive';
/** What the addresses to go on to are called here, by what Stripe calls them. */
const RETURN_POINTERS: ReadonlyMap<string, string> = new Map([['success_url', '/success_url'], ['cancel_url', '/back_url']]);
const SIGNATURE_HEADER = 'stripe-signature';
/** How old a webhook's signature may be: Stripe signs every delivery anew. */
const TOLERANCE_SECONDS = 300;

/** Cards kept and charged by Stripe. */
export function createStripe(settings: StripeSettings): PaymentProvider {
  const { secretKey, webhookSecret, url, timeoutMs = 10_000, maxRetries = 1, now = Date.now } = settings;
  const stripe = new Stripe(secretKey, {
    apiVersion: API_VERSION,
    timeout: timeoutMs,
    maxNetworkRetries: maxRetries,
    telemetry: false,
    appInfo: { name: 'paidup' },
    ...(url === undefined ? {} : addressOf(url)),
  });
  return {
    name: 'stripe',
    createCustomer: (customer) => asked(() => createCustomer(stripe, customer)),
    createSetupLink: (input) => createSetupLink(stripe, input),
    listPaymentMethods: (customerReference) => asked(() => listCards(stripe, customerReference)),
    attachPaymentMethod: (input) => attach(stripe, input),
    removePaymentMethods: (customerReference) => asked(() => removeCards(stripe, customerReference)),
    charge: (input) => chargeByStripe(stripe, input, now()),
    refund: (input) => refundByStripe(stripe, input),
    parseWebhook: async (webhook) => parseWebhook(stripe, webhook, { webhookSecret, nowMs: now() }),
  };
}

function addressOf(url: URL): Pick<Stripe.StripeConfig, 'protocol' | 'host' | 'port'> {
  const protocol = url.protocol === 'http:' ? 'http' : 'https';
  return { protocol, host: url.hostname, port: url.port === '' ? (protocol === 'http' ? 80 : 443) : url.port };
}

/** Made by its id alone, so that asking again under the key is the same request whatever the profile says by then. */
async function createCustomer(stripe: Stripe, { customerId, name, email }: { customerId: string; name: string | null; email: string | null }): Promise<string> {
  const { id } = await stripe.customers.create({ metadata: { paidup_customer: customerId } }, { idempotencyKey: `paidup_customer_${customerId}` });
  const profile = { ...(name === null ? {} : { name }), ...(email === null ? {} : { email }) };
  if (Object.keys(profile).length > 0) await stripe.customers.update(id, profile);
  return id;
}

async function createSetupLink(stripe: Stripe, { customerReference, customerId, successUrl, backUrl }: SetupInput): Promise<{ url: string }> {
  const metadata = { paidup_customer: customerId };
  try {
    const { url } = await stripe.checkout.sessions.create({
      mode: 'setup',
      customer: customerReference,
      client_reference_id: customerId,
      allowed_payment_method_types: ['card'],
      success_url: successUrl,
      cancel_url: backUrl,
      metadata,
      setup_intent_data: { metadata },
    });
    if (url === null) throw new Error('the checkout session has no address');
    return { url };
  } catch (error) {
    const refusal = refusalOf(error);
    const pointer = RETURN_POINTERS.get(refusal?.param ?? '');
    throw refusal === undefined || pointer === undefined ? unavailable(error) : invalidInput([{ pointer, detail: `is refused by Stripe: ${refusal.message}` }]);
  }
}

/** Newest first: whoever puts a card on file means that one. */
async function listCards(stripe: Stripe, customerReference: string): Promise<PaymentMethod[]> {
  const found: Stripe.PaymentMethod[] = [];
  try {
    for await (const method of stripe.paymentMethods.list({ customer: customerReference, type: 'card', limit: 100 })) found.push(method);
  } catch (error) {
    // A customer that was deleted at Stripe has no cards.
    if (!isMissing(error)) throw error;
  }
  return found.sort((left, right) => right.created - left.created || (left.id < right.id ? 1 : -1)).flatMap(fromStripeCard);
}

async function removeCards(stripe: Stripe, customerReference: string): Promise<void> {
  for (const { id } of await listCards(stripe, customerReference)) await stripe.paymentMethods.detach(id);
}

async function attach(stripe: Stripe, { customerReference, token }: { customerReference: string; token: string }): Promise<PaymentMethod> {
  if (!/^pm_\w{1,250}$/.test(token)) throw unknownToken('must be the id of a payment method of Stripe (pm_…)');
  try {
    const [method] = fromStripeCard(await stripe.paymentMethods.attach(token, { customer: customerReference }));
    if (method !== undefined) return method;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal?.kind === 'card') throw new Refusal('payment_declined', `The card was declined: ${refusal.reason}.`);
    if (refusal?.kind === 'request') throw unknownToken(`is refused by Stripe: ${refusal.message}`);
    throw unavailable(error);
  }
  throw unknownToken('must be a card');
}

function unknownToken(detail: string): Refusal {
  return invalidInput([{ pointer: '/token', detail }]);
}

function fromStripeCard({ id, card }: Stripe.PaymentMethod): PaymentMethod[] {
  if (card === undefined) return [];
  return [{ id, provider: 'stripe', brand: card.brand, last4: card.last4, expiryMonth: card.exp_month, expiryYear: card.exp_year }];
}

function parseWebhook(stripe: Stripe, { rawBody, headers }: Webhook, { webhookSecret, nowMs }: { webhookSecret: string; nowMs: number }): ProviderEvent {
  const refused = (detail: string): Refusal => invalidInput([{ pointer: `header:/${SIGNATURE_HEADER}`, detail }]);
  const signature = headers[SIGNATURE_HEADER];
  if (typeof signature !== 'string') throw refused('is needed, once');
  try {
    return fromStripeEvent(stripe.webhooks.constructEvent(rawBody, signature, webhookSecret, TOLERANCE_SECONDS, undefined, nowMs));
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) throw refused('is not the signature of this body, or too old');
    throw refused('signs a body that is no event of Stripe');
  }
}
