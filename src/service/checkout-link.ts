import { instant } from '../core/instant.js';
import { upsertCheckout } from '../store/checkout.js';
import { decideOrder, type Order } from './checkout.js';
import { previewCommand } from './command.js';
import type { Engine } from './engine.js';
import { createSetupLink, type SetupReturn } from './payment-method.js';

/** As long as the provider's page is good: a day. */
const LIFETIME_MS = 24 * 3_600_000;

/**
 * The address of the provider's page on which the customer puts a card on file, and with it buys what is ordered. A
 * later order takes the place of an earlier one.
 * @throws Refusal as the order would be refused now, and as createSetupLink.
 */
export async function openCheckout(engine: Engine, input: { customerId: string; order: Order; returns: SetupReturn }): Promise<string> {
  const { customerId, order, returns } = input;
  await previewCommand(engine, { customerId, decide: decideOrder(engine, order) });
  const url = await createSetupLink(engine, customerId, returns);
  await upsertCheckout(engine.database, { customerId, asked: JSON.stringify(order), expiresAt: instant(engine.clock.now() + LIFETIME_MS) });
  return url;
}
