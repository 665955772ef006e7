import type { Customer, State } from '@paidup/sdk';
import { getRouteApi, Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Badge } from '../../part/badge.js';
import { Button, ButtonLink } from '../../part/button.js';
import { Copy } from '../../part/copy.js';
import { Empty } from '../../part/empty.js';
import { Icon } from '../../part/icon.js';
import { CustomerZone } from '../../part/instant.js';
import { Menu, MenuItem } from '../../part/menu.js';
import { Page, Stack } from '../../part/page.js';
import { TabBar, TabLink } from '../../part/tab.js';
import { DeleteCustomerDialog } from './deletion.js';
import { MomentControl, MomentNote } from './moment.js';
import { nameOf } from './name.js';
import styles from './one.module.css';
import { ProfileDialog } from './profile.js';
import { LookedProvider, useCustomerState, useLive, type Liveness } from '../../customer/state.js';

const route = getRouteApi('/dashboard/customers/$customer');

/** Around the pages of one customer: who it is, how it stands, which moment is looked at. */
export function CustomerPage(): ReactElement {
  const { customer } = route.useParams();
  const { at } = route.useSearch();
  const liveness = useLive(customer);
  const now = useCustomerState(customer, undefined);
  const then = useCustomerState(customer, at, at !== undefined);
  const back = (
    <Link to="/dashboard/customers">
      <Icon name="left" size={12} /> Customers
    </Link>
  );
  if (liveness === 'deleted' && now.data === undefined) {
    return (
      <Page title="No such customer" back={back}>
        <Empty icon="customer" title="There is no customer of this name" action={<ButtonLink to="/dashboard/customers">All customers</ButtonLink>}>
          It may have been deleted: its invoices are kept, its page is not.
        </Empty>
      </Page>
    );
  }
  const present = now.data;
  return (
    <Page
      title={present === undefined ? 'Customer' : nameOf(present.customer)}
      back={back}
      mark={present !== undefined && <Standing state={present} liveness={liveness} />}
      lead={present !== undefined && <Lead customer={present.customer} />}
      actions={present !== undefined && <Actions customer={present.customer} />}
    >
      <div className={styles.row}>
        <Tabs customer={customer} at={at} />
      </div>
      <Answer query={now} what="the customer" lines={10}>
        {(state) => (
          <CustomerZone zone={state.customer.timezone}>
            {at === undefined ? (
              <LookedProvider value={{ customer, at, state, now: state }}>
                <Stack>
                  <Outlet />
                </Stack>
              </LookedProvider>
            ) : (
              <Answer query={then} what="the state of that moment" lines={10}>
                {(earlier) => (
                  <LookedProvider value={{ customer, at, state: earlier, now: state }}>
                    <Stack>
                      <MomentNote looked={{ customer, at, state: earlier, now: state }} />
                      <Outlet />
                    </Stack>
                  </LookedProvider>
                )}
              </Answer>
            )}
          </CustomerZone>
        )}
      </Answer>
    </Page>
  );
}

function Standing({ state, liveness }: { state: State; liveness: Liveness }): ReactElement {
  const { allowed } = state.access;
  return (
    <>
      <Badge tone={allowed ? 'good' : 'danger'}>{allowed ? 'May use' : 'Blocked'}</Badge>
      <span className={styles.live} data-live={liveness}>
        {liveness === 'live' ? 'Live' : liveness === 'deleted' ? 'Deleted' : 'Connecting…'}
      </span>
    </>
  );
}

function Lead({ customer }: { customer: Customer }): ReactElement {
  const { id, external_id: externalId, email, currency, timezone } = customer;
  return (
    <span className={styles.lead}>
      {email !== null && <span>{email}</span>}
      {externalId !== null && <code>{externalId}</code>}
      <span>{currency}</span>
      <span>{timezone}</span>
      <span className={styles.id}>
        <code>{id}</code> <Copy text={id} what="the customer's id" />
      </span>
    </span>
  );
}

function Actions({ customer }: { customer: Customer }): ReactElement {
  const [asked, setAsked] = useState<'profile' | 'deletion'>();
  const navigate = useNavigate();
  return (
    <>
      <MomentControl />
      <Menu
        items={
          <>
            <MenuItem icon="customer" onSelect={() => setAsked('profile')}>
              Edit the profile
            </MenuItem>
            <MenuItem icon="close" danger onSelect={() => setAsked('deletion')}>
              Delete the customer
            </MenuItem>
          </>
        }
      >
        <Button icon="more" aria-label="More actions" />
      </Menu>
      {asked === 'profile' && <ProfileDialog customer={customer} onClose={() => setAsked(undefined)} />}
      {asked === 'deletion' && <DeleteCustomerDialog customer={customer} onClose={() => setAsked(undefined)} onDone={() => void navigate({ to: '/dashboard/customers' })} />}
    </>
  );
}

function Tabs({ customer, at }: { customer: string; at: string | undefined }): ReactElement {
  const params = { customer };
  const search = at === undefined ? {} : { at };
  return (
    <TabBar label="About the customer">
      <TabLink to="/dashboard/customers/$customer" params={params} search={search} activeOptions={{ exact: true, includeSearch: false }}>
        Overview
      </TabLink>
      {(
        [
          ['usage', 'Usage'],
          ['upcoming-invoice', 'Upcoming invoice'],
          ['invoices', 'Invoices'],
          ['wallet', 'Wallet'],
          ['events', 'Events'],
          ['entitlements', 'Entitlements'],
          ['alerts', 'Alerts'],
          ['access', 'Keys and portal'],
        ] as const
      ).map(([part, name]) => (
        <TabLink key={part} to={`/dashboard/customers/$customer/${part}`} params={params} search={search} activeOptions={{ includeSearch: false }}>
          {name}
        </TabLink>
      ))}
    </TabBar>
  );
}
