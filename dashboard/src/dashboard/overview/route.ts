import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';
import { oneOf, textIn, type Raw } from '../search.js';

export const OVERVIEW_SPANS = ['30-days', '12-months'] as const;

/** What the charts of the overview show. */
export interface OverviewSearch {
  span?: (typeof OVERVIEW_SPANS)[number];
  currency?: string;
}

const overviewRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard',
  validateSearch: (raw: Raw): OverviewSearch => ({ ...oneOf(raw, 'span', OVERVIEW_SPANS), ...textIn(raw, 'currency') }),
  component: lazyRouteComponent(() => import('./one.js'), 'OverviewPage'),
});

export const overviewRoutes = [overviewRoute] as const;
