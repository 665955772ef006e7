import { Type } from 'typebox';
import type { BillingState } from '../../../core/state.js';
import { accountingCurrencies, toServicePrices } from './accounting.js';
import { aiBalance, creditAi, saveAiRestrictions, toAiPrices, toAiRestrictions } from './ai.js';
import { toBalance } from './balance.js';
import { cardCheckoutUrl } from './checkout.js';
import { toCustomerInfo } from './customer-info.js';
import { deposit } from './deposit.js';
import { BackUrl, Refresh, SuccessUrl } from './plan-routes.js';
import { queryFlag } from './query.js';
import type { Call, Route } from './route.js';
import { saveServiceState, toActiveServices, toServicesSettings } from './service-state.js';
import { moveToWallet, subscriptionBalance } from './subscription-balance.js';
import { saveTopUpSettings, toTopUpSettings } from './top-up.js';

const Settings = Type.Object({
  settings: Type.Optional(Type.Object({ enabled: Type.Boolean(), minBalance: Type.Integer({ minimum: 5, maximum: 1000 }), upToBalance: Type.Integer({ minimum: 6, maximum: 5000 }), currency: Type.Optional(Type.String()) })),
});

const ServiceState = Type.Object({ service: Type.Union([Type.String(), Type.Integer()], { description: 'Its name or number: Backup or -12' }), enabled: Type.Boolean() });
/** Who pays, with what, and what is prepaid: contracts/docspace.md section 3. */
export const WALLET_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/payment/customerinfo', who: 'admin', needsBilling: true, right: 'state:read', summary: 'The portal as a payer', query: { refresh: Refresh }, answer: fresh(toCustomerInfo) },
  // The vendor's older clients write it the second way.
  ...['/payment/checkoutsetupurl', '/payment/chechoutsetupurl'].map(
    (path): Route => ({ method: 'GET', path, who: 'admin', needsBilling: true, right: 'wallet:write', summary: 'Where to leave a card', query: { backUrl: BackUrl, successUrl: SuccessUrl }, answer: cardCheckoutUrl }),
  ),
  { method: 'POST', path: '/payment/deposit', who: 'payer', needsBilling: true, limit: 'payment', right: 'wallet:write', summary: 'Put money into the wallet from the card', body: Type.Object({ amount: Type.Integer({ minimum: 1, maximum: 999_999 }), currency: Type.String() }), answer: deposit },
  { method: 'GET', path: '/payment/customer/balance', who: 'admin', needsBilling: true, right: 'wallet:read', summary: 'What the portal has prepaid, per currency', query: { refresh: Refresh }, answer: fresh(toBalance) },
  { method: 'GET', path: '/payment/customer/aibalance', who: 'admin', needsBilling: true, right: 'wallet:read', summary: 'What the portal has prepaid for AI', query: { refresh: Refresh }, answer: freshAiBalance },
  { method: 'POST', path: '/payment/creditaibalance', who: 'payer', needsBilling: true, limit: 'payment', right: 'wallet:write', summary: 'Move money from the wallet to the AI account', body: Type.Object({ amount: Type.Number({ minimum: 0.01, maximum: 999_999 }), currency: Type.Optional(Type.String()) }), answer: creditAi },
  { method: 'GET', path: '/payment/ai-prices', who: 'admin', needsBilling: true, right: 'catalog:read', summary: 'What AI costs', answer: async (call) => toAiPrices(await call.plans()) },
  { method: 'GET', path: '/payment/ai-model/restrictions', who: 'admin', needsBilling: true, right: 'wallet:read', summary: 'Which models may be used; none named: all', answer: async (call) => toAiRestrictions(await call.state(), await call.plans()) },
  { method: 'PUT', path: '/payment/ai-model/restrictions', who: 'payer', needsBilling: true, right: 'settings:write', summary: 'Say which models may be used', body: Type.Object({ models: Type.Array(Type.String()) }), answer: saveAiRestrictions },
  { method: 'GET', path: '/payment/subscription/balance', who: 'admin', needsBilling: true, right: 'state:read', summary: 'What is left of the period that the plan is paid for', answer: subscriptionBalance },
  { method: 'POST', path: '/payment/subscription/movetowallet', who: 'payer', needsBilling: true, limit: 'payment', right: 'subscriptions:write', summary: 'End the plan now and put what is left of it into the wallet', answer: moveToWallet },
  { method: 'GET', path: '/payment/accounting/currencies', who: 'admin', needsBilling: true, right: 'wallet:read', summary: 'The currencies that wallets are kept in', answer: async (call) => accountingCurrencies(await call.state(), await call.plans()) },
  { method: 'GET', path: '/payment/accounting/prices/:serviceName', who: 'admin', needsBilling: true, right: 'catalog:read', summary: 'What a service paid from the wallet costs', query: { active: Type.Optional(Type.Boolean()) }, answer: servicePrices },
  { method: 'GET', path: '/payment/topupsettings', who: 'admin', right: 'wallet:read', hasSettings: true, summary: 'When the wallet fills itself', answer: async (call) => toTopUpSettings(await call.state()) },
  { method: 'GET', path: '/payment/servicessettings', who: 'admin', needsBilling: true, right: 'wallet:read', summary: 'Which services are switched on', answer: async (call) => toServicesSettings(await call.state(), await call.plans()) },
  { method: 'POST', path: '/payment/servicestate', who: 'payingAdmin', needsBilling: true, right: 'subscriptions:write', summary: 'Switch a service on or off', body: ServiceState, answer: saveServiceState },
  { method: 'GET', path: '/payment/activeservices', who: 'admin', needsBilling: true, right: 'state:read', summary: 'What there is of each service', answer: async (call) => toActiveServices(await call.state()) },
  { method: 'POST', path: '/payment/topupsettings', who: 'payer', needsBilling: true, right: 'settings:write', hasSettings: true, summary: 'Say when the wallet fills itself, or, with {}, that it does not', body: Settings, answer: saveTopUpSettings },
];

/** A view with the parameter `refresh`, which is checked and changes nothing: there is no cache. */
function fresh(view: (state: BillingState) => unknown): Route['answer'] {
  return async (call) => {
    queryFlag(call.request, 'refresh');
    return view(await call.state());
  };
}

async function freshAiBalance(call: Call) {
  queryFlag(call.request, 'refresh');
  return aiBalance(call);
}

/** All prices are active: a plan that is not sold any more has none here. */
async function servicePrices(call: Call) {
  queryFlag(call.request, 'active');
  const { serviceName } = call.request.params as { serviceName: string };
  return toServicePrices(await call.state(), await call.plans(), serviceName);
}
