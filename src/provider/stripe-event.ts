import type Stripe from 'stripe';
import type { ProviderEvent } from './port.js';

/** What is read of the thing that an event is about. */
interface EventObject {
  readonly id?: string;
  readonly customer?: string | { readonly id: string } | null;
  readonly metadata?: Readonly<Record<string, string>> | null;
}

const CUSTOMER_EVENTS = new Set(['customer.updated', 'customer.deleted']);
const CARD_EVENTS = new Set(['payment_method.attached', 'payment_method.updated', 'payment_method.automatically_updated', 'setup_intent.succeeded', 'checkout.session.completed']);
const PAYMENT_EVENTS = new Set(['payment_intent.succeeded', 'payment_intent.payment_failed', 'payment_intent.canceled']);
const IGNORED: ProviderEvent = { type: 'ignored' };

/** What an event of Stripe hints at. What it says of the state is passed over: it may be old by the time it arrives. */
export function fromStripeEvent(event: Stripe.Event): ProviderEvent {
  const { type } = event as { type: string };
  const { object, previous_attributes: previous } = event.data as { object: EventObject; previous_attributes?: EventObject };
  if (CUSTOMER_EVENTS.has(type)) return customerChanged(object.id);
  if (CARD_EVENTS.has(type)) return customerChanged(object.customer);
  if (type === 'payment_method.detached') return customerChanged(previous?.customer);
  return PAYMENT_EVENTS.has(type) ? paymentChanged(object.metadata ?? {}) : IGNORED;
}

function customerChanged(customer: EventObject['customer']): ProviderEvent {
  const customerReference = typeof customer === 'object' ? customer?.id : customer;
  return customerReference === undefined ? IGNORED : { type: 'customer_changed', customerReference };
}

function paymentChanged({ paidup_payment: paymentId, paidup_customer: customerId }: Readonly<Record<string, string>>): ProviderEvent {
  return paymentId === undefined || customerId === undefined ? IGNORED : { type: 'payment_changed', customerId, paymentId };
}
