import { contributionsOf } from '../core/invoice.js';
import type { Instant } from '../core/instant.js';
import { zeroMoney, type Money } from '../core/money.js';
import { boughtOf } from '../core/wallet-renewal.js';
import { previewCommand, type Decide } from './command.js';
import type { Engine } from './engine.js';

/** What a change would take out of the wallet at once, and at which moment. */
export interface Purchase {
  readonly cost: Money;
  readonly at: Instant;
}

/** What the first subscription that `decide` changes would cost the wallet now, whether or not it has the money. @throws Refusal as `decide`. */
export async function previewPurchase(engine: Engine, input: { customerId: string; decide: Decide }): Promise<Purchase> {
  let purchase: Purchase | undefined;
  await previewCommand(engine, {
    customerId: input.customerId,
    decide: async (situation) => {
      const { at, loaded } = situation;
      const changes = await input.decide(situation);
      const [first] = changes;
      if (first === undefined) {
        purchase = { cost: zeroMoney(loaded.facts.customer.currency), at };
        return [];
      }
      const subscription = await situation.after(changes, first.subscriptionId);
      const rows = loaded.facts.windows.filter((row) => row.subscriptionId === subscription.id);
      const cursor = loaded.standing.cursors.find(({ subscriptionId }) => subscriptionId === subscription.id) ?? null;
      purchase = { cost: boughtOf(contributionsOf(subscription, rows, { after: cursor, upTo: at }), subscription), at };
      // Nothing is decided: what cannot be paid for can be asked about.
      return [];
    },
  });
  if (purchase === undefined) throw new Error('a preview decided nothing');
  return purchase;
}
