import type { Customer } from './customer.js';
import { entitlements, type Entitlement } from './entitlement.js';
import { FOREVER, type Instant } from './instant.js';
import { upcomingInvoice, type InvoicePreview } from './invoice.js';
import type { Balance } from './ledger.js';
import { zeroMoney, type Money } from './money.js';
import { expiresAt, type PaymentMethod } from './payment-method.js';
import type { IndexedPeriod } from './period.js';
import { usagePrices } from './plan.js';
import { billingPeriodAt, isLive, phaseAt, statusAt, usagePriceAt, usageWindowAt, type Phase, type Subscription, type SubscriptionStatus } from './subscription.js';
import type { TopUpSettings } from './top-up.js';
import { priceUsage, usageAt, type PriceUsage } from './usage.js';
import { wallets, type Wallet } from './wallet.js';
import type { UsageWindow } from './window.js';

/** Everything that the billing state of one customer is derived from. */
export interface CustomerFacts {
  readonly customer: Customer;
  /** The number of the customer's last change. */
  readonly revision: number;
  readonly subscriptions: readonly Subscription[];
  /** Rows in force at the moment asked for, and those paid from the wallet that are not settled. */
  readonly windows: readonly UsageWindow[];
  readonly balances: readonly Balance[];
  readonly topUp: TopUpSettings | null;
  readonly paymentMethod: PaymentMethod | null;
}

export interface SubscriptionState {
  readonly subscription: Subscription;
  readonly status: SubscriptionStatus;
  /** The terms in force; before the start those it will start with, after the end the last ones. */
  readonly phase: Phase;
  /** The billing period at the moment asked for; null before the start and after the end. */
  readonly currentPeriod: IndexedPeriod | null;
  readonly nextPhase: Phase | null;
}

export type AccessReason = 'no_active_subscription' | 'limit_reached';

/** Whether the customer may go on, and if not, why. */
export interface Access {
  readonly isAllowed: boolean;
  readonly reasons: ReadonlyArray<{ readonly code: AccessReason; readonly detail: string }>;
}

/** What the customer has, has used, owes and may do at `asOf`. */
export interface BillingState {
  readonly customer: Customer;
  readonly asOf: Instant;
  readonly revision: number;
  readonly subscriptions: readonly SubscriptionState[];
  readonly usage: readonly PriceUsage[];
  readonly entitlements: readonly Entitlement[];
  readonly wallets: readonly Wallet[];
  readonly topUp: TopUpSettings | null;
  readonly paymentMethod: PaymentMethod | null;
  readonly upcomingInvoice: InvoicePreview | null;
  /** Unpaid issued invoices, in the customer's currency. */
  readonly owed: Money;
  readonly access: Access;
}

/** The billing state at `at`, a function of the facts alone: the one answer that every surface is a view of. */
export function billingState(facts: CustomerFacts, at: Instant): BillingState {
  const billed = facts.subscriptions.map((subscription) => ({ subscription, usage: isLive(subscription, at) ? usageAt(subscription, facts.windows, at) : [] }));
  const live = billed.filter(({ subscription }) => isLive(subscription, at));
  const usage = live.flatMap((source) => source.usage);
  return {
    customer: facts.customer,
    asOf: at,
    revision: facts.revision,
    subscriptions: facts.subscriptions.map((subscription) => subscriptionState(subscription, at)),
    usage,
    entitlements: entitlements(live.map((source) => ({ phase: phaseAt(source.subscription, at), usage: source.usage }))),
    wallets: wallets({ currency: facts.customer.currency, balances: facts.balances, accrued: accruedAmounts(facts) }),
    topUp: facts.topUp,
    paymentMethod: facts.paymentMethod,
    upcomingInvoice: upcomingInvoice(billed, at),
    // No invoice can be issued yet, so none is unpaid.
    owed: zeroMoney(facts.customer.currency),
    access: accessOf(live.length > 0, usage),
  };
}

/**
 * The first moment after `at` at which the state may differ by more than its own `asOf`, if the facts stay as they
 * are; FOREVER when it never will.
 */
export function nextChangeAt(facts: CustomerFacts, at: Instant): Instant {
  const moments = facts.subscriptions.flatMap((subscription) => {
    const turns = [subscription.startsAt, subscription.trialEndsAt ?? FOREVER, subscription.endsAt, ...subscription.phases.map((phase) => phase.startsAt)];
    if (!isLive(subscription, at)) return turns;
    const windows = usagePrices(phaseAt(subscription, at).plan).map((price) => usageWindowAt(subscription, price, at).endsAt);
    return [...turns, billingPeriodAt(subscription, at).endsAt, ...windows];
  });
  if (facts.paymentMethod !== null) moments.push(expiresAt(facts.paymentMethod));
  return moments.reduce((next, moment) => (moment > at && moment < next ? moment : next), FOREVER);
}

/** What a subscription is at `at`. */
export function subscriptionState(subscription: Subscription, at: Instant): SubscriptionState {
  const phase = phaseAt(subscription, at);
  const next = subscription.phases[subscription.phases.indexOf(phase) + 1];
  return {
    subscription,
    status: statusAt(subscription, at),
    phase,
    currentPeriod: isLive(subscription, at) ? billingPeriodAt(subscription, at) : null,
    nextPhase: next !== undefined && phase.endsAt !== FOREVER && next.startsAt > at && next.startsAt < subscription.endsAt ? next : null,
  };
}

/** What each window paid from the wallet and not settled has cost, current or past. */
function accruedAmounts(facts: CustomerFacts): Money[] {
  return facts.subscriptions.flatMap((subscription) => {
    const rows = facts.windows.filter((row) => row.subscriptionId === subscription.id);
    const starts = new Map(rows.map((row) => [`${row.priceCode} ${row.startsAt}`, row]));
    return [...starts.values()].flatMap((row) => {
      const price = usagePriceAt(subscription, row.priceCode, row.startsAt);
      if (price === undefined || price.paidFrom !== 'wallet') return [];
      const window = usageWindowAt(subscription, price, row.startsAt);
      const ofPrice = rows.filter((other) => other.priceCode === row.priceCode);
      return [priceUsage({ subscription, phase: phaseAt(subscription, row.startsAt), price, window, rows: ofPrice }).amount];
    });
  });
}

function accessOf(hasLive: boolean, usage: readonly PriceUsage[]): Access {
  if (!hasLive) {
    return { isAllowed: false, reasons: [{ code: 'no_active_subscription', detail: 'No subscription is active or in trial.' }] };
  }
  const spent = usage.filter((one) => !one.isOverageAllowed && one.figures.remaining !== null && one.figures.remaining.eq(0));
  const reasons = spent.map((one) => ({ code: 'limit_reached' as const, detail: `Nothing is left of "${one.price.name}" in this window.` }));
  return { isAllowed: reasons.length === 0, reasons };
}
