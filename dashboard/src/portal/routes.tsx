import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from './root-route.js';

/** What the list of transactions is asked for, in its address. */
export interface TransactionSearch {
  direction?: 'credit' | 'debit';
  /** Local days, such as 2026-01-31. */
  from?: string;
  to?: string;
  /** "done" when one comes back from the page for cards. */
  card?: 'done';
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function transactionSearch(raw: Record<string, unknown>): TransactionSearch {
  const { direction, from, to, card } = raw;
  return {
    ...(direction === 'credit' || direction === 'debit' ? { direction } : {}),
    ...(typeof from === 'string' && DAY.test(from) ? { from } : {}),
    ...(typeof to === 'string' && DAY.test(to) ? { to } : {}),
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
