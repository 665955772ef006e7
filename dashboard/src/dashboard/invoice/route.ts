import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';
import { oneOf, textIn, type Raw } from '../search.js';

/** Drafts are listed of one customer only. */
export const LISTED_STATUSES = ['open', 'paid', 'uncollectible', 'void'] as const;

export interface InvoicesSearch {
  status?: (typeof LISTED_STATUSES)[number];
  /** Id or external id. */
  customer?: string;
}

const invoicesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard/invoices',
  validateSearch: (raw: Raw): InvoicesSearch => ({ ...oneOf(raw, 'status', LISTED_STATUSES), ...textIn(raw, 'customer') }),
  component: lazyRouteComponent(() => import('./list.js'), 'InvoicesPage'),
});

const invoiceRoute = createRoute({ getParentRoute: () => rootRoute, path: '/dashboard/invoices/$invoice', component: lazyRouteComponent(() => import('./one.js'), 'InvoicePage') });

export const invoiceRoutes = [invoicesRoute, invoiceRoute] as const;
