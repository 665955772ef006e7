import { createRootRoute, Outlet, type ErrorComponentProps } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { LookedProvider, useCustomerState, useLive } from '../customer/state.js';
import { Answer } from '../part/answer.js';
import { Brand } from '../part/brand.js';
import { Button, ButtonLink } from '../part/button.js';
import { Empty } from '../part/empty.js';
import { ErrorNote } from '../part/error.js';
import { Icon } from '../part/icon.js';
import { CustomerZone } from '../part/instant.js';
import { Page } from '../part/page.js';
import { TabBar, TabLink } from '../part/tab.js';
import { ThemeSwitch } from '../part/theme.js';
import { useSession } from '../session/session.js';
import styles from './root-route.module.css';

/** Stands around every page of the customer. */
export const rootRoute = createRootRoute({ component: Root, notFoundComponent: NoSuchPage, errorComponent: Failed });

function Root(): ReactElement {
  const { session, signOut } = useSession();
  const customer = session.customer?.id ?? '';
  useLive(customer);
  const now = useCustomerState(customer, undefined);
  const { return_url: back } = session;
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <header className={styles.head}>
        <div className={styles.row}>
          <Brand />
          <span className={styles.name}>{session.customer?.name ?? session.customer?.external_id ?? ''}</span>
          <div className={styles.tools}>
            <ThemeSwitch />
            <Button tone="quiet" small icon="leave" onClick={() => void signOut()}>
              Sign out
            </Button>
          </div>
        </div>
        <TabBar label="Pages">
          <TabLink to="/portal" activeOptions={{ exact: true, includeSearch: false }}>
            Overview
          </TabLink>
          <TabLink to="/portal/plan">Plan</TabLink>
          <TabLink to="/portal/wallet" activeOptions={{ includeSearch: false }}>
            Balance
          </TabLink>
          <TabLink to="/portal/invoices">Invoices</TabLink>
          {back !== null && (
            <a className={styles.back} href={back} target="_top" aria-label={`Back to ${new URL(back).host}`}>
              <Icon name="left" size={12} /> Back <span className={styles.host}>to {new URL(back).host}</span>
            </a>
          )}
        </TabBar>
      </header>
      <main id="page" tabIndex={-1} className={styles.page}>
        <Answer query={now} what="your billing" lines={10}>
          {(state) => (
            <CustomerZone zone={state.customer.timezone}>
              <LookedProvider value={{ customer, at: undefined, state, now: state }}>
                <Outlet />
              </LookedProvider>
            </CustomerZone>
          )}
        </Answer>
      </main>
    </div>
  );
}

function NoSuchPage(): ReactElement {
  return (
    <Page title="No such page">
      <Empty icon="search" title="There is no page at this address" action={<ButtonLink to="/portal">Overview</ButtonLink>} />
    </Page>
  );
}

/** A page that failed to draw, or whose program could not be loaded: after an update its name is another. */
function Failed({ error }: ErrorComponentProps): ReactElement {
  return (
    <Page title="This page failed">
      <ErrorNote error={error} onRetry={() => window.location.reload()} />
    </Page>
  );
}
