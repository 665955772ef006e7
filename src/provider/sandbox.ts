import { randomBytes } from 'node:crypto';
import type { PaymentMethod } from '../core/payment-method.js';
import { invalidInput } from '../core/problems.js';
import {
  ProviderUnavailable, type ChargeInput, type ChargeResult, type PaymentProvider, type ProviderEvent, type RefundInput, type RefundResult, type SetupInput, type Webhook,
} from './port.js';
import { SANDBOX_CARDS, cardByMethodId, cardByToken, methodOf, type SandboxCard } from './sandbox-card.js';
import { linkToken, readLinkToken } from './sandbox-link.js';
import { isSealOf, sealOf } from './seal.js';

/** Where the sandbox keeps what it must find again after a restart: its secret, the customers' cards, charges asked for. */
export interface SandboxMemory {
  read(name: string): Promise<string | undefined>;
  write(name: string, value: string): Promise<void>;
  /** Keeps the value unless there is one; gives the one that holds. */
  ensure(name: string, value: string): Promise<string>;
}

/** The sandbox, with the ends that a real provider has on its own servers. */
export interface Sandbox extends PaymentProvider {
  /** Where webhooks go from now on; until then none are sent. */
  sendWebhooksTo(receive: (webhook: Webhook) => void): void;
  /** The webhook that tells of an event, signed. */
  webhookOf(event: ProviderEvent): Promise<Webhook>;
}

const REFERENCE_PREFIX = 'sandbox_';
const KEPT_PREFIX = 'sandbox_keeps_';
const SIGNATURE_HEADER = 'paidup-sandbox-signature';
const WEBHOOK_PURPOSE = 'webhook';

/** A payment provider that needs nothing: its cards do what their names say, the same way every time. */
export function createSandbox(memory: SandboxMemory = processMemory()): Sandbox {
  const secret = secretOf(memory);
  let send: ((webhook: Webhook) => void) | undefined;

  async function webhookOf(event: ProviderEvent): Promise<Webhook> {
    const rawBody = Buffer.from(JSON.stringify(event));
    return { rawBody, headers: { [SIGNATURE_HEADER]: sealOf({ secret: await secret(), purpose: WEBHOOK_PURPOSE, text: rawBody }) } };
  }

  return {
    name: 'sandbox',
    setupPage: { cards: SANDBOX_CARDS, openLink: async (token, at) => readLinkToken(token, { secret: await secret(), at }) },
    createCustomer: ({ customerId }) => Promise.resolve(`${REFERENCE_PREFIX}${customerId}`),
    createSetupLink: async (input) => ({ url: linkUrl(input, await secret()) }),

    async listPaymentMethods(customerReference): Promise<PaymentMethod[]> {
      const card = cardByToken((await memory.read(cardFact(customerReference))) ?? '');
      return card === undefined ? [] : [methodOf(card)];
    },

    async attachPaymentMethod({ customerReference, token }): Promise<PaymentMethod> {
      const card = cardByToken(token) ?? cardByMethodId(token);
      if (card === undefined) throw invalidInput([{ pointer: '/token', detail: `must be one of ${SANDBOX_CARDS.map((each) => each.token).join(', ')}` }]);
      await memory.write(cardFact(customerReference), card.token);
      return methodOf(card);
    },

    removePaymentMethods: (customerReference) => memory.write(cardFact(customerReference), ''),

    async charge(input): Promise<ChargeResult> {
      const card = cardByMethodId(input.paymentMethodId);
      // Another provider's card: whether it has taken the money is for that one to say.
      if (card === undefined) throw new ProviderUnavailable('the card on file is not one of the sandbox');
      const isFirst = hasOwnWays(card) && (await isFirstAsk(memory, input.idempotencyKey));
      if (isFirst && card.losesFirstAnswer === true) throw new ProviderUnavailable('the sandbox took the money and lost its answer, as this card does');
      if (isFirst && card.answersTwice === true) {
        const webhook = await webhookOf({ type: 'payment_changed', customerId: input.customerId, paymentId: input.idempotencyKey });
        for (let time = 0; time < 2; time += 1) send?.(webhook);
      }
      return resultOf(card, input);
    },

    refund: (input) => Promise.resolve(refund(input)),

    async parseWebhook({ rawBody, headers }): Promise<ProviderEvent> {
      const seal = String(headers[SIGNATURE_HEADER] ?? '');
      if (isSealOf(seal, { secret: await secret(), purpose: WEBHOOK_PURPOSE, text: rawBody })) return JSON.parse(rawBody.toString()) as ProviderEvent;
      throw invalidInput([{ pointer: `header:/${SIGNATURE_HEADER}`, detail: 'is not the signature of this body' }]);
    },

    sendWebhooksTo: (receive) => {
      send = receive;
    },
    webhookOf,
  };
}

/** A sandbox that remembers as long as this process lives. */
export const sandboxProvider: Sandbox = createSandbox();

export function isSandboxProvider(provider: PaymentProvider): provider is Sandbox {
  return provider.name === 'sandbox' && 'sendWebhooksTo' in provider;
}

/** What the key and the card determine is not remembered: a restart answers the same. */
function resultOf(card: SandboxCard, { idempotencyKey }: ChargeInput): ChargeResult {
  if (card.declines !== undefined) return { outcome: 'declined', reason: card.declines };
  return { outcome: 'succeeded', reference: `${card.declinesRefunds === true ? KEPT_PREFIX : REFERENCE_PREFIX}${idempotencyKey}` };
}

function hasOwnWays(card: SandboxCard): boolean {
  return card.losesFirstAnswer === true || card.answersTwice === true;
}

async function isFirstAsk(memory: SandboxMemory, idempotencyKey: string): Promise<boolean> {
  const fact = `sandbox_charge:${idempotencyKey}`;
  if ((await memory.read(fact)) !== undefined) return false;
  await memory.write(fact, 'asked');
  return true;
}

function refund({ idempotencyKey, chargeReference }: RefundInput): RefundResult {
  if (!chargeReference.startsWith(REFERENCE_PREFIX)) return { outcome: 'declined', reason: 'unknown_charge' };
  if (chargeReference.startsWith(KEPT_PREFIX)) return { outcome: 'declined', reason: 'refund_declined' };
  return { outcome: 'succeeded', reference: `sandbox_refund_${idempotencyKey}` };
}

function linkUrl(input: SetupInput, secret: string): string {
  return new URL(`/sandbox/checkout/${linkToken(input, { secret, at: input.at })}`, input.ownUrl).href;
}

function cardFact(customerReference: string): string {
  return `sandbox_card:${customerReference}`;
}

/** The secret that signs links and webhooks, asked for when it is needed first. */
function secretOf(memory: SandboxMemory): () => Promise<string> {
  let asked: Promise<string> | undefined;
  return () => (asked ??= memory.ensure('sandbox_secret', randomBytes(32).toString('hex')).catch((error: unknown) => {
    asked = undefined;
    throw error;
  }));
}

function processMemory(): SandboxMemory {
  const facts = new Map<string, string>();
  const memory: SandboxMemory = {
    read: (name) => Promise.resolve(facts.get(name)),
    write: (name, value) => Promise.resolve(void facts.set(name, value)),
    ensure: async (name, value) => {
      if (!facts.has(name)) facts.set(name, value);
      return facts.get(name) ?? value;
    },
  };
  return memory;
}
