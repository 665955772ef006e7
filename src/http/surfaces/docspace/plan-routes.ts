import { Type } from 'typebox';
import { toCatalogue } from './catalogue.js';
import { accountAddress, planCheckoutUrl } from './checkout.js';
import { toCurrencies } from './currencies.js';
import { isPaidFromWallet, planNameOf, quotaIdOf } from './plan.js';
import { queryChoice, queryCountry, queryFlag } from './query.js';
import { toSeenQuota } from './quota.js';
import type { Call, Route } from './route.js';
import { askSales } from './sales-request.js';
import { changeSeats } from './seat-change.js';
import { changeService, previewService } from './service-quantity.js';
import { queryService, toWalletService, toWalletServices } from './wallet-service.js';

export const Refresh = Type.Optional(Type.Boolean({ description: 'Read afresh. Every read is fresh here: nothing is cached, so both values answer the same.' }));
export const BackUrl = Type.String({ description: 'Where the page leads back to' });
export const SuccessUrl = Type.String({ description: 'Where it leads when all went well' });
const Quantity = Type.Record(Type.String(), Type.Integer(), { description: 'One plan by its name, such as admin, with how many' });

const ServiceQuantity = Type.Object({
  quantity: Type.Record(Type.String(), Type.Union([Type.Integer(), Type.Null()]), { description: 'One service by its name, such as storage, with how many' }),
  productQuantityType: Type.Optional(Type.Integer({ description: '0 Set: for the next period; 1 Add: buy now' })),
});

/** What is offered and what the portal has of it: contracts/docspace.md section 3. */
export const PLAN_ROUTES: readonly Route[] = [
  { method: 'PUT', path: '/payment/url', who: 'admin', needsBilling: true, right: 'subscriptions:write', summary: 'Where to buy a plan', body: Type.Object({ backUrl: BackUrl, successUrl: SuccessUrl, quantity: Quantity }), answer: planCheckoutUrl },
  { method: 'PUT', path: '/payment/update', who: 'payer', needsBilling: true, limit: 'payment', right: 'subscriptions:write', summary: 'Buy another number of seats of the plan', body: Type.Object({ quantity: Quantity }), answer: changeSeats },
  { method: 'PUT', path: '/payment/updatewallet', who: 'payer', needsBilling: true, limit: 'payment', right: 'subscriptions:write', summary: 'Buy more of a service from the wallet now, or say how much of it there will be', body: ServiceQuantity, answer: changeService },
  { method: 'PUT', path: '/payment/calculatewallet', who: 'payer', needsBilling: true, right: 'subscriptions:write', summary: 'What more of a service would cost now', body: ServiceQuantity, answer: previewService },
  { method: 'GET', path: '/payment/account', who: 'payerOrOwner', needsBilling: true, right: 'state:read', summary: "The portal's page of the payer's account", query: { backUrl: Type.Optional(Type.String()) }, answer: accountAddress },
  { method: 'GET', path: '/payment/prices', who: 'settings', right: 'catalog:read', summary: "Each plan's price, in the portal's currency", answer: planPrices },
  {
    method: 'GET', path: '/payment/currencies', who: 'settings', right: 'catalog:read', summary: 'The regions and currencies that plans are sold for',
    query: { country: Type.Optional(Type.String({ description: "Two letters, in place of the portal's own country" })) },
    answer: async (call) => {
      const country = queryCountry(call.request, 'country');
      return toCurrencies(await call.state(), await call.plans(), country);
    },
  },
  {
    method: 'GET', path: '/payment/quotas', who: 'settings', right: 'catalog:read', summary: 'The plans on offer, or the add-ons paid from the wallet',
    query: { wallet: Type.Optional(Type.Boolean({ description: 'True: the add-ons paid from the wallet' })), additional: Type.Optional(Type.Boolean({ description: 'What stands beside a plan, or does not; paid from the wallet or not, unless `wallet` says' })) },
    answer: catalogue,
  },
  { method: 'GET', path: '/payment/walletservices', who: 'settings', right: 'catalog:read', summary: 'The services paid from the wallet', answer: async (call) => toWalletServices(await call.state(), await call.plans()) },
  {
    method: 'GET', path: '/payment/walletservice', who: 'settings', right: 'catalog:read', summary: 'One service paid from the wallet',
    query: { service: Type.String({ description: 'Its name or number: Storage or -11' }) },
    answer: async (call) => {
      const id = queryService(call.request);
      return toWalletService(await call.state(), await call.plans(), id);
    },
  },
  {
    method: 'GET', path: '/payment/quota', who: 'member', right: 'state:read', summary: 'The current plan with what it gives and what is used of it', query: { refresh: Refresh },
    answer: async (call) => {
      queryFlag(call.request, 'refresh');
      return toSeenQuota(await call.state(), call.roles);
    },
  },
  { method: 'POST', path: '/payment/request', who: 'admin', limit: 'sales', right: 'state:read', summary: 'Ask to be contacted by sales', body: Type.Object({ userName: Type.String(), email: Type.String(), message: Type.String() }), answer: askSales },
];

/** Neither told: what the vendor's current server answers, the plans alone. */
async function catalogue(call: Call) {
  const [wallet, isAdditional] = [queryChoice(call.request, 'wallet'), queryChoice(call.request, 'additional')];
  const isWallet = wallet ?? (isAdditional === undefined ? false : undefined);
  return toCatalogue(await call.state(), await call.plans(), { isWallet, isAdditional });
}

async function planPrices(call: Call): Promise<Record<string, number>> {
  const plans = (await call.plans()).filter((plan) => !isPaidFromWallet(plan));
  const offered = toCatalogue(await call.state(), plans, { isWallet: false });
  return Object.fromEntries(offered.flatMap(({ id, price }) => {
    const plan = plans.find((candidate) => quotaIdOf(candidate) === id);
    return plan === undefined || price.value === undefined ? [] : [[planNameOf(plan), price.value]];
  }));
}
