import type { PaymentMethod } from '../core/payment-method.js';
import type { SetupCard } from './port.js';

/** A card of the sandbox and how it behaves; what is not said goes well. */
export interface SandboxCard extends SetupCard {
  /** Why every charge is declined. */
  readonly declines?: string;
  readonly declinesRefunds?: true;
  /** The first charge under a key is taken, and its answer lost. */
  readonly losesFirstAnswer?: true;
  /** What came of a charge is told again, by webhooks. */
  readonly answersTwice?: true;
}

const GOOD = { expiryMonth: 12, expiryYear: 2099 };

/** Every card of the sandbox, the one that just works first. */
export const SANDBOX_CARDS: readonly SandboxCard[] = [
  { token: 'card_succeeds', brand: 'visa', last4: '4242', ...GOOD, does: 'Every charge succeeds' },
  { token: 'card_declines', brand: 'visa', last4: '0002', ...GOOD, does: 'Every charge is declined: insufficient_funds', declines: 'insufficient_funds' },
  { token: 'card_expired', brand: 'mastercard', last4: '0069', expiryMonth: 1, expiryYear: 2020, does: 'The card has expired', declines: 'expired_card' },
  { token: 'card_needs_action', brand: 'visa', last4: '3155', ...GOOD, does: 'The bank wants to ask the customer, who is not there: declined as authentication_required', declines: 'authentication_required' },
  { token: 'card_times_out', brand: 'visa', last4: '0119', ...GOOD, does: 'The money is taken and the first answer lost; asked again, the charge is found', losesFirstAnswer: true },
  { token: 'card_answers_twice', brand: 'mastercard', last4: '4444', ...GOOD, does: 'A charge succeeds, and webhooks tell so twice more', answersTwice: true },
  { token: 'card_keeps_refunds', brand: 'mastercard', last4: '5126', ...GOOD, does: 'Every charge succeeds, every refund is declined', declinesRefunds: true },
];

const ID_PREFIX = 'pm_sandbox_';

/** The card as it is kept on file. Its id is made of its token, so that nothing has to be remembered to charge it. */
export function methodOf({ token, brand, last4, expiryMonth, expiryYear }: SandboxCard): PaymentMethod {
  return { id: `${ID_PREFIX}${token}`, provider: 'sandbox', brand, last4, expiryMonth, expiryYear };
}

export function cardByToken(token: string): SandboxCard | undefined {
  return SANDBOX_CARDS.find((card) => card.token === token);
}

export function cardByMethodId(id: string): SandboxCard | undefined {
  return id.startsWith(ID_PREFIX) ? cardByToken(id.slice(ID_PREFIX.length)) : undefined;
}
