import type { UsageEvent } from './event.js';
import { measure, type Meter } from './meter.js';
import { isServing, type Subscription } from './subscription.js';
import { matchEvent, type Match } from './window.js';

/**
 * Why an event counts nowhere. `no_meter`: no meter counts events of this name. `not_measurable`: it lacks what each of
 * them measures (such events are refused, but those older than their meter are there). `no_subscription`: none was
 * active when it happened. `no_price`: no usage price of those that were counts such events.
 */
export type Uncounted = 'no_meter' | 'not_measurable' | 'no_subscription' | 'no_price';

/** What an event is to the meters and the usage windows of its customer. */
export interface EventMatches {
  /** The meters that can count it. */
  readonly meters: readonly Meter[];
  /** Where it counts. */
  readonly matches: readonly Match[];
  /** Null when it counts somewhere. */
  readonly uncounted: Uncounted | null;
}

/** `meters`: all that count events of this name. `subscriptions`: the customer's, as they are known now. */
export function eventMatches({ event, meters, subscriptions }: { event: UsageEvent; meters: readonly Meter[]; subscriptions: readonly Subscription[] }): EventMatches {
  const fitting = meters.filter((meter) => !('fault' in measure(meter, event)));
  const matches = matchEvent(subscriptions, event);
  return { meters: fitting, matches, uncounted: matches.length > 0 ? null : whyNot({ event, meters, fitting, subscriptions }) };
}

function whyNot(asked: { event: UsageEvent; meters: readonly Meter[]; fitting: readonly Meter[]; subscriptions: readonly Subscription[] }): Uncounted {
  const { event, meters, fitting, subscriptions } = asked;
  if (meters.length === 0) return 'no_meter';
  if (fitting.length === 0) return 'not_measurable';
  return subscriptions.some((subscription) => isServing(subscription, event.occurredAt)) ? 'no_price' : 'no_subscription';
}
