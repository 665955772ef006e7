import type { Customer, CustomerInput } from '@paidup/sdk';
import { keyOf } from './code.js';
import type { Tally } from './tally.js';
import { carried, type Target } from './target.js';

const DROPPABLE = ['name', 'email', 'metadata'] as const;

/**
 * Makes a customer. Parts of the profile that Paidup refuses are left out and listed; undefined when it could not be made,
 * or the run is dry. @throws Stopped.
 */
export async function makeCustomer({ target, tally }: { readonly target: Target; readonly tally: Tally }, source: string, input: CustomerInput): Promise<Customer | undefined> {
  if (tally.isDry) tally.made('customer', source, null);
  if (tally.isDry) return undefined;
  let given = input;
  for (;;) {
    let reason = '';
    const made = await carried(() => target.client.createCustomer(given, { idempotencyKey: keyOf('customer', given) }), (why) => {
      reason = why;
    });
    if (made !== undefined) {
      tally.made('customer', source, made.id);
      return made;
    }
    const wrong = DROPPABLE.find((part) => given[part] != null && reason.includes(`/${part}`));
    if (wrong === undefined) {
      tally.lost('customer', source, { reason });
      return undefined;
    }
    tally.lost('customer', source, { field: wrong, reason });
    const { [wrong]: _left, ...rest } = given;
    given = rest;
  }
}
