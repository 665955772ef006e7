import { Refusal } from '../core/problems.js';
import { deleteCheckout } from '../store/checkout.js';
import { performCommand, type Decide } from './command.js';
import type { Engine, Unit } from './engine.js';
import { changeSubscription, createSubscription, type ChangeInput, type CreateSubscriptionInput } from './subscription.js';

/** What a customer is about to buy, in a form that JSON keeps. */
export type Order =
  | { readonly type: 'subscribe'; readonly subscriptionId: string; readonly terms: Pick<CreateSubscriptionInput, 'plan' | 'quantities' | 'multipliers' | 'metadata'> }
  | { readonly type: 'change'; readonly subscriptionId: string; readonly terms: Pick<ChangeInput, 'plan' | 'proration'> };

/** What the order decides when it is carried out. */
export function decideOrder(engine: Engine, order: Order): Decide {
  return order.type === 'subscribe' ? createSubscription(engine, order.subscriptionId, order.terms) : changeSubscription(engine, { ...order.terms, subscriptionId: order.subscriptionId });
}

/**
 * A card was put on file: what waited for it is bought now, and the revision of that is given. What has waited too long,
 * or cannot be bought any more, is not; the card stays on file all the same.
 */
export async function completeCheckout(engine: Engine, unit: Unit, customerId: string): Promise<number | undefined> {
  const checkout = await deleteCheckout(unit.transaction, customerId);
  if (checkout === undefined || checkout.expiresAt <= unit.at) return undefined;
  try {
    return (await performCommand(engine, unit, { customerId, decide: decideOrder(engine, JSON.parse(checkout.asked) as Order) })).revision;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
