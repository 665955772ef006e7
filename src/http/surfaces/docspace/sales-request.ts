import { readNeededBody } from './body.js';
import type { Call } from './route.js';

/**
 * A portal asks to be called back by sales. It is checked and logged with the portal and nothing of what was written:
 * Paidup sends no mail and keeps no words of people; whoever runs it knows the portal by its customer.
 */
export async function askSales(call: Call): Promise<undefined> {
  const body = readNeededBody(call.request.body);
  body.neededText('userName');
  body.neededEmail('email');
  body.neededText('message');
  body.done();
  call.request.log.info({ customer: call.customerId }, 'a portal asks to be contacted by sales');
  return undefined;
}
