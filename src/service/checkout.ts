import { Refusal } from '../core/problems.js';
import type { Instant } from '../core/instant.js';
import { deleteCheckout } from '../store/checkout.js';
import { performCommand, type Decide, type Performed } from './command.js';
import type { Engine, Unit } from './engine.js';
import { planChange, type PlanChangeAsked } from './plan-change.js';
import { changeSubscription, createSubscription, type ChangeInput, type CreateSubscriptionInput } from './subscription.js';
import { followTimeline, keepStart, startTimeline } from './timeline.js';

/** What a customer is about to buy, in a form that JSON keeps. */
export type Order =
  | { readonly type: 'subscribe'; readonly subscriptionId: string; readonly terms: Pick<CreateSubscriptionInput, 'plan' | 'quantities' | 'multipliers' | 'metadata'>; /** The timeline that it goes on with, and starts by that. */ readonly timelineId?: string }
  | { readonly type: 'change'; readonly subscriptionId: string; readonly terms: Pick<ChangeInput, 'plan' | 'proration'> }
  | { readonly type: 'plan_change'; readonly subscriptionId: string; readonly asked: Pick<PlanChangeAsked, 'plan' | 'quantities'> }
  | { readonly type: 'timeline'; readonly subscriptionId: string; readonly timelineId: string; /** Null: when it is carried out. */ readonly effectiveAt: Instant | null };

/** What the order decides when it is carried out. */
export function decideOrder(engine: Engine, order: Order): Decide {
  const { subscriptionId } = order;
  switch (order.type) {
    case 'subscribe': {
      const { timelineId, terms } = order;
      return timelineId === undefined ? createSubscription(engine, subscriptionId, terms) : followTimeline(engine, { timelineId, subscriptionId, terms });
    }
    case 'change':
      return changeSubscription(engine, { ...order.terms, subscriptionId });
    case 'plan_change':
      return planChange(engine, { ...order.asked, newId: subscriptionId, awaitsCard: true });
    case 'timeline':
      return startTimeline(engine, order);
  }
}

/** Carries the order out. @throws Refusal as what it decides. */
export async function performOrder(engine: Engine, unit: Unit, input: { customerId: string; order: Order }): Promise<Performed> {
  const { customerId, order } = input;
  const performed = await performCommand(engine, unit, { customerId, decide: decideOrder(engine, order) });
  if ('timelineId' in order && order.timelineId !== undefined) await keepStart(unit, { timelineId: order.timelineId, subscriptionId: order.subscriptionId });
  return performed;
}

/**
 * A card was put on file: what waited for it is bought now, and the revision of that is given. What has waited too long,
 * or cannot be bought any more, is not; the card stays on file all the same.
 */
export async function completeCheckout(engine: Engine, unit: Unit, customerId: string): Promise<number | undefined> {
  const checkout = await deleteCheckout(unit.transaction, customerId);
  if (checkout === undefined || checkout.expiresAt <= unit.at) return undefined;
  try {
    return (await performOrder(engine, unit, { customerId, order: JSON.parse(checkout.asked) as Order })).revision;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
