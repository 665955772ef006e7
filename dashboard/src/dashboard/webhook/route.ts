import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.js';
import { oneOf, textIn, type Raw } from '../search.js';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;

export interface DeliverySearch {
  status?: (typeof DELIVERY_STATUSES)[number];
  /** Id or external id. */
  customer?: string;
  /** Id of the delivery that is looked at. */
  delivery?: string;
}

const webhooksRoute = createRoute({ getParentRoute: () => rootRoute, path: '/dashboard/webhooks', component: lazyRouteComponent(() => import('./list.js'), 'WebhooksPage') });

const webhookRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboard/webhooks/$endpoint',
  validateSearch: (raw: Raw): DeliverySearch => ({ ...oneOf(raw, 'status', DELIVERY_STATUSES), ...textIn(raw, 'customer'), ...textIn(raw, 'delivery') }),
  component: lazyRouteComponent(() => import('./one.js'), 'WebhookPage'),
});

export const webhookRoutes = [webhooksRoute, webhookRoute] as const;
