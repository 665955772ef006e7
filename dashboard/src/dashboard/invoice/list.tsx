import type { Invoice } from '@paidup/sdk';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback, type ReactElement } from 'react';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField } from '../../part/field.js';
import { Page, Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { SearchField } from '../../part/search-field.js';
import { ListTable, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { invoiceColumns } from './column.js';
import { CustomerName } from './customer-name.js';
import { LISTED_STATUSES } from './route.js';

const route = getRouteApi('/dashboard/invoices');

const [numberColumn, ...otherColumns] = invoiceColumns;
const customerColumn: Column<Invoice> = {
  key: 'customer',
  header: 'Customer',
  cell: ({ customer }) => (
    <Link to="/dashboard/customers/$customer/invoices" params={{ customer }}>
      <CustomerName id={customer} />
    </Link>
  ),
};
const columns = [...(numberColumn === undefined ? [] : [numberColumn]), customerColumn, ...otherColumns];

/** The invoices of all customers, newest first. */
export function InvoicesPage(): ReactElement {
  const client = useClient();
  const { status, customer } = route.useSearch();
  const navigate = route.useNavigate();
  const list = usePageList(['invoices', { status, customer }], ({ page, signal }) => client.listInvoices({ status, customer, ...page }, { signal }));
  const choose = (word: string): void => {
    const chosen = LISTED_STATUSES.find((each) => each === word);
    void navigate({ search: ({ status: _before, ...rest }) => (chosen === undefined ? rest : { ...rest, status: chosen }), replace: true });
  };
  const search = useCallback(
    (text: string) => void navigate({ search: ({ customer: _before, ...rest }) => (text === '' ? rest : { ...rest, customer: text }), replace: true }),
    [navigate],
  );
  return (
    <Page title="Invoices" lead="What was issued, of all customers. Drafts stand with their customer.">
      <Toolbar>
        <SearchField label="Customer" placeholder="Id or external id of a customer" value={customer ?? ''} onSearch={search} />
        <SelectField label="Status" hideLabel value={status ?? ''} onChange={({ target }) => choose(target.value)}>
          <option value="">All statuses</option>
          {LISTED_STATUSES.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </SelectField>
      </Toolbar>
      <Card flush>
        <ListTable
          caption="Invoices"
          what="invoices"
          list={list}
          columns={columns}
          rowKey={({ id }) => id}
          empty={<Empty icon="invoice" title={status === undefined && customer === undefined ? 'No invoices yet' : 'No such invoices'}>They are issued as billing periods turn.</Empty>}
        />
      </Card>
    </Page>
  );
}
