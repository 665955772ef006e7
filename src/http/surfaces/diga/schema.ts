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

/** What is answered to a body that does not fit its schema: FastAPI's own form (section 3). */
export const ValidationErrorSchema = Type.Object({
  detail: Type.Array(Type.Object({ loc: Type.Array(Type.Union([Type.String(), Type.Integer()])), msg: Type.String(), type: Type.String() })),
});

/** The vendor's error body (section 3). */
export const ErrorSchema = Type.Object({ status: Type.Literal('error'), error_code: Type.String(), message: Type.String() });
