import type { Customer } from '@paidup/sdk';
import { getRouteApi } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useState, type ReactElement } from 'react';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { TextField } from '../../part/field.js';
import { Instant } from '../../part/instant.js';
import { Page, Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';

const route = getRouteApi('/dashboard/customers');

const columns: readonly Column<Customer>[] = [
  { key: 'name', header: 'Name', cell: (customer) => customer.name ?? customer.external_id ?? customer.id },
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
  const list = usePageList(['customers', { query }], ({ page, signal }) => client.listCustomers({ query, ...page }, { signal }));
  return (
    <Page title="Customers" lead="Who owes and uses.">
      <Toolbar>
        <Search />
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
    </Page>
  );
}

/** Follows the typing, a moment behind; replaces the address, so that back leads away from the list. */
function Search(): ReactElement {
  const { query = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(query);
  const settled = useDeferredValue(text);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (settled.trim() !== query) void navigate({ search: settled.trim() === '' ? {} : { query: settled.trim() }, replace: true });
    }, 200);
    return () => clearTimeout(timer);
  }, [settled, query, navigate]);
  return <TextField label="Search" hideLabel type="search" placeholder="Name, e-mail or external id" value={text} onChange={(event) => setText(event.target.value)} />;
}
