import { alertStates, type AlertState } from './alert-firing.js';
import { bookDue, nextDueAfter, owedIn, upcomingInvoice, type Booked } from './booking.js';
import type { Customer } from './customer.js';
import { besideOf, entitlements, type Entitlement } from './entitlement.js';
import type { CustomerFacts } from './facts.js';
import { FOREVER, type Instant } from './instant.js';
import type { Invoice } from './invoice.js';
import { zeroMoney, type Money } from './money.js';
import { expiresAt, type PaymentMethod } from './payment-method.js';
import type { IndexedPeriod } from './period.js';
import { usagePrices } from './plan.js';
import type { ServiceSettings } from './standing.js';
import { billingPeriodAt, isServing, phaseAt, statusAt, usageWindowAt, type Phase, type Subscription, type SubscriptionStatus } from './subscription.js';
import { nextTopUpChange, topUpStatus, type TopUpStatus } from './top-up.js';
import type { TopUpSettings } from './top-up-settings.js';
import { usageAt, type PriceUsage } from './usage.js';
import { wallets, type Wallet } from './wallet.js';

export interface SubscriptionState {
  readonly subscription: Subscription;
  readonly status: SubscriptionStatus;
  /** The terms in force; before the start those it will start with, after the end the last ones. */
  readonly phase: Phase;
  /** The billing period at the moment asked for; null before the start, in a pause and after the end. */
  readonly currentPeriod: IndexedPeriod | null;
  readonly nextPhase: Phase | null;
}

export type AccessReason = 'no_active_subscription' | 'subscription_paused' | 'limit_reached' | 'overage_cap_reached';

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
  readonly topUpStatus: TopUpStatus | null;
  readonly paymentMethod: PaymentMethod | null;
  readonly services: ServiceSettings | null;
  readonly alerts: readonly AlertState[];
  readonly upcomingInvoice: Invoice | null;
  /** Due, and waiting for late usage. */
  readonly drafts: readonly Invoice[];
  /** What invoices claim that is not paid, those due and not written down yet with it; in the customer's currency. */
  readonly owed: Money;
  readonly access: Access;
}

/** The billing state at `at`, a function of the facts alone: the one answer that every surface is a view of. */
export function billingState(facts: CustomerFacts, at: Instant): BillingState {
  return stateOf(facts, at, bookDue(facts, at));
}

/** The state at `at`; until when (out) it stays so but for its own `asOf`, if the facts stay as they are; and the facts with everything booked that is due. */
export function lastingState(facts: CustomerFacts, at: Instant): { state: BillingState; until: Instant; booked: CustomerFacts } {
  const booked = bookDue(facts, at);
  return { state: stateOf(facts, at, booked), until: nextChange(facts, at, booked), booked: booked.facts };
}

function stateOf(facts: CustomerFacts, at: Instant, booked: Booked): BillingState {
  const { subscriptions } = booked.facts;
  const serving = subscriptions.filter((subscription) => isServing(subscription, at)).map((subscription) => ({ subscription, usage: usageAt(subscription, facts.windows, at) }));
  const usage = serving.flatMap((source) => source.usage);
  const entitled = entitlements(serving.map((source) => ({ ...source, phase: phaseAt(source.subscription, at) })), besideOf(facts, at));
  const { currency } = facts.customer;
  return {
    customer: facts.customer,
    asOf: at,
    revision: facts.revision,
    subscriptions: subscriptions.map((subscription) => subscriptionState(subscription, at)),
    usage,
    entitlements: entitled,
    wallets: wallets(booked.facts, currency, at),
    topUp: facts.topUp,
    topUpStatus: topUpStatus(booked.facts, at),
    paymentMethod: facts.paymentMethod,
    services: facts.services,
    alerts: alertStates(facts, usage),
    upcomingInvoice: upcomingInvoice(booked, at),
    drafts: booked.drafts,
    owed: owedIn(booked.facts, zeroMoney(currency)),
    access: accessOf(booked.facts, { usage, entitled }, at),
  };
}

/** Until when (out) the state at `at` stays as it is but for its own `asOf`, if the facts do; FOREVER when for good. */
export function nextChangeAt(facts: CustomerFacts, at: Instant): Instant {
  return nextChange(facts, at, bookDue(facts, at));
}

/** The first moment after `at` at which the state may differ by more than its own `asOf`; FOREVER when it never will. */
function nextChange(facts: CustomerFacts, at: Instant, booked: Booked): Instant {
  const moments = booked.facts.subscriptions.flatMap((subscription) => {
    const turns = [subscription.startsAt, subscription.trialEndsAt ?? FOREVER, subscription.endsAt, ...subscription.phases.map((phase) => phase.startsAt)];
    if (!isServing(subscription, at)) return turns;
    const windows = usagePrices(phaseAt(subscription, at).plan).map((price) => usageWindowAt(subscription, price, at).endsAt);
    return [...turns, billingPeriodAt(subscription, at).endsAt, ...windows];
  });
  moments.push(nextDueAfter(booked, at), nextTopUpChange(booked.facts, at));
  if (facts.paymentMethod !== null) moments.push(expiresAt(facts.paymentMethod));
  moments.push(...facts.overrides.flatMap(({ expiresAt: until }) => until ?? []), ...facts.holds.flatMap((hold) => [hold.openedAt, hold.expiresAt]), ...booked.facts.credits.map((credit) => credit.expiresAt));
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
    currentPeriod: isServing(subscription, at) ? billingPeriodAt(subscription, at) : null,
    nextPhase: next !== undefined && phase.endsAt !== FOREVER && next.startsAt > at && next.startsAt < subscription.endsAt ? next : null,
  };
}

function accessOf(facts: CustomerFacts, { usage, entitled }: { usage: readonly PriceUsage[]; entitled: readonly Entitlement[] }, at: Instant): Access {
  const statuses = facts.subscriptions.map((subscription) => statusAt(subscription, at));
  if (!statuses.some((status) => status === 'active' || status === 'trialing')) {
    const isPaused = statuses.includes('paused');
    const reason = isPaused ? { code: 'subscription_paused' as const, detail: 'The subscription is paused.' } : { code: 'no_active_subscription' as const, detail: 'No subscription is active or in trial.' };
    return { isAllowed: false, reasons: [reason] };
  }
  const reasons = exhausted({ usage, entitlements: entitled });
  return { isAllowed: reasons.length === 0, reasons: reasons.map(({ code, detail }) => ({ code, detail })) };
}

/** Something of which nothing is left, and that does not go on as overage. */
export interface Exhausted {
  readonly code: 'limit_reached' | 'overage_cap_reached';
  readonly detail: string;
  /** Whether anything was used of it: there may never have been any. */
  readonly isUsed: boolean;
}

/** What counts a feature is looked at with all that grants it; other prices each by itself. */
export function exhausted({ usage, entitlements: entitled }: Pick<BillingState, 'usage' | 'entitlements'>): Exhausted[] {
  const metered = entitled.filter(({ feature, used, isGranted }) => feature.type === 'metered' && used !== null && isGranted);
  const isCovered = (one: PriceUsage): boolean => metered.some(({ sources }) => sources.some(({ counted }) => counted === one));
  const spent = metered.filter(({ remaining, isOverageAllowed }) => !isOverageAllowed && remaining?.eq(0) === true);
  const prices = usage.flatMap((one): Exhausted[] => {
    if (isCovered(one) && !one.isCapReached) return [];
    if (one.isOverageAllowed || one.figures.remaining === null || !one.figures.remaining.eq(0)) return [];
    const isUsed = one.figures.used.gt(0);
    if (one.isCapReached) return [{ code: 'overage_cap_reached', detail: `Overage of "${one.price.name}" has reached its cap in this window.`, isUsed }];
    return [{ code: 'limit_reached', detail: `Nothing is left of "${one.price.name}" in this window.`, isUsed }];
  });
  const limits = spent.map(({ feature, used, held }): Exhausted => ({ code: 'limit_reached', detail: `Nothing is left of "${feature.name}".`, isUsed: used?.gt(0) === true || held.gt(0) }));
  return [...limits, ...prices];
}
