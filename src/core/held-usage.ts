import { accruedAmounts } from './accrual.js';
import type { Currency } from './currency.js';
import { ONE, ZERO, decimal, decimalText, isPositive, multiply, parseDecimal, subtract, sum, type Decimal } from './decimal.js';
import type { UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import type { HeldUsage, Hold } from './hold.js';
import type { Instant } from './instant.js';
import type { Meter } from './meter.js';
import type { UsagePrice } from './plan.js';
import { invalidInput } from './problems.js';
import { isServing, phaseAt, usagePriceAt, type Subscription } from './subscription.js';
import type { UsageWindow } from './window.js';
import { WindowBook } from './window-book.js';

/** Use of a service that is asked for: the price that the wallet pays it by, and how much of what it sells. */
export interface UseAsked {
  readonly service: string;
  readonly quantity: string;
  /** Needed where several subscriptions have the price. */
  readonly subscription?: string | undefined;
}

/** What is asked for, found among what the customer has at `at`. @throws Refusal `invalid_request`. */
export function findUse(facts: CustomerFacts, asked: UseAsked, at: Instant): { use: HeldUsage; price: UsagePrice; currency: Currency } {
  const found = facts.subscriptions.filter((subscription) => isServing(subscription, at) && (asked.subscription ?? subscription.id) === subscription.id && isSold(subscription, asked.service, at));
  const [subscription] = found;
  if (subscription === undefined) throw invalidInput([{ pointer: '/service', detail: `no subscription has a usage price "${asked.service}" that the wallet pays now` }]);
  if (found.length > 1) throw invalidInput([{ pointer: '/subscription', detail: 'is needed: several subscriptions have this price' }]);
  const price = usagePriceAt(subscription, asked.service, at);
  if (price === undefined) throw new Error('a price that was found is gone');
  if (!isCountable(price.meter) || price.model.type === 'dimensional') throw invalidInput([{ pointer: '/service', detail: 'is not counted in a way that money can be held for: by sum or by count, without dimensions' }]);
  const quantity = decimalText(parseQuantity(asked.quantity, price.meter));
  return { use: { feature: null, subscriptionId: subscription.id, priceCode: price.code, quantity, properties: {} }, price, currency: phaseAt(subscription, at).plan.currency };
}

/** Whether a use of so many units can be reported as one event. */
export function isCountable({ aggregation }: Meter): boolean {
  return aggregation === 'sum' || aggregation === 'count';
}

/** What counts a use of the feature at `at`: of the meters of its prices the first that can. */
export function meterOfFeature(subscriptions: readonly Subscription[], feature: string, at: Instant): Meter | undefined {
  for (const subscription of subscriptions) {
    if (!isServing(subscription, at)) continue;
    for (const grant of phaseAt(subscription, at).plan.grants) {
      const price = grant.price === null || grant.feature.code !== feature ? undefined : usagePriceAt(subscription, grant.price, at);
      if (price !== undefined && isCountable(price.meter)) return price.meter;
    }
  }
  return undefined;
}

/** What counts a held use that is settled at `at`: what counts its feature then; else what counted it when it was set aside, as long as that is there. */
export function meterOfHeld(subscriptions: readonly Subscription[], usage: HeldUsage, at: Instant): Meter | undefined {
  const counting = usage.feature === null ? undefined : meterOfFeature(subscriptions, usage.feature, at);
  const subscription = subscriptions.find(({ id }) => id === usage.subscriptionId);
  return counting ?? (subscription === undefined ? undefined : usagePriceAt(subscription, usage.priceCode, at)?.meter);
}

type HoldFacts = Pick<CustomerFacts, 'subscriptions' | 'windows' | 'holds'>;

/** The events that settling all holds that are open at `at` would report then. */
export function heldEvents({ subscriptions, holds }: Omit<HoldFacts, 'windows'>, at: Instant): UsageEvent[] {
  return holds.flatMap(({ id, usage, openedAt, expiresAt }: Hold) => {
    const meter = usage === null || openedAt > at || expiresAt <= at ? undefined : meterOfHeld(subscriptions, usage, at);
    if (usage === null || meter === undefined) return [];
    return eventOfUse(meter, { id, quantity: decimal(usage.quantity), properties: usage.properties, at }) ?? [];
  });
}

/** The facts with the windows as they would be if all holds that are open at `at` were settled; the same where there are none. */
export function withHeldUsed<Facts extends HoldFacts>(facts: Facts, at: Instant): Facts {
  const events = heldEvents(facts, at);
  return events.length === 0 ? facts : { ...facts, windows: countedInto(facts, events) };
}

function countedInto({ subscriptions, windows }: Pick<CustomerFacts, 'subscriptions' | 'windows'>, events: readonly UsageEvent[]): UsageWindow[] {
  const book = new WindowBook(windows, []);
  for (const event of events) book.count(subscriptions, event);
  return book.allWindows();
}

/** The event that reports a use of `quantity` sold units; nothing when nothing was used. The meter must be countable. */
export function eventOfUse(meter: Meter, use: { id: string; quantity: Decimal; properties: Readonly<Record<string, unknown>>; at: Instant }): UsageEvent | undefined {
  const { id, quantity, properties, at } = use;
  const raw = multiply(quantity, meter.conversion?.divideBy ?? ONE);
  if (!isPositive(raw)) return undefined;
  const common = { id, name: meter.eventName, occurredAt: at };
  if (meter.property !== null) return { ...common, properties: { ...properties, [meter.property]: raw.toFixed() } };
  return raw.eq(ONE) ? { ...common, properties } : { ...common, properties, occurrences: raw };
}

/** What the events would cost the wallet in a currency, exactly, in major units. */
export function costOf(facts: Pick<CustomerFacts, 'subscriptions' | 'windows'>, events: readonly UsageEvent[], { currency, at }: { currency: Currency; at: Instant }): Decimal {
  if (events.length === 0) return ZERO;
  const accrued = (given: typeof facts): Decimal => sum(accruedAmounts(given, at).flatMap(({ money, exact }) => (money.currency === currency ? [exact] : [])));
  return subtract(accrued({ subscriptions: facts.subscriptions, windows: countedInto(facts, events) }), accrued(facts));
}

/** How much of what is sold; zero is nothing. @throws Refusal `invalid_request`. */
export function parseQuantity(text: string, meter: Meter): Decimal {
  const quantity = parseDecimal(text);
  if (quantity === undefined || quantity.lt(ZERO)) throw invalidInput([{ pointer: '/quantity', detail: 'must be a decimal string, not negative' }]);
  const wrong = quantityFault(meter, quantity);
  if (wrong !== undefined) throw invalidInput([{ pointer: '/quantity', detail: wrong }]);
  return quantity;
}

/** Why the meter cannot count so many sold units as one event, or undefined. */
export function quantityFault(meter: Meter, quantity: Decimal): string | undefined {
  if (!isWholeUse(meter, quantity)) return 'must come to a whole number of events: its meter counts them';
  return parseDecimal(multiply(quantity, meter.conversion?.divideBy ?? ONE).toFixed()) === undefined ? 'has more digits than its meter can count' : undefined;
}

/** Whether so many sold units come to what the meter can count: whole events, where it counts events. */
export function isWholeUse(meter: Meter, quantity: Decimal): boolean {
  if (meter.property !== null) return true;
  const events = multiply(quantity, meter.conversion?.divideBy ?? ONE);
  return events.round(0, 0).eq(events);
}

function isSold(subscription: Subscription, code: string, at: Instant): boolean {
  return usagePriceAt(subscription, code, at)?.paidFrom === 'wallet';
}
