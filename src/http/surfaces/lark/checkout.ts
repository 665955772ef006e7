import { Type, type Static } from 'typebox';
import { paymentMethodStatus } from '../../../core/payment-method.js';
import type { Plan } from '../../../core/plan.js';
import { isFreePlan } from '../../../core/plan-cost.js';
import type { Order } from '../../../service/checkout.js';
import { openCheckout } from '../../../service/checkout-link.js';
import type { Engine } from '../../../service/engine.js';
import { readState } from '../../../service/state.js';
import { ownUrlOf } from '../../own-url.js';
import type { Call } from './route.js';
import { asSubject } from './subject.js';
import { asRates } from './terms.js';

/** When something is bought at once and when the subject is led to the provider's page first. Source: contracts/lark.md section 4. */

export const Callbacks = Type.Object({ success_url: Type.String({ minLength: 1 }), cancelled_url: Type.String({ minLength: 1 }) });
export const CreateCheckoutSession = Type.Optional(Type.Union([Type.Literal('when_required'), Type.Literal('always')]));
export const CheckoutAction = Type.Object({ checkout_url: Type.String(), requires_action_type: Type.Literal('checkout') });

/** What is bought, and what the customer's browser is told. */
export interface AskedCheckout {
  readonly customerId: string;
  readonly order: Order;
  readonly callbacks: Static<typeof Callbacks> | null | undefined;
}

/** The address of the checkout. @throws Refusal as the order would be refused. */
export async function checkout({ engine, request }: Call, asked: AskedCheckout): Promise<string> {
  const ownUrl = ownUrlOf(request);
  const { success_url: successUrl, cancelled_url: backUrl } = asked.callbacks ?? { success_url: ownUrl, cancelled_url: ownUrl };
  return openCheckout(engine, { ...asked, returns: { successUrl, backUrl, ownUrl } }).catch(asSubject).catch(asRates);
}

/** The answer that leads the customer's browser there. */
export function requiresAction(checkoutUrl: string) {
  return { result: { result_type: 'requires_action', action: { checkout_url: checkoutUrl, requires_action_type: 'checkout' } } };
}

/** Whether a card has to be put on file first: something of what is bought may cost something, and there is none. @throws Refusal `not_found` for a subject that is not there. */
export async function needsCard(engine: Engine, customerId: string, bought: ReadonlyArray<{ readonly plan: Plan; readonly multipliers: Readonly<Record<string, string>> }>): Promise<boolean> {
  return !bought.every(({ plan, multipliers }) => isFreePlan(plan, multipliers)) && !(await hasCard(engine, customerId));
}

/** A usable card is on file. */
async function hasCard(engine: Engine, customerId: string): Promise<boolean> {
  const { paymentMethod, asOf } = await readState(engine, customerId).catch(asSubject);
  return paymentMethod !== null && paymentMethodStatus(paymentMethod, asOf) === 'set';
}
