import type { Invoice } from '@paidup/sdk';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState, type ReactElement } from 'react';
import { Answer } from '../../part/answer.js';
import { Button } from '../../part/button.js';
import { Card, Cards, Fact, Facts } from '../../part/card.js';
import { Icon } from '../../part/icon.js';
import { Instant } from '../../part/instant.js';
import { CustomerZone } from '../../part/instant.js';
import { Loading } from '../../part/loading.js';
import { Menu, MenuItem } from '../../part/menu.js';
import { formatMoney, isZero, Money } from '../../part/money.js';
import { Page } from '../../part/page.js';
import { Table, type Column } from '../../part/table.js';
import { useClient } from '../../session/session.js';
import { nameOf } from '../customer/name.js';
import { InvoiceCommandDialog, type InvoiceCommand } from './command.js';
import { Lines, Sum } from './lines.js';
import { PdfButton } from '../../customer/invoice-pdf.js';
import { InvoiceBadge } from '../../customer/invoice-status.js';

const route = getRouteApi('/dashboard/invoices/$invoice');

/** One invoice: its lines with their reasons, what is open, its credit notes, and what can be done. */
export function InvoicePage(): ReactElement {
  const client = useClient();
  const { invoice: id } = route.useParams();
  const query = useQuery({ queryKey: ['invoice', id], queryFn: ({ signal }) => client.getInvoice(id, { explain: true }, { signal }) });
  const invoice = query.data;
  const back = (
    <Link to="/dashboard/invoices">
      <Icon name="left" size={12} /> Invoices
    </Link>
  );
  return (
    <Page
      title={invoice === undefined ? 'Invoice' : (invoice.number ?? 'Draft')}
      back={back}
      mark={invoice !== undefined && <InvoiceBadge status={invoice.status} />}
      actions={invoice !== undefined && <Actions invoice={invoice} />}
    >
      <Answer query={query} what="the invoice" lines={10}>
        {(value) => <Body invoice={value} />}
      </Answer>
    </Page>
  );
}

function Body({ invoice }: { invoice: Invoice }): ReactElement {
  const client = useClient();
  const customer = useQuery({ queryKey: ['customer', invoice.customer, 'name'], queryFn: ({ signal }) => client.getCustomer(invoice.customer, { signal }), staleTime: 300_000 });
  if (customer.data === undefined && customer.error === null) return <Loading what="the customer" />;
  const { paid, credited, amount_due: due, credit_notes: notes } = invoice;
  const name = customer.data === undefined ? invoice.customer : nameOf(customer.data);
  return (
    <CustomerZone zone={customer.data?.timezone ?? 'UTC'}>
      <Cards columns="two">
        <Card>
          <Facts>
            <Fact name="Customer">
              <Link to="/dashboard/customers/$customer" params={{ customer: invoice.customer }}>
                {name}
              </Link>
            </Fact>
            <Fact name="Date">
              <Instant at={invoice.date} precision="day" />
            </Fact>
            <Fact name="Issued">
              <Instant at={invoice.issued_at} none="not yet" />
            </Fact>
            {invoice.finalizes_at !== null && (
              <Fact name="Final from">
                <Instant at={invoice.finalizes_at} />
              </Fact>
            )}
          </Facts>
        </Card>
        <Card>
          <Facts>
            <Fact name="Total">
              <Money value={invoice.total} />
            </Fact>
            <Fact name="Paid">
              <Money value={paid} />
            </Fact>
            <Fact name="Credited">
              <Money value={credited} />
            </Fact>
            <Fact name="Open">
              <strong>
                <Money value={due} />
              </strong>
            </Fact>
          </Facts>
        </Card>
      </Cards>
      <Card flush title="Lines">
        <Lines
          invoice={invoice}
          caption="Lines of the invoice"
          due={false}
          more={
            <>
              {!isZero(credited.amount) && <Sum name="Credited" value={formatMoney(credited)} />}
              {!isZero(paid.amount) && <Sum name="Paid" value={formatMoney(paid)} />}
              <Sum name="Open" value={formatMoney(due)} isStrong />
            </>
          }
        />
      </Card>
      {notes.length > 0 && (
        <Card flush title="Credit notes">
          <Table caption="Credit notes" columns={noteColumns} rows={notes} rowKey={({ id }) => id} />
        </Card>
      )}
    </CustomerZone>
  );
}

type CreditNote = Invoice['credit_notes'][number];

const noteColumns: readonly Column<CreditNote>[] = [
  { key: 'number', header: 'Number', cell: ({ number }) => number },
  { key: 'date', header: 'Date', cell: ({ date }) => <Instant at={date} precision="day" /> },
  { key: 'reason', header: 'Reason', cell: ({ reason }) => reason ?? '—', wideOnly: true },
  { key: 'wallet', header: 'To the wallet', cell: ({ to_wallet: toWallet }) => <Money value={toWallet} />, align: 'end', wideOnly: true },
  { key: 'total', header: 'Total', cell: ({ total }) => <Money value={total} />, align: 'end' },
];

function Actions({ invoice }: { invoice: Invoice }): ReactElement {
  const [asked, setAsked] = useState<InvoiceCommand>();
  const { status, number, id } = invoice;
  const notOpen = status === 'open' ? undefined : `Only an open invoice can be: this one is ${status}.`;
  const notIssued = status === 'draft' ? 'A draft is not issued yet.' : status === 'void' ? 'It was taken back.' : undefined;
  return (
    <>
      <PdfButton invoice={id} number={number} />
      <Button tone="primary" disabledReason={notOpen} onClick={() => setAsked('charge')}>
        Charge the card
      </Button>
      <Menu
        items={
          <>
            <MenuItem icon="check" disabledReason={notOpen} onSelect={() => setAsked('pay')}>
              Record a payment
            </MenuItem>
            <MenuItem icon="invoice" disabledReason={notIssued} onSelect={() => setAsked('credit')}>
              Credit note
            </MenuItem>
            <MenuItem icon="warning" disabledReason={notOpen} onSelect={() => setAsked('write-off')}>
              Write off
            </MenuItem>
            <MenuItem icon="close" danger disabledReason={notOpen} onSelect={() => setAsked('void')}>
              Take back
            </MenuItem>
          </>
        }
      >
        <Button icon="more" aria-label="More actions" />
      </Menu>
      {asked !== undefined && <InvoiceCommandDialog name={asked} invoice={invoice} onClose={() => setAsked(undefined)} />}
    </>
  );
}
