import { Type } from 'typebox';
import { CustomerView } from './customer.js';
import { InstantText, Money, Nullable, Words } from './schema.js';
import { SubscriptionView } from './subscription.js';
import { TopUpView } from './top-up.js';
import { WalletView } from './wallet.js';

/** Shapes of the billing state, for the OpenAPI file. */

export const InvoiceView = Type.Object(
  {
    date: Nullable(InstantText),
    currency: Type.String(),
    lines: Type.Array(
      Type.Object({
        kind: Words(['fixed', 'usage']),
        subscription: Type.String(),
        price: Type.String(),
        description: Type.String(),
        period: Type.Object({ start: InstantText, end: Nullable(InstantText) }),
        quantity: Type.String(),
        unit_amount: Nullable(Type.String({ description: 'Major units; null where quantity times it is not the amount: tiers, packages, free units, bounds' })),
        amount: Money,
      }),
    ),
    subtotal: Money,
    tax: Money,
    total: Money,
    amount_due: Money,
  },
  { description: 'An invoice that is not issued' },
);

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
  by_dimension: Type.Optional(Type.Array(Type.Object({ dimensions: Type.Record(Type.String(), Type.String()), used: Type.String() }))),
});

const EntitlementView = Type.Object({
  feature: Type.String(),
  name: Type.String(),
  type: Words(['flag', 'limit', 'metered']),
  granted: Type.Boolean(),
  limit: Nullable(Type.String({ description: 'A decimal or "unlimited"; null for a flag' })),
  used: Nullable(Type.String()),
  remaining: Nullable(Type.String()),
  resets_at: Nullable(InstantText),
});

export const StateView = Type.Object({
  customer: Type.Union([CustomerView, Type.Object({ id: Type.String(), external_id: Nullable(Type.String()) })]),
  as_of: InstantText,
  revision: Type.Integer(),
  subscriptions: Type.Array(SubscriptionView),
  usage: Type.Array(UsageView),
  entitlements: Type.Array(EntitlementView),
  wallet: Type.Optional(Type.Array(WalletView)),
  top_up: Type.Optional(Nullable(TopUpView)),
  payment_method: Type.Optional(Type.Object({ status: Words(['none', 'set', 'expired']) })),
  upcoming_invoice: Type.Optional(Nullable(InvoiceView)),
  owed: Type.Optional(Money),
  access: Type.Object({ allowed: Type.Boolean(), reasons: Type.Array(Type.Object({ code: Type.String(), detail: Type.String() })) }),
});
