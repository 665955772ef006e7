import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { customerRoutes } from './customer/route.js';
import { eventRoutes } from './event/route.js';
import { invoiceRoutes } from './invoice/route.js';
import { meterRoutes } from './meter/route.js';
import { overviewRoutes } from './overview/route.js';
import { planRoutes } from './plan/route.js';
import { rootRoute } from './root-route.js';
import { settingRoutes } from './setting/route.js';
import { webhookRoutes } from './webhook/route.js';

/** The address without a path leads to the first page. */
const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's own way
    throw redirect({ to: '/dashboard', replace: true });
  },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([homeRoute, ...overviewRoutes, ...customerRoutes, ...invoiceRoutes, ...planRoutes, ...meterRoutes, ...eventRoutes, ...webhookRoutes, ...settingRoutes]),
  scrollRestoration: true,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
