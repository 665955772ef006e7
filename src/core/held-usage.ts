import { accruedAmounts } from './accrual.js';
import type { Currency } from './currency.js';
import { ONE, ZERO, decimalText, isPositive, multiply, parseDecimal, subtract, sum, type Decimal } from './decimal.js';
import type { UsageEvent } from './event.js';
import type { CustomerFacts } from './facts.js';
import type { HeldUsage } from './hold.js';
import type { Instant } from './instant.js';
import type { UsagePrice } from './plan.js';
import { invalidInput } from './problems.js';
import { isServing, phaseAt, usagePriceAt, type Subscription } from './subscription.js';
import { WindowBook } from './window-book.js';

/** Use of a service that is asked for: the price that the wallet pays it by, and how much of what it sells. */
export interface UseAsked {
  readonly service: string;
  readonly quantity: string;
  /** Needed where several subscriptions have the price. */
  readonly subscription?: string | undefined;
}

/** Most events that a use of a price that counts events may come to. */
const MAX_COUNTED = 1000;

/** What is asked for, found among what the customer has at `at`. @throws Refusal `invalid_request`. */
export function findUse(facts: CustomerFacts, asked: UseAsked, at: Instant): { use: HeldUsage; price: UsagePrice; currency: Currency } {
  const found = facts.subscriptions.filter((subscription) => isServing(subscription, at) && (asked.subscription ?? subscription.id) === subscription.id && isSold(subscription, asked.service, at));
  const [subscription] = found;
  if (subscription === undefined) throw invalidInput([{ pointer: '/service', detail: `no subscription has a usage price "${asked.service}" that the wallet pays now` }]);
  if (found.length > 1) throw invalidInput([{ pointer: '/subscription', detail: 'is needed: several subscriptions have this price' }]);
  const price = usagePriceAt(subscription, asked.service, at);
  if (price === undefined) throw new Error('a price that was found is gone');
  const { aggregation } = price.meter;
  if ((aggregation !== 'sum' && aggregation !== 'count') || price.model.type === 'dimensional') throw invalidInput([{ pointer: '/service', detail: 'is not counted in a way that money can be held for: by sum or by count, without dimensions' }]);
  return { use: { subscriptionId: subscription.id, priceCode: price.code, quantity: decimalText(parseQuantity(asked.quantity, price)) }, price, currency: phaseAt(subscription, at).plan.currency };
}

/** The events that report the use: one for a sum, as many as were used for a count. */
export function eventsOfUse(price: UsagePrice, use: { id: string; quantity: Decimal; at: Instant }): UsageEvent[] {
  const { id, quantity, at } = use;
  const { meter } = price;
  const raw = multiply(quantity, meter.conversion?.divideBy ?? ONE);
  const common = { name: meter.eventName, occurredAt: at };
  if (meter.property !== null) return isPositive(raw) ? [{ ...common, id, properties: { [meter.property]: raw.toFixed() } }] : [];
  return Array.from({ length: Number(raw.toFixed(0)) }, (_, index) => ({ ...common, id: `${id}-${index + 1}`, properties: {} }));
}

/** What the events would cost the wallet in a currency, exactly, in major units. */
export function costOf(facts: CustomerFacts, events: readonly UsageEvent[], { currency, at }: { currency: Currency; at: Instant }): Decimal {
  const book = new WindowBook(facts.windows, []);
  for (const event of events) book.count(facts.subscriptions, event);
  const accrued = (given: CustomerFacts): Decimal => sum(accruedAmounts(given, at).flatMap(({ money, exact }) => (money.currency === currency ? [exact] : [])));
  return subtract(accrued({ ...facts, windows: book.allWindows() }), accrued(facts));
}

/** How much of what the price sells; zero is nothing. @throws Refusal `invalid_request`. */
export function parseQuantity(text: string, price: UsagePrice): Decimal {
  const quantity = parseDecimal(text);
  if (quantity === undefined || quantity.lt(ZERO)) throw invalidInput([{ pointer: '/quantity', detail: 'must be a decimal string, not negative' }]);
  if (price.meter.property !== null) return quantity;
  const events = multiply(quantity, price.meter.conversion?.divideBy ?? ONE);
  if (!events.round(0, 0).eq(events) || events.gt(MAX_COUNTED)) throw invalidInput([{ pointer: '/quantity', detail: `must come to a whole number of events, at most ${MAX_COUNTED}` }]);
  return quantity;
}

function isSold(subscription: Subscription, code: string, at: Instant): boolean {
  return usagePriceAt(subscription, code, at)?.paidFrom === 'wallet';
}
