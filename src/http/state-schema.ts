import { Type } from 'typebox';
import { AlertView } from './alert.js';
import { CustomerView } from './customer.js';
import { EntitlementView } from './entitlement.js';
import { ExplanationView, InvoiceView, IssuedInvoiceView } from './invoice-view.js';
import { InstantText, Money, Nullable, Words } from './schema.js';
import { SubscriptionView } from './subscription.js';
import { TopUpStateView } from './top-up.js';
import { WalletView } from './wallet.js';

/** Shapes of the billing state, for the OpenAPI file. */

const UsageView = Type.Object({
  subscription: Type.String(),
  price: Type.String(),
  name: Type.String(),
  meter: Type.String(),
  unit: Nullable(Type.String()),
  window: Type.Object({ start: InstantText, end: Nullable(InstantText) }),
  included: Nullable(Type.String({ description: 'Null when it is only counted' })),
  carried: Type.String({ description: 'Units carried in from the window before' }),
  used: Type.String(),
  remaining: Nullable(Type.String()),
  overage: Type.String(),
  overage_allowed: Type.Boolean(),
  paid_from: Words(['invoice', 'wallet']),
  amount: Money,
  resets_at: Nullable(InstantText),
  explanation: Type.Optional(ExplanationView),
  by_dimension: Type.Optional(Type.Array(Type.Object({ dimensions: Type.Record(Type.String(), Type.String()), used: Type.String() }))),
});

export const StateView = Type.Object({
  customer: Type.Union([CustomerView, Type.Object({ id: Type.String(), external_id: Nullable(Type.String()) })]),
  as_of: InstantText,
  assumptions: Type.Array(Type.String(), { description: 'What a state of the future takes for granted' }),
  revision: Type.Integer(),
  subscriptions: Type.Array(SubscriptionView),
  usage: Type.Array(UsageView),
  entitlements: Type.Array(EntitlementView),
  wallet: Type.Optional(Type.Array(WalletView)),
  top_up: Type.Optional(Nullable(TopUpStateView)),
  alerts: Type.Optional(Type.Array(AlertView)),
  payment_method: Type.Optional(Type.Object({ status: Words(['none', 'set', 'expired']) })),
  upcoming_invoice: Type.Optional(Nullable(InvoiceView)),
  draft_invoices: Type.Optional(Type.Array(IssuedInvoiceView, { description: 'Due, but waiting for late usage' })),
  owed: Type.Optional(Money),
  explanations: Type.Optional(Type.Record(Type.String(), ExplanationView, { description: 'Of the figures that have no place of their own for it; only with explain=true' })),
  access: Type.Object({ allowed: Type.Boolean(), reasons: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })) }),
});
