import { alertOperations, type AlertOperations } from './alert.js';
import { apiKeyOperations, type ApiKeyOperations } from './api-key.js';
import { calculateOperations, type CalculateOperations } from './calculate.js';
import { createCall, createOpen, type ClientOptions } from './call.js';
import { catalogOperations, type CatalogOperations } from './catalog.js';
import { changeOperations, type ChangeOperations } from './change.js';
import { couponOperations, type CouponOperations } from './coupon.js';
import { creditOperations, type CreditOperations } from './credit.js';
import { customerOperations, type CustomerOperations } from './customer.js';
import { eventOperations, type EventOperations } from './event.js';
import { healthOperations, type HealthOperations } from './health.js';
import { entitlementOperations, type EntitlementOperations } from './entitlement.js';
import { gateOperations, type GateOperations } from './gate.js';
import { holdOperations, type HoldOperations } from './hold.js';
import { invoiceOperations, type InvoiceOperations } from './invoice.js';
import { overviewOperations, type OverviewOperations } from './overview.js';
import { paymentMethodOperations, type PaymentMethodOperations } from './payment-method.js';
import { paymentOperations, type PaymentOperations } from './payment.js';
import { planChangeOperations, type PlanChangeOperations } from './plan-change.js';
import { sandboxOperations, type SandboxOperations } from './sandbox.js';
import { statementOperations, type StatementOperations } from './statement.js';
import { sessionOperations, type SessionOperations } from './session.js';
import { stateOperations, type StateOperations } from './state.js';
import { streamOperations, type StreamOperations } from './stream.js';
import { subscriptionCommandOperations, type SubscriptionCommandOperations } from './subscription-command.js';
import { subscriptionOperations, type SubscriptionOperations } from './subscription.js';
import { taxOperations, type TaxOperations } from './tax.js';
import { topUpOperations, type TopUpOperations } from './top-up.js';
import { usageOperations, type UsageOperations } from './usage.js';
import { walletOperations, type WalletOperations } from './wallet.js';
import { webhookDeliveryOperations, type WebhookDeliveryOperations } from './webhook-delivery.js';
import { webhookEndpointOperations, type WebhookEndpointOperations } from './webhook-endpoint.js';

/** The native API of one Paidup: one method per operation. It holds no connection and needs no closing. */
export interface Client
  extends CatalogOperations,
    CouponOperations,
    CustomerOperations,
    TaxOperations,
    SubscriptionOperations,
    SubscriptionCommandOperations,
    PlanChangeOperations,
    EventOperations,
    UsageOperations,
    OverviewOperations,
    StateOperations,
    StreamOperations,
    InvoiceOperations,
    WalletOperations,
    PaymentOperations,
    CreditOperations,
    HoldOperations,
    GateOperations,
    EntitlementOperations,
    StatementOperations,
    TopUpOperations,
    AlertOperations,
    PaymentMethodOperations,
    ChangeOperations,
    WebhookEndpointOperations,
    WebhookDeliveryOperations,
    ApiKeyOperations,
    SessionOperations,
    CalculateOperations,
    SandboxOperations,
    HealthOperations {}

/**
 * A client of the Paidup at `url`. Nothing is asked of it yet.
 * @throws TypeError when the address or the key is not usable.
 * @example
 * const client = createClient({ url: 'http://127.0.0.1:4610', key: process.env.PAIDUP_KEY });
 */
export function createClient(options: ClientOptions): Client {
  const call = createCall(options);
  return {
    ...catalogOperations(call),
    ...couponOperations(call),
    ...customerOperations(call),
    ...taxOperations(call),
    ...subscriptionOperations(call),
    ...subscriptionCommandOperations(call),
    ...planChangeOperations(call),
    ...eventOperations(call),
    ...usageOperations(call),
    ...overviewOperations(call),
    ...stateOperations(call),
    ...streamOperations(createOpen(options), options),
    ...invoiceOperations(call),
    ...walletOperations(call),
    ...paymentOperations(call),
    ...creditOperations(call),
    ...holdOperations(call),
    ...gateOperations(call),
    ...entitlementOperations(call),
    ...statementOperations(call),
    ...topUpOperations(call),
    ...alertOperations(call),
    ...paymentMethodOperations(call),
    ...changeOperations(call),
    ...webhookEndpointOperations(call),
    ...webhookDeliveryOperations(call),
    ...apiKeyOperations(call),
    ...sessionOperations(call),
    ...calculateOperations(call),
    ...sandboxOperations(call),
    ...healthOperations(call),
  };
}
