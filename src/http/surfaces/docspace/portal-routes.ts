import { listUnpaid } from '../../../service/unpaid.js';
import { Refresh } from './plan-routes.js';
import { queryFlag } from './query.js';
import type { Call, Route } from './route.js';
import { toTariff } from './tariff.js';
import { toPortalQuota, toRightQuota, toUsedSpace } from './tenant-quota.js';
import { toUpcomingPayments } from './upcoming.js';

/** The payment API's neighbours: contracts/docspace.md sections 3 and 6.2. */
export const PORTAL_ROUTES: readonly Route[] = [
  {
    method: 'GET', path: '/tariff', who: 'everyone', right: 'state:read', summary: 'Where the portal stands with its payments', query: { refresh: Refresh },
    answer: async (call) => {
      queryFlag(call.request, 'refresh');
      const [state, unpaid] = await stateAndUnpaid(call);
      return toTariff(state, unpaid, call.roles);
    },
  },
  {
    method: 'GET', path: '/tariff/upcoming', who: 'settings', right: 'state:read', summary: 'What will be charged as the next periods begin', query: { refresh: Refresh },
    answer: async (call) => {
      queryFlag(call.request, 'refresh');
      const [state, unpaid] = await stateAndUnpaid(call);
      return toUpcomingPayments(state, unpaid);
    },
  },
  { method: 'GET', path: '/quota', who: 'settings', needsPaid: true, right: 'state:read', summary: 'The current plan as the server keeps it', answer: async (call) => toPortalQuota(await call.state()) },
  { method: 'GET', path: '/quota/right', who: 'settings', needsPaid: true, right: 'catalog:read', summary: 'The cheapest plan that has room for the portal', answer: async (call) => toRightQuota(await call.state(), await call.plans()) },
  { method: 'GET', path: '/usedspace', who: 'settings', needsPaid: true, right: 'state:read', summary: 'What the portal stores, in gigabytes', answer: async (call) => toUsedSpace(await call.state()) },
];

async function stateAndUnpaid(call: Call) {
  return Promise.all([call.state(), listUnpaid(call.engine, call.customerId)]);
}
