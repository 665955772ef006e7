import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';

const settingsRoute = createRoute({ getParentRoute: () => rootRoute, path: '/dashboard/settings', component: lazyRouteComponent(() => import('./page.js'), 'SettingsPage') });

export const settingRoutes = [settingsRoute] as const;
