import { createRootRoute, Outlet, type ErrorComponentProps } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Brand } from '../part/brand.js';
import { Button, ButtonLink } from '../part/button.js';
import { Empty } from '../part/empty.js';
import { ErrorNote } from '../part/error.js';
import { Frame } from '../part/frame.js';
import { Page } from '../part/page.js';
import { ThemeSwitch } from '../part/theme.js';
import { useSession } from '../session/session.js';
import { Navigation } from './navigation.js';

/** Stands around every page of the operator. */
export const rootRoute = createRootRoute({ component: Root, notFoundComponent: NoSuchPage, errorComponent: Failed });

function Root(): ReactElement {
  const { signOut } = useSession();
  const foot = (
    <>
      <Button tone="quiet" small icon="leave" onClick={() => void signOut()}>
        Sign out
      </Button>
      <ThemeSwitch />
    </>
  );
  return (
    <Frame brand={<Brand />} navigation={<Navigation />} foot={foot}>
      <Outlet />
    </Frame>
  );
}

function NoSuchPage(): ReactElement {
  return (
    <Page title="No such page">
      <Empty icon="search" title="There is no page at this address" action={<ButtonLink to="/dashboard/customers">All customers</ButtonLink>}>
        It may have been mistyped, or what it showed is gone.
      </Empty>
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
