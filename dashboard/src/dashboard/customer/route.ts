import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';
import { instantIn, oneOf, textIn, type Raw } from '../search.js';

/** What the list of customers is asked for, in its address. */
export interface CustomersSearch {
  /** Part of a name, e-mail or external id. */
  query?: string;
  /** Code of a plan that a subscription is on. */
  plan?: string;
  status?: (typeof CUSTOMER_STATUSES)[number];
  attention?: (typeof CUSTOMER_ATTENTIONS)[number];
  currency?: string;
  sort?: 'oldest' | 'name';
}

export const CUSTOMER_STATUSES = ['active', 'trialing', 'paused', 'scheduled', 'canceled', 'none'] as const;
export const CUSTOMER_ATTENTIONS = ['limit_reached', 'wallet_low', 'top_up_off', 'payment_failed', 'overdue'] as const;

/** What the pages of one customer share in their addresses. */
export interface CustomerSearch {
  /** The moment looked at, RFC 3339; now without it. */
  at?: string;
}

export const USAGE_SPANS = ['30-days', '90-days', '12-months'] as const;
export const GRANULARITIES = ['hour', 'day', 'week', 'month'] as const;

export interface UsageSearch {
  span?: (typeof USAGE_SPANS)[number];
  by?: (typeof GRANULARITIES)[number];
}

export interface EventSearch {
  meter?: string;
  from?: string;
  to?: string;
  order?: 'oldest';
}

export const INVOICE_STATUSES = ['draft', 'open', 'paid', 'uncollectible', 'void'] as const;

export interface CustomerInvoiceSearch {
  status?: (typeof INVOICE_STATUSES)[number];
}

/** A change that is being thought about. */
export interface ChangeSearch {
  plan?: string;
  when?: 'now' | 'period_end' | undefined;
  proration?: 'prorate' | 'by_second' | 'by_day' | 'difference' | 'none' | undefined;
  invoice?: 'now' | 'next' | undefined;
}

const customersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard/customers',
  validateSearch: (raw: Raw): CustomersSearch => ({
    ...textIn(raw, 'query'),
    ...textIn(raw, 'plan'),
    ...oneOf(raw, 'status', CUSTOMER_STATUSES),
    ...oneOf(raw, 'attention', CUSTOMER_ATTENTIONS),
    ...textIn(raw, 'currency'),
    ...oneOf(raw, 'sort', ['oldest', 'name'] as const),
  }),
  component: lazyRouteComponent(() => import('./list.js'), 'CustomersPage'),
});

const customerRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard/customers/$customer',
  validateSearch: (raw: Raw): CustomerSearch => instantIn(raw, 'at'),
  component: lazyRouteComponent(() => import('./one.js'), 'CustomerPage'),
});

const overviewRoute = createRoute({ getParentRoute: () => customerRoute, path: '/', component: lazyRouteComponent(() => import('./overview.js'), 'CustomerOverview') });

const usageRoute = createRoute({
  getParentRoute: () => customerRoute,
  path: 'usage',
  validateSearch: (raw: Raw): UsageSearch => ({ ...oneOf(raw, 'span', USAGE_SPANS), ...oneOf(raw, 'by', GRANULARITIES) }),
  component: lazyRouteComponent(() => import('./usage.js'), 'CustomerUsage'),
});

const upcomingRoute = createRoute({ getParentRoute: () => customerRoute, path: 'upcoming-invoice', component: lazyRouteComponent(() => import('./upcoming-invoice.js'), 'CustomerUpcomingInvoice') });

const invoicesRoute = createRoute({
  getParentRoute: () => customerRoute,
  path: 'invoices',
  validateSearch: (raw: Raw): CustomerInvoiceSearch => oneOf(raw, 'status', INVOICE_STATUSES),
  component: lazyRouteComponent(() => import('./invoice.js'), 'CustomerInvoices'),
});

const walletRoute = createRoute({ getParentRoute: () => customerRoute, path: 'wallet', component: lazyRouteComponent(() => import('./wallet.js'), 'CustomerWallet') });

const eventsRoute = createRoute({
  getParentRoute: () => customerRoute,
  path: 'events',
  validateSearch: (raw: Raw): EventSearch => ({ ...textIn(raw, 'meter'), ...instantIn(raw, 'from'), ...instantIn(raw, 'to'), ...oneOf(raw, 'order', ['oldest'] as const) }),
  component: lazyRouteComponent(() => import('./event.js'), 'CustomerEvents'),
});

const entitlementsRoute = createRoute({ getParentRoute: () => customerRoute, path: 'entitlements', component: lazyRouteComponent(() => import('./entitlement.js'), 'CustomerEntitlements') });

const alertsRoute = createRoute({ getParentRoute: () => customerRoute, path: 'alerts', component: lazyRouteComponent(() => import('./alert.js'), 'CustomerAlerts') });

const accessRoute = createRoute({ getParentRoute: () => customerRoute, path: 'access', component: lazyRouteComponent(() => import('./api-key.js'), 'CustomerKeys') });

const changeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard/customers/$customer/subscriptions/$subscription/change',
  validateSearch: (raw: Raw): ChangeSearch => ({
    ...textIn(raw, 'plan'),
    ...oneOf(raw, 'when', ['now', 'period_end'] as const),
    ...oneOf(raw, 'proration', ['by_second', 'by_day', 'difference', 'none'] as const),
    ...oneOf(raw, 'invoice', ['now', 'next'] as const),
  }),
  component: lazyRouteComponent(() => import('./subscription-change.js'), 'ChangePage'),
});

export const customerRoutes = [
  customersRoute,
  changeRoute,
  customerRoute.addChildren([overviewRoute, usageRoute, upcomingRoute, invoicesRoute, walletRoute, eventsRoute, entitlementsRoute, alertsRoute, accessRoute]),
] as const;
