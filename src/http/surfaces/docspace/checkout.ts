import { paymentMethodStatus } from '../../../core/payment-method.js';
import { createSetupLink } from '../../../service/payment-method.js';
import { listUnpaid } from '../../../service/unpaid.js';
import { ownUrlOf } from '../../own-url.js';
import { readNeededBody } from './body.js';
import { toCustomerInfo } from './customer-info.js';
import { argumentFault, deniedFault } from './fault.js';
import { isFree, isPaidFromWallet, isYearly, planNamed } from './plan.js';
import { planSubscription } from './quota.js';
import { queryText, queryUrls } from './query.js';
import type { Call } from './route.js';
import { TARIFF_STATES, standingOf } from './tariff.js';

/** Where the portal is sent to buy a plan; nothing when it has one that is paid. Contracts/docspace.md section 3. */
export async function planCheckoutUrl(call: Call): Promise<string | undefined> {
  const { engine, customerId } = call;
  const body = readNeededBody(call.request.body);
  const [backUrl, successUrl] = [body.neededUrl('backUrl'), body.neededUrl('successUrl')];
  const quantities = body.quantities('quantity');
  body.done();
  const [name, quantity] = oneQuantity(quantities);
  const state = await call.state();
  const plan = planNamed(await call.plans(), name, state.customer.currency);
  if (plan === undefined || isPaidFromWallet(plan) || isYearly(plan)) throw argumentFault('Invalid product');
  if (quantity < 1) throw argumentFault('Invalid quantity');
  const current = planSubscription(state)?.phase.plan;
  const hasPlan = current !== undefined && !isFree(current) && !isPaidFromWallet(current);
  if (hasPlan && toCustomerInfo(state) !== undefined && standingOf(state, await listUnpaid(engine, customerId)).state === TARIFF_STATES.paid) return undefined;
  return createSetupLink(engine, customerId, { successUrl, backUrl, ownUrl: ownUrlOf(call.request) });
}

/** Where the portal is sent to leave a card; nothing when one is set. Of a portal that billing knows, only the payer may. */
export async function cardCheckoutUrl(call: Call): Promise<string | undefined> {
  const urls = queryUrls(call.request, ['backUrl', 'successUrl']);
  const state = await call.state();
  if (toCustomerInfo(state) !== undefined && !call.roles.has('payer')) throw deniedFault();
  if (paymentMethodStatus(state.paymentMethod, state.asOf) === 'set') return undefined;
  return createSetupLink(call.engine, call.customerId, { ...urls, ownUrl: ownUrlOf(call.request) });
}

/** The portal's own page that leads to the provider's account of the payer; nothing where billing knows nobody. */
export async function accountAddress(call: Call): Promise<string | undefined> {
  const backUrl = queryText(call.request, 'backUrl');
  if (toCustomerInfo(await call.state()) === undefined) return undefined;
  return `payment.ashx${backUrl === undefined ? '' : `?backUrl=${encodeURIComponent(backUrl)}`}`;
}

/** The one plan with its quantity that a body names. @throws Fault 400 when it names none or several. */
export function oneQuantity(quantities: ReadonlyArray<readonly [string, number | null]>): [name: string, quantity: number] {
  const [first, ...more] = quantities;
  if (first === undefined || more.length > 0) throw argumentFault('Invalid quantity');
  return [first[0], first[1] ?? 0];
}
