import type { Engine } from '../../../service/engine.js';

/**
 * The provider's page on which the customer leaves a card, and whence they come back. To be that of
 * service/payment-method.ts as soon as it is there; until then nobody has such a page, and it is the way back itself.
 */
export async function createSetupLink(_engine: Engine, _customer: string, urls: { readonly successUrl: string; readonly backUrl: string }): Promise<string> {
  return urls.successUrl;
}
