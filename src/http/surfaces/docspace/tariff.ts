import { FOREVER, instant, type Instant } from '../../../core/instant.js';
import { fixedPrices } from '../../../core/plan.js';
import type { BillingState, SubscriptionState } from '../../../core/state.js';
import { WALLET_EMPTY } from '../../../core/wallet-renewal.js';
import type { Unpaid } from '../../../service/unpaid.js';
import { NO_DATE_TIME, plainDateTime, zonedDateTime } from './date-time.js';
import { docspaceFlag, docspaceInteger } from './metadata.js';
import { isFree, isPaidFromWallet, quotaIdOf, seatsOf } from './plan.js';
import { isAdmin, type Roles } from './role.js';

/** Where a portal stands with its payments: contracts/docspace.md section 6.2. */
export const TARIFF_STATES = { trial: 0, paid: 1, delay: 2, notPaid: 3 } as const;
export type TariffState = (typeof TARIFF_STATES)[keyof typeof TARIFF_STATES];

/** The state with the dates that it follows from. */
export interface TariffStanding {
  readonly state: TariffState;
  /** Until when the plan is paid; FOREVER when it costs nothing, null when there is none. */
  readonly dueAt: Instant | null;
  /** The end of the days of grace, while they run. */
  readonly delayDueAt: Instant | null;
}

/** A plan or an add-on that the portal has. */
export interface TariffRow {
  readonly subscription: SubscriptionState;
  readonly quantity: number;
  readonly isWallet: boolean;
  /** The end of the period that is paid. */
  readonly dueAt: Instant;
  /** Other than `quantity` from the next period on; 0 when it ends with this one. */
  readonly nextQuantity: number | undefined;
}

const DAY_MS = 86_400_000;
/** How long an add-on that the wallet could not pay for is shown as overdue, unless it is bought again. */
const OVERDUE_MS = 30 * DAY_MS;
/** How long a plan that is a trial by itself lasts, where the subscription does not say. */
const TRIAL_DAYS = 30;

/** The state at `at`, in whole days of UTC: paid through the due day, then the days of grace, then not paid. A trial has no grace. */
export function tariffStanding(input: { isTrial: boolean; dueAt: Instant | null; graceDays: number; at: Instant }): TariffStanding {
  const { isTrial, dueAt, at } = input;
  const graceDays = isTrial ? 0 : input.graceDays;
  if (dueAt === null) return { state: TARIFF_STATES.notPaid, dueAt, delayDueAt: null };
  const late = dueAt === FOREVER ? 0 : dayOf(at) - dayOf(dueAt);
  if (late <= 0) return { state: isTrial ? TARIFF_STATES.trial : TARIFF_STATES.paid, dueAt, delayDueAt: null };
  if (late > graceDays) return { state: TARIFF_STATES.notPaid, dueAt, delayDueAt: null };
  return { state: TARIFF_STATES.delay, dueAt, delayDueAt: instant((dayOf(dueAt) + graceDays) * DAY_MS) };
}

/** Where the portal stands, from its subscriptions and what it has not paid of them. */
export function standingOf(state: BillingState, unpaid: readonly Unpaid[]): TariffStanding {
  const plans = state.subscriptions.filter(({ phase, status }) => !isPaidFromWallet(phase.plan) && status !== 'scheduled');
  const live = plans.filter(isLive);
  const last = plans.reduce<SubscriptionState | undefined>((latest, one) => (latest === undefined || one.subscription.endsAt >= latest.subscription.endsAt ? one : latest), undefined);
  // An add-on alone stands beside the plan that costs nothing.
  if (last === undefined) return tariffStanding({ isTrial: false, dueAt: state.subscriptions.some(isLive) ? FOREVER : null, graceDays: 0, at: state.asOf });
  const current = live.length > 0 ? live : [last];
  const dues = current.map((one) => ({ one, dueAt: dueOf(one, unpaid) }));
  const first = dues.reduce((earliest, due) => (due.dueAt < earliest.dueAt ? due : earliest));
  return tariffStanding({ isTrial: isTrial(first.one), dueAt: first.dueAt, graceDays: graceDaysOf(state, first.one), at: state.asOf });
}

/** Everything that the portal has for a fixed price or for nothing, plans first, and add-ons that are overdue; services paid per use are none. */
export function tariffRows(state: BillingState, unpaid: readonly Unpaid[]): TariffRow[] {
  const live = state.subscriptions.filter(({ phase, currentPeriod }) => currentPeriod !== null && (!isPaidFromWallet(phase.plan) || fixedPrices(phase.plan).length > 0));
  const rows = [...live, ...overdueAddOns(state, live)];
  const toRow = (subscription: SubscriptionState): TariffRow => ({
    subscription,
    quantity: seatsOf(subscription.phase),
    isWallet: isPaidFromWallet(subscription.phase.plan),
    dueAt: dueOf(subscription, unpaid),
    nextQuantity: nextQuantityOf(subscription),
  });
  return rows.map(toRow).sort((left, right) => Number(left.isWallet) - Number(right.isWallet));
}

/** Add-ons that ended for want of money in the wallet and were not bought again since: the last of each. */
function overdueAddOns(state: BillingState, live: readonly SubscriptionState[]): SubscriptionState[] {
  const idOf = (one: SubscriptionState): number => quotaIdOf(one.phase.plan);
  const ended = state.subscriptions.filter(({ subscription, currentPeriod }) => currentPeriod === null && subscription.ending?.reason === WALLET_EMPTY && subscription.endsAt <= state.asOf && state.asOf - subscription.endsAt < OVERDUE_MS);
  return ended.filter((one) => ![...live, ...ended].some((other) => idOf(other) === idOf(one) && other.subscription.endsAt > one.subscription.endsAt));
}

/** The portal's tariff as far as its user may see it: everybody the state, administrators all of it. */
export function toTariff(state: BillingState, unpaid: readonly Unpaid[], roles: Roles) {
  const standing = standingOf(state, unpaid);
  if (!isAdmin(roles)) return { id: 0, state: standing.state };
  const { zone, accountNumber, email } = state.customer;
  return {
    openSource: false,
    enterprise: false,
    developer: false,
    id: accountNumber,
    state: standing.state,
    dueDate: zonedDateTime(standing.dueAt, zone),
    delayDueDate: zonedDateTime(standing.delayDueAt, zone),
    licenseDate: NO_DATE_TIME,
    customerId: email?.toLowerCase(),
    quotas: tariffRows(state, unpaid).map((row) => toTariffQuota(row, state.asOf)),
  };
}

function toTariffQuota(row: TariffRow, at: Instant) {
  const common = { id: quotaIdOf(row.subscription.phase.plan), quantity: row.quantity, wallet: row.isWallet };
  if (!row.isWallet) return { ...common, nextQuantity: row.nextQuantity };
  return { ...common, dueDate: plainDateTime(row.dueAt), nextQuantity: row.nextQuantity, state: isOverdue(row, at) ? 1 : 0 };
}

/** Whether an add-on's paid time has run out. */
export function isOverdue(row: TariffRow, at: Instant): boolean {
  return row.isWallet && (row.dueAt < at || row.subscription.currentPeriod === null);
}

function isLive({ currentPeriod }: SubscriptionState): boolean {
  return currentPeriod !== null;
}

/** A subscription in its trial, or that ended with it; or of a plan that is a trial by itself. */
function isTrial({ status, subscription, phase }: SubscriptionState): boolean {
  const endedInTrial = subscription.trialEndsAt !== null && subscription.endsAt <= subscription.trialEndsAt;
  return status === 'trialing' || endedInTrial || docspaceFlag(phase.plan.metadata, 'trial');
}

/** Until when the subscription is paid: the date of its oldest unpaid invoice, else the end of its trial or period, or its own. */
function dueOf(one: SubscriptionState, unpaid: readonly Unpaid[]): Instant {
  const { subscription, status, phase, currentPeriod } = one;
  const claim = unpaid.find(({ subscriptionIds }) => subscriptionIds.has(subscription.id));
  if (claim !== undefined) return claim.date;
  if (currentPeriod === null) return status === 'paused' ? phase.startsAt : subscription.endsAt;
  if (isTrial(one)) return subscription.trialEndsAt ?? instant(subscription.startsAt + TRIAL_DAYS * DAY_MS);
  return isFree(phase.plan) ? FOREVER : currentPeriod.endsAt;
}

function nextQuantityOf({ subscription, nextPhase, phase, currentPeriod }: SubscriptionState): number | undefined {
  if (currentPeriod === null) return undefined;
  if (subscription.endsAt <= currentPeriod.endsAt) return 0;
  if (nextPhase === null) return undefined;
  const next = seatsOf(nextPhase);
  return next === seatsOf(phase) && nextPhase.plan.code === phase.plan.code ? undefined : next;
}

/** Days of grace: the portal's own, else its plan's, else none. */
function graceDaysOf(state: BillingState, { phase }: SubscriptionState): number {
  const days = docspaceInteger(state.customer.metadata, 'grace_days') ?? docspaceInteger(phase.plan.metadata, 'grace_days') ?? 0;
  return Math.max(0, days);
}

function dayOf(at: Instant): number {
  return Math.floor(at / DAY_MS);
}
