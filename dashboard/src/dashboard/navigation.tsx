import type { ReactElement } from 'react';
import { NavigationGroup, NavigationLink } from '../part/frame.js';

/** The pages of the operator. A page that is made is added here and in routes.tsx. */
export function Navigation(): ReactElement {
  return (
    <>
      <NavigationGroup title="Billing">
        <NavigationLink to="/dashboard" icon="overview" activeOptions={{ exact: true, includeSearch: false }}>
          Overview
        </NavigationLink>
        <NavigationLink to="/dashboard/customers" icon="customer">
          Customers
        </NavigationLink>
        <NavigationLink to="/dashboard/invoices" icon="invoice">
          Invoices
        </NavigationLink>
      </NavigationGroup>
      <NavigationGroup title="Catalog">
        <NavigationLink to="/dashboard/plans" icon="plan">
          Plans
        </NavigationLink>
        <NavigationLink to="/dashboard/meters" icon="meter">
          Meters
        </NavigationLink>
      </NavigationGroup>
      <NavigationGroup title="Operation">
        <NavigationLink to="/dashboard/events" icon="event">
          Events
        </NavigationLink>
        <NavigationLink to="/dashboard/webhooks" icon="webhook">
          Webhooks
        </NavigationLink>
        <NavigationLink to="/dashboard/settings" icon="setting">
          Settings
        </NavigationLink>
      </NavigationGroup>
    </>
  );
}
