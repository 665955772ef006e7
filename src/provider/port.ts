import type { Instant } from '../core/instant.js';
import type { Money } from '../core/money.js';
import type { PaymentMethod } from '../core/payment-method.js';

/** What came of a charge or a refund. A declined one moved no money, and never will under its key. */
export type ChargeResult = { readonly outcome: 'succeeded'; readonly reference: string } | { readonly outcome: 'declined'; readonly reason: string };
export type RefundResult = ChargeResult;

/** The provider did not answer, or not in a way that can be understood: weather. Whether money moved is not known. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
}

/** What is asked of a card. Asked again with the same key, every other field is the same too. */
export interface ChargeInput {
  readonly idempotencyKey: string;
  readonly customerReference: string;
  readonly customerId: string;
  readonly paymentMethodId: string;
  readonly money: Money;
  readonly description: string;
  /** When the charge was asked for the first time: a provider forgets keys after a while. */
  readonly requestedAt: Instant;
}

export interface RefundInput {
  readonly idempotencyKey: string;
  /** What the charge gave. */
  readonly chargeReference: string;
  readonly money: Money;
}

/** Where a customer puts a card on file. Both addresses are http or https. */
export interface SetupInput {
  readonly customerReference: string;
  readonly customerId: string;
  readonly successUrl: string;
  readonly backUrl: string;
  /** Where the customer's browser reaches this Paidup, for a provider whose page is served by it. */
  readonly ownUrl: string;
  readonly at: Instant;
}

/** A webhook as it came: the signature is over the very bytes. Header names are lower-case. */
export interface Webhook {
  readonly rawBody: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A hint that something may have changed. It carries no state: what is true is read from the provider. */
export type ProviderEvent =
  | { readonly type: 'customer_changed'; readonly customerReference: string }
  | { readonly type: 'payment_changed'; readonly customerId: string; readonly paymentId: string }
  | { readonly type: 'ignored' };

/** The far side of payments, in as few verbs as can be. Each throws ProviderUnavailable when it has no answer. */
export interface PaymentProvider {
  readonly name: string;
  /** Set when the page on which cards are put on file is served by Paidup itself. */
  readonly setupPage?: SetupPage;
  /** The provider's name for the customer: the same one however often it is asked for. */
  createCustomer(customer: { customerId: string; name: string | null; email: string | null }): Promise<string>;
  /** A page on which the customer puts a card on file. */
  createSetupLink(input: SetupInput): Promise<{ url: string }>;
  /** The customer's cards, the one to be charged first. */
  listPaymentMethods(customerReference: string): Promise<PaymentMethod[]>;
  /** Turns a token that the provider's page gave into a card that can be charged later. @throws Refusal `invalid_request`, `payment_declined`. */
  attachPaymentMethod(input: { customerReference: string; customerId: string; token: string }): Promise<PaymentMethod>;
  /** Forgets every card of the customer. */
  removePaymentMethods(customerReference: string): Promise<void>;
  /** Charges the card once per idempotency key: asked again with the same key, the answer is the same and no money moves. */
  charge(input: ChargeInput): Promise<ChargeResult>;
  /** Gives back (a part of) a charge, once per idempotency key. */
  refund(input: RefundInput): Promise<RefundResult>;
  /** What a webhook tells. @throws Refusal `invalid_request` when the signature is not the provider's. */
  parseWebhook(webhook: Webhook): Promise<ProviderEvent>;
}

/** What the page on which cards are put on file needs, for a provider that has no server of its own. */
export interface SetupPage {
  readonly cards: readonly SetupCard[];
  /** What a link is for; undefined when it is none of ours, or too old. */
  openLink(token: string, at: Instant): Promise<SetupLink | undefined>;
}

/** A card that can be chosen there. `token` is what attachPaymentMethod takes. */
export interface SetupCard extends Pick<PaymentMethod, 'brand' | 'last4' | 'expiryMonth' | 'expiryYear'> {
  readonly token: string;
  /** What charging it does, for people. */
  readonly does: string;
}

export interface SetupLink {
  readonly customerId: string;
  readonly successUrl: string;
  readonly backUrl: string;
}
