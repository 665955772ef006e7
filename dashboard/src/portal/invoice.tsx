import type { Invoice } from '@paidup/sdk';
import type { ReactElement } from 'react';
import { PdfButton } from '../customer/invoice-pdf.js';
import { InvoiceBadge } from '../customer/invoice-status.js';
import { useLooked } from '../customer/state.js';
import { Card } from '../part/card.js';
import { Empty } from '../part/empty.js';
import { Instant } from '../part/instant.js';
import { isZero, Money } from '../part/money.js';
import { Page, Stack } from '../part/page.js';
import { usePageList } from '../part/page-list.js';
import { ListTable, Table, type Column } from '../part/table.js';
import { useClient } from '../session/session.js';
import styles from './invoice.module.css';

const columns: readonly Column<Invoice>[] = [
  {
    key: 'number',
    header: 'Invoice',
    cell: ({ number, date }) => (
      <div className={styles.invoice}>
        <span>{number ?? 'Draft'}</span>
        <span className={styles.date}>
          <Instant at={date} precision="day" />
        </span>
      </div>
    ),
  },
  { key: 'status', header: 'Status', cell: ({ status, finalizes_at: final }) => <><InvoiceBadge status={status} />{final !== null && <> final on <Instant at={final} precision="day" /></>}</> },
  { key: 'due', header: 'To be paid', cell: ({ amount_due: due }) => (isZero(due.amount) ? '—' : <Money value={due} />), align: 'end', wideOnly: true },
  { key: 'total', header: 'Total', cell: ({ total }) => <Money value={total} />, align: 'end' },
  { key: 'pdf', header: 'PDF', cell: ({ id, number }) => <PdfButton invoice={id} number={number} small />, align: 'end' },
];

/** What is coming, and what was billed. */
export function InvoicesPage(): ReactElement {
  const client = useClient();
  const { customer } = useLooked();
  const list = usePageList(['customer', customer, 'invoices'], ({ page, signal }) => client.listCustomerInvoices(customer, page, { signal }));
  return (
    <Page title="Invoices">
      <Stack>
        <UpcomingCard />
        <Card flush title="Issued so far">
          <ListTable
            caption="Invoices"
            what="invoices"
            list={list}
            columns={columns}
            rowKey={({ id }) => id}
            empty={
              <Empty icon="invoice" title="No invoices yet">
                They appear here as they are issued.
              </Empty>
            }
          />
        </Card>
      </Stack>
    </Page>
  );
}

function UpcomingCard(): ReactElement {
  const { upcoming_invoice: upcoming } = useLooked().state;
  if (upcoming === null || upcoming.date === null) {
    return (
      <Card title="Next invoice">
        <p>Nothing is to be billed.</p>
      </Card>
    );
  }
  const { lines, date, total, subtotal, tax } = upcoming;
  const sums = [
    ...(isZero(tax.amount) ? [] : [{ key: 'subtotal', isSum: true, description: 'Subtotal', amount: subtotal }, { key: 'tax', isSum: true, description: 'Tax', amount: tax }]),
    { key: 'total', isSum: true, description: 'Total', amount: total },
  ];
  return (
    <Card flush title="Next invoice, so far" aside={<Instant at={date} precision="day" />}>
      <Table
        caption="Lines of the next invoice"
        rows={[...lines.map(({ description, amount }, index) => ({ key: String(index), isSum: false, description, amount })), ...sums]}
        rowKey={({ key }) => key}
        columns={[
          { key: 'description', header: 'For', cell: ({ description, isSum }) => (isSum ? <strong>{description}</strong> : description) },
          { key: 'amount', header: 'Amount', cell: ({ amount, isSum }) => (isSum ? <strong><Money value={amount} /></strong> : <Money value={amount} />), align: 'end' },
        ]}
      />
    </Card>
  );
}
