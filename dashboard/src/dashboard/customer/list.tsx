import type { Customer } from '@paidup/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Button } from '../../part/button.js';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { Instant } from '../../part/instant.js';
import { Page, Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { SearchField } from '../../part/search-field.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import styles from './list.module.css';
import { nameOf } from './name.js';
import { ProfileDialog } from './profile.js';

const route = getRouteApi('/dashboard/customers');

const columns: readonly Column<Customer>[] = [
  {
    key: 'name',
    header: 'Name',
    cell: (customer) => (
      <Link to="/dashboard/customers/$customer" params={{ customer: customer.id }} className={styles.name}>
        {nameOf(customer)}
      </Link>
    ),
  },
  { key: 'email', header: 'E-mail', cell: ({ email }) => email ?? '—', wideOnly: true },
  { key: 'external', header: 'External id', cell: ({ external_id: id }) => (id === null ? '—' : <code>{id}</code>) },
  { key: 'currency', header: 'Currency', cell: ({ currency }) => currency, wideOnly: true },
  { key: 'timezone', header: 'Time zone', cell: ({ timezone }) => timezone, wideOnly: true },
  { key: 'created', header: 'Created', cell: ({ created_at: at }) => <Instant at={at} precision="day" />, align: 'end' },
];

/** All customers, newest first; the search is in the address. */
export function CustomersPage(): ReactElement {
  const client = useClient();
  const { query } = route.useSearch();
  const navigate = route.useNavigate();
  const [isMaking, setMaking] = useState(false);
  const list = usePageList(['customers', { query }], ({ page, signal }) => client.listCustomers({ query, ...page }, { signal }));
  return (
    <Page
      title="Customers"
      lead="Who owes and uses."
      actions={
        <Button tone="primary" icon="plus" onClick={() => setMaking(true)}>
          New customer
        </Button>
      }
    >
      <Toolbar>
        <SearchField
          label="Search"
          placeholder="Name, e-mail or external id"
          value={query ?? ''}
          onSearch={(text) => void navigate({ search: text === '' ? {} : { query: text }, replace: true })}
        />
      </Toolbar>
      <Card flush>
        <ListTable
          caption="Customers"
          what="customers"
          list={list}
          columns={columns}
          rowKey={({ id }) => id}
          empty={query === undefined ? <Empty icon="customer" title="No customers yet" /> : <Empty icon="search" title={`No customer matches “${query}”`} />}
        />
      </Card>
      {isMaking && <ProfileDialog onClose={() => setMaking(false)} onDone={({ id }) => void navigate({ to: '/dashboard/customers/$customer', params: { customer: id } })} />}
    </Page>
  );
}
