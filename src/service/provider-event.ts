import type { Webhook } from '../provider/port.js';
import { selectCustomer } from '../store/customer.js';
import { selectCustomerByReference } from '../store/provider-customer.js';
import type { Engine } from './engine.js';
import { settleAgain } from './payment.js';
import { refreshPaymentMethod } from './payment-method.js';

/**
 * Takes a webhook of the provider. It is only a hint: what is true is read from the provider, so that a webhook that comes
 * twice, late or out of order changes nothing.
 * @throws Refusal `invalid_request` when the signature is not the provider's.
 */
export async function receiveWebhook(engine: Engine, webhook: Webhook): Promise<void> {
  const event = await engine.provider.parseWebhook(webhook);
  switch (event.type) {
    case 'payment_changed':
      return settleAgain(engine, event);
    case 'customer_changed':
      return refreshCustomerOf(engine, event.customerReference);
    case 'ignored':
      return;
  }
}

/** One account of a provider may serve others too: a customer that is none of ours, or is deleted, is passed over. */
async function refreshCustomerOf(engine: Engine, customerReference: string): Promise<void> {
  const customerId = await selectCustomerByReference(engine.database, engine.provider.name, customerReference);
  if (customerId === undefined || (await selectCustomer(engine.database, customerId)) === undefined) return;
  await refreshPaymentMethod(engine, customerId);
}
