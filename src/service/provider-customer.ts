import { ensureProviderCustomer, selectProviderReference } from '../store/provider-customer.js';
import { readCustomer } from './customer.js';
import type { Engine } from './engine.js';

/** The provider's name for the customer, made when it is first needed. Not inside a unit: it may ask the provider. @throws Refusal `not_found`. */
export async function providerReference(engine: Engine, customerId: string): Promise<string> {
  const { database, provider } = engine;
  const known = await selectProviderReference(database, provider.name, customerId);
  if (known !== undefined) return known;
  const { name, email } = await readCustomer(engine, customerId);
  const reference = await provider.createCustomer({ customerId, name, email });
  return ensureProviderCustomer(database, { provider: provider.name, customerId, reference });
}

/** The provider's name for the customer, if it has one. */
export async function knownProviderReference(engine: Engine, customerId: string): Promise<string | undefined> {
  return selectProviderReference(engine.database, engine.provider.name, customerId);
}
