import { attentionsOf, type Attention } from './attention.js';
import { fixedTotal } from './charge.js';
import type { Currency } from './currency.js';
import { ZERO, type Decimal } from './decimal.js';
import { FOREVER, type Instant } from './instant.js';
import type { Interval } from './period.js';
import { lastingState } from './state.js';
import type { CustomerFacts } from './facts.js';
import { phaseAt, statusAt, type Subscription, type SubscriptionStatus } from './subscription.js';

/** A stretch of a subscription, from `startsAt` (in) to `endsAt` (out), in which it is one thing. The spans of a subscription tile all time from when it was made. */
export interface SubscriptionSpan {
  readonly subscriptionId: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly status: SubscriptionStatus;
  readonly isAddon: boolean;
  readonly planCode: string;
  readonly currency: Currency;
  readonly interval: Interval;
  /** What its fixed prices ask per interval while it is active, exactly, in major units; else zero. See monthlyRevenue. */
  readonly amount: Decimal;
}

/** What lists and sums over all customers need of one. */
export interface Outline {
  readonly spans: readonly SubscriptionSpan[];
  readonly attentions: readonly Attention[];
  /** Until when (out) it holds, if the facts stay as they are; the spans hold for good. */
  readonly until: Instant;
}

export function outlineOf(facts: CustomerFacts, at: Instant): Outline {
  const { state, until, booked } = lastingState(facts, at);
  // As they are with what is due by now, whether it has been written down or not: a turn may end what the wallet cannot pay.
  return { spans: booked.subscriptions.flatMap(spansOf), attentions: attentionsOf(state), until };
}

export const NO_OUTLINE: Outline = { spans: [], attentions: [], until: FOREVER };

export function spansOf(subscription: Subscription): SubscriptionSpan[] {
  const { startsAt, endsAt, trialEndsAt, phases } = subscription;
  const madeAt = phases[0].madeAt;
  const turns = [madeAt, startsAt, endsAt, trialEndsAt ?? FOREVER, ...phases.map((phase) => phase.startsAt)];
  const from = Math.min(madeAt, startsAt);
  const moments = [...new Set(turns)].filter((moment) => moment >= from && moment !== FOREVER).sort((left, right) => left - right);
  const spans: SubscriptionSpan[] = [];
  moments.forEach((moment, index) => {
    const span = { ...spanAt(subscription, moment), startsAt: moment, endsAt: moments[index + 1] ?? FOREVER };
    const last = spans.at(-1);
    if (last !== undefined && isAlike(last, span)) spans[spans.length - 1] = { ...last, endsAt: span.endsAt };
    else spans.push(span);
  });
  return spans;
}

function spanAt(subscription: Subscription, at: Instant): Omit<SubscriptionSpan, 'startsAt' | 'endsAt'> {
  const phase = phaseAt(subscription, at);
  const status = statusAt(subscription, at);
  const { code, currency, interval } = phase.plan;
  return { subscriptionId: subscription.id, status, isAddon: subscription.addonOf !== null, planCode: code, currency, interval, amount: status === 'active' ? fixedTotal(phase) : ZERO };
}

function isAlike(left: SubscriptionSpan, right: SubscriptionSpan): boolean {
  const { interval } = left;
  return left.status === right.status && left.planCode === right.planCode && left.currency === right.currency && interval.unit === right.interval.unit && interval.count === right.interval.count && left.amount.eq(right.amount);
}
