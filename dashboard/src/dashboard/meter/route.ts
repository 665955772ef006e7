import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';

const metersRoute = createRoute({ getParentRoute: () => rootRoute, path: '/dashboard/meters', component: lazyRouteComponent(() => import('./list.js'), 'MetersPage') });

const meterRoute = createRoute({ getParentRoute: () => rootRoute, path: '/dashboard/meters/$meter', component: lazyRouteComponent(() => import('./one.js'), 'MeterPage') });

export const meterRoutes = [metersRoute, meterRoute] as const;
