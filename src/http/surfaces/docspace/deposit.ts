import { Refusal } from '../../../core/problems.js';
import { MAX_DEPOSIT } from '../../../core/wallet.js';
import { performReserved } from '../../../service/idempotency.js';
import { depositToWallet } from '../../../service/payment.js';
import { idempotencyKeyOf } from '../../answer.js';
import { accountingCurrency } from './accounting.js';
import { readNeededBody } from './body.js';
import { toCustomerInfo } from './customer-info.js';
import { absenceFault, argumentFault } from './fault.js';
import { docspaceText } from './metadata.js';
import type { Call } from './route.js';

/**
 * Charges the card on file and puts the money into the wallet: true when it is there, false when the card was declined.
 * As at the vendor, asked twice it is charged twice, unless both came with the same Idempotency-Key.
 */
export async function deposit(call: Call): Promise<boolean> {
  const { engine, customerId, request } = call;
  const body = readNeededBody(request.body);
  const amount = body.integer('amount', { least: 1, most: MAX_DEPOSIT });
  const named = body.text('currency');
  body.done();
  const state = await call.state();
  if (toCustomerInfo(state) === undefined) throw absenceFault('Customer');
  const currency = named === undefined ? undefined : accountingCurrency(state, await call.plans(), named);
  if (currency === undefined) throw argumentFault('Unsupported currency');
  const idempotency = idempotencyKeyOf(request);
  // Only the payer may, so it was the payer.
  const participant = docspaceText(state.customer.metadata, 'payer_id');
  try {
    await performReserved(engine, idempotency, async () => {
      await depositToWallet(engine, customerId, { amount: String(amount), currency, idempotency, ...(participant === undefined ? {} : { participant }) });
      return { status: 200, body: true };
    });
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.slug === 'payment_declined') return false;
    throw error;
  }
}
