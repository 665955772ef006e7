/** A typed client for the native API of Paidup. Zero dependencies; Node 20.19 or later, or a browser. */
export { createClient, type Client } from './client.js';
export type { CallOptions, ClientOptions } from './call.js';
export { PROBLEM_SLUGS, PaidupProblem, PaidupUnreachable, isProblem, type InputError, type ProblemSlug } from './problem.js';
export type { Page, PageQuery } from './page.js';
export type { Alignment, Decimal, Instant, InstantInput, Interval, Metadata, Money, OpenPeriod, Period } from './money.js';
export type {
  Aggregation, Feature, FeatureInput, FixedPrice, FlatModel, Grant, Meter, MeterInput, Model, Plan, PlanInput, Price, Tier, UsagePrice,
} from './catalog.js';
export type { Customer, CustomerInput, CustomerProfile, CustomerQuery } from './customer.js';
export type { CancelInput, ChangedSubscription, PlanName, Subscription, SubscriptionInput, Terms } from './subscription.js';
export type { CountedWindow, EventResult, UsageEvent } from './event.js';
export type { UsagePoint, UsageQuery, UsageSeries } from './usage.js';
export type { Entitlement, InvoiceLine, PriceUsage, PublicState, State, StateQuery, UpcomingInvoice } from './state.js';
export type { Deposit, DepositInput, LedgerTransaction, Wallet, Wallets } from './wallet.js';
export type { TopUpSettings, TopUpSettingsInput } from './top-up.js';
export type { PaymentMethod, PaymentMethodInput } from './payment-method.js';
export type { ApiKey, ApiKeyInput, ApiKeyKind, ApiKeyQuery, NewApiKey, Scope } from './api-key.js';
export type { AmountAnswer, AmountQuestion, PeriodsQuestion } from './calculate.js';
