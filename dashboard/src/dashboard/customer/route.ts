import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';

/** What the list of customers is asked for, in its address. */
export interface CustomersSearch {
  /** Part of a name, e-mail or external id. */
  query?: string;
}

const customersRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard/customers',
  validateSearch: ({ query }: Record<string, unknown>): CustomersSearch => (typeof query === 'string' && query !== '' ? { query } : {}),
  component: lazyRouteComponent(() => import('./list.js'), 'CustomersPage'),
});

export const customerRoutes = [customersRoute] as const;
