import type { ApiKeyKind, Scope } from '@paidup/sdk';

/** What a key of each kind can be narrowed to; what is read and written across kinds of rights stands first. */
export const SCOPES_OF_KIND: Record<ApiKeyKind, readonly Scope[]> = {
  secret: [
    '*:read', '*:write', 'catalog:read', 'catalog:write', 'customers:read', 'customers:write', 'subscriptions:write', 'plan-change:write', 'events:read', 'events:write', 'usage:read', 'state:read',
    'wallet:read', 'wallet:write', 'credits:write', 'invoices:write', 'sandbox:write', 'settings:write', 'keys:write', 'webhooks:read', 'webhooks:write',
  ],
  publishable: [],
  customer: [
    '*:read', '*:write', 'catalog:read', 'customers:read', 'usage:read', 'state:read', 'wallet:read', 'wallet:write', 'settings:write', 'plan-change:write', 'billing.view', 'billing.update', 'notifications.view', 'notifications.update',
    'docspace:owner', 'docspace:admin', 'docspace:payer', 'docspace:user', 'docspace:guest',
  ],
};

export const KIND_WORDS: Record<ApiKeyKind, string> = {
  secret: 'Everything: for your own servers, and for signing in here.',
  publishable: 'Reads billing states and nothing else: may stand in a page of yours.',
  customer: 'What is one customer’s own: for that customer’s programs.',
};
