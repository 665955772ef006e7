import { ZERO, add, isPositive, notBelowZero, subtract, sum, type Decimal } from './decimal.js';
import type { UsageEvent } from './event.js';
import { FOREVER, latest, type Instant } from './instant.js';
import { convert, coordinates, isCountedBy, measure, type Measurement, type Tally } from './meter.js';
import type { IndexedPeriod } from './period.js';
import { usagePrices, type UsagePrice } from './plan.js';
import { dimensionKey } from './price.js';
import { carry } from './rollover.js';
import { isServing, phaseAt, usagePriceAt, usageWindowAt, type Subscription } from './subscription.js';

/**
 * What one price of one subscription has counted over one stretch: a projection of events. A window without events
 * has no row; what it would say follows from the terms.
 */
export interface UsageWindow {
  readonly subscriptionId: string;
  readonly priceCode: string;
  /** The combination of dimension values counted here; empty for prices without dimensions. */
  readonly dimensionKey: string;
  /** Where the window begins; where it ends follows from the terms. */
  readonly startsAt: Instant;
  /** Start of the next window of the same series that has a row; FOREVER for the newest. */
  readonly supersededAt: Instant;
  /** In the meter's raw units. */
  readonly tally: Tally;
  /** Units carried in from the window before, in sold units. */
  readonly carried: Decimal;
  /** What the window was invoiced for last; null when no invoice has named it. */
  readonly settled: Settled | null;
}

/** What a row of a window said when it was invoiced: raw units used, and units carried in. */
export interface Settled {
  readonly used: Decimal;
  readonly carried: Decimal;
}

/** Windows of one price and one combination of dimension values: what `supersededAt` chains. */
export interface SeriesKey {
  readonly subscriptionId: string;
  readonly priceCode: string;
  readonly dimensionKey: string;
}

/** Where one event counts. */
export interface Match {
  readonly subscription: Subscription;
  readonly price: UsagePrice;
  readonly series: SeriesKey;
  readonly window: IndexedPeriod;
  readonly measurement: Measurement;
}

export function seriesText(series: SeriesKey): string {
  return `${series.subscriptionId}\n${series.priceCode}\n${series.dimensionKey}`;
}

/** What names a window's row among all of a customer's. */
export function windowText(window: SeriesKey & { readonly startsAt: Instant }): string {
  return `${seriesText(window)}\n${window.startsAt}`;
}

/** Every window that the event counts in: one per usage price, of a subscription that was serving when it happened, whose meter takes it. */
export function matchEvent(subscriptions: readonly Subscription[], event: UsageEvent): Match[] {
  return subscriptions
    .filter((subscription) => isServing(subscription, event.occurredAt))
    .flatMap((subscription) =>
      usagePrices(phaseAt(subscription, event.occurredAt).plan)
        .filter((price) => isCountedBy(price.meter, event.name))
        .flatMap((price) => matchPrice(subscription, price, event)),
    );
}

function matchPrice(subscription: Subscription, price: UsagePrice, event: UsageEvent): Match[] {
  const measurement = measure(price.meter, event);
  if ('fault' in measurement) return [];
  const values = price.model.type === 'dimensional' ? coordinates(price.model.dimensions, event.properties) : [];
  const series = { subscriptionId: subscription.id, priceCode: price.code, dimensionKey: dimensionKey(values) };
  return [{ subscription, price, series, window: usageWindowAt(subscription, price, event.occurredAt), measurement }];
}

/**
 * Units carried into `window` of a price: the rule of rollover applied window by window from `last` (the latest
 * earlier window with a row) or from the subscription's first, with no use in the windows between.
 */
export function carriedInto(input: {
  subscription: Subscription;
  price: UsagePrice;
  window: { readonly startsAt: Instant };
  last: UsageWindow | undefined;
}): Decimal {
  const { subscription, price, window, last } = input;
  if ((usagePriceAt(subscription, price.code, window.startsAt) ?? price).rollover === null) return ZERO;
  const windowOf = (at: Instant): IndexedPeriod => usageWindowAt(subscription, usagePriceAt(subscription, price.code, at) ?? price, at);
  let current = windowOf(last?.startsAt ?? afterPause(subscription, subscription.startsAt));
  let carried = last?.carried ?? ZERO;
  let used = last === undefined ? ZERO : convert(price.meter, last.tally.used);
  while (current.startsAt < window.startsAt && current.endsAt < subscription.endsAt) {
    const next = windowOf(afterPause(subscription, current.endsAt));
    const after = carryOver({ subscription, code: price.code, closed: current, to: next.startsAt, carried, used });
    // Nothing was used and the carry stays as it is: under the same terms it stays so for good.
    const isSettled = used.eq(ZERO) && after.eq(carried) && phaseAt(subscription, current.startsAt) === phaseAt(subscription, window.startsAt);
    if (isSettled && next.startsAt > current.startsAt) return after;
    [current, carried, used] = [next, after, ZERO];
  }
  return carried;
}

/** A pause grants nothing: what is left when it begins is there when it ends. */
function afterPause(subscription: Subscription, at: Instant): Instant {
  let moment = at;
  for (let phase = phaseAt(subscription, moment); phase.isPaused && phase.endsAt !== FOREVER; phase = phaseAt(subscription, moment)) moment = phase.endsAt;
  return moment;
}

/** A window that spans several phases included what its last one does. */
function carryOver(input: { subscription: Subscription; code: string; closed: IndexedPeriod; to: Instant; carried: Decimal; used: Decimal }): Decimal {
  const before = usagePriceAt(input.subscription, input.code, latest(input.closed.startsAt, (input.closed.endsAt - 1) as Instant));
  const after = usagePriceAt(input.subscription, input.code, input.to);
  if (after?.rollover == null) return ZERO;
  return carry({
    included: includedUnits(before),
    carried: input.carried,
    used: input.used,
    cap: after.rollover.cap,
    nextIncluded: includedUnits(after),
  });
}

function includedUnits(price: UsagePrice | undefined): Decimal {
  return price === undefined || price.included === 'unlimited' ? ZERO : price.included;
}

/** What a window says to people, in sold units. `remaining` and `included` are null when nothing is limited. */
export interface WindowUsage {
  readonly included: Decimal | null;
  readonly carried: Decimal;
  readonly used: Decimal;
  readonly remaining: Decimal | null;
  readonly overage: Decimal;
}

/** The figures of a window; several rows are the combinations of dimension values of one window, and add up. */
export function windowUsage(price: UsagePrice, tallies: readonly Tally[], carried: Decimal): WindowUsage {
  const used = sum(tallies.map((tally) => convert(price.meter, tally.used)));
  if (price.included === 'unlimited') return { included: null, carried: ZERO, used, remaining: null, overage: ZERO };
  const left = subtract(add(price.included, carried), used);
  return { included: price.included, carried, used, remaining: notBelowZero(left), overage: isPositive(left) ? ZERO : subtract(ZERO, left) };
}

/** An order over windows that is total: subscription, price, dimension values, start. */
export function compareWindows(left: UsageWindow, right: UsageWindow): number {
  const a = seriesText(left);
  const b = seriesText(right);
  return a < b ? -1 : a > b ? 1 : left.startsAt - right.startsAt;
}

