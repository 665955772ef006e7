import { justBefore, type FixedCharge } from './charge.js';
import { decimal, divide, isPositive, larger, subtract, type Decimal } from './decimal.js';
import { besideOf, entitlements, type GrantSource } from './entitlement.js';
import type { CustomerFacts } from './facts.js';
import type { Instant } from './instant.js';
import type { Contributions } from './invoice.js';
import { sumMoney, type Money } from './money.js';
import { fixedPrices } from './plan.js';
import type { SubscriptionEntry } from './standing.js';
import { NO_PRORATION, isServing, phaseAt, quantityOf, type Phase, type Subscription, type SubscriptionChange } from './subscription.js';
import { termsOf } from './subscription-change.js';
import { usageAt } from './usage.js';

/** A change that a turn itself brings: a fact like any other, decided by the rule and not by anybody. */
export interface Renewal {
  readonly entry: SubscriptionEntry;
  /** The subscription with it. */
  readonly subscription: Subscription;
}

/** Why a subscription ended that the wallet could not pay for. */
export const WALLET_EMPTY = 'wallet_empty';

/** What is bought from the wallet in advance: its fixed prices and their prorations. */
export function boughtOf({ wallet }: Contributions, subscription: Subscription): Money {
  const { currency } = subscription.phases[0].plan;
  return sumMoney(wallet.lines.filter((line) => line.source.of === 'fixed').map((line) => line.amount), currency);
}

/** Whether something is bought because somebody asked for it at this very moment, and not because its time has come. */
export function isAskedFor({ wallet }: Contributions, date: Instant): boolean {
  const charges = wallet.lines.flatMap((line): FixedCharge[] => (line.source.of === 'fixed' ? [line.source.charge] : []));
  return charges.some(({ phase }) => phase.madeAt >= date);
}

/** The subscription with the quantities raised that a turn raises to cover what is in use; null when none is. */
export function raised(facts: CustomerFacts, subscription: Subscription, date: Instant): Renewal | null {
  const phase = phaseAt(subscription, date);
  const quantities: Record<string, Decimal> = { ...phase.quantities };
  for (const { code } of fixedPrices(phase.plan).filter((price) => price.paidFrom === 'wallet' && price.coversUsage)) {
    const needed = quantityNeeded(facts, { subscription, phase, code, date });
    if (needed !== null && needed.gt(quantityOf(phase, code))) quantities[code] = needed;
  }
  const terms = termsOf({ ...phase, quantities });
  if (JSON.stringify(terms) === JSON.stringify(termsOf(phase))) return null;
  // Decided just before the turn, so that the turn charges it.
  const common = { startsAt: date, madeAt: justBefore(date), isAnchor: false, isPaused: false, proration: NO_PRORATION, usage: 'keep', invoice: 'now' } as const;
  const change: SubscriptionChange = { type: 'phase_scheduled', keepsLater: true, ...common, terms };
  const added: Phase = { ...phase, ...common, revision: facts.revision, quantities };
  const earlier = subscription.phases.filter((other) => other.startsAt < date).map((other) => (other === phase || other.endsAt > date ? { ...other, endsAt: date } : other));
  const later = subscription.phases.filter((other) => other.startsAt > date);
  const [first, ...rest] = [...earlier, added, ...later];
  return first === undefined ? null : renewal(facts, { ...subscription, phases: [first, ...rest] }, change);
}

/** Whether the subscription ends at `date` because the wallet could not pay for that turn. */
export function hasLapsed({ ending }: Subscription, date: Instant): boolean {
  return ending !== null && ending.endsAt === date && ending.reason === WALLET_EMPTY;
}

/** The subscription ended at the turn that it cannot pay for. */
export function lapsed(facts: CustomerFacts, subscription: Subscription, date: Instant): Renewal {
  const madeAt = justBefore(date);
  const change: SubscriptionChange = { type: 'canceled', madeAt, endsAt: date, reason: WALLET_EMPTY, proration: NO_PRORATION };
  const ending = { requestedAt: madeAt, endsAt: date, revision: facts.revision, reason: WALLET_EMPTY, proration: NO_PRORATION };
  return renewal(facts, { ...subscription, ending, endsAt: date }, change);
}

export function withRenewal(facts: CustomerFacts, { subscription }: Renewal): CustomerFacts {
  return { ...facts, subscriptions: facts.subscriptions.map((other) => (other.id === subscription.id ? subscription : other)) };
}

function renewal(facts: CustomerFacts, subscription: Subscription, change: SubscriptionChange): Renewal {
  return { entry: { revision: facts.revision, subscriptionId: subscription.id, change }, subscription };
}

/** How many of the price cover what is used of each limit that it multiplies, beside what others grant; null when nothing is counted. */
function quantityNeeded(facts: CustomerFacts, asked: { subscription: Subscription; phase: Phase; code: string; date: Instant }): Decimal | null {
  const { subscription, phase, code, date } = asked;
  const serving = facts.subscriptions.filter((other) => isServing(other, date) && other.id !== subscription.id);
  const others = serving.map((other) => sourceOf(facts, other, date));
  const own = { subscription, phase: { ...phase, quantities: { ...phase.quantities, [code]: decimal(0) } }, usage: usageAt(subscription, facts.windows, date) };
  const without = entitlements([...others, own], besideOf({ ...facts, holds: [] }, date));
  const needs = phase.plan.grants.flatMap((grant) => {
    const found = without.find(({ feature }) => feature.code === grant.feature.code);
    if (grant.perQuantityOf !== code || grant.limit === null || grant.limit === 'unlimited' || !isPositive(grant.limit)) return [];
    if (found?.used == null || found.limit === null || found.limit === 'unlimited') return [];
    const missing = subtract(found.used, found.limit);
    return isPositive(missing) ? [divide({ dividend: missing, divisor: grant.limit, scale: 0, rounding: 'away_from_zero' })] : [];
  });
  return needs.length === 0 ? null : needs.reduce(larger);
}

function sourceOf(facts: CustomerFacts, subscription: Subscription, at: Instant): GrantSource {
  return { subscription, phase: phaseAt(subscription, at), usage: usageAt(subscription, facts.windows, at) };
}
