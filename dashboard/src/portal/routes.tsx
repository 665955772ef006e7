import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from './root-route.js';

/** What the list of transactions is asked for, in its address. */
export interface TransactionSearch {
  direction?: 'credit' | 'debit';
  /** Local days, such as 2026-01-31. */
  from?: string;
  to?: string;
  /** Who used it. */
  by?: string;
  /** Of the wallet; the customer's own unless told. */
  currency?: string;
  /** "done" when one comes back from the page for cards. */
  card?: 'done';
}

/** A day of the calendar, so that no address asks for one that there is not. */
function isDay(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) && Number(value.slice(0, 4)) > 0;
}

function transactionSearch(raw: Record<string, unknown>): TransactionSearch {
  const { direction, from, to, by, currency, card } = raw;
  return {
    ...(direction === 'credit' || direction === 'debit' ? { direction } : {}),
    ...(isDay(from) ? { from } : {}),
    ...(isDay(to) ? { to } : {}),
    ...(typeof by === 'string' && by !== '' ? { by } : {}),
    ...(typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? { currency } : {}),
    ...(card === 'done' ? { card } : {}),
  };
}

const overview = createRoute({ getParentRoute: () => rootRoute, path: '/portal', component: lazyRouteComponent(() => import('./overview.js'), 'OverviewPage') });
const plan = createRoute({ getParentRoute: () => rootRoute, path: '/portal/plan', component: lazyRouteComponent(() => import('./plan.js'), 'PlanPage') });
const wallet = createRoute({ getParentRoute: () => rootRoute, path: '/portal/wallet', validateSearch: transactionSearch, component: lazyRouteComponent(() => import('./wallet.js'), 'WalletPage') });
const invoices = createRoute({ getParentRoute: () => rootRoute, path: '/portal/invoices', component: lazyRouteComponent(() => import('./invoice.js'), 'InvoicesPage') });

export const router = createRouter({ routeTree: rootRoute.addChildren([overview, plan, wallet, invoices]), scrollRestoration: true, defaultPreload: 'intent' });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
