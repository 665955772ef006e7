import { paymentMethodStatus, type PaymentMethodStatus } from '../../../core/payment-method.js';
import type { Customer } from '../../../core/customer.js';
import type { BillingState } from '../../../core/state.js';
import { docspaceFlag, docspaceText } from './metadata.js';

/** The portal as a payer: contracts/docspace.md section 5.1. */
export interface CustomerInfo {
  readonly portalId: string;
  readonly paymentMethodStatus: 0 | 1 | 2;
  readonly email: string | undefined;
  readonly payer: Payer | undefined;
}

/** The user of the portal who pays. */
export interface Payer {
  readonly id: string;
  readonly displayName: string | undefined;
  readonly avatar: string | undefined;
  readonly avatarOriginal: string | undefined;
  readonly avatarMax: string | undefined;
  readonly avatarMedium: string | undefined;
  readonly avatarSmall: string | undefined;
  readonly profileUrl: string | undefined;
  readonly hasAvatar: boolean;
  readonly isAnonim: boolean;
}

const STATUS_NUMBERS: Record<PaymentMethodStatus, 0 | 1 | 2> = { none: 0, set: 1, expired: 2 };

/** Undefined while the portal has nothing that billing would know it by: no e-mail, no card, no wallet. */
export function toCustomerInfo(state: BillingState): CustomerInfo | undefined {
  const { customer, paymentMethod, wallets } = state;
  const isKnown = customer.email !== null || paymentMethod !== null || wallets.some((wallet) => wallet.isOpen);
  if (!isKnown) return undefined;
  return {
    portalId: portalIdOf(customer),
    paymentMethodStatus: STATUS_NUMBERS[paymentMethodStatus(paymentMethod, state.asOf)],
    email: customer.email?.toLowerCase(),
    payer: toPayer(customer),
  };
}

/** What billing calls the portal: its own word for it, else the merchant's, else ours. */
export function portalIdOf(customer: Customer): string {
  return docspaceText(customer.metadata, 'portal_id') ?? customer.externalId ?? customer.id;
}

/** The payer, when the customer's metadata name one by the id that the portal's users have. */
function toPayer(customer: Customer): Payer | undefined {
  const { metadata } = customer;
  const id = docspaceText(metadata, 'payer_id');
  if (id === undefined) return undefined;
  const avatar = docspaceText(metadata, 'payer_avatar');
  const name = docspaceText(metadata, 'payer_name') ?? customer.name ?? undefined;
  return {
    id,
    displayName: name === undefined ? undefined : htmlText(name),
    avatar,
    avatarOriginal: docspaceText(metadata, 'payer_avatar_original') ?? avatar,
    avatarMax: docspaceText(metadata, 'payer_avatar_max') ?? avatar,
    avatarMedium: docspaceText(metadata, 'payer_avatar_medium') ?? avatar,
    avatarSmall: docspaceText(metadata, 'payer_avatar_small') ?? avatar,
    profileUrl: profileUrlOf(customer),
    hasAvatar: docspaceFlag(metadata, 'payer_has_avatar'),
    isAnonim: false,
  };
}

/** Where the portal shows the payer: a search for the e-mail among its people. */
function profileUrlOf(customer: Customer): string | undefined {
  const portalUrl = docspaceText(customer.metadata, 'portal_url');
  if (portalUrl === undefined || customer.email === null) return undefined;
  return `${portalUrl.replace(/\/+$/, '')}/accounts/people/filter?search=${encodeURIComponent(customer.email.toLowerCase())}`;
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** The vendor sends display names encoded for HTML, and its clients put them into pages as they are. */
function htmlText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML[character] ?? character);
}
