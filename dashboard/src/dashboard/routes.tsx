import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { customerRoutes } from './customer/route.js';
import { eventRoutes } from './event/route.js';
import { invoiceRoutes } from './invoice/route.js';
import { meterRoutes } from './meter/route.js';
import { planRoutes } from './plan/route.js';
import { rootRoute } from './root-route.js';
import { settingRoutes } from './setting/route.js';
import { webhookRoutes } from './webhook/route.js';

/** `/` and `/dashboard` lead to the first page. */
const homeRoutes = (['/', '/dashboard'] as const).map((path) =>
  createRoute({
    getParentRoute: () => rootRoute,
    path,
    beforeLoad: () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's own way
      throw redirect({ to: '/dashboard/customers', replace: true });
    },
  }),
);

export const router = createRouter({
  routeTree: rootRoute.addChildren([...homeRoutes, ...customerRoutes, ...invoiceRoutes, ...planRoutes, ...meterRoutes, ...eventRoutes, ...webhookRoutes, ...settingRoutes]),
  scrollRestoration: true,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
