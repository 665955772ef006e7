import type { Invoice } from '@paidup/sdk';
import { Link } from '@tanstack/react-router';
import { Badge } from '../../part/badge.js';
import { Instant } from '../../part/instant.js';
import { formatMoney, isZero, Money } from '../../part/money.js';
import type { Column } from '../../part/table.js';
import { PdfButton } from '../../customer/invoice-pdf.js';
import { InvoiceBadge } from '../../customer/invoice-status.js';

/** An invoice in a list; in the list of all customers another column stands before these. */
export const invoiceColumns: readonly Column<Invoice>[] = [
  {
    key: 'number',
    header: 'Number',
    cell: ({ id, number }) => (
      <Link to="/dashboard/invoices/$invoice" params={{ invoice: id }}>
        {number ?? 'Draft'}
      </Link>
    ),
  },
  {
    key: 'status',
    header: 'Status',
    cell: ({ status, credited }) => (
      <>
        <InvoiceBadge status={status} /> {!isZero(credited.amount) && <Badge tone="info">{formatMoney(credited)} credited</Badge>}
      </>
    ),
  },
  { key: 'date', header: 'Date', cell: ({ date }) => <Instant at={date} precision="day" />, sortBy: 'date', wideOnly: true },
  { key: 'due', header: 'Open', cell: ({ amount_due: due }) => (isZero(due.amount) ? '—' : <Money value={due} />), align: 'end', wideOnly: true },
  { key: 'total', header: 'Total', cell: ({ total }) => <Money value={total} />, align: 'end' },
  { key: 'pdf', header: 'PDF', cell: ({ id, number }) => <PdfButton invoice={id} number={number} small />, align: 'end', wideOnly: true },
];
