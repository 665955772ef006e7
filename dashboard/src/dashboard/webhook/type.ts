import type { MessageType, WebhookEndpoint } from '@paidup/sdk';

/** Every type of message, in the order in which they are offered. The compiler holds it complete. */
const TYPES: Record<MessageType, true> = {
  'customer.created': true, 'customer.updated': true, 'customer.deleted': true,
  'subscription.created': true, 'subscription.updated': true, 'subscription.canceled': true,
  'invoice.issued': true, 'invoice.updated': true, 'credit_note.created': true,
  'wallet.updated': true, 'payment.requested': true, 'payment.succeeded': true, 'payment.declined': true,
  'hold.opened': true, 'hold.extended': true, 'hold.settled': true, 'hold.released': true,
  'top_up_settings.updated': true, 'payment_method.updated': true, 'tax.updated': true, 'services.updated': true,
  'entitlement.updated': true, 'alerts.updated': true, 'usage.alert': true, 'usage.recorded': true,
  'webhook_endpoint.disabled': true, 'webhook_endpoint.test': true,
};

export const MESSAGE_TYPES = Object.keys(TYPES) as MessageType[];

/** What an endpoint is told, in words. */
export function wordsOfTypes({ types }: Pick<WebhookEndpoint, 'types'>): string {
  if (types.length === 0) return 'everything but usage.recorded';
  if (types.includes('*')) return 'everything';
  return types.length > 3 ? `${types.slice(0, 3).join(', ')} and ${types.length - 3} more` : types.join(', ');
}
