import type { LastFiring, UsageAlert } from './alert.js';
import type { Customer } from './customer.js';
import type { Hold } from './hold.js';
import type { Books } from './ledger.js';
import type { Override } from './override.js';
import type { PaymentStanding } from './payment.js';
import type { PaymentMethod } from './payment-method.js';
import type { ServiceSettings, SubscriptionCursor } from './standing.js';
import type { Subscription } from './subscription.js';
import type { TaxSetting } from './tax.js';
import type { TopUpSettings } from './top-up-settings.js';
import type { UsageWindow } from './window.js';

/** Everything that the billing state of one customer is derived from. */
export interface CustomerFacts extends Books {
  readonly customer: Customer;
  /** The number of the customer's last change. */
  readonly revision: number;
  readonly subscriptions: readonly Subscription[];
  readonly cursors: readonly SubscriptionCursor[];
  /** Rows in force at the moment asked for, and all that are not settled. */
  readonly windows: readonly UsageWindow[];
  readonly holds: readonly Hold[];
  readonly payments: PaymentStanding;
  readonly tax: TaxSetting | null;
  readonly topUp: TopUpSettings | null;
  readonly paymentMethod: PaymentMethod | null;
  readonly services: ServiceSettings | null;
  readonly overrides: readonly Override[];
  readonly alerts: readonly UsageAlert[];
  readonly firings: readonly LastFiring[];
}
