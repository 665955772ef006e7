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
    </>
  );
}
