import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';
import { oneOf, textIn, type Raw } from '../search.js';

export interface PlansSearch {
  /** Those that are not sold any more. */
  show?: 'archived';
}

/** Which of a plan's prices is drawn, and how far. */
export interface PlanSearch {
  /** Code of a price. */
  price?: string;
  /** Number of a cell, where the price is told apart by dimensions. */
  cell?: string;
  /** The quantity that is looked at. */
  quantity?: string;
}

/** Which two versions are compared. */
export interface VersionSearch {
  left?: string;
  right?: string;
  show?: 'all';
}

const plansRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard/plans',
  validateSearch: (raw: Raw): PlansSearch => oneOf(raw, 'show', ['archived'] as const),
  component: lazyRouteComponent(() => import('./list.js'), 'PlansPage'),
});

const newRoute = createRoute({ getParentRoute: () => rootRoute, path: '/dashboard/new-plan', component: lazyRouteComponent(() => import('./editor.js'), 'NewPlanPage') });

const editRoute = createRoute({ getParentRoute: () => rootRoute, path: '/dashboard/plans/$plan/edit', component: lazyRouteComponent(() => import('./editor.js'), 'EditPlanPage') });

const planRoute = createRoute({ getParentRoute: () => rootRoute, path: '/dashboard/plans/$plan', component: lazyRouteComponent(() => import('./one.js'), 'PlanPage') });

const pricesRoute = createRoute({
  getParentRoute: () => planRoute,
  path: '/',
  validateSearch: (raw: Raw): PlanSearch => ({ ...textIn(raw, 'price'), ...textIn(raw, 'cell'), ...textIn(raw, 'quantity') }),
  component: lazyRouteComponent(() => import('./price.js'), 'PlanPrices'),
});

const versionsRoute = createRoute({
  getParentRoute: () => planRoute,
  path: 'versions',
  validateSearch: (raw: Raw): VersionSearch => ({ ...textIn(raw, 'left'), ...textIn(raw, 'right'), ...oneOf(raw, 'show', ['all'] as const) }),
  component: lazyRouteComponent(() => import('./version.js'), 'PlanVersions'),
});

export const planRoutes = [plansRoute, newRoute, editRoute, planRoute.addChildren([pricesRoute, versionsRoute])] as const;
