import type { CustomerFacts } from '../core/facts.js';
import type { Standing } from '../core/standing.js';
import { decideTopUp } from '../core/top-up.js';
import type { Payment } from '../store/payment.js';
import type { Engine, Unit } from './engine.js';
import { requestPayment } from './payment-request.js';

/**
 * Opens the automatic top-up that the change under way makes due, if it does; the provider is asked once it is
 * committed. `facts` are those after the change. Gives the standing with it.
 */
export async function topUpIfDue(engine: Engine, unit: Unit, given: { facts: CustomerFacts; standing: Standing }): Promise<Standing> {
  const { facts, standing } = given;
  const decision = decideTopUp(facts, unit.at);
  if (decision === null || 'halted' in decision || facts.paymentMethod === null) return standing;
  const payment: Payment = {
    id: engine.newId('pay'),
    customerId: facts.customer.id,
    revision: facts.revision,
    purpose: 'top_up',
    description: 'Automatic top-up',
    money: decision.charge,
    paymentMethodId: facts.paymentMethod.id,
    requestedAt: unit.at,
    about: null,
    participant: null,
  };
  const after = await requestPayment(unit, standing, payment);
  unit.afterCommit(() => engine.charges.start(payment));
  return after;
}
