import { getRouteApi } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { Card } from '../../part/card.js';
import { Empty } from '../../part/empty.js';
import { SelectField } from '../../part/field.js';
import { Toolbar } from '../../part/page.js';
import { usePageList } from '../../part/page-list.js';
import { ListTable } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { invoiceColumns } from '../invoice/column.js';
import { AlwaysNow } from './moment.js';
import { INVOICE_STATUSES } from './route.js';
import { useLooked } from '../../customer/state.js';

const route = getRouteApi('/dashboard/customers/$customer/invoices');

/** A customer's invoices, newest first, drafts before them. */
export function CustomerInvoices(): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const list = usePageList(['customer', customer, 'invoices', { status }], ({ page, signal }) => client.listCustomerInvoices(customer, { status, ...page }, { signal }));
  const choose = (word: string): void => {
    const chosen = INVOICE_STATUSES.find((each) => each === word);
    void navigate({ search: ({ status: _before, ...rest }) => (chosen === undefined ? rest : { ...rest, status: chosen }), replace: true });
  };
  return (
    <>
      <Toolbar>
        <SelectField label="Status" value={status ?? ''} onChange={({ target }) => choose(target.value)}>
          <option value="">All</option>
          {INVOICE_STATUSES.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </SelectField>
      </Toolbar>
      <AlwaysNow what="Invoices" />
      <Card flush>
        <ListTable
          caption="Invoices of the customer"
          what="invoices"
          list={list}
          columns={invoiceColumns}
          rowKey={({ id }) => id}
          empty={<Empty icon="invoice" title={status === undefined ? 'No invoices yet' : `No invoice is ${status}`} />}
        />
      </Card>
    </>
  );
}
