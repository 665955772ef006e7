import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';
import { instantIn, oneOf, textIn, type Raw } from '../search.js';

/** Drafts are listed of one customer only. */
export const LISTED_STATUSES = ['open', 'paid', 'uncollectible', 'void'] as const;

export interface InvoicesSearch {
  status?: (typeof LISTED_STATUSES)[number];
  /** Id or external id. */
  customer?: string;
  currency?: string;
  from?: string;
  to?: string;
  attention?: (typeof ATTENTIONS)[number];
  order?: 'oldest';
}

export const ATTENTIONS = ['payment_failed', 'overdue'] as const;

const invoicesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard/invoices',
  validateSearch: (raw: Raw): InvoicesSearch => ({
    ...oneOf(raw, 'status', LISTED_STATUSES),
    ...textIn(raw, 'customer'),
    ...textIn(raw, 'currency'),
    ...instantIn(raw, 'from'),
    ...instantIn(raw, 'to'),
    ...oneOf(raw, 'attention', ATTENTIONS),
    ...oneOf(raw, 'order', ['oldest'] as const),
  }),
  component: lazyRouteComponent(() => import('./list.js'), 'InvoicesPage'),
});

const invoiceRoute = createRoute({ getParentRoute: () => rootRoute, path: '/dashboard/invoices/$invoice', component: lazyRouteComponent(() => import('./one.js'), 'InvoicePage') });

export const invoiceRoutes = [invoicesRoute, invoiceRoute] as const;
