import { Type, type Static } from 'typebox';
import { InstantText, Nullable, Words } from '../../schema.js';

const PERIODS = ['month', 'year', 'day', 'week'] as const;
const Count = Type.Integer({ minimum: 0 });
const Amount = Type.Number({ description: 'Major units' });

const NextPhase = Type.Object({ name: Type.String(), period: Words(['month', 'year']), price: Amount });

/** The vendor's SubscriptionSchema: every field that any dated version of it has, at once (contracts/diga.md section 2). */
export const SubscriptionSchema = Type.Object({
  name: Type.String({ description: 'Name of the subscription plan' }),
  next_invoice_date: Nullable({ ...InstantText, description: 'Date of the next invoice; null when the plan was canceled and will not renew' }),
  next_invoice_amount: Nullable(Type.Number({ description: 'Amount of the next invoice, including metered usage; null when the plan was canceled' })),
  period_start: { ...InstantText, description: 'Start of the current billing period' },
  period_end: { ...InstantText, description: 'End of the current billing period' },
  included_minutes: Type.Integer({ minimum: 0, description: 'Minutes that the plan includes per usage window' }),
  max_concurrent_calls: Nullable(Type.Integer({ minimum: 0, description: 'Null if unlimited' })),
  active_since: InstantText,
  price: Type.Number({ description: 'Price of the subscription plan per period, in major units' }),
  currency: Type.String(),
  period: Words(PERIODS),
  overage_price_per_minute: Nullable(Type.Number({ description: 'Null if metered usage is disabled' })),
  usage_based_billing_enabled: Type.Boolean(),
  minutes_count: Type.Integer({ minimum: 0, description: 'Minutes used in the current usage window' }),
  rollover_minutes_count: Type.Integer({ minimum: 0, description: 'Minutes carried into the current usage window' }),
  next_payment_date: InstantText,
  next_phase: Nullable(NextPhase),
  knowledge_storage_used_bytes: Count,
  knowledge_storage_limit_bytes: Nullable(Type.Integer({ minimum: 0, description: 'Null if there is no limit' })),
  knowledge_items_count: Count,
  copilot_usage_percent: Type.Number({ minimum: 0, maximum: 100, description: 'Part of the weekly budget that is used' }),
  included_workflows: Count,
  workflows_count: Nullable(Type.Integer({ minimum: 0, description: 'Null when nothing counts them' })),
});

/** What `GET /v1/billing/subscription/` answers. */
export type DigaSubscription = Static<typeof SubscriptionSchema>;

export type DigaNextPhase = Static<typeof NextPhase>;

/** The vendor's UsageAlertConfigurationResponse (section 2). */
export const UsageAlertSchema = Type.Object({
  id: Type.String({ description: 'A UUID, the same for the project always' }),
  enabled: Type.Boolean(),
  percent: Type.Integer({ minimum: 1, maximum: 99, description: 'Percentage of included minutes used' }),
  updated_at: InstantText,
});

/** What `GET` and `POST /v1/notification/usage_alert` answer. */
export type DigaUsageAlert = Static<typeof UsageAlertSchema>;

export const UsageAlertBody = Type.Object({
  enabled: Type.Boolean(),
  percent: Type.Integer({ minimum: 1, maximum: 99, description: 'Percentage of included minutes used' }),
  notification_email: Type.String({ description: 'Where the merchant sends it; Paidup sends no mail' }),
});

export type DigaUsageAlertInput = Static<typeof UsageAlertBody>;

/** The vendor's UpcomingInvoiceSchema (section 2), in major units. */
export const UpcomingInvoiceSchema = Type.Object({
  plan_amount: Type.Number({ description: 'What the prices without usage cost on the upcoming invoice' }),
  extra_usage_amount: Type.Number({ description: 'What usage costs on it so far' }),
  total_due: Type.Number({ description: 'What will be charged: with discounts and taxes, less what the wallet pays' }),
  currency: Type.String(),
  next_payment_date: InstantText,
});

/** What `GET /v1/billing/subscription/upcoming-invoice` answers. */
export type DigaUpcomingInvoice = Static<typeof UpcomingInvoiceSchema>;

const PaymentMethodSchema = Type.Object({
  id: Type.String(),
  type: Type.Literal('card'),
  card: Nullable(Type.Object({ brand: Type.String(), last4: Type.String(), exp_month: Type.Integer(), exp_year: Type.Integer() })),
  link: Nullable(Type.Object({ email: Nullable(Type.String()) })),
  is_default: Type.Boolean({ description: 'Whether invoices are charged to it' }),
});

/** The vendor's list of PaymentMethodResponseSchema (section 2): bare, no page. */
export const PaymentMethodsSchema = Type.Array(PaymentMethodSchema);

/** What `GET /v1/billing/payment_method/` answers, one by one. */
export type DigaPaymentMethod = Static<typeof PaymentMethodSchema>;

/** What `GET /v1/knowledge/usage` answers. */
export const KnowledgeUsageSchema = Type.Object({
  used_bytes: Count,
  limit_bytes: Nullable(Type.Integer({ minimum: 0, description: 'Null if there is no limit' })),
  item_count: Count,
});

export type DigaKnowledgeUsage = Static<typeof KnowledgeUsageSchema>;

const ADDRESS_PARTS = ['city', 'country', 'line1', 'line2', 'postal_code', 'state'] as const;

/** The vendor's CustomerResponseSchema (section 2). */
export const CustomerSchema = Type.Object({
  id: Type.String(),
  address: Nullable(Type.Object({ city: Nullable(Type.String()), country: Nullable(Type.String()), line1: Nullable(Type.String()), line2: Nullable(Type.String()), postal_code: Nullable(Type.String()), state: Nullable(Type.String()) })),
  email: Nullable(Type.String()),
  name: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  metadata: Type.Record(Type.String(), Type.String()),
  default_payment_method_id: Nullable(Type.String()),
});

/** What `PATCH /v1/billing/customer/` answers. */
export type DigaCustomer = Static<typeof CustomerSchema>;

/** A text that may be null. One type of two, so that what does not fit is one fault, as FastAPI has it. */
const TextOrNull = Type.Unsafe<string | null>({ type: ['string', 'null'], maxLength: 255 });

/** The vendor's customer request: null or left out is as it was, an empty text is none. */
export const CustomerBody = Type.Object({
  address: Type.Optional(
    Type.Unsafe<{ readonly [Part in (typeof ADDRESS_PARTS)[number]]?: string | null } | null>({
      type: ['object', 'null'],
      properties: Object.fromEntries(ADDRESS_PARTS.map((part) => [part, TextOrNull])),
      description: 'Taken as a whole',
    }),
  ),
  email: Type.Optional(TextOrNull),
  name: Type.Optional(TextOrNull),
  phone: Type.Optional(TextOrNull),
  metadata: Type.Optional(Type.Unsafe<Readonly<Record<string, unknown>> | null>({ type: ['object', 'null'], description: 'Added to what there is, name by name; an empty text takes a name away' })),
  default_payment_method_id: Type.Optional(TextOrNull),
});

export type DigaCustomerInput = Static<typeof CustomerBody>;

/** What is answered to a body that does not fit its schema: FastAPI's own form (section 3). */
export const ValidationErrorSchema = Type.Object({
  detail: Type.Array(Type.Object({ loc: Type.Array(Type.Union([Type.String(), Type.Integer()])), msg: Type.String(), type: Type.String() })),
});

/** The vendor's error body (section 3). */
export const ErrorSchema = Type.Object({ status: Type.Literal('error'), error_code: Type.String(), message: Type.String() });
