import type { ListedInvoice } from '@paidup/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, type ReactElement } from 'react';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField, TextField } from '../../part/field.js';
import { CustomerZone, fromLocalDay, localDay } from '../../part/instant.js';
import { Page, Toolbar, ToolbarGroup } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { isCurrency, SearchField } from '../../part/search-field.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { nameOf } from '../customer/name.js';
import { invoiceColumns } from './column.js';
import { ATTENTIONS, LISTED_STATUSES, type InvoicesSearch } from './route.js';

const route = getRouteApi('/dashboard/invoices');

const customerColumn: Column<ListedInvoice> = {
  key: 'customer',
  header: 'Customer',
  cell: ({ customer, customer_name: name, customer_external_id: externalId }) => (
    <Link to="/dashboard/customers/$customer/invoices" params={{ customer }}>
      {nameOf({ name, external_id: externalId, id: customer })}
    </Link>
  ),
};
/** Dated in the zone of whoever it is for, too. */
const zonedColumns = invoiceColumns.map((column): Column<ListedInvoice> =>
  column.key === 'date' ? { ...column, cell: (invoice) => <CustomerZone zone={invoice.customer_timezone}>{column.cell(invoice)}</CustomerZone> } : column,
);
const columns: readonly Column<ListedInvoice>[] = [...zonedColumns.slice(0, 1), customerColumn, ...zonedColumns.slice(1)];

const ATTENTION_WORDS = { payment_failed: 'Last charge declined', overdue: 'Overdue' };

/** The invoices of all customers; what is asked for is in the address. */
export function InvoicesPage(): ReactElement {
  const client = useClient();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = usePageList(['invoices', search], ({ page, signal }) => client.listInvoices({ ...search, ...page }, { signal }));
  const set = useCallback(
    <Name extends keyof InvoicesSearch>(name: Name, value: InvoicesSearch[Name] | '') =>
      void navigate({ search: ({ [name]: _before, ...rest }) => (value === undefined || value === '' ? rest : { ...rest, [name]: value }), replace: true }),
    [navigate],
  );
  const searchCustomer = useCallback((text: string) => set('customer', text), [set]);
  const searchCurrency = useCallback((text: string) => set('currency', text.toUpperCase()), [set]);
  const { status, customer = '', currency = '', from, to, attention, order } = search;
  const isFiltered = Object.keys(search).some((name) => name !== 'order');
  return (
    <Page title="Invoices" lead="What was issued, of all customers. Drafts stand with their customer.">
      <Toolbar>
        <SearchField label="Customer" placeholder="Id or external id of a customer" value={customer} onSearch={searchCustomer} />
        <SelectField label="Status" hideLabel value={status ?? ''} onChange={({ target }) => set('status', LISTED_STATUSES.find((each) => each === target.value))}>
          <option value="">All statuses</option>
          {LISTED_STATUSES.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </SelectField>
        <SelectField label="What needs attention" hideLabel value={attention ?? ''} onChange={({ target }) => set('attention', ATTENTIONS.find((each) => each === target.value))}>
          <option value="">With or without trouble</option>
          {ATTENTIONS.map((each) => (
            <option key={each} value={each}>
              {ATTENTION_WORDS[each]}
            </option>
          ))}
        </SelectField>
        <SearchField narrow label="Currency" placeholder="Currency" value={currency} onSearch={searchCurrency} isComplete={isCurrency} />
        <ToolbarGroup>
          <TextField label="Dated from" type="date" value={from === undefined ? '' : localDay(from)} onChange={({ target }) => set('from', fromLocalDay(target.value))} />
          <TextField label="Dated before" type="date" value={to === undefined ? '' : localDay(to)} onChange={({ target }) => set('to', fromLocalDay(target.value))} />
        </ToolbarGroup>
      </Toolbar>
      <Card flush>
        <ListTable
          caption="Invoices"
          what="invoices"
          list={list}
          columns={columns}
          rowKey={({ id }) => id}
          sorting={{ by: 'date', isDescending: order !== 'oldest', onSort: (_by, isDescending) => set('order', isDescending ? '' : 'oldest') }}
          empty={<Empty icon="invoice" title={isFiltered ? 'No such invoices' : 'No invoices yet'}>They are issued as billing periods turn.</Empty>}
        />
      </Card>
    </Page>
  );
}
