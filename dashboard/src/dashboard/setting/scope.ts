import type { ApiKeyKind, Scope } from '@paidup/sdk';

/** What a key of which kinds can be narrowed to; what is read and written across kinds of rights stands first. A right that is not here does not compile. */
const KINDS_OF: Record<Exclude<Scope, '*'>, readonly ApiKeyKind[]> = {
  '*:read': ['secret', 'customer'],
  '*:write': ['secret', 'customer'],
  'overview:read': ['secret'],
  'catalog:read': ['secret', 'customer'],
  'catalog:write': ['secret'],
  'customers:read': ['secret', 'customer'],
  'customers:write': ['secret'],
  'subscriptions:write': ['secret'],
  'plan-change:write': ['secret', 'customer'],
  'events:read': ['secret'],
  'events:write': ['secret'],
  'usage:read': ['secret', 'customer'],
  'state:read': ['secret', 'customer'],
  'wallet:read': ['secret', 'customer'],
  'wallet:write': ['secret', 'customer'],
  'credits:write': ['secret'],
  'invoices:write': ['secret'],
  'settings:write': ['secret', 'customer'],
  'keys:write': ['secret'],
  'webhooks:read': ['secret'],
  'webhooks:write': ['secret'],
  'sandbox:write': ['secret'],
  'billing.view': ['customer'],
  'billing.update': ['customer'],
  'notifications.view': ['customer'],
  'notifications.update': ['customer'],
  'docspace:owner': ['customer'],
  'docspace:admin': ['customer'],
  'docspace:payer': ['customer'],
  'docspace:user': ['customer'],
  'docspace:guest': ['customer'],
};

/** What a key of the kind can be narrowed to. */
export function scopesOf(kind: ApiKeyKind): readonly Scope[] {
  return (Object.keys(KINDS_OF) as Array<keyof typeof KINDS_OF>).filter((scope) => KINDS_OF[scope].includes(kind));
}

export const KIND_WORDS: Record<ApiKeyKind, string> = {
  secret: 'Everything: for your own servers, and for signing in here.',
  publishable: 'Reads billing states and nothing else: may stand in a page of yours.',
  customer: 'What is one customer’s own: for that customer’s programs.',
};
