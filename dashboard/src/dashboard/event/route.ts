import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';
import { textIn, type Raw } from '../search.js';

export interface LiveSearch {
  /** Id or external id. */
  customer?: string;
  /** Code of a meter. */
  meter?: string;
}

const eventsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard/events',
  validateSearch: (raw: Raw): LiveSearch => ({ ...textIn(raw, 'customer'), ...textIn(raw, 'meter') }),
  component: lazyRouteComponent(() => import('./live.js'), 'EventsPage'),
});

export const eventRoutes = [eventsRoute] as const;
