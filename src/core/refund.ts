import { decimal, parseDecimal } from './decimal.js';
import type { CustomerFacts } from './facts.js';
import type { Instant } from './instant.js';
import type { LedgerTransaction } from './ledger.js';
import { moneyText, negateMoney, roundToMoney, subtractMoney, sumMoney, type Money } from './money.js';
import type { PaymentPurpose } from './payment.js';
import { Refusal, invalidInput } from './problems.js';
import { availableIn } from './wallet.js';

/** What deciding a refund needs. */
export interface RefundAsked {
  readonly facts: CustomerFacts;
  readonly at: Instant;
  readonly refundId: string;
  readonly payment: { readonly id: string; readonly purpose: PaymentPurpose; readonly money: Money; readonly hasSucceeded: boolean };
  /** What was or is being given back of it. */
  readonly givenBack: readonly Money[];
  /** All that is left of the payment unless told. */
  readonly amount: string | undefined;
  readonly reason: string | null;
}

/** Money that leaves the wallet for the card. */
export interface RefundDecision {
  readonly money: Money;
  readonly description: string;
  readonly transaction: LedgerTransaction;
}

/** @throws Refusal `invalid_request`, `refund_conflict` beyond what is left of the payment, `insufficient_funds` beyond what the wallet has. */
export function decideRefund({ facts, at, refundId, payment, givenBack, amount, reason }: RefundAsked): RefundDecision {
  if (!payment.hasSucceeded || (payment.purpose !== 'deposit' && payment.purpose !== 'top_up')) {
    throw new Refusal('refund_conflict', 'Only a deposit or a top-up that succeeded can be given back.');
  }
  const { currency } = payment.money;
  const left = subtractMoney(payment.money, sumMoney(givenBack, currency));
  const money = amount === undefined ? left : parseRefund(amount, currency);
  if (left.minor <= 0n || money.minor > left.minor) throw new Refusal('refund_conflict', `${moneyText(left)} ${currency} of the payment are left, and ${moneyText(money)} ${currency} are asked back.`);
  const available = availableIn(facts, currency, at);
  if (available.minor < money.minor) throw new Refusal('insufficient_funds', `${moneyText(money)} ${currency} are asked back, and ${moneyText(available)} are available.`);
  const description = 'Refund';
  return {
    money,
    description,
    transaction: {
      id: `txn_${refundId.slice(4)}`,
      kind: 'refund',
      description,
      occurredAt: at,
      entries: [{ account: 'wallet', money: negateMoney(money) }, { account: 'refunding', money }],
      details: { paymentId: payment.id, ...(reason === null ? {} : { reason }) },
    },
  };
}

/** What the provider's answer to a refund does in the books: the money is gone, or it is the wallet's again. */
export function refundOutcome(refund: { readonly id: string; readonly money: Money; readonly about: string | null }, outcome: { hasSucceeded: boolean; at: Instant }): LedgerTransaction {
  const { id, money, about } = refund;
  const { hasSucceeded, at } = outcome;
  return {
    id: `txn_${id.slice(4)}_${hasSucceeded ? 'done' : 'failed'}`,
    kind: hasSucceeded ? 'refund' : 'refund_failed',
    description: hasSucceeded ? 'Refund paid out' : 'Refund failed',
    occurredAt: at,
    entries: [{ account: 'refunding', money: negateMoney(money) }, { account: hasSucceeded ? 'provider' : 'wallet', money }],
    details: about === null ? {} : { paymentId: about },
  };
}

function parseRefund(text: string, currency: Money['currency']): Money {
  const amount = parseDecimal(text);
  const money = amount === undefined ? undefined : roundToMoney(amount, currency);
  if (amount === undefined || money === undefined || money.minor <= 0n) throw invalidInput([{ pointer: '/amount', detail: 'must be a decimal string above zero' }]);
  if (!decimal(moneyText(money)).eq(amount)) throw invalidInput([{ pointer: '/amount', detail: `has more decimal places than ${currency}` }]);
  return money;
}
