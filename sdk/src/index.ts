/** A typed client for the native API of Paidup. Zero dependencies; Node 20.19 or later, or a browser. */
export { createClient, type Client } from './client.js';
export type { CallOptions, ClientOptions, KeylessOptions, Tagged } from './call.js';
export { PROBLEM_SLUGS, PaidupProblem, PaidupUnreachable, isProblem, type InputError, type ProblemSlug } from './problem.js';
export type { Page, PageQuery } from './page.js';
export type { Alignment, Decimal, Instant, InstantInput, Interval, Metadata, Money, OpenPeriod, Period } from './money.js';
export type {
  Aggregation, Feature, FeatureInput, FixedPrice, FlatModel, Grant, Meter, MeterInput, Model, Plan, PlanBilling, PlanInput, PlanQuery, PlanVersion, Price, ProrationPolicy, Tier, UsagePrice,
} from './catalog.js';
export type { Coupon, CouponDuration, CouponInput } from './coupon.js';
export type { Address, Customer, CustomerInput, CustomerProfile, CustomerQuery, ListedCustomer } from './customer.js';
export type { Tax, TaxInput, TaxRateInput, TaxStatus } from './tax.js';
export type { AppliedCoupon, Phase, PlanName, Subscription } from './subscription.js';
export type {
  CancelInput, ChangeInput, ChangedSubscription, PauseInput, PhaseInput, ProrationMode, SubscriptionInput, SubscriptionPreview, Terms, TimedTerms,
} from './subscription-command.js';
export type { AwaitedCard, ChangedPlan, PlanChange, PlanChangeInput, PlanChangePreview, PlanChangeRequest, PlanOption, PlanOptions } from './plan-change.js';
export type { AllEventQuery, CountedWindow, CustomerEventQuery, EventQuery, EventResult, StoredEvent, UsageEvent } from './event.js';
export type { AllUsage, AttentionFilter, CustomersInNeed, InvoicesInNeed, Overview, Revenue, SpanQuery } from './overview.js';
export type { UsageForecast, UsagePoint, UsageQuery, UsageSeries } from './usage.js';
export type { Entitlement, EntitlementSource, Override, OverrideInput } from './entitlement.js';
export type { ConsumeInput, GateAnswer, GateError, GateOptions, GateQuestion, GateReason, Remedy } from './gate.js';
export type { MomentQuery, PriceUsage, PublicState, State, StateQuery } from './state.js';
export type { ChangeNews, CustomerNews, StreamOptions } from './stream.js';
export type { ExplainQuery, Explanation } from './explain.js';
export type {
  AllInvoicesQuery, CreditInput, CreditNote, Invoice, InvoiceLine, InvoiceQuery, InvoiceStatus, InvoiceTax, InvoiceTotals, ListedInvoice, UpcomingInvoice,
} from './invoice.js';
export type { Deposit, DepositInput, LedgerTransaction, Wallet, Wallets } from './wallet.js';
export type { Payment, RefundInput } from './payment.js';
export type { AdjustmentInput, Credit, CreditGrantInput } from './credit.js';
export type { Hold, HoldInput, HoldRefusal, UnitsHoldInput } from './hold.js';
export type { Statement, StatementQuery, StatementRow } from './statement.js';
export type { TopUpSettings, TopUpSettingsInput, TopUpStatus } from './top-up.js';
export type { AlertFiring, AlertFiringQuery, AlertInput, AlertThreshold, UsageAlert } from './alert.js';
export type { PaymentMethod, PaymentMethodInput, SetupLink, SetupLinkInput } from './payment-method.js';
export type { Change, ChangeType, Changes, ChangesQuery } from './change.js';
export type { MessageType, NewWebhookEndpoint, WebhookEndpoint, WebhookEndpointChange, WebhookEndpointInput, WebhookEndpointQuery } from './webhook-endpoint.js';
export type { SentWebhook, WebhookAttempt, WebhookDelivery, WebhookDeliveryQuery, WebhookDeliveryStatus } from './webhook-delivery.js';
export type { Health } from './health.js';
export type { ApiKey, ApiKeyInput, ApiKeyKind, ApiKeyQuery, NewApiKey, Scope } from './api-key.js';
export type {
  AmountAnswer, AmountQuestion, BurnAnswer, BurnQuestion, PeriodsQuestion, ProrationAnswer, ProrationQuestion, RolloverAnswer, RolloverQuestion, TaxAnswer, TaxQuestion,
} from './calculate.js';
export type { PortalLink, PortalLinkInput, Session } from './session.js';
export type { CalendarLength, ClockMove, SandboxClock } from './sandbox.js';
