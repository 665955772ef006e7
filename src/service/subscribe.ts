import type { Subscription } from '../core/subscription.js';
import { performCommand, type Performed } from './command.js';
import type { Engine, Unit } from './engine.js';
import { createSubscription, type CreateSubscriptionInput } from './subscription.js';

/** Subscribes a customer, in one call. @throws Refusal as createSubscription. */
export async function subscribe(engine: Engine, unit: Unit, input: CreateSubscriptionInput & { readonly customerId: string }): Promise<Performed & { readonly subscription: Subscription }> {
  const subscriptionId = engine.newId('sub');
  const performed = await performCommand(engine, unit, { customerId: input.customerId, decide: createSubscription(engine, subscriptionId, input) });
  const subscription = performed.facts.subscriptions.find(({ id }) => id === subscriptionId);
  if (subscription === undefined) throw new Error('a subscription is not among its own facts');
  return { ...performed, subscription };
}
