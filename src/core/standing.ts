import type { Balance } from './ledger.js';
import type { PaymentMethod } from './payment-method.js';
import { evolveSubscription, type SubscriptionChange, type SubscriptionRecord } from './subscription.js';
import type { TopUpSettings } from './top-up.js';

/** What a customer's facts fold to: kept beside the customer, rewritten by every command, derivable at any time. */
export interface Standing {
  /** In order of creation. */
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly balances: readonly Balance[];
  readonly topUp: TopUpSettings | null;
  readonly paymentMethod: PaymentMethod | null;
}

export const EMPTY_STANDING: Standing = { subscriptions: [], balances: [], topUp: null, paymentMethod: null };

/** The standing after one more change of a subscription. */
export function withSubscriptionChange(standing: Standing, subscriptionId: string, change: SubscriptionChange): Standing {
  const before = standing.subscriptions.find((record) => record.id === subscriptionId);
  const after = evolveSubscription(before, subscriptionId, change);
  const subscriptions = before === undefined ? [...standing.subscriptions, after] : standing.subscriptions.map((record) => (record.id === subscriptionId ? after : record));
  return { ...standing, subscriptions };
}
